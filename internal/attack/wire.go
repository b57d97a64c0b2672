package main

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// wire is an ssh client that sends packets of an attacker's own choice, which the
// library's client is too careful to do. It checks no signature: it does not mind whom it
// talks to. One goroutine may write while another reads, key exchanges excepted.
type wire struct {
	net.Conn
	in      *bufio.Reader
	out     *bufio.Writer // flushed when an answer is awaited
	server  string        // its greeting
	session []byte        // the session identifier
	ours    sealer
	theirs  sealer
	channel uint32 // the server's number of the session channel
	window  window
}

// sealer encrypts one direction as aes128-gcm@openssh.com does (RFC 5647); before the
// keys are there its cipher is nil.
type sealer struct {
	cipher.AEAD
	nonce []byte
}

func (s *sealer) next() {
	counter := s.nonce[4:]
	binary.BigEndian.PutUint64(counter, binary.BigEndian.Uint64(counter)+1)
}

// Messages of RFC 4252, 4253 and 4254.
const (
	msgDisconnect     = 1
	msgServiceAccept  = 6
	msgKexInit        = 20
	msgNewKeys        = 21
	msgKexReply       = 31
	msgAuthFailure    = 51
	msgAuthSuccess    = 52
	msgAuthQuestions  = 60
	msgChannelOpened  = 91
	msgChannelRefused = 92
	msgWindowAdjust   = 93
	msgChannelClose   = 97
)

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
	serviceRequest struct {
		Name string `sshtype:"5"`
	}
	authRequest struct {
		User, Service, Method, Language, Submethods string `sshtype:"50"`
	}
	channelOpen struct {
		Kind           string `sshtype:"90"`
		Number         uint32
		Window, Packet uint32
	}
	channelRequest struct {
		Number    uint32 `sshtype:"98"`
		Kind      string
		WantReply bool
		Payload   []byte `ssh:"rest"`
	}
	channelData struct {
		Number uint32 `sshtype:"94"`
		Data   []byte
	}
)

const wireVersion = "SSH-2.0-attack"

func newWire(c net.Conn) *wire {
	w := &wire{Conn: c, in: bufio.NewReader(c), out: bufio.NewWriterSize(c, 16<<10)}
	w.window.changed = make(chan struct{}, 1)
	return w
}

func newKexInit() []byte {
	return ssh.Marshal(kexInit{
		Kex: []string{"curve25519-sha256"}, HostKey: []string{"ssh-ed25519"},
		CipherC: []string{"aes128-gcm@openssh.com"}, CipherS: []string{"aes128-gcm@openssh.com"},
		MACC: []string{"hmac-sha2-256-etm@openssh.com"}, MACS: []string{"hmac-sha2-256-etm@openssh.com"},
		CompressC: []string{"none"}, CompressS: []string{"none"},
	})
}

// greet exchanges the lines with which the protocol begins.
func (w *wire) greet() (err error) {
	if _, err = io.WriteString(w.Conn, wireVersion+"\r\n"); err != nil {
		return err
	}
	if w.server, err = w.in.ReadString('\n'); err == nil && !strings.HasPrefix(w.server, "SSH-") {
		err = fmt.Errorf("turned away: %.200q", w.server)
	}
	return err
}

// exchange exchanges keys, the first or new ones.
func (w *wire) exchange() error {
	mine := newKexInit()
	w.write(mine)
	its, err := w.await(msgKexInit)
	if err != nil {
		return err
	}
	key, _ := ecdh.X25519().GenerateKey(rand.Reader)
	w.write(ssh.Marshal(ecdhInit{key.PublicKey().Bytes()}))
	answer, err := w.await(msgKexReply)
	if err != nil {
		return err
	}
	var reply ecdhReply
	if err := ssh.Unmarshal(answer, &reply); err != nil {
		return err
	}
	peer, err := ecdh.X25519().NewPublicKey(reply.Public)
	if err != nil {
		return err
	}
	shared, err := key.ECDH(peer)
	if err != nil {
		return err
	}
	return w.changeKeys(mpint(shared), []byte(wireVersion), []byte(strings.TrimSpace(w.server)), mine, its, reply.HostKey, key.PublicKey().Bytes(), reply.Public)
}

// changeKeys begins to use the keys of an exchange, of which parts were agreed on.
func (w *wire) changeKeys(secret []byte, parts ...[]byte) error {
	h := sha256.New()
	for _, part := range parts {
		binary.Write(h, binary.BigEndian, uint32(len(part)))
		h.Write(part)
	}
	h.Write(secret)
	hash := h.Sum(nil)
	if w.session == nil {
		w.session = hash
	}
	w.write([]byte{msgNewKeys})
	if err := w.out.Flush(); err != nil {
		return err
	}
	w.ours = w.keys(secret, hash, 'A', 'C')
	if _, err := w.await(msgNewKeys); err != nil {
		return err
	}
	w.theirs = w.keys(secret, hash, 'B', 'D')
	return nil
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
func (w *wire) keys(secret, hash []byte, iv, key byte) sealer {
	derive := func(letter byte) []byte {
		sum := sha256.Sum256(bytes.Join([][]byte{secret, hash, {letter}, w.session}, nil))
		return sum[:]
	}
	block, _ := aes.NewCipher(derive(key)[:16])
	aead, _ := cipher.NewGCM(block)
	return sealer{aead, derive(iv)[:12]}
}

// write sends one packet, at the latest when an answer is awaited.
func (w *wire) write(payload []byte) error {
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
	_, err := w.out.Write(packet)
	return err
}

// read returns the next packet's payload.
func (w *wire) read() ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(w.in, length[:]); err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint32(length[:]))
	if n < 2 || n > 1<<18 {
		return nil, errors.New("a packet of no possible length")
	}
	if w.theirs.AEAD != nil {
		n += w.theirs.Overhead()
	}
	packet := make([]byte, n)
	if _, err := io.ReadFull(w.in, packet); err != nil {
		return nil, err
	}
	if w.theirs.AEAD != nil {
		var err error
		if packet, err = w.theirs.Open(packet[:0], w.theirs.nonce, packet, length[:]); err != nil {
			return nil, err
		}
		w.theirs.next()
	}
	if int(packet[0]) >= len(packet)-1 {
		return nil, errors.New("a packet without a payload")
	}
	return packet[1 : len(packet)-int(packet[0])], nil
}

// await returns the next packet that is of one of those types, and skips the others.
func (w *wire) await(kinds ...byte) ([]byte, error) {
	if err := w.out.Flush(); err != nil {
		return nil, err
	}
	for {
		p, err := w.read()
		switch {
		case err != nil:
			return nil, err
		case slices.Contains(kinds, p[0]):
			return p, nil
		case p[0] == msgDisconnect:
			return nil, fmt.Errorf("disconnected: %.200q", p)
		}
	}
}
