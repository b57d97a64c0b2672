//go:build unix

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
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
	eats     bool     // the screen takes the next key
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
	"ignore": {right: []string{"{muet}", ""}}, "unignore": {right: []string{"{muet}"}},
	"lang": {right: []string{"en", "fr"}}, "clock": {right: []string{"12", "24"}}, "zone": {right: []string{"Europe/Paris"}}, "json": {right: []string{"on", "off"}, streams: true},
	"register": {right: []string{"{phrase}"}}, "unregister": {right: []string{""}},

	"theme": {right: []string{"dark", "auto"}}, "bell": {right: []string{"off", "mention"}}, "mouse": {right: []string{"on", "off"}}, "plain": {right: []string{"on", "off"}},
	"go": {right: []string{"up", "bottom"}}, "bare": {right: []string{""}, eats: true}, "redraw": {right: []string{""}}, "keys": {right: []string{""}},

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
	secret = "sesame-ouvre"
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
	for _, f := range l.fronts() {
		l.typing.Go(func() {
			f.tryAll()
			f.done()
			t.Logf("%s: %v", f.front, time.Since(begun).Round(time.Millisecond))
		})
	}
	l.typing.Wait()
	l.awaitMeant()
	l.mayEnd()
	t.Logf("%d lines typed in %v", l.typed.Load(), time.Since(begun).Round(time.Millisecond))
	l.checkHeard()
	l.checkOwn()
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

	enter  func(line string) // types a line and Enter
	settle func()            // waits until the front has answered; nil where lines are answered one after the other
	keys   func(keys string) // nil where there are none
	done   func()            // waits for the end

	n int // words so far
}

// tryAll types everything; last what ends the session.
func (f *typist) tryAll() {
	f.tryPhrases()
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
		"@personne-ici {leurre}", "@zoé,personne-ici {leurre}", "/{leurre}", "@tous",
		"@tous /inscrire {phrase}", "@zoé /inscrire {phrase}", "@zoé,{muet} /register {phrase}", "//inscrire/inscrire {phrase}",
		"{leurre}/inscrire {phrase}", "bonjour/REGISTER {phrase}", "/inscrire{leurre} {phrase}",
	} {
		f.line(f.fill(line, false))
		f.rest()
	}
	f.line(f.meant("{mot}"))
	f.line(f.meant("@tous {mot}"))
	f.rest()
	f.line(f.meant("   @all   {mot}"))
	f.line(f.meant("@zoé {prive}"))
	f.rest()
}

// try types one command.
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
	if f.single && (tr.streams || c.Name == "reply") { // whom it answers is forgotten with a session, soon
		f.line(f.fill(f.slash+word+"/"+word+" {leurre}", false))
		return
	}
	f.tryGlued(c, word)
	if !tr.ends {
		f.trySpelled(c, tr, word)
	}
	for _, args := range tr.right {
		f.use(c, tr, strings.TrimSpace(f.slash+word+" "+f.args(c, tr, args)))
	}
}

// tryGlued types what is wrong with every command: a command after a command.
func (f *typist) tryGlued(c *room.Command, word string) {
	s, up := f.slash, strings.ToUpper(word)
	words := c.Words()
	if f.single || f.settle != nil { // these take longer
		words = []string{word}
	}
	for _, w := range words {
		f.line(f.fill(s+w+"/"+w+" {leurre}", false))
	}
	f.rest()
	f.line(f.fill(s+word+" /"+secretWord+" {phrase}", false))
	if f.single { // what a line means is the same on every front: what is typed after it differs
		return
	}
	f.line(f.fill(s+word+"//"+word+" {leurre}", false))
	f.line(f.fill(s+up+"/"+up+" {leurre}", false))
	f.line(f.fill("   "+s+word+"/"+word+" {leurre}", false))
	f.rest()
	f.line(f.fill("/"+s+word+"/"+word+" {leurre}", false)) // two slashes
	f.line(f.fill(s+word+"/"+secretWord+" {phrase}", false))
	f.rest()
	f.line(f.fill(s+secretWord+"/"+word+" {phrase}", false))
	f.rest()
}

// trySpelled types a command alone, with nonsense, and in other spellings, which are right where any words are.
func (f *typist) trySpelled(c *room.Command, tr trial, word string) {
	f.use(c, tr, f.slash+word)
	args := "{leurre} {leurre}"
	if tr.any {
		args = tr.right[0]
	}
	for _, form := range []string{"/" + f.slash + word, "  " + f.slash + word, f.slash + strings.ToUpper(word)} {
		f.use(c, tr, form+" "+f.args(c, tr, args))
	}
	f.rest()
	if near := f.slash + word + "x"; !f.known(near) {
		f.line(f.fill(near+" {leurre}", false))
		f.rest()
	}
	if f.slash != "" && word != secretWord && word != "register" { // a sentence about a command is one
		f.line(f.meant("{mot} /" + word))
	}
}

// use types a command in a way that may be right.
func (f *typist) use(c *room.Command, tr trial, line string) {
	f.line(line)
	if tr.eats && f.keys != nil {
		f.rest()
		f.keys("\r")
		f.rest()
	}
}

// args fills in what stands after a command: where this front may not use it, nobody is to see any of it.
func (f *typist) args(c *room.Command, tr trial, args string) string {
	may := c.Need.Met(f.slash != "", f.operator, f.screen) && (!tr.operator || f.operator)
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

// meant fills in a line that is right.
func (f *typist) meant(form string) string { return f.fill(form, true) }

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
	return strings.NewReplacer("{phrase}", fmt.Sprintf("%s-%d-%s", secret, f.n, f.front), "{moi}", f.pseudo,
		"{muet}", "muet-"+f.front, "{victime}", "victime-"+f.front, "{reseau}", fmt.Sprintf("192.0.2.%d/32", f.front[0])).Replace(form)
}

// line types a line.
func (f *typist) line(line string) {
	f.leaks.typed.Add(1)
	f.enter(line)
}

// rest lets the front answer: what is typed next comes after the refusal.
func (f *typist) rest() {
	if f.settle != nil {
		f.settle()
	}
}

// awaitMeant waits until everybody has heard what was meant for them.
func (l *leaks) awaitMeant() {
	l.Helper()
	late := time.Now().Add(heardWithin)
	for _, e := range l.observers {
		for _, word := range l.said.all() {
			l.awaitWord(e, word, late)
		}
	}
	for _, word := range l.whispered.all() {
		l.awaitWord(l.zoé, word, late)
	}
}

// heardWithin is a limit for failures only.
const heardWithin = patience

func (l *leaks) awaitWord(e *ear, word string, late time.Time) {
	for !e.has(word) {
		if time.Now().After(late) {
			line, _ := l.lines.Load(word)
			l.Errorf("%s never hears %q, which was meant for it: %q", e.name, word, line)
			return
		}
		time.Sleep(glance)
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
