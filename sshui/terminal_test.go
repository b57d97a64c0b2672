package sshui

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"salon/room/lang"
	"salon/room/roomtest"
	"salon/room/state"
	"salon/room/text"
)

// The prompt, as a row shows it.
const nothingTyped = "  #salon "

// enterTerminal sits down at a terminal and waits for the prompt.
func (h *harness) enterTerminal(user string) *terminalClient {
	h.T.Helper()
	d := h.atTerminal(user, 80, 24)
	d.awaitBottom(h.T, nothingTyped)
	return d
}

func TestWhatIsBeingTypedSurvivesMessages(t *testing.T) {
	h := open(t)
	ann, bob := h.enterTerminal("ann"), h.pipe("bob")
	ann.send("bonj")
	ann.awaitBottom(t, nothingTyped+" bonj")
	bob.send("un\ndeux\ntrois\n")
	ann.awaitRow(t, "│ trois")
	ann.awaitBottom(t, nothingTyped+" bonj")
	ann.send("our")
	bob.send("quatre\n")
	ann.awaitRow(t, "│ quatre")
	ann.awaitBottom(t, nothingTyped+" bonjour")
	ann.send("\r")
	ann.awaitRow(t, "ann │ bonjour")
	ann.awaitBottom(t, nothingTyped)
	if n := ann.showing("bonjour"); n != 1 {
		t.Errorf("what was entered is shown %d times:\n%s", n, ann.picture())
	}
	bob.out.awaitText(t, "ann: bonjour\n")
}

func TestALongLineBeingTypedSurvivesMessages(t *testing.T) {
	h := open(t)
	ann, bob := h.atTerminal("ann", 30, 12), h.pipe("bob")
	ann.awaitBottom(t, ">")
	long := strings.Repeat("0123456789", 6)
	ann.send(long)
	ann.is(t, "the whole line", func(g *emulator) bool { return typed(g.look()) == long })
	bob.send(strings.Repeat("y", 75) + "\n")
	ann.awaitRow(t, "yyy")
	ann.is(t, "the whole line below the message", func(g *emulator) bool { return typed(g.look()) == long })
	ann.send("\r")
	h.AwaitSaid(t, long)
	ann.awaitBottom(t, ">")
}

// typed is what is being typed on a narrow screen: the last row that begins with the
// prompt and those below it.
func typed(rows []string) string {
	for i := len(rows) - 1; i >= 0; i-- {
		if strings.HasPrefix(rows[i], ">") {
			return strings.ReplaceAll(strings.Join(rows[i:], ""), " ", "")[1:]
		}
	}
	return ""
}

func TestTabCompletesWhoIsHere(t *testing.T) {
	h := open(t)
	h.pipe("barnabé")
	ann := h.enterTerminal("ann")
	ann.send("@ba\t")
	ann.awaitBottom(t, "  @barnabé  @barnabé")
	ann.send("salut\r")
	ann.awaitRow(t, "ann ┃ (à barnabé) salut")
	ann.send("/pse\t")
	ann.awaitBottom(t, nothingTyped+" /pseudo")
}

func TestATakenPseudoIsAskedForAgain(t *testing.T) {
	h := open(t)
	h.pipe("bob", newKey(t))
	ann := h.atTerminal("bob", 80, 24)
	question := strings.TrimSpace(french.ChoosePseudo)
	ann.awaitBottom(t, question)
	if n := ann.showing("« bob » est déjà pris. Choisissez-en un autre."); n != 1 {
		t.Errorf("the reason is shown %d times:\n%s", n, ann.picture())
	}
	ann.send("Bob\r")
	ann.awaitRow(t, "« Bob » est déjà pris. Choisissez-en un autre.")
	ann.awaitBottom(t, question)
	ann.send("root\r")
	ann.awaitRow(t, "« root » est réservé. Choisissez un autre pseudo.")
	ann.awaitBottom(t, question)
	ann.send(" ann \r")
	ann.awaitBottom(t, nothingTyped)
	ann.awaitRow(t, "Bienvenue, ann ! Voici ce que vous pouvez taper :")
	if !strings.Contains(ann.out.String(), question) || strings.Contains(ann.picture(), question) {
		t.Errorf("the question was not asked before the screen opened:\n%s", ann.picture())
	}
	if joined := roomtest.Seen[state.Joined](h.Console); len(joined) != 2 || joined[1].Pseudo != "ann" {
		t.Errorf("joined: %v", joined)
	}
}

