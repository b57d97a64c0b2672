package lang_test

import (
	"reflect"
	"regexp"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
)

func TestTheSameKeysAreExplainedInBothLanguages(t *testing.T) {
	french, english := lang.ScreenOf(state.French).Keys, lang.ScreenOf(state.English).Keys
	if len(french) != len(english) {
		t.Fatalf("%d keys in French, %d in English", len(french), len(english))
	}
	for i := range french {
		for _, k := range []lang.KeyHelp{french[i], english[i]} {
			if k.Keys == "" || k.Does == "" {
				t.Errorf("key %d is explained as %q: %q", i, k.Keys, k.Does)
			}
		}
	}
}

// TestKeysNameCommandsThatExist in the words of their language.
func TestKeysNameCommandsThatExist(t *testing.T) {
	named, word := regexp.MustCompile(`\(/.*\)`), regexp.MustCompile(`/([a-z]+)`)
	for _, l := range lang.All() {
		words := map[string]bool{}
		for _, c := range room.Commands() {
			words[c.Word(l)] = true
		}
		for _, k := range lang.ScreenOf(l).Keys {
			for _, m := range word.FindAllStringSubmatch(named.FindString(k.Does), -1) {
				if !words[m[1]] {
					t.Errorf("%s: there is no /%s", k.Keys, m[1])
				}
			}
		}
	}
}

// TestFrenchOfTheScreenSetsItsPunctuationApart by a plain space, as everywhere.
func TestFrenchOfTheScreenSetsItsPunctuationApart(t *testing.T) {
	tight := regexp.MustCompile(`[^ ][!?;»]|[^ 0-9]:|«[^ ]|[\x{a0}\x{202f}]`)
	texts := reflect.ValueOf(*lang.ScreenOf(state.French))
	for i := range texts.NumField() {
		if f := texts.Field(i); f.Kind() == reflect.String && tight.MatchString(f.String()) {
			t.Errorf("%s: %q", texts.Type().Field(i).Name, f)
		}
	}
	for _, k := range lang.ScreenOf(state.French).Keys {
		if tight.MatchString(k.Keys) || tight.MatchString(k.Does) {
			t.Errorf("%q: %q", k.Keys, k.Does)
		}
	}
}

// TestQuestionsFitTheSmallestScreen: an answer cannot be chosen that is not shown.
func TestQuestionsFitTheSmallestScreen(t *testing.T) {
	for _, l := range lang.All() {
		texts := lang.ScreenOf(l)
		for _, q := range []string{texts.PasteAskShort + "12", texts.PasteOverShort} { // %d is up to 4 digits
			if w := ansi.StringWidth(q); w > 20 {
				t.Errorf("%q is %d columns", q, w)
			}
		}
		for _, q := range []string{texts.PasteAsk + "123456", texts.PasteOver + "12", texts.PasteCut} {
			if w := ansi.StringWidth(q); w > 79 {
				t.Errorf("%q is %d columns", q, w)
			}
		}
	}
}
