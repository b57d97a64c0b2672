package rawtcp

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// otherProtocol names the protocol that the first line of a connection, or for TLS its
// first three bytes, belong to: "" for chat. It must not be asked about later lines,
// which are chat.
func otherProtocol(line []byte) string {
	switch {
	case looksTLS(line):
		return "TLS"
	case bytes.HasPrefix(line, []byte("SSH-2.0-")), bytes.HasPrefix(line, []byte("SSH-1.")):
		return "SSH" // RFC 4253 §4.2 and §5.1
	case looksHTTP(line):
		return "HTTP"
	}
	return ""
}

// tlsHandshake begins a TLS record that holds a handshake message, of version
// 3.x, as each ClientHello does (RFC 8446 §5.1 and appendix D.1).
const tlsHandshake = "\x16\x03"

// looksTLS reports whether a stream begins with a TLS handshake record.
func looksTLS(first []byte) bool {
	return len(first) >= 3 && string(first[:2]) == tlsHandshake && first[2] <= 0x04
}

// maybeTLS reports whether a stream that began so may still turn out to be TLS.
// The line discipline must wait until then: it would take 0x03 for Ctrl-C.
func maybeTLS(first []byte) bool {
	return len(first) < 3 && strings.HasPrefix(tlsHandshake, string(first))
}

// looksSMB reports whether a stream begins with a message of SMB over TCP: a zero, the
// length in three bytes, then FF or FE and SMB (MS-SMB2 §2.1 and §2.2.1).
func looksSMB(first []byte) bool { return len(first) >= smbHeader && maybeSMB(first[:smbHeader]) }

// smbHeader is how many bytes tell SMB.
const smbHeader = 8

// maybeSMB reports whether a stream that began so is SMB or may still turn out to be.
// Messages that open a connection are short, so that their length begins with a zero too.
func maybeSMB(first []byte) bool {
	for i, b := range first[:min(len(first), smbHeader)] {
		switch {
		case i < 2 && b != 0, i == 4 && b < 0xfe, i > 4 && b != "SMB"[i-5]:
			return false
		}
	}
	return true
}

// looksHTTP reports whether line is a request line: method, target and version,
// as in RFC 9112 §3. A method has no @ and no /, which messages begin with. One cut
// before its version counts too, else a long target would carry it into the chat.
func looksHTTP(line []byte) bool {
	method, rest, found := bytes.Cut(line, []byte(" "))
	if !found || len(method) == 0 || bytes.ContainsAny(method, "@/") {
		return false
	}
	if space := bytes.LastIndexByte(rest, ' '); space >= 0 {
		return bytes.HasPrefix(rest[space+1:], []byte("HTTP/"))
	}
	return len(line) > maxLine-utf8.UTFMax
}
