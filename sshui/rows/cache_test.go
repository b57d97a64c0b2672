package rows

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"salon/room/lang"
	"salon/room/state"
)

func saying(text string) *state.Event { return minute(5, state.Said{From: "bob", Text: text}) }

func TestSharedRowsAreThoseOfEverybody(t *testing.T) {
	k, c, e := &Cache{}, class(80), saying("bonjour @ann")
	got := k.Event(c, 1, e, 0)
	if want := c.Event(e, lang.View{}, 0); shown(got) != shown(want) || got.Event != e {
		t.Errorf("shared: %+v, want %+v", got, want)
	}
	if !k.MayMention(1, e, WordOf("ann")) || k.MayMention(1, e, WordOf("bob")) {
		t.Error("it is not ann whom it may mention")
	}
	if k.Event(c, 1, e, 0) != got {
		t.Error("the same was made twice")
	}
	if other := k.Event(class(30), 1, e, 0); other == got || shown(other) == shown(got) {
		t.Error("two classes are shown the same")
	}
}

func TestASlotTellsEventsApart(t *testing.T) {
	k, c := &Cache{}, class(80)
	old, same, far := saying("un"), saying("deux"), saying("trois")
	k.Event(c, 1, old, 0)
	for place, e := range map[uint64]*state.Event{1: same, 1 + maxPlaces: far} {
		if f := k.Event(c, place, e, 0); f.Event != e {
			t.Errorf("place %d shows %q", place, shown(f))
		}
	}
}

// TestManyAtOnceMakeItOnce tells made once by there being one Fragment. The readers
// start together at each message, which takes long enough to make that they meet.
func TestManyAtOnceMakeItOnce(t *testing.T) {
	const readers, events, classes = 16, 50, 2
	k := &Cache{}
	for i := range events {
		e, place := saying(fmt.Sprint(i, strings.Repeat("東京", 600))), uint64(i+1)
		var got [readers]*Fragment
		var wg sync.WaitGroup
		start := make(chan struct{})
		for r := range readers {
			wg.Go(func() {
				<-start
				got[r] = k.Event(class(80+r%classes), place, e, 0)
			})
		}
		close(start)
		wg.Wait()
		made := map[*Fragment]bool{}
		for _, f := range got {
			if f.Event != e {
				t.Fatalf("shown %q for message %d", shown(f), i)
			}
			made[f] = true
		}
		if len(made) != classes {
			t.Errorf("message %d was made %d times for %d classes", i, len(made), classes)
		}
	}
}

// weight counts what a cache holds for a class, from the outside of its own counts.
func (k *Cache) weight(c Class) (bytes int) {
	kept := k.classes.Get(c)
	for i := range kept.slots {
		if f := kept.slots[i].Load(); f != nil {
			bytes += size(f)
		}
	}
	return bytes
}

func TestAClassIsBounded(t *testing.T) {
	k, c := &Cache{}, class(80)
	long := strings.Repeat("bonjour ", 500)
	var newest *Fragment
	for place := range uint64(1000) {
		newest = k.Event(c, place+1, saying(long), 0)
		if bytes := k.weight(c); bytes > classBytes || bytes != k.classes.Get(c).bytes {
			t.Fatalf("%d bytes after %d messages", bytes, place+1)
		}
	}
	if bytes := k.weight(c); bytes < classBytes/2 {
		t.Errorf("%d bytes only", bytes)
	}
	if k.Event(c, 1000, newest.Event, 0) != newest {
		t.Error("the newest message was not kept")
	}
}

func TestWhatIsOldIsMadeForEach(t *testing.T) {
	k, c, e := &Cache{}, class(80), saying("vieux")
	k.Event(c, 1+maxPlaces, saying("neuf"), 0)
	if first := k.Event(c, 1, e, 0); first.Event != e || k.Event(c, 1, e, 0) == first {
		t.Error("an old message was kept")
	}
	recent := saying("assez neuf")
	if first := k.Event(c, 2, recent, 0); k.Event(c, 2, recent, 0) != first {
		t.Error("a message of the last places was not kept")
	}
}

func TestOldRowsDoNotPutOutNewerOnes(t *testing.T) {
	k, c := &Cache{}, class(80)
	long := strings.Repeat("bonjour ", 500)
	kept := map[uint64]*Fragment{}
	for place := uint64(maxPlaces); place > 0; place-- {
		kept[place] = k.Event(c, place, saying(long), 0)
	}
	if newest := kept[maxPlaces]; k.Event(c, maxPlaces, newest.Event, 0) != newest {
		t.Error("scrolling up put out the newest message")
	}
}

