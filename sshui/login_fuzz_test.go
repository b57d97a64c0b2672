package sshui

import (
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// FuzzLogin sends any packets once the keys are exchanged, each as long as the byte before
// it says: whatever they are, the server answers or hangs up, and lets the next client in.
func FuzzLogin(f *testing.F) {
	seed := func(packets ...[]byte) (stream []byte) {
		for _, p := range packets {
			stream = append(append(stream, byte(len(p))), p...)
		}
		return stream
	}
	f.Add(seed(asksQuestions("ann"), gossh.Marshal(struct {
		N      uint32 `sshtype:"61"`
		Answer string
	}{1, phrase})))
	for _, answer := range malformedAnswers {
		f.Add(seed(asksQuestions("ann"), answer, asksQuestions("bob")))
	}
	f.Add(seed(showsKey("ann", newKey(f).PublicKey()), loginRequest("ann", "none", nil), loginRequest("ann", "password", struct {
		Change   bool
		Password string
	}{false, "x"})))
	h := open(f)
	h.register("ann", newKey(f))
	f.Fuzz(func(t *testing.T, stream []byte) {
		h.T = t
		defer func() { h.T = f }()
		w := h.wireTo()
		w.SetDeadline(time.Now().Add(patience))
		for len(stream) > 0 {
			n := min(int(stream[0]), len(stream)-1)
			if w.tryWrite(stream[1:1+n]) != nil {
				break
			}
			stream = stream[1+n:]
		}
		for range 2 {
			w.tryWrite([]byte{255}) // no message: the first may be taken for an answer, the second ends a login
		}
		var err error
		for err == nil {
			_, err = w.ReadPacket()
		}
		if isTimeout(err) {
			t.Error("neither answered nor closed")
		}
		w.Close()
	})
}
