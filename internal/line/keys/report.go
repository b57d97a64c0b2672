package keys

import (
	"bytes"
	"strconv"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// decode tells what a complete sequence is: a key, or an event that is none, or
// nothing to us. known is false when no terminal sends it, as far as is known.
func decode(library *uv.EventDecoder, seq []byte) (k Key, e Event, known bool) {
	last := seq[len(seq)-1]
	switch {
	case seq[1] == ']':
		return Key{}, background(seq[len("\x1b]"):]), true
	case seq[1] != '[' && seq[1] != 'O':
		return Key{}, nil, true
	case len(seq) == len("\x1b[[A") && seq[2] == '[': // F1 to F5 of the Linux console
		if last < 'A' || last > 'E' {
			return Key{}, nil, false
		}
		return Key{Name: "f" + string('1'+rune(last-'A'))}, nil, true
	case last == '_':
		// Win32 input mode, which nobody asked for: one report can stand for
		// 65535 keys.
		return Key{}, nil, false
	case seq[1] == 'O' && bytes.IndexByte(seq, ';') > 0:
		seq = append([]byte("\x1b["), seq[2:]...) // ESC O 1 ; 5 P, as some send ESC [ 1 ; 5 P
	}
	n, event := library.Decode(seq)
	if n != len(seq) {
		return Key{}, nil, false
	}
	if event, ok := event.(uv.KeyPressEvent); ok {
		return pressed(event), nil, true
	}
	e, known = translate(event)
	return Key{}, e, known
}

// pasteStart is the sequence that begins a bracketed paste.
type pasteStart struct{}

// translate makes of an event of the library that is no key one of ours. A cursor
// position in the first row looks like F3 with modifiers (CSI 1 ; 2 R), which the
// library gives as both: it is nothing here.
func translate(event uv.Event) (e Event, known bool) {
	switch event := event.(type) {
	case uv.PasteStartEvent:
		e = pasteStart{}
	case uv.PasteEndEvent: // without a beginning: nothing was pasted
		e = Paste{}
	case uv.FocusEvent:
		e = Focus{In: true}
	case uv.BlurEvent:
		e = Focus{}
	case uv.MouseWheelEvent:
		if event.Button == uv.MouseWheelUp || event.Button == uv.MouseWheelDown {
			e = Wheel{Up: event.Button == uv.MouseWheelUp}
		}
	case uv.ModeReportEvent: // a mode that is set, reset or always set is there
		if event.Mode == ansi.ModeSynchronizedOutput {
			e = Synchronized{Supported: 1 <= event.Value && event.Value <= 3}
		}
	case uv.KeyboardEnhancementsEvent:
		e = Kitty{}
	case uv.UnknownEvent, uv.UnknownCsiEvent, uv.UnknownSs3Event:
		return nil, false
	}
	return e, true
}

// background is what an OSC with this text says of the terminal's background,
// nil when it says nothing.
func background(text []byte) Event {
	spec, ok := strings.CutPrefix(strings.TrimRight(string(text), "\a\x1b\\"), "11;")
	if !ok {
		return nil
	}
	rgb, ok := parseColor(spec)
	if !ok {
		return nil
	}
	return Background{Dark: 0.2126*rgb[0]+0.7152*rgb[1]+0.0722*rgb[2] < 0.5} // ITU-R BT.709 luma
}

// parseColor reads a colour as X11 writes it (XParseColor): rgb:R/G/B, each of one to
// four hexadecimal digits that stand for 0 to 1, or #RRGGBB. Some terminals add
// an alpha, which does not count: rgba:R/G/B/A.
func parseColor(spec string) (rgb [3]float64, ok bool) {
	name, digits, _ := strings.Cut(spec, ":")
	parts := strings.Split(digits, "/")
	if hex, ok := strings.CutPrefix(spec, "#"); ok {
		n := len(hex) / 3
		name, parts = "rgb", []string{hex[:n], hex[n : 2*n], hex[2*n:]}
	}
	if name != "rgb" && name != "rgba" || len(parts) != len(name) {
		return rgb, false
	}
	for i := range rgb {
		v, err := strconv.ParseUint(parts[i], 16, 16)
		if err != nil {
			return rgb, false
		}
		rgb[i] = float64(v) / float64(uint(1)<<(4*min(len(parts[i]), 4))-1)
	}
	return rgb, true
}
