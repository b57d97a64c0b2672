package room_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// cutModel is what the room promises those who lose their connection, written down once
// more in the plainest way: eve is always here and sees everything, others come and go.
type cutModel struct {
	h       *testRoom
	eve     *person
	began   time.Time
	people  map[string]*modelPerson
	count   int
	sees    []string // what eve has to see
	trouble string   // what first differed
}

type modelPerson struct {
	entry    room.Entry
	sessions []*modelSession
}

type modelSession struct {
	*person               // nil while cut
	lapses  time.Duration // when cut
	draft   string
	letters []string // that wait
}

var cutPeople = []string{"ann", "bob", "cleo", "dan"} // the first two with keys

var cutSteps = []string{"join", "join", "join", "lose", "lose", "lose", "quit", "kick", "tell", "tell", "say", "wait 1s", "wait 20s", "wait 61s"}

// TestThoseWhoAreCutAsModelled takes any steps of any people.
func TestThoseWhoAreCutAsModelled(t *testing.T) {
	type step struct{ What, Who int }
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) step {
			return step{rapid.IntRange(0, len(cutSteps)-1).Draw(rt, "what"), rapid.IntRange(0, len(cutPeople)-1).Draw(rt, "who")}
		}), 1, 40).Draw(rt, "steps")
		var trouble string
		synctest.Test(t, func(t *testing.T) {
			h := open(t, room.Config{CutWait: time.Minute}, room.NewMemoryLog(), room.NewMemoryStore())
			m := &cutModel{h: h, eve: h.join("eve")[0], began: time.Now(), people: map[string]*modelPerson{}}
			for i, name := range cutPeople {
				m.people[name] = &modelPerson{entry: from(text.Pseudo(name), fmt.Sprint("192.0.2.", i))}
				if i < 2 {
					m.people[name].entry.KeyID = fingerprint(name)
				}
			}
			for _, s := range steps {
				if m.trouble == "" {
					m.step(cutSteps[s.What], cutPeople[s.Who])
				}
			}
			trouble = m.trouble
		})
		if trouble != "" {
			rt.Fatal(trouble)
		}
	})
}

// step takes one step, and compares what everybody sees.
func (m *cutModel) step(what, who string) {
	p := m.people[who]
	m.count++
	open := slices.IndexFunc(p.sessions, func(s *modelSession) bool { return s.person != nil })
	switch what {
	case "join":
		m.join(who, p)
	case "lose":
		if open >= 0 {
			m.lose(p, p.sessions[open])
		}
	case "quit":
		if open >= 0 {
			p.sessions[open].loses(state.Quit)
			m.gone(who, p, open, "(quit)")
		}
	case "kick":
		if len(p.sessions) > 0 {
			m.h.console().does("kick " + who)
			p.sessions = nil
			m.sees = append(m.sees, who+" kicked by console: ")
		}
	case "tell":
		m.tell(who, p)
	case "say":
		words := fmt.Sprint("words ", m.count)
		m.eve.does(words)
		m.sees = append(m.sees, "eve: "+words)
	default:
		d, _ := time.ParseDuration(what[len("wait "):])
		sleep(d)
		m.lapse()
	}
	m.compare(what + " " + who)
}

// join brings somebody in, who resumes the first of their sessions that was cut.
func (m *cutModel) join(who string, p *modelPerson) {
	cut := slices.IndexFunc(p.sessions, func(s *modelSession) bool { return s.person == nil })
	if cut < 0 && (len(p.sessions) >= 3 || p.entry.KeyID == "" && len(p.sessions) > 0) {
		return
	}
	s := m.h.arrive(p.entry)
	if cut < 0 {
		if len(p.sessions) == 0 {
			m.sees = append(m.sees, "+"+who)
		}
		p.sessions = append(p.sessions, &modelSession{person: s})
		return
	}
	was := p.sessions[cut]
	p.sessions[cut] = &modelSession{person: s}
	if draft, _ := s.Resumed().(string); draft != was.draft {
		m.differs("%s has the draft %q back, want %q", who, draft, was.draft)
	}
	var letters []string
	for _, it := range s.items() {
		if it.Event != nil && it.Place == 0 {
			letters = append(letters, it.Event.Body.(state.Whispered).Text)
		}
	}
	if !slices.Equal(letters, was.letters) {
		m.differs("%s is given %q, want %q", who, letters, was.letters)
	}
}

