package history

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"salon/room/state"
)

// hanging is a disk whose commits do not return while it is held.
type hanging struct {
	mu     sync.Mutex // guards all below
	held   chan struct{}
	reason error // what a commit that was held ends with
}

// hold has commits wait until the function that it returns is called.
func (d *hanging) hold() (release func(reason error)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	held := make(chan struct{})
	d.held = held
	return func(reason error) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.held, d.reason = nil, reason
		close(held)
	}
}

func (d *hanging) fault() error {
	d.mu.Lock()
	held := d.held
	d.mu.Unlock()
	if held == nil {
		return nil
	}
	<-held
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.reason
}

const shortHang = 500 * time.Millisecond

// TestTheChatGoesOnWhileTheDiskHangs in the middle of a commit, whatever becomes of that.
func TestTheChatGoesOnWhileTheDiskHangs(t *testing.T) {
	for name, reason := range map[string]error{"late": nil, "failed": errors.New("disk on fire")} {
		t.Run(name, func(t *testing.T) {
			var d hanging
			c := startChat(t, Options{fault: d.fault, hang: shortHang})
			want := []string{"before"}
			c.says("before")
			release := d.hold()
			for i := range 50 {
				want = append(want, fmt.Sprint("during ", i))
				c.says(want[i+1])
			}
			if health, _ := c.Health(); !errors.Is(health.Err, ErrHangs) || health.Since.IsZero() {
				t.Errorf("its health is %v", health)
			}
			if err := c.Snapshot(t.Context(), c.snapshot()); !errors.Is(err, ErrHangs) {
				t.Errorf("Snapshot: %v", err)
			}
			if got, err := c.Search(t.Context(), nil, state.Query{Text: "during 7"}, 10); err != nil || len(got) != 1 {
				t.Errorf("a search finds %v, %v", got, err)
			}
			release(reason)
			c.until("recording again", c.well)
			c.says("after")
			c.wantAlarms(1)
			c.wantLogged("missing=0")
			wantTexts(t, c.reopened(), append(want, "after")...)
		})
	}
}

// TestAMessageWaitsForADiskThatHangsOnce and for two seconds.
func TestAMessageWaitsForADiskThatHangsOnce(t *testing.T) {
	var d hanging
	c := startChat(t, Options{fault: d.fault})
	release := d.hold()
	defer release(nil)
	began := time.Now()
	c.says("the first")
	first := time.Since(began)
	for i := range 20 {
		c.says(fmt.Sprint(i))
	}
	if rest := time.Since(began) - first; first < hangAfter || first > 2*hangAfter || rest > hangAfter {
		t.Errorf("the first message takes %v, the next 20 %v", first, rest)
	}
}

// TestAHangLongerThanMemoryIsAGap which begins after what the disk was writing.
func TestAHangLongerThanMemoryIsAGap(t *testing.T) {
	const waiting, extra = 1000, 300
	var d hanging
	c := startChat(t, Options{recent: 10, wait: waiting, fault: d.fault, hang: shortHang})
	c.says("before")
	c.flush(t)
	release := d.hold()
	for i := range waiting + extra {
		c.says(fmt.Sprint("during ", i))
	}
	release(nil)
	c.until("recording again", c.well)
	c.says("after")
	c.wantLogged("missing=300")
	h := c.reopened()
	events, err := h.Last(t.Context(), nil, 2*waiting, 0)
	if err != nil || len(events) != waiting+3 {
		t.Errorf("%d are recorded, %v", len(events), err)
	}
	gaps := gapsIn(events)
	if len(gaps) != 1 || gaps[0].Body.(state.Gap).Count != extra {
		t.Errorf("the gaps are %v", gaps)
	}
}

// TestClosingWhileTheDiskHangs does not wait for it; once it answers nothing is lost.
func TestClosingWhileTheDiskHangs(t *testing.T) {
	var d hanging
	c := startChat(t, Options{fault: d.fault, hang: shortHang})
	c.says("before")
	release := d.hold()
	c.says("during")
	began := time.Now()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := c.Shut(); !errors.Is(err, ErrHangs) || time.Since(began) > time.Second {
		t.Errorf("Shut: %v after %v", err, time.Since(began))
	}
	if _, err := Open(t.Context(), Options{Dir: c.disk.dir}); !errors.Is(err, ErrInUse) {
		t.Errorf("meanwhile it is %v", err)
	}
	release(nil)
	var h *History
	c.until("closed", func() (free bool) {
		var err error
		h, err = Open(t.Context(), Options{Dir: c.disk.dir})
		return err == nil
	})
	defer shut(t, h)
	wantTexts(t, h, "before", "during")
	_, last := h.Bounds()
	if last != c.given {
		t.Errorf("the log ends at %d, not %d", last, c.given)
	}
}

// TestASnapshotThatHangs is given up with its context, and when the log is closed.
func TestASnapshotThatHangs(t *testing.T) {
	var d hanging
	h := open(t, Options{Dir: t.TempDir(), fault: d.fault, hang: shortHang})
	release := d.hold()
	defer release(nil)
	ctx, cancel := context.WithTimeout(t.Context(), shortHang)
	defer cancel()
	if err := h.Snapshot(ctx, state.Snapshot{Seq: 1}); !errors.Is(err, ctx.Err()) {
		t.Errorf("with a context that ends: %v", err)
	}
	h.Close()
	if err := h.Snapshot(t.Context(), state.Snapshot{Seq: 1}); !errors.Is(err, ErrHangs) {
		t.Errorf("with a log that is closed: %v", err)
	}
}
