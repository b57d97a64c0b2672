//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// leaked finds what no other may see, with what stands around it.
var leaked = regexp.MustCompile(`[^\n]{0,80}(` + decoy + `\d|` + secret + `)[^\n]{0,60}`)

// acts are the records of what operators did to others, or tried to, as they typed it.
var (
	acts    = regexp.MustCompile(`(?m)^.*\bmsg(=|":")operator\b.*$`)
	command = regexp.MustCompile(`command(=|":)" */{0,2} *[^ /"]+ [^/"]*"`)
)

// withoutActs removes the records of acts, which are meant to be kept, unless they hold a second command or a pass phrase.
func withoutActs(log string) string {
	return acts.ReplaceAllStringFunc(log, func(act string) string {
		if !command.MatchString(act) || strings.Contains(act, secret) {
			return act
		}
		return ""
	})
}

// maxShown is how many leaks are shown of each place.
const maxShown = 4

// wantClean checks that a text holds nothing that was refused, and no pass phrase.
func (l *leaks) wantClean(where, text string) {
	l.Helper()
	if !holdsDecoy(text) {
		return
	}
	found := leaked.FindAllString(text, -1)
	for _, leak := range found[:min(len(found), maxShown)] {
		l.Errorf("%s: leaked: %q", where, leak)
	}
	if len(found) > maxShown {
		l.Errorf("%s: and %d more", where, len(found)-maxShown)
	}
}

// holdsDecoy reports whether a text may have leaked: that is quickly said of large files.
func holdsDecoy(text string) bool {
	return strings.Contains(text, decoy) || strings.Contains(text, secret)
}

// checkHeard checks that others were shown nothing but what was meant for them: no other word, and each message once.
func (l *leaks) checkHeard() {
	l.Helper()
	for _, e := range l.people {
		if heard := e.String(); holdsDecoy(heard) && leaked.MatchString(heard) {
			l.Errorf("%s is shown what was refused", e.name)
		}
	}
	meant := l.allMeant()
	for _, e := range l.observers {
		l.wantClean(e.name, e.String())
		l.checkEvents(e, meant, nil)
	}
	private := map[string]bool{}
	for _, w := range l.whispered.all() {
		private[w] = true
	}
	l.wantClean(l.zoé.name, l.zoé.String())
	l.checkEvents(l.zoé, meant, private)
}

// checkEvents checks the events that somebody was shown as JSON.
func (l *leaks) checkEvents(e *ear, meant, private map[string]bool) {
	l.Helper()
	seen := map[string]bool{}
	for lines := bufio.NewScanner(strings.NewReader(e.String())); lines.Scan(); {
		var event struct{ Type, From, Text string }
		if json.Unmarshal(lines.Bytes(), &event) != nil || event.Type == "welcome" || event.Type == "error" || event.Type == "reply" {
			continue // its own
		}
		words := strings.Fields(event.Text)
		switch {
		case len(words) == 0:
		case event.Type == "private" && (len(words) != 1 || !private[words[0]]),
			event.Type != "private" && !meant[words[0]],
			len(words) > 1 && !(len(words) == 2 && event.Type == "message" && words[1][0] == '/'):
			l.Errorf("%s is shown what nobody meant for all: %s", e.name, lines.Text())
		case event.Type == "message" && seen[words[0]]:
			l.Errorf("%s is shown this twice: %s", e.name, lines.Text())
		}
		if event.Type == "message" && len(words) > 0 {
			seen[words[0]] = true
		}
	}
}

// checkOwn checks that nobody is shown what was refused at another front, nor, on their own screen, a pass phrase that
// was typed after the command for it.
func (l *leaks) checkOwn() {
	l.Helper()
	refused := regexp.MustCompile(decoy + `\d+([a-z]+)`)
	for _, e := range l.own {
		heard := e.String()
		for _, found := range refused.FindAllStringSubmatch(heard, -1) {
			if !strings.HasPrefix(e.name, found[1]) { // its own may be cut at the end of a row
				l.Errorf("%s is shown what was refused elsewhere: %q", e.name, found[0])
			}
		}
		if strings.Contains(heard, secret) {
			l.Errorf("%s itself shows a pass phrase: %q", e.name, regexp.MustCompile(`[^\n]{0,60}`+secret+`[^\n]{0,40}`).FindString(heard))
		}
	}
}

// checkSearch asks the room for what was refused, and reads the end of the history.
func (l *leaks) checkSearch() {
	l.Helper()
	c := l.connect("curieux")
	from := c.out.len()
	said := l.said.all()[0]
	for _, line := range []string{"/json", "/chercher " + decoy, "/chercher " + secret, "/chercher " + said, "/historique 200"} {
		fmt.Fprintln(c.in, line)
	}
	l.await(c.out, `(?s)(.*"type":"past"){4}`)
	heard := c.out.String()[from:]
	for what, events := range map[string]string{decoy: `\]`, secret: `\]`, said: `\{`} {
		if !regexp.MustCompile(`"type":"past".*"text":"` + what + `",.*"events":\[` + events).MatchString(heard) {
			l.Errorf("a search for %q does not find what it should", what)
		}
	}
	for past := range strings.Lines(heard) {
		if _, events, ok := strings.Cut(past, `"events":`); ok {
			l.wantClean("what is read again", events)
		}
	}
}

// checkFiles looks into all that the server writes.
func (l *leaks) checkFiles(when string) {
	l.Helper()
	found := false
	l.ok(filepath.WalkDir(l.data, func(name string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if strings.HasPrefix(filepath.Base(name), "salon.db") && bytes.Contains(content, []byte(l.said.all()[0])) {
			found = true // what was meant is found in the same way
		}
		for _, word := range l.whispered.all() {
			if bytes.Contains(content, []byte(word)) {
				l.Errorf("%s %s holds %q, which was private", filepath.Base(name), when, word)
			}
		}
		text := string(content)
		if filepath.Base(name) == "audit.log" {
			text = withoutActs(text)
		}
		l.wantClean(filepath.Base(name)+" "+when, text)
		return nil
	}))
	if !found {
		l.Errorf("%s: what was said is not found in salon.db either", when)
	}
	log, err := os.ReadFile(l.log)
	l.ok(err)
	l.wantClean("the log "+when, withoutActs(string(log)))
	console, err := os.ReadFile(l.console)
	l.ok(err)
	own := regexp.MustCompile(decoy + `\d+konsole`) // its own lines are answered there
	l.wantClean("the console "+when, own.ReplaceAllString(string(console), ""))
}

// checkExport looks into what can be read of the history.
func (l *leaks) checkExport(when string) {
	l.Helper()
	cmd := exec.Command("salon", "export", "--data", l.data)
	cmd.Env = l.env
	out, err := cmd.Output()
	l.ok(err)
	l.wantClean("the export "+when, string(out))
	if word := l.said.all()[0]; !bytes.Contains(out, []byte(word)) {
		l.Errorf("%s: %q is not exported either", when, word)
	}
}
