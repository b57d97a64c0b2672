package lang_test

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

func message(from text.Pseudo, text string) state.Event {
	return state.Event{Seq: 7, Time: at, Body: state.Said{From: from, Text: text}}
}

// wantReply holds a reply to be written as these lines, each given without its
// first star.
func wantReply(t *testing.T, v lang.View, r room.Reply, lines ...string) {
	t.Helper()
	want := "* " + strings.Join(lines, "\n* ")
	if got := v.Reply(r, now); got != want {
		t.Errorf("%T is written as\n%s\nwant\n%s", r, got, want)
	}
}

func TestWelcomeShowsTheCommandsFirst(t *testing.T) {
	w := room.Welcome{
		Pseudo: "ann", Topic: state.Topic{Text: "vacances", By: "op", Set: at}, Names: []text.Pseudo{"ann", "bob"}, Present: 60, Rooms: true,
		Last: []state.Event{message("bob", "un\ndeux"), message("cléo", "trois")}, Shutdown: &state.Plan{At: now.Add(20 * time.Second), Reason: "maj"},
	}
	want := []string{
		"* Bienvenue, ann ! Voici ce que vous pouvez taper :",
		"*   texte, ou @tous texte               parler à tous",
		"*   @pseudo texte, ou @ann,bob texte    parler à une personne, ou à plusieurs",
	}
	end := []string{
		"* Sujet : vacances (par op, 14:05)",
		"* 60 en ligne : ann, bob et 58 autres",
		"* Le salon ferme dans 20 s : maj",
		"* Derniers messages :",
		"14:05 bob: un",
		"14:05 bob: deux",
		"14:05 cléo: trois",
	}
	got := french().Reply(w, now)
	if !strings.HasPrefix(got, strings.Join(want, "\n")) || !strings.HasSuffix(got, strings.Join(end, "\n")) {
		t.Errorf("the welcome is\n%s", got)
	}
	for _, c := range room.Commands() {
		named := slices.Contains(strings.Fields(got), "/"+c.Word(state.French))
		if others := c.Need == room.Operators || c.Need == room.Moderators || c.Need == room.Screens; named == others && c.Name != "say" && c.Name != "tell" {
			t.Errorf("a guest's welcome names /%s: %v, it is for others: %v", c.Name, named, others)
		}
	}
	v := english()
	v.Screen = true
	if got := v.Reply(w, now); !strings.Contains(strings.ReplaceAll(got, "\n*  ", ""), " /theme /bell /mouse /plain /go /bare /redraw /keys") {
		t.Errorf("the welcome in a terminal is\n%s", got)
	}
	v.Operator = true
	if got := v.Reply(room.Welcome{Pseudo: "op", Present: 1}, now); !strings.Contains(got, "/kick") || !strings.HasSuffix(got, "* No topic for now.\n* You are the only one here for now.") {
		t.Errorf("the welcome of an operator is\n%s", got)
	}
}

// TestWhereThereIsOneRoomTheWelcomeNamesNoOther: the help does.
func TestWhereThereIsOneRoomTheWelcomeNamesNoOther(t *testing.T) {
	v := english()
	v.Operator = true
	got := v.Reply(room.Welcome{Pseudo: "ann"}, now)
	for _, name := range []string{"join", "rooms", "leave", "invite", "private", "moderator", "close"} {
		if slices.Contains(strings.Fields(got), "/"+name) {
			t.Errorf("it names /%s", name)
		}
		if help := v.Reply(room.Help{Commands: room.Commands()}, now); !strings.Contains(help, "/"+name) {
			t.Errorf("the help does not name /%s", name)
		}
	}
}

