// Package client is `salon client`: a small asynchronous client of the raw TCP
// front, which shows what arrives while one types.
package client

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"salon/internal/prompt"
	"salon/room"
	"salon/room/lang"
)

// farewellTimeout is how long the client waits for the server's last words after
// saying that it leaves.
const farewellTimeout = 2 * time.Second

// maxTail is the most of an unfinished line that is shown; a server that sends
// more without a newline has it shown in pieces.
const maxTail = 8 << 10

// Run talks to the server on conn until one of the two leaves: in to the server,
// what it sends to out. It closes conn. The end of in is no error. When it is the
// server that ends, a read of in may still be under way.
func Run(conn net.Conn, l room.Lang, in io.Reader, out io.Writer) error {
	defer conn.Close()
	go func() {
		io.Copy(conn, in)
		closeWrite(conn)
	}()
	return lost(receive(conn, func(b []byte, whole bool) (err error) {
		if whole { // a question stays with the line that follows it
			_, err = out.Write(b)
		}
		return err
	}), l)
}

// closeWrite says that nothing more comes.
func closeWrite(conn net.Conn) {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
}

// lost words the end of a connection; one that was ended is no error.
func lost(err error, l room.Lang) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return fmt.Errorf(lang.Of(l).ClientLost, err)
}

// Client is the client on a terminal: what is being typed stays below what
// arrives.
type Client struct {
	conn net.Conn
	lang room.Lang
	edit *prompt.Prompt
}

// New returns a client on a terminal in raw mode.
func New(conn net.Conn, l room.Lang, rw io.ReadWriter, width, height int) *Client {
	c := &Client{conn: conn, lang: l}
	c.edit = prompt.New(rw, prompt.Options{Width: width, Height: height, OnInterrupt: func() {
		c.edit.Write([]byte(lang.Of(l).PressAgain + "\n"))
	}})
	return c
}

// SetSize follows the terminal's size.
func (c *Client) SetSize(width, height int) { c.edit.SetSize(width, height) }

// Run talks to the server until one of the two leaves, and closes the connection.
// Leaving by Ctrl-D or Ctrl-C is no error. When it is the server that ends, a
// read of the terminal may still be under way.
func (c *Client) Run() error {
	defer c.conn.Close()
	go func() {
		send(c.conn, c.edit)
		c.edit.Clear()
		closeWrite(c.conn)
		c.conn.SetReadDeadline(time.Now().Add(farewellTimeout))
	}()
	err := receive(c.conn, func(b []byte, whole bool) error { return show(c.edit, b, whole) })
	c.edit.Clear()
	return lost(err, c.lang)
}

// show writes whole lines above what is typed; an unfinished one is a question,
// and becomes the prompt.
func show(edit *prompt.Prompt, b []byte, whole bool) error {
	if !whole {
		edit.SetPrompt(string(b))
		return nil
	}
	if _, err := edit.Write(b); err != nil {
		return err
	}
	edit.SetPrompt("")
	return nil
}

// send gives the server each line entered, until the member leaves.
func send(conn net.Conn, edit *prompt.Prompt) {
	for {
		line, err := edit.ReadLine()
		if err != nil {
			return
		}
		if _, err := io.WriteString(conn, line+"\r\n"); err != nil {
			return
		}
	}
}

// receive reads what the server sends and hands on whole lines, cleaned of all
// that could command a terminal: a server is a stranger too. What remains of an
// unfinished line is handed on as such.
func receive(conn net.Conn, show func(b []byte, whole bool) error) error {
	var pending []byte
	buf := make([]byte, 4<<10)
	for {
		n, err := conn.Read(buf)
		pending = append(pending, buf[:n]...)
		if end := lastLine(pending, err != nil); end > 0 {
			if err := show(clean(pending[:end]), true); err != nil {
				return err
			}
			pending = append(pending[:0], pending[end:]...)
		}
		if err != nil {
			return err
		}
		if len(pending) > 0 {
			if err := show(clean(pending), false); err != nil {
				return err
			}
		}
	}
}

// lastLine returns how many bytes are whole lines, or all when there is no more
// to wait for.
func lastLine(b []byte, all bool) int {
	if all || len(b) > maxTail {
		return len(b)
	}
	return bytes.LastIndexByte(b, '\n') + 1
}

func clean(b []byte) []byte {
	var out strings.Builder
	for line := range bytes.Lines(b) {
		text, ended := bytes.CutSuffix(line, []byte("\n"))
		out.WriteString(keepSpace(room.Clean(string(text), false), text))
		if ended {
			out.WriteByte('\n')
		}
	}
	return []byte(out.String())
}

// keepSpace gives a line back the space that ends a prompt, which Clean trims.
func keepSpace(cleaned string, text []byte) string {
	if r, _ := utf8.DecodeLastRune(text); r == ' ' {
		return cleaned + " "
	}
	return cleaned
}
