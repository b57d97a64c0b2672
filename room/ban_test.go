package room_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
)

func TestABanEndsSessionsAndRefusesNewOnes(t *testing.T) {
	bob := room.Entry{Pseudo: "bob", KeyID: fingerprint("bobs"), Addr: netip.MustParseAddr("192.0.2.7"), Front: "ssh"}
	mapped := room.Entry{Pseudo: "bob", Addr: netip.MustParseAddr("::ffff:192.0.2.7"), Front: "tcp"}
	far := room.Entry{Pseudo: "bob", Addr: netip.MustParseAddr("2001:db8::7"), Front: "tcp"}
	scoped := room.Entry{Pseudo: "bob", Addr: netip.MustParseAddr("fe80::7%eth0"), Front: "tcp"}
	for _, test := range []struct {
		target string
		who    room.Entry
	}{
		{"bob", bob}, {"BOB", bob}, {"@bob", bob}, {"b0b", bob},
		{fingerprint("bobs"), bob},
		{"192.0.2.7", bob}, {"192.0.2.0/24", bob}, {"192.0.2.99/24", bob}, {"::ffff:192.0.2.7", bob}, {"::ffff:192.0.2.0/120", bob},
		{"192.0.2.7", mapped}, {"192.0.2.0/24", mapped}, {"::ffff:192.0.2.7", mapped},
		{"2001:db8::7", far}, {"2001:db8::/32", far}, {"2001:0db8:0::7", far},
		{"fe80::7", scoped}, {"fe80::/10", scoped},
		{"128.0.0.0/1", bob}, {"::/1", far}, {"2001:db8::9", far}, {"2001:db8::7/128", far},
	} {
		t.Run(fmt.Sprint(test.target, " ", test.who.Addr), func(t *testing.T) {
			inFreeRoom(t, func(h *testRoom) {
				console := h.console()
				p := h.arrive(test.who)
				h.settle()
				if _, err := console.Do(h.Context(), "ban "+test.target+" 1h no reason"); err != nil {
					h.Fatalf("ban: %v", err)
				}
				why := p.left(state.Barred)
				if why.Reason != "no reason" || !why.Until.Equal(time.Now().Add(time.Hour)) {
					h.Errorf("bob was let out with %+v", why)
				}
				p.Close(why)
				if banned := turnedAway[*state.BannedError](h, test.who); banned.Ban.Reason != "no reason" {
					h.Errorf("bob is told %+v", banned.Ban)
				}
				sleep(time.Hour - time.Second)
				turnedAway[*state.BannedError](h, test.who)
				sleep(time.Second)
				h.arrive(test.who)
			})
		})
	}
}

func TestABanSparesOthers(t *testing.T) {
	for _, target := range []string{"bobby", fingerprint("other"), fingerprint("bob"), "192.0.2.2", "192.0.2.2/31", "198.51.100.0/24", "2001:db8::/32", "::/1", "::ffff:198.51.100.1"} {
		inFreeRoom(t, func(h *testRoom) {
			console := h.console()
			bob := h.arrive(withKey("bob", fingerprint("bobs")))
			console.Do(h.Context(), "ban "+target)
			bob.stays()
			h.arrive(withKey("bob", fingerprint("bobs")))
			h.arrive(from("cleo", "192.0.2.1"))
		})
	}
}

func TestABanIsAnnouncedWithThoseItDisconnects(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		h.arrive(from("bob", "192.0.2.7"))
		h.arrive(from("cleo", "192.0.2.8"))
		ann := h.arrive(from("ann", "203.0.113.1"))
		h.settle()
		h.operator("op") // from 192.0.2.1
		h.console().does("ban 192.0.2.6/31 10m")
		ann.sees("192.0.2.6/31 banned by console for 10m0s: , gone [bob]")
		h.present("ann", "cleo", "op")
	})
}

func TestABanForEver(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		console := h.console()
		console.does("ban bob")
		sleep(20_000 * time.Hour)
		if banned := turnedAway[*state.BannedError](h, as("Bob")); !banned.Ban.Until().IsZero() {
			h.Errorf("bob is told until %v", banned.Ban.Until())
		}
	})
}