// TestWhatSomebodyMissedIsMarked before the first of what came since.
func TestWhatSomebodyMissedIsMarked(t *testing.T) {
	old, recent := message("bob", "déjà lu"), message("bob", "tout neuf")
	recent.Seq = 8
	w := room.Welcome{Pseudo: "ann", Last: []state.Event{old, recent, recent}, Seen: 7, Missed: 2}
	for want, v := range map[string]lang.View{"* --- 2 nouveaux messages ---": french(), "* --- 2 new messages ---": english()} {
		if got := v.Reply(w, now); !strings.HasSuffix(got, "\n14:05 bob: déjà lu\n"+want+"\n14:05 bob: tout neuf\n14:05 bob: tout neuf") {
			t.Errorf("the welcome is\n%s", got)
		}
	}
	w = room.Welcome{Pseudo: "ann", Last: []state.Event{recent}, Seen: 7, Missed: 1}
	if got := english().Reply(w, now); !strings.HasSuffix(got, "\n* --- 1 new message ---\n14:05 bob: tout neuf") {
		t.Errorf("the welcome is\n%s", got)
	}
	w.Missed = 0
	if got := english().Reply(w, now); strings.Contains(got, "---") {
		t.Errorf("nothing is new, and the welcome is\n%s", got)
	}
}

func TestTheMessageOfTheDayComesFirst(t *testing.T) {
	got := english().Reply(room.Welcome{MOTD: "Règles\n14:05 bob: forged", Pseudo: "ann"}, now)
	if !strings.HasPrefix(got, "* Règles\n* 14:05 bob: forged\n* Welcome, ann!") {
		t.Errorf("the welcome is\n%s", got)
	}
}

func TestAProfileSaysSinceWhenAPseudoIsRegistered(t *testing.T) {
	p := room.Person{Pseudo: "bob", Since: at, Fronts: []string{"ssh"}, Registered: at.AddDate(0, 0, -1), Keys: 2}
	wantReply(t, french(), room.Profile{Person: p}, "bob  depuis 14:05  par ssh  pseudo inscrit depuis 21/11/2026 14:05")
	p.Details, p.KeyID = true, "SHA256:k"
	wantReply(t, english(), room.Profile{Person: p}, "bob  since 14:05  via ssh  registered since 2026-11-21 14:05, 2 keys  key SHA256:k")
	p.Keys = 1
	wantReply(t, french(), room.Profile{Person: p}, "bob  depuis 14:05  par ssh  pseudo inscrit depuis 21/11/2026 14:05, 1 clé  clé SHA256:k")
	p.Keys = 0
	wantReply(t, french(), room.Profile{Person: p}, "bob  depuis 14:05  par ssh  pseudo inscrit depuis 21/11/2026 14:05  clé SHA256:k")
}

func TestAnOwnerIsToldWhatOpensTheirPseudo(t *testing.T) {
	p := room.Profile{Person: room.Person{Pseudo: "ann", Since: at, Fronts: []string{"ssh"}, Registered: at}, Own: &room.Own{Keys: []string{"SHA256:a", "SHA256:b"}, Pass: true}}
	wantReply(t, french(), p, "ann  depuis 14:05  par ssh  pseudo inscrit depuis 14:05", "Votre pseudo est protégé par :", "  clé SHA256:a", "  clé SHA256:b", "  une phrase de passe")
	p.Own = &room.Own{Keys: []string{"SHA256:a"}}
	wantReply(t, english(), p, "ann  since 14:05  via ssh  registered since 14:05", "Your nickname is protected by:", "  key SHA256:a", "  no pass phrase")
}

