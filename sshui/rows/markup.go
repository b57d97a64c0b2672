package rows

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTicks is the longest run of backticks that begins code; longer ones are plain text.
const maxTicks = 8

// markup finds `code` and **bold** in a line. It returns the line as it is to be read,
// without the signs around what is bold, and both kinds of pieces, in order. Where code
// has a tint, a blank of it stands for the backticks.
func (p *page) markup(words string) (_ string, code, bolds []span) {
	if !strings.ContainsAny(words, "`*") {
		return words, nil, nil
	}
	m := marker{words: words, tint: p.Palette.sgr(Code)}
	for m.at < len(words) {
		switch rest := words[m.at:]; {
		case rest[0] == '`':
			m.code(len(rest) - len(strings.TrimLeft(rest, "`")))
		case strings.HasPrefix(rest, "**"):
			m.bold()
		default:
			next := strings.IndexAny(rest[1:], "`*") + 1
			if next == 0 {
				next = len(rest)
			}
			m.copy(next)
		}
	}
	return m.out.String(), m.codes, m.bolds
}

// marker goes through a line. What was looked for once in vain is not looked for again.
type marker struct {
	words string
	tint  string
	at    int

	out          strings.Builder
	codes, bolds []span
	noCode       [maxTicks + 1]bool
	noBold       bool
}

// copy takes over the next n bytes as they are.
func (m *marker) copy(n int) {
	m.out.WriteString(m.words[m.at : m.at+n])
	m.at += n
}

// code takes over code that begins with so many backticks and ends with as many.
func (m *marker) code(ticks int) {
	inner, ok := "", false
	if ticks <= maxTicks && !m.noCode[ticks] {
		inner, ok = untilTicks(m.words[m.at+ticks:], ticks)
		m.noCode[ticks] = !ok
	}
	if !ok || strings.TrimSpace(inner) == "" {
		m.copy(ticks)
		return
	}
	from := m.out.Len()
	if m.tint == "" {
		m.copy(ticks + len(inner) + ticks)
	} else {
		m.out.WriteString(" " + inner + " ")
		m.at += ticks + len(inner) + ticks
	}
	m.codes = append(m.codes, span{from: from, to: m.out.Len(), sgr: m.tint})
}

// untilTicks returns a text up to the next run of exactly so many backticks.
func untilTicks(s string, ticks int) (string, bool) {
	for at := 0; ; {
		i := strings.IndexByte(s[at:], '`')
		if i < 0 {
			return "", false
		}
		begin := at + i
		run := len(s[begin:]) - len(strings.TrimLeft(s[begin:], "`"))
		if run == ticks {
			return s[:begin], true
		}
		at = begin + run
	}
}

// bold takes over what stands between two asterisks and two more, neither of which has a
// blank on its inner side or a letter on its outer.
func (m *marker) bold() {
	before, _ := utf8.DecodeLastRuneInString(m.words[:m.at])
	inner := m.words[m.at+2:]
	end := -1
	if !m.noBold && !isWord(before) && inner != "" && inner[0] != '*' && inner[0] != ' ' {
		end = closingStars(inner)
		m.noBold = end < 0
	}
	if end < 0 {
		m.copy(2)
		return
	}
	from := m.out.Len()
	m.out.WriteString(inner[:end])
	m.at += 2 + end + 2
	m.bolds = append(m.bolds, span{from: from, to: m.out.Len()})
}

// closingStars returns where the two asterisks that end what is bold stand, -1 for nowhere.
func closingStars(s string) int {
	for at := 1; ; {
		i := strings.Index(s[min(at, len(s)):], "**")
		if i < 0 {
			return -1
		}
		i += at
		last, _ := utf8.DecodeLastRuneInString(s[:i])
		next, _ := utf8.DecodeRuneInString(s[i+2:])
		if last != ' ' && !isWord(next) && next != '*' && !strings.Contains(s[:i], "`") {
			return i
		}
		at = i + 1
	}
}

func isWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// embolden makes pieces of a line bold, and what of the others stands in them. Both are in
// order.
func embolden(bolds, others []span, base string) []span {
	if len(bolds) == 0 {
		return others
	}
	var all []span
	done := 0 // up to where all has the line
	for _, b := range bolds {
		for len(others) > 0 && others[0].to <= b.from {
			all, others = append(all, others[0]), others[1:]
		}
		at := max(b.from, done)
		for len(others) > 0 && others[0].from < b.to {
			o := others[0]
			others = others[1:]
			if at < o.from {
				all = append(all, span{from: at, to: o.from, sgr: base + bold})
			}
			o.sgr += bold
			all, at = append(all, o), o.to
		}
		if at < b.to {
			all = append(all, span{from: at, to: b.to, sgr: base + bold})
		}
		done = max(at, b.to)
	}
	return append(all, others...)
}

// fenceMark begins and ends a block of code, on a line of its own.
const fenceMark = "```"

// fence returns which of several lines ends the block of code that the first begins, 0 if
// there is none.
func (p *page) fence(lines []string) int {
	first := strings.TrimSpace(lines[0])
	if !strings.HasPrefix(first, fenceMark) || strings.Contains(first[len(fenceMark):], "`") || p.noFence {
		return 0
	}
	for i := 1; i < len(lines); i++ {
		if strings.TrimSpace(lines[i]) == fenceMark {
			return i
		}
	}
	p.noFence = true
	return 0
}

// codeBlock prepares a block of code: on a tint, with its language if that is said, or else
// as it was typed.
func (p *page) codeBlock(written []string) []line {
	tint := p.Palette.sgr(Code)
	if tint != "" {
		name := strings.TrimLeft(strings.TrimSpace(written[0]), "`")
		if written = written[1 : len(written)-1]; name != "" || len(written) == 0 {
			written = append([]string{name}, written...)
		}
	}
	lines := make([]line, 0, len(written))
	widest := 0
	for _, words := range written {
		words = cleanText(words)
		if tint != "" {
			words = " " + words + " "
		}
		lines = append(lines, isolated(words, tint, nil))
		widest = max(widest, columnsOf(words))
	}
	if tint != "" {
		for i := range lines {
			lines[i].fill = max(2, min(widest, p.Width))
		}
	}
	return lines
}
