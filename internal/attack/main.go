// Command attack does to a room what strangers with bad intentions would do, one thing
// after another, and measures what the others in it feel: `go run ./internal/attack`.
//
// Each attack has a server of its own, on loopback and on a new data directory, members
// who talk, and somebody who logs in again and again from an innocent address. Attackers
// run in a process of their own, at a lower priority, held to less than one core, and come
// from addresses of 127/8, one or many. What an attack does is in the files attack_*.go;
// how the server is run and judged, in kit.go. It needs Linux, whose /proc it reads.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	if code, known := play(os.Args[1:]); known {
		os.Exit(code)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// options are what the command line says.
type options struct {
	only, salon             string
	attackers               int
	duration                time.Duration
	share                   float64 // of a core for the attackers
	messages                int     // of a long history
	markdown, list, fromOne bool
}

// attacks are all that there are, in the order in which they are run.
func attacks() []attack { return slices.Concat(overRaw(), overRooms(), overSSH(), storms()) }

// run is main with its exit code: 1 if an attack did harm, 2 for wrong use.
func run(ctx context.Context, args []string, out, progress io.Writer) int {
	var o options
	f := flag.NewFlagSet("attack", flag.ContinueOnError)
	f.SetOutput(progress)
	f.StringVar(&o.only, "only", "", "names of attacks, or beginnings of names, with commas between them")
	f.StringVar(&o.salon, "salon", "", "the program to attack, in place of the server of this source")
	f.IntVar(&o.attackers, "attackers", 64, "attackers at a time")
	f.BoolVar(&o.fromOne, "from-one", false, "all attackers come from one address, instead of from many")
	f.DurationVar(&o.duration, "duration", 4*time.Second, "how long each attack lasts, at least")
	f.Float64Var(&o.share, "share", 0.7, "how much of one core all attackers may use")
	f.IntVar(&o.messages, "messages", 100_000, "length of a long history")
	f.BoolVar(&o.markdown, "markdown", false, "write the table in Markdown")
	f.BoolVar(&o.list, "list", false, "list the attacks")
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil || f.NArg() > 0 || o.attackers < 1 || o.share <= 0 {
		return 2
	}
	chosen := choose(attacks(), o.only)
	switch {
	case len(chosen) == 0:
		fmt.Fprintf(progress, "attack: no attack is called %s: see --list\n", o.only)
		return 2
	case o.list:
		for _, a := range chosen {
			fmt.Fprintf(out, "%-18s %s\n", a.name, a.what)
		}
		return 0
	}
	return carryOut(ctx, o, chosen, out, progress)
}

// choose returns the attacks whose names begin with one of a list.
func choose(all []attack, only string) []attack {
	return slices.DeleteFunc(all, func(a attack) bool {
		return !slices.ContainsFunc(strings.Split(only, ","), func(name string) bool { return strings.HasPrefix(a.name, name) })
	})
}

// carryOut runs attacks one after the other and writes the table.
func carryOut(ctx context.Context, o options, chosen []attack, out, progress io.Writer) int {
	k, err := newKit(o)
	if err != nil {
		fmt.Fprintln(progress, "attack:", err)
		return 1
	}
	defer k.close()
	code := 0
	t := newTable(out, o.markdown)
	for i := range chosen {
		fmt.Fprintf(progress, "attack: %d of %d, %s\n", i+1, len(chosen), chosen[i].name)
		r := k.run(ctx, &chosen[i])
		if ctx.Err() != nil {
			code = 1
			break
		}
		t.add(r)
		fmt.Fprintf(progress, "attack: %d lives, %d ended by an error %s\n", r.done.Lives, r.done.Failed, r.done.Last)
		if len(r.faults) > 0 {
			code = 1
		}
	}
	t.end()
	return code
}
