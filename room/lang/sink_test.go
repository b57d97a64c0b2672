package lang_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// strange is what a stranger sends, by what it tries; all of it has the word "seen".
var strange = map[string]string{
	"CSI":              "\x1b[2J\x1b[31mseen\x1b[0m\x1b[?25l",
	"OSC 0, 8, 52":     "\x1b]0;owned\aseen\x1b]8;;http://evil\x1b\\\x1b]52;c;cm0=\a",
	"DCS, APC, PM":     "\x1bPq\x1b\\seen\x1b_G\x1b\\\x1b^x\x1b\\\x1bXx\x1b\\",
	"lone ESC":         "seen\x1b",
	"C1 as runes":      "\u009b31m\u009d0;t\u009cseen\u0085\u0090x\u009c",
	"C1 as bytes":      "\x9b31m\x9d0;t\x9cseen\x85",
	"CR":               "seen\r21:33 eve: forged",
	"BS":               "seen\b\b\b\b21:33 eve: forged",
	"TAB and NUL":      "\x00seen\t\x0021:33 eve: forged\x7f",
	"line ends":        "seen\n21:33 eve: forged\u202821:33 eve: forged\r\n21:33 eve: forged\u0085forged\v\f",
	"bidi controls":    "\u202eseen\u202c\u2067x\u2069\u200f\u061c",
	"right to left":    "שלום seen مرحبا",
	"zero width":       "s\u200be\u200ce\ufeffn\u00ad\u2060 seen",
	"joiners":          "seen\u200d👩\u200d💻\u200d",
	"marks":            "seen x" + strings.Repeat("\u0335\u0301\u20dd", 30),
	"invalid UTF-8":    "\xff\xfeseen\xc0\xaf\xed\xa0\x80\xf0\x9f\x98",
	"unassigned, tags": "\U000e0041seen\ufffe\U0010ffff\ufff9x\ufffb",
}

// sinks are the ways in which a member's or an operator's text reaches somebody. The last
// ones answer only whoever typed them.
var sinks = []string{
	"%s", "/me %s", "@bob %s", "@bob,cleo %s", "/r %s", "//%s", `\@%s`, "/absent %s", "/retour", "/sujet %s", "/sujet", "/wall %s", "/kick nobody %s", "/kick cleo %s",
	"/ban villain 1h %s", "/bans", "/unban villain", "/shutdown 1000 %s", "/shutdown annuler", "/liste", "/info ann", "/historique", "/chercher %s", "/pseudo %s", "/msg %s hello", "@%s hello",
	"/%s", "/ignorer %s", "/info %s", "/fuseau %s", "/lang %s", "/ban %s", "/unban %s", "/mute %s", "/unmute %s", "/liberer %s", "/inscrire %s", "/desinscrire %s", "/aide %s", "/slow %s", "/historique %s", "/quitter %s",
}

// sinkRoom is a room with those who read in every way that package lang writes.
type sinkRoom struct {
	*testing.T
	room    *room.Room
	readers []*room.Session
	acts    []string
	seen    int // how often the word was shown
}

func openSinks(t *testing.T) *sinkRoom {
	h := &sinkRoom{T: t}
	cfg := room.Config{Limits: room.Limits{Replay: 20}, Audit: func(a room.Act) { h.acts = append(h.acts, a.Command) }}
	r, err := room.New(t.Context(), cfg, room.NewMemoryLog(), room.NewMemoryStore())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	h.room = r
	h.readers = append(h.readers, r.Watch(room.Prefs{Zone: time.UTC}))
	h.join(room.Entry{Pseudo: "bob", Prefs: room.Prefs{Zone: time.UTC}})
	h.join(room.Entry{Pseudo: "bill", Prefs: room.Prefs{Zone: time.UTC, Lang: state.English}})
	h.join(room.Entry{Pseudo: "bot", Prefs: room.Prefs{Zone: time.UTC, JSON: true}})
	return h
}

func (h *sinkRoom) join(e room.Entry) *room.Session {
	h.Helper()
	s, err := h.room.Join(h.Context(), e)
	if err != nil {
		h.Fatal(err)
	}
	h.readers = append(h.readers, s)
	return s
}

