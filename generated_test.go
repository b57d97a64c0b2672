//go:build unix

package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"salon/internal/server"
	"salon/room/state"
)

//go:generate go test -run ^TestGenerated$ -update .

// generated are the files made from the command line, the commands of the room and the types of
// its JSON, each by a function that is given what the file has now.
var generated = map[string]func(t *testing.T, now string) string{
	"docs/salon.1":           manualPage,
	"docs/flags.md":          flagsGuide,
	"docs/commands.md":       commandsGuide,
	"docs/salon.schema.json": jsonSchema,
	"deploy/salon.conf":      sampleSettings,
}

// TestGenerated holds what is generated to what it is made from. -update writes it anew, as go
// generate does.
func TestGenerated(t *testing.T) {
	for file, generate := range generated {
		t.Run(file, func(t *testing.T) {
			now, err := os.ReadFile(file)
			if err != nil && !*update {
				t.Fatal(err)
			}
			want := generate(t, string(now))
			if *update {
				if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if string(now) != want {
				t.Errorf("%s is stale: go generate ./... makes\n%s", file, firstDifference(string(now), want))
			}
		})
	}
}

// firstDifference returns the first line of a text that another has not at the same place.
func firstDifference(now, want string) string {
	was := strings.Split(now, "\n")
	for i, line := range strings.Split(want, "\n") {
		if i >= len(was) {
			return "more: " + line
		}
		if was[i] != line {
			return line + "\nin place of\n" + was[i]
		}
	}
	return "less"
}

// modelIn returns the model of the command line, with its texts in a language.
func modelIn(t *testing.T, l state.Lang) (*kong.Application, server.Usage) {
	t.Helper()
	p := &program{Usage: server.Usage{Lang: l}}
	_, ctx, err := p.parseWith([]string{"version"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ctx.Model, p.Usage
}

// manualDate finds the date of a manual page.
var manualDate = regexp.MustCompile(`(?m)^\.TH SALON 1 "(.*)" salon$`)

// manualPage is the English manual page, which keeps its date as long as nothing else changes.
func manualPage(t *testing.T, now string) string {
	app, u := modelIn(t, state.English)
	if date := manualDate.FindStringSubmatch(now); date != nil {
		if page := manual(app, u, date[1]); page == now {
			return page
		}
	}
	return manual(app, u, time.Now().UTC().Format(time.DateOnly))
}

const generatedHead = "<!-- Written by go generate ./... -->\n\n"

// flagsGuide has a table of the flags of each command.
func flagsGuide(t *testing.T, _ string) string {
	app, u := modelIn(t, state.English)
	var b strings.Builder
	b.WriteString(generatedHead + `# Flags

Each flag of the server is also a variable of the environment, and with ` + "`--config FILE`" + ` a line of a file, as in
[deploy/salon.conf](../deploy/salon.conf): ` + "`rate = 5`" + `. The command line goes before the environment, and that before the
file. ` + "`salon COMMAND --help`" + ` says the same in the terminal, and ` + "`salon man`" + ` all of it.
`)
	for _, command := range app.Leaves(true) {
		b.WriteString("\n## `salon " + strings.TrimSpace(pathOf(app, command)+" "+strings.TrimSuffix(synopsis(command), "[flags]")) + "`\n\n" + cell(command.Help) + "\n")
		for _, arg := range command.Positional {
			b.WriteString("\n`" + arg.Summary() + "`: " + arg.Help + "\n")
		}
		if like := likeAnother(app, command); like != nil {
			b.WriteString("\nTakes the flags of `salon " + like.Path() + "`.\n")
			continue
		}
		if len(command.Flags) > 0 {
			b.WriteString("\n| flag | environment | default | meaning |\n|---|---|---|---|\n")
		}
		for _, f := range command.Flags {
			b.WriteString("| " + code(flagForm(f)) + " | " + code(strings.Join(f.Envs, ", ")) + " | " + code(f.Default) + " | " + cell(u.Translate(f.Help)) + " |\n")
		}
	}
	return b.String()
}

// flagForm is how a flag is written: with what its value is, not with its default.
func flagForm(f *kong.Flag) string {
	if f.IsBool() || f.PlaceHolder != "" {
		return f.String()
	}
	kinds := map[string]string{"int": "N", "float64": "N", "time.Duration": "TIME", "[]int": "N,..."}
	kind := kinds[f.Target.Type().String()]
	if kind == "" {
		kind = "ADDR"
	}
	return "--" + f.Name + "=" + kind
}

// code writes a cell of a table as code, and cell as text.
func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + cell(s) + "`"
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// sampleSettings is a file for --config with all that can be in it, commented out.
func sampleSettings(t *testing.T, _ string) string {
	app, _ := modelIn(t, state.English)
	var b strings.Builder
	b.WriteString(`# A file for ` + "`salon --config FILE`" + `, or SALON_CONFIG: the flags of ` + "`salon serve`" + `, one a line,
# each commented out and at its default. The command line and the environment go
# before it. The "reload" command and SIGHUP read it again.
# Written by go generate ./...
`)
	for _, f := range app.DefaultCmd.Flags {
		if f.Name == "config" {
			continue
		}
		b.WriteByte('\n')
		about := f.Help
		if form := flagForm(f); f.Default == "" {
			_, value, _ := strings.Cut(form, "=")
			about += " Value: " + value + "."
		}
		for _, line := range wrapped(about, 76) {
			b.WriteString("# " + line + "\n")
		}
		b.WriteString(strings.TrimSpace("#"+f.Name+" = "+f.Default) + "\n")
	}
	return b.String()
}

// wrapped breaks a text into lines.
func wrapped(text string, width int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}
