package lang

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"salon/room"
	"salon/room/text"
)

func (v View) people(r room.People, now time.Time) []string {
	members := sorted(r.Members, func(p room.Person) text.Pseudo { return p.Pseudo }, v.Lang)
	width := 0
	for _, p := range members {
		width = max(width, utf8.RuneCountInString(string(p.Pseudo)))
	}
	if len(members) == 0 {
		return []string{v.texts().NobodyHere}
	}
	lines := []string{strings.TrimRight(fmt.Sprintf(v.texts().Present, len(members), ""), " ")}
	for _, p := range members {
		pad := strings.Repeat(" ", width-utf8.RuneCountInString(string(p.Pseudo)))
		line := "  " + fmt.Sprintf(v.texts().Since, name(p.Pseudo)+pad, v.Moment(p.Since, now))
		lines = append(lines, strings.Join(append([]string{line}, v.marks(p, now)...), "  "))
	}
	return lines
}

// marks are what there is to say about a member besides their name.
func (v View) marks(p room.Person, now time.Time) []string {
	t := v.texts()
	var marks []string
	if p.Away != nil && p.Away.Text != "" {
		marks = append(marks, fmt.Sprintf(t.AwayIs, v.Moment(p.Away.Since, now), shown(p.Away.Text)))
	} else if p.Away != nil {
		marks = append(marks, fmt.Sprintf(t.AwayNoText, v.Moment(p.Away.Since, now)))
	}
	if p.Lost {
		marks = append(marks, t.LostMark)
	}
	if p.Operator {
		marks = append(marks, t.OperatorMark)
	}
	if len(p.Nodes) > 0 {
		marks = append(marks, fmt.Sprintf(t.OnNodes, joined(p.Nodes, nodeName)))
	}
	switch {
	case p.Muted && !p.MutedUntil.IsZero():
		marks = append(marks, t.MutedMark+" "+fmt.Sprintf(t.UntilTime, v.Moment(p.MutedUntil, now)))
	case p.Muted:
		marks = append(marks, t.MutedMark)
	}
	return marks
}

// nodeName writes a node's name, which another node gave.
func nodeName(n string) string { return text.Isolate(text.Clean(n, false)) }

// counted lists words once each, with how often where that is more: "ssh x2, tcp".
func counted(words []string) string {
	times := map[string]int{}
	var once []string
	for _, w := range words {
		if times[w]++; times[w] == 1 {
			once = append(once, w)
		}
	}
	return joined(once, func(w string) string {
		if times[w] > 1 {
			w = fmt.Sprintf("%s x%d", w, times[w])
		}
		return w
	})
}

func (v View) profile(p room.Person, now time.Time) string {
	t := v.texts()
	parts := []string{fmt.Sprintf(t.Since, name(p.Pseudo), v.Moment(p.Since, now)), fmt.Sprintf(t.Connected, counted(p.Fronts))}
	parts = append(parts, v.marks(p, now)...)
	if !p.Registered.IsZero() {
		parts = append(parts, v.registration(p, now))
	}
	if p.Details {
		if p.KeyID != "" {
			parts = append(parts, fmt.Sprintf(t.Key, p.KeyID))
		} else {
			parts = append(parts, t.NoKey)
		}
		for i, addr := range p.Addrs {
			parts = append(parts, strings.TrimSpace(fmt.Sprintf(t.From, addr)+" "+p.Clients[i]))
		}
	}
	return strings.Join(parts, "  ")
}

// registration says since when a pseudo is registered, and to operators with how many
// keys.
func (v View) registration(p room.Person, now time.Time) string {
	t := v.texts()
	text := fmt.Sprintf(t.RegisteredSince, v.Moment(p.Registered, now))
	switch {
	case !p.Details || p.Keys == 0:
		return text
	case p.Keys == 1:
		return text + ", " + fmt.Sprintf(t.KeyCountOne, p.Keys)
	}
	return text + ", " + fmt.Sprintf(t.KeyCount, p.Keys)
}

// own says what opens one's own pseudo.
func (v View) own(o *room.Own) []string {
	if o == nil {
		return nil
	}
	t := v.texts()
	lines := []string{t.OpensWith}
	for _, key := range o.Keys {
		lines = append(lines, "  "+fmt.Sprintf(t.Key, key))
	}
	if o.Pass {
		return append(lines, "  "+t.PassPhraseSet)
	}
	return append(lines, "  "+t.NoPassPhrase)
}

func (v View) accounts(r room.Accounts) []string {
	t := v.texts()
	if len(r.Pseudos) == 0 {
		return []string{t.NoAccounts}
	}
	list := names(v.sorted(r.Pseudos))
	if r.More > 0 {
		list = fmt.Sprintf(t.AndOthers, list, r.More)
	}
	return append([]string{fmt.Sprintf(t.AccountCount, len(r.Pseudos)+r.More)}, wrap(list)...)
}
