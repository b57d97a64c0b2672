package classcache

import (
	"sync"
	"sync/atomic"
	"testing"
)

func TestTheClassNotUsedForTheLongestGoes(t *testing.T) {
	t.Parallel()
	k, kept := &Cache[int, string]{}, map[int]*string{}
	for class := range Max {
		kept[class] = k.Get(class)
	}
	for class := range kept {
		if class != 30 {
			k.Get(class)
		}
	}
	k.Get(200) // all but one have been used since the one before
	k.Get(20)
	if n := len(k.all()); n != Max {
		t.Errorf("%d classes", n)
	}
	for class, v := range kept {
		if _, there := k.all()[class]; there != (class != 30) {
			t.Errorf("class %d is there: %v", class, there)
		} else if there && k.Get(class) != v {
			t.Errorf("class %d lost its value", class)
		}
	}
}

func TestManyClassesAtOnceStayBounded(t *testing.T) {
	t.Parallel()
	k := &Cache[int, atomic.Int64]{}
	var wg sync.WaitGroup
	for r := range 4 {
		wg.Go(func() {
			for i := range 300 {
				k.Get((i*7 + r*31) % 200).Add(1)
			}
		})
	}
	wg.Wait()
	if n := len(k.all()); n > Max {
		t.Errorf("%d classes", n)
	}
}
