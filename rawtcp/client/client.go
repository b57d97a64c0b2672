// Package client is `salon client`: a small asynchronous client of the raw TCP
// front, which shows what arrives while one types. On a terminal, what the server
// asks for without echo is not shown and cannot be recalled.
package client

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"salon/internal/line"
	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// farewellTimeout is how long the client waits for the server's last words after
// saying that it leaves.
const farewellTimeout = 2 * time.Second

const (
	// maxTail is how long a line may be to be shown whole; a server that sends
	// more without a newline has it shown in pieces.
	maxTail = 8 << 10
	// maxQuestion is how long an unfinished line may be to count as a question.
	maxQuestion = 200
)

// ErrRefused says that the server let nobody in, or put its user out. What it has sent
// says why.
var ErrRefused = errors.New("client: refused by the server")

// Run talks to the server on conn until one of the two leaves: in to the server,
// what it sends to out. It closes conn. The end of in is no error. When it is the
// server that ends, a read of in may still be under way. Its errors are [ErrRefused],
// those of out, and one in words for a connection that was lost.
func Run(conn net.Conn, l state.Lang, in io.Reader, out io.Writer) error {
	defer conn.Close()
	conn.Write(greeting)
	go func() {
		io.Copy(conn, in)
		closeWrite(conn)
	}()
	show := func(b []byte, whole bool) (err error) {
		if whole { // a question stays with the line that follows it
			_, err = out.Write(b)
		}
		return err
	}
	return lost(receive(conn, show, func(bool) {}), l)
}

// closeWrite says that nothing more comes.
func closeWrite(conn net.Conn) {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
}

