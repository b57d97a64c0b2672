// Command salon serves one chat room over ssh and raw TCP, and is its small raw
// TCP client. See README.md.
package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"salon/internal/load"
	"salon/internal/server"
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

// cli is the command line. Flags of serve and check are also read from the environment,
// as SALON_NAME.
type cli struct {
	ShowVersion kong.VersionFlag `name:"version" env:"-" help:"${HelpVersion}"`

	Serve      serveCmd      `cmd:"" default:"withargs" help:"${HelpServe}"`
	Client     clientCmd     `cmd:"" help:"${HelpClient}" example:"localhost 2323"`
	Bench      benchCmd      `cmd:"" help:"${HelpBench}"`
	Export     exportCmd     `cmd:"" help:"${HelpExport}"`
	Check      checkCmd      `cmd:"" help:"${HelpCheck}"`
	Hostkey    hostkeyCmd    `cmd:"" help:"${HelpHostkey}"`
	Backup     backupCmd     `cmd:"" help:"${HelpBackup}" example:"salon-backup.db"`
	Cluster    clusterCmd    `cmd:"" help:"${HelpCluster}" example:"init --nats nats://localhost:4222"`
	Completion completionCmd `cmd:"" help:"${HelpCompletion}" example:"bash"`
	Health     healthCmd     `cmd:"" help:"${HelpHealth}" example:"127.0.0.1:9090"`
	Man        manCmd        `cmd:"" help:"${HelpMan}"`
	Version    versionCmd    `cmd:"" help:"${HelpVersion}"`
}

// program is what a command runs in.
type program struct {
	server.Usage
	args  []string
	shown bool // the help or the version: there is nothing else to do
}

func main() { os.Exit(run(os.Args[1:])) }

