package state_test

import (
	"encoding"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/netip"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"salon/room/state"
	"salon/room/state/statetest"
	"salon/room/text"
)

// first returns the first example of each kind, by name.
func first() map[string]state.Body {
	examples := map[string]state.Body{}
	for _, e := range statetest.Examples() {
		if k := state.KindOf(e.Body); k != nil && examples[k.Name] == nil {
			examples[k.Name] = e.Body
		}
	}
	return examples
}

// eachKind calls check with each kind of the table and its first example.
func eachKind(t *testing.T, check func(t *testing.T, k *state.Kind, b state.Body)) {
	examples := first()
	for _, k := range state.Kinds() {
		t.Run(k.Name, func(t *testing.T) {
			b := examples[k.Name]
			if b == nil {
				t.Fatalf("the kind %q (%s) has no example: add one to statetest.bodies", k.Name, k.Type())
			}
			check(t, k, b)
		})
	}
}

// TestEveryBodyIsInTheTable finds types that are a Body by their method.
func TestEveryBodyIsInTheTable(t *testing.T) {
	declared := map[string]int{}
	names := map[string]bool{}
	for _, k := range state.Kinds() {
		declared[k.Type()]++
		if names[k.Name] {
			t.Errorf("two kinds are called %q", k.Name)
		}
		names[k.Name] = true
	}
	for _, f := range sources(t) {
		for _, d := range f.Decls {
			method, ok := d.(*ast.FuncDecl)
			if !ok || method.Recv == nil || method.Name.Name != "apply" {
				continue
			}
			if name := method.Recv.List[0].Type.(*ast.Ident).Name; declared[name] != 1 {
				t.Errorf("the body %s is %d times in the table of kinds (kind.go), want once", name, declared[name])
			}
		}
	}
	for _, e := range statetest.Examples() {
		if state.KindOf(e.Body) == nil {
			t.Errorf("the example %T is of no kind of the table (kind.go)", e.Body)
		}
	}
}

// sources parses the files of the package that are no tests.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]*ast.File{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if files[name], err = parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestEveryKindHasAllThatIsAskedOfIt(t *testing.T) {
	eachKind(t, func(t *testing.T, k *state.Kind, b state.Body) {
		s := newStory(t)
		if out := s.apply(b); !k.Logged && !is(out.Err, state.ErrGone) {
			t.Errorf("it has no place in a log, and is applied: %v", out.Err)
		}
		if state.KindNamed(k.Name) != k || state.KindOf(b) != k {
			t.Error("it is not found by its name or its type")
		}
		if k.Spoken && !k.Logged && k.Name != "gap" {
			t.Error("what is kept for reading has no place in the log")
		}
	})
}

// TestEveryKindIsTriedAtRandom, or else TestOneLogMakesOneState says nothing about it.
func TestEveryKindIsTriedAtRandom(t *testing.T) {
	for _, k := range state.Kinds() {
		if k.Logged && bodies[k.Name] == nil {
			t.Errorf("the kind %q is never drawn: add it to bodies (actor_test.go)", k.Name)
		}
	}
}

// TestExamplesHaveNoZeroField, the first of each kind: what reads and writes events is
// tried with all there may be.
func TestExamplesHaveNoZeroField(t *testing.T) {
	eachKind(t, func(t *testing.T, k *state.Kind, b state.Body) {
		for _, name := range zeroFields(k.Type(), reflect.ValueOf(b)) {
			t.Errorf("%s is zero in the first example of %q (statetest.bodies)", name, k.Name)
		}
	})
	seen := map[state.TargetKind]bool{}
	for _, e := range statetest.Examples() {
		if b, ok := e.Body.(state.Banned); ok {
			seen[b.Ban.Target.Kind] = true
		}
	}
	for _, kind := range []state.TargetKind{state.ByPseudo, state.ByKey, state.ByNetwork} {
		if !seen[kind] {
			t.Errorf("no example bans a target of kind %d", kind)
		}
	}
}

