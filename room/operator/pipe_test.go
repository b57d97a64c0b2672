package operator_test

import (
	"bufio"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"salon/room/operator"
	"salon/room/state"
	"salon/room/text"
)

func TestACommandALineAndItsAnswerInItsPlace(t *testing.T) {
	inRoom(t, state.French, func(h *harness) {
		ann := h.join("ann", "192.0.2.1", "SHA256:anns")
		bob := h.join("bob", "2001:db8::2", "")
		h.say(ann, "bonjour")
		h.prints("00:00 * ann arrive", "00:00 * bob arrive", "00:00 ann: bonjour")
		h.types("liste\nwall attention\nsujet les vacances\nsujet\nslow 10\nmute bob 10m\ninfo ann\nkick bob trop de bruit\n")
		h.prints(
			"* 2 en ligne :",
			"*   ann  depuis 00:00",
			"*   bob  depuis 00:00",
			"00:00 *** Annonce : attention",
			"00:00 * Nouveau sujet, par l'opérateur : les vacances",
			"* Sujet : les vacances (par l'opérateur, 00:00)",
			"00:00 * Mode lent : un message toutes les 10 s par personne",
			"00:00 * Silence imposé à bob jusqu'à 00:10",
			"* ann  depuis 00:00  par ssh  clé SHA256:anns  depuis l'adresse 192.0.2.1 OpenSSH_9.9",
			"00:00 * Expulsion de bob par l'opérateur : trop de bruit",
		)
		if why := bob.Ending(); why == nil || why.Cause != state.Expelled || why.Reason != "trop de bruit" {
			h.Errorf("bob left with %+v", why)
		}
		h.stays()
	})
}

func TestBansFromAPipe(t *testing.T) {
	inRoom(t, state.English, func(h *harness) {
		ann := h.join("ann", "192.0.2.1", "SHA256:anns")
		h.prints("00:00 * ann joined")
		h.types("ban ann 1h spam\nban 198.51.100.0/24\nban SHA256:badAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA 1w\nbans\nunban ANN\nunban nobody\nbans\n")
		h.prints(
			"00:00 * ann was banned by the operator until 01:00: spam",
			"00:00 * ann can come back under another nickname; to prevent it: ban SHA256:anns",
			"00:00 * 198.51.100.0/24 was banned by the operator",
			"00:00 * SHA256:badAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA was banned by the operator until 2000-01-08 00:00",
			"* banned: 198.51.100.0/24, with no time limit, by the operator",
			"* banned: SHA256:badAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA, until 2000-01-08 00:00, by the operator",
			"* banned: ann, until 01:00, by the operator: spam",
			"00:00 * ann is no longer banned",
			`00:00 x "nobody" is not banned.`,
			"* banned: 198.51.100.0/24, with no time limit, by the operator",
			"* banned: SHA256:badAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA, until 2000-01-08 00:00, by the operator",
		)
		if ann.Ending() == nil {
			h.Error("ann is still here")
		}
	})
}

func TestStatsAndHelpFromAPipe(t *testing.T) {
	inRoom(t, state.French, func(h *harness) {
		h.say(h.join("ann", "192.0.2.1", ""), "bonjour")
		h.prints("00:00 * ann arrive", "00:00 ann: bonjour")
		h.types("stats\n")
		synctest.Wait()
		if stats := h.out.take(); !regexp.MustCompile(`^\* en ligne : 1 ; sessions : 1 ; messages : 1 ; depuis 00:00\n\* journal : événement n° 3, état [0-9a-f]{16}\n$`).MatchString(stats) {
			h.Errorf("the console shows %q", stats)
		}
		h.types("aide\n")
		synctest.Wait()
		help := h.out.take()
		for _, c := range h.console.Commands() {
			if !strings.Contains(help, "\n*   "+c.Word(state.French)) {
				h.Errorf("help does not name %s:\n%s", c.Name, help)
			}
		}
		if !strings.HasPrefix(help, "* Commandes de l'opérateur :\n") || strings.Contains(help, "/kick") {
			h.Errorf("help is\n%s", help)
		}
	})
}

func TestWrongCommandsAreExplained(t *testing.T) {
	inRoom(t, state.French, func(h *harness) {
		h.join("ann", "192.0.2.1", "")
		h.prints("00:00 * ann arrive")
		h.types("kik ann\nkick\nkick anm\nbonjour tout le monde\n\n   \n/liste\nme danse\nslow vite\n")
		h.prints(
			"00:00 x La commande « kik » n'existe pas. Vouliez-vous dire kick ?",
			"00:00 x Usage : kick pseudo [raison]",
			"00:00 x Personne ne s'appelle « anm ». Vouliez-vous dire @ann ?",
			"00:00 x La commande « bonjour » n'existe pas. « wall texte » parle à tous, « aide » donne les commandes.",
			"* 1 en ligne :",
			"*   ann  depuis 00:00",
			"00:00 x Cette commande est pour les membres. « aide » donne celles de la console ; « shutdown n » ou Ctrl-C ferme le salon.",
			"00:00 x « vite » n'est pas compris ici. Usage : slow n",
		)
	})
}

