package room

import (
	"cmp"
	"context"
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
	// pastAround is how many messages from one that is asked for on are shown with those
	// before it.
	pastAround = 25
)

// Ask returns the page that a key asks for, with the request in [Past.Asked]. It shows
// nothing: Answer does. The command "more" then shows the page before it.
//
// Requests have a budget of their own, apart from that of messages and of lines.
// Above it Ask waits: a request is never refused as too fast, and nobody is kicked for
// asking. Operators do not wait. Ask ends with ctx, or with the session, whose
// [state.Ending] it then returns.
//
// The other errors are ErrEmpty, when a Search looks for nothing, ErrTextTooLong, and
// those of the [Store].
func (s *Session) Ask(ctx context.Context, r Request) (Past, error) {
	p, err := whileOpen(ctx, s, func(ctx context.Context) (Past, error) { return s.ask(ctx, r) })
	p.Asked = r
	return p, err
}

func (s *Session) ask(ctx context.Context, r Request) (Past, error) {
	if s.Role() < state.Operator {
		if err := s.own.requests.Wait(ctx); err != nil {
			return Past{}, err
		}
	}
	c := &call{Context: ctx, Session: s, in: s.Looks()}
	switch r := r.(type) {
	case Search:
		typed, err := cleaned(r.Text, false)
		if err != nil {
			return Past{}, err
		}
		return c.search(typed)
	case Around:
		return c.around(r.Seq)
	case Older:
		if r == (Older{}) {
			return Past{Continued: true}, nil
		}
		return c.before(r.of)
	}
	panic("room: an unknown Request") // the interface is sealed
}

// doHistory shows the last messages, those of a day, or those around one: #1234.
func doHistory(c *call) (Reply, error) {
	p := page{in: c.in, n: pastDefault}
	var wrong error
	switch from, to, isDay := c.day(c.rest); {
	case isDay:
		p.day, p.query, p.n = from, state.Query{From: from, To: to}, pastMax
	case strings.HasPrefix(c.rest, "#"):
		seq, err := strconv.ParseUint(c.rest[1:], 10, 48)
		if err != nil || seq == 0 {
			return c.misused(c.rest)
		}
		return c.around(state.Seq(seq))
	case c.rest != "":
		p.n, wrong = strconv.Atoi(c.rest)
	}
	if wrong != nil || p.n < 1 {
		return c.misused(c.rest)
	}
	p.n = min(p.n, pastMax)
	return c.past(p)
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
	p := c.older.Load()
	if p == nil {
		return Notice{What: NothingMore}, nil
	}
	return c.before(*p)
}

// around returns the page around an event.
func (c *call) around(seq state.Seq) (Past, error) {
	return c.past(page{in: c.in, around: seq, query: state.Query{Before: seq + pastAround}, n: pastDefault})
}

// search returns the newest page of what is looked for; ErrEmpty when that is nothing.
func (c *call) search(typed string) (Past, error) {
	everywhere := slices.ContainsFunc(strings.Fields(typed), allRooms.is)
	q, ok := c.query(typed)
	if !ok {
		return Past{}, ErrEmpty
	}
	return c.past(page{in: c.in, everywhere: everywhere, search: typed, query: q, n: pastDefault})
}

// before returns the page that another was said to have before it.
func (c *call) before(p page) (Past, error) {
	shown, err := c.past(p)
	shown.Continued = true
	return shown, err
}

// past returns a page, and remembers the one before it for the command "more".
func (c *call) past(p page) (Past, error) {
	events, err := c.read(c.pageRooms(p), p.query, p.n+1) // one more than is shown tells whether there are more
	cut, isCut := errors.AsType[*state.CutError](err)
	unread := errors.Is(err, state.ErrUnread)
	if err != nil && !isCut && !unread {
		return Past{}, err
	}
	shown := newest(events[max(0, len(events)-p.n):], pastBytes)
	past := Past{Search: p.search, Day: p.day, Around: p.around, More: isCut && !c.from.Quiet, Unread: unread}
	switch {
	case len(shown) < len(events):
		past.More, p.query.Before = !c.from.Quiet, shown[0].Seq
	case isCut:
		past.Searched, p.query.Before = cut.Since, cut.Before
	}
	c.older.Store(nil)
	if past.More {
		p.around = 0
		past.Older = Older{p}
		c.older.Store(&p)
	}
	if health := c.room.Health(); health.Err != nil {
		past.Unrecorded = health.Since
	}
	past.Events = c.withoutIgnored(shown)
	return past, nil
}

// read returns the last n events that match, oldest first.
func (c *call) read(in state.Rooms, q state.Query, n int) ([]state.Event, error) {
	if (q == state.Query{Before: q.Before}) {
		return c.room.store.Last(c, in, n, q.Before)
	}
	if q.Text == "" && q.By == "" {
		return c.room.store.Search(c, in, q, n) // a day
	}
	return c.searchStore(in, q, n)
}

// query understands what is looked for; ok is false for nothing. A day that stands alone
// is a word like others: its messages are history.
func (c *call) query(line string) (q state.Query, ok bool) {
	typed, words := strings.Fields(line), []string(nil)
	for _, w := range typed {
		from, to, isDay := c.day(w)
		switch {
		case allRooms.is(w):
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

// unquoted removes the quotes around a day that is looked for as a word: "hier".
func (c *call) unquoted(word string) string {
	if inner := strings.Trim(word, "\"“”«»"); inner != word {
		if _, _, isDay := c.day(inner); isDay {
			return inner
		}
	}
	return word
}

// day understands a day in the session's time zone.
func (c *call) day(word string) (from, to time.Time, ok bool) {
	return parseDay(word, cmp.Or(c.Prefs().Zone, time.Local))
}

// withoutIgnored removes the events of those whom the session ignores.
func (s *Session) withoutIgnored(events []state.Event) []state.Event {
	return slices.DeleteFunc(events, func(e state.Event) bool { return s.Hides(&e) })
}
