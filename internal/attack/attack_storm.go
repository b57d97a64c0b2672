package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
	_ "modernc.org/sqlite" // the driver
)

// ownedPseudo is registered before each attack, with the pass phrase that opens it.
const (
	ownedPseudo = "owner"
	ownedPhrase = "a phrase that nobody guesses"
)

// storms are the attacks by number, those on secrets, and those on what the server stands
// on: its log and its disk.
func storms() []attack {
	return []attack{
		{name: "connect-one", what: "connects and disconnects from one address", life: connects, from: one, storm: true},
		{name: "connect-many", what: "connects and disconnects from everywhere", life: connects, from: fresh, storm: true},
		{name: "login-one", what: "logins from one address", life: logins, from: one, storm: true},
		{name: "login-many", what: "logins from everywhere", life: logins, from: fresh, storm: true},
		{name: "guess-raw", what: "a pass phrase guessed from everywhere over raw TCP, while its owner logs in", life: guessRaw, from: fresh, storm: true, ownerToo: true},
		{name: "guess-ssh", what: "a pass phrase guessed from everywhere over ssh, while its owner logs in", life: guessSSH, from: fresh, storm: true, ownerToo: true},
		{name: "register", what: "/register and /unregister without pause", life: asking(func(i int) string {
			return [...]string{"/register a long pass phrase", "/unregister"}[i%2]
		})},
		{name: "right-phrase", what: "logins with the right pass phrase without pause", life: rightPhrase, storm: true},
		{name: "stderr-unread", what: "logins while nobody reads the log", life: logins, from: fresh, storm: true, unread: stderr},
		{name: "stdout-unread", what: "logins while nobody reads the console", life: logins, from: fresh, storm: true, unread: stdout},
		{name: "disk-locked", what: "somebody else writes to the database, and does not end", life: talks, storm: true, locked: true},
	}
}

func marshalData(w *wire, text string) []byte {
	return ssh.Marshal(channelData{w.channel, []byte(text)})
}

func connects(ctx context.Context, a *attacker) error {
	to := []string{a.SSH, a.TCP}[a.lives%2]
	c, err := a.dial(ctx, to)
	if err != nil {
		return err
	}
	if a.lives%4 < 2 {
		return abandon(c)
	}
	return c.Close()
}

// logins joins over ssh or raw TCP, and leaves at once.
func logins(ctx context.Context, a *attacker) error {
	if a.lives%2 == 0 {
		return a.rawLogin(ctx, a.name(), "")
	}
	c, err := a.dial(ctx, a.SSH)
	if err != nil {
		return err
	}
	_, err = loginSSH(c, a.name(), "")
	return err
}

func (a *attacker) rawLogin(ctx context.Context, name, phrase string) error {
	c, err := a.dial(ctx, a.TCP)
	if err != nil {
		return err
	}
	return loginRaw(c, name, phrase)
}

func guessRaw(ctx context.Context, a *attacker) error {
	c, err := a.dial(ctx, a.TCP)
	if err != nil {
		return err
	}
	go func() {
		fmt.Fprintf(c, "%s\n", ownedPseudo)
		for i := range 10 {
			fmt.Fprintf(c, "guess %d %d\n", a.index, i)
		}
	}()
	return hold(c)
}

func guessSSH(ctx context.Context, a *attacker) error {
	w, err := a.keyed(ctx)
	if err != nil {
		return err
	}
	if err := w.enter(ownedPseudo, fmt.Sprintf("guess %d", a.index), false, wideWindow); err != nil {
		return err
	}
	return hold(w)
}

// rightPhrase registers a pseudo of its own the first time, and logs in with it after that.
func rightPhrase(ctx context.Context, a *attacker) error {
	name := fmt.Sprintf("own%d", a.index)
	if a.lives > 0 {
		return a.rawLogin(ctx, name, ownedPhrase)
	}
	c, err := a.dial(ctx, a.TCP)
	if err != nil {
		return err
	}
	return register(c, name, ownedPhrase)
}

// talks says something now and then, as anybody may.
func talks(ctx context.Context, a *attacker) error {
	c, err := a.raw(ctx)
	if err != nil {
		return err
	}
	go io.Copy(io.Discard, c) // ends with the connection, which ends with ctx
	for i := 0; sleep(ctx, time.Second); i++ {
		if _, err := fmt.Fprintf(c, "message %d\n", i); err != nil {
			return err
		}
	}
	return nil
}

// lock takes the database of a data directory for writing, until the caller ends it.
func lock(ctx context.Context, dir string) (unlock func(), err error) {
	db, err := sql.Open("sqlite", filepath.Join(dir, "salon.db"))
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err == nil {
		_, err = conn.ExecContext(ctx, "PRAGMA busy_timeout = 2000; BEGIN IMMEDIATE")
	}
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("lock the database: %w", err)
	}
	return func() {
		conn.ExecContext(context.Background(), "ROLLBACK")
		conn.Close()
		db.Close()
	}, nil
}

// past are messages for a room with a long history: of a few words, and of signs and
// letters that are hard to search.
func past(n int) []byte {
	var b bytes.Buffer
	words := strings.Fields("a salon is a room where people talk about coffee tea and the weather until the evening \u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u8a9e \U0001f600 \U0001f44d\U0001f3fd \u00e9t\u00e9 c++ #42 e-mail")
	for i := range n {
		for j := range 10 {
			b.WriteString(words[(i*7+j*j*3+i/13)%len(words)])
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%d\n", i)
	}
	return b.Bytes()
}
