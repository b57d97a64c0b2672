package line

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

// pieces are what random texts are made of: what joins its neighbours, is wide,
// has no width, or must be cleaned.
var pieces = []string{
	"a", "b", "7", " ", "\n", ".", "é", acute, "\u0301", "世", "界", family, thumb, "👩", "👍", "\U0001f3fd", "🇫", france, "\u200d", "\ufe0f", "❤",
	salam, "ا", "\u200b", "\u1100", "\u1161", "\u11a8", "क", "\u094d", "ष", "\u0600", "\uff9e", "ﾊ", "\u00a0",
}

// dirt is what must never be in a text.
var dirt = []string{"\x1b", "\x00", "\r", "\r\n", "\t", "\x7f", "\u009b", "\xff", "\xe4\xb8", "\u202e", "\uFEFF", "\u2028"}

func drawText(t *rapid.T, of []string, most int) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(of), 0, most).Draw(t, "text"), "")
}

// model is an Editor as simple as can be: graphemes before and after the cursor,
// found anew from the start each time.
type model struct {
	text   string
	cursor int
	killed string
	chain  bool // the last key killed
	marked bool // all of it is selected
}

func graphemes(text string) (all []string) {
	for len(text) > 0 {
		g, _ := ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
		all, text = append(all, g), text[len(g):]
	}
	return all
}

// bounds returns all boundaries of a text.
func bounds(text string) []int {
	all := []int{0}
	for _, g := range graphemes(text) {
		all = append(all, all[len(all)-1]+len(g))
	}
	return all
}

// back and ahead return the boundary next to the cursor.
func (m *model) back() int {
	last := 0
	for _, b := range bounds(m.text) {
		if b >= m.cursor {
			break
		}
		last = b
	}
	return last
}

func (m *model) ahead() int {
	for _, b := range bounds(m.text) {
		if b > m.cursor {
			return b
		}
	}
	return len(m.text)
}

// types puts something at the cursor, or in the place of what is selected.
func (m *model) types(text string) {
	if m.marked && text != "" {
		m.text, m.cursor = "", 0
	}
	m.replace(m.cursor, m.cursor, text)
}

func (m *model) replace(start, end int, with string) {
	m.text = m.text[:start] + with + m.text[end:]
	for _, b := range bounds(m.text) {
		if b >= start+len(with) {
			m.cursor = b
			return
		}
	}
}

// over moves by a motion as long as the grapheme it goes over begins as it should.
func (m *model) over(backwards bool, such func(rune) bool) {
	for {
		to := m.ahead()
		if backwards {
			to = m.back()
		}
		r, _ := utf8.DecodeRuneInString(m.text[min(to, m.cursor):])
		if to == m.cursor || !such(r) {
			return
		}
		m.cursor = to
	}
}

func (m *model) word(backwards bool) {
	word := func(r rune) bool { return unicode.In(r, unicode.L, unicode.Nd, unicode.M) }
	m.over(backwards, func(r rune) bool { return !word(r) })
	m.over(backwards, word)
}

// to kills what a motion goes over.
func (m *model) to(motion func()) {
	from := m.cursor
	motion()
	start, end := min(from, m.cursor), max(from, m.cursor)
	if start == end {
		return
	}
	cut := m.text[start:end]
	switch {
	case !m.chain:
		m.killed = cut
	case start < from:
		m.killed = cut + m.killed
	default:
		m.killed += cut
	}
	m.chain = true
	m.replace(start, end, "")
}

func (m *model) line() (start, end int) {
	before, after := m.text[:m.cursor], m.text[m.cursor:]
	lines := strings.Split(before, "\n")
	rest, _, _ := strings.Cut(after, "\n")
	return len(before) - len(lines[len(lines)-1]), m.cursor + len(rest)
}

// keys does the keys that rapid presses; up and down have a test of their own.
func (m *model) keys() map[string]func() {
	newlineOr := func(edge func() int, step func() int) func() {
		return func() {
			if e := edge(); e != m.cursor {
				m.cursor = e
			} else {
				m.cursor = step()
			}
		}
	}
	start := func() int { s, _ := m.line(); return s }
	end := func() int { _, e := m.line(); return e }
	field := func() {
		m.over(true, unicode.IsSpace)
		m.over(true, func(r rune) bool { return !unicode.IsSpace(r) })
	}
	return map[string]func(){
		"left": func() { m.cursor = m.back() }, "right": func() { m.cursor = m.ahead() },
		"ctrl+a": func() { m.cursor = start() }, "ctrl+e": func() { m.cursor = end() },
		"alt+b": func() { m.word(true) }, "alt+f": func() { m.word(false) },
		"backspace":     func() { m.replace(m.back(), m.cursor, "") },
		"delete":        func() { m.replace(m.cursor, m.ahead(), "") },
		"alt+enter":     func() { m.types("\n") },
		"ctrl+y":        func() { m.types(m.killed) },
		"ctrl+w":        func() { m.to(field) },
		"alt+backspace": func() { m.to(func() { m.word(true) }) },
		"alt+d":         func() { m.to(func() { m.word(false) }) },
		"ctrl+u":        func() { m.to(newlineOr(start, m.back)) },
		"ctrl+k":        func() { m.to(newlineOr(end, m.ahead)) },
		"ctrl+t":        m.transpose,
	}
}

