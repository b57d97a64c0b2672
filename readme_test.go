//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// readmeWords are as many as README.md may have, as wc -w counts them.
const readmeWords = 1600

// guides are the texts whose blocks are all tried, or untried for a reason.
var guides = []string{"README.md", "docs/guide.md", "docs/operations.md", "docs/performance.md", "docs/fr.md"}

// guideScripts are what is done with a block of a guide, by its info string. Beside it is a
// room on free ports, whose data directory is data, unless it opens one itself.
var guideScripts = map[string]string{
	// It runs to its end.
	"sh test": `serve --lang en
exits 0 sh -eu block.sh
`,
	// It opens a room.
	"sh test room": `start room sh -eu block.sh
ports room
type room 'shutdown 0'
ends room 0
`,
	// It joins the room, from a terminal; Ctrl-D leaves.
	"sh test terminal": `need tmux
serve --lang en
pane reader
enter reader '. ./block.sh'
see reader 'Welcome|^Nickname:'
keys reader C-d
see reader '^shell\$\n\z'
`,
	// It opens a room for those whose keys are in the directory keys, with ann as operator.
	"sh test team": `need ssh ssh-keygen
mkdir keys
cp home/.ssh/id_ed25519.pub keys/ann.pub
cp home/.ssh/other.pub keys/bob.pub
exec ssh-keygen -q -t ed25519 -N '' -f eve
free SSH_PORT
start room sh -eu block.sh
see room '^  ssh -p \d+'
exits 0 ssh -p $SSH_PORT -T ann@127.0.0.1 /stats
exits 0 ssh -p $SSH_PORT -i home/.ssh/other bob@127.0.0.1 '@all here'
exits 1 ssh -p $SSH_PORT -i home/.ssh/other bob@127.0.0.1 /stats
mv eve home/.ssh/id_ed25519
mv eve.pub home/.ssh/id_ed25519.pub
! exec ssh -p $SSH_PORT eve@127.0.0.1 '@all let me in'
type room 'shutdown 0'
ends room 0
`,
	// It restores a backup, from which a room is then opened.
	"sh test restore": `serve --lang en
type salon 'topic the room as it was'
see salon 'the room as it was'
exits 0 salon backup salon-backup.db --data data
cp data/ssh_host_ed25519_key ssh_host_ed25519_key
chmod 600 ssh_host_ed25519_key
exec mkdir srv
exits 0 sh -eu block.sh
exec cmp data/ssh_host_ed25519_key srv/salon/ssh_host_ed25519_key
start again salon serve --ssh 127.0.0.1:0 --tcp 127.0.0.1:0 --data srv/salon --lang en
ports again
type again topic
see again 'the room as it was'
`,
}

// untried are the blocks that are not run here, by their first line, and why.
var untried = map[string]string{
	"go test ./...": ".ci/run does, and this test is in it",
	"go build":      ".ci/run does, for every platform",
	"salon cluster init --nats nats://nats-1:4222,nats://nats-2:4222,nats://nats-3:4222 --nats-nkey admin.seed --from /var/lib/salon": "the machines are not there: internal/server and TestCluster do the same with others",
	"salon bench --ssh localhost:2222 --screen 1000 --size 200x40 --pid $(pgrep -x salon)":                                            "it takes minutes and two cores: TestConversations/bench measures less",
	"go test -run '^$' -bench . -benchtime 1x ./internal/load":                                                                        "it takes minutes and two cores",
	"cat > salon.conf <<'end'":  "it is about a machine that runs systemd",
	"sudo systemctl stop salon": "it is about a machine that runs systemd",
	"sudo systemd-run --pipe -p User=salon -p DynamicUser=yes -p StateDirectory=salon salon check --config /etc/salon/salon.conf": "it is about a machine that runs systemd",
	"sudo install salon /usr/local/bin/": "it is about a machine that runs systemd",
	"sudo systemctl reload salon":        "it is about a machine that runs systemd",
}

// places are what stands in a guide for what is elsewhere in a test.
var places = []string{"go run .", "salon", "sudo ", "", "/var/lib/salon", "$WORK/data", "/etc/salon", "$WORK/etc", "/srv/salon", "$WORK/srv/salon"}

// TestGuides does what the guides tell people to type.
func TestGuides(t *testing.T) {
	var files []string
	seen := map[string]bool{}
	for _, guide := range guides {
		for _, b := range guideBlocks(t, guide) {
			first, _, _ := strings.Cut(b.text, "\n")
			switch seen[first] = true; {
			case guideScripts[b.kind] != "":
				files = append(files, b.script(t))
			case untried[first] == "":
				t.Errorf("%s:%d: a block that no test runs: mark it, or say in untried why not", guide, b.line)
			}
		}
	}
	for first := range untried {
		if !seen[first] {
			t.Errorf("no guide has a block that begins with %q", first)
		}
	}
	testscript.Run(t, testscript.Params{Files: files, Setup: stage(t), Cmds: commands, RequireExplicitExec: true})
}

// TestReadmeIsShort counts its words.
func TestReadmeIsShort(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if n := len(strings.Fields(string(text))); err != nil || n > readmeWords {
		t.Errorf("README.md has %d words, of at most %d (%v)", n, readmeWords, err)
	}
}

// guideBlock is one that a guide has between fences.
type guideBlock struct {
	guide      string
	line       int
	kind, text string
}

// guideBlocks finds the blocks of a guide; those of JSON are for reading.
func guideBlocks(t *testing.T, guide string) (blocks []guideBlock) {
	data, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, at := range regexp.MustCompile("(?ms)^ *```([^\n]*)\n(.*?)^ *```$").FindAllStringSubmatchIndex(text, -1) {
		b := guideBlock{guide, 1 + strings.Count(text[:at[0]], "\n"), text[at[2]:at[3]], text[at[4]:at[5]]}
		if b.kind != "json" {
			blocks = append(blocks, b)
		}
	}
	return blocks
}

// script writes the conversation that a block takes part in.
func (b guideBlock) script(t *testing.T) string {
	ports, env := []string{"2222", "$SSH_PORT", "2323", "$TCP_PORT"}, ""
	switch b.kind {
	case "sh test room":
		ports, env = []string{"2222", "0", "2323", "0", "9090", "0"}, "export SALON_SSH=127.0.0.1:0 SALON_TCP=127.0.0.1:0 SALON_DATA=data\n"
	case "sh test team":
		env = "export SALON_SSH=127.0.0.1:$SSH_PORT SALON_DATA=data\n"
	}
	file := filepath.Join(t.TempDir(), fmt.Sprintf("%s_%d.txtar", strings.TrimSuffix(filepath.Base(b.guide), ".md"), b.line))
	text := b.needs() + "mkdir etc\n" + guideScripts[b.kind] + "-- block.sh --\n" + env + strings.NewReplacer(append(ports, places...)...).Replace(b.text)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// needs names the programs of a block that may not be installed.
func (b guideBlock) needs() (lines string) {
	for _, program := range []string{"ssh", "telnet", "nc", "sqlite3"} {
		if regexp.MustCompile(`\b` + program + ` `).MatchString(b.text) {
			lines += "need " + program + "\n"
		}
	}
	return lines
}
