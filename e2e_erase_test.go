//go:build unix

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// goneWithin is where words that were taken back fail the test when they are still in the files
// of a server that runs; what is promised is 5 s, and the slowest is reported, but machines that
// run tests are busy.
const goneWithin = patience

// TestWordsTakenBackAreGoneFromTheDisk kills the server, three times or SALON_KILLS times, at
// any moment after a message was taken back while others talk. Whatever it did by then, the
// words are in no answer of the next run, and soon in no byte of its directory.
func TestWordsTakenBackAreGoneFromTheDisk(t *testing.T) {
	kills := 3
	if n, err := strconv.Atoi(os.Getenv("SALON_KILLS")); err == nil {
		kills = n
	}
	v := newVictim(t)
	v.start()
	var words []string
	var slowest time.Duration
	for range kills {
		word := randomWord()
		words = append(words, word)
		v.takeBack(word, func() { time.Sleep(time.Duration(rand.IntN(600)) * time.Millisecond) }) // any moment of its work
		v.start()
		v.wantNoAnswer(word)
		slowest = max(slowest, v.awaitGone(words))
	}
	words = append(words, randomWord())
	v.takeBack(words[kills], func() { slowest = max(slowest, v.awaitGone(words)) })
	v.start()
	v.stop()
	v.awaitGone(words)
	t.Logf("%d kills; gone after at most %v", kills, slowest.Round(time.Millisecond))
}

// randomWord is a word that nobody says otherwise, nor begins like one.
func randomWord() string {
	word := make([]byte, 14)
	for i := range word {
		word[i] = byte('a' + rand.IntN(26))
	}
	return string(word)
}

// takeBack has somebody say a word and take it back while others talk, and kills the server
// once meanwhile has returned.
func (v *victim) takeBack(word string, meanwhile func()) {
	v.Helper()
	var talking sync.WaitGroup
	for i := range 3 {
		talking.Go(func() { v.chatter(fmt.Sprint("bavard", i)) })
	}
	c, err := net.Dial("tcp", "127.0.0.1:"+v.tcp)
	v.ok(err)
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	lines := bufio.NewScanner(c)
	fmt.Fprintf(c, "zoe\nle mot %s est dit\n", word)
	v.hears(lines, "zoe: le mot "+word)
	fmt.Fprint(c, "/supprimer\n")
	v.hears(lines, "* Message de zoe supprimé")
	meanwhile()
	v.kill()
	talking.Wait()
}

// chatter says something, again and again, until the server is dead.
func (v *victim) chatter(name string) {
	c, err := net.Dial("tcp", "127.0.0.1:"+v.tcp)
	if err != nil {
		return
	}
	defer c.Close()
	fmt.Fprintln(c, name)
	lines := bufio.NewScanner(c)
	for n := 0; lines.Scan(); {
		if line := lines.Text(); n == 0 || strings.Contains(line, name+": ") {
			fmt.Fprintln(c, "encore", n)
			n++
		}
	}
}

// hears reads lines until one holds some words.
func (v *victim) hears(lines *bufio.Scanner, words string) {
	v.Helper()
	for lines.Scan() {
		if strings.Contains(lines.Text(), words) {
			return
		}
	}
	v.Fatalf("%q never comes (%v)", words, lines.Err())
}

// wantNoAnswer asks the server for a word in every way.
func (v *victim) wantNoAnswer(word string) {
	v.Helper()
	c, err := net.Dial("tcp", "127.0.0.1:"+v.tcp)
	v.ok(err)
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	lines := bufio.NewScanner(c)
	fmt.Fprintf(c, "guet\n/chercher %s\n", word)
	v.hears(lines, "Aucun résultat pour")
	fmt.Fprint(c, "/historique 200\n/json since=1\n")
	for lines.Scan() && !strings.Contains(lines.Text(), `"type":"past"`) {
		if strings.Contains(lines.Text(), word) {
			v.Errorf("the history has %q", lines.Text())
		}
	}
	if got := lines.Text(); strings.Contains(got, word) {
		v.Errorf("programs are given %.300q", got)
	}
	out, err := exec.Command("salon", "export", "--data", v.data).Output()
	v.ok(err)
	if bytes.Contains(out, []byte(word)) || !bytes.Contains(out, []byte(`"author":"zoe","removed":true`)) {
		v.Error("the export has it, or no mark of it")
	}
}

// awaitGone waits until no file of the directory holds a word, or most of it: an index may
// leave out how it begins.
func (v *victim) awaitGone(words []string) time.Duration {
	v.Helper()
	began := time.Now()
	for {
		found := v.found(words)
		took := time.Since(began)
		if found == "" {
			return took
		}
		if took > goneWithin {
			v.Fatalf("after %v %s", took, found)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (v *victim) found(words []string) string {
	v.Helper()
	files, err := filepath.Glob(filepath.Join(v.data, "*"))
	v.ok(err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if os.IsNotExist(err) {
			continue
		}
		v.ok(err)
		for _, word := range words {
			if bytes.Contains(data, []byte(word[3:])) {
				return fmt.Sprintf("%s holds %q", filepath.Base(file), word)
			}
		}
	}
	return ""
}
