package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"salon/internal/load"
)

// What an attack may do to the others, and to the machine.
const (
	maxLogin  = time.Second            // that somebody else takes to log in
	maxP99    = 200 * time.Millisecond // that 99 of 100 messages take between others
	maxCPU    = 0.05                   // of a core for one attacker
	maxMemory = 4 << 20                // bytes for one attacker

	// maxLeft is how many descriptors or goroutines may be left over after an attack: a
	// database connection that was opened for its first reader, a timer that has not ended.
	maxLeft = 8
	// maxStill is how many descriptors the server may have opened besides, when all attackers
	// are to have been cut: for logins that are under way, and for its database.
	maxStill = 4
	// leaveTime is how long they may take to be given back, unless the attack says otherwise: before
	// they have a pseudo, what some sent takes its time to arrive although they have hung up.
	leaveTime = 5 * time.Second
	// spared is how many bytes a server may grow by whatever is done to it: hashes alone
	// take 19 MiB, two at a time.
	spared = 64 << 20
)

// kit runs attacks.
type kit struct {
	options
	dir  string
	once sync.Once
	rich string // a data directory with a long history; valid after once
	err  error  // of making it
}

func newKit(o options) (*kit, error) {
	dir, err := os.MkdirTemp("", "salon-attack-")
	return &kit{options: o, dir: dir}, err
}

func (k *kit) close() { os.RemoveAll(k.dir) }

// result is what an attack did.
type result struct {
	attack *attack
	count  int // of attackers

	alone          bool    // one attacker was measured alone
	cpu            float64 // share of a core that the server used for one
	memory         int64   // bytes that it held for one
	allCPU         float64 // for all together, and for those who are no attackers
	allMemory      int64   // the most that it grew by
	left           int     // descriptors
	leftGoroutines int     // -1: not known

	loginSSH, loginRaw time.Duration // the longest
	p50, p99, max      time.Duration // of messages
	done               outcome
	faults             []string
}

func (r *result) fault(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

// run carries one attack out.
func (k *kit) run(ctx context.Context, at *attack) *result {
	r := &result{attack: at, count: k.attackers, leftGoroutines: -1}
	if at.count > 0 {
		r.count = at.count
	}
	s, err := k.start(ctx, at)
	if err != nil {
		r.fault("%v", err)
		return r
	}
	defer os.RemoveAll(s.dir)
	before, known := s.look()
	calm := s.usage()
	for _, step := range []func(context.Context, *salon, *result) error{k.oneAlone, k.allAmongOthers} {
		if err := step(ctx, s, r); err != nil {
			r.fault("%v", err)
		}
		if s.hasEnded() {
			break
		}
	}
	s.awaitLeft(ctx, r, calm, before, known)
	if err := s.stop(); err != nil {
		r.fault("%v", err)
	}
	r.judge()
	return r
}

// start starts the server of an attack, on which a pseudo is registered.
func (k *kit) start(ctx context.Context, at *attack) (*salon, error) {
	dir, err := os.MkdirTemp(k.dir, at.name)
	if err != nil {
		return nil, err
	}
	if at.rich {
		if k.once.Do(func() { k.err = k.makePast(ctx) }); k.err != nil {
			return nil, fmt.Errorf("make a long history: %w", k.err)
		}
		if err := copyFiles(filepath.Join(dir, "data"), k.rich); err != nil {
			return nil, err
		}
	}
	s, err := startSalon(ctx, k.salon, dir, at.unread, at.flags...)
	if err != nil {
		return nil, err
	}
	c, err := net.Dial("tcp", s.tcp)
	if err == nil {
		err = register(c, ownedPseudo, ownedPhrase)
	}
	if err != nil {
		s.kill()
		return nil, fmt.Errorf("register a pseudo: %w", err)
	}
	return s, nil
}

// copyFiles makes a directory with the files of another, which only their owner may read.
func copyFiles(to, from string) error {
	if err := os.Mkdir(to, 0o700); err != nil {
		return err
	}
	files, err := os.ReadDir(from)
	for _, f := range files {
		content, failed := os.ReadFile(filepath.Join(from, f.Name()))
		err = errors.Join(err, failed, os.WriteFile(filepath.Join(to, f.Name()), content, 0o600))
	}
	return err
}

// pastWriters is how many members write the long history: each is read at a pace.
const pastWriters = 32

// makePast has members say what makes a long history, and keeps the data directory.
func (k *kit) makePast(ctx context.Context) error {
	dir, err := os.MkdirTemp(k.dir, "past")
	if err != nil {
		return err
	}
	s, err := startSalon(ctx, k.salon, dir, none, "--rate", "0", "--replay", "0")
	if err != nil {
		return err
	}
	errs := make([]error, pastWriters)
	var writing sync.WaitGroup
	for i := range errs {
		writing.Go(func() { errs[i] = write(s.tcp, fmt.Sprintf("w%d", i), past(k.messages/pastWriters)) })
	}
	writing.Wait()
	s.rest(ctx)
	k.rich = filepath.Join(dir, "data")
	return errors.Join(append(errs, s.stop())...)
}

// rest waits until the server has nothing more to do, such as to index what was said.
func (s *salon) rest(ctx context.Context) {
	before := s.usage()
	for sleep(ctx, time.Second) {
		now := s.usage()
		if now.Share(before) < 0.02 {
			return
		}
		before = now
	}
}

// write joins, says lines, and waits until all have been said.
func write(addr, name string, lines []byte) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer c.Close()
	go func() {
		fmt.Fprintf(c, "%s\n%s", name, lines)
		c.(*net.TCPConn).CloseWrite()
	}()
	_, err = io.Copy(io.Discard, c)
	return err
}

