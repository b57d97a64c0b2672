package state_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"salon/room/state"
	"salon/room/text"
)

func TestTargetsAreReadAsTheyAreWritten(t *testing.T) {
	for typed, want := range map[string]state.Target{
		"192.0.2.7/24":           {Kind: state.ByNetwork, Network: netip.MustParsePrefix("192.0.2.0/24")},
		"::ffff:192.0.2.1":       {Kind: state.ByNetwork, Network: netip.MustParsePrefix("192.0.2.1/32")},
		"::ffff:192.0.2.0/120":   {Kind: state.ByNetwork, Network: netip.MustParsePrefix("192.0.2.0/24")},
		"fe80::1%eth0":           {Kind: state.ByNetwork, Network: netip.MustParsePrefix("fe80::1/128")},
		"SHA256:abc+/":           {Kind: state.ByKey, KeyID: "SHA256:abc+/"},
		"bob":                    state.PseudoTarget("bob"),
		"@192.0.2.1":             state.PseudoTarget("192.0.2.1"), // a pseudo too
		"@Éléonore":              state.PseudoTarget("Éléonore"),
		"2001:0DB8:0:0::/32":     {Kind: state.ByNetwork, Network: netip.MustParsePrefix("2001:db8::/32")},
		"2001:db8::ffff:1.2.3.4": {Kind: state.ByNetwork, Network: netip.MustParsePrefix("2001:db8::/64")},
		"2001:db8::1":            {Kind: state.ByNetwork, Network: netip.MustParsePrefix("2001:db8::/64")},
		"2001:db8::1/128":        {Kind: state.ByNetwork, Network: netip.MustParsePrefix("2001:db8::1/128")},
		"::1":                    {Kind: state.ByNetwork, Network: netip.MustParsePrefix("::1/128")},
		"@999.1.1.1":             state.PseudoTarget("999.1.1.1"),
		"42":                     state.PseudoTarget("42"),
		"1.x":                    state.PseudoTarget("1.x"),
	} {
		got, err := state.ParseTarget(typed)
		if err != nil || got != want {
			t.Errorf("%q is %+v, want %+v (%v)", typed, got, want, err)
		}
		if again, err := state.ParseTarget(got.String()); err != nil || again != got {
			t.Errorf("%q is written as %q, which is %+v (%v)", typed, got, again, err)
		}
	}
}

// TestWhatOnlyLooksLikeAnAddressIsNoPseudo.
func TestWhatOnlyLooksLikeAnAddressIsNoPseudo(t *testing.T) {
	for _, typed := range []string{
		"999.1.1.1", "192.0.2", "192.0.2.", "1.2.3.4.5", "192.0.2.01", "3.14", "10.0.0.0/33", "10.0.0/8", "/8", "10.0.0.0/", "10.0.0.0/8/8", "2001:db8:::1", "2001:db8::g", "1:2",
		"2001:db8::/129", "fe80::1%eth0/64", ":", "::ffff:192.0.2.999", "md5:aa:bb", "sha256:x", "@::1", "\x1b[31m:" + strings.Repeat("x", 1000),
	} {
		got, err := state.ParseTarget(typed)
		bad, ok := errors.AsType[*state.TargetError](err)
		if !ok || bad.Reason != state.TargetBroken || len([]rune(bad.Target)) > text.MaxQuoted || text.Clean(bad.Target, false) != bad.Target {
			t.Errorf("%.60q is read as %+v, %v", typed, got, err)
		}
	}
}

