package line_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"salon/internal/line"
)

func TestTypedTextSurvivesMessages(t *testing.T) {
	s := start(t, 40, 10, line.Options{Prompt: "[tous] > "})
	s.press("bonj")
	s.say(t, "14:05 bob: salut\n14:06 ann: tiens\n")
	s.press("our")
	s.say(t, "14:07 * cléo est arrivée\n")
	s.wantScreen(t, "14:05 bob: salut", "14:06 ann: tiens", "14:07 * cléo est arrivée", "[tous] > bonjour")
	s.press("\r")
	s.wantEntered(t, "bonjour")
}

func TestMessageOfSeveralLinesOverALongLineWithTheCursorAtItsStart(t *testing.T) {
	s := start(t, 20, 12, line.Options{})
	long := strings.Repeat("x", 50)
	s.press(long + "\x01")
	s.say(t, "a\nb\nc\n")
	s.wantScreen(t, "a", "b", "c", "> "+long[:18], long[:20], long[:12])
}

func TestAnEnteredLineLeavesNoTrace(t *testing.T) {
	for _, length := range []int{0, 1, 17, 18, 19, 38, 90} {
		s := start(t, 20, 12, line.Options{})
		s.say(t, "above\n")
		long := strings.Repeat("y", length)
		s.press(long + "\r")
		s.wantScreen(t, "above", ">")
		s.wantEntered(t, long)
		s.say(t, "echo\n")
		s.wantScreen(t, "above", "echo", ">")
	}
}

func TestAnEnteredLineLeavesNoTraceAtTheBottomOfTheScreen(t *testing.T) {
	s := start(t, 20, 4, line.Options{})
	s.say(t, "1\n2\n3\n4\n")
	s.press(strings.Repeat("z", 50) + "\x01\r")
	s.wantScreen(t, "1", "2", "3", "4", ">")
}

func TestWideCharactersLeaveNoTraceEither(t *testing.T) {
	s := start(t, 40, 10, line.Options{})
	s.press("你好 🎉🎉")
	s.say(t, "msg\n")
	s.wantScreen(t, "msg", "> 你好 🎉🎉")
	s.press("\r")
	s.wantScreen(t, "msg", ">")
	s.wantEntered(t, "你好 🎉🎉")
}

func TestOneTerminalWritePerCall(t *testing.T) {
	s := start(t, 20, 10, line.Options{})
	s.press("some typed text that wraps")
	for _, call := range []struct {
		name string
		do   func()
	}{
		{"Write", func() { s.say(t, "one\ntwo\nthree\n") }},
		{"SetPrompt", func() { s.SetPrompt("$ ") }},
		{"SetSize", func() { s.SetSize(30, 10) }},
		{"Close", func() { s.Prompt.Close() }},
		{"the farewell", func() { s.say(t, "Au revoir\n") }},
	} {
		before := s.writeCount()
		call.do()
		if n := s.writeCount() - before; n != 1 {
			t.Errorf("%s made %d writes", call.name, n)
		}
	}
}

func TestALineWithoutEndGetsOne(t *testing.T) {
	s := start(t, 40, 10, line.Options{})
	s.say(t, "no newline")
	s.say(t, "")
	s.say(t, "next")
	s.wantScreen(t, "no newline", "next", ">")
}

func TestPromptChangesUnderTheTypedLine(t *testing.T) {
	s := start(t, 40, 10, line.Options{Prompt: "[tous] > "})
	s.press("salut")
	s.SetPrompt("[@ann] > ")
	s.wantScreen(t, "[@ann] > salut")
	s.SetPrompt("")
	s.wantScreen(t, "> salut")
	s.press(" !\r")
	s.wantEntered(t, "salut !")
}

func TestResizeWhileTyping(t *testing.T) {
	s := start(t, 40, 10, line.Options{})
	s.say(t, "above\n")
	s.press("thirty characters, more or less")
	s.resize(20, 8)
	s.wantScreen(t, "above", "> thirty characters,", " more or less")
	s.resize(60, 8)
	s.wantScreen(t, "above", "> thirty characters, more or less")
	s.press("!")
	s.say(t, "below\n")
	s.wantScreen(t, "above", "below", "> thirty characters, more or less!")
	s.press("\r")
	s.wantScreen(t, "above", "below", ">")
	s.wantEntered(t, "thirty characters, more or less!")
}

