package line

import (
	"strings"
	"testing"
)

// full is Max bytes of different kinds, as somebody hostile may paste them.
var full = map[string]string{
	"ascii":  strings.Repeat("un deux ", Max/8),
	"french": strings.Repeat("été à l'œil ", Max/16),
	"wide":   strings.Repeat("世", Max/3),
	"family": strings.Repeat(family, Max/len(family)),
	"flags":  strings.Repeat("🇫", Max/4),
	"marks":  strings.Repeat("\u0301", Max/2),
	"lines":  strings.Repeat("\n", Max),
}

func BenchmarkLayout(b *testing.B) {
	for name, text := range full {
		b.Run(name, func(b *testing.B) {
			var e Editor
			e.Set(text, len(text))
			b.ReportAllocs()
			for b.Loop() {
				e.Layout(80, 9, 8)
			}
		})
	}
	b.Run("short", func(b *testing.B) {
		e := at("@ann bonjour à tous, le lien est là|")
		b.ReportAllocs()
		for b.Loop() {
			e.Layout(80, 9, 8)
		}
	})
}

// BenchmarkKey goes left and right at the end of a full text.
func BenchmarkKey(b *testing.B) {
	for name, text := range full {
		b.Run(name, func(b *testing.B) {
			var e Editor
			e.Set(text, len(text))
			for b.Loop() {
				e.Key("left")
				e.Key("right")
			}
		})
	}
}

// BenchmarkType types and erases a letter in the middle of a full text.
func BenchmarkType(b *testing.B) {
	for name, text := range full {
		b.Run(name, func(b *testing.B) {
			var e Editor
			e.Set(text[:len(text)-len(text)%64-64], Max/2)
			b.ReportAllocs()
			for b.Loop() {
				e.Insert("é")
				e.Key("backspace")
			}
		})
	}
}

func BenchmarkInsert(b *testing.B) {
	for name, text := range full {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				var e Editor
				e.Insert(text)
			}
		})
	}
}

func BenchmarkSearch(b *testing.B) {
	var h History
	for i := range MaxLines {
		h.Add(strings.Repeat("à l'école ", 25) + string(rune('a'+i%26)))
	}
	b.ReportAllocs()
	for b.Loop() {
		h.Search("absent", 0)
	}
}
