package lang

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// Event writes an event in line mode: one line, or several for a message of
// several lines, each with the whole prefix, so that nobody can forge one. Lines
// end with \n, but for the last. They begin with the room, where it is not the one
// that the reader looks at.
func (v View) Event(e *state.Event) string {
	clock := v.where(e.Body) + v.Clock(e.Time)
	switch b := e.Body.(type) {
	case state.Said:
		if mark := v.Removed(b); mark != "" {
			return clock + " " + name(b.From) + ": [" + mark + "]"
		}
		if b.Action {
			return prefixed(clock+" ~ "+name(b.From)+" ", b.Text) // not an event's mark: "/me left" is no departure
		}
		return prefixed(clock+" "+name(b.From)+": ", b.Text)
	case state.Whispered:
		return prefixed(fmt.Sprintf("%s [%s] %s -> %s: ", clock, v.texts().Private, v.myself(b.From), joined(b.To, v.myself)), b.Text)
	case state.Walled:
		return prefixed(clock+" *** "+v.announce(b.By)+v.texts().Colon, b.Text)
	}
	return clock + " * " + v.Happening(e)
}

// where names the room of an event, with a blank behind it; "" for the one that the reader
// looks at, and for what concerns everybody on the server.
func (v View) where(b state.Body) string {
	room, in := state.RoomOf(b)
	switch b.(type) {
	case state.Said, state.TopicSet:
		in = cmp.Or(in, text.Salon)
	}
	if room == v.Room || in == "" {
		return ""
	}
	return roomName(in) + " "
}

// prefixed puts a prefix before each line of a text.
func prefixed(prefix, words string) string {
	if !strings.Contains(words, "\n") {
		return prefix + shown(words)
	}
	var b strings.Builder
	for i, line := range strings.Split(words, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(prefix + shown(line))
	}
	return b.String()
}

func (v View) announce(by text.Pseudo) string {
	if by == "" {
		return v.texts().Announce
	}
	return v.named(v.texts().WallBy, name(by))
}

// myself names a member, and the reader as "me".
func (v View) myself(p text.Pseudo) string {
	if v.Me != "" && p == v.Me {
		return v.texts().Me
	}
	return name(p)
}

// Happening writes what happened in one sentence, without its time; "" for what
// people said.
func (v View) Happening(e *state.Event) string {
	t := v.texts()
	switch b := e.Body.(type) {
	case state.Joined:
		return fmt.Sprintf(t.Joined, name(b.Pseudo))
	case state.Left:
		return v.left(b)
	case state.Renamed:
		return fmt.Sprintf(t.Renamed, name(b.From), name(b.To))
	case state.TopicSet:
		return fmt.Sprintf(t.TopicSet, v.by(b.By), shown(b.Text))
	case state.Kicked:
		return v.kicked(b)
	case state.Banned:
		return v.banned(b)
	case state.Unbanned:
		return v.unbanned(b)
	case state.Muted:
		return v.muted(b, e.Time)
	case state.Unmuted:
		if b.In != "" {
			return fmt.Sprintf(t.RoomSpeak, name(b.Pseudo), roomName(b.In))
		}
		return fmt.Sprintf(t.Unmuted, name(b.Pseudo))
	case state.SlowSet:
		if b.Every == 0 {
			return t.SlowOff
		}
		return fmt.Sprintf(t.SlowOn, Duration(b.Every, v.Lang))
	case state.ShutdownPlanned:
		return v.withReason(fmt.Sprintf(t.Closing, Duration(b.In, v.Lang)), b.Reason)
	case state.ShutdownCountdown:
		return fmt.Sprintf(t.Closing, Duration(b.Left, v.Lang))
	case state.ShutdownCancelled:
		return t.ClosingCancelled
	case state.Gap:
		return v.gap(b, e.Time)
	case state.Gathered:
		return fmt.Sprintf(t.Gathered, b.In, b.Out, b.Present)
	case state.NodeUp:
		return v.lost(b.Gone)
	case state.NodeDown:
		return v.lost(b.Gone)
	case state.LogLost:
		return t.LogLost
	case state.LogFound:
		return t.LogFound
	}
	return cmp.Or(v.inRooms(e.Body), v.takenBack(e.Body))
}

// mostLost is how many people are named whose connections were lost at once; the
// others are counted.
const mostLost = 10

// lost names those whose connections were lost at once.
func (v View) lost(gone []text.Pseudo) string {
	t := v.texts()
	switch n := len(gone) - mostLost; {
	case len(gone) == 1:
		return fmt.Sprintf(t.LeftLost, name(gone[0]))
	case n > 0:
		return fmt.Sprintf(t.LostSeveral, fmt.Sprintf(t.AndOthers, names(gone[:mostLost]), n))
	}
	return fmt.Sprintf(t.LostSeveral, names(gone))
}

// Together returns sentences that say that several members came, or left alike, as like
// says of the first: the longest first. Others are those who are not among the names.
func (v View) Together(like *state.Event, members []text.Pseudo, others int) []string {
	t := v.texts()
	one, several, count, lost := t.Joined, t.JoinedSeveral, t.JoinedCount, ""
	if b, ok := like.Body.(state.Left); ok {
		one, several, count = t.Left, t.LeftSeveral, t.LeftCount
		if b.Cause == state.Lost {
			one, several, lost = t.LeftLost, t.LostSeveral, t.Left
		}
	}
	switch {
	case len(members) == 0:
		return []string{fmt.Sprintf(count, others)}
	case len(members)+others > 1:
		return []string{fmt.Sprintf(several, v.listed(members, others))}
	case lost != "":
		return []string{fmt.Sprintf(one, name(members[0])), fmt.Sprintf(lost, name(members[0]))}
	}
	return []string{fmt.Sprintf(one, name(members[0]))}
}

