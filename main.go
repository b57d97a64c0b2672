// Command salon serves one chat room over ssh and raw TCP, and is its small raw
// TCP client. See README.md.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
)

// Exit codes of the program.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// cli is the command line. Flags of serve are also read from the environment,
// as SALON_NAME.
type cli struct {
	Serve   serveCmd   `cmd:"" default:"withargs" help:"${serve}"`
	Client  clientCmd  `cmd:"" help:"${client}"`
	Bench   benchCmd   `cmd:"" help:"${bench}"`
	Export  exportCmd  `cmd:"" help:"${export}"`
	Version versionCmd `cmd:"" help:"${version}"`
}

// program is the world that a command runs in.
type program struct {
	args   []string
	lang   state.Lang
	stdin  *os.File
	stdout *os.File
	stderr *os.File
}

func (p *program) texts() *lang.Texts { return lang.Of(p.lang) }

func main() { os.Exit(run(os.Args[1:])) }

// run is main with its exit code.
func run(args []string) int {
	p := &program{args: args, lang: language(args), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	exited := -1
	_, parsed, err := p.parse(args, kong.Exit(func(code int) { exited = code }))
	if exited >= 0 { // it showed its help
		return exited
	}
	if wrong, ok := errors.AsType[*kong.ParseError](err); ok {
		return p.wrongUse(wrong.Context, err)
	}
	if err == nil {
		err = parsed.Run(p)
	}
	if usage, ok := errors.AsType[usageError](err); ok {
		return p.wrongUse(parsed, usage)
	}
	if err != nil {
		fmt.Fprintln(p.stderr, "salon:", err)
		return exitFailure
	}
	return exitOK
}

// language is that of --lang, of SALON_LANG or of the locale, in this order,
// known before the command line is understood: what is said about a wrong one
// needs it.
func language(args []string) state.Lang {
	for i, arg := range args {
		value, ok := strings.CutPrefix(arg, "--lang=")
		if arg == "--lang" && i+1 < len(args) {
			value, ok = args[i+1], true
		}
		if l, known := room.ParseLang(value); ok && known {
			return l
		}
	}
	if l, ok := room.ParseLang(os.Getenv("SALON_LANG")); ok {
		return l
	}
	return lang.FromLocale(os.Getenv, state.French)
}

// words are the texts that the help is made from.
func words(t *lang.Texts) kong.Vars {
	return kong.Vars{
		"serve": t.HelpServe, "client": t.HelpClient, "version": t.HelpVersion,
		"ssh": t.HelpSSH, "tcp": t.HelpTCP, "data": t.HelpData, "hostkey": t.HelpHostKey, "lang": t.HelpLang,
		"replay": t.HelpReplay, "rate": t.HelpRate, "burst": t.HelpBurst, "persource": t.HelpPerSource,
		"bench": t.HelpBench, "bench_ssh": t.BenchSSH, "bench_tcp": t.BenchTCP, "bench_screen": t.BenchScreen, "bench_line": t.BenchLine,
		"bench_raw": t.BenchRaw, "bench_terminal": t.BenchSize, "bench_stalled": t.BenchStalled, "bench_parallel": t.BenchParallel,
		"bench_senders": t.BenchSenders, "bench_rate": t.BenchRate, "bench_burst": t.BenchBurst, "bench_duration": t.BenchDuration,
		"bench_size": t.BenchBytes, "bench_settle": t.BenchSettle, "bench_pid": t.BenchPID,
		"operators": t.HelpOperators, "allow": t.HelpAllow, "passwordfile": t.HelpPasswordFile, "motd": t.HelpMOTD, "config": t.HelpConfig,
		"keep": t.HelpKeep, "keepsize": t.HelpKeepSize, "export": t.HelpExport, "exportdata": t.HelpExportData,
		"log": t.HelpLog, "host": t.HelpHost, "port": t.HelpPort,
	}
}

// help is kong's own, with its headings in the reader's language. Without a
// command it includes that of serve, which is what salon alone does.
func (p *program) help(o kong.HelpOptions, ctx *kong.Context) error {
	if err := p.print(o, ctx); err != nil || ctx.Selected() != nil {
		return err
	}
	serve, err := kong.Trace(ctx.Kong, []string{"serve"})
	if err != nil {
		return err
	}
	fmt.Fprintln(ctx.Stdout)
	return p.print(o, serve)
}

func (p *program) print(o kong.HelpOptions, ctx *kong.Context) error {
	var text bytes.Buffer
	out := ctx.Stdout
	defer func() { ctx.Stdout = out }()
	ctx.Stdout = &text
	if err := kong.DefaultHelpPrinter(o, ctx); err != nil {
		return err
	}
	_, err := io.WriteString(out, p.translate(text.String()))
	return err
}

func (p *program) translate(help string) string {
	if p.lang == state.English {
		return help
	}
	t := p.texts()
	return strings.NewReplacer("Usage:", "Usage :", "Flags:", "Options :", "Commands:", "Commandes :", "Arguments:", "Arguments :",
		"Show context-sensitive help.", t.HelpShow, "Run \"", "« ", " --help\" for more information on a command.", " --help » en dit plus sur une commande.",
		"[flags]", "[options]").Replace(help)
}

// wrongUse prints the usage, then what was wrong.
func (p *program) wrongUse(ctx *kong.Context, err error) int {
	ctx.Stdout = p.stderr
	ctx.PrintUsage(false)
	fmt.Fprintf(p.stderr, "\nsalon: "+p.texts().WrongUse+"\n", err)
	return exitUsage
}

// usageError is a wrong use that only the command itself could see.
type usageError struct{ error }

// versionCmd is `salon version`.
type versionCmd struct{}

// Run prints the version that the binary was built from.
func (versionCmd) Run(p *program) error {
	_, err := fmt.Fprintln(p.stdout, "salon", version())
	return err
}

// version is the module's, or the commit's for a binary built in a checkout.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "devel-" + s.Value[:min(12, len(s.Value))]
		}
	}
	return "devel"
}
