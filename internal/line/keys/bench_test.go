package keys_test

import (
	"fmt"
	"strings"
	"testing"

	"salon/internal/line/keys"
)

// BenchmarkEndless feeds a sequence or paste that never ends, one byte at a time:
// the time per byte must not depend on its length.
func BenchmarkEndless(b *testing.B) {
	for _, begin := range []string{"\x1b[1", "\x1b]11;1", "\x1bP1", "\x1b[200~1"} {
		for _, size := range []int{16 << 10, 1 << 20} {
			b.Run(fmt.Sprintf("%q/%dKiB", begin, size>>10), func(b *testing.B) {
				b.SetBytes(int64(size))
				b.ReportAllocs()
				one := []byte("1")
				emit := func(keys.Event) {}
				for b.Loop() {
					var d keys.Decoder
					d.Feed([]byte(begin), emit)
					for range size {
						d.Feed(one, emit)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size), "ns/byte")
			})
		}
	}
}

// BenchmarkFeed feeds what people do: typing, cursor keys, a paste.
func BenchmarkFeed(b *testing.B) {
	for what, sent := range map[string]string{
		"letter": "a", "accent": "é", "enter": "\r", "up": "\x1b[A", "ctrl+right": "\x1b[1;5C",
		"32KiB of text": strings.Repeat("bonjour à tous, ", 2<<10), "a full paste": "\x1b[200~" + strings.Repeat("x", keys.MaxPaste) + "\x1b[201~",
	} {
		b.Run(what, func(b *testing.B) {
			var d keys.Decoder
			p := []byte(sent)
			emit := func(keys.Event) {}
			b.SetBytes(int64(len(p)))
			b.ReportAllocs()
			for b.Loop() {
				d.Feed(p, emit)
			}
		})
	}
}