func (m *model) transpose() {
	start, end := m.line()
	at := m.cursor
	if m.cursor == end {
		m.cursor = m.back()
	}
	if m.cursor <= start {
		m.cursor = at
		return
	}
	a, b, c := m.back(), m.cursor, m.ahead()
	m.replace(a, c, m.text[b:c]+m.text[a:b])
}

// kills are the keys that gather.
var kills = []string{"ctrl+w", "alt+backspace", "alt+d", "ctrl+u", "ctrl+k"}

// TestEditorIsItsModel presses random keys in random texts.
func TestEditorIsItsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var e Editor
		var m model
		keys := m.keys()
		names := slices.Sorted(maps.Keys(keys))
		t.Repeat(map[string]func(*rapid.T){
			"keys": func(t *rapid.T) {
				for _, name := range rapid.SliceOfN(rapid.SampledFrom(names), 1, 4).Draw(t, "keys") {
					m.chain = m.chain && slices.Contains(kills, name)
					keys[name]()
					m.marked = false
					if !e.Key(name) {
						t.Fatalf("%s is not done", name)
					}
				}
			},
			"type": func(t *rapid.T) {
				text := drawText(t, pieces, 12)
				m.chain = false
				m.types(text)
				m.marked = m.marked && text == ""
				if left := e.Insert(text); left != 0 {
					t.Fatalf("%d bytes are left", left)
				}
			},
			"complete": func(t *rapid.T) {
				all := bounds(m.text)
				i := rapid.IntRange(0, len(all)-1).Draw(t, "start")
				j := rapid.IntRange(i, len(all)-1).Draw(t, "end")
				text := drawText(t, pieces, 3)
				m.chain = false
				m.replace(all[i], all[j], text)
				m.marked = false
				e.Replace(all[i], all[j], text)
			},
			"select": func(*rapid.T) {
				m.chain, m.marked, m.cursor = false, m.text != "", len(m.text)
				e.Select()
			},
			"": func(t *rapid.T) {
				if e.Text() != m.text || e.Cursor() != m.cursor || e.Selected() != m.marked {
					t.Fatalf("%q, want %q", e.state(), m.text[:m.cursor]+"|"+m.text[m.cursor:])
				}
				wellFormed(t, &e)
			},
		})
	})
}

// allKeys are all that an Editor may do.
var allKeys = strings.Fields(`ctrl+a home ctrl+e end left ctrl+b right alt+b alt+left ctrl+left alt+f alt+right ctrl+right up down backspace ctrl+h
	delete ctrl+d ctrl+w alt+backspace alt+d ctrl+u ctrl+k ctrl+y ctrl+t alt+enter shift+enter tab`)

// TestWhateverIsDoneTheTextIsWellFormed gives an Editor anything.
func TestWhateverIsDoneTheTextIsWellFormed(t *testing.T) {
	t.Parallel()
	anything := slices.Concat(pieces, dirt, []string{strings.Repeat("x", 5000), strings.Repeat("🇫", 1000)})
	rapid.Check(t, func(t *rapid.T) {
		var e Editor
		place := rapid.IntRange(-3, Max+3)
		t.Repeat(map[string]func(*rapid.T){
			"key":      func(t *rapid.T) { e.Key(rapid.SampledFrom(allKeys).Draw(t, "key")) },
			"select":   func(*rapid.T) { e.Select() },
			"type":     func(t *rapid.T) { e.Insert(drawText(t, anything, 6)) },
			"set":      func(t *rapid.T) { e.Set(drawText(t, anything, 6), place.Draw(t, "cursor")) },
			"complete": func(t *rapid.T) { e.Replace(place.Draw(t, "start"), place.Draw(t, "end"), drawText(t, anything, 6)) },
			"":         func(t *rapid.T) { wellFormed(t, &e) },
		})
	})
}

// wellFormed checks what is promised of an Editor's text and cursor.
func wellFormed(t interface {
	Helper()
	Fatalf(string, ...any)
}, e *Editor) {
	t.Helper()
	text := e.Text()
	if !utf8.ValidString(text) || len(text) > Max || clean(text) != text || strings.ContainsFunc(text, forbidden) {
		t.Fatalf("the text is %d bytes, %.100q", len(text), text)
	}
	if !slices.Contains(bounds(text), e.Cursor()) {
		t.Fatalf("the cursor is inside of a grapheme: %d in %.100q", e.Cursor(), text)
	}
}

// forbidden is what a terminal would obey.
func forbidden(r rune) bool {
	return r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
}

// FuzzEditor types, then does keys, one a byte, then lays out.
func FuzzEditor(f *testing.F) {
	f.Add("l'été\r\n"+family+france, []byte{0, 4, 8, 12}, 80, 9, 8)
	f.Add("\x1b]0;titre\x07\x9b31m", []byte{22, 23, 24}, 1, 1, 1)
	f.Add(strings.Join(pieces, "")+strings.Join(dirt, ""), []byte{4, 4, 20, 20, 25}, 7, 2, 3)
	f.Fuzz(func(t *testing.T, text string, keys []byte, width, indent, height int) {
		if len(keys) > 64 || width > 500 || indent > 500 {
			return
		}
		var e Editor
		e.Insert(text)
		wellFormed(t, &e)
		for _, k := range keys {
			e.Key(allKeys[int(k)%len(allKeys)])
		}
		wellFormed(t, &e)
		width, indent = max(width, 1), max(indent, 0)
		checkLayout(t, e.Layout(width, indent, height), width, indent)
	})
}
