package sshui

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"
)

// wire is an ssh client that sends packets of the test's own choice: what the
// library's client is too well-bred to do.
type wire struct {
	net.Conn
	t       testing.TB
	in      *bufio.Reader
	session []byte // the session identifier
	ours    sealer
	theirs  sealer
}

// sealer encrypts one direction as aes128-gcm@openssh.com does (RFC 5647); before
// the keys are there its cipher is nil.
type sealer struct {
	cipher.AEAD
	nonce []byte
}

func (s *sealer) next() {
	counter := s.nonce[4:]
	binary.BigEndian.PutUint64(counter, binary.BigEndian.Uint64(counter)+1)
}

// The messages of RFC 4253 and RFC 5656 that a key exchange takes.
type (
	kexInit struct {
		Cookie                                         [16]byte `sshtype:"20"`
		Kex, HostKey, CipherC, CipherS                 []string
		MACC, MACS, CompressC, CompressS, LangC, LangS []string
		FirstFollows                                   bool
		Reserved                                       uint32
	}
	ecdhInit struct {
		Public []byte `sshtype:"30"`
	}
	ecdhReply struct {
		HostKey, Public, Signature []byte `sshtype:"31"`
	}
)

// wireTo connects and exchanges keys; nobody has logged in yet.
func (h *harness) wireTo() *wire {
	h.T.Helper()
	c := h.Dial()
	w := &wire{Conn: c, t: h.T, in: bufio.NewReader(c)}
	w.exchange()
	w.write(gossh.Marshal(struct {
		Name string `sshtype:"5"`
	}{"ssh-userauth"}))
	w.expect(6)
	return w
}

const wireVersion = "SSH-2.0-wire"

func newKexInit() []byte {
	return gossh.Marshal(kexInit{
		Kex: []string{"curve25519-sha256"}, HostKey: []string{"ssh-ed25519"},
		CipherC: []string{"aes128-gcm@openssh.com"}, CipherS: []string{"aes128-gcm@openssh.com"},
		MACC: []string{"hmac-sha2-256-etm@openssh.com"}, MACS: []string{"hmac-sha2-256-etm@openssh.com"},
		CompressC: []string{"none"}, CompressS: []string{"none"},
	})
}

func (w *wire) exchange() {
	w.t.Helper()
	io.WriteString(w, wireVersion+"\r\n")
	server, err := w.in.ReadString('\n')
	if err != nil {
		w.t.Fatalf("greeting: %v", err)
	}
	mine := newKexInit()
	w.write(mine)
	its := w.expect(20)
	key, _ := ecdh.X25519().GenerateKey(rand.Reader)
	w.write(gossh.Marshal(ecdhInit{key.PublicKey().Bytes()}))
	var reply ecdhReply
	if err := gossh.Unmarshal(w.expect(31), &reply); err != nil {
		w.t.Fatal(err)
	}
	peer, err := ecdh.X25519().NewPublicKey(reply.Public)
	if err != nil {
		w.t.Fatal(err)
	}
	shared, _ := key.ECDH(peer)
	secret := mpint(shared)
	hash := sha256.New()
	for _, part := range [][]byte{[]byte(wireVersion), []byte(strings.TrimSpace(server)), mine, its, reply.HostKey, key.PublicKey().Bytes(), reply.Public} {
		binary.Write(hash, binary.BigEndian, uint32(len(part)))
		hash.Write(part)
	}
	hash.Write(secret)
	w.session = hash.Sum(nil)
	w.write([]byte{21})
	w.expect(21)
	w.ours, w.theirs = w.keys(secret, 'A', 'C'), w.keys(secret, 'B', 'D')
}

// mpint writes a number as RFC 4251, section 5, does.
func mpint(n []byte) []byte {
	n = bytes.TrimLeft(n, "\x00")
	if n[0] >= 0x80 {
		n = append([]byte{0}, n...)
	}
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(n))), n...)
}

// keys makes one direction's cipher (RFC 4253, section 7.2).
func (w *wire) keys(secret []byte, iv, key byte) sealer {
	derive := func(letter byte) []byte {
		sum := sha256.Sum256(bytes.Join([][]byte{secret, w.session, {letter}, w.session}, nil))
		return sum[:]
	}
	block, _ := aes.NewCipher(derive(key)[:16])
	aead, _ := cipher.NewGCM(block)
	return sealer{aead, derive(iv)[:12]}
}

// write sends one packet.
func (w *wire) write(payload []byte) {
	w.t.Helper()
	if err := w.tryWrite(payload); err != nil {
		w.t.Fatalf("write: %v", err)
	}
}