// zeroFields returns the fields, to the last one, that are zero. A Target is one thing
// or another, and so is never full.
func zeroFields(path string, v reflect.Value) (zero []string) {
	switch v.Interface().(type) {
	case state.Target, time.Time, netip.Addr, netip.Prefix:
		if v.IsZero() {
			zero = append(zero, path)
		}
		return zero
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			zero = append(zero, zeroFields(path+"."+v.Type().Field(i).Name, v.Field(i))...)
		}
	case reflect.Pointer:
		if v.IsNil() {
			return []string{path}
		}
		return zeroFields(path, v.Elem())
	default:
		if v.IsZero() {
			zero = append(zero, path)
		}
	}
	return zero
}

// TestEveryFieldHasItsJSONName: the names are the format, not Go's.
func TestEveryFieldHasItsJSONName(t *testing.T) {
	seen := map[reflect.Type]bool{}
	eachKind(t, func(t *testing.T, k *state.Kind, b state.Body) {
		wantTags(t, reflect.TypeOf(b), seen)
	})
	wantTags(t, reflect.TypeOf(state.Document(state.NewState())), seen)
}

func wantTags(t *testing.T, typ reflect.Type, seen map[reflect.Type]bool) {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		wantTags(t, typ.Elem(), seen)
		return
	case reflect.Struct:
	default:
		return
	}
	if typ.Implements(reflect.TypeFor[encoding.TextMarshaler]()) || reflect.PointerTo(typ).Implements(reflect.TypeFor[json.Marshaler]()) {
		return // it is one value in JSON
	}
	if seen[typ] || !strings.HasPrefix(typ.PkgPath(), "salon/") {
		return
	}
	seen[typ] = true
	names := map[string]bool{}
	for f := range typ.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case !f.IsExported():
			continue
		case f.Anonymous && name == "":
		case name == "":
			t.Errorf("%s.%s has no json tag with a name", typ.Name(), f.Name)
		case names[name]:
			t.Errorf("two fields of %s are called %q in JSON", typ.Name(), name)
		}
		names[name] = true
		wantTags(t, f.Type, seen)
	}
}

// The strings of bodies: free are those that hold as much as somebody typed, so that
// Size has to count them. The others are short whatever happens. A field that is in
// neither list fails TestSizeCountsWhatPeopleTyped. Pseudos have a type of their own, and
// a bound.
var (
	freeText  = []string{"Text", "Reason", "Client", "Pass"}
	shortText = []string{"Node", "Program", "KeyID", "Front", "Zone", "Proof"}
)

func TestSizeCountsWhatPeopleTyped(t *testing.T) {
	eachKind(t, func(t *testing.T, k *state.Kind, b state.Body) {
		typed := 0
		eachString(reflect.ValueOf(b), func(field, s string) {
			switch {
			case slices.Contains(freeText, field):
				typed += len(s)
			case !slices.Contains(shortText, field):
				t.Errorf("%s.%s is a string: does Size count it? Add it to freeText or shortText (kind_test.go)", k.Type(), field)
			}
		})
		if got := state.Size(b); got < typed {
			t.Errorf("its size is %d, and people typed %d bytes: the kind lacks size, or it lacks a field", got, typed)
		}
	})
}

// eachString calls do with each plain string of a body, by its field.
func eachString(v reflect.Value, do func(field, s string)) {
	for f := range v.Type().Fields() {
		value := v.FieldByIndex(f.Index)
		if value.Kind() == reflect.Pointer {
			value = value.Elem()
		}
		switch {
		case value.Type() == reflect.TypeFor[string]():
			do(f.Name, value.String())
		case value.Type() == reflect.TypeFor[text.Forms](), value.Type() == reflect.TypeFor[time.Time]():
		case value.Kind() == reflect.Struct && strings.HasPrefix(value.Type().PkgPath(), "salon/"):
			eachString(value, do)
		}
	}
}

