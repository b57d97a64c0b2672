package line

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"pgregory.net/rapid"

	"salon/internal/line/keys"
)

// TestATerminalThatOnlyAppendsShowsTheLine does any keys, while messages arrive.
func TestATerminalThatOnlyAppendsShowsTheLine(t *testing.T) {
	t.Parallel()
	names := append(strings.Fields("tab shift+tab up down enter ctrl+c"), allKeys...)
	texts := []string{"a", "é", "世", "bonjour ", "🎉", "/x secret "} // the emulator joins no graphemes that come in two writes
	complete := func(line string, pos int) (int, []string) { return floor(line, pos), []string{"世界 ", "un"} }
	rapid.Check(t, func(t *rapid.T) {
		screen := vt.NewEmulator(500, 3)
		p := New(screen, Options{AppendOnly: true, Complete: complete, Secret: func(l string) bool { return strings.HasPrefix(l, "/x ") }})
		t.Repeat(map[string]func(*rapid.T){
			"type": func(t *rapid.T) { p.Input(keys.Key{Text: rapid.SampledFrom(texts).Draw(t, "text")}, false) },
			"ahead": func(t *rapid.T) {
				for range 3 {
					p.Input(keys.Key{Text: rapid.SampledFrom(texts).Draw(t, "text")}, true)
				}
				p.Input(keys.Key{Name: rapid.SampledFrom(names).Draw(t, "key")}, false)
			},
			"key": func(t *rapid.T) { p.Input(keys.Key{Name: rapid.SampledFrom(names).Draw(t, "key")}, false) },
			"paste": func(*rapid.T) {
				p.Input(keys.Paste{Text: "collé\nun"}, false)
				if shown := screen.String(); !strings.Contains(shown, "collé") && !strings.Contains(shown, "***") {
					t.Fatalf("what was entered is not shown in %q", shown)
				}
			},
			"message": func(*rapid.T) { p.Write([]byte("message\n")) },
			"": func(t *rapid.T) {
				at := screen.CursorPosition()
				var row strings.Builder
				for x := range screen.Width() {
					row.WriteString(screen.CellAt(x, at.Y).Content)
				}
				shown := p.visibleLocked()
				if got, want := strings.TrimRight(row.String(), " "), strings.TrimRight(shown.text, " "); got != want || at.X != ansi.StringWidth(shown.text[:shown.cursor]) {
					t.Fatalf("shows %q, the cursor in column %d, for %q", got, at.X, shown.state())
				}
			},
		})
	})
}
