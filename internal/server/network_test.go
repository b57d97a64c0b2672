package server

import (
	"net/netip"
	"testing"
)

func TestNetworksAreWrittenAsPeopleDo(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.0/24": "192.0.2.0/24", "192.0.2.7/24": "192.0.2.0/24", "192.0.2.7": "192.0.2.7/32", "2001:db8::1": "2001:db8::1/128",
		"2001:db8::/32": "2001:db8::/32", "::ffff:192.0.2.0/120": "192.0.2.0/24", "::ffff:192.0.2.7": "192.0.2.7/32", "0.0.0.0/0": "0.0.0.0/0",
	} {
		var n Network
		if err := n.UnmarshalText([]byte(text)); err != nil || netip.Prefix(n).String() != want {
			t.Errorf("%s is %v, %v, want %s", text, netip.Prefix(n), err, want)
		}
	}
	for _, text := range []string{"", "192.0.2.0/33", "192.0.2", "localhost", "fe80::1%eth0", "::ffff:0.0.0.0/80", "192.0.2.1-192.0.2.9"} {
		if err := new(Network).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is a network", text)
		}
	}
}