func (s *testPrompt) resize(w, h int) {
	s.tty.mu.Lock()
	s.screen.Resize(w, h)
	s.tty.mu.Unlock()
	s.SetSize(w, h)
}

func TestImpossibleSizesAreHarmless(t *testing.T) {
	s := start(t, 500, 10, line.Options{})
	s.press("abc")
	for _, size := range [][2]int{{-1, -1}, {1, 1}, {0, 0}, {1 << 32, 1 << 32}} {
		s.SetSize(size[0], size[1])
	}
	long := strings.Repeat("d", 600) // wraps at column 500, the most there can be
	s.press(long + "\r")
	s.wantEntered(t, "abc"+long)
	s.wantScreen(t, ">")
}

func TestCtrlCClearsThenWarnsThenLeaves(t *testing.T) {
	warnings := 0
	var s *testPrompt
	s = start(t, 40, 10, line.Options{OnInterrupt: func() {
		warnings++
		s.say(t, "Ctrl-C again to leave")
	}})
	s.press("oops\x03")
	s.wantScreen(t, ">")
	s.press("\x03")
	s.wantScreen(t, "Ctrl-C again to leave", ">")
	s.press("x\x7f\x03") // a key in between: warned anew
	s.wantScreen(t, "Ctrl-C again to leave", "Ctrl-C again to leave", ">")
	s.press("hi\r")
	s.press("\x03\x03")
	if err := s.ended(t); !errors.Is(err, line.ErrInterrupted) {
		t.Errorf("ended with %v", err)
	}
	s.wantEntered(t, "hi")
	if warnings != 3 {
		t.Errorf("warned %d times", warnings)
	}
}

func TestCtrlDDeletesAndOnAnEmptyLineEnds(t *testing.T) {
	s := start(t, 40, 10, line.Options{})
	s.press("aéb\x01\x1b[C\x04") // Home, Right, Ctrl-D
	s.wantScreen(t, "> ab")
	s.press("\x05\x04") // nothing to delete at the end
	s.press("\r")
	s.wantEntered(t, "ab")
	s.press("\x04")
	if err := s.ended(t); err != io.EOF {
		t.Errorf("ended with %v", err)
	}
	s.wantScreen(t)
}

func TestReadLineGoesOnAfterCtrlD(t *testing.T) {
	screen := newTTY(40, 10)
	screen.typed = []byte("\x04after\r")
	p := line.New(screen, line.Options{Keys: screen})
	if _, err := p.ReadLine(); err != io.EOF {
		t.Fatalf("Ctrl-D: %v", err)
	}
	if line, err := p.ReadLine(); line != "after" || err != nil {
		t.Errorf("then %q, %v", line, err)
	}
}

func TestEndOfInput(t *testing.T) {
	s := start(t, 40, 10, line.Options{})
	s.press("half a line")
	s.tty.close()
	if err := s.ended(t); err != io.EOF {
		t.Errorf("ended with %v", err)
	}
	s.wantEntered(t)
}

func TestTerminalErrorsReachTheOwner(t *testing.T) {
	p := line.New(brokenTTY{}, line.Options{Keys: brokenTTY{}})
	if _, err := p.ReadLine(); !errors.Is(err, errBroken) {
		t.Errorf("ReadLine: %v", err)
	}
	if n, err := p.Write([]byte("x")); n != 0 || !errors.Is(err, errBroken) {
		t.Errorf("Write: %d, %v", n, err)
	}
}

func TestCloseLeavesAPlainScreenForTheLastLine(t *testing.T) {
	s := start(t, 20, 10, line.Options{})
	s.say(t, "above\n")
	s.press(strings.Repeat("w", 50))
	s.Prompt.Close()
	s.wantScreen(t, "above")
	if row, column := s.cursor(); row != 1 || column != 0 {
		t.Errorf("cursor at row %d, column %d", row, column)
	}
	s.press("ww\r")
	s.SetPrompt("$ ")
	s.SetSize(10, 10)
	s.Prompt.Close()
	s.say(t, "Au revoir.\n\n12 messages\n")
	s.wantScreen(t, "above", "Au revoir.", "", "12 messages")
	s.wantEntered(t, strings.Repeat("w", 52))
}

