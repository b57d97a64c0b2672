//go:build unix

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"salon/room"
)

// trial is how a command is used. In what is typed after it, {mot} is a word that everybody is to see, {prive} one for
// zoé alone, {peut} one that others may see, {nom} a new pseudo, {phrase} a pass phrase, {leurre} a word that nobody is
// to see; {moi}, {muet}, {victime}, {libre} and {reseau} are the front's own.
type trial struct {
	right    []string // each is right for whoever may use the command, in this order
	any      bool     // whatever stands there is right, as the first of those
	operator bool     // with something after it, it is for operators
	alone    bool     // meanwhile, nothing else is typed on any front
	ends     bool     // ends the session
	covers   bool     // on a screen, it covers the line being typed until a key is pressed
	keep     string   // what the fronts that live by it switch on again after it
	streams  bool     // as a session of its own, it goes on until it is killed
}

// trials has a row for each command of the room.
var trials = map[string]trial{
	"say":  {}, // a line without a command: see phrases
	"tell": {right: []string{"zoé {prive}"}, any: true}, "reply": {right: []string{"{prive}"}, any: true},
	"me": {right: []string{"{mot}"}, any: true}, "nick": {right: []string{"{nom}", "{moi}"}, any: true},
	"away": {right: []string{"{peut}"}, any: true}, "back": {right: []string{""}},
	"quit": {right: []string{"{mot}"}, ends: true},

	"list": {right: []string{""}}, "info": {right: []string{"{muet}"}}, "topic": {right: []string{"{mot}"}, any: true, operator: true},
	"history": {right: []string{"3"}}, "search": {right: []string{"{leurre}"}}, "more": {right: []string{""}}, "help": {right: []string{"list"}},
	"join": {right: []string{"#salon"}}, "rooms": {right: []string{""}}, "leave": {right: []string{"#salon"}},
	"invite": {right: []string{"{muet}"}}, "private": {right: []string{"on"}}, "moderator": {right: []string{"{muet}"}}, "close": {right: []string{"#salon"}},
	"delete": {right: []string{"1"}}, "forget": {right: []string{"me"}},
	"ignore": {right: []string{"{muet}", ""}}, "unignore": {right: []string{"{muet}"}},
	"lang": {right: []string{"en", "fr"}}, "clock": {right: []string{"12", "24"}}, "zone": {right: []string{"Europe/Paris"}}, "json": {right: []string{"on", "off"}, streams: true, keep: "json"},
	"register": {right: []string{"{phrase}"}}, "unregister": {right: []string{""}},

	"theme": {right: []string{"dark", "auto"}}, "bell": {right: []string{"off", "mention"}}, "mouse": {right: []string{"on", "off"}}, "plain": {right: []string{"on", "off"}, keep: "texte"},
	"go": {right: []string{"up", "bottom"}}, "bare": {right: []string{""}, covers: true}, "redraw": {right: []string{""}}, "keys": {right: []string{""}},

	"wall": {right: []string{"{mot}"}, any: true}, "kick": {right: []string{"{victime} {mot}"}},
	"ban": {right: []string{"{reseau} 1m {peut}"}, any: true}, "unban": {right: []string{"{reseau}"}}, "bans": {right: []string{""}},
	"mute": {right: []string{"{muet} 10m"}}, "unmute": {right: []string{"{muet}"}}, "free": {right: []string{""}},
	"slow": {right: []string{"0"}}, "stats": {right: []string{""}}, "reload": {right: []string{""}},
	"shutdown": {right: []string{"3600 {mot}", "cancel"}, alone: true},
}

// secretWord calls the command that is given a pass phrase.
const secretWord = "inscrire"

// What no front types: the tests of them look for it in all that there is.
const (
	decoy  = "leurre"
	secret = "sesame" // what each pass phrase begins with: an index may hold their words alone
)

