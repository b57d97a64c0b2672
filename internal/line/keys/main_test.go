package keys_test

import (
	"testing"

	"go.uber.org/goleak"

	"salon/internal/line/keys"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// feed gives a new Decoder each part, and returns all events.
func feed(parts ...string) []keys.Event {
	var d keys.Decoder
	return feedTo(&d, parts...)
}

func feedTo(d *keys.Decoder, parts ...string) []keys.Event {
	var events []keys.Event
	for _, part := range parts {
		d.Feed([]byte(part), func(e keys.Event) { events = append(events, e) })
	}
	return events
}

// Short forms for what is expected.

func name(s string) keys.Key { return keys.Key{Name: s} }

func text(s string) keys.Key { return keys.Key{Text: s} }

func afterEsc(k keys.Key) keys.Key {
	k.AfterEsc = true
	return k
}

func all(events ...keys.Event) []keys.Event { return events }
