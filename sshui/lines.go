package sshui

import (
	"bufio"
	"errors"
	"io"

	"salon/room/text"
)

// lines reads the lines of a client without a terminal. A line longer than a
// message may be comes out one byte too long, for the room to refuse, and its
// rest is discarded: memory stays flat whatever is sent.
type lines struct{ r *bufio.Reader }

func newLines(r io.Reader) *lines { return &lines{bufio.NewReaderSize(r, text.MaxText+2)} }

// next returns the next line without its newline, valid until the next call. At
// the end of input it returns what was left and io.EOF, or another error.
func (l *lines) next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if err == nil {
		return line[:len(line)-1], nil
	}
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	long := append([]byte(nil), line[:text.MaxText+1]...)
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = l.r.ReadSlice('\n')
	}
	return long, nil
}