// TestNothingTypedReachesAnybodyButWhatWasMeant types every command wrongly, then rightly, on every front: neither the
// others, nor the history, the logs and the disk get anything of what was refused, nor ever a pass phrase.
func TestNothingTypedReachesAnybodyButWhatWasMeant(t *testing.T) {
	for _, c := range room.Commands() {
		if _, ok := trials[c.Name]; !ok {
			t.Errorf("no row of trials says how %q is used", c.Name)
		}
	}
	l := newLeaks(t)
	begun := time.Now()
	fronts := l.fronts()
	l.atOnce(fronts, (*typist).tryPhrases)
	l.tryRefused(fronts)
	l.atOnce(fronts, func(f *typist) {
		f.tryAll()
		f.done()
		t.Logf("%s: %v", f.front, time.Since(begun).Round(time.Millisecond))
	})
	l.awaitMeant()
	l.mayEnd()
	t.Logf("%d lines typed in %v", l.typed.Load(), time.Since(begun).Round(time.Millisecond))
	l.checkHeard()
	l.checkOwn()
	l.checkSearch()
	l.checkFiles("while the server runs")
	l.checkExport("while the server runs")
	l.stop()
	l.checkFiles("after it")
	l.checkExport("after it")
}

// typist is somebody at a front.
type typist struct {
	*leaks
	pseudo, front string
	slash         string // before each command
	operator      bool
	screen        bool
	single        bool // each line is a session of its own
	english       bool // which words are typed
	brief         bool // each wrong form once: what a line means is the same on every front

	ear   *ear              // hears what the front shows
	enter func(line string) // types a line and Enter
	cover func(line string) // types one that covers the line being typed, and ends that; nil where nothing does
	done  func()            // waits for the end

	n    int  // words so far
	lost bool // it is not heard any more: a failure
}

// atOnce has all type something at the same time.
func (l *leaks) atOnce(fronts []*typist, try func(*typist)) {
	var typing sync.WaitGroup
	for _, f := range fronts {
		typing.Go(func() { try(f) })
	}
	typing.Wait()
}

// tryAll types everything; last what ends the session.
func (f *typist) tryAll() {
	var last []*room.Command
	for _, c := range room.Commands() {
		switch tr := trials[c.Name]; {
		case c.Name == "say":
		case tr.ends:
			last = append(last, c)
		default:
			f.try(c, tr)
		}
	}
	for _, c := range last {
		f.try(c, trials[c.Name])
	}
}

// tryPhrases types what is said without a command, wrongly and rightly.
func (f *typist) tryPhrases() {
	if f.slash == "" {
		return // the console says nothing
	}
	for _, line := range []string{
		"@personne-ici {leurre}", "@zoé,personne-ici {leurre}", "/{leurre}",
		"@tous /inscrire {phrase}", "@zoé /inscrire {phrase}", "@zoé,{muet} /register {phrase}", "//inscrire/inscrire {phrase}",
		"{leurre}/inscrire {phrase}", "bonjour/REGISTER {phrase}", "/inscrire{leurre} {phrase}",
	} {
		f.line(f.fill(line, false))
	}
	for _, line := range []string{"{mot}", "@tous {mot}", "   @all   {mot}", "@zoé {prive}"} {
		f.line(f.fill(line, true))
	}
	f.catchUp("")
}

// tryRefused types what is right, but refused to members in slow mode, and while they are muted.
func (l *leaks) tryRefused(fronts []*typist) {
	members := slices.DeleteFunc(slices.Clone(fronts), func(f *typist) bool { return f.operator })
	l.order("slow 3600")
	l.atOnce(members, (*typist).speakInVain)
	l.order("slow 0")
	for _, f := range members {
		l.order("mute " + f.pseudo)
	}
	l.atOnce(members, (*typist).speakInVain)
	for _, f := range members {
		l.order("unmute " + f.pseudo)
	}
}

// speakInVain says what is refused, and waits until it has been: whoever may not speak may still ask for the topic.
func (f *typist) speakInVain() {
	for _, form := range []string{"{leurre}", "@tous {leurre}", "/me {leurre}", "//{leurre}", `\@{leurre}`, "@zoé {leurre}", "/msg zoé {leurre}", "/r {leurre}"} {
		f.line(f.fill(form, false))
	}
	f.lineHeard("/topic", f.ear, "Pas de sujet")
}

