package text

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
)

func TestParsePseudoAccepts(t *testing.T) {
	for in, want := range map[string]Pseudo{
		"alice":                      "alice",
		"Jean-Luc_3.0":               "Jean-Luc_3.0",
		"42":                         "42",
		"Ele\u0301onore":             "Eléonore",
		"ａｌｉｃｅ":                      "alice",
		"ﬁona":                       "fiona",
		"Алиса":                      "Алиса",
		"Νίκος":                      "Νίκος",
		"さくら花子":                      "さくら花子",
		"サーラ":                        "サーラ",
		"김철수":                        "김철수",
		"李ㄌㄧ":                        "李ㄌㄧ",
		"नीलम":                       "नीलम",
		"أحمد١٢":                     "أحمد١٢",
		"דוד":                        "דוד",
		"Ka\u02BBula":                "Kaʻula",
		strings.Repeat("a", 20):      Pseudo(strings.Repeat("a", 20)),
		strings.Repeat("ạ̄", 20):     Pseudo(strings.Repeat("ạ̄", 20)),
		"ali":                        "ali",
		"Ali":                        "Ali",
		"ALI":                        "ALI",
		"Lia":                        "Lia",
		"alla":                       "alla",
		"Hereward":                   "Hereward",
		"toussaint":                  "toussaint",
		"mois":                       "mois",
		"Wallace":                    "Wallace",
		"Rootbert":                   "Rootbert",
		"Serveuse":                   "Serveuse",
		"aaaaaaaaaaaaaaaaaaaa\u0301": "aaaaaaaaaaaaaaaaaaaá",
	} {
		if got, err := ParsePseudo(in); err != nil || got != want {
			t.Errorf("ParsePseudo(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestParsePseudoRefuses(t *testing.T) {
	tests := []struct {
		reason PseudoReason
		in     []string
	}{
		{PseudoEmpty, []string{"", " ", "\u200b", "\x1b[0m", "\u3164"}},
		{PseudoTooLong, []string{
			strings.Repeat("a", 21), strings.Repeat("a", 1<<20), strings.Repeat("é", 21),
			"a" + strings.Repeat("\u0301", 200), strings.Repeat("\xff", 300)}},
		{PseudoCharacters, []string{
			"a b", " alice", "alice ", "alice\n", "a\u00a0b", "al\u200dice", "a\u200cb", "a\u202eb", "al\x00ice",
			"alice\xff", "alice:", "alice\u02d0", "@alice", "alice!", "DOMAIN\\user", "a/b", "a+b", "👍", "a\u0640b",
			"x\u0301\u0301\u0301\u0301", "\u0301a", "ℵ:", "a\u00a8", "\ufdfa", "a·b", "x\u2082\u207b", "١۲", "a\ufe0f"}},
		{PseudoStart, []string{"-a", ".", "_", "---", "ーラ", "ʼa"}},
		{PseudoScripts, []string{
			"Аlice", "alicе", "αlice", "abcд", "한かな", "漢ㄅあ", "a漢", "a١", "aー", "kअ", "a\u093e"}},
		{PseudoReserved, append(slices.Clone(reserved),
			"Tous", "TOUS", "ALL", "aLl", "AlI", "aIl", "a1l", "Here", "ROOT", "r00t", "R00T", "r\u00f8\u00f8t",
			"opérateur", "OPÉRATEUR", "modérateur", "système", "Système", "ádmin", "ADMIN", "ADMlN", "ADM1N",
			"МОІ", "Ｒｏｏｔ", "0perator", "Me", "M\u00e9",
			"administrator", "Administrators", "administratrices", "opérateurs", "Opératrice", "OPERATRICES", "modératrices", "MODERATORS",
			"serveurs", "servers", "salons", "systèmes", "admins", "ADM1NS", "adm1n", "admin.", "admin_", "a1l.", "everybody", "Toutes", "wall.", "root--")},
	}
	sentences := map[string]bool{}
	for _, test := range tests {
		sentences[test.reason.String()] = true
		for _, in := range test.in {
			_, err := ParsePseudo(in)
			if refused, ok := errors.AsType[*PseudoError](err); !ok || refused.Reason != test.reason {
				t.Errorf("ParsePseudo(%.60q) = %v, want the reason %q", in, err, test.reason)
			}
		}
	}
	if len(sentences) != len(tests) {
		t.Errorf("%d reasons make %d sentences", len(tests), len(sentences))
	}
}

func TestPseudoErrorIsFitToShow(t *testing.T) {
	for in, want := range map[string]string{
		"bob\x1b[31m\r\nalice: hi":     "bob alice: hi",
		strings.Repeat("é", 10000):     strings.Repeat("é", 40),
		strings.Repeat("\x1b[0m", 999): "",
		"two words":                    "two words",
	} {
		_, err := ParsePseudo(in)
		refused, ok := errors.AsType[*PseudoError](err)
		if !ok || refused.Pseudo != want {
			t.Errorf("ParsePseudo(%.60q) shows %q, want %q", in, refused.Pseudo, want)
		}
		if text := err.Error(); Clean(text, false) != text || !strings.HasPrefix(text, "the pseudo ") {
			t.Errorf("the error reads %q", text)
		}
	}
}

func TestKeyDisregardsCase(t *testing.T) {
	for _, pair := range [][2]Pseudo{
		{"Alice", "alice"}, {"ÉLÉONORE", "éléonore"}, {"ａｌｉｃｅ", "Alice"}, {"e\u0301", "É"}, {"АЛИСА", "алиса"},
	} {
		if a, b := pair[0].Key(), pair[1].Key(); a != b || a == "" {
			t.Errorf("%q has the key %q, %q has %q", pair[0], a, pair[1], b)
		}
	}
	if a, b := Pseudo("alice").Key(), Pseudo("bob").Key(); a == b {
		t.Errorf("alice and bob have the key %q", a)
	}
	if key := Pseudo("a\x00b").Key(); key != "" {
		t.Errorf("an invalid name has the key %q", key)
	}
}

func alike(p, q Pseudo) bool { return p.Forms().Alike(q.Forms()) }

func TestAlike(t *testing.T) {
	for _, pair := range [][2]Pseudo{
		{"alice", "ALICE"}, {"Аlice", "Alice"}, {"Аlice", "alice"}, {"сор", "cop"}, {"СОР", "COP"}, {"СОР", "cop"},
		{"ADMlN", "ADMIN"}, {"b0b", "Bob"}, {"Iris", "lris"}, {"ia1n", "ialn"}, {"ΝΊΚΟΣ", "Νίκος"}, {"Вор", "Bop"},
		{"аӏісе", "alice"}, {"аӏісе", "ALICE"}, {"bιll", "bill"}, // U+04CF: in tables since 2021
	} {
		if !alike(pair[0], pair[1]) || !alike(pair[1], pair[0]) {
			t.Errorf("%q and %q may sit side by side: %q %q", pair[0], pair[1], pair[0].Forms().Looks, pair[1].Forms().Looks)
		}
	}
	for _, pair := range [][2]Pseudo{
		{"alice", "bob"}, {"ali", "all"}, {"Ali", "Lia"}, {"eve", "éve"}, {"marc", "rnarc"}, {"bob", "bob2"}, {"иван", "ivan"},
	} {
		if alike(pair[0], pair[1]) || alike(pair[1], pair[0]) {
			t.Errorf("%q and %q cannot sit side by side: %q %q", pair[0], pair[1], pair[0].Forms().Looks, pair[1].Forms().Looks)
		}
	}
}

// TestGapsAreFilled: what Unicode says looks alike has one skeleton.
func TestGapsAreFilled(t *testing.T) {
	for r, look := range gaps {
		if got, want := skeleton(string(r)), skeleton(look); got != want {
			t.Errorf("%U has the skeleton %q, and %q has %q", r, got, look, want)
		}
	}
}

// TestNear: who must not stand beside a registered pseudo, and who may.
func TestNear(t *testing.T) {
	near := func(p, q Pseudo) bool { return p.Key().Near().To(q.Key().Near()) }
	for _, pair := range [][2]Pseudo{
		{"alice", "álice"}, {"alice", "ÀLÍÇÈ"}, {"alice", "al1ce"}, {"alice", "a11ce"}, {"ALICE", "A1ICE"}, {"alice", "alice."}, {"alice", "Alice-_."},
		{"jean-luc", "jean--luc"}, {"jean-luc", "jeán-.luc_"}, {"bob", "b0b"}, {"bob", "bób"}, {"søren", "soren"}, {"alice", "áӏісе"}, {"Андрей", "андреи"}, {"أحمد", "احمد"},
		{"ann", "ann"}, {"Neil", "ne1l"}, {"Nell", "ne1l"},
	} {
		if !near(pair[0], pair[1]) || !near(pair[1], pair[0]) {
			t.Errorf("%q and %q are not near: %+v %+v", pair[0], pair[1], pair[0].Key().Near(), pair[1].Key().Near())
		}
	}
	for _, pair := range [][2]Pseudo{
		{"Neil", "Nell"}, {"ali", "ail"}, {"jean-luc", "jean_luc"}, {"jean-luc", "jeanluc"}, {"bob", "bob2"}, {"ann", "anna"}, {"कु", "के"}, {"かな", "がな"}, {"a", "b"},
	} {
		if near(pair[0], pair[1]) || near(pair[1], pair[0]) {
			t.Errorf("%q and %q are near: %+v", pair[0], pair[1], pair[0].Key().Near())
		}
	}
}

func TestPseudosFromManyGoroutines(t *testing.T) {
	want := Pseudo("Алиса").Forms().Looks
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				p, err := ParsePseudo("Алиса")
				if err != nil || p.Forms().Looks != want {
					t.Errorf("ParsePseudo gave %q %q, %v", p, p.Forms().Looks, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestSuggest(t *testing.T) {
	room := []Pseudo{"Bob", "bobby", "Éléonore", "alice", "ala", "cœur", "Dominique", "dom"}
	for typed, want := range map[string]Pseudo{
		"alcie": "alice", "alise": "alice", "ali": "alice", "al": "ala", "BOB": "Bob", "bbo": "Bob", "bobb": "bobby",
		"eleonor": "Éléonore", "eleanore": "Éléonore", "coeur": "cœur", "domi": "Dominique", "dmo": "dom",
		"": "", "z": "", "xyz": "", "axi": "", "zebulon": "", "é": "Éléonore",
		"alice" + strings.Repeat("e", 1<<16): "",
	} {
		for range 2 {
			if got, ok := Suggest(typed, slices.Values(room)); got != want || ok != (want != "") {
				t.Errorf("Suggest(%.20q) = %q, %v, want %q", typed, got, ok, want)
			}
			slices.Reverse(room) // the order must not matter
		}
	}
}

func TestSuggestCommands(t *testing.T) {
	commands := []string{"aide", "help", "kick", "kill", "me", "moi", "qui", "quit"}
	for typed, want := range map[string]string{
		"hlep": "help", "kik": "kick", "quti": "quit", "Quit": "quit", "ai": "aide", "q": "qui", "xx": "", "x": "",
	} {
		if got, ok := Suggest(typed, slices.Values(commands)); got != want || ok != (want != "") {
			t.Errorf("Suggest(%q) = %q, %v, want %q", typed, got, ok, want)
		}
	}
}

func FuzzPseudo(f *testing.F) {
	for _, s := range []string{"alice", "Аlice", "ａｌｉｃｅ", "ﷺ", "김철수", "नीलम", "ҋ", "İ", "a\u00a8", "한", "ᾳ̈"} {
		f.Add(s, "alice")
	}
	f.Fuzz(func(t *testing.T, s, other string) {
		p, err := ParsePseudo(s)
		if err != nil {
			if refused, ok := errors.AsType[*PseudoError](err); !ok || refused.Reason == 0 || p != "" {
				t.Errorf("ParsePseudo(%q) = %q, %#v", s, p, err)
			}
			return
		}
		if again, err := ParsePseudo(string(p)); again != p || err != nil {
			t.Errorf("ParsePseudo(%q) = %q, which parses to %q, %v", s, p, again, err)
		}
		checkPseudo(t, p)
		if q, err := ParsePseudo(other); err == nil {
			if alike(p, q) != alike(q, p) || p.Key() == q.Key() && !alike(p, q) {
				t.Errorf("Alike(%q, %q) = %v, Alike(%q, %q) = %v", p, q, alike(p, q), q, p, alike(q, p))
			}
			if m, n := p.Key().Near(), q.Key().Near(); m.To(n) != n.To(m) || m.To(n) && m.Index != n.Index || p.Key() == q.Key() && !m.To(n) {
				t.Errorf("%q is near to %q: %v; the other way round: %v", p, q, m.To(n), n.To(m))
			}
		}
	})
}

func checkPseudo(t *testing.T, p Pseudo) {
	t.Helper()
	n := 0
	for _, r := range string(p) {
		if unicode.IsControl(r) || unicode.IsSpace(r) || strings.ContainsRune(`:@,/\<>"'`, r) {
			t.Errorf("%q holds %U", p, r)
		}
		if !unicode.Is(unicode.M, r) {
			n++
		}
	}
	if n == 0 || n > 20 {
		t.Errorf("%q has %d characters", p, n)
	}
	if keys := p.Forms().Looks; p.Key() == "" || keys[0] == "" || keys[1] == "" || !alike(p, p) {
		t.Errorf("%q has the keys %q and %q", p, p.Key(), keys)
	}
	if got, ok := Suggest(string(p), slices.Values([]Pseudo{p})); len([]rune(string(p))) <= MaxQuoted && (!ok || got != p) {
		t.Errorf("Suggest(%q) does not find it", p)
	}
}

func BenchmarkParsePseudo(b *testing.B) {
	for _, s := range []string{"alice", "Éléonore", "さくら花子"} {
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if p, err := ParsePseudo(s); err != nil || p.Key() == "" {
					b.Fatal(err)
				}
			}
		})
	}
}