// run is main with its exit code.
func run(args []string) int {
	if len(args) > 0 && args[0] == "help" {
		args = append(slices.Clone(args[1:]), "--help")
	}
	p := &program{Usage: server.Usage{Lang: language(args)}, args: args}
	if completing(args) {
		if err := p.completeLine(); err != nil {
			return exitFailure
		}
		return exitOK
	}
	_, ctx, err := p.parse(args)
	if p.shown {
		return exitOK
	}
	if err == nil {
		err = ctx.Run(p)
	}
	if wrong, ok := errors.AsType[*server.UsageError](err); ok {
		p.Show(os.Stderr, ctx, wrong)
		return exitUsage
	}
	if errors.Is(err, server.ErrRefused) { // the server has said why
		return exitFailure
	}
	if err != nil {
		server.Complain(os.Stderr, err)
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

// parse understands the command line, and the file that it may name. The context is
// there after an error too.
func (p *program) parse(args []string) (*cli, *kong.Context, error) {
	c, ctx, err := p.parseWith(args, nil)
	if err != nil || c.Serve.File == "" && c.Check.File == "" {
		return c, ctx, err
	}
	settings, err := server.ReadSettings(cmp.Or(c.Serve.File, c.Check.File), lang.Of(p.Lang), func(flag, value string) error {
		_, _, err := p.parseWith([]string{"serve", "--" + flag + "=" + value}, nil)
		return err
	})
	if err != nil {
		return c, ctx, err
	}
	return p.parseWith(args, settings)
}

// parser makes what understands command lines.
func (p *program) parser(c *cli, settings server.Settings) *kong.Kong {
	return kong.Must(c, append(p.Options(), kong.Name("salon"), kong.DefaultEnvars("SALON"), kong.Resolvers(kong.ResolverFunc(settings.Resolve)),
		kong.Vars{"version": nameAndVersion()}, kong.Exit(func(int) { p.shown = true }))...)
}

// parseWith understands a command line; its error is a *server.UsageError.
func (p *program) parseWith(args []string, settings server.Settings) (*cli, *kong.Context, error) {
	var c cli
	ctx, err := p.parser(&c, settings).Parse(args)
	if wrong, ok := errors.AsType[*kong.ParseError](err); ok {
		ctx = wrong.Context
	}
	if err == nil {
		err = c.check(ctx)
	}
	if err != nil {
		err = p.Error(ctx, err)
	}
	return &c, ctx, err
}

// check reports the first value that the command cannot have.
func (c *cli) check(ctx *kong.Context) error {
	switch ctx.Command() {
	case "serve":
		return c.Serve.Check()
	case "check":
		return c.Check.Check()
	case "hostkey":
		if err := c.Hostkey.Check(); err != nil {
			return err
		}
	case "cluster init":
		if err := c.Cluster.Init.Check(); err != nil {
			return err
		}
	}
	for _, flag := range ctx.Flags() {
		if value := fmt.Sprint(ctx.FlagValue(flag)); flag.Name == "lang" && value != "" {
			if _, known := room.ParseLang(value); !known {
				return &server.FlagError{Flag: "lang", Value: value}
			}
		}
	}
	return nil
}

// serveCmd is `salon serve`, or `salon` alone.
type serveCmd struct{ server.Config }

// Run serves the room until somebody stops it.
func (c *serveCmd) Run(p *program) error {
	if l, ok := room.ParseLang(c.Lang); ok { // it may come from a file
		p.Lang = l
	}
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.Program = nameAndVersion()
	c.Again = func() (server.Config, error) {
		again, _, err := p.parse(p.args)
		return again.Serve.Config, err
	}
	return server.Run(context.Background(), c.Config)
}

// wording is the language of a command that has no server's Config. Its value is read before the
// others are: see [language].
type wording struct {
	Lang string `placeholder:"fr|en" help:"${HelpLang}"`
}

// clientCmd is `salon client HOST PORT`.
type clientCmd struct {
	Host string `arg:"" help:"${HelpHost}"`
	Port string `arg:"" help:"${HelpPort}"`
	wording
}

// Run joins a room over raw TCP.
func (c *clientCmd) Run(p *program) error {
	if n, err := strconv.ParseUint(c.Port, 10, 16); err != nil || n == 0 {
		return p.BadValue("salon client "+c.Host, c.Port, "2323")
	}
	return server.Join(net.JoinHostPort(c.Host, c.Port), p.Lang, os.Stdin, os.Stdout)
}

// exportCmd is `salon export`.
type exportCmd struct {
	Data string `placeholder:"DIR" help:"${HelpExportData}"`
	wording
}

// Run writes everything that was said to the standard output.
func (c *exportCmd) Run(p *program) error {
	if c.Data == "off" {
		return &server.UsageError{Text: lang.Of(p.Lang).ExportOff}
	}
	return server.Export(context.Background(), c.Data, p.Lang, os.Stdout, os.Stderr)
}

// checkCmd is `salon check`, with the flags of serve.
type checkCmd struct{ server.Config }

// Run checks what serve would open.
func (c *checkCmd) Run(p *program) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return server.Check(ctx, c.Config, p.Lang, os.Stdout)
}

// hostkeyCmd is `salon hostkey`.
type hostkeyCmd struct {
	server.HostKeyConfig
	wording
}

// Run prints the host keys.
func (c *hostkeyCmd) Run(p *program) error {
	return server.HostKeys(c.HostKeyConfig, p.Lang, os.Stdout)
}

// backupCmd is `salon backup FILE`.
type backupCmd struct {
	File string `arg:"" predictor:"file" help:"${HelpBackupFile}"`
	Data string `placeholder:"DIR" help:"${HelpExportData}"`
	wording
}

// Run writes the backup, or nothing when it is interrupted.
func (c *backupCmd) Run(p *program) error {
	switch {
	case c.Data == "off":
		return &server.UsageError{Text: lang.Of(p.Lang).BackupOff}
	case c.File == "-": // what a pipe has taken cannot be taken back
		return p.BadValue("salon backup", c.File, "salon-backup.db")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return server.Backup(ctx, c.Data, c.File, p.Lang, os.Stderr)
}

// healthCmd is `salon health [ADDR]`.
type healthCmd struct {
	Addr  string `arg:"" optional:"" env:"SALON_METRICS" default:"127.0.0.1:9090" help:"${HelpHealthAddr}"`
	Ready bool   `env:"-" help:"${HelpHealthReady}"`
}

// Run asks a server how it is.
func (c *healthCmd) Run(p *program) error {
	return server.Health(context.Background(), p.Usage, c.Addr, c.Ready, os.Stdout)
}

// clusterCmd is `salon cluster`.
type clusterCmd struct {
	Init initCmd `cmd:"" help:"${HelpInit}"`
	Key  keyCmd  `cmd:"" help:"${HelpKey}" example:"paris.seed"`
}

// initCmd is `salon cluster init`.
type initCmd struct {
	server.InitConfig
	wording
}

// Run makes a cluster. Once it is interrupted there may be half of one, which is said.
func (c *initCmd) Run(p *program) error {
	c.Program = nameAndVersion()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return server.Init(ctx, c.InitConfig, p.Lang, os.Stdout)
}

// keyCmd is `salon cluster key FILE`.
type keyCmd struct {
	File string `arg:"" predictor:"file" help:"${HelpKeyFile}"`
	wording
}

// Run makes a key.
func (c *keyCmd) Run(p *program) error { return server.NewKey(c.File, p.Lang, os.Stdout) }

// benchCmd is `salon bench`.
type benchCmd struct {
	load.Config
	Terminal string `name:"size" env:"-" default:"80x24" help:"${BenchSize}"`
	SVG      string `name:"svg" env:"-" placeholder:"FILE" help:"${BenchSVG}"` // "": no chart
}

// Run applies the load, with its progress on stderr, and prints what it measured.
func (c *benchCmd) Run(p *program) error {
	cfg := c.Soaking()
	members := cfg.Screen + cfg.Line + cfg.Raw
	cfg.Progress, cfg.Burst, cfg.Senders = os.Stderr, max(cfg.Burst, 0), min(cfg.Senders, members-cfg.Stalled)
	if _, err := fmt.Sscanf(c.Terminal, "%dx%d", &cfg.Width, &cfg.Height); err != nil || cfg.Width < 1 || cfg.Height < 1 {
		return p.BadValue("--size", c.Terminal, "80x24")
	}
	if cfg.Burst > 0 {
		cfg.Rate = 0
	}
	churns := c.Churn > 0 && members == 0 && (c.SSH != "" || c.TCP != "") // alone
	if members == 0 && !churns || cfg.Screen+cfg.Line > 0 && c.SSH == "" || cfg.Raw > 0 && c.TCP == "" {
		return p.BadValue("salon bench", "", "--ssh localhost:2222 --screen 10 --tcp localhost:2323 --raw 10")
	}
	if err := cfg.Check(); err != nil && !churns {
		return &server.UsageError{Text: err.Error()}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if cfg.Soak > 0 || cfg.Churn > 0 {
		return soak(ctx, cfg, c.SVG)
	}
	report, err := load.Run(ctx, cfg)
	if err != nil {
		return err
	}
	_, err = report.WriteTo(os.Stdout)
	return err
}

// soak applies a long load, prints what it measured, and draws it unless chart is "".
func soak(ctx context.Context, cfg load.Config, chart string) error {
	report, err := load.Soak(ctx, cfg)
	if err != nil {
		return err
	}
	if _, err := report.WriteTo(os.Stdout); err != nil || chart == "" {
		return err
	}
	var drawn bytes.Buffer
	if err := report.WriteSVG(&drawn); err != nil {
		return err
	}
	return os.WriteFile(chart, drawn.Bytes(), 0o644)
}
