package keys

import (
	"bytes"
	"image/color"
	"strconv"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// decode tells what a complete sequence is: a key, or an event that is none, or
// nothing to us. known is false when no terminal sends it, as far as is known.
func (d *Decoder) decode(seq []byte) (k Key, e Event, known bool) {
	switch {
	case seq[1] == ']':
		return Key{}, background(seq[len("\x1b]"):]), true
	case seq[1] != '[' && seq[1] != 'O':
		return Key{}, nil, true
	case len(seq) == len("\x1b[[A") && seq[2] == '[':
		k = linuxKey(seq[3])
		return k, nil, k.Name != ""
	case seq[len(seq)-1] == '_':
		// Win32 input mode, which nobody asked for: one report can stand for
		// 65535 keys.
		return Key{}, nil, false
	case seq[1] == 'O' && bytes.IndexByte(seq, ';') > 0:
		seq[1] = '[' // ESC O 1 ; 5 P, as some send ESC [ 1 ; 5 P
	}
	n, event := d.library.Decode(seq)
	if n != len(seq) {
		return Key{}, nil, false
	}
	if event, ok := event.(uv.KeyPressEvent); ok {
		return pressed(event), nil, true
	}
	e, known = translate(event)
	return Key{}, e, known
}

// linuxKey is what the Linux console sends as ESC [ [ and a letter.
func linuxKey(last byte) Key {
	if last < 'A' || last > 'E' {
		return Key{}
	}
	return Key{Name: "f" + string('1'+rune(last-'A'))}
}

// translate makes of an event of the library that is no key one of ours. A cursor
// position in the first row looks like F3 with modifiers (CSI 1 ; 2 R), which the
// library gives as both: it is nothing here.
func translate(event uv.Event) (e Event, known bool) {
	switch event := event.(type) {
	case uv.PasteStartEvent:
		return opening{}, true
	case uv.FocusEvent:
		return Focus{In: true}, true
	case uv.BlurEvent:
		return Focus{}, true
	case uv.MouseWheelEvent:
		return wheel(event), true
	case uv.ModeReportEvent:
		return mode(event), true
	case uv.KeyboardEnhancementsEvent:
		return Kitty{}, true
	case uv.UnknownEvent, uv.UnknownCsiEvent, uv.UnknownSs3Event:
		return nil, false
	}
	return nil, true
}

func wheel(event uv.MouseWheelEvent) Event {
	switch event.Button {
	case uv.MouseWheelUp:
		return Wheel{Up: true}
	case uv.MouseWheelDown:
		return Wheel{}
	}
	return nil
}

// mode is what DECRPM says of synchronized output: a mode that is set, reset or
// always set is there; one that is unknown or always reset is not.
func mode(event uv.ModeReportEvent) Event {
	if event.Mode != ansi.ModeSynchronizedOutput {
		return nil
	}
	return Synchronized{Supported: 1 <= event.Value && event.Value <= 3}
}

// background is what an OSC with this text says of the terminal's background,
// nil when it says nothing.
func background(text []byte) Event {
	spec, ok := strings.CutPrefix(string(text), "11;")
	if !ok {
		return nil
	}
	r, g, b, ok := rgb(spec)
	if !ok {
		return nil
	}
	return Background{Dark: 0.2126*r+0.7152*g+0.0722*b < 0.5} // ITU-R BT.709 luma
}

// rgb reads a colour as X11 writes it (XParseColor): rgb:R/G/B, each of one to
// four hexadecimal digits that stand for 0 to 1, or #RRGGBB. Some terminals add
// an alpha: rgba:R/G/B/A.
func rgb(spec string) (r, g, b float64, ok bool) {
	if strings.HasPrefix(spec, "#") {
		return ofColor(ansi.XParseColor(spec))
	}
	name, digits, _ := strings.Cut(spec, ":")
	parts := strings.Split(digits, "/")
	if name != "rgb" && name != "rgba" || len(parts) != len(name) {
		return 0, 0, 0, false
	}
	var values [len("rgba")]float64
	for i, part := range parts {
		v, err := strconv.ParseUint(part, 16, 16)
		if err != nil {
			return 0, 0, 0, false
		}
		values[i] = float64(v) / float64(uint(1)<<(4*min(len(part), 4))-1)
	}
	return values[0], values[1], values[2], true
}

func ofColor(c color.Color) (r, g, b float64, ok bool) {
	if c == nil {
		return 0, 0, 0, false
	}
	red, green, blue, _ := c.RGBA()
	return float64(red) / 0xFFFF, float64(green) / 0xFFFF, float64(blue) / 0xFFFF, true
}
