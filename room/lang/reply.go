package lang

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// FailureMark stands before a failure in line mode: "!" marks mentions, and nothing else.
const FailureMark = "x"

// Reply writes a reply in line mode; "" when it is for a screen only. Its lines begin with
// "* " (or with a time, where they repeat an event), never with what somebody typed.
func (v View) Reply(r room.Reply, now time.Time) string {
	return strings.Join(v.reply(r, now), "\n")
}

func (v View) reply(r room.Reply, now time.Time) []string {
	switch r := r.(type) {
	case room.Failure:
		return []string{v.Clock(now) + " " + FailureMark + " " + v.Error(r.Err)}
	case room.Notice:
		return []string{v.Clock(now) + " * " + v.notice(r)}
	case room.Skipped:
		return []string{v.Clock(now) + " * " + fmt.Sprintf(v.texts().Skipped, r.Count)}
	case room.Turn:
		return nil // for a screen, which does it
	case room.Past:
		return v.past(r, now)
	case room.Welcome:
		return v.welcome(r, now)
	case room.Entered:
		return v.entered(r, now)
	case room.Done:
		return v.elsewhere(r.Event)
	case room.Elsewhere:
		return v.elsewhere(r.Event)
	}
	return starred(v.table(r, now))
}

// table writes the replies that are lists, without their stars.
func (v View) table(r room.Reply, now time.Time) []string {
	switch r := r.(type) {
	case room.People:
		return v.people(r, now)
	case room.Profile:
		return append([]string{v.profile(r.Person, now)}, v.own(r.Own)...)
	case room.Accounts:
		return v.accounts(r)
	case room.Help:
		return v.help(r)
	case room.TopicIs:
		return []string{v.topic(r.Topic, now)}
	case room.Bans:
		return v.bans(r, now)
	case room.Ignoring:
		if len(r.Names) == 0 {
			return []string{v.texts().IgnoringNobody}
		}
		return []string{fmt.Sprintf(v.texts().Ignoring, names(v.sorted(r.Names)))}
	case room.Stats:
		return v.stats(r, now)
	case room.RoomList:
		return v.rooms(r)
	}
	return nil
}

func (v View) welcome(w room.Welcome, now time.Time) []string {
	t := v.texts()
	var lines []string
	if w.MOTD != "" {
		for line := range strings.SplitSeq(w.MOTD, "\n") {
			lines = append(lines, text.Isolate(line)) // the operator's, who may draw with blanks
		}
	}
	lines = append(lines, fmt.Sprintf(t.Welcome, name(w.Pseudo)))
	first, others := v.newcomerHelp(w.Rooms)
	lines = append(lines, v.HelpLines(first)...)
	lines = append(lines, wrap(fmt.Sprintf(t.MoreCommands, strings.Join(others, " ")))...)
	lines = append(lines, v.topic(w.Topic, now), v.present(w.Present, w.Names))
	if w.Shutdown != nil {
		lines = append(lines, v.withReason(fmt.Sprintf(t.Closing, Duration(w.Shutdown.At.Sub(now), v.Lang)), w.Shutdown.Reason))
	}
	if len(w.Last) > 0 {
		lines = append(lines, t.LastMessages)
	}
	return append(starred(lines), v.replayed(w, now)...)
}

// replayed writes the last messages, and where what somebody missed begins.
func (v View) replayed(w room.Welcome, now time.Time) []string {
	first := slices.IndexFunc(w.Last, func(e state.Event) bool { return e.Seq > w.Seen && e.Author() != w.Pseudo })
	if w.Missed == 0 || first < 0 {
		return v.events(w.Last, now)
	}
	return v.marked(w.Last, first, w.Missed, now)
}

// marked writes messages, the first of which that somebody missed is at an index.
func (v View) marked(last []state.Event, first, missed int, now time.Time) []string {
	form := v.texts().NewMessages
	if missed == 1 {
		form = v.texts().NewMessage
	}
	mark := starred([]string{fmt.Sprintf(form, missed)})
	since := now
	if first > 0 {
		since = last[first-1].Time
	}
	return slices.Concat(v.events(last[:first], now), mark, v.events(last[first:], since))
}

// present says how many are in a room, and names some of them.
func (v View) present(count int, some []text.Pseudo) string {
	t := v.texts()
	if count <= 1 {
		return t.PresentOne
	}
	list := names(v.sorted(some))
	if more := count - len(some); more > 0 {
		list = fmt.Sprintf(t.AndOthers, list, more)
	}
	return fmt.Sprintf(t.Present, count, list)
}

func (v View) topic(topic state.Topic, now time.Time) string {
	if topic.Text == "" {
		return v.texts().NoTopic
	}
	return fmt.Sprintf(v.texts().TopicIs, shown(topic.Text)) + " " +
		fmt.Sprintf(v.texts().TopicBy, v.by(topic.By), v.Moment(topic.Set, now))
}

