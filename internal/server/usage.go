package server

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"salon/room/lang"
	"salon/room/state"
)

// Usage words the help and the errors of the command line in one language; those of kong
// are in English.
type Usage struct{ Lang state.Lang }

// A UsageError says, in the reader's language, what is wrong on the command line.
type UsageError struct {
	Text    string
	program bool // it is about the program, not the command that was selected
}

func (e *UsageError) Error() string { return e.Text }

func (u Usage) texts() *lang.Texts { return lang.Of(u.Lang) }

// Options make kong use the language. ${Name} in the help of a command or flag is the field of that
// name of lang.Texts. They are no variables of kong's, which copies and reads all of them anew for
// each flag: that took most of a start.
func (u Usage) Options() []kong.Option {
	return []kong.Option{kong.PostBuild(u.word), kong.Description(u.texts().HelpProgram), kong.Help(u.help)}
}

// word puts the texts in their places.
func (u Usage) word(k *kong.Kong) error {
	texts := reflect.ValueOf(*u.texts())
	return kong.Visit(k.Model, func(node kong.Visitable, next kong.Next) error {
		var help *string
		switch node := node.(type) {
		case *kong.Node:
			help = &node.Help
		case *kong.Value:
			help = &node.Help
		case *kong.Flag:
			help = &node.Help
		}
		if help == nil {
			return next(nil)
		}
		if name, ok := strings.CutPrefix(*help, "${"); ok {
			text := texts.FieldByName(strings.TrimSuffix(name, "}"))
			if !text.IsValid() {
				return fmt.Errorf("lang.Texts has no field %s", name)
			}
			*help = text.String()
		}
		return next(nil)
	})
}

// help is kong's own, with its headings in the reader's language. Without a command it
// includes that of the default command.
func (u Usage) help(o kong.HelpOptions, ctx *kong.Context) error {
	if err := u.print(o, ctx); err != nil || ctx.Selected() != nil {
		return err
	}
	other, err := kong.Trace(ctx.Kong, []string{ctx.Model.DefaultCmd.Name})
	if err != nil {
		return err
	}
	fmt.Fprintln(ctx.Stdout)
	return u.print(o, other)
}

func (u Usage) print(o kong.HelpOptions, ctx *kong.Context) error {
	var text bytes.Buffer
	out := ctx.Stdout
	defer func() { ctx.Stdout = out }()
	ctx.Stdout = &text
	if err := kong.DefaultHelpPrinter(o, ctx); err != nil {
		return err
	}
	_, err := io.WriteString(out, u.Translate(text.String()))
	return err
}

// Translate puts the words that kong has of itself, in its help and usage, into the language.
func (u Usage) Translate(help string) string {
	return strings.NewReplacer(slices.Concat(u.texts().HelpFrame, []string{"Show context-sensitive help.", u.texts().HelpShow})...).Replace(help)
}

// Show writes what is wrong with a command line between its usage, on one line, and the
// way to its help.
func (u Usage) Show(w io.Writer, ctx *kong.Context, wrong *UsageError) {
	usage, path := ctx.Model.Summary(), ""
	if command := ctx.Selected(); command != nil && !wrong.program {
		usage, path = " "+command.Summary(), " "+command.Path()
	}
	fmt.Fprintln(w, u.Translate("Usage: "+ctx.Model.Name+usage))
	fmt.Fprintf(w, "salon: "+u.texts().WrongUse+"\n", wrong)
	fmt.Fprintf(w, u.texts().MoreHelp+"\n", ctx.Model.Name+path)
}

// BadValue is the error of a value that these words of the command line cannot have. It
// shows how to write them, with an example.
func (u Usage) BadValue(words, value, example string) *UsageError {
	quoted := strconv.Quote(value)
	return u.errorf(u.texts().BadFlag, strings.TrimSpace(words+" "+quoted[1:len(quoted)-1]), words+" "+example)
}

func (u Usage) errorf(format string, args ...any) *UsageError {
	return &UsageError{Text: fmt.Sprintf(format, args...)}
}

// What kong says is wrong: a flag or argument that is not expected, one that is
// missing, a value that a flag cannot have.
var (
	kongUnexpected = regexp.MustCompile(`^(unknown flag|flag|unexpected argument|unexpected flag argument) (.+?)(?: applies to .*)?(?:, did you mean (?:one of )?(.*)\?)?$`)
	kongMissing    = regexp.MustCompile(`^(?:expected(?: one of)?|missing positional arguments) ("?<.*|".*)$`)
	kongBadWord    = regexp.MustCompile(`^<[\w-]+> must be one of "([^"]+)".* but got "(.*)"$`)
	kongBadValue   = regexp.MustCompile(`^--([\w-]+)\b(?:.* but got "((?:[^"\\]|\\.)*)"(?: \((<EOL>)\))?|: missing value)`)
)

