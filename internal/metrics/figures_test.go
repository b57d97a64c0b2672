package metrics

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"

	"flag"
)

var update = flag.Bool("update", false, "write the list of figures in docs/metrics.md anew")

// filled returns all figures there are, each with a value.
func filled(t *testing.T) map[string]*dto.MetricFamily {
	r, m := New("salon v1", "go1", func() (Reading, bool) {
		return Reading{
			Sessions: map[string]int{"ssh": 1}, Ended: map[string]uint64{"quit": 1}, Events: map[string]uint64{"said": 1},
			Refused: map[Refusal]uint64{{"login", "taken"}: 1}, LinesFound: map[string]uint64{"ssh": 1}, History: &History{},
		}, true
	})
	m.Writes("ssh")(1, time.Millisecond)
	m.Committed(time.Millisecond)
	m.Searched(time.Millisecond)
	m.Refused("empty")
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*dto.MetricFamily{}
	for _, f := range families {
		all[f.GetName()] = f
	}
	return all
}

// labelsOf returns the names of a figure's labels, sorted.
func labelsOf(f *dto.MetricFamily) []string {
	names := map[string]bool{}
	for _, m := range f.GetMetric() {
		for _, l := range m.GetLabel() {
			names[l.GetName()] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// allowed are the labels that there may be, and what may stand in them.
var allowed = map[string]*regexp.Regexp{
	labelFront: regexp.MustCompile(`^(ssh|tcp)$`), labelKind: regexp.MustCompile(`^[a-z_]+$`), labelCause: regexp.MustCompile(`^[a-z-]+$`),
	labelStage: regexp.MustCompile(`^(connection|login)$`), labelFile: regexp.MustCompile(`^(database|wal)$`),
	labelCache: regexp.MustCompile(`^(rows|lines_ssh|lines_tcp)$`), labelResult: regexp.MustCompile(`^(hit|miss)$`),
	labelVersion: regexp.MustCompile(`.`), labelGo: regexp.MustCompile(`.`),
}

// TestLabelsAreAllowed: none holds what somebody chose.
func TestLabelsAreAllowed(t *testing.T) {
	for name, f := range filled(t) {
		if !strings.HasPrefix(name, namespace+"_") {
			continue
		}
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if what := allowed[l.GetName()]; what == nil || !what.MatchString(l.GetValue()) {
					t.Errorf("%s has the label %s=%q", name, l.GetName(), l.GetValue())
				}
			}
		}
	}
}

// TestNamesAreAsPrometheusWantsThem: base units, _total, help.
func TestNamesAreAsPrometheusWantsThem(t *testing.T) {
	all := filled(t)
	var own []*dto.MetricFamily
	for name, f := range all {
		if strings.HasPrefix(name, namespace+"_") {
			own = append(own, f)
		}
	}
	problems, err := promlint.NewWithMetricFamilies(own).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	for i := range figures {
		f := &figures[i]
		if got := all[f.full()]; got == nil || !slices.Equal(labelsOf(got), slices.Sorted(slices.Values(f.labels))) || f.counter != (got.GetType() == dto.MetricType_COUNTER) {
			t.Errorf("%s is %v, with the labels %v", f.full(), got.GetType(), labelsOf(got))
		}
	}
	if len(own) != len(figures)+6 { // those of Measures, and build_info
		t.Errorf("%d figures, want %d", len(own), len(figures)+6)
	}
}

// TestNothingIsReadBeforeThereIsARoom but what the process itself is.
func TestNothingIsReadBeforeThereIsARoom(t *testing.T) {
	r, _ := New("v", "go", func() (Reading, bool) { return Reading{}, false })
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "salon_members" {
			t.Error("there are members already")
		}
	}
}

// listFile is where the list of figures stands, behind a line that begins with listMark.
const listFile, listMark = "../../docs/metrics.md", "<!-- The list below is generated"

// TestTheListOfFigures holds the documentation to what there is. -update writes it anew.
func TestTheListOfFigures(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the process has other figures here")
	}
	text, err := os.ReadFile(listFile)
	if err != nil {
		t.Fatal(err)
	}
	words, _, ok := strings.Cut(string(text), listMark)
	if !ok {
		t.Fatalf("%s has no line that begins with %q", listFile, listMark)
	}
	want := words + list(filled(t))
	if *update {
		err = os.WriteFile(listFile, []byte(want), 0o644)
	} else if want != string(text) {
		err = fmt.Errorf("%s is stale: go generate ./internal/metrics", listFile)
	}
	if err != nil {
		t.Error(err)
	}
}

// list is the list of figures, from the registry.
func list(all map[string]*dto.MetricFamily) string {
	var b strings.Builder
	fmt.Fprintln(&b, listMark+": go generate ./internal/metrics -->")
	table := func(title string, begin ...string) {
		fmt.Fprintf(&b, "\n## %s\n\n| figure | type | labels | what it is |\n|---|---|---|---|\n", title)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if !slices.ContainsFunc(begin, func(p string) bool { return strings.HasPrefix(name, p) }) {
				continue
			}
			f := all[name]
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", name, strings.ToLower(f.GetType().String()), strings.Join(labelsOf(f), ", "), strings.ReplaceAll(f.GetHelp(), "|", "\\|"))
		}
	}
	table("Figures of salon", namespace+"_")
	table("Figures of the process and of Go", "process_", "go_", "promhttp_")
	return b.String()
}
