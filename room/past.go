package room

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// Bounds on one page of the past.
const (
	pastDefault = 50
	pastMax     = 200
	// pastBytes is how much text is shown of it at most, the newest first: an
	// answer is held in memory until it is read.
	pastBytes = 128 << 10
	// pastAround is how many places after one that is asked for are shown with it.
	pastAround = 25
)

// asked is a page of the past: what is sought, and how much of it at a time.
type asked struct {
	search string      // as typed; "" for history
	day    time.Time   // zero: not of one
	around state.Seq   // 0: none
	query  state.Query // Before is the end of the page; 0: now
	n      int
}

// doHistory shows the last messages, those of a day, or those around a place: #1234.
func doHistory(c *call) (Reply, error) {
	a := asked{n: pastDefault}
	var wrong error
	switch from, to, isDay := c.day(c.rest); {
	case isDay:
		a.day, a.query, a.n = from, state.Query{From: from, To: to}, pastMax
	case strings.HasPrefix(c.rest, "#"):
		at, err := strconv.ParseUint(c.rest[1:], 10, 48)
		if err != nil || at == 0 {
			return c.usage()
		}
		return c.around(state.Seq(at))
	case c.rest != "":
		a.n, wrong = strconv.Atoi(c.rest)
	}
	if wrong != nil || a.n < 1 {
		return c.usage()
	}
	a.n = min(a.n, pastMax)
	return c.past(a)
}

// doSearch looks for words, "@ann" for who said them, and a day for when.
func doSearch(c *call) (Reply, error) {
	p, err := c.search(c.rest)
	if errors.Is(err, ErrEmpty) {
		return c.usage()
	}
	return p, err
}

// doMore shows the page before the one shown last.
func doMore(c *call) (Reply, error) {
	a := c.older.Load()
	if a == nil {
		return Notice{What: NothingMore}, nil
	}
	return c.before(*a)
}

// around returns the page around a place.
func (c *call) around(at state.Seq) (Past, error) {
	return c.past(asked{around: at, query: state.Query{Before: at + pastAround}, n: pastDefault})
}

// search returns the newest page of what is sought; ErrEmpty when that is nothing.
func (c *call) search(typed string) (Past, error) {
	q, ok := c.query(typed)
	if !ok {
		return Past{}, ErrEmpty
	}
	return c.past(asked{search: typed, query: q, n: pastDefault})
}

// before returns the page that another was said to have before it.
func (c *call) before(a asked) (Past, error) {
	p, err := c.past(a)
	p.Continued = true
	return p, err
}

// past shows a page, and remembers where the one before it ends.
func (c *call) past(a asked) (Past, error) {
	events, err := c.read(a.query, a.n+1) // one more than is shown tells whether there are more
	if err != nil && !errors.Is(err, state.ErrUnread) {
		return Past{}, err
	}
	shown := newest(events[max(0, len(events)-a.n):], pastBytes)
	p := Past{Search: a.search, Day: a.day, Around: a.around, More: len(shown) < len(events) && !c.from.quiet}
	c.older.Store(nil)
	if p.More {
		a.query.Before, a.around = shown[0].Seq, 0
		p.Older = Older{a}
		c.older.Store(&a)
	}
	p.Unread = err != nil
	if health := c.room.Health(); health.Err != nil {
		p.Unrecorded = health.Since
	}
	p.Events = c.heard(shown)
	return p, nil
}

// read returns the last n events that are sought, oldest first.
func (c *call) read(q state.Query, n int) ([]state.Event, error) {
	if (q == state.Query{Before: q.Before}) {
		return c.room.store.Last(c, n, q.Before)
	}
	return c.room.store.Search(c, q, n)
}

// query understands what is sought; ok is false for nothing. A day that stands alone
// is a word like others: its history is asked for otherwise.
func (c *call) query(line string) (q state.Query, ok bool) {
	typed, words := strings.Fields(line), []string(nil)
	for _, w := range typed {
		from, to, isDay := c.day(w)
		switch {
		case isDay && q.From.IsZero() && len(typed) > 1:
			q.From, q.To = from, to
		case len(w) > 1 && w[0] == '@' && q.By == "":
			q.By = text.Pseudo(text.FirstRunes(w[1:], text.MaxQuoted))
		default:
			words = append(words, c.unquoted(w))
		}
	}
	q.Text = strings.Join(words, " ")
	return q, q != state.Query{}
}

// unquoted is how a day is sought as a word beside others: "hier".
func (c *call) unquoted(word string) string {
	if inner := strings.Trim(word, "\"“”«»"); inner != word {
		if _, _, isDay := c.day(inner); isDay {
			return inner
		}
	}
	return word
}

// heard leaves out those whom the session ignores.
func (s *Session) heard(events []state.Event) []state.Event {
	return slices.DeleteFunc(events, func(e state.Event) bool { return s.Hides(&e) })
}

// newest drops the oldest events beyond so many bytes of text; one stays.
func newest(events []state.Event, limit int) []state.Event {
	size := 0
	for i := len(events) - 1; i >= 0; i-- {
		if size += state.Size(events[i].Body); size > limit && i < len(events)-1 {
			return events[i+1:]
		}
	}
	return events
}