func TestDurationsOfBans(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"30s": 30 * time.Second, "10m": 10 * time.Minute, "10min": 10 * time.Minute, "2h": 2 * time.Hour, "2H": 2 * time.Hour,
		"3j": 72 * time.Hour, "3d": 72 * time.Hour, "1w": 168 * time.Hour, "1sem": 168 * time.Hour,
		"": 0, "spam": 0, "-spam": 0,
	} {
		inFreeRoom(t, func(h *testRoom) {
			console := h.console()
			console.does("ban bob " + text)
			ban := replied[room.Bans](console, "bans").Bans[0]
			if ban.For != want {
				h.Errorf("%q bans for %v, want %v", text, ban.For, want)
			}
			if want == 0 && ban.Reason != text {
				h.Errorf("%q is kept as the reason %q", text, ban.Reason)
			}
		})
	}
}

// A slip of the fingers must not last for ever.
func TestWhatBeginsLikeADurationAndIsNoneIsRefused(t *testing.T) {
	for _, text := range []string{"5", "0s", "10x", "99999999999999999999h", "5 m", "-5m", "-5m spam", "--1h", "+5m"} {
		inFreeRoom(t, func(h *testRoom) {
			console := h.console()
			h.join("bob")
			refused[*room.UsageError](console, "ban bob "+text)
			refused[*room.UsageError](console, "mute bob "+text)
			h.present("bob")
		})
	}
}

func TestUnbanByAnotherSpelling(t *testing.T) {
	for ban, unban := range map[string]string{
		"Bob": "bob", "bob": "@BOB", "192.0.2.7": "192.0.2.7/32", "::ffff:192.0.2.7": "192.0.2.7",
		"192.0.2.99/24": "192.0.2.0/24", "2001:db8::7": "2001:0DB8:0:0::7", fingerprint("bobs"): fingerprint("bobs"), "fe80::7%eth0": "fe80::7",
		"2001:db8::1": "2001:db8::/64", "2001:db8::1/128": "2001:db8::1/128", "2001:db8::/64": "2001:db8::ffff",
	} {
		inFreeRoom(t, func(h *testRoom) {
			console := h.console()
			console.Do(h.Context(), "ban "+ban)
			console.does("unban " + unban)
			if list := replied[room.Bans](console, "bans").Bans; len(list) != 0 {
				h.Errorf("unban %s leaves %v", unban, list)
			}
			h.arrive(room.Entry{Pseudo: "bob", KeyID: fingerprint("bobs"), Addr: netip.MustParseAddr("192.0.2.7")})
		})
	}
}

func TestUnbanOfNobody(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		console := h.console()
		refused[*state.NotInForceError](console, "unban bob")
		console.does("ban bob 1s")
		sleep(time.Second)
		refused[*state.NotInForceError](console, "unban bob")
	})
}

func TestABanReplacesTheOneBefore(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		console := h.console()
		console.does("ban bob", "ban BOB 1m", "ban cleo 1s", "ban 192.0.2.0/24")
		sleep(time.Second)
		list := replied[room.Bans](console, "bans").Bans
		if len(list) != 2 || list[0].Target.String() != "192.0.2.0/24" || list[1].For != time.Minute {
			h.Errorf("the console reads %+v", list)
		}
	})
}

func TestABannedNameCannotBeTakenByRenaming(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		console := h.console()
		console.does("ban bob 1h")
		ann := h.join("ann")[0]
		refused[*state.BannedError](ann, "/pseudo bob")
		refused[*state.BannedError](ann, "/pseudo B0b")
		ann.does("/pseudo bobby")
		sleep(time.Hour)
		ann.does("/pseudo bob")
	})
}

func TestABanOfANameHintsAtTheKeyOrTheAddress(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		console := h.console()
		h.arrive(withKey("bob", "SHA256:bobs"))
		h.arrive(from("cleo", "198.51.100.9"))
		for name, want := range map[string]string{"BOB": "SHA256:bobs", "cleo": "198.51.100.9"} {
			if n := replied[room.Notice](console, "ban "+name); n.What != room.BanHint || n.Text != want {
				h.Errorf("ban %s: the console is told %+v", name, n)
			}
		}
		console.does("ban nobody", "ban "+fingerprint("other"), "ban 203.0.113.1")
	})
}

