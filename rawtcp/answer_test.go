package rawtcp

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"salon/room"
	"salon/room/lang"
	"salon/room/roomtest"
	"salon/room/state"
	"salon/room/text"
)

// patient is a client that sends a line, then reads until it is answered, then
// sends the next: what a short script or a beginner's program does.
type patient struct {
	net.Conn
	in *bufio.Reader
}

func (h *harness) patient(pseudo string) *patient {
	h.T.Helper()
	p := &patient{Conn: h.Dial()}
	p.in = bufio.NewReader(p)
	io.WriteString(p, pseudo+"\n")
	if answer, _, err := p.settle(); err != nil || !strings.Contains(strings.Join(answer, "\n"), "Bienvenue, "+pseudo) {
		h.T.Fatalf("%s: %q, %v", pseudo, answer, err)
	}
	return p
}

// settle reads all that was answered so far. Telnet's "are you there" marks the
// end of it, for it is answered in its turn.
func (p *patient) settle() (answer []string, ended bool, err error) {
	io.WriteString(p, "\xff\xf6")
	for {
		line, err := p.in.ReadString('\n')
		switch {
		case err == io.EOF:
			return answer, true, nil
		case err != nil:
			return answer, true, err
		case strings.Contains(line, french.StillHere), strings.Contains(line, lang.Of(state.English).StillHere):
			return answer, false, nil
		}
		answer = append(answer, line)
	}
}

// ask sends one line and returns its answer.
func (p *patient) ask(line string) (answer []string, ended bool, err error) {
	if _, err := io.WriteString(p, line+"\n"); err != nil {
		return nil, true, err
	}
	return p.settle()
}

// typed are lines that somebody may send, sensible or not.
func typed() *rapid.Generator[string] {
	names := rapid.SampledFrom([]string{"ann", "ANN", "bob", "cléo", "dan", "moi", "me", "personne", "", "tous", "@bob", "bob,cléo", "bob,personne", "x", "Аnn"})
	words := []string{}
	for _, c := range room.Commands() {
		words = append(words, c.Words()...)
	}
	garbage := rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 80), func(b []byte) string {
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune("\n\r\x03\x04", r) {
				return -1
			}
			return r
		}, strings.ReplaceAll(strings.ToValidUTF8(string(b), "\xe9"), "\xff", ""))
	})
	text := rapid.OneOf(
		rapid.SampledFrom([]string{"", " ", "bonjour", "//", "/", "@", "\\", "\\@bob", "\\/x", "\x1b[31m", "\u200b", "\u2028", "a\u2028b", "24", "12", "en", "fr", "json", "30s", "1h", "-1", "99999999999999999999", "Europe/Paris", "Nowhere"}),
		names, garbage, rapid.String().Filter(func(s string) bool { return !strings.ContainsAny(s, "\n\r\x03\x04") }),
		rapid.Map(rapid.IntRange(4000, 5000), func(n int) string { return strings.Repeat("x", n) }),
		rapid.Map(rapid.IntRange(2000, 4096), func(n int) string { return strings.Repeat("é", n) }),
	)
	return rapid.Custom(func(t *rapid.T) string {
		rest := text.Draw(t, "text")
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			return rest
		case 1:
			return "@" + names.Draw(t, "name") + " " + rest
		case 2:
			return "/" + rapid.SampledFrom(words).Draw(t, "word") + " " + names.Draw(t, "name") + " " + rest
		case 3:
			return "//" + rapid.SampledFrom(words).Draw(t, "word") + rest
		}
		return "/" + rapid.SampledFrom(words).Draw(t, "word") + " " + rest
	})
}

func TestEveryLineIsAnsweredBeforeTheNext(t *testing.T) {
	h := open(t)
	h.Join("bob")
	for i := range 10 { // somebody whose inbox is full
		h.Join(text.Pseudo(fmt.Sprint("muet", i)))
	}
	h.enter("cléo").send("/absent à table\r\n")
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		name := fmt.Sprint("ann", n)
		p := h.patient(name)
		defer p.Close()
		dan := h.patient("dan")
		defer func() {
			dan.ask("/quitter")
			dan.Close()
		}()
		for _, line := range []string{"/ignorer dan", "/ignorer cléo"} {
			if _, _, err := p.ask(line); err != nil {
				rt.Fatal(err)
			}
		}
		if _, _, err := dan.ask("/ignorer " + name); err != nil {
			rt.Fatal(err)
		}
		for _, line := range rapid.SliceOfN(typed(), 1, 30).Draw(rt, "lines") {
			answer, ended, err := p.ask(line)
			if err != nil || len(answer) == 0 {
				rt.Fatalf("%q: answered %q (%v)", line, answer, err)
			}
			if ended {
				break
			}
		}
	})
}

func TestEveryCommandOfTheTableIsAnswered(t *testing.T) {
	h := open(t)
	h.Join("bob")
	for _, c := range room.Commands() {
		for _, word := range c.Words() {
			for _, rest := range []string{"", " bob", " bob salut", " moi", " 5"} {
				p := h.patient("ann")
				answer, ended, err := p.ask("/" + word + rest)
				if err != nil || len(answer) == 0 {
					t.Errorf("/%s%s: answered %q (%v)", word, rest, answer, err)
				}
				if c.Name == "quit" != ended {
					t.Errorf("/%s%s: hung up: %v", word, rest, ended)
				}
				if !ended {
					p.ask("/desinscrire") // or nobody could come as ann again
					p.ask("/quitter")
				}
				p.Close()
			}
		}
	}
}

