package history

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// total is how many messages a million is.
const total = 1_000_000

// millionBegan is when its first message was said. Its last one was two years later.
var millionBegan = time.Date(2024, 11, 1, 8, 0, 0, 0, time.UTC)

// million returns a directory with a conversation of a million messages over two years,
// indexed: French and English whose words are as unequal as those of a language, Chinese,
// Japanese and emoji. To write it takes minutes: SALON_MILLION may name a directory that
// keeps it.
func million(b *testing.B) (dir string) {
	if dir = os.Getenv("SALON_MILLION"); dir == "" {
		dir = b.TempDir()
	}
	if _, err := os.Stat(filepath.Join(dir, FileName)); err == nil {
		return dir
	}
	h := open(b, Options{Dir: dir})
	began := time.Now()
	random := newChatter()
	var batch []state.Event
	for n := range total {
		at := millionBegan.Add(time.Duration(n) * (2 * 365 * 24 * time.Hour / total))
		batch = append(batch, saidAt(state.Seq(n+1), at, text.Pseudo(fmt.Sprint("User", n%200)), random.message(n)))
		if len(batch) == 5000 {
			h.store(b, batch)
			batch = batch[:0]
		}
	}
	written := time.Now()
	h.flush(b)
	indexed := time.Now()
	shut(b, h)
	info, err := os.Stat(h.disk.path())
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("written in %v, indexed in %v (%.0f/s), %d MiB", written.Sub(began), indexed.Sub(written), total/indexed.Sub(written).Seconds(), info.Size()>>20)
	return dir
}

// The commonest words of each language, the commonest first.
var (
	french = strings.Fields(`de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec ou son on tout nous
		mais comme bien fait être été cette très même bonjour merci salut demain aujourd’hui c’est j’ai l’école où réunion train message problème déjà serveur`)
	english = strings.Fields(`the of and to in is you that it he was for on are as with his they I at be this have from or one had by word but not
		what all were we when your can said there hello thanks please tomorrow meeting server release problem network already`)
	emoji = strings.Fields(`😀 😂 👍 🎉 ❤️ 🚀 👩‍👩‍👧‍👦 🇫🇷 :) :-) ;) :D ...`)
)

// chatter makes messages.
type chatter struct {
	*rand.Rand
	rank *rand.Zipf // of a word
	sign *rand.Zipf // of a Chinese or Japanese character
}

func newChatter() chatter {
	random := rand.New(rand.NewPCG(1, 2))
	return chatter{random, rand.NewZipf(random, 1.1, 4, 50_000), rand.NewZipf(random, 1.2, 8, 2500)}
}

// message is the n-th, of about 80 bytes.
func (t chatter) message(n int) string {
	var s strings.Builder
	switch kind := t.IntN(20); {
	case kind < 11:
		t.words(&s, french)
	case kind < 17:
		t.words(&s, english)
	default:
		t.signs(&s, rune(0x4E00))
	}
	if t.IntN(5) == 0 {
		s.WriteString(" " + emoji[t.IntN(len(emoji))])
	}
	switch {
	case n%100_000 == 5000:
		s.WriteString(" serendipity")
	case n < total/2 && n%3 == 0:
		s.WriteString(" formerly")
	}
	return strings.TrimSpace(s.String())
}

func (t chatter) words(s *strings.Builder, common []string) {
	for range 4 + t.IntN(18) {
		w := int(t.rank.Uint64())
		if w < len(common) {
			s.WriteString(common[w] + " ")
			continue
		}
		s.WriteString(word(uint64(w)) + " ")
	}
}

// signs writes a sentence without spaces, with some kana.
func (t chatter) signs(s *strings.Builder, first rune) {
	for range 10 + t.IntN(35) {
		r := first + rune(t.sign.Uint64())
		if t.IntN(6) == 0 {
			r = 0x3041 + rune(t.sign.Uint64()%80)
		}
		s.WriteRune(r)
	}
}
