//go:build unix

package main

import (
	"slices"
	"strings"
	"testing"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
)

// commandGroups are the chapters of docs/commands.md, by who may use a command.
var commandGroups = []struct {
	heading, about string
	needs          []room.Need
}{
	{"Everyone", "On every front.", []room.Need{room.Anyone, room.Members}},
	{"On a full screen", "Each does what a key does, or says how the screen looks.", []room.Need{room.Screens}},
	{"In lines", "Over raw TCP, and over ssh without a terminal.", []room.Need{room.Lines}},
	{"Moderators", "Whoever made a room and those they name may do this there; operators, everywhere.", []room.Need{room.Moderators}},
	{"Operators", "Those whose keys are in the file of `--operators`.", []room.Need{room.Operators}},
}

// commandsGuide has every command of the room and of the console, as help shows them.
func commandsGuide(t *testing.T, _ string) string {
	t.Helper()
	english, french := lang.View{Lang: state.English}, lang.View{Lang: state.French}
	var b strings.Builder
	b.WriteString(generatedHead + `# Commands

What can be typed, as ` + "`/help` and `/help COMMAND`" + ` show it. All words of a command work whatever language one reads.
A line without a command is said to everyone. What stands in [brackets] may be left out; a | stands between what one
chooses from.
`)
	all := append(room.Commands(), room.NodeCommands()...)
	for _, g := range commandGroups {
		b.WriteString("\n## " + g.heading + "\n\n" + g.about + "\n\n| typed | does | en français |\n|---|---|---|\n")
		for _, c := range all {
			if slices.Contains(g.needs, c.Need) {
				usage, does := english.Explain(c)
				var about strings.Builder
				about.WriteString(sentence(does))
				for _, more := range english.More(c) {
					about.WriteString(" " + sentence(more))
				}
				b.WriteString("| " + code(usage) + " | " + cell(about.String()) + " | " + code(french.Usage(c)) + " |\n")
			}
		}
	}
	console := lang.View{Lang: state.English, Console: true, Operator: true}
	b.WriteString("\n## At the console\n\nThe standard input of the server: the same without a slash. On a terminal Tab completes them.\n\n| typed | does |\n|---|---|\n")
	for _, c := range all {
		if c.Need == room.Anyone || c.Need == room.Operators || c.Need == room.Moderators {
			usage, does := console.Explain(c)
			b.WriteString("| " + code(usage) + " | " + cell(sentence(does)) + " |\n")
		}
	}
	return b.String()
}

// sentence makes one of a line of help.
func sentence(line string) string {
	return strings.ToUpper(line[:1]) + strings.TrimSuffix(line[1:], ".") + "."
}
