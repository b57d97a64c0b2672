package main_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is how the imports of this module begin.
const module = "salon"

// row is what one package may import: packages of this module by their
// directory, those of others and of the standard library by the beginning of
// their path. What is not named under std is allowed unless it is in withoutIO.
type row struct {
	ours   []string
	others []string
	std    stdlib
}

// stdlib is how much of the standard library a package may import.
type stdlib int

const (
	all       stdlib = iota
	withoutIO        // nothing that reads or writes anything outside of memory
	pure             // nor anything that waits, locks or knows of contexts
)

// outside is what withoutIO forbids; net/netip and net/url only parse, and what embed reads is
// in the program.
var outside = []string{
	"net", "os", "io", "bufio", "database", "log", "syscall", "plugin", "path/filepath", "archive", "compress", "testing", "html/template",
	"text/template", "go", "expvar", "runtime/pprof", "runtime/trace", "debug",
}

// waiting is what pure forbids besides.
var waiting = []string{"context", "sync", "sync/atomic", "math/rand", "math/rand/v2"}

// imports is the table of imports. A package that is not in it has no place in
// the house: give it a row first.
var imports = map[string]row{
	".":                    {ours: []string{"internal/server", "internal/load", "room", "room/state", "room/lang"}, others: []string{"github.com/alecthomas/kong", "github.com/willabides/kongplete", "github.com/posener/complete"}},
	"internal/server":      {ours: []string{"internal/front", "internal/metrics", "internal/owned", "internal/wait", "room", "room/state", "room/text", "room/lang", "room/operator", "room/history", "room/cluster", "sshui", "rawtcp", "rawtcp/client", "hostkeys"}, others: []string{"github.com/alecthomas/kong", "github.com/coreos/go-systemd/", "golang.org/x/"}},
	"room":                 {ours: []string{"room/state", "room/text", "internal/wait"}, std: withoutIO, others: []string{"golang.org/x/time/rate", "golang.org/x/crypto/argon2"}}, // argon2 only computes
	"room/state":           {ours: []string{"room/text"}, std: pure, others: []string{"github.com/tidwall/btree"}},
	"room/state/statetest": {ours: []string{"room/state", "room/text"}},
	"room/text":            {std: withoutIO, others: []string{"golang.org/x/text", "github.com/ergochat/confusables"}},
	"room/text/gapsgen":    {others: []string{"golang.org/x/text", "github.com/ergochat/confusables"}},
	"room/logtest":         {ours: []string{"internal/wait", "room", "room/state", "room/state/statetest", "room/text"}},
	"room/roomtest":        {ours: []string{"room", "room/state", "room/text"}},
	"room/lang":            {ours: []string{"room", "room/state", "room/text", "internal/classcache"}, std: withoutIO, others: []string{"golang.org/x/text"}},
	"room/operator":        {ours: []string{"room", "room/state", "room/text", "room/lang", "internal/line"}},
	"room/history":         {ours: []string{"room", "room/state", "room/text", "internal/wait"}, others: []string{"modernc.org/sqlite", "golang.org/x/sys/"}},
	"room/cluster":         {ours: []string{"room", "room/state", "internal/wait"}, others: []string{"github.com/nats-io/nats.go", "github.com/nats-io/nkeys"}},
	"sshui":                {ours: []string{"room", "room/state", "room/text", "room/lang", "sshui/rows", "sshui/screen", "internal/line", "internal/line/keys", "internal/wait", "internal/front"}, others: []string{"*"}},
	"sshui/rows":           {ours: []string{"room", "room/state", "room/text", "room/lang", "internal/classcache"}, std: withoutIO, others: []string{"github.com/charmbracelet/x/ansi", "github.com/rivo/uniseg"}},
	"sshui/screen":         {ours: []string{"room", "room/state", "room/text", "room/lang", "sshui/rows", "internal/line", "internal/line/keys", "internal/classcache"}, std: withoutIO, others: []string{"github.com/charmbracelet/x/ansi"}},
	"rawtcp":               {ours: []string{"room", "room/state", "room/text", "room/lang", "internal/front"}, others: []string{"golang.org/x/"}},
	"rawtcp/client":        {ours: []string{"room", "room/state", "room/text", "room/lang", "internal/line"}, others: []string{"golang.org/x/"}},
	"hostkeys":             {ours: []string{"internal/owned"}, others: []string{"golang.org/x/crypto/ssh"}},
	"internal/line":        {ours: []string{"internal/line/keys"}, others: []string{"github.com/charmbracelet/x/ansi", "golang.org/x/text"}},
	"internal/line/keys":   {std: withoutIO, others: []string{"github.com/charmbracelet/", "github.com/rivo/uniseg"}},
	"internal/front":       {ours: []string{"room", "room/state", "room/text", "room/lang", "internal/wait", "internal/classcache"}, others: []string{"golang.org/x/sys/unix", "github.com/pires/go-proxyproto"}},
	"internal/owned":       {},
	"internal/metrics":     {others: []string{"github.com/prometheus/client_golang/prometheus", "golang.org/x/net/netutil"}},
	"internal/wait":        {std: withoutIO},
	"internal/classcache":  {std: withoutIO},
	"internal/picture":     {std: withoutIO, others: []string{"github.com/charmbracelet/ultraviolet", "github.com/rivo/uniseg"}}, // for tests: in nobody's row
	"internal/load":        {others: []string{"golang.org/x/crypto/ssh"}},
	"internal/sshwire":     {others: []string{"golang.org/x/crypto/ssh"}},
	"internal/natstest":    {ours: []string{"internal/wait"}, others: []string{"github.com/nats-io/nats.go"}}, // for tests: in nobody's row
	"internal/attack":      {ours: []string{"internal/load", "internal/server", "internal/sshwire", "room/state"}, others: []string{"github.com/alecthomas/kong", "golang.org/x/crypto/ssh", "modernc.org/sqlite"}},
}

