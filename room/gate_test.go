package room_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"

	"salon/room"
)

func TestTooManyConnectionsFromOneSource(t *testing.T) {
	for _, source := range []struct{ name, same, other string }{
		{"an IPv4 address", "192.0.2.%d", "192.0.2.1"},
		{"an IPv4 address in IPv6", "::ffff:192.0.2.1", "192.0.2.2"},
		{"an IPv6 /64", "2001:db8::%x", "2001:db8:0:1::1"},
		{"a link-local /64", "fe80::%x%%eth0", "2001:db8::1"},
	} {
		t.Run(source.name, func(t *testing.T) {
			inRoomLike(t, room.Config{Limits: room.Limits{MaxPerSource: 3}}, func(h *house) {
				addr := func(i int) netip.Addr {
					if source.name == "an IPv4 address" {
						i = 7
					}
					if source.name == "an IPv4 address in IPv6" {
						return netip.MustParseAddr([]string{source.same, "192.0.2.1"}[i%2])
					}
					return netip.MustParseAddr(fmt.Sprintf(source.same, i))
				}
				var leave []func()
				for i := range 3 {
					l, err := h.room.Admit(addr(i))
					if err != nil {
						h.Fatalf("connection %d: %v", i+1, err)
					}
					leave = append(leave, l)
				}
				if _, err := h.room.Admit(addr(3)); !errors.Is(err, room.ErrTooMany) {
					h.Errorf("a fourth is told %v", err)
				}
				if _, err := h.room.Admit(netip.MustParseAddr(source.other)); err != nil {
					h.Errorf("from elsewhere: %v", err)
				}
				leave[0]()
				leave[0]() // leaving twice frees one place
				if _, err := h.room.Admit(addr(4)); err != nil {
					h.Errorf("after one left: %v", err)
				}
				if _, err := h.room.Admit(addr(5)); !errors.Is(err, room.ErrTooMany) {
					h.Errorf("the next is told %v", err)
				}
			})
		})
	}
}

func TestANewLimitCountsTheConnectionsThatAreOpen(t *testing.T) {
	inFreeRoom(t, func(h *house) {
		addr := netip.MustParseAddr("192.0.2.1")
		var leave []func()
		for range 4 {
			l, err := h.room.Admit(addr)
			if err != nil {
				h.Fatal(err)
			}
			leave = append(leave, l)
		}
		h.room.SetLimits(room.Limits{MaxPerSource: 3})
		leave[0]()
		if _, err := h.room.Admit(addr); !errors.Is(err, room.ErrTooMany) {
			h.Errorf("a fourth is told %v", err)
		}
		leave[1]()
		if _, err := h.room.Admit(addr); err != nil {
			h.Errorf("a third is told %v", err)
		}
	})
}

func TestSomeSourcesHaveNoLimit(t *testing.T) {
	for name, test := range map[string]struct {
		limit int
		addr  netip.Addr
	}{
		"loopback":         {1, netip.MustParseAddr("127.0.0.1")},
		"IPv6 loopback":    {1, netip.MustParseAddr("::1")},
		"mapped loopback":  {1, netip.MustParseAddr("::ffff:127.0.0.2")},
		"an unknown one":   {1, netip.Addr{}},
		"without a limit":  {0, netip.MustParseAddr("192.0.2.1")},
		"a negative limit": {-1, netip.MustParseAddr("192.0.2.1")},
	} {
		inRoomLike(t, room.Config{Limits: room.Limits{MaxPerSource: test.limit}}, func(h *house) {
			for range 100 {
				leave, err := h.room.Admit(test.addr)
				if err != nil {
					h.Fatalf("%s: %v", name, err)
				}
				defer leave()
			}
		})
	}
}
