package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/posener/complete"
	"github.com/willabides/kongplete"

	"github.com/alecthomas/kong"
)

// completionCmd is `salon completion SHELL`.
type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"${HelpShell}"`
	wording
}

// Run prints the script that has the shell ask this program what a word may become.
func (c *completionCmd) Run() error {
	_, err := fmt.Print(completionScripts[c.Shell])
	return err
}

// completionScripts are for a shell to read at its start. Each calls the program as `salon completion
// SHELL`, with the line before the cursor in COMP_LINE, and gets a word a line; behind --flag=,
// what follows that.
var completionScripts = map[string]string{
	"bash": `# salon completion bash: for ~/.bashrc, or bash-completion's directory
complete -o filenames -C 'salon completion bash' salon
`,
	"zsh": `#compdef salon
# salon completion zsh: for a file _salon in a directory of $fpath, or ~/.zshrc behind compinit
_salon() {
	local -a found
	found=("${(@f)$(COMP_LINE="${(j: :)words[1,CURRENT-1]} $PREFIX" salon completion zsh 2>/dev/null)}")
	found=(${found:#})
	compset -P '--*='
	compadd -S '' -- ${(M)found:#*/}
	compadd -- ${found:#*/}
}
if [[ $funcstack[1] == _salon ]]; then
	_salon
else
	compdef _salon salon
fi
`,
	"fish": `# salon completion fish: for ~/.config/fish/completions/salon.fish
function __salon_complete
	set -l head (string match -r -- '^--[^=]*=' (commandline -ct))
	for word in (COMP_LINE=(commandline -cp) salon completion fish 2>/dev/null)
		printf '%s\n' "$head$word"
	end
end
complete -c salon -f -a '(__salon_complete)'
`,
}

// completing reports whether a shell asks what the last word of a line may become.
func completing(args []string) bool {
	return len(args) > 0 && args[0] == "completion" && os.Getenv("COMP_LINE") != ""
}

// completeLine prints what the last word may become, a word a line.
func (p *program) completeLine() error {
	parser := p.parser(&cli{}, nil)
	command, err := kongplete.Command(parser, kongplete.WithPredictor("file", complete.PredictFiles("*")))
	if err != nil {
		return err
	}
	addPredictors(parser.Model.Node, command)
	names := complete.PredictFunc(command.Sub.Predict)
	command.Flags = command.Sub[parser.Model.DefaultCmd.Name].GlobalFlags // it needs no name
	command.Sub["help"] = complete.Command{Args: names}
	complete.New(parser.Model.Name, command).Complete()
	return nil
}

// addPredictors has values completed as the placeholders of their flags say: one of several words,
// files or directories.
func addPredictors(node *kong.Node, command complete.Command) {
	for _, flag := range node.Flags {
		switch value := flag.PlaceHolder; {
		case strings.Contains(value, "|"):
			command.GlobalFlags["--"+flag.Name] = complete.PredictSet(strings.Split(value, "|")...)
		case value == "FILE":
			command.GlobalFlags["--"+flag.Name] = complete.PredictFiles("*")
		case value == "DIR":
			command.GlobalFlags["--"+flag.Name] = complete.PredictDirs("*")
		}
	}
	for _, child := range node.Children {
		addPredictors(child, command.Sub[child.Name])
	}
}