// try types one command, and then waits until all of it has been done.
func (f *typist) try(c *room.Command, tr trial) {
	if tr.alone {
		f.turn.Lock()
		defer f.turn.Unlock()
	} else {
		f.turn.RLock()
		defer f.turn.RUnlock()
	}
	word := c.Words()[0]
	if f.english {
		word = c.EN[0]
	}
	f.tryGlued(c, word)
	if f.single && (tr.streams || c.Name == "reply") { // whom it answers is forgotten with a session, soon
		return
	}
	if !tr.ends {
		f.trySpelled(c, tr, word)
	}
	for _, args := range tr.right {
		f.use(c, tr, strings.TrimSpace(f.slash+word+" "+f.args(c, tr, args)))
	}
	if tr.keep == f.front {
		f.line(f.slash + word + " on")
	}
	if !tr.ends {
		f.catchUp(word)
	}
}

// tryGlued types what is wrong with every command: a command after a command, or a pass phrase.
func (f *typist) tryGlued(c *room.Command, word string) {
	s, up := f.slash, strings.ToUpper(word)
	forms := []string{s + word + "/" + word + " {leurre}", s + word + " /" + secretWord + " {phrase}", s + secretWord + "/" + word + " {phrase}"}
	if !f.brief {
		for _, w := range c.Words()[1:] {
			forms = append(forms, s+w+"/"+w+" {leurre}")
		}
		forms = append(forms, s+word+"//"+word+" {leurre}", s+up+"/"+up+" {leurre}", "   "+s+word+"/"+word+" {leurre}",
			"/"+s+word+"/"+word+" {leurre}", s+word+"/"+secretWord+" {phrase}")
	}
	for _, form := range forms {
		f.line(f.fill(form, false))
	}
}

// trySpelled types a command with nonsense and in other spellings, which are right where any words are, and alone.
func (f *typist) trySpelled(c *room.Command, tr trial, word string) {
	args := []string{"{leurre} {leurre}", "{leurre}"}
	if tr.any {
		args = tr.right[:1]
	}
	forms := []string{"  " + f.slash + word}
	if !f.brief {
		forms = append(forms, "/"+f.slash+word, f.slash+strings.ToUpper(word))
	}
	for i, form := range forms {
		f.use(c, tr, form+" "+f.args(c, tr, args[i%len(args)]))
	}
	if len(args) > 1 {
		f.use(c, tr, f.slash+word+" "+f.args(c, tr, args[1]))
	}
	if near := f.slash + word + "x"; !f.known(near) {
		f.line(f.fill(near+" {leurre}", false))
	}
	f.use(c, tr, f.slash+word)
}

// catchUp says a word, with a command in it, which is no use of it, and waits until all have heard it: then what was
// typed before has been done.
func (f *typist) catchUp(command string) {
	form := "{mot} /" + command
	switch {
	case f.single: // each line is done before the next
		return
	case f.slash == "":
		form = "wall {mot}"
	case command == "" || command == secretWord || command == "register": // with a pass phrase it would be refused
		form = "{mot}"
	}
	line := f.fill(form, true)
	word, _, _ := strings.Cut(strings.TrimPrefix(line, "wall "), " ")
	if f.screen && room.Moves("/"+command) {
		f.lineAfterMove(line, f.observers[0], word)
		return
	}
	f.lineHeard(line, f.observers[0], word)
}

// lineHeard types a line and waits until somebody has heard what comes of it.
func (f *typist) lineHeard(line string, by *ear, answer string) {
	from := by.len()
	f.line(line)
	f.isHeard(line, by, answer, from)
}