// Error translates an error of kong or of [Config.Check].
func (u Usage) Error(ctx *kong.Context, err error) *UsageError {
	switch err {
	case ErrBothOff:
		return &UsageError{Text: u.texts().BothOff}
	case ErrNoHostKey:
		return &UsageError{Text: u.texts().HostkeyOff}
	case ErrInMemory:
		return &UsageError{Text: u.texts().NodeInMemory}
	}
	if public, ok := errors.AsType[*PublicError](err); ok {
		return u.errorf(u.texts().MetricsPublic, public.Addr, metricsExample)
	}
	if bad, ok := errors.AsType[*FlagError](err); ok {
		return u.badFlag(ctx, bad)
	}
	said := err.Error()
	if m := kongBadValue.FindStringSubmatch(said); m != nil {
		value, _ := strconv.Unquote(`"` + m[2] + `"`)
		if m[3] != "" { // the end of the line
			value = ""
		}
		return u.badFlag(ctx, &FlagError{Flag: m[1], Value: value})
	}
	if m := kongBadWord.FindStringSubmatch(said); m != nil {
		return u.BadValue(ctx.Model.Name+" "+ctx.Selected().Path(), m[2], m[1])
	}
	if m := kongMissing.FindStringSubmatch(said); m != nil {
		return u.missing(ctx, strings.ReplaceAll(m[1], `"`, ""))
	}
	if m := kongUnexpected.FindStringSubmatch(said); m != nil {
		if m[1] == "unexpected argument" && !named(ctx) {
			return u.noCommand(ctx, m[2])
		}
		wrong := u.errorf(u.texts().UnexpectedArgument, m[2])
		if m[1] == "unknown flag" {
			wrong = u.errorf(u.texts().UnknownFlag, m[2])
		}
		if m[3] != "" {
			wrong = u.errorf(u.texts().Suggestion, wrong, strings.ReplaceAll(m[3], `"`, ""))
		}
		return wrong
	}
	return &UsageError{Text: said}
}

// named reports whether the command line names its command: without, what is no flag is
// meant to be one.
func named(ctx *kong.Context) bool {
	command := ctx.Selected()
	return command != nil && slices.Contains(ctx.Args, command.Name)
}

// noCommand says which commands there are.
func (u Usage) noCommand(ctx *kong.Context, word string) *UsageError {
	var names []string
	for _, command := range ctx.Model.Children {
		names = append(names, command.Name)
	}
	wrong := u.errorf(u.texts().UnknownCommand, word, strings.Join(names, ", "))
	wrong.program = true
	return wrong
}

// missing says which arguments of a command are missing, and how to write it: with the tag
// "example" of the command, or with the port apart that was written behind the host.
func (u Usage) missing(ctx *kong.Context, arguments string) *UsageError {
	wrong, command := u.errorf(u.texts().MissingArgument, arguments), ctx.Selected()
	if command == nil {
		return wrong
	}
	line := ctx.Model.Name + " " + command.Path()
	last := ctx.Args[len(ctx.Args)-1]
	if host, port, err := net.SplitHostPort(last); err == nil {
		return u.BadValue(line, last, host+" "+port)
	}
	return u.errorf(u.texts().Example, wrong, line+" "+command.Tag.Get("example"))
}

// numberAlone is a value that lacks its unit, numberAndUnit an example of how to write it.
var (
	numberAlone   = regexp.MustCompile(`^\d+$`)
	numberAndUnit = regexp.MustCompile(`^\d+([a-z]+)$`)
)

// networkExample stands where the help says CIDR.
const networkExample = "192.0.2.0/24"

// badFlag gives an example of a value: the one that was probably meant, such as with the
// unit that a number lacks, the default, or what the help shows in its place.
func (u Usage) badFlag(ctx *kong.Context, bad *FlagError) *UsageError {
	example := bad.Example
	for _, flag := range append(ctx.Flags(), ctx.Model.DefaultCmd.Flags...) {
		if example != "" || flag.Name != bad.Flag {
			continue
		}
		example, _, _ = strings.Cut(flag.PlaceHolder, "|")
		switch {
		case flag.HasDefault && flag.Default != "0" && flag.Default != "":
			example = flag.Default
		case example == "CIDR":
			example = networkExample
		case example == "":
			example = "1"
		}
	}
	value := fmt.Sprint(bad.Value)
	if unit := numberAndUnit.FindStringSubmatch(example); unit != nil && numberAlone.MatchString(value) {
		example = value + unit[1]
	}
	return u.BadValue("--"+bad.Flag, value, example)
}
