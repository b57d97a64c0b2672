package rows

import (
	"strings"
	"testing"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

func TestRepliesOfOneLineStandAmongTheEvents(t *testing.T) {
	for _, test := range []struct {
		reply      room.Reply
		wide, thin string
	}{
		{room.Skipped{Count: 12}, "              ·   ... messages sautés : 12\n", "· ... messages sautés : 12\n"},
		{room.Failure{Err: room.ErrEmpty}, "              ✗   Rien à dire ? Tapez un message, ou /aide.\n", "✗ Rien à dire ? Tapez un\n  message, ou /aide.\n"},
		{room.TopicIs{}, "              ·   Pas de sujet pour l'instant.\n", "· Pas de sujet pour l'instant.\n"},
		{room.Ignoring{Names: []text.Pseudo{"ann", "bob"}}, "              ·   Vous ignorez : ann, bob\n", "· Vous ignorez : ann, bob\n"},
		{room.Done{Event: &state.Event{Time: at, Body: state.SlowSet{Room: 9, In: "#dev"}}}, "              ·   #dev · Fin du mode lent\n", "· #dev · Fin du mode lent\n"},
		{room.Done{Event: &state.Event{Time: at, Body: state.Said{From: "ann", Text: "salut"}}}, " 14:05      ann │ #salon salut\n", "ann: #salon salut\n"},
		{room.Bans{}, "              ·   Aucun bannissement, aucun silence imposé.\n", "· Aucun bannissement, aucun\n  silence imposé.\n"},
	} {
		for width, want := range map[int]string{80: test.wide, 30: test.thin} {
			f := class(width).Reply(test.reply, me("ann"), at)
			wantSound(t, class(width), f)
			if got := shown(f); got != want {
				t.Errorf("%#v at %d columns:\n%s\nwant\n%s", test.reply, width, got, want)
			}
		}
	}
}

func TestAFailureIsWrong(t *testing.T) {
	c := class(80)
	c.Palette = Basic
	row := strings.TrimPrefix(string(c.Reply(room.Failure{Err: room.ErrEmpty}, me("ann"), at).Bytes), eol)
	if !strings.Contains(row, c.Palette.Paint(Wrong, "✗")) {
		t.Errorf("a failure is shown as %q", row)
	}
}

func TestAWelcomeLeavesTheLastMessagesToTheScreen(t *testing.T) {
	w := room.Welcome{Pseudo: "ann", Names: []text.Pseudo{"ann", "bob"}, Present: 2, Last: []state.Event{{Time: at, Body: state.Said{From: "bob", Text: "déjà dit"}}}}
	got := shown(class(80).Reply(w, me("ann"), at))
	if strings.Contains(got, "déjà dit") || strings.Contains(got, "Derniers messages") {
		t.Errorf("the welcome holds the last messages:\n%s", got)
	}
	for _, want := range []string{" Bienvenue, ann !", "/aide", " 2 en ligne : ann, bob\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("the welcome lacks %q:\n%s", want, got)
		}
	}
	if len(w.Last) != 1 {
		t.Error("the welcome was changed")
	}
}

func TestBlocksHang(t *testing.T) {
	for _, test := range []struct {
		width      int
		text, want string
	}{
		{40, "* deux présents :\n*   ann  depuis 14:05\n*   bob  depuis 14:05  absent depuis 14:05", " deux présents :\n   ann  depuis 14:05\n   bob  depuis 14:05  absent depuis\n     14:05\n"},
		{40, "*   /r texte      répondre au dernier message", "   /r texte      répondre au dernier\n                 message\n"},
		{30, "*   /r texte      répondre au dernier message", "   /r texte\n     répondre au dernier\n     message\n"},
		{30, "*               répondre au dernier message", "     répondre au dernier\n       message\n"},
		{60, "*               répondre au dernier message", "               répondre au dernier message\n"},
		{40, "14:05 bob: x\n14:05 * y", " 14:05 bob: x\n 14:05 * y\n"},
	} {
		p := class(test.width).page()
		p.block(test.text)
		if got := shown(p.finish(&Fragment{})); got != test.want {
			t.Errorf("at %d columns\n%s\nis\n%s\nwant\n%s", test.width, test.text, got, test.want)
		}
	}
}

func TestEveryReplyFits(t *testing.T) {
	said := []state.Event{*minute(2, state.Said{From: "bob", Text: "un\n\ndeux 田中 שלום"}), *minute(3, state.Walled{Text: "x"})}
	who := room.Person{Pseudo: "bob", Since: at, Operator: true, Away: &state.Away{Since: at, Text: "שלום"}, Fronts: []string{"ssh"}}
	for _, r := range []room.Reply{
		room.Welcome{Pseudo: "ann"}, room.People{Members: []room.Person{who, who}}, room.Profile{Person: who}, room.Profile{Person: who, Own: &room.Own{Keys: []string{"SHA256:k"}}}, room.Accounts{Pseudos: []text.Pseudo{"bob", "דוד"}, More: 3}, room.Help{Commands: room.Commands()},
		room.TopicIs{}, room.Bans{Mutes: []state.Mute{{Pseudo: "bob"}, {Pseudo: "דוד"}}}, room.Ignoring{}, room.Past{Events: said}, room.Past{Search: "x", Events: said},
		room.Stats{}, room.Skipped{Count: 3}, room.Failure{Err: room.ErrNobody}, room.Notice{What: room.NowAway},
	} {
		for width := range 130 {
			for _, l := range lang.All() {
				c := class(width + 1)
				c.Lang, c.Links = l, true
				f := c.Reply(r, me("ann"), at)
				wantSound(t, c, f)
				if f.Event != nil || f.Rows == 0 {
					t.Errorf("%T has %d rows", r, f.Rows)
				}
			}
		}
	}
}

func TestRowsAreWalkedWithoutAllocating(t *testing.T) {
	f := class(20).Event(minute(1, state.Said{From: "ann", Text: strings.Repeat("bonjour ", 50)}), me(""), 0)
	n := 0
	if allocs := testing.AllocsPerRun(10, func() {
		for _, row := range f.All() {
			n += len(row)
		}
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
	var all []string
	for _, row := range f.All() {
		all = append(all, string(row))
	}
	if got := eol + strings.Join(all, eol); got != string(f.Bytes) {
		t.Errorf("the rows are %q, the bytes %q", got, f.Bytes)
	}
	for i := range f.All() {
		if i == 1 {
			break
		}
	}
}