func (w *wire) tryWrite(payload []byte) error {
	aad := 4 // of the length, which GCM leaves out of the blocks
	if w.ours.AEAD == nil {
		aad = 0
	}
	padding := 16 - (5+len(payload)-aad)%16
	if padding < 4 {
		padding += 16
	}
	packet := binary.BigEndian.AppendUint32(nil, uint32(1+len(payload)+padding))
	packet = append(append(append(packet, byte(padding)), payload...), make([]byte, padding)...)
	if w.ours.AEAD != nil {
		packet = append(packet[:4:4], w.ours.Seal(nil, w.ours.nonce, packet[4:], packet[:4])...)
		w.ours.next()
	}
	_, err := w.Write(packet)
	return err
}

// read returns the next packet's payload.
func (w *wire) read() ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(w.in, length[:]); err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint32(length[:]))
	if w.theirs.AEAD != nil {
		n += w.theirs.Overhead()
	}
	packet := make([]byte, n)
	if _, err := io.ReadFull(w.in, packet); err != nil {
		return nil, err
	}
	if w.theirs.AEAD != nil {
		var err error
		if packet, err = w.theirs.Open(nil, w.theirs.nonce, packet, length[:]); err != nil {
			return nil, err
		}
		w.theirs.next()
	}
	return packet[1 : len(packet)-int(packet[0])], nil
}

// expect returns the next packet, which must be of one of those types.
func (w *wire) expect(kinds ...byte) []byte {
	w.t.Helper()
	p, err := w.read()
	if err != nil {
		w.t.Fatalf("waiting for message %v: %v", kinds, err)
	}
	if !bytes.Contains(kinds, p[:1]) {
		w.t.Fatalf("message %d (%q) in place of %v", p[0], p, kinds)
	}
	return p
}

// The answers to a login attempt (RFC 4252).
const (
	authFailed = 51
	authPassed = 52
	authKeyOK  = 60
)

type authRequest struct {
	User    string `sshtype:"50"`
	Service string
	Method  string
	Rest    []byte `ssh:"rest"`
}

func (w *wire) auth(user, method string, rest []byte) byte {
	w.t.Helper()
	w.write(gossh.Marshal(authRequest{user, "ssh-connection", method, rest}))
	return w.expect(authFailed, authPassed, authKeyOK)[0]
}

// offer asks whether a key would do, without showing that one has it.
func (w *wire) offer(user string, key gossh.PublicKey) byte {
	w.t.Helper()
	return w.auth(user, "publickey", gossh.Marshal(struct {
		Signed    bool
		Algorithm string
		Key       []byte
	}{false, key.Type(), key.Marshal()}))
}

// enter logs in by keyboard-interactive, which asks nothing.
func (w *wire) enter(user string) byte {
	w.t.Helper()
	return w.auth(user, "keyboard-interactive", gossh.Marshal(struct{ Language, Devices string }{}))
}

// sign logs in with a key; the signature is for signedUser.
func (w *wire) sign(user, signedUser string, key gossh.Signer) (byte, error) {
	w.t.Helper()
	type signed struct {
		Signed    bool
		Algorithm string
		Key       []byte
	}
	head := gossh.Marshal(signed{true, key.PublicKey().Type(), key.PublicKey().Marshal()})
	text := append(binary.BigEndian.AppendUint32(nil, uint32(len(w.session))), w.session...)
	text = append(text, gossh.Marshal(authRequest{signedUser, "ssh-connection", "publickey", head})...)
	sig, err := key.Sign(rand.Reader, text)
	if err != nil {
		w.t.Fatal(err)
	}
	blob := gossh.Marshal(struct{ Sig []byte }{gossh.Marshal(sig)})
	if err := w.tryWrite(gossh.Marshal(authRequest{user, "ssh-connection", "publickey", append(head, blob...)})); err != nil {
		return 0, err
	}
	p, err := w.read()
	if err != nil {
		return 0, err
	}
	return p[0], nil
}

// shell opens a session channel, numbered 0 on both sides, and a shell in it.
func (w *wire) shell() {
	w.t.Helper()
	w.write(gossh.Marshal(struct {
		Kind                string `sshtype:"90"`
		Our, Window, Packet uint32
	}{"session", 0, 1 << 20, 1 << 15}))
	w.expect(91)
	w.write(gossh.Marshal(struct {
		Channel uint32 `sshtype:"98"`
		Kind    string
		Reply   bool
	}{0, "shell", true}))
	w.expect(99)
}