// TestTargetsThatNobodyOrEverybodyMatches are read, so that what was banned long ago can
// be lifted, and are not to be banned.
func TestTargetsThatNobodyOrEverybodyMatches(t *testing.T) {
	const sum = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"
	for typed, want := range map[string]state.TargetReason{
		"SHA256:": state.TargetKey, "SHA256:abc": state.TargetKey, "SHA256:" + sum + "A": state.TargetKey, "SHA256:" + sum[1:]: state.TargetKey, "SHA256:" + sum + "=": state.TargetKey,
		"SHA256:" + sum[:42] + "!": state.TargetKey, "SHA256:" + sum[:42] + "V": state.TargetKey, // bits that mean nothing
		"0.0.0.0/0": state.TargetEverybody, "::/0": state.TargetEverybody, "::ffff:1.2.3.4/96": state.TargetEverybody,
		"0.0.0.0": state.TargetNobody, "::": state.TargetNobody, "224.0.0.1": state.TargetNobody, "ff02::1": state.TargetNobody, "239.0.0.0/8": state.TargetNobody,
		"SHA256:" + sum: 0, "bob": 0, "192.0.2.0/24": 0, "127.0.0.1": 0, "::1": 0, "10.0.0.0/8": 0, "0.0.0.0/8": 0, "@999.1.1.1": 0, "255.255.255.255/1": 0,
	} {
		target, err := state.ParseTarget(typed)
		if err != nil {
			t.Errorf("%q: %v", typed, err)
			continue
		}
		bad, _ := errors.AsType[*state.TargetError](target.Check())
		if bad == nil && want != 0 || bad != nil && bad.Reason != want {
			t.Errorf("%q is refused with %+v, want %d", typed, bad, want)
		}
	}
}

