package lang

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"salon/room"
)

// helpWidth is the column where the sentences of help begin; a usage that does
// not fit before it has its sentence on the next line.
const helpWidth = 36

func (v View) help(h room.Help) []string {
	t := v.texts()
	if h.One != nil {
		lines := v.HelpLines([]*room.Command{h.One})
		for _, more := range v.More(h.One) {
			lines = append(lines, wrap(more)...)
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

// needed are the commands, by Name, that nobody gets by without.
var needed = []string{"say", "tell", "reply", "nick", "list", "help", "quit"}

// meeting are the commands, by Name, that mean nothing where there is but one room. The help
// names them all the same.
var meeting = append([]string{"join", "rooms", "leave"}, governing...)

// newcomerHelp is what every member may type: what one needs first, to be
// explained, and the words of the others, so that a welcome fits a small screen. Those for rooms
// are among them where there are rooms.
func (v View) newcomerHelp(rooms bool) (first []*room.Command, others []string) {
	for _, c := range room.Commands() {
		switch {
		case !c.Need.Met(room.Asker{Member: !v.Console, Operator: v.Operator, Moderator: v.Moderator, Screen: v.Screen}):
		case !rooms && slices.Contains(meeting, c.Name):
		case slices.Contains(needed, c.Name):
			first = append(first, c)
		default:
			others = append(others, v.slash()+c.Word(v.Lang))
		}
	}
	return first, others
}

// HelpLines writes one line for each command: how it is used and what it does.
func (v View) HelpLines(commands []*room.Command) []string {
	var lines []string
	for _, c := range commands {
		if v.Console && c.Need != room.Anyone && c.Need != room.Operators && c.Need != room.Moderators {
			continue
		}
		usage, does := v.Explain(c)
		width := utf8.RuneCountInString(usage)
		if width >= helpWidth {
			lines = append(lines, "  "+usage)
			usage, width = "", 0
		}
		lines = append(lines, "  "+usage+strings.Repeat(" ", helpWidth-width)+does)
	}
	return lines
}

// slash is what commands begin with: nothing at the console.
func (v View) slash() string {
	if v.Console {
		return ""
	}
	return "/"
}

// Usage writes how a command is used.
func (v View) Usage(c *room.Command) string {
	args := v.texts().Help[c.Name].Args
	switch c.Name {
	case "say", "tell":
		return args
	}
	return strings.TrimRight(v.slash()+c.Word(v.Lang)+" "+args, " ")
}

// Also lists all words that call a command; "" where there is one.
func (v View) Also(c *room.Command) string {
	words := c.Words()
	if len(words) < 2 {
		return ""
	}
	return fmt.Sprintf(v.texts().Also, joined(words, func(w string) string { return v.slash() + w }))
}

// More returns what the help on one command says besides how it is used and what it does:
// some sentences with an example, how its arguments are written, and all words that
// call it.
func (v View) More(c *room.Command) []string {
	t := v.texts()
	about := t.HelpMore[c.Name]
	if v.Console {
		about = strings.NewReplacer("« /", "« ", "\"/", "\"").Replace(about)
	}
	more := []string{about}
	for i, arg := range c.Args {
		if form := t.HelpForms[arg]; form != "" && !slices.Contains(c.Args[:i], arg) {
			more = append(more, form)
		}
	}
	if also := v.Also(c); also != "" {
		more = append(more, also)
	}
	return more
}

// Explain returns how a command is used and what it does.
func (v View) Explain(c *room.Command) (usage, does string) {
	return v.Usage(c), v.texts().Help[c.Name].Does
}
