package natstest

import (
	"fmt"
	"sync"
	"time"
)

// Tally compares what people said, each numbering their messages from 0, with what others
// read. All methods may be called from any goroutine.
type Tally struct {
	mu       sync.Mutex
	speakers map[string]*Speaker
	readers  []*Reader
}

// NewTally returns one that nobody has said anything in.
func NewTally() *Tally { return &Tally{speakers: map[string]*Speaker{}} }

// Speaker is somebody who says one message after the other.
type Speaker struct {
	name  string
	tally *Tally

	sent    int
	acked   map[int]time.Time
	refused map[int]bool
	last    time.Time // of an acknowledgement, or when they began
	longest time.Duration
}

// Reader is somebody who reads what all say.
type Reader struct {
	name  string
	tally *Tally
	seen  []Mark
	at    []time.Time // of each
}

// Mark is a message: the how-manieth of whom.
type Mark struct {
	By string
	N  int
}

func (m Mark) String() string { return fmt.Sprintf("%s.%d", m.By, m.N) }

// Speaker adds somebody, whose name has no point in it.
func (t *Tally) Speaker(name string) *Speaker {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := &Speaker{name: name, tally: t, acked: map[int]time.Time{}, refused: map[int]bool{}, last: time.Now()}
	t.speakers[name] = s
	return s
}

// Again has a speaker go on who was away: that time is no outage.
func (s *Speaker) Again() {
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	s.last = time.Now()
}

// Reader adds somebody, who has to read all that is said from now on.
func (t *Tally) Reader(name string) *Reader {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := &Reader{name: name, tally: t}
	t.readers = append(t.readers, r)
	return r
}

// Next returns the text of the next message, which counts as sent.
func (s *Speaker) Next() string {
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	s.sent++
	return Mark{s.name, s.sent - 1}.String()
}

// Acked notes that the message that Next returned last was acknowledged.
func (s *Speaker) Acked() {
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	now := time.Now()
	s.acked[s.sent-1] = now
	s.longest, s.last = max(s.longest, now.Sub(s.last)), now
}

// Refused notes that the message that Next returned last was refused: nobody may read it.
func (s *Speaker) Refused() {
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	s.refused[s.sent-1] = true
}

// Slowest returns when the speaker whose last acknowledgement is the oldest had it.
func (t *Tally) Slowest() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	slowest := time.Now()
	for _, s := range t.speakers {
		if s.last.Before(slowest) {
			slowest = s.last
		}
	}
	return slowest
}

// Read notes a text; one that is no message of a Tally is ignored.
func (r *Reader) Read(text string) {
	for i := range len(text) {
		if text[i] != '.' {
			continue
		}
		m := Mark{By: text[:i]}
		if _, err := fmt.Sscan(text[i+1:], &m.N); err != nil {
			return
		}
		r.tally.mu.Lock()
		defer r.tally.mu.Unlock()
		r.seen, r.at = append(r.seen, m), append(r.at, time.Now())
		return
	}
}

// Counts is what a Tally found. A sent message that was neither acknowledged nor refused may
// have been read, once, or not.
type Counts struct {
	Sent, Acknowledged, Refused int
	Lost                        int           // acknowledged, and not read by somebody
	Doubled                     int           // read more than once by somebody
	Disordered                  int           // read by somebody after a later one of the same speaker, or in another order than by others
	Unwanted                    int           // refused, and read by somebody
	Outage                      time.Duration // the longest time between two acknowledgements of a speaker
	Late                        time.Duration // the longest from an acknowledgement until somebody read it
	Example                     string        // of what is wrong; "": nothing is
}

// Wrong reports whether a message was lost, doubled or read out of order, or although it was
// refused.
func (c Counts) Wrong() bool { return c.Lost+c.Doubled+c.Disordered+c.Unwanted > 0 }

func (c Counts) String() string {
	s := fmt.Sprintf("%d sent, %d acknowledged, %d refused: %d lost, %d doubled, %d out of order, %d read though refused; longest outage %v, read %v late at most",
		c.Sent, c.Acknowledged, c.Refused, c.Lost, c.Doubled, c.Disordered, c.Unwanted, c.Outage.Round(time.Millisecond), c.Late.Round(time.Millisecond))
	if c.Example != "" {
		s += "; " + c.Example
	}
	return s
}

// Count compares what was said and read so far.
func (t *Tally) Count() Counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	var c Counts
	for _, s := range t.speakers {
		c.Sent += s.sent
		c.Acknowledged += len(s.acked)
		c.Refused += len(s.refused)
		c.Outage = max(c.Outage, s.longest)
	}
	var longest []Mark
	for _, r := range t.readers {
		if len(r.seen) > len(longest) {
			longest = r.seen
		}
	}
	for _, r := range t.readers {
		t.compare(&c, r, longest)
	}
	return c
}

// compare counts what is wrong with what one has read.
func (t *Tally) compare(c *Counts, r *Reader, longest []Mark) {
	wrong := func(count *int, what string, m Mark) {
		*count++
		if c.Example == "" {
			c.Example = fmt.Sprintf("%s %s %v", r.name, what, m)
		}
	}
	place, last := map[Mark]int{}, map[string]int{}
	for i, m := range r.seen {
		if _, twice := place[m]; twice {
			wrong(&c.Doubled, "read twice", m)
			continue
		}
		if m.N < last[m.By] {
			wrong(&c.Disordered, "read late", m)
		}
		place[m], last[m.By] = i, max(last[m.By], m.N)
	}
	for by, s := range t.speakers {
		for n, at := range s.acked {
			if i, found := place[Mark{by, n}]; found {
				c.Late = max(c.Late, r.at[i].Sub(at))
			} else {
				wrong(&c.Lost, "did not read", Mark{by, n})
			}
		}
		for n := range s.refused {
			if _, found := place[Mark{by, n}]; found {
				wrong(&c.Unwanted, "read what was refused", Mark{by, n})
			}
		}
	}
	at := -1
	for _, m := range longest {
		if i, found := place[m]; found && i < at {
			wrong(&c.Disordered, "read in another order", m)
		} else if found {
			at = i
		}
	}
}
