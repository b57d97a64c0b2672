package load

import (
	"bytes"
	"strconv"
	"time"
)

// A mark begins each message of a load: ~sender.number.sent~, where sent is in
// microseconds since the load began. It is short and without a blank, so that a
// screen shows it on one line.
const (
	markSign = '~'
	maxMark  = 40
)

func appendMark(b []byte, sender, n int, sent time.Duration) []byte {
	b = strconv.AppendInt(append(b, markSign), int64(sender), 10)
	b = strconv.AppendInt(append(b, '.'), int64(n), 10)
	b = strconv.AppendInt(append(b, '.'), sent.Microseconds(), 36)
	return append(b, markSign)
}

// parseMark reads the mark that b begins with. ok is false if there is none, or
// if b ends within it.
func parseMark(b []byte) (sender, n int, sent time.Duration, size int, ok bool) {
	end := bytes.IndexByte(b[1:min(len(b), maxMark)], markSign)
	if end < 0 {
		return
	}
	fields := bytes.Split(b[1:1+end], []byte("."))
	if len(fields) != 3 {
		return
	}
	sender, err1 := strconv.Atoi(string(fields[0]))
	n, err2 := strconv.Atoi(string(fields[1]))
	micros, err3 := strconv.ParseInt(string(fields[2]), 36, 64)
	ok = err1 == nil && err2 == nil && err3 == nil && sender >= 0 && n >= 0
	return sender, n, time.Duration(micros) * time.Microsecond, end + 2, ok
}
