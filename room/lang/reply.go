package lang

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"salon/room"
)

// helpWidth is the column where the sentences of help begin; a usage that does
// not fit before it has its sentence on the next line.
const helpWidth = 36

// Reply writes a reply in line mode; "" when it is for a screen only. Its lines begin with "* " (or with a time,
// where they repeat an event), never with what somebody typed.
func (v View) Reply(r room.Reply, now time.Time) string {
	return strings.Join(v.reply(r, now), "\n")
}

func (v View) reply(r room.Reply, now time.Time) []string {
	switch r := r.(type) {
	case room.Failure:
		return []string{v.Clock(now) + " ! " + v.Error(r.Err)}
	case room.Notice:
		return []string{v.Clock(now) + " * " + v.notice(r)}
	case room.Skipped:
		return []string{v.Clock(now) + " * " + fmt.Sprintf(v.texts().Skipped, r.Count)}
	case room.Turn:
		return nil // for a screen, which does it
	case room.Past:
		return v.past(r)
	case room.Welcome:
		return v.welcome(r, now)
	}
	return starred(v.table(r, now))
}

// table writes the replies that are lists, without their stars.
func (v View) table(r room.Reply, now time.Time) []string {
	switch r := r.(type) {
	case room.People:
		return v.people(r, now)
	case room.Profile:
		return []string{v.profile(r.Person, now)}
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
		return []string{fmt.Sprintf(v.texts().Ignoring, names(r.Names))}
	case room.Stats:
		return v.stats(r, now)
	}
	return nil
}

func starred(lines []string) []string {
	for i := range lines {
		lines[i] = "* " + lines[i]
	}
	return lines
}

func (v View) welcome(w room.Welcome, now time.Time) []string {
	t := v.texts()
	var lines []string
	if w.MOTD != "" {
		for line := range strings.SplitSeq(w.MOTD, "\n") {
			lines = append(lines, isolate(line))
		}
	}
	lines = append(lines, fmt.Sprintf(t.Welcome, isolate(string(w.Pseudo))))
	first, others := v.newcomerHelp()
	lines = append(lines, v.HelpLines(first)...)
	lines = append(lines, wrap(fmt.Sprintf(t.MoreCommands, strings.Join(others, " ")))...)
	lines = append(lines, v.topic(w.Topic, now), v.present(w))
	if w.Shutdown != nil {
		lines = append(lines, v.withReason(fmt.Sprintf(t.Closing, Duration(w.Shutdown.At.Sub(now), v.Lang)), w.Shutdown.Reason))
	}
	if len(w.Last) > 0 {
		lines = append(lines, t.LastMessages)
	}
	return append(starred(lines), v.replayed(w)...)
}

// replayed writes the last messages, and where what somebody missed begins.
func (v View) replayed(w room.Welcome) []string {
	first := slices.IndexFunc(w.Last, func(e room.Event) bool { return e.Seq > w.Seen && e.Author() != w.Pseudo })
	if w.Missed == 0 || first < 0 {
		return v.events(w.Last)
	}
	form := v.texts().NewMessages
	if w.Missed == 1 {
		form = v.texts().NewMessage
	}
	mark := starred([]string{fmt.Sprintf(form, w.Missed)})
	return slices.Concat(v.events(w.Last[:first]), mark, v.events(w.Last[first:]))
}

// newcomerHelp is what every member may type: what one needs first, to be
// explained, and the words of the others, so that a welcome fits a small screen.
func (v View) newcomerHelp() (first []*room.Command, others []string) {
	for _, c := range room.Commands() {
		switch {
		case !v.may(c):
		case slices.Contains(needed, c.Name):
			first = append(first, c)
		default:
			others = append(others, v.slash()+c.Word(v.Lang))
		}
	}
	return first, others
}

// wrapWidth is how wide a list of words may become: with its star it fits 80
// columns.
const wrapWidth = 74

// wrap breaks a list of words into indented lines.
func wrap(text string) []string {
	var lines []string
	line := " "
	for word := range strings.FieldsSeq(text) {
		if len(line) > 1 && utf8.RuneCountInString(line+" "+word) > wrapWidth {
			lines = append(lines, line)
			line = " "
		}
		line += " " + word
	}
	return append(lines, line)
}

// needed are the commands, by Name, that nobody gets by without.
var needed = []string{"say", "tell", "reply", "nick", "list", "help", "quit"}

func (v View) present(w room.Welcome) string {
	t := v.texts()
	if w.Present <= 1 {
		return t.PresentOne
	}
	list := names(w.Names)
	if more := w.Present - len(w.Names); more > 0 {
		list = fmt.Sprintf(t.AndOthers, list, more)
	}
	return fmt.Sprintf(t.Present, w.Present, list)
}

func (v View) topic(topic room.Topic, now time.Time) string {
	if topic.Text == "" {
		return v.texts().NoTopic
	}
	return fmt.Sprintf(v.texts().TopicIs, isolate(topic.Text)) + " " +
		fmt.Sprintf(v.texts().TopicBy, v.by(topic.By), v.Moment(topic.Set, now))
}

func (v View) events(list []room.Event) []string {
	var lines []string
	for i := range list {
		lines = append(lines, v.Event(&list[i]))
	}
	return lines
}

// past is a page: what it is, the events, and how to see those before.
func (v View) past(r room.Past) []string {
	head := v.pastHead(r)
	if len(r.Events) == 0 && !r.More {
		return starred([]string{head})
	}
	lines := append(starred([]string{head}), v.events(r.Events)...)
	if r.More {
		lines = append(lines, starred([]string{fmt.Sprintf(v.texts().Earlier, v.slash())})...)
	}
	return lines
}