func (k *kit) order(s *salon, at *attack, count int) order {
	return order{Attack: at.name, Count: count, Prefix: "z", SSH: s.ssh, TCP: s.tcp, FromOne: k.fromOne, Share: k.share}
}

// firstSecond is how long an attacker's first burst is not counted.
const firstSecond = time.Second

// oneAlone measures what one attacker costs while nobody else is there.
func (k *kit) oneAlone(ctx context.Context, s *salon, r *result) error {
	if r.attack.storm || r.attack.count > 0 {
		return nil
	}
	calm, known := s.look()
	u := s.usage()
	a, err := startAttackers(ctx, k.order(s, r.attack, 1))
	if err != nil {
		return err
	}
	sleep(ctx, firstSecond)
	began := s.usage()
	sleep(ctx, max(k.duration/3, 100*time.Millisecond))
	now := s.usage()
	r.alone, r.cpu, r.memory = true, now.Share(began), now.Memory-u.Memory
	if in, ok := s.look(); ok && known {
		r.memory = in.heap - calm.heap
	}
	_, err = a.stop()
	return err
}

// allAmongOthers measures what others feel while all attack.
func (k *kit) allAmongOthers(ctx context.Context, s *salon, r *result) error {
	lasts := max(k.duration, r.attack.least)
	talk := startTalk(ctx, s, lasts)
	if err := talk.joined(); err != nil {
		return fmt.Errorf("members did not join before the attack: %w", err)
	}
	probes := startProbes(ctx, s)
	if r.attack.locked {
		unlock, err := lock(ctx, filepath.Join(s.dir, "data"))
		if err != nil {
			return err
		}
		defer func() {
			unlock()
			sleep(ctx, 2*time.Second) // it is noticed within one
		}()
	}
	before := s.usage()
	most := watchMemory(ctx, s)
	a, err := startAttackers(ctx, k.order(s, r.attack, r.count))
	if err != nil {
		return err
	}
	sleep(ctx, lasts)
	after := s.usage()
	if r.attack.ownerToo {
		s.letOwnerIn(r)
	}
	if still := after.Descriptors - before.Descriptors; r.attack.gone && still > maxStill {
		r.fault("%d of the attackers are still connected after %v", still, lasts)
	}
	probes.stop(r)
	r.allCPU, r.allMemory = after.Share(before), most()-before.Memory
	if r.done, err = a.stop(); err != nil {
		r.fault("the attackers: %v", err)
	}
	talk.end(r)
	return nil
}

// letOwnerIn has the owner of a pseudo log in, by either front.
func (s *salon) letOwnerIn(r *result) {
	for i, login := range []func() error{
		func() error {
			c, err := dialFrom(s.tcp, netInnocents+32, 1)
			if err != nil {
				return err
			}
			return loginRaw(c, ownedPseudo, ownedPhrase)
		},
		func() error {
			c, err := dialFrom(s.ssh, netInnocents+32, 2)
			if err != nil {
				return err
			}
			_, err = loginSSH(c, ownedPseudo, ownedPhrase)
			return err
		},
	} {
		if err := login(); err != nil {
			r.fault("the owner of the pseudo is kept out over %s: %v", [...]string{"raw TCP", "ssh"}[i], err)
		}
	}
}

// awaitLeft waits until what the attack took has been given back.
func (s *salon) awaitLeft(ctx context.Context, r *result, calm load.Usage, before inside, known bool) {
	for end := time.Now().Add(cmp.Or(r.attack.late, leaveTime)); ; sleep(ctx, 100*time.Millisecond) {
		r.left = max(0, s.usage().Descriptors-calm.Descriptors)
		if known {
			if in, ok := s.look(); ok {
				r.leftGoroutines = max(0, in.goroutines-before.goroutines)
			}
		}
		if r.left <= 0 && r.leftGoroutines <= 0 || time.Now().After(end) || s.hasEnded() || ctx.Err() != nil {
			return
		}
	}
}
