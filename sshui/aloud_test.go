package sshui

import (
	"context"
	"strings"
	"testing"

	"salon/room"
	"salon/room/state"
)

// aloud is a step of a conversation that somebody has read to them: who types what, and
// what ann is told then, in words. Everybody but ann and the console is elsewhere.
type aloud struct {
	who, line string
	told      []string
}

// toldTarget are steps that a terminal which can show a screen has more: there lines go to
// whom one chooses, until one chooses again.
var toldTarget = map[state.Lang][]aloud{
	state.French: {
		{"ann", "@personne", []string{"x Personne ne s'appelle « personne »", "* Vos lignes vont à tous."}},
		{"ann", "@bob", []string{"* Vos lignes vont à bob, en privé. « @tous » pour reparler à tous."}},
		{"ann", "en secret", []string{"[privé] moi -> bob: en secret"}},
		{"ann", "/me rit", []string{"x « /me » s'adresse à tous, et vous écrivez en privé. « @tous » pour reparler à tous."}},
		{"ann", "@encore", []string{"x Personne ne s'appelle « encore »", "* Vos lignes vont à bob, en privé."}},
		{"ann", "/texte\r/texte", []string{"* Mode texte : tout s'ajoute à la suite.", "* Vos lignes vont à bob, en privé."}},
		{"ann", "@anm\rtrop vite", []string{"x Rien n'est parti : le choix du destinataire, juste avant, est refusé. Flèche haut : reprendre la ligne."}},
		{"ann", "@tous", []string{"* Vos lignes vont à tous."}},
		{"ann", "/theme", []string{"* Couleurs selon votre terminal. Pour changer : /theme auto|clair|sombre|mono"}},
	},
	state.English: {
		{"ann", "@nobody", []string{"x Nobody is called \"nobody\"", "* Your lines go to everyone."}},
		{"ann", "@bob", []string{"* Your lines go to bob in private. \"@all\" talks to everyone again."}},
		{"ann", "in secret", []string{"[private] me -> bob: in secret"}},
		{"ann", "/me laughs", []string{"x \"/me\" is for everyone, and you are writing in private."}},
		{"ann", "@again", []string{"x Nobody is called \"again\"", "* Your lines go to bob in private."}},
		{"ann", "/plain\r/plain", []string{"* Text mode", "* Your lines go to bob in private."}},
		{"ann", "@anm\rtoo fast", []string{"x Nothing was sent: choosing whom to write to, just before, was refused. Up recalls the line."}},
		{"ann", "@all", []string{"* Your lines go to everyone."}},
		{"ann", "/theme", []string{"* Colours", "To change it: /theme auto|light|dark|mono"}},
	},
}

// toldAll are the steps of every terminal that is read aloud.
var toldAll = map[state.Lang][]aloud{
	state.French: {
		{"ann", "@bob bonjour", []string{"[privé] moi -> bob: bonjour"}},
		{"ann", "@bob,cléo à deux", []string{"[privé] moi -> bob, cléo: à deux"}},
		{"bob", "@ann,cléo à vous", []string{"[privé] bob -> moi, cléo: à vous"}},
		{"ann", "/r à vous aussi", []string{"[privé] moi -> bob, cléo: à vous aussi"}},
		{"ann", "/mp anm salut", []string{"x Personne ne s'appelle « anm ». Vouliez-vous dire @ann ?", "* Flèche haut : reprendre la ligne refusée."}},
		{"ann", "/theme/theme sombre", []string{"x Une seule commande par ligne : rien n'a été fait."}},
		{"ann", "/inscrire/inscrire abracadabra", []string{"x Rien n'a été envoyé : « /inscrire phrase » se tape seul, au début d'une ligne."}},
		{"ann", "@bob /inscrire abracadabra", []string{"x Rien n'a été envoyé : « /inscrire phrase » se tape seul, au début d'une ligne."}},
		{"ann", "/aide inscrire", []string{"/inscrire [phrase de passe]", "Exemple :", "« /inscrire »", "aussi : /inscrire, /register"}},
		{"ann", "/aide", []string{"* Voici ce que vous pouvez taper :", "en dit plus"}},
		{"bob", "ann: sans arobase", []string{"bob: ann: sans arobase"}},
		{"bob", "et @ann avec", []string{"bob: et @ann avec"}},
		{"bob", "un `bout` de **code**", []string{"bob: un `bout` de **code**"}},
		{"bob", "une ligne\nune autre", []string{"bob: une ligne\r\n", "bob: une autre\r\n"}},
		{"bob", "/me rit", []string{"~ bob rit"}},
		{"bob", "/absent à table", nil},
		{"console", "wall attention", []string{"*** Annonce : attention"}},
		{"ann", "/liste", []string{"* 3 en ligne :", "bob   depuis", "absence depuis", ": à table"}},
		{"ann", "@bob là ?", []string{"* bob a signalé son absence : à table"}},
		{"ann", "/chercher arobase", []string{"* Résultats (1) pour « arobase » :", "bob: ann: sans arobase"}},
		{"ann", "/historique 2", []string{"* Derniers messages :", "~ bob rit", "* Les précédents : /suite"}},
		{"paul", "salut", []string{"* paul arrive"}},
		{"léa", "salut", []string{"* léa arrive"}},
		{"paul", "/quitter", []string{"* paul s'en va"}},
		{"léa", "/quitter à demain", []string{"* léa s'en va : à demain"}},
		{"console", "slow 30", []string{"* Mode lent : un message toutes les 30 s par personne"}},
		{"ann", "un\rdeux", []string{"ann: un\r\n", "x Mode lent : prochain message dans"}},
		{"console", "slow 0", []string{"* Fin du mode lent"}},
	},
	state.English: {
		{"ann", "@bob hello", []string{"[private] me -> bob: hello"}},
		{"ann", "@bob,cléo to two", []string{"[private] me -> bob, cléo: to two"}},
		{"bob", "@ann,cléo to you", []string{"[private] bob -> me, cléo: to you"}},
		{"ann", "/r to you too", []string{"[private] me -> bob, cléo: to you too"}},
		{"ann", "/msg anm hi", []string{"x Nobody is called \"anm\". Did you mean @ann?", "* Up recalls the line that was refused."}},
		{"ann", "/theme/theme dark", []string{"x Only one command per line: nothing was done."}},
		{"ann", "/register/register abracadabra", []string{"x Nothing was sent"}},
		{"ann", "@bob /register abracadabra", []string{"x Nothing was sent"}},
		{"ann", "/help register", []string{"/register [pass phrase]", "also: "}},
		{"ann", "/help", []string{"* Here is what you can type:", "says more"}},
		{"bob", "ann: without", []string{"bob: ann: without"}},
		{"bob", "and @ann with", []string{"bob: and @ann with"}},
		{"bob", "a `piece` of **code**", []string{"bob: a `piece` of **code**"}},
		{"bob", "one line\nanother", []string{"bob: one line\r\n", "bob: another\r\n"}},
		{"bob", "/me laughs", []string{"~ bob laughs"}},
		{"bob", "/away lunch", nil},
		{"console", "wall attention", []string{"*** Announcement: attention"}},
		{"ann", "/who", []string{"* 3 online:", "bob   since", "away since", ": lunch"}},
		{"ann", "@bob there?", []string{"* bob is away: lunch"}},
		{"ann", "/search without", []string{"* Results (1) for \"without\":", "bob: ann: without"}},
		{"ann", "/history 2", []string{"~ bob laughs", "/more"}},
		{"paul", "hi", []string{"* paul joined"}},
		{"léa", "hi", []string{"* léa joined"}},
		{"paul", "/quit", []string{"* paul left"}},
		{"léa", "/quit until tomorrow", []string{"* léa left: until tomorrow"}},
		{"console", "slow 30", []string{"* Slow mode: one message per person every 30 s"}},
		{"ann", "one\rtwo", []string{"ann: one\r\n", "x Slow mode"}},
		{"console", "slow 0", []string{"* Slow mode is off"}},
	},
}

