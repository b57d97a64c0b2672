package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"salon/internal/server"
	"salon/room/lang"
)

// manCmd is `salon man`.
type manCmd struct{ wording }

// Run prints the manual page, with the date of what the program was built from.
func (manCmd) Run(p *program, ctx *kong.Context) error {
	date, _, _ := strings.Cut(built().date, "T")
	_, err := io.WriteString(os.Stdout, manual(ctx.Model, p.Usage, date))
	return err
}

// manual returns the manual page in roff (man(7)), from the same model of the command line as its
// help. The model must be in the language of u.
func manual(app *kong.Application, u server.Usage, date string) string {
	m := lang.Of(u.Lang).Manual
	r := roff{usage: u}
	r.macro("TH SALON 1 \"" + date + "\" salon")
	r.section(m.Name, "salon - "+m.Line)
	r.macro("SH " + quoted(m.Synopsis))
	for _, command := range app.Leaves(true) {
		r.macro("SY " + quoted("salon "+pathOf(app, command)))
		r.line(u.Translate(synopsis(command)))
		r.macro("YS")
	}
	r.section(m.Description, m.About...)
	r.macro("SH " + quoted(m.Options))
	for _, flag := range app.Flags {
		r.flag(m, flag)
	}
	r.macro("SH " + quoted(m.Commands))
	for _, command := range app.Leaves(true) {
		r.command(m, app, command)
	}
	r.terms(m.Environment, m.Variable)
	r.terms(m.Files, m.File)
	r.terms(m.Signals, m.Signal)
	r.terms(m.ExitStatus, m.Exit)
	r.terms(m.Examples, m.Example)
	r.section(m.SeeAlso, m.See)
	return r.String()
}

// pathOf is a command's name, in brackets if it is the one that needs no name.
func pathOf(app *kong.Application, command *kong.Node) string {
	if command == app.DefaultCmd {
		return "[" + command.Path() + "]"
	}
	return command.Path()
}

// synopsis is how a command is written behind its name.
func synopsis(command *kong.Node) string {
	var words []string
	for _, arg := range command.Positional {
		words = append(words, arg.Summary())
	}
	return strings.Join(append(words, "[flags]"), " ")
}

// roff is a page that is being written.
type roff struct {
	strings.Builder
	usage server.Usage
}

// macro writes a line that begins with a full stop.
func (r *roff) macro(line string) { fmt.Fprintf(r, ".%s\n", line) }

// quoted makes one argument of a macro, without a font.
func quoted(s string) string { return `"` + escape(strings.ReplaceAll(s, `"`, "'")) + `"` }

// line writes text as it is.
func (r *roff) line(text string) { fmt.Fprintf(r, "%s\n", guarded(escape(text))) }

// section writes a heading and paragraphs.
func (r *roff) section(heading string, paragraphs ...string) {
	r.macro("SH " + quoted(heading))
	for i, text := range paragraphs {
		if i > 0 {
			r.macro("PP")
		}
		r.text(text)
	}
}

// text writes sentences, each on a line of its own or several, as writers of man pages do.
func (r *roff) text(text string) {
	width := 0
	for i, word := range strings.Fields(text) {
		escaped := escape(word)
		if strings.ContainsAny(word, "_/") { // a name, not to be divided
			escaped = `\%` + escaped
		}
		switch {
		case i == 0 || width == 0:
			escaped = guarded(escaped)
		case width+len(escaped) >= roffWidth:
			r.WriteByte('\n')
			width, escaped = 0, guarded(escaped)
		default:
			r.WriteByte(' ')
			width++
		}
		r.WriteString(escaped)
		width += len(escaped)
		if strings.HasSuffix(word, ".") {
			r.WriteByte('\n')
			width = 0
		}
	}
	if width > 0 {
		r.WriteByte('\n')
	}
}

// roffWidth is how long a line of text is at most.
const roffWidth = 78

// term writes something in bold, and below it what it is.
func (r *roff) term(what, is string) {
	r.macro("TP")
	fmt.Fprintf(r, "\\fB%s\\fR\n", escape(what))
	r.text(is)
}

func (r *roff) terms(heading string, list []lang.Term) {
	r.macro("SH " + quoted(heading))
	for _, t := range list {
		r.term(t.What, t.Is)
	}
}

// flag writes one flag: what it does, its default, unless that stands for none, and its variable.
func (r *roff) flag(m lang.Manual, flag *kong.Flag) {
	is := r.usage.Translate(flag.Help)
	if flag.HasDefault && flag.Default != "" && flag.PlaceHolder != "" {
		is += " " + fmt.Sprintf(m.Default, flag.Default)
	}
	if len(flag.Envs) > 0 {
		is += " " + fmt.Sprintf(m.Env, strings.Join(flag.Envs, ", "))
	}
	r.term(flag.String(), is)
}

// command writes one command, with its arguments and flags. Those that are another's are not
// written again.
func (r *roff) command(m lang.Manual, app *kong.Application, command *kong.Node) {
	r.macro("SS " + quoted("salon "+pathOf(app, command)+" "+r.usage.Translate(synopsis(command))))
	r.text(command.Help)
	for _, arg := range command.Positional {
		r.term(arg.Summary(), arg.Help)
	}
	if like := likeAnother(app, command); like != nil {
		r.macro("PP")
		r.text(fmt.Sprintf(m.FlagsOf, "salon "+like.Path()))
		return
	}
	for _, flag := range command.Flags {
		r.flag(m, flag)
	}
}

// likeAnother returns a command before this one that has the same flags, more than one; nil if
// there is none.
func likeAnother(app *kong.Application, command *kong.Node) *kong.Node {
	same := func(a, b *kong.Flag) bool { return a.Name == b.Name && a.Help == b.Help }
	for _, other := range app.Leaves(true) {
		if other == command {
			return nil
		}
		if len(command.Flags) > 1 && slices.EqualFunc(other.Flags, command.Flags, same) {
			return other
		}
	}
	return nil
}

// escape writes text so that roff shows it as it is: each hyphen as the one that can be copied
// into a shell, and what is not ASCII by its number, whatever the reader's locale.
func escape(text string) string {
	var b strings.Builder
	for _, c := range text {
		switch {
		case c == '\\':
			b.WriteString(`\e`)
		case c == '-':
			b.WriteString(`\-`)
		case c == '~':
			b.WriteString(`\(ti`)
		case c == '^':
			b.WriteString(`\(ha`)
		case c == '\'':
			b.WriteString(`\(aq`)
		case c == '"':
			b.WriteString(`\(dq`)
		case c == '`':
			b.WriteString(`\(ga`)
		case c > '~':
			fmt.Fprintf(&b, `\[u%04X]`, c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// guarded has a line that begins as a macro does begin with text.
func guarded(line string) string {
	if strings.HasPrefix(line, ".") {
		return `\&` + line
	}
	return line
}
