package hostkeys

import (
	"crypto/sha256"
	"fmt"
	"net"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// KnownHosts returns the line of known_hosts for a key by which clients know the server at
// these names or addresses, all with one port; a name is written with its port unless that is
// 22 (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
func KnownHosts(names []string, port string, key ssh.PublicKey) string {
	at := make([]string, len(names))
	for i, name := range names {
		at[i] = net.JoinHostPort(name, port)
	}
	return knownhosts.Line(at, key)
}

// sshfpAlgorithms are the numbers of kinds of keys in DNS (RFC 4255, 6594 and 7479).
var sshfpAlgorithms = map[string]int{
	ssh.KeyAlgoRSA: 1, ssh.KeyAlgoECDSA256: 3, ssh.KeyAlgoECDSA384: 3, ssh.KeyAlgoECDSA521: 3, ssh.KeyAlgoED25519: 4,
}

// sshfpSHA256 is the number of the kind of fingerprint (RFC 6594). One of SHA-1 is not
// published: clients that know no other are older than this kind of key.
const sshfpSHA256 = 2

// SSHFP returns the record of DNS that publishes a key's fingerprint under a name (RFC 4255). It
// holds for all ports. The key must be of a kind that [LoadFile] takes.
func SSHFP(name string, key ssh.PublicKey) string {
	return fmt.Sprintf("%s IN SSHFP %d %d %x", name, sshfpAlgorithms[key.Type()], sshfpSHA256, sha256.Sum256(key.Marshal()))
}
