package metrics

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/VictoriaMetrics/metricsql"
	dto "github.com/prometheus/client_model/go"
)

// targetLabels are the labels that Prometheus itself adds.
var targetLabels = []string{"job", "instance"}

// TestTheDashboardAsksForWhatThereIs: each query names figures and labels that exist.
func TestTheDashboardAsksForWhatThereIs(t *testing.T) {
	data, err := os.ReadFile("../../deploy/grafana/salon.json")
	if err != nil {
		t.Fatal(err)
	}
	var board any
	if err := json.Unmarshal(data, &board); err != nil {
		t.Fatal(err)
	}
	queries := strings.NewReplacer("$__rate_interval", "5m")
	c := newQueries(t)
	for _, expr := range stringsAt(board, "expr") {
		c.check(queries.Replace(expr))
	}
	for _, query := range stringsAt(board, "definition") { // label_values(metric, label)
		metric, _, _ := strings.Cut(strings.TrimPrefix(query, "label_values("), ",")
		c.check(metric)
	}
	for name := range c.all {
		if strings.HasPrefix(name, namespace+"_") && !c.asked[name] {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
	if c.count < 30 {
		t.Errorf("only %d queries were found", c.count)
	}
}

// TestTheAlertsAskForWhatThereIs does the same for the rules.
func TestTheAlertsAskForWhatThereIs(t *testing.T) {
	data, err := os.ReadFile("../../deploy/prometheus/salon.rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	c := newQueries(t)
	for _, m := range regexp.MustCompile(`(?m)^\s+expr: (.*)$`).FindAllStringSubmatch(string(data), -1) {
		c.check(m[1])
	}
	if alerts := strings.Count(string(data), "- alert:"); c.count != alerts || alerts == 0 {
		t.Errorf("%d expressions for %d alerts", c.count, alerts)
	}
}

// queries checks queries.
type queries struct {
	*testing.T
	all   map[string]*dto.MetricFamily
	asked map[string]bool // the figures that a query names
	count int
}

func newQueries(t *testing.T) *queries {
	return &queries{T: t, all: filled(t), asked: map[string]bool{}}
}

func (q *queries) check(query string) {
	q.count++
	expr, err := metricsql.Parse(query)
	if err != nil {
		q.Errorf("%s: %v", query, err)
		return
	}
	have := slices.Clone(targetLabels)
	metricsql.VisitAll(expr, func(e metricsql.Expr) {
		if m, ok := e.(*metricsql.MetricExpr); ok {
			for _, filters := range m.LabelFilterss {
				have = append(have, q.selector(query, filters)...)
			}
		}
	})
	metricsql.VisitAll(expr, func(e metricsql.Expr) {
		if a, ok := e.(*metricsql.AggrFuncExpr); ok {
			for _, label := range a.Modifier.Args {
				if !slices.Contains(have, label) {
					q.Errorf("%s: no figure in it has the label %s", query, label)
				}
			}
		}
	})
}

// selector checks what a query selects, and returns the labels that it has.
func (q *queries) selector(query string, filters []metricsql.LabelFilter) []string {
	if len(filters) == 0 || filters[0].Label != "__name__" {
		q.Errorf("%s: a selector names no figure", query)
		return nil
	}
	asked := filters[0].Value
	if asked == "up" { // Prometheus's own
		return nil
	}
	name, f := asked, q.all[asked]
	for _, part := range []string{"_bucket", "_sum", "_count"} {
		if base, ok := strings.CutSuffix(name, part); ok && q.all[base].GetType() == dto.MetricType_HISTOGRAM {
			name, f = base, q.all[base]
		}
	}
	if f == nil || name == asked && f.GetType() == dto.MetricType_HISTOGRAM {
		q.Errorf("%s: there is no %s", query, asked)
		return nil
	}
	q.asked[name] = true
	have := labelsOf(f)
	if strings.HasSuffix(asked, "_bucket") {
		have = append(have, "le")
	}
	for _, filter := range filters[1:] {
		if !slices.Contains(slices.Concat(have, targetLabels), filter.Label) {
			q.Errorf("%s: %s has no label %s", query, asked, filter.Label)
		}
	}
	return have
}

// stringsAt returns all strings that stand under a key, anywhere in a document.
func stringsAt(doc any, key string) (found []string) {
	switch d := doc.(type) {
	case map[string]any:
		for k, v := range d {
			if s, ok := v.(string); ok && k == key {
				found = append(found, s)
			}
			found = append(found, stringsAt(v, key)...)
		}
	case []any:
		for _, v := range d {
			found = append(found, stringsAt(v, key)...)
		}
	}
	return found
}
