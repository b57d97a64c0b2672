//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// readmeScripts are what is done with a block of README.md, by what its info
// string says after "sh".
var readmeScripts = map[string]string{
	// It runs to its end, beside a room that is open.
	"test": `need ssh ssh-keygen telnet nc tmux python3
serve --lang en
exits 0 sh -eu block.sh
`,
	// It opens a room.
	"test room": `start room sh -eu block.sh
ports room
type room 'shutdown 0'
ends room 0
`,
	// It joins the room, from a terminal; Ctrl-D leaves.
	"test terminal": `need ssh ssh-keygen telnet nc tmux
serve --lang en
pane reader
enter reader '. ./block.sh'
see reader 'Welcome|^Nickname:'
keys reader C-d
see reader '^shell\$\n\z'
`,
}

// TestReadme does what README.md tells people to type, with salon in place of
// "go run ." and ports of its own.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("there is no README.md yet")
	}
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, b := range readmeBlocks(t, text) {
		files = append(files, b.script(t))
	}
	if files == nil {
		t.Skip("no block of README.md is marked \"sh test\"")
	}
	testscript.Run(t, testscript.Params{Files: files, Setup: stage(t), Cmds: commands, RequireExplicitExec: true})
}

// block is one of README.md's.
type block struct {
	line       int
	kind, text string
}

// readmeBlocks finds the fenced blocks that are marked for a test.
func readmeBlocks(t *testing.T, readme []byte) []block {
	var blocks []block
	for _, at := range regexp.MustCompile("(?ms)^```sh (test[a-z ]*)\n(.*?)^```$").FindAllSubmatchIndex(readme, -1) {
		b := block{1 + bytes.Count(readme[:at[0]], []byte("\n")), string(readme[at[2]:at[3]]), string(readme[at[4]:at[5]])}
		if readmeScripts[b.kind] == "" {
			t.Errorf("README.md:%d: blocks marked \"sh %s\" are not known here", b.line, b.kind)
			continue
		}
		blocks = append(blocks, b)
	}
	return blocks
}

// script writes the conversation that a block takes part in.
func (b block) script(t *testing.T) string {
	ports := strings.NewReplacer("go run .", "salon", "2222", "$SSH_PORT", "2323", "$TCP_PORT")
	env := ""
	if b.kind == "test room" {
		ports = strings.NewReplacer("go run .", "salon", "2222", "0", "2323", "0")
		env = "export SALON_SSH=127.0.0.1:0 SALON_TCP=127.0.0.1:0 SALON_DATA=data\n"
	}
	file := filepath.Join(t.TempDir(), fmt.Sprintf("line_%d.txtar", b.line))
	text := readmeScripts[b.kind] + "-- block.sh --\n" + env + ports.Replace(b.text)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