func TestUpAndDownGoThroughTheHistory(t *testing.T) {
	s := start(t, 40, 10, line.Options{})
	s.press("one\rtwo\rtwo\r\r  \rdropped\x03")
	s.press("draft\x1b[A")
	s.wantScreen(t, "> two")
	s.press("\x10") // Ctrl-P
	s.wantScreen(t, "> one")
	s.press("\x1b[A\x1b[A")
	s.wantScreen(t, "> one")
	s.press("\x1b[B\x0e\x1bOB") // Down, Ctrl-N, Down as in application mode
	s.wantScreen(t, "> draft")
	s.press("\x1b[A\x1b[A\r\x1b[A")
	s.wantScreen(t, "> one")
}

func TestWhatIsNotKeptIsNotRecalled(t *testing.T) {
	s := start(t, 40, 10, line.Options{Secret: func(line string) bool { return strings.HasPrefix(line, "/secret") }})
	s.press("one\r/secret x\r/secret x\x03two\r/secret\r\x1b[A")
	s.wantScreen(t, "> two")
	s.press("\x1b[A")
	s.wantScreen(t, "> one")
	s.press("\x1b[A\r")
	s.wantEntered(t, "one", "/secret x", "two", "/secret", "one")
}

func TestTabTakesOneCandidateAfterTheOther(t *testing.T) {
	s := start(t, 40, 10, line.Options{Complete: names("@ann ", "@andré ", "@anatole ")})
	s.press("hé @an!\x1b[D\t")
	s.wantScreen(t, "> hé @ann !")
	s.press("\t")
	s.wantScreen(t, "> hé @andré !")
	s.press("\t\t")
	s.wantScreen(t, "> hé @ann !")
	s.press("ok")
	s.wantScreen(t, "> hé @ann ok!")
	s.press("\t") // nothing begins with "ok"
	s.wantScreen(t, "> hé @ann ok!")
	s.press("\r")
	s.wantEntered(t, "hé @ann ok!")
}

func TestTabAfterASoleCandidateCompletesTheNextWord(t *testing.T) {
	s := start(t, 40, 10, line.Options{Complete: func(line string, pos int) (int, []string) {
		if line == "/k" {
			return 0, []string{"/kick "}
		}
		return pos, []string{"ann", "bob"}
	}})
	s.press("/k\t")
	s.wantScreen(t, "> /kick")
	s.press("\t\t")
	s.wantScreen(t, "> /kick bob")
}

func TestTabOnALineFromTheHistoryStartsAnew(t *testing.T) {
	s := start(t, 40, 10, line.Options{Complete: names("@ann ", "@andré ")})
	s.press("@an\t\r\x1b[A\t")
	s.wantScreen(t, "> @ann @ann")
}

func TestTabWithoutCompletionDoesNothing(t *testing.T) {
	s := start(t, 40, 10, line.Options{})
	s.press("a\tb\r")
	s.wantEntered(t, "ab")
}

// names completes the word before the cursor with those names that begin like it.
func names(all ...string) func(string, int) (int, []string) {
	return func(line string, pos int) (int, []string) {
		start := strings.LastIndexByte(line[:pos], ' ') + 1
		return start, slices.DeleteFunc(slices.Clone(all), func(name string) bool {
			return !strings.HasPrefix(name, line[start:pos])
		})
	}
}

func TestWideCharactersOnSeveralRowsLeaveNoTrace(t *testing.T) {
	for _, typed := range []string{
		strings.Repeat("日本語のメッセージ", 2) + "日本語", strings.Repeat("日", 60), "a" + strings.Repeat("日", 60),
		strings.Repeat("日", 19), strings.Repeat("日", 21), strings.Repeat("é", 90), strings.Repeat("ab日", 30), "drapeau 🇫🇷 " + strings.Repeat("z", 40),
	} {
		s := start(t, 40, 12, line.Options{})
		s.say(t, "above\n")
		s.press(typed + "\r")
		s.wantScreen(t, "above", ">")
		s.wantEntered(t, typed)
	}
}
