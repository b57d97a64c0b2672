package history

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/netip"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// The types below are what format 1 wrote, as far as they are needed. They never change.

// importEpoch is the epoch of the node that proposed everything of format 1.
const importEpoch = 1

// state1 is a snapshot.
type state1 struct {
	Topic    state.Topic
	Slow     time.Duration
	Bans     map[string]ban1
	Mutes    map[string]mute1
	Accounts map[string]account1
}

type target1 struct {
	Kind    state.TargetKind
	Pseudo  text.Pseudo
	KeyID   string
	Network netip.Prefix
}

type ban1 struct {
	Target target1
	By     text.Pseudo
	Reason string
	For    time.Duration
	Since  time.Time
}

type mute1 struct {
	Pseudo text.Pseudo
	KeyID  string
	By     text.Pseudo
	For    time.Duration
	Since  time.Time
}

type account1 struct {
	ID     state.Seq
	Pseudo text.Pseudo
	Keys   []string
	Pass   string
	Since  time.Time
	Seen   state.Seq
	Kept   state.Kept
}

// imported returns the State of a snapshot, whose last event is at.
func (old *state1) imported(at state.Seq, stamp time.Duration) *state.State {
	in := state.Imported{Applied: at, Stamp: stamp, Epoch: importEpoch, Topic: old.Topic, Slow: old.Slow}
	in.Topic.Set = micro(in.Topic.Set)
	for _, b := range old.Bans {
		in.Bans = append(in.Bans, b.ban())
	}
	for _, m := range old.Mutes {
		in.Mutes = append(in.Mutes, state.Mute{
			Pseudo: m.Pseudo, Forms: m.Pseudo.Forms(), KeyID: m.KeyID, By: m.By, For: m.For, Since: micro(m.Since), Ends: ends(m.Since, m.For),
		})
	}
	for _, a := range old.Accounts {
		in.Accounts = append(in.Accounts, &state.Account{
			ID: a.ID, Pseudo: a.Pseudo, Forms: a.Pseudo.Forms(), Keys: a.Keys, Pass: a.Pass, Since: micro(a.Since), Seen: a.Seen, Kept: a.Kept,
		})
	}
	return state.Import(in)
}

func micro(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func (t target1) target() state.Target {
	if t.Kind == state.ByPseudo {
		return state.PseudoTarget(t.Pseudo)
	}
	return state.Target{Kind: t.Kind, KeyID: t.KeyID, Network: t.Network}
}

func (b ban1) ban() state.Ban {
	return state.Ban{Target: b.Target.target(), By: b.By, Reason: b.Reason, For: b.For, Since: micro(b.Since), Ends: ends(b.Since, b.For)}
}

// row1 is a row of the table events that changed the state.
type row1 struct {
	seq        state.Seq
	kind       string
	author     text.Pseudo
	text, body string
}

// decode returns the body of today. Sessions are left out: nobody is here any more.
func (r *row1) decode() (state.Body, error) {
	var b struct { // the fields of all of them
		Target  target1
		Ban     ban1
		Pseudo  text.Pseudo
		Account state.Seq
		KeyID   string
		Pass    string
		By      text.Pseudo
		For     time.Duration
		Every   time.Duration
		Prefs   state.Kept
		Upto    state.Seq
	}
	if err := json.Unmarshal([]byte(r.body), &b); err != nil {
		return nil, err
	}
	switch r.kind {
	case "topic":
		return state.TopicSet{By: r.author, Text: r.text}, nil
	case "slow":
		return state.SlowSet{By: b.By, Every: b.Every}, nil
	case "banned":
		return state.Banned{Ban: b.Ban.ban()}, nil
	case "unbanned":
		return state.Unbanned{By: b.By, Target: b.Target.target()}, nil
	case "muted":
		return state.Muted{Pseudo: b.Pseudo, Forms: b.Pseudo.Forms(), KeyID: b.KeyID, By: b.By, For: b.For}, nil
	case "unmuted":
		return state.Unmuted{Pseudo: b.Pseudo, Key: b.Pseudo.Key(), By: b.By}, nil
	case "registered":
		return state.Registered{Pseudo: b.Pseudo, Forms: b.Pseudo.Forms(), Account: b.Account, KeyID: b.KeyID, Pass: b.Pass}, nil
	case "unregistered":
		return state.Unregistered{Pseudo: b.Pseudo, Account: b.Account, KeyID: b.KeyID, By: b.By}, nil
	case "prefs":
		return state.PrefsKept{Account: b.Account, Prefs: b.Prefs}, nil
	case "seen":
		return state.Seen{Account: b.Account, Upto: b.Upto}, nil
	}
	return nil, fmt.Errorf("unknown kind %q", r.kind)
}

// tickAt returns the tick of a State from format 1 at a time, which is also the log's stamp:
// the time since 1970, at most what a Duration holds, which ends in the 23rd century.
func tickAt(t time.Time) time.Duration {
	const end = 1<<63 - 1
	if us := t.UnixMicro(); us < end/1000 {
		return time.Duration(us) * time.Microsecond
	}
	return end
}

// ends returns the tick at which a ban or a mute of format 1 ends; 0: it has no end.
func ends(since time.Time, d time.Duration) time.Duration {
	if d == 0 {
		return 0
	}
	return cmp.Or(tickAt(since.Add(d)), 1)
}
