package screen

import (
	"github.com/charmbracelet/x/ansi"

	"salon/sshui/rows"
)

// pointer shows which entry the view went to, until the next key.
type pointer struct {
	on      bool
	at      pos
	private bool // it is for this session alone
}

// point shows which entry begins at a point.
func (s *Screen) point(p pos) {
	e, _, ok := s.script.after(p)
	s.input.pointer = pointer{on: ok, at: e.pos, private: e.local != nil}
	s.stale |= staleRows
}

// unpoint shows the entry as the others again.
func (s *Screen) unpoint() {
	if s.input.pointer.on {
		s.input.pointer.on = false
		s.stale |= staleRows
	}
}

func (p *pointer) isAt(e entry) bool {
	switch {
	case !p.on || p.private != (e.local != nil):
		return false
	case p.private:
		return p.at.local == e.pos.local
	}
	return p.at.place == e.place
}

// pointedOut returns an entry's rows, as chosen ones if the view has just gone to it.
func (s *Screen) pointedOut(e entry, f *rows.Fragment) *rows.Fragment {
	if !s.input.pointer.isAt(e) {
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