// read has everybody read all that is new, and holds it to be harmless.
func (h *sinkRoom) read(sent string) {
	synctest.Wait()
	for _, s := range h.readers {
		p := lang.NewPrinter("\n")
		var out []byte
		for items := s.Take(make([]room.Item, 0, 64)); len(items) > 0; items = s.Take(make([]room.Item, 0, 64)) {
			for _, it := range items {
				out = p.Append(out, it, s)
			}
		}
		if s.Prefs().JSON {
			h.checkJSON(sent, string(out))
			continue
		}
		h.check(sent, string(out))
		if why := s.Ending(); why != nil {
			h.check(sent, lang.Farewell(why, lang.View{Lang: s.Prefs().Lang, Zone: time.UTC}))
		}
	}
}

func (h *sinkRoom) check(sent, got string) {
	h.Helper()
	marks := 0
	for _, r := range got {
		if marks++; !unicode.Is(unicode.M, r) {
			marks = 0
		}
		if marks > 3 {
			h.Errorf("%q is shown with too many marks: %q", sent, got)
			break
		}
	}
	if !isSafe(got) || strings.ContainsAny(got, "\u200b\u200c\ufeff\u00ad\u2060") {
		h.Errorf("%q is shown as %q", sent, got)
	}
	for line := range strings.SplitSeq(got, "\n") {
		if strings.HasPrefix(strings.TrimLeft(line, " "), "21:33") {
			h.Errorf("%q forges a line: %q", sent, got)
		}
	}
	h.seen += strings.Count(got, "seen")
}

// checkJSON holds each string of each object to be harmless.
func (h *sinkRoom) checkJSON(sent, got string) {
	h.Helper()
	if strings.ContainsFunc(got, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }) {
		h.Errorf("%q becomes %q", sent, got)
	}
	for line := range strings.Lines(got) {
		var o lang.Object
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			h.Errorf("%q becomes %q: %v", sent, line, err)
		}
		for _, s := range append(o.Lines, append(o.To, o.From, o.Text)...) {
			if text.Clean(strings.NewReplacer("\u2068", "", "\u2069", "").Replace(s), true) != strings.TrimSpace(strings.NewReplacer("\u2068", "", "\u2069", "").Replace(s)) {
				h.Errorf("%q becomes the field %q", sent, s)
			}
		}
	}
}

// TestTextIsHarmlessAtEverySink: whatever comes in is shown to others, to the console, to
// bots, to newcomers and to who sent it without a byte that their terminals would obey.
func TestTextIsHarmlessAtEverySink(t *testing.T) {
	for name, typed := range strange {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := openSinks(t)
				h.room.SetAccess(room.Access{MOTD: typed})
				h.join(room.Entry{Pseudo: "cleo", Front: "ssh", Client: typed, Prefs: room.Prefs{Zone: time.UTC}})
				ann := h.join(room.Entry{Pseudo: "ann", Role: state.Operator, Client: typed, Prefs: room.Prefs{Zone: time.UTC}})
				h.read("joining")
				for _, form := range sinks {
					line := strings.ReplaceAll(form, "%s", typed)
					before := h.seen
					ann.Submit(t.Context(), line)
					h.read(line)
					if form == "%s" && h.seen == before {
						t.Errorf("what can be seen of %q is not", line)
					}
				}
				h.join(room.Entry{Pseudo: "dora", Prefs: room.Prefs{Zone: time.UTC}}) // is shown the past
				h.read("the past")
				for _, act := range h.acts { // several lines are quoted where they are written
					if !isSafe(act) {
						t.Errorf("%q is audited", act)
					}
				}
				if _, err := text.ParsePseudo(typed); err == nil {
					t.Errorf("%q is a pseudo", typed)
				}
			})
		})
	}
}

// TestALongLineIsRefused in words, and shown to nobody.
func TestALongLineIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := openSinks(t)
		ann := h.join(room.Entry{Pseudo: "ann", Prefs: room.Prefs{Zone: time.UTC}})
		h.read("joining")
		for _, unit := range []string{"seen ", "é", "\xff"} {
			line := strings.Repeat(unit, 4097/len(unit)+1)
			for _, form := range []string{"%s", "@bob %s", "/wall %s", "/absent %s"} {
				if err := ann.Submit(t.Context(), fmt.Sprintf(form, line)); !errors.Is(err, room.ErrTextTooLong) {
					t.Errorf("%.20q is told %v", line, err)
				}
			}
		}
		h.read("a long line")
		if h.seen > 0 {
			t.Errorf("it was shown %d times", h.seen)
		}
	})
}
