package client

import (
	"strings"
	"testing"
	"unicode"
)

// What a server says about the echo, and what the client answers.
const (
	willEcho, wontEcho = "\xff\xfb\x01\r\x00", "\xff\xfc\x01"
	doEcho, dontEcho   = "\xff\xfd\x01", "\xff\xfe\x01"
	doMark, wontMark   = "\xff\xfd\x06", "\xff\xfc\x06"
	willLogout         = "\xff\xfb\x12"
)

// greet does what a server does first that takes a client.
func (s *server) greet() {
	s.t.Helper()
	s.hearBytes(doMark)
	s.say(wontMark)
}

// hearBytes reads what comes without the end of a line.
func (s *server) hearBytes(want string) {
	s.t.Helper()
	got := make([]byte, len(want))
	for i := range got {
		b, err := s.in.ReadByte()
		if err != nil {
			s.t.Fatalf("heard %q (%v), want %q", got[:i], err, want)
		}
		got[i] = b
	}
	if string(got) != want {
		s.t.Fatalf("heard %q, want %q", got, want)
	}
}

func TestASecretIsNeitherShownNorRecalled(t *testing.T) {
	s := play(t, 60, 12)
	s.say("Pseudo : ")
	s.awaitScreen("Pseudo :")
	s.press("ann\r")
	s.hear("ann\r\n")
	s.say(willEcho + "Phrase de passe pour ann : ")
	s.hearBytes(doEcho)
	s.awaitScreen("Pseudo : ann", "Phrase de passe pour ann :")
	s.press("fausse\x15")
	s.press("\x1b[200~agraff\x1b[201~\x1b[D\x1bOD")
	s.press("\x7fesé\x7f\r")
	s.hear("agrafes\r\n")
	s.say("\r\n14:05 x Ce n'est pas elle.\r\nPhrase de passe pour ann : ")
	s.awaitScreen("Pseudo : ann", "Phrase de passe pour ann :", "14:05 x Ce n'est pas elle.", "Phrase de passe pour ann :")
	s.press("agrafeuse\r")
	s.hear("agrafeuse\r\n")
	s.press("bon")
	s.awaitTaken() // before the server shows again what is typed
	s.say("\r\n" + wontEcho + "* Bienvenue, ann !\r\n")
	s.hearBytes(dontEcho)
	rows := []string{"Pseudo : ann", "Phrase de passe pour ann :", "14:05 x Ce n'est pas elle.", "Phrase de passe pour ann :", "* Bienvenue, ann !"}
	s.awaitScreen(append(rows, ">")...)
	s.press("\x1b[A\x1b[A") // what was typed hidden ends hidden
	s.press("jour\r")
	s.hear("bonjour\r\n")
	s.press("\x1b[A")
	s.awaitScreen(append(rows, "> ann")...)
	for _, secret := range []string{"agraf", "fausse"} {
		if strings.Contains(s.String(), secret) {
			t.Errorf("the terminal is sent %q", secret)
		}
	}
}

func TestCtrlDAndCtrlCLeaveASecret(t *testing.T) {
	for _, keys := range []string{"\x04", "agra\x04", "agra\x03\x03"} {
		s := play(t, 60, 12)
		s.say(willEcho + "Mot de passe : ")
		s.hearBytes(doEcho)
		s.awaitScreen("Mot de passe :")
		s.press(keys)
		s.hearEnd()
		s.server.Close()
		if err := s.ended(); err != nil {
			t.Errorf("ended with %v", err)
		}
		if strings.Contains(s.String(), "agra") {
			t.Error("the secret is shown")
		}
	}
}

func TestTelnetsCommandsAreNoText(t *testing.T) {
	const sent = "\xff\xfd\x18un \xff\xfa\x18\x01\xff\xff\xf1\xff\xf0deux\xff\xf9\r\n" + willEcho + "tr\xff\xfb\x03ois\r\n" + wontEcho + "quatre\r\n"
	for size := 1; size <= len(sent); size++ {
		var commands telnet
		var text []byte
		for i := 0; i < len(sent); i += size {
			text = commands.filter(text, []byte(sent[i:min(i+size, len(sent))]))
		}
		if want := "un deux\r\ntrois\r\nquatre\r\n"; string(text) != want || commands.echoes {
			t.Fatalf("in pieces of %d: %q, echoes: %v", size, text, commands.echoes)
		}
	}
}

func TestAPipeIsShownTheQuestionAlone(t *testing.T) {
	out, err := piped(t, strings.NewReader("ann\nagrafes\n"), func(s *server) {
		s.say("Pseudo : ")
		s.hear("ann\n")
		s.say(willEcho + "Phrase : ")
		s.hear("agrafes\n")
		s.say("* Bienvenue\r\n")
		s.hearEnd()
		s.Close()
	})
	if out != "Pseudo : Phrase : * Bienvenue\n" || err != nil {
		t.Errorf("shown %q (%v)", out, err)
	}
}

func FuzzTelnet(f *testing.F) {
	f.Add([]byte("\xff\xfb\x01\r\x00Phrase : "))
	f.Add([]byte("\xff\xfa\x18\xff\xff\xf0\xff\xf0é"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		var whole, split telnet
		want := whole.filter(nil, sent)
		var got []byte
		for i := range sent {
			got = split.filter(got, sent[i:i+1])
		}
		if string(got) != string(want) || whole.echoes != split.echoes || len(got) > len(sent) {
			t.Errorf("%q is %q, or %q in pieces", sent, want, got)
		}
		if shown := string(clean(got)); strings.ContainsFunc(shown, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
			t.Errorf("%q is shown as %q", sent, shown)
		}
	})
}

func TestACommandThatHoldsASecretIsNeitherShownNorRecalled(t *testing.T) {
	s := play(t, 60, 12)
	for _, line := range []string{"bonjour", "/inscrire agrafes de bureau", "/REGISTER agrafes"} {
		s.press(line + "\r")
		s.hear(line + "\r\n")
	}
	s.press("\x1b[A")
	s.awaitScreen("> bonjour")
	s.press("\x15/inscrire agrafes")
	s.awaitScreen("> /inscrire *******")
	if strings.Contains(s.String(), "agrafes") {
		t.Errorf("the terminal is sent %q", s.String())
	}
}