// lose has a session's connection break while a line is being typed.
func (m *cutModel) lose(p *modelPerson, s *modelSession) {
	s.items()
	draft := fmt.Sprint("draft ", m.count)
	s.Keep(draft, len(draft))
	if s.person.loses(state.Lost); p.entry.KeyID != "" {
		s.draft = draft
	}
	s.person, s.lapses = nil, m.now()+time.Minute
}

func (m *cutModel) now() time.Duration { return time.Since(m.began) }

// tell sends somebody a private message.
func (m *cutModel) tell(who string, p *modelPerson) {
	words := fmt.Sprint("letter ", m.count)
	reply, err := m.eve.Do(m.h.Context(), "@"+who+" "+words)
	if len(p.sessions) == 0 {
		if err == nil {
			m.differs("a letter to %s, who is not here, was sent", who)
		}
		return
	}
	m.sees = append(m.sees, fmt.Sprintf("eve -> [%s]: %s", who, words))
	want := room.Reply(room.Notice{What: room.RecipientLost, Name: p.entry.Pseudo})
	if p.entry.KeyID != "" {
		want = room.Notice{What: room.RecipientCut, Name: p.entry.Pseudo}
	}
	for _, s := range p.sessions {
		switch {
		case s.person != nil:
			want = nil
		case p.entry.KeyID != "":
			s.letters = append(s.letters, words)
		}
	}
	if reply != want || err != nil {
		m.differs("eve, who writes to %s, is told %+v, %v, want %+v", who, reply, err, want)
	}
}

// lapse ends the sessions that nobody came back for.
func (m *cutModel) lapse() {
	type lapse struct {
		who string
		at  time.Duration
	}
	var due []lapse
	for _, who := range cutPeople {
		for _, s := range m.people[who].sessions {
			if s.person == nil && s.lapses <= m.now() {
				due = append(due, lapse{who, s.lapses})
			}
		}
	}
	slices.SortStableFunc(due, func(a, b lapse) int { return int(a.at - b.at) })
	for _, d := range due {
		p := m.people[d.who]
		m.gone(d.who, p, slices.IndexFunc(p.sessions, func(s *modelSession) bool { return s.person == nil && s.lapses == d.at }), "(lost)")
	}
}

// gone takes a session away, which others see if it was the last.
func (m *cutModel) gone(who string, p *modelPerson, i int, how string) {
	if p.sessions = slices.Delete(p.sessions, i, i+1); len(p.sessions) == 0 {
		m.sees = append(m.sees, "-"+who+" "+how)
	}
}

func (m *cutModel) differs(format string, args ...any) {
	if m.trouble == "" {
		m.trouble = fmt.Sprintf(format, args...)
	}
}

// compare wants eve to have seen what she has to, and to be shown who is here and away.
func (m *cutModel) compare(after string) {
	var saw []string
	for _, it := range m.eve.items() {
		saw = append(saw, sketch(it))
	}
	slices.Sort(saw) // those who lapse together leave in any order
	slices.Sort(m.sees)
	if !slices.Equal(saw, m.sees) {
		m.differs("after %s eve sees %q, want %q", after, saw, m.sees)
	}
	m.sees = nil
	here := map[string]bool{"eve": false}
	for who, p := range m.people {
		if len(p.sessions) > 0 {
			here[who] = !slices.ContainsFunc(p.sessions, func(s *modelSession) bool { return s.person != nil })
		}
	}
	shown := map[string]bool{}
	for _, a := range m.eve.Roster().People {
		shown[string(a.Pseudo)] = a.Away
	}
	if fmt.Sprint(shown) != fmt.Sprint(here) {
		m.differs("after %s these are here, and away: %v, want %v", after, shown, here)
	}
}
