package room

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"salon/room/text"
)

// Bounds of a pass phrase, in characters, once cleaned.
const (
	MinPass = 8
	MaxPass = 128
)

// Errors about secrets that nobody may choose.
var (
	ErrPassPhrase   = fmt.Errorf("room: a pass phrase has %d to %d characters on one line", MinPass, MaxPass)
	ErrNotAPassword = errors.New("room: nobody could give that password")
)

// Bounds of what is hashed, and of the parameters of a hash: those of a stored one come
// from a file.
const (
	maxSecret     = 1 << 10 // bytes of a secret as typed; a longer one is wrong
	maxPassMemory = 256 << 10
	maxPassTime   = 16
	// hashesWaiting is how many secrets may wait to be hashed, for less than a second
	// where one takes 25 ms; one more is refused with ErrHashing.
	hashesWaiting = 32
)

// The parameters of a hash unless Config has others: OWASP's for argon2id with one
// lane, about 20 ms and 19 MiB.
const (
	passMemory = 19456 // KiB
	passTime   = 2
)

// passPhrase returns a pass phrase as it is compared, however a terminal composes
// accents. ok is false for one that cannot be anybody's.
func passPhrase(typed string) (phrase string, ok bool) {
	if len(typed) > maxSecret || strings.ContainsAny(typed, "\r\n") {
		return "", false
	}
	phrase = strings.TrimSpace(text.Clean(typed, false))
	n := utf8.RuneCountInString(phrase)
	return phrase, MinPass <= n && n <= MaxPass
}

// hasher hashes secrets with argon2id (RFC 9106), as many at once as half of the
// processors, each in 19 MiB, so that people who guess cannot use up the machine.
type hasher struct {
	memory, time uint32
	turns        chan struct{} // holds one for each that is computed
	queue        chan struct{} // and for each that is computed or waits
}

// newHasher returns a hasher with a memory (KiB) and a time; 0: the defaults.
func newHasher(memory, time uint32) *hasher {
	atOnce := max(1, runtime.GOMAXPROCS(0)/2)
	return &hasher{
		memory: min(cmp.Or(memory, passMemory), maxPassMemory), time: min(cmp.Or(time, passTime), maxPassTime),
		turns: make(chan struct{}, atOnce), queue: make(chan struct{}, atOnce+hashesWaiting),
	}
}

// hash returns a secret's hash in PHC string format.
func (h *hasher) hash(ctx context.Context, secret string) (string, error) {
	salt := make([]byte, 16)
	rand.Read(salt) // never fails
	p := phc{memory: h.memory, time: h.time, lanes: 1, salt: salt, sum: make([]byte, 32)}
	var err error
	p.sum, err = h.sum(ctx, secret, p)
	return p.String(), err
}

// verify reports whether a secret is the one hashed. It takes the same time for all
// that are not.
func (h *hasher) verify(ctx context.Context, secret, hashed string) (bool, error) {
	p, err := parsePHC(hashed)
	if err != nil {
		return false, err
	}
	sum, err := h.sum(ctx, secret, p)
	return err == nil && subtle.ConstantTimeCompare(sum, p.sum) == 1, err
}

// sum computes the hash of a secret when it is its turn. Too many that wait make it
// return ErrHashing.
func (h *hasher) sum(ctx context.Context, secret string, p phc) ([]byte, error) {
	select {
	case h.queue <- struct{}{}:
	default:
		return nil, ErrHashing
	}
	defer func() { <-h.queue }()
	select {
	case h.turns <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	defer func() { <-h.turns }()
	return argon2.IDKey([]byte(secret), p.salt, p.time, p.memory, p.lanes, uint32(len(p.sum))), nil
}

// phc is an argon2id hash, as the PHC string format writes it:
// $argon2id$v=19$m=19456,t=2,p=1$salt$sum, both in base64 without padding.
type phc struct {
	memory, time uint32
	lanes        uint8
	salt, sum    []byte
}

const (
	phcFamily = "$argon2"
	phcName   = phcFamily + "id$"
)

func (p phc) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("%sv=%d$m=%d,t=%d,p=%d$%s$%s", phcName, argon2.Version, p.memory, p.time, p.lanes, b64(p.salt), b64(p.sum))
}

// errHash does not quote its cause: that would be the hash of a secret.
var errHash = errors.New("room: not an argon2id hash")

func parsePHC(s string) (p phc, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, errHash
	}
	n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.lanes)
	if n != 3 || err != nil {
		return p, errHash
	}
	var saltErr, sumErr error
	p.salt, saltErr = base64.RawStdEncoding.DecodeString(parts[4])
	p.sum, sumErr = base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || sumErr != nil || !p.bounded() {
		return p, errHash
	}
	return p, nil
}

// bounded reports whether the parameters are such that computing the sum neither
// panics nor uses up the machine.
func (p phc) bounded() bool {
	return 1 <= p.time && p.time <= maxPassTime && 8 <= p.memory && p.memory <= maxPassMemory && 1 <= p.lanes && p.lanes <= 16 &&
		8 <= len(p.salt) && len(p.salt) <= 64 && 16 <= len(p.sum) && len(p.sum) <= 64
}

// CheckPassword returns ErrNotAPassword for a password ([Access].Password) that nobody
// could give. A usable one has 1 KiB at most and is not empty once cleaned, or is an
// argon2id hash in PHC string format.
func CheckPassword(password string) error {
	usable := len(password) <= maxSecret && text.Clean(password, false) != ""
	if strings.HasPrefix(password, phcFamily) {
		_, err := parsePHC(password)
		usable = err == nil
	}
	if !usable {
		return ErrNotAPassword
	}
	return nil
}
