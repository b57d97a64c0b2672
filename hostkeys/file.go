package hostkeys

import (
	//lint:ignore SA1019 named only to be refused
	"crypto/dsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"

	"golang.org/x/crypto/ssh"

	"salon/internal/owned"
)

// Error says why a host key file is not used. Its text is for the operator: the full path,
// what is wrong, and what to do about it. The file is as it was before.
type Error struct {
	Path    string // absolute
	Problem string // a predicate of the file: "is empty"
	Remedy  string // an imperative: "restore it from a backup"
	Err     error  // the cause below, nil when there is none
}

// Error returns one line, "host key PATH PROBLEM: REMEDY", with the cause in brackets.
func (e *Error) Error() string {
	cause := ""
	if e.Err != nil {
		cause = fmt.Sprintf(" (%v)", e.Err)
	}
	return fmt.Sprintf("host key %s %s%s: %s", e.Path, e.Problem, cause, e.Remedy)
}

// Unwrap returns the cause, so that errors.Is finds fs.ErrNotExist and its like.
func (e *Error) Unwrap() error { return e.Err }

// FileName is the key's name inside the data directory, the one that OpenSSH uses, so that
// ssh-keygen and backups treat it as they do /etc/ssh.
const FileName = "ssh_host_ed25519_key"

const (
	maxKeySize = 64 << 10 // bytes; a 16384-bit RSA key takes 13 KiB
	minRSABits = 2048     // NIST SP 800-131A
)

// file is a key file and the two ways to reach it: inside the data directory, or anywhere.
type file struct {
	path  string // absolute, for people
	name  string // what stat and open take
	stat  func(string) (fs.FileInfo, error)
	open  func(string) (*os.File, error)
	renew string // how to replace a key that is lost
}

func (f file) refuse(problem, remedy string, cause error) error {
	return &Error{Path: f.path, Problem: problem, Remedy: remedy, Err: cause}
}

func (f file) load() (ssh.Signer, error) {
	content, err := f.read()
	if err != nil {
		return nil, err
	}
	private, err := ssh.ParseRawPrivateKey(content)
	_, locked := errors.AsType[*ssh.PassphraseMissingError](err)
	switch {
	case len(content) == 0:
		return nil, f.refuse("is empty", "restore it from a backup, "+f.renew, nil)
	case locked:
		return nil, f.refuse("is protected by a passphrase, and nobody is there to type it when the server starts",
			"remove it with `ssh-keygen -p -N '' -f "+f.path+"`, or use another key", nil)
	case err != nil:
		return nil, f.refuse("is damaged or is not a private key that salon can use", "restore it from a backup, "+f.renew, err)
	}
	return f.signer(private)
}

// read returns the content of a regular file that only its owner can read. The first check
// keeps open from waiting on a pipe, the second judges the very file that is read.
func (f file) read() ([]byte, error) {
	if err := f.check(f.stat(f.name)); err != nil {
		return nil, err
	}
	r, err := f.open(f.name)
	if err != nil {
		return nil, f.unreachable(err)
	}
	defer r.Close()
	if err := f.check(r.Stat()); err != nil {
		return nil, err
	}
	if err := f.judge(r); err != nil {
		return nil, f.refuse("can be changed by other users", "run `chmod go-w` or `chown` on what is named in brackets", err)
	}
	content, err := io.ReadAll(io.LimitReader(r, maxKeySize))
	if err != nil {
		return nil, f.unreachable(err)
	}
	return content, nil
}

// judge refuses a file that others could have put there. A data directory is judged by its server.
func (f file) judge(r *os.File) error {
	if f.name != FileName {
		if err := owned.Above(f.path); err != nil {
			return err
		}
	}
	return owned.Judge(f.path, r, true)
}

// unreachable explains a file that cannot be opened. In the data directory, where a missing
// file would have been created, what cannot be reached became a link meanwhile.
func (f file) unreachable(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return f.refuse("cannot be read", "run salon as the user who owns it, or give it to that user with chown", err)
	case f.name == FileName:
		return f.refuse("cannot be read, perhaps because it is a symbolic link to a place outside the data directory",
			"put the key itself there, or name the file with --host-key", err)
	default:
		return f.refuse("cannot be read", "check the path", err)
	}
}

// check refuses what is not a file that its owner alone can read. It takes what a stat returns.
func (f file) check(info fs.FileInfo, err error) error {
	if err != nil {
		return f.unreachable(err)
	}
	switch mode := info.Mode(); {
	case mode&fs.ModeSymlink != 0:
		return f.refuse("cannot be read, because it is a symbolic link", "put the key itself there, or name the file with --host-key", nil)
	case info.IsDir():
		return f.refuse("is a directory", "move it away, the key must be a file", nil)
	case !mode.IsRegular():
		return f.refuse("is not a regular file", "move it away, the key must be a plain file", nil)
	case mode.Perm()&0o077 != 0 && runtime.GOOS != "windows": // Windows keeps no such bits
		return f.refuse(fmt.Sprintf("is open to other users (mode %04o)", mode.Perm()), "run `chmod 600 "+f.path+"`", nil)
	}
	return nil
}

// signer accepts the kinds of key that today's ssh clients trust.
func (f file) signer(private any) (ssh.Signer, error) {
	const ed25519Instead = "make an Ed25519 key with ssh-keygen -t ed25519"
	if _, ok := private.(*dsa.PrivateKey); ok {
		return nil, f.refuse("is a DSA key, which ssh clients no longer accept", ed25519Instead, nil)
	}
	rsaKey, isRSA := private.(*rsa.PrivateKey)
	if isRSA && rsaKey.N.BitLen() < minRSABits {
		return nil, f.refuse(fmt.Sprintf("is an RSA key of only %d bits", rsaKey.N.BitLen()),
			fmt.Sprintf("use one of at least %d bits, or better an Ed25519 key (ssh-keygen -t ed25519)", minRSABits), nil)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return nil, f.refuse("is of a kind that salon cannot use", ed25519Instead, err)
	}
	if isRSA {
		return ssh.NewSignerWithAlgorithms(signer.(ssh.AlgorithmSigner), []string{ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSASHA512})
	}
	return signer, nil
}

// create puts a new key in place.
func create(root *os.Root) error {
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	block, err := ssh.MarshalPrivateKey(private, "salon")
	if err != nil {
		return err
	}
	return put(root, pem.EncodeToMemory(block))
}

// put puts a key in place, complete and on disk, or leaves the one that another process put
// there first. A power cut at any moment leaves either no key or a whole one, and at worst
// a temporary file that nothing reads.
func put(root *os.Root, key []byte) error {
	temp := "." + FileName + "." + rand.Text()
	defer root.Remove(temp) // the key has its second name by then, or none; a file left behind harms nobody
	if err := writeSynced(root, temp, key); err != nil {
		return err
	}
	// A link fails when the name is taken, where a rename would overwrite.
	if err := root.Link(temp, FileName); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(root)
}

// writeSynced writes a new file for its owner alone and returns once the disk has it.
func writeSynced(root *os.Root, name string, content []byte) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close())
}

// syncDir makes the key's name as durable as its content.
func syncDir(root *os.Root) error {
	if runtime.GOOS == "windows" {
		return nil // directories cannot be synced there
	}
	d, err := root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