func TestAUserThatCannotBeAPseudoIsAskedForOne(t *testing.T) {
	h := open(t)
	for i, user := range []string{`DOMAIN\ann`, strings.Repeat("x", 30), "root", "", "\x1b]0;x\x07"} {
		d := h.atTerminal(user, 100, 24)
		d.awaitBottom(t, strings.TrimSpace(french.ChoosePseudo))
		name := fmt.Sprint("ann", i)
		d.send(name + "\r")
		d.awaitBottom(t, nothingTyped)
		h.AwaitJoined(t, text.Pseudo(name))
	}
}

func TestNobodyIsAskedForAPseudoForEver(t *testing.T) {
	h := open(t)
	d := h.atTerminal("root", 80, 24)
	for range pseudoTries - 1 {
		d.awaitBottom(t, strings.TrimSpace(french.ChoosePseudo))
		d.send("root\r")
	}
	d.wantExit(exitRefused)
	if d.column() != 0 || !strings.Contains(d.bottom(), "réservé") {
		t.Errorf("in the end:\n%s", d.picture())
	}
}

func TestWhoeverTakesTooLongToChooseIsToldAndLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, wired)
		d := h.atTerminal("root", 80, 24)
		start := time.Now()
		d.send("à moitié ta")
		time.Sleep(h.server.waits.pseudo - patience/2)
		d.wantExit(exitRefused)
		if took := time.Since(start); took != h.server.waits.pseudo {
			t.Errorf("after %v, want %v", took, h.server.waits.pseudo)
		}
		if d.column() != 0 || d.bottom() != french.EndIdle {
			t.Errorf("in the end:\n%s", d.picture())
		}
	})
}

func TestShutdownDoesNotWaitForWhoeverIsChoosing(t *testing.T) {
	h := open(t)
	d := h.atTerminal("root", 80, 24)
	d.awaitBottom(t, strings.TrimSpace(french.ChoosePseudo))
	h.Room.Stop("")
	h.server.Shutdown(context.Background()) // would never return
	d.wantExit(exitShutdown)
	if d.bottom() != french.ShuttingDownNow {
		t.Errorf("in the end:\n%s", d.picture())
	}
}

func TestHangingUpWhileChoosingIsNoJoin(t *testing.T) {
	h := open(t)
	for _, leave := range []string{"\x04", "\x03\x03"} {
		d := h.atTerminal("root", 80, 24)
		d.awaitBottom(t, strings.TrimSpace(french.ChoosePseudo))
		d.send(leave)
		d.wantExit(exitRefused)
		if d.column() != 0 {
			t.Errorf("%q leaves the cursor in column %d", leave, d.column())
		}
	}
	if n := len(roomtest.Seen[state.Joined](h.Console)); n != 0 {
		t.Errorf("%d joined", n)
	}
}

// wantEnd checks that the terminal is as it was before, with a farewell and how it
// went on one line more, and the cursor below it at the left edge.
func (d *terminalClient) wantEnd(code int, farewell string, sent int) {
	d.t.Helper()
	d.wantExit(code)
	line := regexp.QuoteMeta(farewell+" ") + `\d+ (s|min)` + regexp.QuoteMeta(fmt.Sprintf(lang.ScreenOf(state.French).Summary, "", sent))
	shown := strings.ReplaceAll(strings.Join(d.rows(), ""), " ", "") // it may take two rows
	if !regexp.MustCompile(strings.ReplaceAll(line, " ", "")+`\z`).MatchString(shown) || d.column() != 0 {
		d.t.Errorf("the cursor is in column %d, and the screen ends not with %q:\n%s", d.column(), line, d.picture())
	}
	d.wantSane()
}

