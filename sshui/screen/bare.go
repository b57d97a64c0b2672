package screen

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"salon/sshui/rows"
)

// paintBare paints what the transcript showed as plain lines, for copying with the
// terminal's own selection: no columns, no rules, and long lines wrapped by the
// terminal itself, so that they are copied as one. It stands still until a key.
func (s *Screen) paintBare(p *pen) {
	p.text(noStyle + wholeRoll + eraseAll + wrapOn)
	s.painted.wrapping = true
	height := s.term.Height - 1
	var lines []string
	have := 0
	bottom, _ := s.foot()
	s.back(bottom, func(b block) bool {
		text := strings.Split(s.bareText(b.entry), "\n")
		n := 0
		for _, line := range text {
			n += max(1, (ansi.StringWidth(line)+s.term.Width-1)/s.term.Width)
		}
		if have+n > height {
			return false
		}
		have += n
		lines = append(text, lines...)
		return true
	})
	p.at(0, 0)
	p.text(strings.Join(lines, "\r\n"))
	p.row(height, []byte(s.class.Palette.Paint(rows.Quiet, cut(lastParts(s.texts().BareFoot, s.term.Width), s.term.Width))))
	s.painted.upTo = s.script.end
}

// bareText is an entry as line mode shows it.
func (s *Screen) bareText(e entry) string {
	v := s.viewer()
	switch {
	case e.event != nil:
		return v.Event(e.event)
	default:
		return v.Reply(e.local.reply, e.local.when)
	}
}