// events writes what was said before, each day under its name; the day of since needs
// none.
func (v View) events(list []state.Event, since time.Time) []string {
	var lines []string
	for i := range list {
		if at := list[i].Time; !v.sameDay(at, since) {
			lines = append(lines, "* "+v.day(at))
			since = at
		}
		lines = append(lines, v.Event(&list[i]))
	}
	return lines
}

// past is a page: what it is, the events, and how to see those before.
func (v View) past(r room.Past, now time.Time) []string {
	since := now
	if !r.Day.IsZero() && !r.Continued { // which the head names
		since = r.Day
	}
	var lines []string
	if len(r.Events) > 0 || r.More || !r.Unread { // otherwise nobody knows that there is nothing
		lines = starred([]string{v.pastHead(r)})
	}
	lines = append(lines, v.events(r.Events, since)...)
	if r.More {
		lines = append(lines, starred([]string{fmt.Sprintf(v.texts().Earlier, v.slash())})...)
	}
	return append(lines, starred(v.pastTrouble(r, now))...)
}

// pastTrouble is what keeps a page from being all there is.
func (v View) pastTrouble(r room.Past, now time.Time) (lines []string) {
	if cut := v.SearchCut(r, now); cut != "" {
		lines = append(lines, cut)
	}
	if r.Resumed && r.More {
		lines = append(lines, v.texts().TooOld)
	}
	if r.Unread {
		lines = append(lines, v.texts().OlderUnread)
	}
	if !r.Unrecorded.IsZero() {
		lines = append(lines, fmt.Sprintf(v.texts().NotRecorded, v.Moment(r.Unrecorded, now)))
	}
	return lines
}

// SearchCut says how far a search that was cut short has looked; "" for any other page.
func (v View) SearchCut(r room.Past, now time.Time) string {
	if r.Searched.IsZero() {
		return ""
	}
	return fmt.Sprintf(v.texts().SearchCut, v.Moment(r.Searched, now))
}

func (v View) pastHead(r room.Past) string {
	t := v.texts()
	_, _, day := v.texts().Day(r.Day)
	switch {
	case r.Continued:
		return t.EarlierMessages
	case !r.Day.IsZero() && len(r.Events) == 0:
		return fmt.Sprintf(t.NothingSaidOn, day)
	case !r.Day.IsZero():
		return fmt.Sprintf(t.DayMessages, day)
	case r.Search == "" && len(r.Events) == 0:
		return t.NothingSaid
	case r.Search != "" && len(r.Events) == 0:
		return fmt.Sprintf(t.NotFound, searched(r))
	case r.Search != "" && r.More:
		return fmt.Sprintf(t.FoundLast, len(r.Events), searched(r))
	case r.Search != "":
		return fmt.Sprintf(t.Found, len(r.Events), searched(r))
	}
	return t.LastMessages
}

func (v View) bans(r room.Bans, now time.Time) []string {
	t := v.texts()
	if len(r.Bans)+len(r.Mutes) == 0 {
		return []string{t.NoBans}
	}
	end := func(until time.Time) string {
		if until.IsZero() {
			return t.ForEver
		}
		return fmt.Sprintf(t.UntilTime, v.Moment(until, now))
	}
	var lines []string
	for _, b := range r.Bans {
		lines = append(lines, v.withReason(fmt.Sprintf(t.BanLine, text.Isolate(b.Target.String()), end(b.Until()), v.by(b.By)), b.Reason))
	}
	for _, m := range r.Mutes {
		lines = append(lines, fmt.Sprintf(t.MuteLine, name(m.Pseudo), end(m.Until()), v.by(m.By)))
	}
	return lines
}

func (v View) stats(r room.Stats, now time.Time) []string {
	lines := []string{fmt.Sprintf(v.texts().Stats, r.Members, r.Sessions, r.Messages, v.Moment(r.Since, now))}
	lines = append(lines, fmt.Sprintf(v.texts().StatsPlace, r.Applied, fmt.Sprintf("%x", r.Hash[:8])))
	if len(r.Nodes) > 1 {
		for _, n := range r.Nodes {
			lines = append(lines, v.nodeStats(n))
		}
	}
	if r.Health.Err != nil {
		lines = append(lines, fmt.Sprintf(v.texts().StatsLog, v.Moment(r.Health.Since, now), r.Health.Err))
	}
	return lines
}

// nodeStats says how far one of several nodes is.
func (v View) nodeStats(n room.NodeStats) string {
	t := v.texts()
	line := fmt.Sprintf(t.StatsNode, nodeName(n.Name), nodeName(n.Program))
	switch {
	case n.Place == 0:
		line += ", " + t.NodeSilent
	case n.Lag > 0:
		line += ", " + fmt.Sprintf(t.NodeBehind, n.Place, n.Lag)
	default:
		line += ", " + fmt.Sprintf(t.NodeAt, n.Place)
	}
	if n.Here {
		line += ", " + t.NodeHere
	}
	return line
}

// searched returns what was searched for, on one line.
func searched(r room.Past) string { return shown(text.Clean(r.Search, false)) }