// FuzzBanTarget: whatever is typed is read as it is written, and never is a thing with the
// signs of an address in it a pseudo.
func FuzzBanTarget(f *testing.F) {
	for _, s := range []string{"bob", "@192.0.2.1", "192.0.2.7/24", "::ffff:192.0.2.1", "2001:db8::1", "2001:db8::1/128", "fe80::1%eth0", "SHA256:abc+/", "999.1.1.1", "10.0.0.0/33", "0.0.0.0/0", "@Éléonore"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := state.ParseTarget(s)
		if err != nil {
			_, broken := errors.AsType[*state.TargetError](err)
			if _, pseudo := errors.AsType[*text.PseudoError](err); broken == pseudo {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		if again, err := state.ParseTarget(got.String()); err != nil || again != got {
			t.Errorf("%q is written as %q, which is %+v, %v", s, got, again, err)
		}
		if got.Kind == state.ByPseudo && strings.ContainsAny(s, ":/") || got.Kind == state.ByNetwork && got.Network != got.Network.Masked() {
			t.Errorf("%q is %+v", s, got)
		}
		if got.Check() == nil && got.Kind == state.ByNetwork && got.Network.Bits() == 0 {
			t.Errorf("%q bans everybody", s)
		}
	})
}

// TestAPseudoIsNoAddress: somebody is called 192.0.2.1, and a ban of them is not one of
// that address.
func TestAPseudoIsNoAddress(t *testing.T) {
	s := newStory(t)
	s.happens(banOf("192.0.2.1", 0))
	s.happens(banOf("@192.0.2.1", time.Hour))
	s.fails(join("ann", "", "192.0.2.1"), &state.BannedError{})
	s.fails(join("192.0.2.1", "", "192.0.2.9"), &state.BannedError{})
	s.happens(state.Unbanned{Target: parsed("@192.0.2.1")[0]})
	s.happens(join("192.0.2.1", "", "192.0.2.9"))
	s.fails(join("ann", "", "192.0.2.1"), &state.BannedError{})
	s.happens(state.Unbanned{Target: parsed("192.0.2.1")[0]})
	s.happens(join("ann", "", "192.0.2.1"))
	s.fails(state.Unbanned{Target: parsed("192.0.2.1")[0]}, &state.NotInForceError{})
}

// TestABanLetsOutAllItHolds, by name and address, through each proof of an account.
func TestABanLetsOutAllItHolds(t *testing.T) {
	s := newStory(t)
	account := s.happens(register("ann", "A", "hash")).Seq
	s.happens(adds(account, register("ann", "B", "")))
	s.happens(join("ann", "B", "192.0.2.1"))
	s.happens(joined("carl", "A", "192.0.2.2", func(b *state.Joined) { b.Quiet = true }))
	s.happens(join("bob", "", "192.0.2.9"))
	out := s.apply(banOf("SHA256:nobody", 0))
	if len(out.Ended) != 0 || !out.Shown {
		t.Errorf("a ban of nobody: %+v", out)
	}
	out = s.apply(state.Banned{Ban: state.Ban{Target: state.Target{Kind: state.ByKey, KeyID: "A"}, By: "op", Reason: "assez"}})
	b := out.Event.Body.(state.Banned)
	if fmt.Sprint(b.Gone) != "[ann]" || len(out.Ended) != 2 { // carl was not there for others to see
		t.Errorf("it lets out %q and ends %v", b.Gone, out.Ended)
	}
	if why := out.Ended[0].Why; why.Cause != state.Barred || why.By != "op" || why.Reason != "assez" {
		t.Errorf("they are told %+v", why)
	}
	s.here("bob")
	out = s.apply(banOf("192.0.2.0/28", time.Hour))
	if b := out.Event.Body.(state.Banned); fmt.Sprint(b.Gone) != "[bob]" {
		t.Errorf("it lets out %q", b.Gone)
	}
	s.here()
	if held := s.st.BansHold(state.PseudoTarget("ann"), "A"); !held {
		t.Error("a ban of ann would not hold against her key")
	}
	if held := s.st.BansHold(state.PseudoTarget("bob"), "A"); held {
		t.Error("a ban of bob would hold against ann's key")
	}
}

// TestWhatTheLogKeepsOfAMute is enough when nobody is here any more.
func TestWhatTheLogKeepsOfAMute(t *testing.T) {
	s := newStory(t)
	bob := s.happens(join("bob", "B", "")).ID
	completed := s.happens(mute(bob, "bob")).Body
	later := newStory(t)
	later.happens(completed)
	rob := later.happens(join("rob", "B", "")).ID
	later.fails(state.Said{Session: rob, Text: "salut"}, &state.MutedError{})
	later.fails(rename(rob, "bobby"), &state.MutedError{})
	if word := later.happens(state.Left{Session: rob, Cause: state.Quit, Text: "adieu"}).Body.(state.Left).Text; word != "" {
		t.Errorf("who is muted leaves with %q", word)
	}
	later.happens(state.Unmuted{Key: "bob"})
	later.happens(state.Said{Session: later.happens(join("rob", "B", "")).ID, Text: "salut"})
}

// TestAMuteHoldsOnTheKeysThatAreLeft, and is shown where it holds: ann's first key was
// taken from her account, and bob, who has it, is muted.
func TestAMuteHoldsOnTheKeysThatAreLeft(t *testing.T) {
	s := newStory(t)
	account := s.happens(register("ann", "A", "hash")).Seq
	first := s.happens(join("ann", "A", "")).ID
	ann := s.happens(joined("ann", "", "", func(b *state.Joined) { b.Passed = account })).ID
	s.happens(state.Left{Session: first, Cause: state.Quit})
	s.happens(state.Unregistered{Account: account, KeyID: "A"})
	bob := s.happens(join("bob", "A", "")).ID
	s.happens(mute(bob, "bob"))
	for id, want := range map[state.ID]bool{ann: false, bob: true} {
		m := s.st.Member(id)
		if _, muted := s.st.MuteOf(m, 0, s.st.Tick()); muted != want || s.st.View().Muted(s.st.Tick())(m) != want {
			t.Errorf("%q is muted: %t, want %t", m.Pseudo, muted, want)
		}
	}
	s.happens(state.Said{Session: ann, Text: "salut"})
}

func TestBansAndMutesAreBounded(t *testing.T) {
	s := newStory(t)
	state.SetFull(s.st, 0, state.MaxBans-1)
	for _, do := range []func(text.Pseudo) state.Body{
		func(p text.Pseudo) state.Body { return ban(state.ID{}, p) },
		func(p text.Pseudo) state.Body { return mute(state.ID{}, p) },
	} {
		s.happens(do("ann")) // the last there may be
		s.fails(do("bob"), state.ErrTooManyBans)
		s.happens(do("ann")) // the same again
	}
	s.happens(state.Unbanned{Target: parsed("ann")[0]})
	s.happens(banOf("zoe", time.Minute))
	s.fails(ban(state.ID{}, "bob"), state.ErrTooManyBans)
	s.pass(time.Hour)
	s.happens(ban(state.ID{}, "bob")) // in the place of one that is over
}