// wantSane checks that nothing is left of the full screen.
func (d *terminalClient) wantSane() {
	d.t.Helper()
	d.out.mu.Lock()
	defer d.out.mu.Unlock()
	if !d.emulator.sane() {
		d.t.Errorf("alternate screen: %v, modes: %v", d.emulator.alt, d.emulator.modes)
	}
	if rows := d.emulator.look(); slices.ContainsFunc(rows, func(r string) bool { return strings.HasPrefix(r, nothingTyped) || strings.Contains(r, "│") }) {
		d.t.Errorf("the screen is left behind:\n%s", strings.Join(rows, "\n"))
	}
	regions := regexp.MustCompile(`\x1b\[[\d;]*r`).FindAllString(string(d.out.text), -1)
	if len(regions) > 0 && regions[len(regions)-1] != "\x1b[r" {
		d.t.Error("only a part of the terminal scrolls")
	}
}

func TestWhoeverIsKickedReadsWhy(t *testing.T) {
	h := open(t)
	ann := h.enterTerminal("ann")
	ann.send("à moitié ta")
	ann.awaitBottom(t, nothingTyped+" à moitié ta")
	h.Order(t, "kick ann trop de bruit")
	ann.wantEnd(exitRefused, lang.Farewell(&state.Ending{Cause: state.Expelled, Reason: "trop de bruit"}, lang.View{})+".", 0)
}

func TestAShutdownIsToldAtTheTerminal(t *testing.T) {
	h := open(t)
	ann := h.enterTerminal("ann")
	ann.send("à moitié ta")
	h.Order(t, "shutdown 0 on ferme")
	ann.wantEnd(exitDone, lang.Farewell(&state.Ending{Cause: state.Shutdown, Reason: "on ferme"}, lang.View{})+".", 0)
}

func TestCtrlCClearsTheLineAndTwiceLeaves(t *testing.T) {
	h := open(t)
	ann := h.enterTerminal("ann")
	ann.send("oublié")
	ann.awaitBottom(t, nothingTyped+" oublié")
	ann.send("\x03")
	ann.awaitBottom(t, nothingTyped)
	ann.send("gardé\r")
	h.AwaitSaid(t, "gardé")
	ann.send("\x03")
	ann.awaitRow(t, lang.ScreenOf(state.French).PressAgain)
	ann.send("resté\r")
	h.AwaitSaid(t, "resté")
	ann.awaitBottom(t, nothingTyped)
	ann.send("\x03")
	ann.send("\x03")
	ann.wantEnd(exitDone, "Au revoir, ann.", 2)
	h.wantLeft(t, "ann", state.Quit)
	h.wantSaid(t, "ann", "gardé", "resté")
}

func TestCtrlDLeaves(t *testing.T) {
	h := open(t)
	ann := h.enterTerminal("ann")
	ann.send("xy\x01\x04") // of a line with something on it, the character under the cursor
	ann.awaitBottom(t, nothingTyped+" y")
	ann.send("\x04\x04")
	ann.wantEnd(exitDone, "Au revoir, ann.", 0)
	h.wantLeft(t, "ann", state.Quit)
}

func TestQuittingByCommandLeavesItsWord(t *testing.T) {
	h := open(t)
	ann := h.enterTerminal("ann")
	ann.send("/liste\r/quitter à demain\r")
	ann.wantEnd(exitDone, "Au revoir, ann.", 0)
	if got := h.AwaitLeft(t, "ann"); got.Text != "à demain" {
		t.Errorf("left with %q", got.Text)
	}
}