// lost words the end of a connection; one that was ended is no error.
func lost(err error, l state.Lang) error {
	if err == nil || errors.Is(err, ErrRefused) {
		return err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return fmt.Errorf(lang.Of(l).ClientLost, err)
}

// Client is the client on a terminal: what is being typed stays below what
// arrives.
type Client struct {
	conn net.Conn
	lang state.Lang
	edit *line.Prompt

	mu       sync.Mutex // guards what follows
	question string     // the unfinished line that is the prompt now
	answered string     // the one shown for good, with its answer
	leaving  bool       // the member leaves
}

// New returns a client on a terminal in raw mode.
func New(conn net.Conn, l state.Lang, rw io.ReadWriter, width, height int) *Client {
	c := &Client{conn: conn, lang: l}
	c.edit = line.New(rw, line.Options{Keys: rw, Width: width, Height: height, Secret: room.Secret, OnInterrupt: func() {
		c.edit.Write([]byte(lang.Of(l).PressAgain + "\n"))
	}})
	return c
}

// SetSize follows the terminal's size.
func (c *Client) SetSize(width, height int) { c.edit.SetSize(width, height) }

// Run talks to the server until one of the two leaves, and closes the connection.
// Leaving by Ctrl-D or Ctrl-C is no error. When it is the server that ends, a
// read of the terminal may still be under way. Its errors are those of the function Run.
func (c *Client) Run() error {
	defer c.conn.Close()
	c.conn.Write(greeting)
	go func() {
		c.send()
		c.mu.Lock()
		c.leaving = true
		c.edit.Close() // takes what is typed, and the question above it, off the screen
		c.mu.Unlock()
		closeWrite(c.conn)
		c.conn.SetReadDeadline(time.Now().Add(farewellTimeout))
	}()
	err := receive(c.conn, c.show, c.echo)
	c.edit.Close()
	return lost(err, c.lang)
}

// show writes whole lines above what is typed; an unfinished one is a question,
// and becomes the prompt.
func (c *Client) show(b []byte, whole bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	rest := strings.TrimPrefix(string(b), c.answered)
	switch {
	case !whole:
		c.question = rest
		c.edit.SetPrompt(rest)
		return nil
	case c.leaving && rest == c.question: // nobody answers it any more
		return nil
	}
	c.question, c.answered = "", ""
	if _, err := io.WriteString(c.edit, rest); err != nil {
		return err
	}
	c.edit.SetPrompt("")
	return nil
}

// answer shows the question that a line answers, if there is one, with it: what
// the server sends next begins a line, as on a terminal that echoed Enter.
func (c *Client) answer(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.question == "" {
		return
	}
	io.WriteString(c.edit, c.question+line+"\n")
	c.answered += c.question
	c.question = ""
	c.edit.SetPrompt("")
}

// send gives the server each line entered, until the member leaves.
func (c *Client) send() {
	for {
		line, err := c.edit.ReadLine()
		if err != nil {
			return
		}
		if !c.edit.WasHidden() { // the server ends the line of a question that is answered so
			c.answer(line)
		}
		if _, err := io.WriteString(c.conn, line+"\r\n"); err != nil { // whole, so that nothing comes between
			return
		}
	}
}

// echo agrees that the server echoes what is typed, or no longer does: while it does,
// it must not be shown here.
func (c *Client) echo(theirs bool) {
	c.edit.Hide(theirs)
	verb := byte(telnetDONT)
	if theirs {
		verb = telnetDO
	}
	c.conn.Write([]byte{telnetIAC, verb, telnetEcho}) // what is lost shows in what is read
}

// receive reads what the server sends and hands on whole lines, cleaned of all
// that could command a terminal: a server is a stranger too. What remains of an
// unfinished line is handed on as such. echo is called each time that the server begins
// or stops to echo, before the text that came with it is shown. The error is ErrRefused
// when the server has said so, or has turned the connection away before it read anything.
func receive(conn net.Conn, show func(b []byte, whole bool) error, echo func(theirs bool)) error {
	var pending []byte
	var commands telnet
	buf := make([]byte, 4<<10)
	for {
		n, err := conn.Read(buf)
		echoed := commands.echoes
		pending = commands.filter(pending, buf[:n])
		if commands.echoes != echoed {
			echo(commands.echoes)
		}
		if commands.logout { // nobody answers a question any more: the reason comes last
			pending = pending[:bytes.LastIndexByte(pending, '\n')+1]
		}
		if end := lastLine(pending, err != nil); end > 0 {
			if err := show(clean(pending[:end]), true); err != nil {
				return err
			}
			pending = append(pending[:0], pending[end:]...)
		}
		switch {
		case err == nil:
		case commands.logout, errors.Is(err, io.EOF) && !commands.heard:
			return ErrRefused
		default:
			return err
		}
		if len(pending) > 0 && len(pending) <= maxQuestion {
			if err := show(clean(pending), false); err != nil {
				return err
			}
		}
	}
}

// lastLine returns how many bytes are whole lines, or all when there is no more
// to wait for.
func lastLine(b []byte, all bool) int {
	if all {
		return len(b)
	}
	if end := bytes.LastIndexByte(b, '\n') + 1; end > 0 || len(b) <= maxTail {
		return end
	}
	return piece(b)
}

// piece returns how much to show of an endless line: it ends where cleaning takes
// nothing off, with a character that is whole and no space.
func piece(b []byte) int {
	for i := len(b) - 1; i > 0; i-- {
		next, _ := utf8.DecodeRune(b[i:])
		last, _ := utf8.DecodeLastRune(b[:i])
		if utf8.RuneStart(b[i]) && !unicode.Is(unicode.M, next) && !unicode.IsSpace(last) {
			return i
		}
	}
	return len(b)
}

// clean takes all that could command a terminal out of lines. Unlike text.Clean it
// leaves a space that ends a line, as of a prompt.
func clean(lines []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(lines) {
		words, ended := bytes.CutSuffix(line, []byte("\n"))
		out.WriteString(text.Clean(string(words), false))
		if bytes.HasSuffix(words, []byte(" ")) {
			out.WriteByte(' ')
		}
		if ended {
			out.WriteByte('\n')
		}
	}
	return out.Bytes()
}
