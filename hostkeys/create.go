package hostkeys

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"runtime"

	"golang.org/x/crypto/ssh"
)

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

// put puts a key in place, complete and on disk, or leaves the one that another process put there first. A power cut
// at any moment leaves either no key or a whole one, and at worst a temporary file that nothing reads.
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