func (v View) pastHead(r room.Past) string {
	t := v.texts()
	day := r.Day.Format("2006-01-02")
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
		return fmt.Sprintf(t.NotFound, isolate(r.Search))
	case r.Search != "" && r.More:
		return fmt.Sprintf(t.FoundLast, len(r.Events), isolate(r.Search))
	case r.Search != "":
		return fmt.Sprintf(t.Found, len(r.Events), isolate(r.Search))
	}
	return t.LastMessages
}

// count is the form that says how many are present.
func (v View) count(n int) string {
	if n == 1 {
		return v.texts().PresentSingle
	}
	return v.texts().Present
}

func (v View) people(r room.People, now time.Time) []string {
	width := 0
	for _, p := range r.Members {
		width = max(width, utf8.RuneCountInString(string(p.Pseudo)))
	}
	lines := []string{v.texts().NobodyHere}
	if n := len(r.Members); n > 0 {
		lines[0] = fmt.Sprintf(v.count(n), n, "")
	}
	for _, p := range r.Members {
		lines = append(lines, "  "+v.person(p, width, now))
	}
	lines[0] = strings.TrimRight(lines[0], " ")
	return lines
}

// person writes one line of a list.
func (v View) person(p room.Person, width int, now time.Time) string {
	t := v.texts()
	pad := strings.Repeat(" ", max(0, width-utf8.RuneCountInString(string(p.Pseudo))))
	line := fmt.Sprintf(t.Since, isolate(string(p.Pseudo))+pad, v.Moment(p.Since, now))
	return strings.Join(append([]string{line}, v.marks(p, now)...), "  ")
}

// marks are what there is to say about a member besides their name.
func (v View) marks(p room.Person, now time.Time) []string {
	t := v.texts()
	var marks []string
	if p.Away != nil && p.Away.Text != "" {
		marks = append(marks, fmt.Sprintf(t.AwayIs, v.Moment(p.Away.Since, now), isolate(p.Away.Text)))
	} else if p.Away != nil {
		marks = append(marks, fmt.Sprintf(t.AwayNoText, v.Moment(p.Away.Since, now)))
	}
	if p.Operator {
		marks = append(marks, t.OperatorMark)
	}
	if p.Muted {
		marks = append(marks, t.MutedMark)
	}
	return marks
}

// counted lists words once each, with how often where that is more: "ssh x2, tcp".
func counted(words []string) string {
	times := map[string]int{}
	for _, w := range words {
		times[w]++
	}
	var list []string
	for _, w := range unique(words) {
		if times[w] > 1 {
			w = fmt.Sprintf("%s x%d", w, times[w])
		}
		list = append(list, w)
	}
	return strings.Join(list, ", ")
}

func (v View) profile(p room.Person, now time.Time) string {
	t := v.texts()
	parts := []string{fmt.Sprintf(t.Since, isolate(string(p.Pseudo)), v.Moment(p.Since, now)), fmt.Sprintf(t.Connected, counted(p.Fronts))}
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

func (v View) help(h room.Help) []string {
	t := v.texts()
	if h.One != nil {
		words := h.One.Words()
		for i := range words {
			words[i] = v.slash() + words[i]
		}
		lines := v.HelpLines([]*room.Command{h.One})
		if len(words) > 1 {
			lines = append(lines, "  "+fmt.Sprintf(t.Also, strings.Join(unique(words), ", ")))
		}
		return lines
	}
	head := t.Commands
	if h.Console {
		head = t.CommandsConsole
	}
	lines := append([]string{head}, v.HelpLines(h.Commands)...)
	if !h.Console {
		lines = append(lines, t.HelpHint)
	}
	return lines
}

func unique(words []string) []string {
	seen := map[string]bool{}
	var kept []string
	for _, w := range words {
		if !seen[w] {
			seen[w] = true
			kept = append(kept, w)
		}
	}
	return kept
}

// HelpLines writes one line for each command: how it is used and what it does.
func (v View) HelpLines(commands []*room.Command) []string {
	var lines []string
	for _, c := range commands {
		if v.Console && c.Need != room.Anyone && c.Need != room.Operators {
			continue
		}
		usage, does := v.Usage(c), v.texts().Help[c.Name].Does
		width := utf8.RuneCountInString(usage)
		if width >= helpWidth {
			lines = append(lines, "  "+usage)
			usage, width = "", 0
		}
		lines = append(lines, "  "+usage+strings.Repeat(" ", helpWidth-width)+does)
	}
	return lines
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
		lines = append(lines, v.withReason(fmt.Sprintf(t.BanLine, isolate(b.Target.String()), end(b.Until()), v.by(b.By)), b.Reason))
	}
	for _, m := range r.Mutes {
		lines = append(lines, fmt.Sprintf(t.MuteLine, isolate(string(m.Pseudo)), end(m.Until()), v.by(m.By)))
	}
	return lines
}

func (v View) stats(r room.Stats, now time.Time) []string {
	lines := []string{fmt.Sprintf(v.texts().Stats, r.Members, r.Sessions, r.Messages, v.Moment(r.Since, now))}
	if r.Health.Err != nil {
		lines = append(lines, fmt.Sprintf(v.texts().StatsLog, v.Moment(r.Health.Since, now), r.Health.Err))
	}
	return lines
}
