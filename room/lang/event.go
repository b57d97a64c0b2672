package lang

import (
	"fmt"
	"strings"
	"time"

	"salon/room"
)

// Event writes an event in line mode: one line, or several for a message of
// several lines, each with the whole prefix, so that nobody can forge one. Lines
// end with \n, but for the last.
func (v View) Event(e *room.Event) string {
	clock := v.Clock(e.Time)
	switch b := e.Body.(type) {
	case room.Said:
		if b.Action {
			return prefixed(clock+" ~ "+room.Isolate(string(b.From))+" ", b.Text) // not an event's mark: "/me left" is no departure
		}
		return prefixed(clock+" "+room.Isolate(string(b.From))+": ", b.Text)
	case room.Whispered:
		return prefixed(fmt.Sprintf("%s [%s] %s -> %s: ", clock, v.texts().Private, v.myself(b.From), v.recipients(b.To)), b.Text)
	case room.Walled:
		return prefixed(clock+" *** "+v.announce(b.By)+v.texts().Colon, b.Text)
	}
	return clock + " * " + v.Happening(e)
}

// prefixed puts a prefix before each line of a text.
func prefixed(prefix, text string) string {
	if !strings.Contains(text, "\n") {
		return prefix + room.Isolate(text)
	}
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(prefix + room.Isolate(line))
	}
	return b.String()
}

func (v View) announce(by room.Pseudo) string {
	if by == "" {
		return v.texts().Announce
	}
	return fmt.Sprintf(v.texts().WallBy, room.Isolate(string(by)))
}

// myself names a member, and the reader as "me".
func (v View) myself(p room.Pseudo) string {
	if v.Me != "" && p == v.Me {
		return v.texts().Me
	}
	return room.Isolate(string(p))
}

func (v View) recipients(to []room.Pseudo) string {
	var list []string
	for _, p := range to {
		list = append(list, v.myself(p))
	}
	return strings.Join(list, ", ")
}

// Happening writes what happened in one sentence, without its time; "" for what
// people said.
func (v View) Happening(e *room.Event) string {
	t := v.texts()
	switch b := e.Body.(type) {
	case room.Joined:
		return fmt.Sprintf(t.Joined, room.Isolate(string(b.Pseudo)))
	case room.Left:
		return v.left(b)
	case room.Renamed:
		return fmt.Sprintf(t.Renamed, room.Isolate(string(b.From)), room.Isolate(string(b.To)))
	case room.TopicSet:
		return fmt.Sprintf(t.TopicSet, v.by(b.By), room.Isolate(b.Text))
	case room.Kicked:
		return v.kicked(b)
	case room.Banned:
		return v.banned(b)
	case room.Unbanned:
		return v.unbanned(b)
	case room.Muted:
		return v.muted(b, e.Time)
	case room.Unmuted:
		return fmt.Sprintf(t.Unmuted, room.Isolate(string(b.Pseudo)))
	case room.SlowSet:
		if b.Every == 0 {
			return t.SlowOff
		}
		return fmt.Sprintf(t.SlowOn, Duration(b.Every, v.Lang))
	case room.ShutdownPlanned:
		return v.withReason(fmt.Sprintf(t.Closing, Duration(b.In, v.Lang)), b.Reason)
	case room.ShutdownCountdown:
		return fmt.Sprintf(t.Closing, Duration(b.Left, v.Lang))
	case room.ShutdownCancelled:
		return t.ClosingCancelled
	case room.Gap:
		return v.gap(b, e.Time)
	case room.Gathered:
		return fmt.Sprintf(t.Gathered, b.In, b.Out, b.Present)
	}
	return ""
}

// gap writes that something was not recorded; now is when that is told of.
func (v View) gap(b room.Gap, now time.Time) string {
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

func (v View) left(b room.Left) string {
	t, who := v.texts(), room.Isolate(string(b.Pseudo))
	switch {
	case b.Text != "":
		return fmt.Sprintf(t.LeftWith, who, room.Isolate(b.Text))
	case b.Cause == room.Lost:
		return fmt.Sprintf(t.LeftLost, who)
	case b.Cause == room.Slow:
		return fmt.Sprintf(t.LeftSlow, who)
	}
	return fmt.Sprintf(t.Left, who)
}

func (v View) kicked(b room.Kicked) string {
	if b.Flood {
		return fmt.Sprintf(v.texts().KickedFlood, room.Isolate(string(b.Pseudo)))
	}
	return v.withReason(fmt.Sprintf(v.texts().Kicked, room.Isolate(string(b.Pseudo)), v.by(b.By)), b.Reason)
}

// banned names the people a ban put out. A key or an address that met nobody is
// named to operators only.
func (v View) banned(b room.Banned) string {
	t := v.texts()
	text := fmt.Sprintf(t.BannedSomebody, v.by(b.Ban.By))
	switch {
	case len(b.Gone) > 0:
		form := t.Banned
		if len(b.Gone) > 1 {
			form = t.BannedSeveral
		}
		text = fmt.Sprintf(form, names(b.Gone), v.by(b.Ban.By))
	case v.Operator || b.Ban.Target.Kind == room.ByPseudo:
		text = fmt.Sprintf(t.BannedAbsent, room.Isolate(b.Ban.Target.String()), v.by(b.Ban.By))
	}
	if until := b.Ban.Until(); !until.IsZero() {
		text += " " + fmt.Sprintf(t.UntilTime, v.Moment(until, b.Ban.Since))
	}
	return v.withReason(text, b.Ban.Reason)
}

func (v View) unbanned(b room.Unbanned) string {
	if v.Operator || b.Target.Kind == room.ByPseudo {
		return fmt.Sprintf(v.texts().Unbanned, room.Isolate(b.Target.String()))
	}
	return v.texts().UnbannedSomebody
}

func (v View) muted(b room.Muted, at time.Time) string {
	if b.For == 0 {
		return fmt.Sprintf(v.texts().Muted, room.Isolate(string(b.Pseudo)))
	}
	return fmt.Sprintf(v.texts().MutedUntil, room.Isolate(string(b.Pseudo)), v.Moment(at.Add(b.For), at))
}

// Farewell writes why a session ended, to the one it was; me may be "".
func Farewell(why *room.Ending, v View) string {
	t := v.texts()
	switch why.Cause {
	case room.Expelled:
		if why.Flood {
			return t.EndFlood
		}
		return v.withReason(fmt.Sprintf(t.EndKicked, v.by(why.By)), why.Reason)
	case room.Barred:
		text := fmt.Sprintf(t.EndBanned, v.by(why.By))
		if !why.Until.IsZero() {
			text += " " + fmt.Sprintf(t.UntilTime, v.Moment(why.Until, time.Now()))
		}
		return v.withReason(text, why.Reason)
	case room.Slow:
		return t.EndSlow
	case room.Idle:
		return t.EndIdle
	case room.Shutdown:
		return v.withReason(t.EndShutdown, why.Reason)
	case room.Replaced:
		return t.EndReplaced
	case room.Crashed:
		return t.EndCrashed
	case room.Reclaimed:
		return t.EndReclaimed
	}
	return fmt.Sprintf(t.Goodbye, room.Isolate(string(v.Me)))
}