// TestSpeechIsTakenOutAndPutBack: what is read, searched and erased stands in columns of
// its own.
func TestSpeechIsTakenOutAndPutBack(t *testing.T) {
	eachKind(t, func(t *testing.T, k *state.Kind, b state.Body) {
		said, rest := k.Split(b)
		if back := k.Join(rest, said); !reflect.DeepEqual(back, b) {
			t.Errorf("%#v\ncomes back as\n%#v", b, back)
		}
		if got := state.SpeechOf(b); got != said {
			t.Errorf("its speech is %+v and %+v", got, said)
		}
		e := state.Event{Body: b}
		if k.Signed != (e.Author() != "") {
			t.Errorf("signed: %t, and its author is %q", k.Signed, e.Author())
		}
		if !k.Spoken && !k.Signed || k.Name == "gap" {
			return
		}
		if said.Author == "" || said.Text == "" {
			t.Errorf("it is spoken or signed, and its speech lacks author or text: %+v", said)
		}
		if k.Signed && (said.Member == state.ID{} || said.Account == 0) {
			t.Errorf("who signed is not known: %+v", said)
		}
		eachString(reflect.ValueOf(rest), func(field, s string) {
			if slices.Contains(freeText, field) && s != "" {
				t.Errorf("%s stays behind: %q", field, s)
			}
		})
	})
}

// TestBodiesAreReadAsTheyAreWritten, also those that have no place in a log.
func TestBodiesAreReadAsTheyAreWritten(t *testing.T) {
	for _, e := range statetest.Examples() {
		k := state.KindOf(e.Body)
		if k == nil {
			continue // TestEveryBodyIsInTheTable says so
		}
		t.Run(k.Name, func(t *testing.T) {
			if b, err := k.Decode(encoded(t, e.Body)); err != nil || !reflect.DeepEqual(b, e.Body) {
				t.Errorf("%#v\ncomes back as\n%#v (%v)", e.Body, b, err)
			}
			if !k.Logged {
				if data, err := state.EncodeEvent(e); err == nil {
					t.Errorf("it has no place in a log, and yet is written as %s", data)
				}
			}
		})
	}
}

func TestNoKind(t *testing.T) {
	if k := state.KindOf(nil); k != nil {
		t.Errorf("nil is a %q", k.Name)
	}
	if _, err := state.EncodeEvent(state.Event{}); err == nil {
		t.Error("an event without a body is written down")
	}
	st := state.NewState()
	if out := st.Apply(state.Event{Seq: 1}); out.Err == nil {
		t.Error("an event without a body does something")
	}
}

// TestRefusalsAreToldApart: each has a code of its own, with a name, which says the same
// when the details are gone.
func TestRefusalsAreToldApart(t *testing.T) {
	codes := map[state.Code]error{}
	for _, err := range []error{
		state.ErrGone, state.ErrStale, state.ErrNoShutdown, state.ErrLastKey, state.ErrTooManyKeys, state.ErrFull, state.ErrTooManyBans,
		state.ErrNoRoom, state.ErrRoomTaken, state.ErrTooManyRooms, state.ErrTooManyFollowed, state.ErrTooManyInvited,
		&state.TakenError{}, &state.RegisteredError{}, &state.BannedError{}, &state.MutedError{}, &state.UnknownMemberError{}, &state.NotInForceError{}, &state.KeyTakenError{},
	} {
		code := state.CodeOf(fmt.Errorf("wrapped: %w", err))
		if other, twice := codes[code]; twice || code < 2 {
			t.Errorf("%T %v has the code %d, as has %v", err, err, code, other)
		}
		codes[code] = err
		again := &state.RefusedError{Code: code}
		if state.CodeOf(again) != code {
			t.Errorf("%v, told again, is %v", err, state.CodeOf(again))
		}
	}
	names := map[string]bool{}
	for _, code := range state.Codes() {
		if name := code.String(); name == "" || names[name] {
			t.Errorf("the code %d is called %q", code, name)
		}
		names[code.String()] = true
		if code > 1 && codes[code] == nil {
			t.Errorf("the code %v is of no error of this test", code)
		}
	}
}