func TestOnesOwnMessagesComeBackWhateverTheirKind(t *testing.T) {
	h := open(t)
	h.Join("bob")
	p := h.patient("ann")
	for line, want := range map[string]string{
		"bonjour":              " ann: bonjour\r\n",
		"@tous salut":          " ann: salut\r\n",
		"@bob salut":           " [privé] moi -> bob: salut\r\n",
		"@ann note à moi-même": " [privé] moi -> moi: note à moi-même\r\n",
		"/msg moi encore":      " [privé] moi -> moi: encore\r\n",
		"/me sourit":           " ~ ann sourit\r\n",
		"/pseudo ann":          " * Vous êtes ann.\r\n",
		"":                     " x " + french.Empty + "\r\n",
		"   ":                  " x " + french.Empty + "\r\n",
		"@personne salut":      " x Personne ne s'appelle « personne ». « /liste » montre qui est là.\r\n",
		"/xyzzy":               " x La commande « /xyzzy » n'existe pas. « /aide » donne la liste.\r\n",
	} {
		answer, _, err := p.ask(line)
		if err != nil || len(answer) != 1 || !strings.HasSuffix(answer[0], want) {
			t.Errorf("%q: answered %q (%v), want %q", line, answer, err, want)
		}
	}
}

func TestNobodyIgnoresThemselves(t *testing.T) {
	h := open(t)
	bob := h.patient("bob")
	ann := h.patient("ann")
	for _, line := range []string{"/ignorer bob", "/ignorer ann"} {
		ann.ask(line)
	}
	bob.ask("/quitter")
	if _, _, err := ann.ask("/pseudo bob"); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"bonjour", "/me sourit", "@bob note"} {
		if answer, _, err := ann.ask(line); err != nil || len(answer) == 0 {
			t.Errorf("%q from a member called like somebody she ignores: answered %q (%v)", line, answer, err)
		}
	}
}

func TestALineTooLongIsCutAndSaysSo(t *testing.T) {
	h := open(t)
	p := h.patient("ann")
	answer, _, err := p.ask(strings.Repeat("x", maxLine+1))
	if err != nil || len(answer) != 2 || !strings.Contains(answer[0], french.LineCut) {
		t.Errorf("answered %.300q (%v)", answer, err)
	}
	h.AwaitSaid(t, strings.Repeat("x", maxLine))
	answer, _, err = p.ask(strings.Repeat("\xe9", 3000)) // Latin-1
	if err != nil || len(answer) != 2 || !strings.Contains(answer[0], french.LineCut) {
		t.Errorf("answered %.300q (%v)", answer, err)
	}
	h.AwaitSaid(t, strings.Repeat("é", text.MaxText/2))
}

func TestLinesBeyondTheRateAreTakenLaterAndNoneIsLost(t *testing.T) {
	const rate, burst, lines = 40, 5, 25
	h := open(t, func(b *build) { b.room.Rate, b.room.Burst = rate, burst })
	p := h.patient("ann")
	start := time.Now()
	var want []string
	for i := range lines {
		text := fmt.Sprint("ligne ", i)
		want = append(want, text)
		if answer, _, err := p.ask(text); err != nil || len(answer) != 1 || !strings.Contains(answer[0], text) {
			t.Fatalf("%q: answered %q (%v)", text, answer, err)
		}
	}
	if took, least := time.Since(start), (lines-burst)*time.Second/rate; took < least {
		t.Errorf("took %v, want at least %v", took, least)
	}
	if got := h.Said("ann"); !slices.Equal(got, want) {
		t.Errorf("said %q", got)
	}
}

func TestAMuteIsAnsweredToo(t *testing.T) {
	h := open(t)
	p := h.patient("ann")
	h.Order(t, "mute ann")
	p.settle()
	for _, line := range []string{"bonjour", "@ann note", "/me sourit", "/r x", "@tous bonjour"} {
		if answer, _, err := p.ask(line); err != nil || len(answer) != 1 {
			t.Errorf("%q: answered %q (%v)", line, answer, err)
		}
	}
	if got := roomtest.Seen[state.Said](h.Console); len(got) != 0 {
		t.Errorf("said: %v", got)
	}
}

func TestTheStreamOfJSONAnswersToo(t *testing.T) {
	h := open(t)
	h.Join("bob")
	p := h.patient("ann")
	p.ask("/json")
	for _, line := range []string{"bonjour", "@bob salut", "", "/xyzzy", "/liste", "/aide", "/historique"} {
		answer, _, err := p.ask(line)
		if err != nil || len(answer) != 1 || !strings.HasPrefix(answer[0], `{"type":"`) || !strings.HasSuffix(answer[0], "}\r\n") {
			t.Errorf("%q: answered %q (%v)", line, answer, err)
		}
	}
}