// TestABanThatAnotherPseudoDoesNotEvadeNeedsNoHint: it holds for all keys of an
// account.
func TestABanThatAnotherPseudoDoesNotEvadeNeedsNoHint(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		console := h.console()
		h.owner("ann", "SHA256:A")
		console.does("ban ann")
		turnedAway[*state.BannedError](h, withKey("other", "SHA256:A"))
		bob := h.owner("bob", "SHA256:B")
		bob.told(room.NowPassSet, "/inscrire "+phrase)
		other := h.arrive(passing("bob", "SHA256:B2", phrase)) // a key that is not the account's
		if n := replied[room.Notice](console, "ban BOB"); n.What != room.BanHint || n.Text != "SHA256:B2" {
			h.Errorf("the console is told %+v", n)
		}
		bob.left(state.Barred)
		other.left(state.Barred)
		h.arrive(withKey("other", "SHA256:B2"))
	})
}

// TestAnAddressOfIPv6IsBannedWithItsNetwork, which the operator is told; alone where its
// length is typed.
func TestAnAddressOfIPv6IsBannedWithItsNetwork(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		console := h.console()
		admits := func(addr string, want bool) {
			h.Helper()
			if err := h.room.Admit(netip.MustParseAddr(addr)); (err == nil) != want {
				h.Errorf("%s: %v", addr, err)
			}
		}
		if n := console.told(room.BanNetwork, "ban 2001:db8::1"); n.Text != "2001:db8::1" {
			h.Errorf("the console is told of %q", n.Text)
		}
		admits("2001:db8::ffff:1", false)
		admits("2001:db8:0:1::1", true)
		console.does("unban 2001:db8::2", "ban 2001:db8::1/128", "ban ::1", "ban 192.0.2.1", "ban ::ffff:192.0.2.9")
		admits("2001:db8::1", false)
		admits("2001:db8::2", true)
		admits("192.0.2.9", false)
		admits("192.0.2.2", true)
		refused[*state.NotInForceError](console, "unban 2001:db8::1")
		console.does("unban 2001:db8::1/128")
		admits("2001:db8::1", true)
	})
}

// TestWhatBansNobodyOrEverybodyIsRefused, and so is an address with a typing error.
func TestWhatBansNobodyOrEverybodyIsRefused(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		console, op := h.console(), h.operator("op")
		for _, target := range []string{"999.1.1.1", "10.0.0.0/33", "SHA256:abc", "SHA256:", "0.0.0.0/0", "::/0", "0.0.0.0", "::", "2001:db8::/129"} {
			refused[*state.TargetError](console, "ban "+target+" 1h spam")
			refused[*state.TargetError](op, "/ban "+target)
		}
		refused[*state.TargetError](console, "unban 999.1.1.1")
		refused[*state.NotInForceError](console, "unban 0.0.0.0/0")
		if list := replied[room.Bans](console, "bans").Bans; len(list) > 0 {
			h.Errorf("banned: %v", list)
		}
		console.does("ban @999.1.1.1", "unban @999.1.1.1")
	})
}

func TestABannedAddressIsRefusedBeforeTheHandshake(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		console := h.console()
		console.does("ban 192.0.2.0/24 1h spam", "ban bob", "ban "+fingerprint("bobs"))
		for _, addr := range []string{"192.0.2.7", "::ffff:192.0.2.7"} {
			err := h.room.Admit(netip.MustParseAddr(addr))
			if banned := wantError[*state.BannedError](h, err); banned.Ban.Reason != "spam" {
				h.Errorf("%s is told %+v", addr, banned.Ban)
			}
		}
		for _, addr := range []string{"192.0.3.7", "2001:db8::1"} {
			if err := h.room.Admit(netip.MustParseAddr(addr)); err != nil {
				h.Errorf("%s: %v", addr, err)
			}
		}
		sleep(time.Hour)
		if err := h.room.Admit(netip.MustParseAddr("192.0.2.7")); err != nil {
			h.Errorf("after its ban: %v", err)
		}
	})
}

func TestOfSeveralBansTheLongestIsReported(t *testing.T) {
	for range 20 {
		inFreeRoom(t, func(h *testRoom) {
			h.console().does("ban ann 10m short", "ban "+fingerprint("A")+" 1h long", "ban 192.0.2.0/24 30m middle")
			if got := turnedAway[*state.BannedError](h, withKey("ann", fingerprint("A"))); got.Ban.Reason != "long" {
				h.Errorf("told of the %s one", got.Ban.Reason)
			}
			h.console().does("ban 192.0.2.1 for good")
			if got := turnedAway[*state.BannedError](h, withKey("ann", fingerprint("A"))); got.Ban.Reason != "for good" {
				h.Errorf("told of the %s one", got.Ban.Reason)
			}
		})
	}
}
