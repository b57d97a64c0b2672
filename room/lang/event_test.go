package lang_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"salon/room/lang"
	"salon/room/state"
	"salon/room/state/statetest"
	"salon/room/text"
)

func target(s string) state.Target {
	t, err := state.ParseTarget(s)
	if err != nil {
		panic(err)
	}
	return t
}

// told is everything that can happen and how each language tells it, the lines
// of one event separated by a bar, the time left out.
var told = []struct {
	body   state.Body
	fr, en string
}{
	{state.Joined{Pseudo: "cléo", KeyID: "SHA256:k", Addr: netip.MustParseAddr("192.0.2.1")}, "* cléo arrive", "* cléo joined"},
	{state.Left{Pseudo: "cléo", Cause: state.Quit}, "* cléo s'en va", "* cléo left"},
	{state.Left{Pseudo: "cléo", Cause: state.Quit, Text: "à demain"}, "* cléo s'en va : à demain", "* cléo left: à demain"},
	{state.Left{Pseudo: "cléo", Cause: state.Lost}, "* cléo s'en va : connexion perdue", "* cléo left: connection lost"},
	{state.Left{Pseudo: "cléo", Cause: state.Slow}, "* cléo s'en va : connexion bloquée", "* cléo left: connection stalled"},
	{state.Left{Pseudo: "cléo", Cause: state.Idle}, "* cléo s'en va", "* cléo left"},
	{state.Said{From: "bob", Text: "salut"}, "bob: salut", "bob: salut"},
	{state.Said{From: "bob", Text: "un\ndeux"}, "bob: un|T bob: deux", "bob: un|T bob: deux"},
	{state.Said{From: "bob", Text: "sourit", Action: true}, "~ bob sourit", "~ bob sourit"},
	{state.Said{From: "bob", Text: "un\ndeux", Action: true}, "~ bob un|T ~ bob deux", "~ bob un|T ~ bob deux"},
	{state.Said{From: "דוד", Text: "שלום\nhello"}, "\u2068דוד\u2069: \u2068שלום\u2069|T \u2068דוד\u2069: hello", "\u2068דוד\u2069: \u2068שלום\u2069|T \u2068דוד\u2069: hello"},
	{state.Said{From: "bob", Removed: &state.Removal{By: "bob", Own: true}}, "bob: [message supprimé]", "bob: [message deleted]"},
	{state.Said{From: "bob", Removed: &state.Removal{By: "ann"}}, "bob: [message supprimé par ann]", "bob: [message deleted by ann]"},
	{state.Said{From: "bob", Removed: &state.Removal{}}, "bob: [message supprimé par l'opérateur]", "bob: [message deleted by the operator]"},
	{state.Deleted{Author: "ann", By: "ann", Own: true}, "* Message d'ann supprimé", "* A message by ann was deleted"},
	{state.Deleted{Author: "bob", By: "ann"}, "* Message de bob supprimé par ann", "* A message by bob was deleted by ann"},
	{state.Deleted{Author: "bob"}, "* Message de bob supprimé par l'opérateur", "* A message by bob was deleted by the operator"},
	{state.Forgotten{Pseudo: "ann"}, "* Tous les messages d'ann sont supprimés", "* All messages by ann were deleted"},
	{state.Renamed{From: "bob", To: "rob"}, "* bob s'appelle maintenant rob", "* bob is now called rob"},
	{state.TopicSet{By: "op", Text: "vacances"}, "* Nouveau sujet, par op : vacances", "* New topic, by op: vacances"},
	{state.TopicSet{Text: "vacances"}, "* Nouveau sujet, par l'opérateur : vacances", "* New topic, by the operator: vacances"},
	{state.Walled{Text: "un\ndeux"}, "*** Annonce : un|T *** Annonce : deux", "*** Announcement: un|T *** Announcement: deux"},
	{state.Walled{By: "op", Text: "un"}, "*** Annonce d'op : un", "*** Announcement by op: un"},
	{state.Kicked{Pseudo: "bob"}, "* Expulsion de bob par l'opérateur", "* bob was kicked by the operator"},
	{state.Kicked{Pseudo: "bob", By: "op", Reason: "trop"}, "* Expulsion de bob par op : trop", "* bob was kicked by op: trop"},
	{state.Kicked{Pseudo: "bob", Flood: true}, "* Expulsion de bob : trop de messages trop vite", "* bob was kicked: too many messages too fast"},
	{state.Banned{Ban: state.Ban{Target: target("bob"), Since: at}}, "* Bannissement de bob par l'opérateur", "* bob was banned by the operator"},
	{state.Banned{Ban: state.Ban{Target: target("bob"), By: "op", Reason: "trop", For: time.Hour, Since: at}, Gone: []text.Pseudo{"Bob"}},
		"* Bannissement de Bob par op jusqu'à 15:05 : trop", "* Bob was banned by op until 15:05: trop"},
	{state.Banned{Ban: state.Ban{Target: target("192.0.2.0/24"), For: 72 * time.Hour, Since: at}, Gone: []text.Pseudo{"bob", "rob"}},
		"* Bannissement de bob, rob par l'opérateur jusqu'à 25/11/2026 14:05", "* bob, rob were banned by the operator until 2026-11-25 14:05"},
	{state.Banned{Ban: state.Ban{Target: target("SHA256:k"), Since: at}}, "* Bannissement prononcé par l'opérateur", "* A ban was added by the operator"},
	{state.Banned{Ban: state.Ban{Target: target("192.0.2.1"), Since: at}}, "* Bannissement prononcé par l'opérateur", "* A ban was added by the operator"},
	{state.Unbanned{Target: target("bob")}, "* Fin du bannissement de bob", "* bob is no longer banned"},
	{state.Unbanned{Target: target("SHA256:k")}, "* Fin d'un bannissement", "* A ban was lifted"},
	{state.Unbanned{Target: target("192.0.2.1")}, "* Fin d'un bannissement", "* A ban was lifted"},
	{state.Muted{Pseudo: "bob"}, "* Silence imposé à bob", "* bob was muted"},
	{state.Muted{Pseudo: "bob", For: 10 * time.Minute}, "* Silence imposé à bob jusqu'à 14:15", "* bob was muted until 14:15"},
	{state.Unmuted{Pseudo: "bob"}, "* bob peut de nouveau parler", "* bob can speak again"},
	{state.SlowSet{Every: 10 * time.Second}, "* Mode lent : un message toutes les 10 s par personne", "* Slow mode: one message per person every 10 s"},
	{state.SlowSet{}, "* Fin du mode lent", "* Slow mode is off"},
	{state.ShutdownPlanned{In: 30 * time.Second}, "* Le salon ferme dans 30 s", "* The room is closing in 30 s"},
	{state.ShutdownPlanned{In: time.Minute, Reason: "mise à jour"}, "* Le salon ferme dans 1 min : mise à jour", "* The room is closing in 1 min: mise à jour"},
	{state.ShutdownCountdown{Left: 5 * time.Second}, "* Le salon ferme dans 5 s", "* The room is closing in 5 s"},
	{state.ShutdownCancelled{}, "* Fermeture annulée", "* Shutdown cancelled"},
	{state.Whispered{From: "bob", To: []text.Pseudo{"ann"}, Text: "psst"}, "[privé] bob -> moi: psst", "[private] bob -> me: psst"},
	{state.Whispered{From: "ann", To: []text.Pseudo{"bob", "cléo"}, Text: "un\ndeux"},
		"[privé] moi -> bob, cléo: un|T [privé] moi -> bob, cléo: deux", "[private] me -> bob, cléo: un|T [private] me -> bob, cléo: deux"},
	{state.Whispered{From: "ann", To: []text.Pseudo{"ann"}, Text: "note"}, "[privé] moi -> moi: note", "[private] me -> me: note"},
	{state.Gap{From: at.Add(-3 * time.Minute), To: at, Count: 12}, "* 12 messages entre 14:02 et 14:05 n'ont pas été enregistrés", "* 12 messages between 14:02 and 14:05 were not recorded"},
	{state.Gap{From: at.Add(-24 * time.Hour), To: at, Count: 1}, "* 1 message entre 21/11/2026 14:05 et 14:05 n'a pas été enregistré", "* 1 message between 2026-11-21 14:05 and 14:05 was not recorded"},
	{state.Gap{From: at.Add(-time.Minute), To: at}, "* Des messages entre 14:04 et 14:05 n'ont pas été enregistrés", "* Messages between 14:04 and 14:05 were not recorded"},
	{state.Gap{To: at}, "* Les messages antérieurs à 14:05 ne sont plus conservés", "* Messages from before 14:05 are no longer kept"},
	{state.NodeUp{Gone: []text.Pseudo{"bob"}}, "* bob s'en va : connexion perdue", "* bob left: connection lost"},
	{state.NodeDown{Gone: []text.Pseudo{"bob", "cléo"}}, "* bob, cléo s'en vont : connexion perdue", "* bob, cléo left: connection lost"},
	{state.NodeDown{Gone: []text.Pseudo{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"}}, "* a, b, c, d, e, f, g, h, i, j et 2 autres s'en vont : connexion perdue",
		"* a, b, c, d, e, f, g, h, i, j and 2 others left: connection lost"},
	{state.LogLost{}, "* Salon en lecture seule : impossible d'écrire pour le moment, mais on peut toujours lire",
		"* The room is read-only for now: you cannot write, but you can still read"},
	{state.LogFound{}, "* Vous pouvez de nouveau écrire", "* You can write again"},
	{state.RoomMade{Room: 9, Name: "#dev", By: "ann"}, "* Création de #dev par ann", "* #dev was made by ann"},
	{state.RoomClosed{Room: 9, In: "#dev", By: "ann"}, "* Fermeture de #dev par ann", "* #dev was closed by ann"},
	{state.RoomClosed{Room: 9, In: "#dev"}, "* Fermeture de #dev par l'opérateur", "* #dev was closed by the operator"},
	{state.RoomJoined{Room: 9, In: "#dev", Pseudo: "bob"}, "* bob rejoint #dev", "* bob joined #dev"},
	{state.RoomLeft{Room: 9, In: "#dev", Pseudo: "bob"}, "* bob quitte #dev", "* bob left #dev"},
	{state.Invited{Room: 9, In: "#dev", Who: state.Someone{Pseudo: "anouk"}, By: "ann"}, "* Invitation d'anouk par ann", "* anouk was invited by ann"},
	{state.Invited{Room: 9, In: "#dev", Who: state.Someone{Pseudo: "bob"}, Off: true}, "* Invitation de bob retirée par l'opérateur", "* The invitation of bob was taken back by the operator"},
	{state.ModeratorSet{Room: 9, In: "#dev", Who: state.Someone{Pseudo: "bob"}, By: "ann"}, "* Modération confiée à bob par ann", "* bob was made a moderator by ann"},
	{state.ModeratorSet{Room: 9, In: "#dev", Who: state.Someone{Pseudo: "bob"}, By: "ann", Off: true}, "* Modération retirée à bob par ann", "* bob was removed as a moderator by ann"},
	{state.PrivateSet{Room: 9, In: "#dev", Private: true, By: "ann"}, "* Salon privé, par ann : entrée sur invitation", "* Private room, by ann: by invitation only"},
	{state.PrivateSet{Room: 9, In: "#dev", By: "ann"}, "* Salon public, par ann : entrée libre", "* Public room, by ann: everyone may enter"},
	{state.Kicked{Room: 9, In: "#dev", Pseudo: "anouk", By: "ann", Reason: "trop"}, "* Exclusion d'anouk du salon #dev par ann : trop", "* anouk was removed from #dev by ann: trop"},
	{state.Muted{Room: 9, In: "#dev", Pseudo: "bob"}, "* Silence imposé à bob dans #dev", "* bob was muted in #dev"},
	{state.Muted{Room: 9, In: "#dev", Pseudo: "bob", For: 10 * time.Minute}, "* Silence imposé à bob dans #dev jusqu'à 14:15", "* bob was muted in #dev until 14:15"},
	{state.Unmuted{Room: 9, In: "#dev", Pseudo: "bob"}, "* bob peut de nouveau parler dans #dev", "* bob can speak again in #dev"},
	{state.SlowSet{Room: 9, In: "#dev"}, "* Fin du mode lent", "* Slow mode is off"},
	{state.TopicSet{Room: 9, In: "#dev", By: "ann", Text: "x"}, "* Nouveau sujet, par ann : x", "* New topic, by ann: x"},
	{state.Said{Room: 9, In: "#dev", From: "bob", Text: "un\ndeux"}, "bob: un|T bob: deux", "bob: un|T bob: deux"},
	{state.Gathered{In: 12, Out: 9, Present: 431}, "* +12, -9, 431 en ligne", "* +12, -9, 431 online"},
}

func TestEventsInBothLanguages(t *testing.T) {
	for _, test := range told {
		e := &state.Event{Time: at, Body: test.body}
		for v, want := range map[lang.View]string{french(): test.fr, english(): test.en} {
			want = strings.ReplaceAll("T "+want, "T ", "14:05 ")
			v.Room, _ = state.RoomOf(test.body) // whoever looks at it
			if got := v.Event(e); got != strings.ReplaceAll(want, "|", "\n") {
				t.Errorf("%#v is told as\n%s\nwant\n%s", test.body, got, want)
			}
		}
	}
}

// TestEverythingThatIsShownIsTold fails for a new kind of event until there is an
// example of it here, and in the JSON, and both languages have a sentence for it.
func TestEverythingThatIsShownIsTold(t *testing.T) {
	sentences, jsons := map[*state.Kind]bool{}, map[*state.Kind]bool{}
	for _, test := range told {
		sentences[state.KindOf(test.body)] = true
	}
	for _, test := range objects {
		jsons[state.KindOf(test.body)] = true
	}
	for _, e := range statetest.Examples() {
		k := state.KindOf(e.Body)
		if !k.Shown && !k.Spoken && !k.Signed {
			continue
		}
		if !sentences[k] || !jsons[k] {
			t.Errorf("no example of %s: among what is told %t, in JSON %t", k.Type(), sentences[k], jsons[k])
		}
		for _, v := range []lang.View{french(), english()} {
			if _, said, _ := strings.Cut(v.Event(&e), " "); strings.Trim(said, "* ") == "" {
				t.Errorf("%s has no sentence in language %d", k.Type(), v.Lang)
			}
		}
	}
}

func TestOperatorsReadWhatABanIsAbout(t *testing.T) {
	v := english()
	v.Operator = true
	for _, what := range []string{"SHA256:k", "192.0.2.1", "192.0.2.0/24"} {
		for body, want := range map[state.Body]string{
			&state.Banned{Ban: state.Ban{Target: target(what), Since: at}}: "14:05 * " + what + " was banned by the operator",
			&state.Unbanned{Target: target(what)}:                          "14:05 * " + what + " is no longer banned",
		} {
			if got := v.Event(&state.Event{Time: at, Body: value(body)}); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
	}
}

// value undoes the pointers that make bodies keys of a map.
func value(b state.Body) state.Body {
	switch b := b.(type) {
	case *state.Banned:
		return *b
	case *state.Unbanned:
		return *b
	}
	return b
}

func TestWhoReadsDecidesWhoIsMe(t *testing.T) {
	e := &state.Event{Time: at, Body: state.Whispered{From: "ann", To: []text.Pseudo{"bob"}, Text: "x"}}
	for me, want := range map[text.Pseudo]string{"ann": "me -> bob", "bob": "ann -> me", "": "ann -> bob", "Ann": "ann -> bob"} {
		v := english()
		v.Me = me
		if got := v.Event(e); got != "14:05 [private] "+want+": x" {
			t.Errorf("%q reads %q", me, got)
		}
	}
}

func TestFarewells(t *testing.T) {
	until := time.Now().Add(100 * 24 * time.Hour)
	jour, day := until.UTC().Format("02/01/2006 15:04"), until.UTC().Format("2006-01-02 15:04")
	for _, test := range []struct {
		why    state.Ending
		fr, en string
	}{
		{state.Ending{Cause: state.Quit}, "Au revoir, ann.", "Goodbye, ann."},
		{state.Ending{Cause: state.Lost}, "Au revoir, ann.", "Goodbye, ann."},
		{state.Ending{Cause: state.Expelled, By: "op", Reason: "trop"}, "Fin de session : expulsion par op : trop", "You were kicked by op: trop"},
		{state.Ending{Cause: state.Expelled}, "Fin de session : expulsion par l'opérateur", "You were kicked by the operator"},
		{state.Ending{Cause: state.Expelled, Flood: true}, "Fin de session : trop de messages trop vite. Revenez plus calmement.", "You were kicked: too many messages too fast. Please come back more calmly."},
		{state.Ending{Cause: state.Barred, Reason: "trop"}, "Fin de session : bannissement par l'opérateur : trop", "You were banned by the operator: trop"},
		{state.Ending{Cause: state.Barred, By: "op", Until: until}, "Fin de session : bannissement par op jusqu'à " + jour, "You were banned by op until " + day},
		{state.Ending{Cause: state.Shutdown, Reason: "maj"}, "Le salon ferme : maj", "The room is closing: maj"},
	} {
		for v, want := range map[lang.View]string{french(): test.fr, english(): test.en} {
			if got := lang.Farewell(&test.why, v); got != want {
				t.Errorf("%+v: %q, want %q", test.why, got, want)
			}
		}
	}
	seen := map[string]state.Cause{}
	for cause := state.Expelled; cause <= state.Ousted; cause++ {
		text := lang.Farewell(&state.Ending{Cause: cause}, french())
		if other, ok := seen[text]; ok || strings.HasPrefix(text, "Au revoir") {
			t.Errorf("%v and %v end with %q", cause, other, text)
		}
		seen[text] = cause
	}
}
