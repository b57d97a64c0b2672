package sshui

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/vt"
	gossh "golang.org/x/crypto/ssh"

	"salon/internal/picture"
	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

//go:generate go test -run ^TestPictures$ -update .

var update = flag.Bool("update", false, "draw the pictures of the documentation anew")

const picturesDir = "../docs/pictures"

// pictured is a picture of the documentation: what ann sees on her terminal.
type pictured struct {
	name          string
	title         string // what is to be seen, for those who cannot see it
	width, height int
	locale        string
	visitors      []room.Entry // who is there before her
	play          func(*studio)
}

// TestPictures holds the pictures of the documentation to what the screen shows; each on
// a dark and on a light terminal. -update draws them anew, to be looked at.
func TestPictures(t *testing.T) {
	drawn := map[string]bool{}
	for _, p := range pictures {
		for name, page := range map[string]picture.Page{"dark": picture.Dark, "light": picture.Light} {
			file := p.name + "-" + name + ".svg"
			drawn[file] = true
			t.Run(file, func(t *testing.T) { wantPicture(t, filepath.Join(picturesDir, file), p.draw(t, page)) })
		}
	}
	files, err := os.ReadDir(picturesDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !drawn[f.Name()] {
			t.Errorf("%s is no picture of the documentation any more", f.Name())
		}
	}
}

func wantPicture(t *testing.T, file string, got []byte) {
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		return
	}
	was, is := strings.Split(string(want), "\n"), strings.Split(string(got), "\n")
	for i := range min(len(was), len(is)) {
		if was[i] != is[i] {
			t.Fatalf("%s is no longer what the screen shows (go generate ./sshui, if that is right); line %d was\n%s\nand is\n%s", file, i+1, was[i], is[i])
		}
	}
	t.Errorf("%s is no longer what the screen shows (go generate ./sshui, if that is right)", file)
}

// studio is a bubble in which a picture is taken.
type studio struct {
	*bubble
	operator *room.Session
	hidden   bool // the cursor; guarded by mu
}

// draw plays what the picture shows, in a time of its own that begins at 14:01.
func (p pictured) draw(t *testing.T, page picture.Page) (svg []byte) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 25, 14, 1, 0, 0, time.UTC)))
		b := &bubble{t: t, emulator: newEmulator(p.width, p.height), code: -1, ended: make(chan struct{}), joined: map[string]*room.Session{}}
		s := &studio{bubble: b}
		b.emulator.SetDefaultBackgroundColor(page.Background) // which the screen asks for
		b.emulator.SetDefaultForegroundColor(page.Text)
		b.emulator.SetCallbacks(vt.Callbacks{CursorVisibility: func(visible bool) { s.hidden = !visible }})
		var err error
		if b.room, err = room.New(t.Context(), room.Config{Limits: room.Limits{Makers: room.OperatorsMake}}, room.NewMemoryLog(), room.NewMemoryStore()); err != nil {
			t.Fatal(err)
		}
		if b.server, err = newServer(Config{Version: "salon", HostKeys: []gossh.Signer{newKey(t)}}, b.room, defaultTimeouts(), unlimited(maxUnread)); err != nil {
			t.Fatal(err)
		}
		s.operator = b.room.Watch(room.Prefs{})
		for _, e := range p.visitors {
			s.comes(e)
		}
		s.orders("topic " + topics[p.locale])
		if p.name == "first-visit" {
			firstTalk(s)
		}
		b.openSession(func(ch *channel) {
			ch.width, ch.height = p.width, p.height
			ch.env["TZ"], ch.env["LANG"] = "UTC", p.locale
		})
		p.play(s)
		b.calm()
		b.mu.Lock()
		svg = picture.SVG(b.emulator, page, p.title, !s.hidden)
		b.mu.Unlock()
		s.operator.Close(state.Ending{Cause: state.Quit})
		b.close()
	})
	return svg
}

// comes has somebody join.
func (s *studio) comes(e room.Entry) {
	s.t.Helper()
	joined, err := s.room.Join(s.t.Context(), e)
	if err != nil {
		s.t.Fatal(err)
	}
	s.joined[string(e.Pseudo)] = joined
}

// orders has the operator do something at the console.
func (s *studio) orders(line string) {
	s.t.Helper()
	if _, err := s.operator.Do(s.t.Context(), line); err != nil {
		s.t.Fatalf("%s: %v", line, err)
	}
}

// does has others do things, each a line behind a pseudo.
func (s *studio) does(lines ...string) {
	s.t.Helper()
	for _, l := range lines {
		who, line, _ := strings.Cut(l, ": ")
		s.says(who, line)
		s.calm()
	}
}

// types has ann type, a key or a word at a time: an Enter or an Esc among others would be
// taken for a part of a paste.
func (s *studio) types(texts ...string) {
	for _, text := range texts {
		s.send(text)
		s.calm()
	}
}

// waits lets minutes pass.
func (s *studio) waits(minutes int) { time.Sleep(time.Duration(minutes) * time.Minute) }

// overTelnet is somebody with a telnet client.
func overTelnet(p text.Pseudo) room.Entry { return room.Entry{Pseudo: p, Front: "tcp"} }

// teacher is an operator.
func teacher(p text.Pseudo) room.Entry {
	return room.Entry{Pseudo: p, Front: "ssh", KeyID: "SHA256:" + string(p), Role: state.Operator}
}
