package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// judge finds where a result breaks the rules.
func (r *result) judge() {
	for _, login := range []struct {
		front string
		took  time.Duration
	}{{"ssh", r.loginSSH}, {"raw TCP", r.loginRaw}} {
		if login.took > maxLogin {
			r.fault("a login over %s took %v", login.front, short(login.took))
		}
	}
	if r.p99 > maxP99 {
		r.fault("messages took %v", short(r.p99))
	}
	if r.alone && r.cpu > maxCPU {
		r.fault("one attacker takes %.0f %% of a core", 100*r.cpu)
	}
	if r.alone && r.memory > maxMemory {
		r.fault("one attacker takes %.1f MiB", mib(r.memory))
	}
	limit := r.attack.memory
	if limit == 0 {
		limit = max(spared, maxMemory*int64(r.count))
	}
	if r.allMemory > limit {
		r.fault("the server grew by %.0f MiB", mib(r.allMemory))
	}
	if r.left > maxLeft {
		r.fault("%d descriptors are left", r.left)
	}
	if r.leftGoroutines > maxLeft {
		r.fault("%d goroutines are left", r.leftGoroutines)
	}
}

func mib(n int64) float64 { return float64(n) / (1 << 20) }

// short rounds a duration for people.
func short(d time.Duration) time.Duration {
	if d < 100*time.Millisecond {
		return d.Round(100 * time.Microsecond)
	}
	return d.Round(10 * time.Millisecond)
}

// table writes results as rows.
type table struct {
	w        io.Writer
	markdown bool
	results  []*result
	begun    time.Time
}

var columns = []struct {
	head  string
	width int
}{
	{"attack", 18}, {"n", 5}, {"one: CPU", 9}, {"MiB", 5}, {"all: CPU", 9}, {"MiB", 5}, {"left fd/go", 10},
	{"login ssh", 9}, {"raw", 8}, {"p50", 7}, {"p99", 8}, {"max", 8}, {"verdict", 1},
}

func newTable(w io.Writer, markdown bool) *table {
	t := &table{w: w, markdown: markdown, begun: time.Now()}
	var heads, rules []string
	for _, c := range columns {
		heads, rules = append(heads, c.head), append(rules, "---")
	}
	t.row(heads)
	if markdown {
		t.row(rules)
	}
	return t
}

func (t *table) row(cells []string) {
	if t.markdown {
		fmt.Fprintf(t.w, "| %s |\n", strings.Join(cells, " | "))
		return
	}
	var b strings.Builder
	for i, cell := range cells {
		fmt.Fprintf(&b, "%-*s ", columns[i].width, cell)
	}
	fmt.Fprintln(t.w, strings.TrimRight(b.String(), " "))
}

// add writes the row of a result.
func (t *table) add(r *result) {
	t.results = append(t.results, r)
	cpu, memory, goroutines, verdict := "-", "-", "-", "ok"
	if r.alone {
		cpu, memory = fmt.Sprintf("%.1f %%", 100*r.cpu), fmt.Sprintf("%.1f", mib(r.memory))
	}
	if r.leftGoroutines >= 0 {
		goroutines = fmt.Sprint(r.leftGoroutines)
	}
	if len(r.faults) > 0 {
		verdict = "FAILS: " + strings.Join(r.faults, "; ")
	}
	t.row([]string{
		r.attack.name, fmt.Sprint(r.count), cpu, memory, fmt.Sprintf("%.0f %%", 100*r.allCPU), fmt.Sprintf("%.0f", mib(r.allMemory)),
		fmt.Sprintf("%d/%s", r.left, goroutines), short(r.loginSSH).String(), short(r.loginRaw).String(),
		short(r.p50).String(), short(r.p99).String(), short(r.max).String(), verdict,
	})
}

// end writes what the columns mean.
func (t *table) end() {
	failed, attackers := 0, 0.0
	for _, r := range t.results {
		if len(r.faults) > 0 {
			failed++
		}
		attackers = max(attackers, r.done.CPU)
	}
	fmt.Fprintf(t.w, "\n%d attacks in %v, %d of them did harm.\n", len(t.results), time.Since(t.begun).Round(time.Second), failed)
	fmt.Fprintf(t.w, `One: what a single attacker takes of the server, after its first second; its memory after a collection.
All: what n attackers, 7 members and the logins took together; memory is the most that the server grew by.
Left: descriptors and goroutines %v after the attack. Logins: the longest of somebody else. p50, p99, max: of messages
between others. The attackers share the machine: they were held to less than a core (%.0f %% at most), at nice 10.
`, leaveTime, 100*attackers)
}