// listed names members, and how many others there are.
func (v View) listed(members []text.Pseudo, others int) string {
	t, last := v.texts(), len(members)-1
	switch {
	case others > 1:
		return fmt.Sprintf(t.AndOthers, names(members), others)
	case others == 1:
		return fmt.Sprintf(t.AndOne, names(members))
	case last == 0:
		return name(members[0])
	}
	return fmt.Sprintf(t.And, names(members[:last]), name(members[last]))
}

// gap writes that something was not recorded; now is when that is told of.
func (v View) gap(b state.Gap, now time.Time) string {
	t := v.texts()
	from, to := v.Moment(b.From, now), v.Moment(b.To, now)
	switch {
	case b.From.IsZero():
		return fmt.Sprintf(t.GapBefore, to)
	case b.Count == 0:
		return fmt.Sprintf(t.GapSome, from, to)
	case b.Count == 1:
		return fmt.Sprintf(t.GapOne, b.Count, from, to)
	}
	return fmt.Sprintf(t.Gap, b.Count, from, to)
}

func (v View) left(b state.Left) string {
	t, who := v.texts(), name(b.Pseudo)
	switch {
	case b.Text != "":
		return fmt.Sprintf(t.LeftWith, who, shown(b.Text))
	case b.Cause == state.Lost:
		return fmt.Sprintf(t.LeftLost, who)
	case b.Cause == state.Slow:
		return fmt.Sprintf(t.LeftSlow, who)
	}
	return fmt.Sprintf(t.Left, who)
}

func (v View) kicked(b state.Kicked) string {
	if b.Flood {
		return v.named(v.texts().KickedFlood, name(b.Pseudo))
	}
	if b.In != "" {
		return v.withReason(v.named(v.texts().RoomKicked, name(b.Pseudo), roomName(b.In), v.by(b.By)), b.Reason)
	}
	return v.withReason(v.named(v.texts().Kicked, name(b.Pseudo), v.by(b.By)), b.Reason)
}

// banned names the people a ban put out. A key or an address that met nobody is
// named to operators only.
func (v View) banned(b state.Banned) string {
	t := v.texts()
	words := fmt.Sprintf(t.BannedSomebody, v.by(b.Ban.By))
	switch {
	case len(b.Gone) > 1:
		words = v.named(t.BannedSeveral, names(b.Gone), v.by(b.Ban.By))
	case len(b.Gone) == 1:
		words = v.named(t.Banned, name(b.Gone[0]), v.by(b.Ban.By))
	case v.Operator || b.Ban.Target.Kind == state.ByPseudo:
		words = v.named(t.Banned, text.Isolate(b.Ban.Target.String()), v.by(b.Ban.By))
	}
	if until := b.Ban.Until(); !until.IsZero() {
		words += " " + fmt.Sprintf(t.UntilTime, v.Moment(until, b.Ban.Since))
	}
	return v.withReason(words, b.Ban.Reason)
}

func (v View) unbanned(b state.Unbanned) string {
	if v.Operator || b.Target.Kind == state.ByPseudo {
		return v.named(v.texts().Unbanned, text.Isolate(b.Target.String()))
	}
	return v.texts().UnbannedSomebody
}

func (v View) muted(b state.Muted, at time.Time) string {
	t, until := v.texts(), v.Moment(at.Add(b.For), at)
	switch {
	case b.In != "" && b.For == 0:
		return fmt.Sprintf(t.RoomMuted, name(b.Pseudo), roomName(b.In))
	case b.In != "":
		return fmt.Sprintf(t.RoomMutedUntil, name(b.Pseudo), roomName(b.In), until)
	case b.For == 0:
		return fmt.Sprintf(t.Muted, name(b.Pseudo))
	}
	return fmt.Sprintf(t.MutedUntil, name(b.Pseudo), until)
}

// Farewell tells the reader of a session why it ended; v.Me may be "".
func Farewell(why *state.Ending, v View) string {
	t := v.texts()
	switch why.Cause {
	case state.Expelled:
		if why.Flood {
			return t.EndFlood
		}
		return v.withReason(fmt.Sprintf(t.EndKicked, v.by(why.By)), why.Reason)
	case state.Barred:
		text := fmt.Sprintf(t.EndBanned, v.by(why.By))
		if !why.Until.IsZero() {
			text += " " + fmt.Sprintf(t.UntilTime, v.Moment(why.Until, time.Now()))
		}
		return v.withReason(text, why.Reason)
	case state.Shutdown:
		return v.withReason(t.EndShutdown, why.Reason)
	}
	return cmp.Or(map[state.Cause]string{
		state.Slow: t.EndSlow, state.Idle: t.EndIdle, state.Replaced: t.EndReplaced, state.Crashed: t.EndCrashed, state.Reclaimed: t.EndReclaimed,
		state.Disallowed: t.EndDisallowed, state.Moved: t.EndMoved, state.Ousted: t.EndOusted,
	}[why.Cause], fmt.Sprintf(t.Goodbye, name(v.Me)))
}
