package load

import (
	"bytes"
	"strconv"
	"time"
)

// A mark begins each message of a load: ~sender.number.sent~, where sent is in
// microseconds since the load began. It is short and without a blank, so that a
// screen shows it on one row.
const (
	markSign = '~'
	maxMark  = 40
)

// mark is what a mark says.
type mark struct {
	sender, n int
	sent      time.Duration
}

func appendMark(b []byte, k mark) []byte {
	b = strconv.AppendInt(append(b, markSign), int64(k.sender), 10)
	b = strconv.AppendInt(append(b, '.'), int64(k.n), 10)
	b = strconv.AppendInt(append(b, '.'), k.sent.Microseconds(), 36)
	return append(b, markSign)
}

// parseMark reads the mark that b begins with. ok is false if there is none, or
// if b ends within it. It allocates nothing: members share the machine with the
// server.
func parseMark(b []byte) (k mark, size int, ok bool) {
	b = b[:min(len(b), maxMark)]
	sender, at, ok1 := number(b, 1, '.', 10)
	n, at, ok2 := number(b, at, '.', 10)
	micros, at, ok3 := number(b, at, markSign, 36)
	return mark{sender, n, time.Duration(micros) * time.Microsecond}, at, ok1 && ok2 && ok3
}

// maxNumber keeps a mark that nobody made from overflowing: it is a month in
// microseconds.
const maxNumber = 1 << 41

// number reads digits from b[at] up to the sign that ends them, and returns where
// it goes on behind it.
func number(b []byte, at int, end byte, base int) (v, next int, ok bool) {
	i := bytes.IndexByte(b[at:], end)
	if i < 0 {
		return 0, len(b), false
	}
	n, err := strconv.ParseUint(string(b[at:at+i]), base, 41)
	return int(n), at + i + 1, err == nil
}
