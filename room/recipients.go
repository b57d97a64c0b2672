package room

import (
	"context"
	"strings"

	"salon/room/state"
	"salon/room/text"
)

// Recipients are whom a text is said to: everyone in a room, or those with some names, alone.
type Recipients struct {
	names []string      // none: everyone
	room  text.RoomName // in this room; "": in the one that is looked at
}

// ParseRecipients reads "#dev", "@all", "@ann" or "@ann,bob", in either language, as they begin a
// line. ok is false for anything else, and for more names than a private message may have.
func ParseRecipients(typed string) (to Recipients, ok bool) {
	if in, err := text.ParseRoomName(typed); err == nil {
		return Recipients{room: in}, true
	}
	list, _, at := addressed(typed)
	names, ok := recipientNames(list)
	switch {
	case !at, !ok, strings.ContainsAny(typed, " \t\r\n"):
		return Recipients{}, false
	case len(names) == 1 && everyoneWords.is(names[0]):
		return Recipients{}, true
	}
	return Recipients{names: names}, true
}

// maxRecipients is how many people one private message may name; with more it is refused.
const maxRecipients = 20

// recipientNames splits names at their commas. ok is false for none, and for more than a
// private message may have.
func recipientNames(list string) (names []string, ok bool) {
	names = strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
	return names, len(names) > 0 && len(names) <= maxRecipients
}

// addressed splits a line that begins with names: these, without their @ and what may stand
// behind them, and the text that follows.
func addressed(line string) (names, said string, ok bool) {
	word, said := text.CutSpace(strings.TrimLeft(line, " \n"))
	names, ok = strings.CutPrefix(word, "@")
	names = strings.TrimRight(names, ":,;")
	return names, said, ok && names != ""
}

// Say says a text as it is, whatever it begins with: nothing in it is a command. It is cleaned
// and limited as a line of [Session.Do] is. Those named are looked up now, as in a private
// message: everyone named gets it, or nobody. A Reply is a Notice about who did not get it or
// is away.
func (s *Session) Say(ctx context.Context, to Recipients, typed string) (Reply, error) {
	return whileOpen(ctx, s, func(ctx context.Context) (Reply, error) { return s.say(ctx, to, typed) })
}

func (s *Session) say(ctx context.Context, to Recipients, typed string) (Reply, error) {
	said, err := s.takeLine(ctx, typed)
	switch {
	case err != nil:
		return nil, err
	case strings.TrimSpace(said) == "":
		return nil, ErrEmpty
	}
	c := &call{Context: ctx, Session: s, command: s.room.table.say, rest: said, in: s.Looks()}
	if to.room != "" {
		c.command, c.rest = s.room.table.sayIn, string(to.room)+" "+said
		if err := c.place(); err != nil {
			return nil, err
		}
	}
	if err := c.allow(); err != nil {
		return nil, err
	}
	if len(to.names) > 0 {
		return c.whisper(said, func() ([]*state.Member, error) { return c.membersLocked(to.names) })
	}
	return c.untilBack(func() (Reply, error) { return doSayAll(c) })
}
