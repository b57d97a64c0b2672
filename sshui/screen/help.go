package screen

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"salon/room"
	"salon/sshui/rows"
)

// helpItems are the keys, then the commands.
func (s *Screen) helpItems(h room.Help, c rows.Class) []item {
	t, width := s.texts(), c.Width
	var items []item
	add := func(lines ...string) {
		for _, line := range lines {
			items = append(items, item{line, -1})
		}
	}
	add(c.Palette.Paint(rows.Strong, cut(" "+t.KeysTitle, width)))
	for _, k := range t.Keys {
		add(twoColumns(k.Keys, k.Does, width)...)
	}
	add("", c.Palette.Paint(rows.Strong, cut(" "+t.CommandsTitle, width)))
	for _, command := range h.Commands {
		usage, does := s.viewer().Explain(command)
		add(twoColumns(usage, does, width)...)
	}
	return items
}

// helpOn explains one command, as help does.
func (s *Screen) helpOn(command *room.Command) *rows.Fragment {
	v := s.viewer()
	usage, does := v.Explain(command)
	if also := v.Also(command); also != "" {
		does += "\n" + also
	}
	lines := twoColumns(usage, does, s.class.Width)
	return &rows.Fragment{Bytes: []byte(eol + strings.Join(lines, eol)), Rows: len(lines)}
}

// keysColumn is how wide the left of two columns is, where there is room for two.
const keysColumn = 30

// twoColumns writes what and what it does beside each other, or below each other
// where the terminal is narrow.
func twoColumns(what, does string, width int) []string {
	if width < 2*keysColumn {
		return append(wrapped(what, width, 1), wrapped(does, width, 3)...)
	}
	right := broken(does, width-keysColumn-1)
	if ansi.StringWidth(what) > keysColumn-3 {
		return append(wrapped(what, width, 2), indented(right, keysColumn)...)
	}
	lines := indented(right, keysColumn)
	lines[0] = "  " + rows.Fit(what, keysColumn-2) + right[0]
	return lines
}

func wrapped(text string, width, indent int) []string {
	return indented(broken(text, width-indent), indent)
}

// What is not to be broken is said to ansi.Wrap with a no-break space or hyphen:
// the punctuation that French sets apart, and the names of keys.
var (
	tie   = strings.NewReplacer(" :", "\u00a0:", " ;", "\u00a0;", " ?", "\u00a0?", " !", "\u00a0!", " ·", "\u00a0·", "-", "\u2011")
	untie = strings.NewReplacer("\u00a0", " ", "\u2011", "-")
)

// broken breaks a text of ours into rows of so many columns.
func broken(text string, columns int) []string {
	return strings.Split(untie.Replace(ansi.Wrap(tie.Replace(text), max(1, columns), "|")), "\n")
}

func indented(lines []string, by int) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = strings.Repeat(" ", by) + line
	}
	return out
}