// TestImportsFollowTheTable reads the imports of every file but the tests.
func TestImportsFollowTheTable(t *testing.T) {
	checked, seen := 0, map[string]bool{}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && d.IsDir() && skipped(d.Name()) {
				return filepath.SkipDir
			}
			return err
		}
		if strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go") {
			checked++
			seen[filepath.ToSlash(filepath.Dir(file))] = true
			checkFile(t, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if checked < 30 {
		t.Errorf("only %d files were found", checked)
	}
	for dir := range imports {
		if !seen[dir] {
			t.Errorf("the table has a row for %s, which does not exist", dir)
		}
	}
}

func skipped(dir string) bool {
	return dir == "testdata" || dir == "vendor" || len(dir) > 1 && (dir[0] == '.' || dir[0] == '_')
}

func checkFile(t *testing.T, file string) {
	dir := filepath.ToSlash(filepath.Dir(file))
	row, ok := imports[dir]
	if !ok {
		t.Errorf("%s: package %s has no row in the table of imports", file, dir)
		return
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Error(err)
		return
	}
	for _, spec := range parsed.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Error(err)
		} else if !row.allows(name) {
			t.Errorf("%s: package %s may not import %s", file, dir, name)
		}
	}
}

func (r row) allows(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	switch {
	case name == module:
		return false
	case first == module:
		return slices.Contains(r.ours, strings.TrimPrefix(name, module+"/"))
	case strings.Contains(first, "."):
		return slices.ContainsFunc(r.others, func(begin string) bool { return begin == "*" || strings.HasPrefix(name, begin) })
	}
	if r.std == pure && slices.Contains(waiting, name) {
		return false
	}
	return r.std == all || name == "net/netip" || name == "net/url" || !slices.ContainsFunc(outside, func(dir string) bool { return under(name, dir) })
}

// under reports whether a package is another or stands under it.
func under(name, dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }

// TestTheTableNamesPackagesThatMayExist guards against a slip in a row, which
// would allow nothing and never be seen.
func TestTheTableNamesPackagesThatMayExist(t *testing.T) {
	for dir, row := range imports {
		if path.Clean(dir) != dir {
			t.Errorf("the table has a row for %q", dir)
		}
		for _, name := range row.ours {
			if _, ok := imports[name]; !ok || name == dir {
				t.Errorf("the row of %s names %s", dir, name)
			}
			if dir != "internal/server" && slices.Contains([]string{"sshui", "rawtcp", "room/history", "room/cluster", "room/operator"}, name) {
				t.Errorf("%s may import %s", dir, name)
			}
		}
	}
	if data, err := os.ReadFile("go.mod"); err != nil || !strings.HasPrefix(string(data), "module "+module+"\n") {
		t.Errorf("go.mod does not begin with module %s: %v", module, err)
	}
}

// TestTheTableForbids holds the rules that matter most, however the
// rows are written.
func TestTheTableForbids(t *testing.T) {
	for dir, forbidden := range map[string][]string{
		"room":          {"net", "net/http", "os", "os/exec", "database/sql", "log", "log/slog", "io", "salon", "salon/room/lang", "salon/room/history", "salon/sshui", "modernc.org/sqlite"},
		"room/state":    {"context", "sync", "salon/room", "salon/room/lang", "net", "os", "io"},
		"room/text":     {"salon/room", "salon/room/state", "net", "os", "io"},
		"room/lang":     {"os", "io", "log/slog", "salon/sshui", "salon/rawtcp", "salon/internal/line"},
		"room/operator": {"salon/sshui", "salon/rawtcp", "salon/room/history", "salon"},
		"room/history":  {"salon/sshui", "salon/rawtcp", "salon/room/lang", "salon/room/cluster"},
		"room/cluster":  {"salon/sshui", "salon/rawtcp", "salon/room/lang", "salon/room/history", "github.com/nats-io/nats-server/v2/server"},
		"sshui":         {"salon/rawtcp", "salon/rawtcp/client", "salon/room/history", "salon"},
		"rawtcp":        {"salon/sshui", "salon/room/history", "salon", "charm.land/ssh"},
		"rawtcp/client": {"salon/sshui", "salon/rawtcp", "salon"},
		"hostkeys":      {"salon/room", "salon/room/lang", "golang.org/x/term", "charm.land/ssh"},
		"internal/line": {"salon/room", "salon/room/lang"},
		"sshui/screen":  {"salon/sshui", "io", "net", "os", "charm.land/ssh", "golang.org/x/crypto/ssh"},
		"sshui/rows":    {"salon/sshui", "salon/sshui/screen", "io", "os"},
		".":             {"salon", "salon/room/history", "salon/sshui", "salon/rawtcp"},
	} {
		for _, name := range forbidden {
			if imports[dir].allows(name) {
				t.Errorf("package %s may import %s", dir, name)
			}
		}
	}
	for dir, allowed := range map[string][]string{"room": {"net/netip", "encoding/json", "errors"}, "room/lang": {"salon/room"}, "rawtcp": {"net", "salon/room"}} {
		for _, name := range allowed {
			if !imports[dir].allows(name) {
				t.Errorf("package %s may not import %s", dir, name)
			}
		}
	}
}
