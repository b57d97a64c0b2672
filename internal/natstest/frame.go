package natstest

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// maxFrame bounds what a proxy holds of one message; a connection with a longer one ends.
const maxFrame = 64 << 20

// Message is a message on its way between a client and a server, as far as tests ask.
type Message struct {
	ToClient bool   // else from it
	Subject  string // under which it is published, or delivered
	Reply    string // where an answer is expected; "": nowhere
	// AnswerTo is the subject that this client published under to get this answer: a
	// message with the subject that JetStream acknowledges, for one. "": it is no first answer.
	AnswerTo string
	Size     int // of payload and headers
}

// frame is a line of NATS's protocol, with the payload if it has one.
type frame struct {
	bytes   []byte
	message *Message  // nil: it is no message
	due     time.Time // when it arrives
}

// readFrame reads the next one. See docs.nats.io, "client protocol".
func readFrame(r *bufio.Reader, toClient bool) (frame, error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return frame{}, err // a line that is too long for the buffer is none of theirs
	}
	bytes := append([]byte(nil), line...)
	m, err := parseMessage(string(line), toClient)
	if err != nil || m == nil {
		return frame{bytes: bytes}, err
	}
	begins := len(bytes)
	bytes = append(bytes, make([]byte, m.Size+len("\r\n"))...)
	_, err = io.ReadFull(r, bytes[begins:])
	return frame{bytes: bytes, message: m}, err
}

// parseMessage reads the line before a payload; nil: no payload follows.
func parseMessage(line string, toClient bool) (*Message, error) {
	words := strings.Fields(line)
	if len(words) == 0 {
		return nil, nil
	}
	sizes, named := 1, 1 // how many words there are at the end, and at the beginning besides the reply
	switch strings.ToUpper(words[0]) {
	case "PUB":
	case "HPUB":
		sizes = 2
	case "MSG":
		named = 2
	case "HMSG":
		sizes, named = 2, 2
	default:
		return nil, nil
	}
	least := 1 + named + sizes
	if len(words) < least || len(words) > least+1 {
		return nil, fmt.Errorf("not a message: %q", line)
	}
	size, err := strconv.Atoi(words[len(words)-1])
	if err != nil || size < 0 || size > maxFrame {
		return nil, fmt.Errorf("not a message: %q", line)
	}
	m := &Message{ToClient: toClient, Subject: words[1], Size: size}
	if len(words) > least {
		m.Reply = words[1+named]
	}
	return m, nil
}
