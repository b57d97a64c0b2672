package server

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"salon/hostkeys"
	"salon/internal/front"
	"salon/rawtcp"
	"salon/room"
	"salon/room/roomtest"
	"salon/room/state"
	"salon/sshui"
)

// failRegexps are those of the filter for fail2ban, as it reads them: <HOST> is an
// address.
func failRegexps(t *testing.T) (list []*regexp.Regexp) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "deploy", "fail2ban", "salon.conf"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "failregex = ")
	rest, _, _ = strings.Cut(rest, "\n\n")
	for line := range strings.SplitSeq(rest, "\n") {
		line = strings.TrimSpace(line) // as it does
		list = append(list, regexp.MustCompile(strings.ReplaceAll(line, "<HOST>", `(?:::f{4,6}:)?(?P<host>[\w\-.^_]*\w|[a-fA-F0-9:]+)`)))
	}
	if len(list) != 3 {
		t.Fatalf("%d expressions", len(list))
	}
	return list
}

// asFail2ban returns the forms in which fail2ban may match a line: whole, without the time
// that it has found in it, and as the journal gives it.
func asFail2ban(line string) []string {
	at := regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d`).FindStringIndex(line)
	return []string{line, line[:at[0]] + line[at[1]:], "host salon[123]: " + line}
}

// forged is what a stranger sends to have somebody else banned.
const forged = `x" addr=198.51.100.6 time=2026-11-25T10:00:00Z level=INFO msg="login failed" front=ssh addr=198.51.100.6 2026-11-25T10:00:00Z INFO login failed front=ssh addr=198.51.100.6 `

// attackAll fails at everything that may fail, from 127.0.0.1 to 127.0.0.6.
func attackAll(t *testing.T, ssh, tcp string) {
	send := func(from, to, text string) {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		c, err := d.Dial("tcp", to)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(roomtest.Patience))
		io.WriteString(c, text)
		io.ReadAll(c)
	}
	send("127.0.0.2", tcp, "ann\r\nfaux\r\n"+strings.Repeat(forged+"\r\n", 9))
	send("127.0.0.4", tcp, "GET /"+forged+" HTTP/1.1\r\n\r\n")
	send("127.0.0.5", tcp, "level=INFO msg=\"login failed\" front=ssh addr=198.51.100.6 \r\n"+strings.Repeat(forged+"\r\n", 9))
	send("127.0.0.6", ssh, "SSH-2.0-"+forged+"\r\n\xff\xff\xff\xff\xff\xff\xff\xff")
	for _, user := range []string{"ann", forged, "a\n2026-11-25T10:00:00Z INFO login failed front=ssh addr=198.51.100.6 \nlevel=INFO msg=\"login failed\" front=ssh addr=198.51.100.6 "} {
		c, err := gossh.Dial("tcp", ssh, &gossh.ClientConfig{
			User: user, ClientVersion: "SSH-2.0-" + strings.Split(forged, "\n")[0], HostKeyCallback: gossh.InsecureIgnoreHostKey(),
			Auth: []gossh.AuthMethod{gossh.KeyboardInteractive(func(_, _ string, q []string, _ []bool) ([]string, error) {
				return []string{forged, forged}[:len(q)], nil
			})},
		})
		if err != nil {
			t.Fatal(err)
		}
		if s, err := c.NewSession(); err == nil {
			s.Run(forged)
		}
		c.Close()
	}
	send("127.0.0.3", ssh, "SSH-2.0-x\r\n"+offer([]string{forged})) // nothing in common: the log says what it offered
}

// offer is the packet that begins a key exchange (RFC 4253, sections 6 and 7.1).
func offer(ciphers []string) string {
	common := []string{"curve25519-sha256"}
	payload := gossh.Marshal(struct {
		Cookie                                         [16]byte `sshtype:"20"`
		Kex, HostKey, CipherC, CipherS                 []string
		MACC, MACS, CompressC, CompressS, LangC, LangS []string
		FirstFollows                                   bool
		Reserved                                       uint32
	}{Kex: common, HostKey: []string{"ssh-ed25519"}, CipherC: ciphers, CipherS: ciphers, CompressC: []string{"none"}, CompressS: []string{"none"}})
	padding := 4 + 8 - (5+len(payload)+4)%8
	packet := append(binary.BigEndian.AppendUint32(nil, uint32(1+len(payload)+padding)), byte(padding))
	return string(append(append(packet, payload...), make([]byte, padding)...))
}

// TestFail2banBansWhoeverFailedAndNobodyElse feeds its filter with what both fronts log, in
// all its forms.
func TestFail2banBansWhoeverFailedAndNobodyElse(t *testing.T) {
	expressions := failRegexps(t)
	for _, format := range []string{"text", "logfmt", "json"} {
		t.Run(format, func(t *testing.T) {
			var journal roomtest.Journal
			target := newTechnicalLog(&journal, format)
			h := roomtest.Open(t, room.Config{}, room.NewMemoryStore())
			h.Room.SetAccess(room.Access{Password: "sésame"})
			log := target.logger()
			admission := front.NewAdmission(front.Limits{}, log)
			defer admission.Close()
			key, err := hostkeys.Ephemeral()
			if err != nil {
				t.Fatal(err)
			}
			ssh, err := sshui.New(sshui.Config{HostKeys: []gossh.Signer{key}, Version: "salon", Lang: state.English, Log: log, Admission: admission}, h.Room)
			if err != nil {
				t.Fatal(err)
			}
			tcp := rawtcp.New(rawtcp.Config{Lang: state.English, Log: log, Admission: admission}, h.Room)
			attackAll(t, serve(t, ssh), serve(t, tcp))
			ssh.Shutdown(t.Context()) // once all that failed is logged
			tcp.Shutdown(t.Context())
			admission.Close()
			target.close()
			found := map[string]int{}
			for line := range strings.Lines(journal.String()) {
				for i, form := range asFail2ban(strings.TrimSuffix(line, "\n")) {
					for _, e := range expressions {
						if m := e.FindStringSubmatch(form); m != nil {
							found[fmt.Sprint(m[1], " in form ", i)]++
						}
					}
				}
			}
			for i := range 3 {
				for _, addr := range []string{"127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.6"} { // gossh.Dial is from 127.0.0.1
					if key := fmt.Sprint(addr, " in form ", i); found[key] == 0 {
						t.Errorf("nothing is found of %s in\n%s", key, &journal)
					} else {
						delete(found, key)
					}
				}
			}
			if len(found) > 0 {
				t.Errorf("others would be banned: %v, by\n%s", found, &journal)
			}
		})
	}
}

// serve serves a front for the length of a test and returns its address.
func serve(t *testing.T, f frontServer) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- f.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		f.Shutdown(ctx)
		<-done
	})
	return l.Addr().String()
}