// lineAfterMove is lineHeard on a screen where a command that goes to another room was refused just
// before: if the line was typed meanwhile, the screen asks for Enter again.
func (f *typist) lineAfterMove(line string, by *ear, answer string) {
	from, own := by.len(), f.ear.len()
	f.line(line)
	for late := time.Now().Add(patience); !f.lost && time.Now().Before(late) && !by.heard(answer, from); time.Sleep(glance) {
		if f.ear.heard("Entrée encore", own) || f.ear.heard("Enter again", own) {
			f.enter("")
			break
		}
	}
	f.isHeard(line, by, answer, from)
}

// isHeard waits until somebody has heard what comes of a line.
func (f *typist) isHeard(line string, by *ear, answer string, from int) {
	if !f.lost && !by.hears(answer, from) {
		f.Errorf("%s: %s never hears %q, after %q", f.front, by.name, answer, line)
		if f.screen {
			f.Logf("it is shown at last %q", lastOf(f.ear.String(), 2000))
		}
		f.lost = true // the rest would wait as long
	}
}

// use types a command in a way that may be right.
func (f *typist) use(c *room.Command, tr trial, line string) {
	if tr.covers && f.cover != nil && !f.lost {
		f.leaks.typed.Add(1)
		f.cover(line)
		return
	}
	f.line(line)
}

// args fills in what stands after a command: where this front may not use it, nobody is to see any of it.
func (f *typist) args(c *room.Command, tr trial, args string) string {
	may := c.Need.Met(room.Asker{Member: f.slash != "", Operator: f.operator, Screen: f.screen}) && (!tr.operator || f.operator)
	if f.single && tr.ends { // one command comes and goes unseen
		args = strings.ReplaceAll(args, "{mot}", "{peut}")
	}
	return f.fill(args, may)
}

// known reports whether a line begins with a command.
func (f *typist) known(line string) bool {
	c, _ := room.Calls("/" + strings.TrimLeft(line, "/"))
	return c != nil
}

// fill puts words into a form; where it is not right, those that nobody is to see.
func (f *typist) fill(form string, right bool) string {
	for name, kind := range map[string]*words{"{mot}": &f.said, "{prive}": &f.whispered, "{peut}": &f.allowed, "{nom}": &f.allowed} {
		for strings.Contains(form, name) {
			if !right {
				form = strings.Replace(form, name, "{leurre}", 1)
				continue
			}
			f.n++
			word := fmt.Sprintf("m%d%s", f.n, f.front)
			form = strings.Replace(form, name, word, 1)
			kind.add(word)
			f.lines.Store(word, form)
		}
	}
	for strings.Contains(form, "{leurre}") {
		f.n++
		form = strings.Replace(form, "{leurre}", fmt.Sprintf("%s%d%s", decoy, f.n, f.front), 1)
	}
	f.n++
	return strings.NewReplacer("{phrase}", fmt.Sprintf("%s-ouvre-%d-%s", secret, f.n, f.front), "{moi}", f.pseudo,
		"{muet}", "muet-"+f.front, "{victime}", "victime-"+f.front, "{reseau}", fmt.Sprintf("192.0.2.%d/32", f.front[0])).Replace(form)
}

// line types a line.
func (f *typist) line(line string) {
	if !f.lost {
		f.leaks.typed.Add(1)
		f.enter(line)
	}
}

// awaitMeant waits until everybody has heard what was meant for them.
func (l *leaks) awaitMeant() {
	l.Helper()
	for _, e := range l.observers {
		l.awaitWords(e, &l.said)
	}
	l.awaitWords(l.zoé, &l.whispered)
}

func (l *leaks) awaitWords(e *ear, meant *words) {
	for _, word := range meant.all() {
		if !e.hears(word, 0) {
			line, _ := l.lines.Load(word)
			l.Errorf("%s never hears %q, which was meant for it: %q", e.name, word, line)
			return // the others would take as long
		}
	}
}

// allMeant are the words that others may be shown.
func (l *leaks) allMeant() map[string]bool {
	all := map[string]bool{}
	for _, w := range slices.Concat(l.said.all(), l.allowed.all()) {
		all[w] = true
	}
	maps.DeleteFunc(all, func(w string, _ bool) bool { return w == "" })
	return all
}
