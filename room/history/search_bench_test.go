package history

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// hostile are queries that would cost more than others, by kind.
func hostile() map[string][]state.Query {
	texts := func(all ...string) (list []state.Query) {
		for _, s := range all {
			list = append(list, state.Query{Text: s})
		}
		return list
	}
	nobody := text.Pseudo("Nobody")
	return map[string][]state.Query{
		"Chinese, one run":         texts(signs(2, 40), signs(4, 40), signs(16, 40), signs(100, 400), signs(1365, 40), signs(1365, 2500)),
		"Chinese, many runs":       texts(strings.Join(strings.Split(signs(40, 40), ""), " "), strings.Repeat(signs(5, 40)+" ", 250)),
		"Japanese":                 texts("こんにちは世界", strings.Repeat("あいうえお", 80)),
		"16 words":                 texts(strings.Join(french[28:44], " "), strings.Join(english[:16], " "), strings.Repeat("de ", 16)),
		"100 words":                texts(strings.Join(french, " ")+" "+strings.Join(english, " "), someWords(100)),
		"signs":                    texts(":)", ";-)", "( ) *", "?!", "%", "_", "###", "~~~~"),
		"one letter":               texts("k", "é", "a b c d e f g h", "z", "7", "q w x y z", "d xyzzy"),
		"one letter that is never": texts("ж", "ß", "ø", "d ж", "d :-("),
		"emoji":                    texts("😀", "👩‍👩‍👧‍👦", "🇫🇷", "❤️", "🦄", strings.Repeat("🦄", 1000)),
		"combining marks":          texts("e\u0301", strings.Repeat("e\u0301\u0302\u0303", 300), strings.Repeat("\u0301", 2000), "\u0301"),
		"nobody's":                 {{By: nobody}, {By: nobody, Text: "the"}, {By: "User7", Text: "d ж"}, {By: "User7", Text: signs(100, 40)}, {By: ":)", Text: "d"}},
		"names":                    texts("user", "user user7", "user7 user8 user9", "u s e r"),
		"syntax of FTS5":           texts(`"`, `"the`, "the*", "NEAR(the de, 10)", "author:user7", "the OR de", "the NOT de", "^the", "-the", "{author text}: the", "a + b", `\`, "words MATCH 'the'"),
		"4 KiB":                    texts(strings.Repeat("a ", 2048), strings.Repeat("de", 2048), someWords(700), strings.Repeat("(", 4096), strings.Repeat("l'", 2000), strings.Repeat("the-", 1000)),
		"formerly":                 texts("formerly", "formerly xyzzy", "formerly the de", "formerly :)", "for", "former de la le"),
		"a day":                    {{Text: "the", From: millionBegan, To: millionBegan.AddDate(0, 0, 1)}, {Text: ":)", From: millionBegan, To: millionBegan.AddDate(1, 0, 0)}},
		"long ago":                 {{Text: "the", Before: 1000}, {Text: ":)", Before: 500_000}, {Text: signs(100, 40), Before: 500_000}, {Text: "k", Before: 500_000}},
	}
}

// signs are n Chinese signs in a row, of so many, the commonest.
func signs(n, of int) string {
	var s strings.Builder
	for i := range n {
		s.WriteRune(0x4E00 + rune(i%of))
	}
	return s.String()
}

// someWords are n different words.
func someWords(n int) string {
	var s strings.Builder
	for i := range n {
		s.WriteString(word(uint64(i)) + " ")
	}
	return s.String()
}

// BenchmarkSearchMillion searches a million messages for what costs most; see million. It
// reports how long the longest search of each kind took, and what share of the messages
// the one that was cut first has looked at. Its hundredth page costs no more than the first.
func BenchmarkSearchMillion(b *testing.B) {
	h := open(b, Options{Dir: million(b)})
	h.search = 0
	for kind, queries := range hostile() {
		b.Run(kind, func(b *testing.B) {
			var longest time.Duration
			least := 1.0
			for b.Loop() {
				for _, q := range queries {
					began := time.Now()
					_, err := h.Search(b.Context(), nil, q, 50)
					took := time.Since(began)
					if cut, ok := errors.AsType[*state.CutError](err); ok {
						least = min(least, 1-float64(cut.Before)/total)
					} else if err != nil {
						b.Fatalf("%+v: %v", q, err)
					}
					if longest = max(longest, took); took > 250*time.Millisecond {
						b.Errorf("%v for %.60s", took, fmt.Sprintf("%+v", q))
					}
				}
			}
			b.ReportMetric(float64(longest.Microseconds())/1000, "longest-ms")
			b.ReportMetric(100*least, "%searched")
		})
	}
}