func TestAShutdownFromAPipe(t *testing.T) {
	inRoom(t, state.French, func(h *harness) {
		h.types("shutdown 3600 nuit\nshutdown annuler\nshutdown annuler\nshutdown 2 maj\n")
		h.prints(
			"00:00 * Le salon ferme dans 1 h : nuit",
			"00:00 * Fermeture annulée",
			"00:00 x Aucune fermeture n'est prévue.",
			"00:00 * Le salon ferme dans 2 s : maj",
		)
		time.Sleep(time.Second)
		h.prints("00:00 * Le salon ferme dans 1 s")
		<-h.room.Stopped()
	})
}

func TestGarbageIsHarmless(t *testing.T) {
	inRoom(t, state.French, func(h *harness) {
		var garbage strings.Builder
		for i := range 4096 {
			garbage.WriteByte(byte(i*7 + i/256))
		}
		h.types(garbage.String() + "\n\x00\x1b[2J\x1b]0;x\a\n\xff\xfe\xfd\nwall propre\n")
		synctest.Wait()
		out := h.out.take()
		if !strings.HasSuffix(out, "00:00 *** Annonce : propre\n") {
			h.Errorf("after garbage the console shows\n%q", out)
		}
		if clean := text.Clean(out, true) + "\n"; clean != out {
			h.Errorf("garbage comes back as\n%q", out)
		}
		h.stays()
	})
}

func TestALineThatIsTooLongIsDroppedWhole(t *testing.T) {
	inRoom(t, state.French, func(h *harness) {
		long := strings.Repeat("x", 4096-len("wall "))
		h.types("wall " + long + "\nwall " + long + "y\nwall " + strings.Repeat("kick ann ", 100_000) + "\nwall after\nwall last")
		h.prints(
			"00:00 *** Annonce : "+long,
			"00:00 x Message trop long : 4096 octets au plus. Rien n'a été envoyé.",
			"00:00 x Message trop long : 4096 octets au plus. Rien n'a été envoyé.",
			"00:00 *** Annonce : after",
			"00:00 *** Annonce : last",
		)
	})
}

func TestLinesMayEndAsOnWindows(t *testing.T) {
	inRoom(t, state.French, func(h *harness) {
		h.types("wall un\r\n\r\nsujet deux\r\n")
		h.prints("00:00 *** Annonce : un", "00:00 * Nouveau sujet, par l'opérateur : deux")
	})
}

func TestTheEndOfInputLeavesTheRoomRunning(t *testing.T) {
	for _, input := range []string{"", "\n", "wall x\n", "wall x"} {
		inRoom(t, state.French, func(h *harness) {
			h.types(input)
			h.stays()
			h.join("ann", "192.0.2.1", "")
			synctest.Wait()
			if out := h.out.take(); !strings.HasSuffix(out, "ann arrive\n") {
				h.Errorf("after the end of %q the console shows %q", input, out)
			}
		})
	}
}

var errBroken = errors.New("broken pipe")

// broken takes nothing.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestAWriterThatFailsDoesNotStopTheReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		h.console = operator.New(h.room, state.French, broken{})
		h.open()
		bob := h.join("bob", "192.0.2.1", "")
		h.types(strings.Repeat("liste\n", 200) + "kick bob\n")
		if why := bob.Ending(); why == nil || why.Cause != state.Expelled {
			t.Errorf("bob left with %+v", why)
		}
		if _, err := h.console.Write([]byte("x\n")); !errors.Is(err, errBroken) {
			t.Errorf("Write returned %v", err)
		}
		h.stays()
	})
}

func TestALineThatComesInPiecesIsDoneOnce(t *testing.T) {
	inRoom(t, state.French, func(h *harness) {
		in, out := io.Pipe()
		reading := make(chan error)
		go func() { reading <- h.console.Read(h.Context(), in) }()
		w := bufio.NewWriterSize(out, 1)
		for _, piece := range []string{"wa", "ll o", "ne", "\nwall t"} {
			w.WriteString(piece)
			w.Flush()
			synctest.Wait()
		}
		h.prints("00:00 *** Annonce : one")
		w.WriteString("wo\n")
		w.Flush()
		h.prints("00:00 *** Annonce : two")
		out.Close()
		<-reading
		h.stays()
	})
}

func TestTheConsoleSeesWhatHappensButNothingPrivate(t *testing.T) {
	inRoom(t, state.French, func(h *harness) {
		ann := h.join("ann", "192.0.2.1", "")
		h.join("bob", "192.0.2.1", "")
		h.say(ann, "@bob secret")
		h.say(ann, "/pseudo anna")
		h.say(ann, "deux\nlignes")
		h.say(ann, "/quitter à demain")
		h.prints("00:00 * ann arrive", "00:00 * bob arrive", "00:00 * ann s'appelle maintenant anna", "00:00 anna: deux", "00:00 anna: lignes", "00:00 * anna s'en va : à demain")
	})
}
