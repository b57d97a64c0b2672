package load_test

import (
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/gliderlabs/ssh"
	"golang.org/x/term"
)

// reference is the afternoon version of a chat over ssh, which salon is measured
// against: a queue and a goroutine for each member, a line editor, and a message
// formatted once for each reader. It has no history, no limits and no manners.
type reference struct {
	mu      sync.Mutex
	members map[string]chan string
}

// queued is how many messages wait for one member; the next are dropped.
const queued = 4096

func serveReference(l net.Listener) error {
	r := &reference{members: map[string]chan string{}}
	srv := &ssh.Server{Handler: r.handle}
	return srv.Serve(l)
}

func (r *reference) handle(s ssh.Session) {
	t := term.NewTerminal(s, "> ")
	queue := make(chan string, queued)
	r.mu.Lock()
	r.members[s.User()] = queue
	r.mu.Unlock()
	r.broadcast(s.User() + " joined")
	defer func() {
		r.mu.Lock()
		delete(r.members, s.User())
		r.mu.Unlock()
		close(queue)
	}()
	go func() {
		for text := range queue {
			io.WriteString(t, text+"\n")
		}
	}()
	for {
		line, err := t.ReadLine()
		if err != nil {
			return
		}
		r.broadcast(fmt.Sprintf("%s: %s", s.User(), line))
	}
}

func (r *reference) broadcast(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, queue := range r.members {
		select {
		case queue <- text:
		default:
		}
	}
}
