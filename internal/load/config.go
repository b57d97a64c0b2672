package load

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Config says who comes and what they do. Its tags make it the flags of `salon bench`,
// without an environment: SALON_SSH and the like are the server's.
type Config struct {
	// SSH and TCP are the room's addresses, with commas where it has several machines, which
	// members spread over; "" when nobody uses that front.
	SSH string `name:"ssh" env:"-" placeholder:"HOST:PORT" help:"${BenchSSH}"`
	TCP string `name:"tcp" env:"-" placeholder:"HOST:PORT" help:"${BenchTCP}"`

	Screen        int `env:"-" default:"0" help:"${BenchScreen}"` // members over ssh with a screen
	Line          int `env:"-" default:"0" help:"${BenchLine}"`   // over ssh without
	Raw           int `env:"-" default:"0" help:"${BenchRaw}"`    // over raw TCP
	Width, Height int `kong:"-"`                                  // of a screen
	Stalled       int `env:"-" default:"0" help:"${BenchStalled}"`
	Parallel      int `env:"-" default:"8" help:"${BenchParallel}"` // members arriving at a time

	Rooms    int           `env:"-" default:"0" help:"${BenchRooms}"`               // that they spread over; 0: all are in the first
	Senders  int           `env:"-" default:"10" help:"${BenchSenders}"`            // of the members who read
	Rate     float64       `env:"-" default:"5" help:"${BenchRate}"`                // messages a second for each, for Duration; 0: Burst
	Burst    int           `env:"-" default:"0" help:"${BenchBurst}"`               // messages of each, back to back
	Duration time.Duration `env:"-" default:"5s" help:"${BenchDuration}"`           // of talk
	Size     int           `name:"bytes" env:"-" default:"80" help:"${BenchBytes}"` // of a message; its mark at least
	Settle   time.Duration `env:"-" default:"2s" help:"${BenchSettle}"`             // how long the idle room is watched

	Soak     time.Duration `env:"-" default:"0" placeholder:"10m" help:"${BenchSoak}"` // talk for so long, in place of Duration: see Soak
	Restless int           `env:"-" default:"0" help:"${BenchRestless}"`
	Churn    int           `env:"-" default:"0" help:"${BenchChurn}"` // connects and disconnects, after all else

	PID      []int     `name:"pid" env:"-" help:"${BenchPID}"` // the server's processes; none if unknown
	Progress io.Writer `kong:"-"`                              // nil: none
	Talking  func()    `kong:"-"`                              // called once all have joined and begin to talk; nil: nothing is
	// Inside tells what a server in the same process knows of itself; nil: nothing.
	Inside func() (goroutines int, heap int64) `kong:"-"`
}

// addressOf returns the one of some addresses that a member uses.
func addressOf(list string, member int) string {
	all := strings.Split(list, ",")
	return all[max(0, member)%len(all)]
}

// members returns how many members there are.
func (c Config) members() int { return c.Screen + c.Line + c.Raw }

// readers returns how many of them read.
func (c Config) readers() int { return c.members() - c.Stalled }

// Check finds what cannot be run.
func (c Config) Check() error {
	switch {
	case c.members() == 0:
		return errors.New("no members")
	case c.Screen+c.Line > 0 && c.SSH == "":
		return errors.New("members over ssh, but no ssh address")
	case c.Raw > 0 && c.TCP == "":
		return errors.New("members over raw TCP, but no TCP address")
	case c.Senders < 1 || c.Senders > c.readers():
		return fmt.Errorf("%d senders among %d members who read", c.Senders, c.readers())
	case c.Rooms < 0 || c.Rooms > c.members():
		return fmt.Errorf("%d rooms for %d members", c.Rooms, c.members())
	case c.Rooms > 0 && c.Screen > 0:
		return errors.New("screens are not counted in rooms")
	case c.Rate <= 0 && c.Burst < 1:
		return errors.New("neither a rate nor a burst")
	case c.Screen > 0:
		return c.checkScreen()
	}
	return nil
}

// What a screen may take of its columns beside a message, for the time and a name,
// and of its rows beside all messages, for a header and the line being typed.
const (
	besideText = 30
	besideRows = 6
)

// checkScreen finds screens on which messages could not be told apart: a mark must
// fit on a row, and the last message and two goodbyes on the screen.
func (c Config) checkScreen() error {
	columns := c.Width - besideText
	longest := mark{sender: c.Senders, n: c.messages(), sent: maxNumber * time.Microsecond}
	if need := len(appendMark(nil, longest)); columns < need {
		return fmt.Errorf("screens of %d columns are too narrow for the marks of this load: %d are needed", c.Width, besideText+need)
	}
	if need := besideRows + 3*(1+c.Size/columns); c.Height < need {
		return fmt.Errorf("screens of %d rows are too low for messages of %d bytes: %d are needed", c.Height, c.Size, need)
	}
	if c.readers() < 2 {
		return errors.New("somebody on a screen, and nobody else")
	}
	return nil
}

// messages is how many messages each sender says.
func (c Config) messages() int {
	if c.Rate > 0 {
		return max(1, int(c.Rate*c.Duration.Seconds()))
	}
	return c.Burst
}

// kind is how a member takes part.
type kind int

const (
	screens kind = iota
	lines
	raw
)

// spreadKinds puts the kinds in an order that spreads them in proportion, so that those
// who talk and those who stall are of every kind.
func (c Config) spreadKinds() []kind {
	counts, n := [3]int{c.Screen, c.Line, c.Raw}, c.members()
	var placed [3]int
	order := make([]kind, n)
	for i := range order {
		most := -1.0
		for k, count := range counts {
			due := float64(count)*float64(i+1)/float64(n) - float64(placed[k])
			if count > placed[k] && due > most {
				order[i], most = kind(k), due
			}
		}
		placed[order[i]]++
	}
	return order
}
