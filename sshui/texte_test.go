package sshui

import (
	"strings"
	"testing"
	"time"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
)

// inText turns ann's screen into text and returns what the terminal was sent before
// the first line of it.
func (b *bubble) inText() (before int) {
	b.t.Helper()
	b.send("/texte\r")
	b.calm()
	shown := b.shown()
	before = strings.LastIndexByte(shown, '\x1b')
	before += strings.IndexByte(shown[before:], 'h') + 1 // the end of the last escape sequence
	if !strings.Contains(unwrapped(shown[before:]), french.NowText) {
		b.t.Fatalf("no text mode in %q", shown)
	}
	return before
}

func TestTextModeOnlyAppendsUntilTheWayBack(t *testing.T) {
	inBubble(t, room.Config{}, nil, func(b *bubble) {
		b.says("bob", "avant")
		b.calm()
		from := b.inText()
		if !b.emulator.sane() {
			t.Errorf("the terminal is not as it was: %v", b.emulator.modes)
		}
		for _, line := range []string{
			"bonjour", "/liste", "/aide", "/aide msg", "@bob salut", "@personne salut", "/lang en", "/lang fr", "/me sourit", "/absent", "/retour",
			"/ignorer", "/heure 12", "/heure 24", "/fuseau Europe/Paris", "/sujet", "/historique", "/chercher avant", "/info bob", "/r re", "/pasunecommande",
			"/theme sombre", "/cloche tout", "/souris", "/souris non", "/aller haut", "/nu", "/redessiner", "/touches", "\x1b[31mrouge", "/json",
		} {
			b.send(line + "\r")
			b.calm()
		}
		b.says("bob", "\x1b[2Jcoucou @ann")
		b.says("bob", "@ann en privé")
		b.send("à moitié")
		b.ch.setWindow([]byte("\x00\x00\x00\x14\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x00"))
		b.calm()
		b.says("bob", "interrompu")
		b.send(" tapé")
		b.calm()
		shown := b.shown()[from:]
		if i := strings.IndexAny(shown, "\x1b\u009b\x07"); i >= 0 {
			t.Errorf("%q is in\n%s", shown[i:min(len(shown), i+20)], shown)
		}
		if rest := strings.ReplaceAll(shown, "\r\n", ""); strings.ContainsAny(rest, "\r\n") {
			t.Errorf("lines that end otherwise than by CR LF: %q", shown)
		}
		for _, want := range []string{
			"ann: bonjour\r\n", "* 2 en ligne", "* Voici ce que vous pouvez taper", "[privé] moi -> bob: salut\r\n", "[privé] moi -> bob: re\r\n",
			"ann: rouge\r\n", "bob: coucou @ann\r\n", "[privé] bob -> moi: en privé\r\n", french.NoScreenNow, french.ScreenJSON, "~ ann sourit\r\n",
		} {
			if !strings.Contains(unwrapped(shown), want) {
				t.Errorf("%q is not in\n%s", want, shown)
			}
		}
	})
}

func TestBackFromTextTheScreenShowsAllThatWasSaid(t *testing.T) {
	inBubble(t, room.Config{}, nil, func(b *bubble) {
		b.inText()
		b.says("bob", "à tous")
		b.says("bob", "@ann pour toi seule")
		b.send("@bob bien reçu\r")
		b.calm()
		b.send("/texte\r")
		b.send("puis ceci")
		b.calm()
		b.want("bob │ à tous", "bob ┃ pour toi seule", "ann ┃ (à bob) bien reçu", nothingTyped+" puis ceci", "#salon 2 en ligne")
		b.send("\r\x04")
		b.wantEnd(frameGap, exitDone)
		if got := b.said(); len(got) != 1 || got[0] != "puis ceci" {
			t.Errorf("said %q", got)
		}
	})
}

func TestWhatIsBeingTypedIsTakenAlong(t *testing.T) {
	inBubble(t, room.Config{}, nil, func(b *bubble) {
		b.send("/texte\r" + "à moitié")
		b.calm()
		if got := b.bottom(); got != "à moitié" {
			t.Errorf("the last line is %q in\n%s", got, b.picture())
		}
		b.send(" tapé\r")
		b.calm()
		if got := b.said(); len(got) != 1 || got[0] != "à moitié tapé" {
			t.Errorf("said %q", got)
		}
		b.send("/texte\r" + "et encore")
		b.calm()
		b.want(nothingTyped + " et encore")
		b.send("\x15/texte\r" + "deux\x1b\rlignes") // Alt-Enter
		b.calm()
		if got := b.bottom(); got != "deux lignes" {
			t.Errorf("the last line is %q in\n%s", got, b.picture())
		}
	})
}

// What was read in text mode has been read.
func TestBackFromTextNothingIsUnread(t *testing.T) {
	inBubble(t, room.Config{}, nil, func(b *bubble) {
		b.inText()
		time.Sleep(time.Hour)
		b.says("bob", "hé @ann, tu es là ?")
		b.send("oui\r")
		b.calm()
		bells := b.emulator.bells
		b.send("/texte\r")
		b.calm()
		b.want("bob ┃ hé @ann, tu es là ?")
		if b.emulator.bells != bells || strings.Contains(b.picture(), lang.ScreenOf(state.French).NewMessage) || b.emulator.title != "salon" {
			t.Errorf("%d bells, title %q:\n%s", b.emulator.bells-bells, b.emulator.title, b.picture())
		}
	})
}

func TestLeavingTextModeEndsTheLineBeingTyped(t *testing.T) {
	inBubble(t, room.Config{}, nil, func(b *bubble) {
		b.inText()
		b.send("à moitié")
		b.calm()
		b.room.Stop("on ferme")
		b.wantEnd(frameGap, exitDone)
		rows := b.rows()
		if n := len(rows); rows[n-1] != "Le salon ferme : on ferme" || rows[n-2] != "à moitié" {
			t.Errorf("in the end:\n%s", b.picture())
		}
	})
}

func TestATerminalThatOnlyAppendsIsNotOfferedWhatIsForScreens(t *testing.T) {
	h := open(t)
	ann := h.atTeletype("ann", "dumb")
	ann.awaitPaper(t, "Bienvenue, ann ! Voici ce que vous pouvez taper :")
	ann.send("/aide\r/liste\r")
	ann.out.awaitText(t, "ann  depuis")
	for _, c := range room.Commands() {
		if c.Need == room.Screens && strings.Contains(ann.out.String(), "/"+c.Word(state.French)) {
			t.Errorf("/%s is offered", c.Word(state.French))
		}
	}
	for _, line := range []string{"/theme clair", "/cloche", "/souris", "/texte", "/aller haut", "/nu", "/redessiner", "/touches"} {
		already := strings.Count(unwrapped(ann.out.String()), french.NoScreen)
		ann.send(line + "\r")
		ann.out.Await(t, func() string { return line + " is not refused:\n" + ann.out.String() }, func() bool {
			return strings.Count(unwrapped(ann.out.String()), french.NoScreen) > already
		})
	}
	ann.send("/th\t\rfin\r")
	h.AwaitSaid(t, "fin")
}
