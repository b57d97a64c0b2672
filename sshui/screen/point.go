package screen

import (
	"github.com/charmbracelet/x/ansi"

	"salon/sshui/rows"
)

// point shows which entry begins at a point, until the next key.
func (s *Screen) point(p pos) {
	e, _, ok := s.script.after(p)
	s.input.pointer = spot{e.pos, ok, e.local != nil}
	s.stale |= staleRows
}

// unpoint shows the entry as the others again.
func (s *Screen) unpoint() {
	if s.input.pointer.set {
		s.input.pointer.set = false
		s.stale |= staleRows
	}
}

// pointedOut returns an entry's rows, as chosen ones if the view has just gone to it.
func (s *Screen) pointedOut(e entry, f *rows.Fragment) *rows.Fragment {
	if !s.input.pointer.is(e) {
		return f
	}
	chosen := *f
	chosen.Bytes = nil
	for _, row := range f.All() {
		chosen.Bytes = append(append(chosen.Bytes, eol...), s.chosen(string(row), s.class.Width)...)
	}
	return &chosen
}

// chosen dresses a row as the one of several that was chosen, whatever it was
// dressed in.
func (s *Screen) chosen(row string, width int) string {
	return s.class.Palette.Paint(rows.Selected, rows.Fit(ansi.Strip(row), width))
}
