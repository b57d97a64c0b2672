package load_test

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	gossh "golang.org/x/crypto/ssh"

	"salon/hostkeys"
	"salon/internal/load"
	"salon/rawtcp"
	"salon/room"
	"salon/sshui"
)

// serverEnv makes this test binary a server instead, so that what it uses can be
// told from what the load uses.
const serverEnv = "SALON_BENCH_SERVER"

func TestMain(m *testing.M) {
	switch os.Getenv(serverEnv) {
	case "salon":
		log.Fatal(serveSalon())
	case "reference":
		l := listen()
		fmt.Println(l.Addr(), "-")
		log.Fatal(serveReference(l))
	}
	goleak.VerifyTestMain(m)
}

func listen() net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	return l
}

func serveSalon() error {
	cfg := room.DefaultConfig()
	cfg.Rate = 0
	r, err := room.New(context.Background(), cfg, room.NewMemoryLog(), room.NewMemoryStore())
	if err != nil {
		return err
	}
	key, err := hostkeys.Ephemeral()
	if err != nil {
		return err
	}
	srv, err := sshui.New(sshui.Config{HostKeys: []gossh.Signer{key}, Version: "salon"}, r)
	if err != nil {
		return err
	}
	overSSH, overTCP := listen(), listen()
	fmt.Println(overSSH.Addr(), overTCP.Addr())
	go rawtcp.New(rawtcp.Config{}, r).Serve(overTCP)
	return srv.Serve(overSSH)
}

// start runs a server in a process of its own until the benchmark ends.
func start(b *testing.B, name string) (ssh, tcp string, pid int) {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serverEnv+"="+name)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatalf("%s did not start: %v", name, err)
	}
	addrs := strings.Fields(line)
	return addrs[0], addrs[1], cmd.Process.Pid
}

// talk is the usual load: members of whom ten say five messages a second.
func talk() load.Config {
	return load.Config{Parallel: 8, Senders: 10, Rate: 5, Duration: 3 * time.Second, Size: 80, Settle: time.Second}
}

// burst is the other: the ten say a hundred messages each, back to back.
func burst() load.Config {
	c := talk()
	c.Rate, c.Burst = 0, 100
	return c
}

// members is how many join: enough to tell, few enough to wait for.
const members = 300

func measure(b *testing.B, name string, c load.Config) *load.Report {
	b.Helper()
	ssh, tcp, pid := start(b, name)
	c.SSH, c.TCP, c.PID = ssh, tcp, []int{pid}
	r, err := load.Run(b.Context(), c)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func show(b *testing.B, prefix string, r *load.Report) {
	idle, _ := r.BytesPerMember()
	b.ReportMetric(r.JoinsPerSecond(), prefix+"joins/s")
	b.ReportMetric(r.DeliveriesPerSecond(), prefix+"deliveries/s")
	b.ReportMetric(float64(r.CPUPerDelivery())/1e3, prefix+"us-cpu/delivery")
	b.ReportMetric(float64(r.P50)/1e6, prefix+"ms-p50")
	b.ReportMetric(float64(r.P99)/1e6, prefix+"ms-p99")
	b.ReportMetric(float64(idle)/1e3, prefix+"KB/member")
	b.ReportMetric(100*float64(r.Summarised)/float64(r.Expected), prefix+"%-summarised")
	b.ReportMetric(float64(r.Lost()), prefix+"lost")
}

// against runs one load on salon and on the reference, one after the other on the
// same machine, and prints the ratios: above 1, salon is better.
func against(b *testing.B, c load.Config) {
	for b.Loop() {
		ours, theirs := measure(b, "salon", c), measure(b, "reference", c)
		show(b, "", ours)
		show(b, "reference-", theirs)
		ourMemory, _ := ours.BytesPerMember()
		theirMemory, _ := theirs.BytesPerMember()
		b.ReportMetric(float64(theirs.CPUPerDelivery())/float64(ours.CPUPerDelivery()), "x-cpu")
		b.ReportMetric(ours.DeliveriesPerSecond()/theirs.DeliveriesPerSecond(), "x-deliveries")
		b.ReportMetric(float64(theirs.P99)/float64(ours.P99), "x-p99")
		b.ReportMetric(float64(theirMemory)/float64(ourMemory), "x-memory")
		b.ReportMetric(ours.JoinsPerSecond()/theirs.JoinsPerSecond(), "x-joins")
		if ours.Lost() != 0 || ours.Doubled != 0 {
			b.Errorf("%d lost, %d doubled", ours.Lost(), ours.Doubled)
		}
	}
}

// onScreens runs a load on members with screens of both sizes.
func onScreens(b *testing.B, c load.Config) {
	for _, size := range []struct{ width, height int }{{80, 24}, {200, 40}} {
		b.Run(fmt.Sprintf("%dx%d", size.width, size.height), func(b *testing.B) {
			c := c
			c.Screen, c.Width, c.Height = members, size.width, size.height
			against(b, c)
		})
	}
}

func BenchmarkTalkOverSSHScreens(b *testing.B) { onScreens(b, talk()) }

func BenchmarkBurstOverSSHScreens(b *testing.B) { onScreens(b, burst()) }

func BenchmarkTalkOverSSHLines(b *testing.B) {
	c := talk()
	c.Line = members
	against(b, c)
}

func BenchmarkTalkOverRawTCP(b *testing.B) {
	c := talk()
	c.Raw = members
	for b.Loop() {
		show(b, "", measure(b, "salon", c))
	}
}

func BenchmarkBurstOverRawTCP(b *testing.B) {
	c := burst()
	c.Raw = members
	for b.Loop() {
		show(b, "", measure(b, "salon", c))
	}
}