func TestRegisteredPseudosAreListed(t *testing.T) {
	wantReply(t, french(), room.Accounts{}, "Aucun pseudo n'est inscrit.")
	wantReply(t, english(), room.Accounts{Pseudos: []text.Pseudo{"ann", "דוד"}}, "Registered nicknames: 2", "  ann, \u2068דוד\u2069")
	wantReply(t, french(), room.Accounts{Pseudos: []text.Pseudo{"ann", "bob"}, More: 12}, "Pseudos inscrits : 14", "  ann, bob et 12 autres")
	var many room.Accounts
	for i := range 200 {
		many.Pseudos = append(many.Pseudos, text.Pseudo(fmt.Sprint("somebody-", i)))
	}
	for line := range strings.SplitSeq(english().Reply(many, now), "\n") {
		if len(line) > 80 {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
}

func TestAWelcomeReadLateDoesNotCountBelowZero(t *testing.T) {
	got := english().Reply(room.Welcome{Pseudo: "ann", Shutdown: &state.Plan{At: now.Add(-3 * time.Second)}}, now)
	if !strings.Contains(got, "is closing in 0 s") {
		t.Errorf("the welcome is\n%s", got)
	}
}

func TestListsOfPeople(t *testing.T) {
	people := room.People{Members: []room.Person{
		{Pseudo: "ann", Since: at, Operator: true},
		{Pseudo: "Éléonore", Since: at.Add(-24 * time.Hour), Away: &state.Away{Since: at, Text: "à table"}, Muted: true},
		{Pseudo: "דוד", Since: at, Away: &state.Away{Since: at}},
	}}
	wantReply(t, french(), people, "3 en ligne :",
		"  ann       depuis 14:05  opérateur",
		"  Éléonore  depuis 21/11/2026 14:05  absence depuis 14:05 : à table  silence",
		"  \u2068דוד\u2069       depuis 14:05  absence depuis 14:05")
	wantReply(t, english(), people, "3 online:",
		"  ann       since 14:05  operator",
		"  Éléonore  since 2026-11-21 14:05  away since 14:05: à table  muted",
		"  \u2068דוד\u2069       since 14:05  away since 14:05")
	wantReply(t, french(), room.People{}, "Personne n'est là.")
	people.Members[1].MutedUntil = at.Add(15 * time.Minute)
	if got := french().Reply(people, now); !strings.Contains(got, "  silence jusqu'à 14:20") {
		t.Errorf("the list is\n%s", got)
	}
	wantReply(t, french(), room.People{Members: people.Members[:1]}, "1 en ligne :", "  ann  depuis 14:05  opérateur")
}

func TestOperatorsSeeOnWhichNodesPeopleAre(t *testing.T) {
	people := room.People{Members: []room.Person{{Pseudo: "ann", Since: at, Operator: true, Details: true, Nodes: []string{"paris"}}, {Pseudo: "bob", Since: at, Details: true, Nodes: []string{"lyon", "nice"}}}}
	wantReply(t, french(), people, "2 en ligne :", "  ann  depuis 14:05  opérateur  sur paris", "  bob  depuis 14:05  sur lyon, nice")
	wantReply(t, english(), people, "2 online:", "  ann  since 14:05  operator  on paris", "  bob  since 14:05  on lyon, nice")
}

func TestProfiles(t *testing.T) {
	bob := room.Person{Pseudo: "bob", Since: at, Fronts: []string{"ssh", "tcp"}}
	wantReply(t, french(), room.Profile{Person: bob}, "bob  depuis 14:05  par ssh, tcp")
	bob.Details, bob.KeyID = true, "SHA256:k"
	bob.Addrs = []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}
	bob.Clients = []string{"OpenSSH_9.9", ""}
	wantReply(t, english(), room.Profile{Person: bob}, "bob  since 14:05  via ssh, tcp  key SHA256:k  from address 192.0.2.1 OpenSSH_9.9  from address 2001:db8::1")
	bob.KeyID = ""
	if got := french().Reply(room.Profile{Person: bob}, now); !strings.Contains(got, "sans clé") {
		t.Errorf("%q", got)
	}
}

func TestTheOtherReplies(t *testing.T) {
	fr, en := french(), english()
	wantReply(t, fr, room.TopicIs{}, "Pas de sujet pour l'instant.")
	wantReply(t, en, room.TopicIs{Topic: state.Topic{Text: "x", Set: at.Add(-48 * time.Hour)}}, "Topic: x (by the operator, 2026-11-20 14:05)")
	wantReply(t, fr, room.Bans{}, "Aucun bannissement, aucun silence imposé.")
	wantReply(t, fr, room.Bans{
		Bans:  []state.Ban{{Target: target("192.0.2.0/24"), By: "op", Since: at, For: time.Hour, Reason: "spam"}, {Target: target("bob"), Since: at}},
		Mutes: []state.Mute{{Pseudo: "rob", Since: at, For: 48 * time.Hour}},
	}, "bannissement : 192.0.2.0/24, jusqu'à 15:05, par op : spam", "bannissement : bob, sans limite de durée, par l'opérateur", "silence : rob, jusqu'à 24/11/2026 14:05, par l'opérateur")
	wantReply(t, en, room.Ignoring{}, "You are not ignoring anyone.")
	wantReply(t, en, room.Ignoring{Names: []text.Pseudo{"bob", "rob"}}, "You are ignoring: bob, rob")
	wantReply(t, fr, room.Past{}, "Rien n'a encore été dit.")
	wantReply(t, fr, room.Past{Search: "mot"}, "Aucun résultat pour « mot ».")
	wantReply(t, en, room.Past{Search: "x", Events: []state.Event{message("bob", "x"), message("bob", "x")}}, `Results (2) for "x":`+"\n14:05 bob: x\n14:05 bob: x")
	wantReply(t, fr, room.Past{Events: []state.Event{message("bob", "x")}}, "Derniers messages :\n14:05 bob: x")
	wantReply(t, fr, room.Past{Day: at, Unread: true, Unrecorded: at}, "Les messages plus anciens ne peuvent pas être lus pour le moment.", "Rien n'est enregistré depuis 14:05 : les messages envoyés maintenant seront perdus si le serveur s'arrête.")
	wantReply(t, en, room.Past{Search: "x", Events: []state.Event{message("bob", "x")}, Unread: true, Unrecorded: at}, `Results (1) for "x":`+"\n14:05 bob: x\n* Older messages cannot be read at the moment.\n* Nothing has been recorded since 14:05: messages sent now will be lost if the server stops.")
	wantReply(t, fr, room.Past{Search: "x", More: true, Searched: on(-1, "").Time}, "Aucun résultat pour « x ».", "Les précédents : /suite", "Recherche interrompue : messages parcourus depuis 21/11/2026 14:05.")
	wantReply(t, en, room.Past{Unrecorded: at}, "Nothing has been said yet.", "Nothing has been recorded since 14:05: messages sent now will be lost if the server stops.")
	wantReply(t, fr, room.Stats{Since: at, Members: 3, Sessions: 4, Messages: 5, Applied: 42, Hash: [32]byte{0xab, 0xcd}, Nodes: []room.NodeStats{{Node: state.Node{Name: "paris", Program: "salon"}, Here: true, Place: 42}, {Node: state.Node{Name: "lyon", Program: "salon 1.2"}, Place: 40, Lag: 2}, {Node: state.Node{Name: "nice", Program: "salon"}}}},
		"en ligne : 3 ; sessions : 4 ; messages : 5 ; depuis 14:05", "journal : événement n° 42, état abcd000000000000", "nœud paris : salon, événement n° 42, celui-ci", "nœud lyon : salon 1.2, événement n° 40, en retard de 2", "nœud nice : salon, ne répond pas")
	wantReply(t, en, room.Stats{Since: at, Applied: 42, Nodes: []room.NodeStats{{Node: state.Node{Name: "paris", Program: "salon"}, Here: true, Place: 42}, {Node: state.Node{Name: "lyon", Program: "salon 1.2"}, Place: 40, Lag: 2}, {Node: state.Node{Name: "nice", Program: "salon"}}}},
		"online: 0; sessions: 0; messages: 0; since 14:05", "log: event 42, state 0000000000000000", "node paris: salon, event 42, this one", "node lyon: salon 1.2, event 40, 2 behind", "node nice: salon, does not answer")
	wantReply(t, en, room.Stats{Since: at, Health: state.Health{Err: state.ErrBusy, Since: at}}, "online: 0; sessions: 0; messages: 0; since 14:05", "log: event 0, state 0000000000000000", "the log has not responded since 14:05: room: busy")
	wantReply(t, fr, room.Help{One: command("list")}, "  /liste                              qui est là",
		"  Depuis quand chacun est là, qui est absent, qui est opérateur. Exemple :", "  « /liste ».", "  aussi : /liste, /qui, /list, /who, /names")
	wantReply(t, en, room.Help{One: command("mute")}, "  /mute nickname [duration]           mute somebody",
		"  They stay and read but cannot write, not in private either. Example:", "  \"/mute bob 10m\".", "  duration: 30s, 10m, 2h, 3d, 1w; without one, no time limit", "  also: /mute, /museler")
	for r, want := range map[room.Reply]string{
		room.Skipped{Count: 12}:                "14:06 * ... messages sautés : 12",
		room.Failure{Err: state.ErrNoShutdown}: "14:06 x Aucune fermeture n'est prévue.",
	} {
		if got := fr.Reply(r, now); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestEveryNoticeIsSaidInBothLanguages(t *testing.T) {
	block := regexp.MustCompile(`(?s)NowAway +What = iota \+ 1.*?\n\)`).FindString(source(t, "reply.go"))
	count := strings.Count(block, "\n") - 1
	if count < 15 {
		t.Fatalf("reply.go has %d notices", count)
	}
	seen := map[string]room.What{}
	for what := room.NowAway; int(what) <= count+1; what++ {
		notice := room.Notice{What: what, Name: "bob", Text: "192.0.2.1"}
		fr, en := french().Reply(notice, now), english().Reply(notice, now)
		for _, got := range []string{fr, en} {
			if other, ok := seen[got]; ok || !strings.HasPrefix(got, "14:06 * ") || len(got) < 15 || strings.Contains(got, "%!") {
				t.Errorf("notice %d (and %d) is %q", what, other, got)
			}
			seen[got] = what
		}
	}
	for notice, want := range map[room.Notice]string{
		{What: room.RecipientAway, Name: "bob", Text: "à table"}:                         "14:06 * bob a signalé son absence : à table",
		{What: room.RecipientAway, Name: "bob"}:                                          "14:06 * bob a signalé son absence",
		{What: room.NowIgnored, Name: "bob"}:                                             "14:06 * Vous ne verrez plus ce que dit bob. « /entendre bob » pour le relire.",
		{What: room.BanHint, Name: "bob", Text: "SHA256:k"}:                              "14:06 * bob peut revenir sous un autre pseudo ; pour l'empêcher : /ban SHA256:k",
		{What: room.BanNetwork, Text: "2001:db8::1"}:                                     "14:06 * Le bannissement de 2001:db8::1 vaut pour tout son réseau, un /64 : un même client l'a en entier. Pour cette seule adresse : /ban 2001:db8::1/128",
		{What: room.NowTheme, Text: state.ThemeDark.String(), Choices: command("theme")}: "14:06 * Couleurs pour un fond sombre. Pour changer : /theme auto|clair|sombre|mono",
		{What: room.NowZone, Choices: command("zone")}:                                   "14:06 * Fuseau horaire : celui du serveur. Pour changer : /fuseau Europe/Paris",
		{What: room.NowTheme, Text: state.ThemeAuto.String()}:                            "14:06 * Couleurs selon votre terminal.",
		{What: room.NowTheme, Text: state.ThemeLight.String()}:                           "14:06 * Couleurs pour un fond clair.",
		{What: room.NowTheme, Text: state.ThemeDark.String()}:                            "14:06 * Couleurs pour un fond sombre.",
		{What: room.NowTheme, Text: state.ThemeMono.String()}:                            "14:06 * Couleurs désactivées.",
		{What: room.NowBell, Text: state.BellMentions.String()}:                          "14:06 * La cloche sonne pour les mentions et les messages privés.",
		{What: room.NowBell, Text: state.BellNone.String()}:                              "14:06 * Cloche désactivée.",
		{What: room.NowBell, Text: state.BellAll.String()}:                               "14:06 * La cloche sonne à chaque message.",
		{What: room.NowText}: "14:06 * Mode texte : tout s'ajoute à la suite. « /texte » revient au plein écran.",
	} {
		if got := french().Reply(notice, now); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got, want := french().Reply(room.Notice{What: room.NowPassSet, Name: "bob"}, now), "14:06 * Le pseudo bob est à vous : seule votre phrase de passe permet de le prendre. « /desinscrire » le libère."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	console := french()
	console.Console = true
	if got, want := french().Reply(room.Notice{What: room.NowReloaded, Count: 2}, now), "14:06 * Fichiers relus. Sessions fermées, faute d'accès : 2."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := console.Reply(room.Notice{What: room.BanHint, Name: "bob", Text: "192.0.2.1"}, now); !strings.HasSuffix(got, " : ban 192.0.2.1") {
		t.Errorf("the console is told %q", got)
	}
}

// TestATurnIsForAScreenAndHasNoWords: line mode shows nothing, not even a line.
func TestATurnIsForAScreenAndHasNoWords(t *testing.T) {
	turn := room.Turn{To: room.TurnUp}
	if got := french().Reply(turn, now); got != "" {
		t.Errorf("it is written as %q", got)
	}
	if got, want := string(french().JSON(room.Item{Reply: turn}, now)), `{"type":"reply","time":"2026-11-22T14:06:00Z"}`; got != want {
		t.Errorf("it is %s, want %s", got, want)
	}
}

// TestEveryReplyHasWords fails for a new reply until it has an example, but for
// what has none.
func TestEveryReplyHasWords(t *testing.T) {
	examples := []room.Reply{
		room.Welcome{Pseudo: "ann"}, room.People{}, room.Profile{}, room.Help{Commands: room.Commands()}, room.TopicIs{}, room.Bans{},
		room.Accounts{}, room.Ignoring{}, room.Past{}, room.Stats{}, room.Skipped{}, room.Failure{Err: state.ErrBusy}, room.Notice{What: room.NowBack},
		room.Entered{Name: "#dev"}, room.RoomList{}, room.Elsewhere{Event: new(message("bob", "x"))}, room.Done{Event: new(message("bob", "x"))},
	}
	have := map[string]bool{"room.Turn": true}
	for _, r := range examples {
		have[fmt.Sprintf("%T", r)] = true
		for _, v := range []lang.View{french(), english()} {
			if v.Reply(r, now) == "" {
				t.Errorf("%T is written as nothing", r)
			}
		}
	}
	for _, kind := range regexp.MustCompile(`(?m)^func \((\w+)\) reply\(\)`).FindAllStringSubmatch(source(t, "reply.go"), -1) {
		if !have["room."+kind[1]] {
			t.Errorf("no example of %s", kind[1])
		}
	}
}

// TestLinesBreakBesideNoFrenchPunctuation: a quotation mark alone at the end of a line, or a
// colon at the beginning of one, looks like a fault.
func TestLinesBreakBesideNoFrenchPunctuation(t *testing.T) {
	for _, c := range room.Commands() {
		help := lang.View{Lang: state.French, Screen: true, Operator: true}.Reply(room.Help{One: c}, at)
		for line := range strings.Lines(help) {
			if words := strings.Trim(line, "* \n"); strings.HasSuffix(words, "«") || strings.Trim(words[:1], ":;?!") == "" || strings.HasPrefix(words, "»") {
				t.Errorf("%s: %q", c.Name, line)
			}
		}
	}
}
