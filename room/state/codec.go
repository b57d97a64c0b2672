package state

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"
)

// VersionError says that something was written in a format that this program does
// not know.
type VersionError struct {
	Version int    // the format
	Program string // which program wrote it; "" when it does not say
}

func (e *VersionError) Error() string {
	by := cmp.Or(e.Program, "a newer salon")
	return fmt.Sprintf("written by %s in format %d; this program reads formats up to %d", by, e.Version, Version)
}

// envelope is an event as it is written down: JSON, one object.
type envelope struct {
	V       int             `json:"v"`
	Program string          `json:"program,omitempty"` // formats to come may say who wrote them
	Kind    string          `json:"kind"`
	Seq     Seq             `json:"seq,omitempty"`
	ID      ID              `json:"id"`
	Time    time.Time       `json:"time,omitzero"`
	Stamp   int64           `json:"stamp,omitempty"` // microseconds
	Body    json.RawMessage `json:"body,omitempty"`
}

// EncodeEvent writes an event as JSON, in the format of [FormatOf]. It fails for a body
// that has no place in a log.
func EncodeEvent(e Event) ([]byte, error) {
	k := KindOf(e.Body)
	if k == nil || !k.Logged {
		return nil, fmt.Errorf("%T has no place in a log", e.Body)
	}
	body, err := json.Marshal(e.Body)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", k.Name, err)
	}
	head, err := json.Marshal(envelope{V: FormatOf(e.Body), Kind: k.Name, Seq: e.Seq, ID: e.ID, Time: e.Time, Stamp: e.Stamp.Microseconds()})
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", k.Name, err)
	}
	head = append(head[:len(head)-1], `,"body":`...) // put in as it is: the encoder would read it all again
	return append(append(head, body...), '}'), nil
}

// DecodeEvent reads what EncodeEvent wrote, in this format or an earlier one. A
// later one, or a kind that this program does not know, is a [*VersionError].
func DecodeEvent(data []byte) (Event, error) {
	var in envelope
	if err := decodeVersioned(data, &in.V, &in); err != nil {
		return Event{}, fmt.Errorf("decode event: %w", err)
	}
	k := KindNamed(in.Kind)
	if k == nil || !k.Logged {
		return Event{}, fmt.Errorf("decode event: kind %q: %w", in.Kind, &VersionError{in.V, in.Program})
	}
	body, err := k.Decode(in.Body)
	return Event{Seq: in.Seq, ID: in.ID, Time: in.Time, Stamp: time.Duration(in.Stamp) * time.Microsecond, Body: body}, err
}

// decodeVersioned reads JSON whose format stands in version, which is a field of
// into. What a later format has elsewhere may not be readable at all, so that its
// number is looked for when the rest is not understood.
func decodeVersioned(data []byte, version *int, into any) error {
	err := json.Unmarshal(data, into)
	var head struct {
		V       int    `json:"v"`
		Program string `json:"program"`
	}
	if err != nil || *version > Version {
		if json.Unmarshal(data, &head) == nil && head.V > Version {
			return &VersionError{head.V, head.Program}
		}
	}
	if err == nil && *version < 2 {
		return fmt.Errorf("format %d has to be migrated", *version)
	}
	return err
}