// TestWhatAScreenShowsIsSaidInWords: whoever has the terminal read to them is told in
// words what others see by where it stands, by colours and by signs, and nothing but words
// is sent to their terminal.
func TestWhatAScreenShowsIsSaidInWords(t *testing.T) {
	for locale, l := range map[string]state.Lang{"fr_FR.UTF-8": state.French, "en_GB.UTF-8": state.English} {
		for _, term := range []string{"dumb", "xterm-256color", "vt100"} {
			t.Run(term+" "+locale, func(t *testing.T) {
				inBubble(t, room.Config{}, func(ch *channel) {
					ch.term, ch.env = term, map[string]string{"LANG": locale}
				}, func(b *bubble) { b.readsAloud(l) })
			})
		}
	}
}

func (b *bubble) readsAloud(l state.Lang) {
	b.says("bob", "/absent")
	b.says("bob", "/retour")
	b.says("cléo", "/retour")
	b.calm()
	from := 0
	if b.ch.term != "dumb" {
		b.send("/texte\r")
		b.calm()
		from = strings.LastIndexByte(b.shown(), '\x1b')
		from += strings.IndexByte(b.shown()[from:], 'h') + 1
	}
	console := b.room.Watch(room.Prefs{})
	defer console.Close(state.Ending{Cause: state.Quit})
	b.reads(console, toldAll[l])
	if b.ch.term == "dumb" {
		b.onlyWords(from)
		return
	}
	for _, step := range toldTarget[l] {
		if there, back, ok := strings.Cut(step.line, "\r"); ok && step.line[0] == '/' { // by way of the screen
			b.onlyWords(from)
			b.send(there + "\r")
			b.calm()
			b.reads(console, []aloud{{step.who, back, step.told}})
			from = strings.LastIndexByte(b.shown(), '\x1b')
			from += strings.IndexByte(b.shown()[from:], 'h') + 1
			continue
		}
		b.reads(console, []aloud{step})
	}
	b.onlyWords(from)
}

// reads does steps of a conversation, and checks what ann is told at each.
func (b *bubble) reads(console *room.Session, steps []aloud) {
	b.t.Helper()
	for _, step := range steps {
		before := len(b.shown())
		switch step.who {
		case "ann":
			b.send(step.line + "\r")
		case "console":
			if _, err := console.Do(context.Background(), step.line); err != nil {
				b.t.Errorf("%s: %v", step.line, err)
			}
		default:
			b.says(step.who, step.line)
		}
		b.calm()
		told := unwrapped(b.shown()[before:])
		for _, want := range step.told {
			if !strings.Contains(told, want) {
				b.t.Errorf("%s: %s: %q is not in\n%s", step.who, step.line, want, told)
			}
		}
	}
}

// onlyWords checks that since then the terminal was sent nothing but lines of words, and no
// pass phrase.
func (b *bubble) onlyWords(from int) {
	b.t.Helper()
	shown := b.shown()[from:]
	for at, r := range strings.ReplaceAll(shown, "\r\n", "") {
		if r < ' ' || 0x7F <= r && r < 0xA0 {
			b.t.Errorf("%q was sent, byte %d of\n%q", r, at, shown)
		}
	}
	if strings.Contains(shown, "abracadabra") {
		b.t.Errorf("the pass phrase is in\n%s", shown)
	}
}
