package natstest

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// through connects to a server behind a proxy.
func through(t *testing.T, c *Cluster) (*Proxy, *nats.Conn) {
	t.Helper()
	p := NewProxy(t, c.Addr(0), 1)
	conn, err := nats.Connect(URL("", p.Addr()), nats.ReconnectWait(time.Millisecond), nats.PingInterval(100*time.Millisecond), nats.MaxReconnects(-1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return p, conn
}

// TestAProxyDoesWhatNetworksDo goes through its faults with one client.
func TestAProxyDoesWhatNetworksDo(t *testing.T) {
	c := Start(t, Options{})
	for name, test := range map[string]func(*testing.T, *Cluster){
		"cut and refuse": testCut, "freeze": testFreeze, "delay": testDelay, "rate": testRate, "drop an answer": testDropAnswer, "overtake": testOvertake,
	} {
		t.Run(name, func(t *testing.T) { test(t, c) })
	}
}

func testCut(t *testing.T, c *Cluster) {
	p, conn := through(t, c)
	events := make(chan string, 10)
	conn.SetDisconnectErrHandler(func(*nats.Conn, error) { events <- "disconnected" })
	conn.SetReconnectHandler(func(*nats.Conn) { events <- "connected" })
	want := func(want string) {
		t.Helper()
		select {
		case got := <-events:
			if got != want {
				t.Fatalf("%s, want %s", got, want)
			}
		case <-time.After(patience):
			t.Fatalf("not %s", want)
		}
	}
	p.Set(Faults{Refuse: true})
	p.Cut()
	want("disconnected")
	if conn.IsConnected() {
		t.Error("connected though refused")
	}
	p.Set(Faults{})
	want("connected")
	got, err := conn.SubscribeSync("s")
	if err != nil {
		t.Fatal(err)
	}
	conn.Flush()
	p.CutInMessage()
	conn.Publish("s", []byte("half"))
	conn.Flush()
	want("disconnected")
	want("connected")
	conn.Publish("s", []byte("whole"))
	if m, err := got.NextMsg(patience); err != nil || string(m.Data) != "whole" {
		t.Errorf("%v, %v, want the message that was not cut", m, err)
	}
}

func testFreeze(t *testing.T, c *Cluster) {
	p, conn := through(t, c)
	p.Set(Faults{Freeze: true})
	if err := conn.FlushTimeout(50 * time.Millisecond); !errors.Is(err, nats.ErrTimeout) {
		t.Errorf("a frozen connection answers: %v", err)
	}
	if !conn.IsConnected() {
		t.Error("a frozen connection has ended")
	}
	p.Set(Faults{})
	if err := conn.FlushTimeout(patience); err != nil {
		t.Error(err)
	}
}

func testDelay(t *testing.T, c *Cluster) {
	p, conn := through(t, c)
	p.Set(Faults{Delay: 20 * time.Millisecond})
	begun := time.Now()
	if err := conn.FlushTimeout(patience); err != nil || time.Since(begun) < 40*time.Millisecond {
		t.Errorf("there and back in %v, %v", time.Since(begun), err)
	}
}

func testRate(t *testing.T, c *Cluster) {
	p, conn := through(t, c)
	p.Set(Faults{Rate: 100 << 10})
	begun := time.Now()
	conn.Publish("s", make([]byte, 10<<10))
	if err := conn.FlushTimeout(patience); err != nil || time.Since(begun) < 100*time.Millisecond {
		t.Errorf("10 of 100 KiB/s in %v, %v", time.Since(begun), err)
	}
}

func testDropAnswer(t *testing.T, c *Cluster) {
	p, conn := through(t, c)
	done := make(chan struct{}, 2)
	conn.Subscribe("room.one", func(m *nats.Msg) { m.Respond(nil); done <- struct{}{} })
	p.Set(Faults{Judge: func(m Message, _ *rand.Rand) Verdict {
		if m.ToClient && m.AnswerTo == "room.one" {
			return Drop
		}
		return Pass
	}})
	if _, err := conn.Request("room.one", nil, 50*time.Millisecond); !errors.Is(err, nats.ErrTimeout) {
		t.Errorf("the answer came: %v", err)
	}
	<-done // but not the question
	p.Set(Faults{})
	if _, err := conn.Request("room.one", nil, patience); err != nil {
		t.Error(err)
	}
}

// testOvertake: those of one subject stay in order.
func testOvertake(t *testing.T, c *Cluster) {
	p, conn := through(t, c)
	got, err := conn.SubscribeSync("live.*")
	if err != nil {
		t.Fatal(err)
	}
	p.Set(Faults{Judge: func(m Message, random *rand.Rand) Verdict {
		if m.ToClient && random.IntN(5) == 0 {
			return Hold
		}
		return Pass
	}})
	const n = 200
	for i := range n {
		conn.Publish(fmt.Sprint("live.", i%3), fmt.Append(nil, i))
	}
	last, overtaken := map[string]int{}, 0
	for i := range n {
		m, err := got.NextMsg(patience)
		if err != nil {
			t.Fatal(i, err)
		}
		var number int
		fmt.Sscan(string(m.Data), &number)
		if number < last[m.Subject] {
			t.Errorf("%s has %d after %d", m.Subject, number, last[m.Subject])
		}
		if last[m.Subject] = number; number != i {
			overtaken++
		}
	}
	if overtaken == 0 {
		t.Error("nothing was overtaken")
	}
}

func TestFrames(t *testing.T) {
	const text = "INFO {}\r\nPING\r\nPUB a 2\r\nhi\r\nPUB a r 0\r\n\r\nHPUB a r 3 5\r\nhhhhi\r\nMSG a 1 2\r\nhi\r\nMSG a 1 r 2\r\nhi\r\nHMSG a 1 r 3 5\r\nhhhhi\r\nHMSG a 1 3 5\r\nhhhhi\r\n+OK\r\n"
	r := bufio.NewReader(strings.NewReader(text))
	var again strings.Builder
	var messages []Message
	for {
		f, err := readFrame(r, true)
		if err != nil {
			break
		}
		again.Write(f.bytes)
		if f.message != nil {
			messages = append(messages, *f.message)
		}
	}
	if again.String() != text {
		t.Errorf("%q", again.String())
	}
	for i, want := range []struct {
		reply string
		size  int
	}{{"", 2}, {"r", 0}, {"r", 5}, {"", 2}, {"r", 2}, {"r", 5}, {"", 5}} {
		if i >= len(messages) || messages[i].Subject != "a" || messages[i].Reply != want.reply || messages[i].Size != want.size {
			t.Fatalf("message %d of %+v, want %+v", i, messages, want)
		}
	}
	for _, wrong := range []string{"PUB a\r\n", "PUB a b c 1\r\n", "MSG a 1 -1\r\n", "MSG a 1 99999999999\r\n", "HPUB a x\r\n"} {
		if _, err := readFrame(bufio.NewReader(strings.NewReader(wrong)), true); err == nil {
			t.Errorf("%q is a frame", wrong)
		}
	}
}
