package keys

import (
	"strings"
	"unicode"
	"unicode/utf8"

	uv "github.com/charmbracelet/ultraviolet"
)

// modifiers are how names begin, by the three lowest bits of uv.KeyMod: shift 1,
// alt 2, ctrl 4.
var modifiers = [8]string{"", "shift+", "alt+", "alt+shift+", "ctrl+", "ctrl+shift+", "ctrl+alt+", "ctrl+alt+shift+"}

// named are the keys that have a name of their own.
var named = map[rune]string{
	uv.KeyEnter: "enter", uv.KeyTab: "tab", uv.KeyEscape: "esc", uv.KeyBackspace: "backspace",
	uv.KeyDelete: "delete", uv.KeyInsert: "insert",
	uv.KeyUp: "up", uv.KeyDown: "down", uv.KeyLeft: "left", uv.KeyRight: "right",
	uv.KeyHome: "home", uv.KeyEnd: "end", uv.KeyPgUp: "pgup", uv.KeyPgDown: "pgdn",
	uv.KeyF1: "f1", uv.KeyF2: "f2", uv.KeyF3: "f3", uv.KeyF4: "f4", uv.KeyF5: "f5", uv.KeyF6: "f6",
	uv.KeyF7: "f7", uv.KeyF8: "f8", uv.KeyF9: "f9", uv.KeyF10: "f10", uv.KeyF11: "f11", uv.KeyF12: "f12",
	uv.KeyKpEnter: "enter", uv.KeyKpDelete: "delete", uv.KeyKpInsert: "insert",
	uv.KeyKpUp: "up", uv.KeyKpDown: "down", uv.KeyKpLeft: "left", uv.KeyKpRight: "right",
	uv.KeyKpHome: "home", uv.KeyKpEnd: "end", uv.KeyKpPgUp: "pgup", uv.KeyKpPgDown: "pgdn",
}

// keypad is what the keys from uv.KeyKpEqual to uv.KeyKpSep type.
const keypad = "=*+,-./0123456789,"

// pressed is a key of the library as ours, the zero Key when it has neither a name
// nor a text.
func pressed(k uv.KeyPressEvent) Key {
	mod := max(k.Mod, 0) // 0 where 1 stands for no modifier
	if name, ok := named[k.Code]; ok {
		return Key{Name: modifiers[mod&7] + name}
	}
	if i := k.Code - uv.KeyKpEqual; i >= 0 && int(i) < len(keypad) {
		k.Code, k.Text = rune(keypad[i]), keypad[i:i+1]
	}
	switch {
	case mod&(uv.ModCtrl|uv.ModAlt) != 0:
		return Key{Name: combined(mod, latin(k))}
	case mod&(uv.ModSuper|uv.ModHyper|uv.ModMeta) != 0, // a shortcut of the system's
		strings.ContainsFunc(k.Text, unicode.IsControl):
		return Key{}
	}
	return Key{Text: k.Text}
}

// latin returns the character of a key; on a keyboard that is not Latin, the one in its
// place on a Latin keyboard, if the terminal tells.
func latin(k uv.KeyPressEvent) rune {
	if k.Code >= utf8.RuneSelf && ' ' < k.BaseCode && k.BaseCode < utf8.RuneSelf {
		return k.BaseCode
	}
	return k.Code
}

// combined is the name of a printable character with ctrl or alt, "" when it is
// none.
func combined(mod uv.KeyMod, r rune) string {
	if lower := unicode.ToLower(r); lower != r {
		mod, r = mod|uv.ModShift, lower
	}
	switch {
	case !unicode.IsPrint(r):
		return ""
	case r == ' ':
		return modifiers[mod&7] + "space"
	case mod&(uv.ModCtrl|uv.ModShift) == uv.ModCtrl && twins[r] != "":
		return modifiers[mod&uv.ModAlt] + twins[r]
	}
	return modifiers[mod&7] + string(r)
}

// twins are the keys that always shared their byte with ctrl and a character.
var twins = map[rune]string{'h': "backspace", 'i': "tab", 'j': "enter", 'm': "enter", '[': "esc"}

// controlName is the key that sends a control character. Enter is CR, and LF
// where a client passes on the lines of a file.
func controlName(b byte) string {
	switch b {
	case 0:
		return combined(uv.ModCtrl, ' ')
	case del:
		return "backspace"
	}
	return combined(uv.ModCtrl, unicode.ToLower(rune(b)+'@'))
}

// withEsc returns the key that sends a character after an ESC: Alt with it, and
// Shift-Tab on the Linux console.
func withEsc(character []byte) Key {
	switch c := character[0]; {
	case c == '\t':
		return Key{Name: "shift+tab"}
	case isControl(c):
		return Key{Name: controlName(c)}.withAlt()
	}
	return Key{Text: valid(character)}.withAlt()
}

// Alt returns the name that the key would have with Alt, when AfterEsc says that
// it may stand for that: "alt+b" for Text "b", "alt+enter", "alt+home". It is ""
// when AfterEsc is not set or there is no such key.
func (k Key) Alt() string {
	if !k.AfterEsc {
		return ""
	}
	return k.withAlt().Name
}

// withAlt returns the key with Alt, the zero Key when there is none. Text must be
// one rune; what was no valid text stays that.
func (k Key) withAlt() Key {
	if k.Text != "" {
		r, size := utf8.DecodeRuneInString(k.Text)
		if r == utf8.RuneError {
			return k
		}
		if size < len(k.Text) {
			return Key{}
		}
		return Key{Name: combined(uv.ModAlt, r)}
	}
	if k.Name == "" || strings.Contains(k.Name, "alt+") {
		return Key{Name: k.Name}
	}
	if rest, ok := strings.CutPrefix(k.Name, "ctrl+"); ok {
		return Key{Name: "ctrl+alt+" + rest}
	}
	return Key{Name: "alt+" + k.Name}
}
