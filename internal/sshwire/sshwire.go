// Package sshwire is an ssh client that sends packets of its caller's own choice, which the
// library's client is too careful to do: for tests and for attacks. It exchanges keys by
// curve25519-sha256 and encrypts by aes128-gcm, checks no signature, and knows no messages
// but those of a key exchange.
package sshwire

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

// Version is how the client greets, without the end of the line.
const Version = "SSH-2.0-wire"

// Conn is a connection to a server. One goroutine may write while another reads, key
// exchanges excepted.
type Conn struct {
	net.Conn
	In      *bufio.Reader // what the server sends; not to be read while packets are
	Session []byte        // the session identifier, once keys are exchanged

	out          *bufio.Writer
	server       string // its greeting
	ours, theirs sealer
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

// Messages of RFC 4253 and RFC 5656.
const (
	msgDisconnect = 1
	msgKexInit    = 20
	msgNewKeys    = 21
	msgKexReply   = 31
)

// The messages that a key exchange takes.
type (
	KexInit struct {
		Cookie                                         [16]byte `sshtype:"20"`
		Kex, HostKey, CipherC, CipherS                 []string
		MACC, MACS, CompressC, CompressS, LangC, LangS []string
		FirstFollows                                   bool
		Reserved                                       uint32
	}
	ECDHInit struct {
		Public []byte `sshtype:"30"`
	}
	ecdhReply struct {
		HostKey, Public, Signature []byte `sshtype:"31"`
	}
)

// New returns a connection over c on which nothing has been sent.
func New(c net.Conn) *Conn {
	return &Conn{Conn: c, In: bufio.NewReader(c), out: bufio.NewWriterSize(c, 16<<10)}
}

// NewKexInit returns the packet that begins a key exchange, of the first keys or of new ones.
func NewKexInit() []byte {
	return ssh.Marshal(KexInit{
		Kex: []string{"curve25519-sha256"}, HostKey: []string{"ssh-ed25519"},
		CipherC: []string{"aes128-gcm@openssh.com"}, CipherS: []string{"aes128-gcm@openssh.com"},
		MACC: []string{"hmac-sha2-256-etm@openssh.com"}, MACS: []string{"hmac-sha2-256-etm@openssh.com"},
		CompressC: []string{"none"}, CompressS: []string{"none"},
	})
}

// Greet exchanges the lines with which the protocol begins.
func (c *Conn) Greet() (err error) {
	if _, err = io.WriteString(c.Conn, Version+"\r\n"); err != nil {
		return err
	}
	if c.server, err = c.In.ReadString('\n'); err == nil && !strings.HasPrefix(c.server, "SSH-") {
		err = fmt.Errorf("turned away: %.200q", c.server)
	}
	return err
}

// Exchange exchanges keys, the first ones or new ones.
func (c *Conn) Exchange() error {
	mine := NewKexInit()
	c.WritePacket(mine)
	its, err := c.Await(msgKexInit)
	if err != nil {
		return err
	}
	key, _ := ecdh.X25519().GenerateKey(rand.Reader)
	c.WritePacket(ssh.Marshal(ECDHInit{key.PublicKey().Bytes()}))
	answer, err := c.Await(msgKexReply)
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
	return c.changeKeys(mpint(shared), []byte(Version), []byte(strings.TrimSpace(c.server)), mine, its, reply.HostKey, key.PublicKey().Bytes(), reply.Public)
}

// changeKeys begins to use the keys of an exchange, of which parts were agreed on.
func (c *Conn) changeKeys(secret []byte, parts ...[]byte) error {
	h := sha256.New()
	for _, part := range parts {
		binary.Write(h, binary.BigEndian, uint32(len(part)))
		h.Write(part)
	}
	h.Write(secret)
	hash := h.Sum(nil)
	if c.Session == nil {
		c.Session = hash
	}
	c.WritePacket([]byte{msgNewKeys})
	if err := c.Flush(); err != nil {
		return err
	}
	c.ours = c.keys(secret, hash, 'A', 'C')
	if _, err := c.Await(msgNewKeys); err != nil {
		return err
	}
	c.theirs = c.keys(secret, hash, 'B', 'D')
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
func (c *Conn) keys(secret, hash []byte, iv, key byte) sealer {
	derive := func(letter byte) []byte {
		sum := sha256.Sum256(bytes.Join([][]byte{secret, hash, {letter}, c.Session}, nil))
		return sum[:]
	}
	block, _ := aes.NewCipher(derive(key)[:16])
	aead, _ := cipher.NewGCM(block)
	return sealer{aead, derive(iv)[:12]}
}

// WritePacket writes one packet, given its payload. It is sent when much waits, or by Flush.
func (c *Conn) WritePacket(payload []byte) error {
	aad := 4 // of the length, which GCM leaves out of the blocks
	if c.ours.AEAD == nil {
		aad = 0
	}
	padding := 16 - (5+len(payload)-aad)%16
	if padding < 4 {
		padding += 16
	}
	packet := binary.BigEndian.AppendUint32(nil, uint32(1+len(payload)+padding))
	packet = append(append(append(packet, byte(padding)), payload...), make([]byte, padding)...)
	if c.ours.AEAD != nil {
		packet = append(packet[:4:4], c.ours.Seal(nil, c.ours.nonce, packet[4:], packet[:4])...)
		c.ours.next()
	}
	_, err := c.out.Write(packet)
	return err
}

// Flush sends what was written.
func (c *Conn) Flush() error { return c.out.Flush() }

// ReadPacket returns the next packet's payload.
func (c *Conn) ReadPacket() ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(c.In, length[:]); err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint32(length[:]))
	if n < 2 || n > 1<<18 {
		return nil, errors.New("a packet of no possible length")
	}
	if c.theirs.AEAD != nil {
		n += c.theirs.Overhead()
	}
	packet := make([]byte, n)
	if _, err := io.ReadFull(c.In, packet); err != nil {
		return nil, err
	}
	if c.theirs.AEAD != nil {
		var err error
		if packet, err = c.theirs.Open(packet[:0], c.theirs.nonce, packet, length[:]); err != nil {
			return nil, err
		}
		c.theirs.next()
	}
	if int(packet[0]) >= len(packet)-1 {
		return nil, errors.New("a packet without a payload")
	}
	return packet[1 : len(packet)-int(packet[0])], nil
}

// Await returns the next packet that is of one of those types, and skips the others. What was
// written is sent before.
func (c *Conn) Await(kinds ...byte) ([]byte, error) {
	if err := c.Flush(); err != nil {
		return nil, err
	}
	for {
		p, err := c.ReadPacket()
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