func TestWhatIsTooLargeIsNotKept(t *testing.T) {
	k, c, e := &Cache{}, class(80), saying(strings.Repeat("bonjour ", 5000))
	if first := k.Event(c, 1, e, 0); first.Event != e || k.Event(c, 1, e, 0) == first {
		t.Error("it was kept")
	}
	if bytes := k.weight(c); bytes != 0 {
		t.Errorf("%d bytes are kept", bytes)
	}
}

func TestManyClassesAtOnceStayBounded(t *testing.T) {
	k, long := &Cache{}, saying(strings.Repeat("bonjour ", 400))
	var wg sync.WaitGroup
	for r := range 4 {
		wg.Go(func() {
			for i := range 300 {
				c := class(20 + (i*7+r*31)%200)
				if f := k.Event(c, uint64(i%8+1), long, 0); f.Event != long {
					t.Errorf("shown %q", shown(f))
				}
			}
		})
	}
	wg.Wait()
	for width := range 200 {
		if bytes := k.weight(class(20 + width)); bytes > classBytes {
			t.Errorf("class %d holds %d bytes", width, bytes)
		}
	}
}

func BenchmarkCacheHit(b *testing.B) {
	k, e := &Cache{}, saying("bonjour à tous")
	for width := range 8 {
		k.Event(class(80+width), 1, e, 0)
	}
	b.ReportAllocs()
	c := class(83)
	for b.Loop() {
		k.Event(c, 1, e, 0)
	}
}

func BenchmarkCacheHitParallel(b *testing.B) {
	k, e := &Cache{}, saying("bonjour à tous")
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		c := class(83)
		for pb.Next() {
			k.Event(c, 1, e, 0)
		}
	})
}

func BenchmarkEvent(b *testing.B) {
	for _, test := range []struct {
		name string
		body state.Body
	}{
		{"short", state.Said{From: "bob", Text: "bonjour à tous"}},
		{"mention", state.Said{From: "bob", Text: "@ann tu as vu ?"}},
		{"link", state.Said{From: "bob", Text: "c'est là : https://exemple.org/doc"}},
		{"cjk", state.Said{From: "田中", Text: "東京は今日も雨です。明日は晴れるといいですね。"}},
		{"joined", state.Joined{Pseudo: "cléo"}},
		{"4096", state.Said{From: "bob", Text: strings.Repeat("bonjour ", 512)}},
		{"4096 cjk", state.Said{From: "bob", Text: strings.Repeat("東京", 682)}},
		{"4096 joining", state.Said{From: "bob", Text: strings.Repeat("ᄀ", 1365)}},
		{"4096 emoji", state.Said{From: "bob", Text: strings.Repeat("👩‍👩‍👧‍👦", 163)}},
		{"4096 rtl", state.Said{From: "bob", Text: strings.Repeat("שלום ", 455)}},
		{"4096 links", state.Said{From: "bob", Text: strings.Repeat("http://a ", 455)}},
		{"4096 @", state.Said{From: "bob", Text: strings.Repeat("@a.b ", 819)}},
	} {
		b.Run(test.name, func(b *testing.B) {
			c, e := class(80), minute(5, test.body)
			c.Palette, c.Links = Auto, true
			b.ReportAllocs()
			for b.Loop() {
				c.Event(e, lang.View{}, 0)
			}
		})
	}
}

// TestRowsOfWhatWasTakenBackAreForgotten, of every class, and its words.
func TestRowsOfWhatWasTakenBackAreForgotten(t *testing.T) {
	k, gone, stays := &Cache{}, saying("secret"), saying("bonjour")
	gone.Seq, stays.Seq = 1, 2
	for _, width := range []int{30, 80} {
		k.Event(class(width), 1, gone, 0)
		k.Event(class(width), 2, stays, SameMinute)
	}
	k.MayMention(1, gone, 1)
	kept := k.Event(class(80), 2, stays, SameMinute)
	k.TakeBack(&state.Event{Seq: 3, Body: state.Deleted{Message: 1}})
	for r := range k.classes.Values {
		for i := range r.slots {
			if f := r.slots[i].Load(); f != nil && f.Event == gone {
				t.Errorf("kept: %q", shown(f))
			}
		}
	}
	if k.words.slots[1].Load() != nil {
		t.Error("its words are kept")
	}
	if k.Event(class(80), 2, stays, SameMinute) != kept {
		t.Error("another is forgotten too")
	}
}