func TestTheFarewellCountsWhatWasSaidAndNoCommand(t *testing.T) {
	h := open(t)
	bob := h.pipe("bob")
	ann := h.enterTerminal("ann")
	ann.send("un\r/me sourit\r@bob deux\r/absent\r/retour\r/heure 24\r/pasunecommande\r")
	ann.awaitBottom(t, nothingTyped+" /pasunecommande") // given back
	ann.send("\x03fin\r")
	h.AwaitSaid(t, "fin")
	bob.send("pas moi\n@ann psst\n")
	ann.awaitRow(t, "psst")
	ann.send("\x04")
	ann.wantEnd(exitDone, "Au revoir, ann.", 4)
}

func TestTheLanguageChangesThePromptToo(t *testing.T) {
	h := open(t)
	ann := h.enterTerminal("ann")
	ann.send("/lang en\r")
	ann.awaitRow(t, lang.Of(state.English).NowLang)
	ann.awaitMatch(t, lang.ScreenOf(state.English).WriteToAll)
	ann.send("hell")
	ann.awaitBottom(t, "  #salon  hell")
	ann.send("o\x03/lang fr\r")
	ann.awaitBottom(t, nothingTyped)
	ann.send("\x04")
	ann.wantEnd(exitDone, "Au revoir, ann.", 0)
}

func TestAResizeKeepsWhatIsBeingTyped(t *testing.T) {
	h := open(t)
	ann, bob := h.enterTerminal("ann"), h.pipe("bob")
	ann.send("salut à tous")
	ann.awaitBottom(t, nothingTyped+" salut à tous")
	for i, size := range [][2]int{{40, 10}, {132, 50}, {20, 5}, {80, 24}} {
		ann.resize(size[0], size[1])
		bob.send(fmt.Sprintf("taille %d\n", i))
		ann.awaitMatch(t, fmt.Sprintf(`taille %d\b`, i))
	}
	ann.awaitBottom(t, nothingTyped+" salut à tous")
	ann.send(" !\r")
	h.AwaitSaid(t, "salut à tous !")
	ann.awaitBottom(t, nothingTyped)
}

func TestManyMessagesAtOnceKeepTheirOrderAboveThePrompt(t *testing.T) {
	h := open(t)
	ann, bob := h.atTerminal("ann", 80, maxHeight), h.pipe("bob")
	ann.awaitBottom(t, nothingTyped)
	ann.send("tranquille")
	lines := numbered(150)
	bob.send(strings.Join(lines, "\n") + "\n")
	ann.awaitRow(t, "│ ligne 150")
	ann.awaitBottom(t, nothingTyped+" tranquille")
	if got := ann.heard("bob"); !slices.Equal(got, lines) {
		t.Errorf("the screen shows %d lines: %q", len(got), got)
	}
}

// heard is what is shown of what somebody said, a row each. The name stands where the
// author changes.
func (d *terminalClient) heard(who string) []string {
	var list []string
	author := ""
	for _, r := range d.rows() {
		head, text, said := strings.Cut(r, " │ ")
		if name := strings.TrimLeft(head, "0123456789: "); name != "" {
			author = name
		}
		if said && author == who {
			list = append(list, text)
		}
	}
	return list
}

func TestWhatHasScrolledAwayIsThereToScrollBackTo(t *testing.T) {
	h := open(t)
	ann, bob := h.enterTerminal("ann"), h.pipe("bob")
	lines := numbered(300)
	bob.send(strings.Join(lines, "\n") + "\n")
	ann.awaitRow(t, "│ ligne 300")
	ann.send("\x1b[1;3H") // Alt-Home
	ann.awaitMatch(t, "Bienvenue, ann")
	got := ann.heard("bob")
	for len(got) < len(lines) {
		before := ann.picture()
		ann.send("\x1b[6~") // PgDn
		ann.is(t, "a page further", func(g *emulator) bool { return strings.Join(g.look(), "\n") != before })
		page := ann.heard("bob")
		if len(got) > 0 {
			page = page[slices.Index(page, got[len(got)-1])+1:] // pages overlap
		}
		got = append(got, page...)
	}
	if !slices.Equal(got, lines) {
		t.Errorf("the pages show %d lines: %q", len(got), got)
	}
}
