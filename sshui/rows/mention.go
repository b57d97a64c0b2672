package rows

import (
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"salon/room/state"
	"salon/room/text"
)

// Bounds on the mentions of one message. Those beyond are plain text.
const (
	maxMentions = 16
	maxTries    = 64  // words that may begin the reader's pseudo and are compared to it
	maxName     = 256 // bytes of one
	maxDots     = 3   // signs at its end that may not belong to it
)

// dense is the first character of the scripts in which words stand without blanks between
// them: Thai and what comes after it.
const dense = 0x0E00

// segments yields the words of a text by the bytes where they begin and end: letters and
// digits that stand together, and in scripts without blanks what Unicode Annex 29 calls a
// word.
func segments(s string) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		from, isDense := -1, false
		for at, r := range s + " " {
			switch {
			case isNameLetter(r):
				if from < 0 {
					from, isDense = at, false
				}
				isDense = isDense || r >= dense
				continue
			case from >= 0 && !isDense:
				if !yield(from, at) {
					return
				}
			case from >= 0:
				for size := range words(s[from:at]) {
					if !yield(from, from+size) {
						return
					}
					from += size
				}
			}
			from = -1
		}
	}
}

// words yields the lengths of the words of Unicode Annex 29 that a text consists of.
func words(s string) iter.Seq[int] {
	return func(yield func(int) bool) {
		state := -1
		for s != "" {
			var word string
			word, s, state = uniseg.FirstWordInString(s, state)
			if !yield(len(word)) {
				return
			}
		}
	}
}

func isNameLetter(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.Nd)
}

// hash returns the FNV-1a hash of a word, whatever its case.
func hash(word string) uint32 {
	h := uint32(2166136261)
	for _, r := range word {
		h = (h ^ uint32(unicode.ToLower(r))) * 16777619
	}
	return h
}

// wordsOf returns the hashes of the words of a message, sorted, each once.
func wordsOf(said string) []uint32 {
	hashes := make([]uint32, 0, 16)
	for from, to := range segments(said) {
		hashes = append(hashes, hash(said[from:to]))
	}
	slices.Sort(hashes)
	return slices.Clip(slices.Compact(hashes))
}

// WordOf returns the hash of the first word of a pseudo, for [Cache.MayMention]; 0 if it has
// none.
func WordOf(k text.Key) uint32 {
	for from, to := range segments(string(k)) {
		return hash(string(k)[from:to])
	}
	return 0
}

// maxWords is of how many of the latest messages the words are kept, 8 MiB of them at most;
// those of others are looked for each time.
const maxWords = 1024

// wordCache keeps the words of the latest messages, which all who read them look for their
// pseudo: those of a message at its place modulo maxWords. It takes no lock.
type wordCache struct {
	slots [maxWords]atomic.Pointer[messageWords]
}

type messageWords struct {
	place  uint64
	event  *state.Event
	hashes []uint32 // sorted, each once
}

func (k *wordCache) hold(place uint64, e *state.Event, word uint32) bool {
	slot := &k.slots[place%maxWords]
	w := slot.Load()
	if w == nil || w.event != e {
		latest := w == nil || w.place <= place
		if w = (&messageWords{place, e, wordsOf(state.SpeechOf(e.Body).Text)}); latest {
			slot.Store(w)
		}
	}
	_, found := slices.BinarySearch(w.hashes, word)
	return found
}

func (k *wordCache) takeBack(by *state.Event) {
	for i := range k.slots {
		if w := k.slots[i].Load(); w != nil {
			if _, taken := by.Takes(w.event); taken {
				k.slots[i].CompareAndSwap(w, nil)
			}
		}
	}
}

// Mentions reports whether a message to everyone mentions whoever has a pseudo of this key,
// as the rows that Event makes do. It is quick where no word is the first of the pseudo's.
func Mentions(said string, k text.Key) bool {
	word := WordOf(k)
	for from, to := range segments(said) {
		if hash(said[from:to]) == word {
			p := Class{Width: maxName}.page()
			p.me = mention{word: word, key: k}
			p.message(Plain, said)
			return p.me.found
		}
	}
	return false
}

// mention looks for the reader's pseudo in a message.
type mention struct {
	word  uint32
	key   text.Key // "" for no reader
	found bool
	count int
	tries int
}

// find returns the words of a line that mention the reader, with an @ or without, outside
// of its addresses and code.
func (m *mention) find(line string, others []span, sgr string) (mine []span) {
	for from, to := range segments(line) {
		if m.count == maxMentions || m.tries >= maxTries {
			break
		}
		if hash(line[from:to]) != m.word || crosses(others, from, to) || len(mine) > 0 && from < mine[len(mine)-1].to {
			continue
		}
		begin := from - len(line[:from]) + len(strings.TrimSuffix(line[:from], "@"))
		if !m.opens(line, begin, from) {
			continue
		}
		if size := m.read(line[from:]); size > 0 {
			m.found = true
			m.count++
			mine = append(mine, span{from: begin, to: from + size, sgr: sgr})
		}
	}
	return mine
}

// opens reports whether a mention can begin at begin, its name at from: after nothing, a
// blank or punctuation, but not inside of a word, a path or an address. Where words stand
// without blanks it can follow one, without an @.
func (m *mention) opens(line string, begin, from int) bool {
	r, size := utf8.DecodeLastRuneInString(line[:begin])
	switch {
	case size == 0 || unicode.IsSpace(r):
		return true
	case isNameLetter(r):
		return begin == from && r >= dense
	}
	return !strings.ContainsRune("._-@/\\#%&+=", r)
}

// read returns how many bytes of a text that begins with a word are the reader's pseudo, 0
// if it is somebody else's name. A dot, hyphen or underline at its end may be the pseudo's
// or the sentence's.
func (m *mention) read(s string) int {
	name := s
	if end := strings.IndexFunc(s, func(r rune) bool { return !isNameLetter(r) && !strings.ContainsRune("-_.", r) }); end >= 0 {
		name = s[:end]
	}
	rest := name
	for range maxDots + 1 {
		if rest == "" || len(rest) > maxName {
			break
		}
		if m.is(rest) {
			return len(rest)
		}
		if !strings.ContainsRune("-_.", rune(rest[len(rest)-1])) {
			break
		}
		rest = rest[:len(rest)-1]
	}
	return m.readDense(name)
}

// readDense looks for the reader's pseudo where words stand without blanks: at the start
// of a name, up to where one of its words ends.
func (m *mention) readDense(name string) int {
	if !strings.ContainsFunc(name, func(r rune) bool { return r >= dense }) {
		return 0
	}
	end := 0
	for size := range words(name) {
		if end += size; end > maxName || m.tries >= maxTries {
			return 0
		}
		after, _ := utf8.DecodeRuneInString(name[end:])
		if end < len(name) && after >= dense && m.is(name[:end]) {
			return end
		}
	}
	return 0
}

func (m *mention) is(name string) bool {
	m.tries++
	return text.Pseudo(name).Key() == m.key
}
