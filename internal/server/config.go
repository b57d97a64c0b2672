package server

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"salon/internal/front"
	"salon/room"
	"salon/room/lang"
	"salon/room/state"
)

// Config is the configuration of a server. Its tags make it the flags of `salon serve`,
// with their defaults; the help of a flag is a field of lang.Texts.
type Config struct {
	// SSH and TCP are where the fronts listen, as net.Listen takes it, or "off".
	SSH string `name:"ssh" default:":2222" help:"${HelpSSH}"`
	TCP string `name:"tcp" default:":2323" help:"${HelpTCP}"`
	// Data is the directory of what lasts: history, host key, audit log. "" is
	// $STATE_DIRECTORY, $XDG_STATE_HOME/salon or ~/.local/state/salon, the first that
	// there is; "off" keeps everything in memory.
	Data string `placeholder:"DIR" help:"${HelpData}"`
	// HostKey are files of OpenSSH host keys, in place of the data directory's own.
	HostKey []string `placeholder:"FILE" sep:"," help:"${HelpHostKey}"`
	// Operators and Allow are files of keys, in the format of authorized_keys: those
	// that moderate, and, unless it is "", the only ones that may enter.
	Operators string `placeholder:"FILE" help:"${HelpOperators}"`
	Allow     string `placeholder:"FILE" help:"${HelpAllow}"`
	// PasswordFile is a file with the room's password or its argon2id hash.
	PasswordFile string `placeholder:"FILE" help:"${HelpPasswordFile}"`
	// MOTD is a file with a text for those who arrive.
	MOTD string `name:"motd" placeholder:"FILE" help:"${HelpMOTD}"`
	// Keep and KeepSize are how much of the history is kept; 0: all.
	Keep     Age  `default:"0" placeholder:"90d" help:"${HelpKeep}"`
	KeepSize Size `default:"0" placeholder:"1G" help:"${HelpKeepSize}"`
	// NATS is how to reach the servers that the machines of a cluster have in common, and Node
	// this one's name among them; without, it is alone.
	NATS NATS   `embed:""`
	Node string `placeholder:"NAME" help:"${HelpNode}"`
	// File is where other fields come from, by [ReadSettings].
	File string `name:"config" placeholder:"FILE" help:"${HelpConfig}"`
	// Lang is the language of the console, and of members who ask for none; "" is that
	// of the locale.
	Lang string `placeholder:"fr|en" help:"${HelpLang}"`
	// Replay is how many messages a newcomer is shown.
	Replay int `default:"20" help:"${HelpReplay}"`
	// Rate and Burst are the messages of one member, a second and at once. A Rate of 0
	// is no limit.
	Rate  float64 `default:"2" help:"${HelpRate}"`
	Burst int     `default:"5" help:"${HelpBurst}"`
	// Rooms is who makes rooms, and MaxRooms how many there may be besides the first; 0: any
	// number.
	Rooms    string `default:"registered" enum:"everyone,registered,operators,off" placeholder:"everyone|registered|operators|off" help:"${HelpRooms}"`
	MaxRooms int    `default:"200" help:"${HelpMaxRooms}"`
	// CutWait is how long a member stays whose connection was lost; 0: not at all.
	CutWait time.Duration `default:"60s" help:"${HelpCutWait}"`
	// MaxPerSource and the fields after it are those of front.Limits.
	MaxPerSource    int           `default:"512" help:"${HelpPerSource}"`
	LoginsPerSource int           `default:"64" help:"${HelpLogins}"`
	ConnectBurst    int           `default:"256" help:"${HelpConnectBurst}"`
	MaxLogins       int           `default:"1000" help:"${HelpMaxLogins}"`
	MaxPenalty      time.Duration `default:"10m" help:"${HelpPenalty}"`
	Exempt          []Network     `placeholder:"CIDR" sep:"," help:"${HelpExempt}"`
	ProxyProtocol   []Network     `placeholder:"CIDR" sep:"," help:"${HelpProxy}"`
	// Metrics is where the server shows its figures and how it is, over HTTP: an address of this
	// machine, another one with a token, or unix:PATH; "" or "off": nowhere.
	Metrics string `placeholder:"ADDR" help:"${HelpMetrics}"`
	// MetricsTokenFile is a file with the token that readers of figures must send.
	MetricsTokenFile string `placeholder:"FILE" help:"${HelpMetricsToken}"`
	// Log is the form of the technical log on Stderr.
	Log string `default:"logfmt" enum:"text,logfmt,json" placeholder:"text|logfmt|json" help:"${HelpLog}"`

	// Stdin and Stdout are the console's, Stderr is the log's. None may be nil.
	Stdin, Stdout, Stderr *os.File `kong:"-"`
	// Program is the name and version that the data directory records; "" is "salon".
	Program string `kong:"-"`
	// Again reads the Config again, when the operator reloads; nil: it stays this one.
	Again func() (Config, error) `kong:"-"`
}

// maxReplay is the most messages that a newcomer can be shown.
const maxReplay = 1000

// ErrBothOff is the error of a Config that turns both fronts off.
var ErrBothOff = errors.New("--ssh off and --tcp off")

// ErrInMemory is the error of a Config of a node that keeps nothing.
var ErrInMemory = errors.New("--nats and --data off")

// Check reports the first value that no server can have, as a [*FlagError], a [*PublicError],
// or [ErrBothOff] or [ErrInMemory].
func (c *Config) Check() error {
	_, known := room.ParseLang(c.Lang)
	switch {
	case c.Lang != "" && !known:
		return &FlagError{Flag: "lang", Value: c.Lang}
	case c.Replay < 0 || c.Replay > maxReplay:
		return &FlagError{Flag: "replay", Value: c.Replay}
	case !(c.Rate >= 0): // NaN too
		return &FlagError{Flag: "rate", Value: c.Rate}
	case c.Burst < 1:
		return &FlagError{Flag: "burst", Value: c.Burst}
	case c.MaxRooms < 0:
		return &FlagError{Flag: "max-rooms", Value: c.MaxRooms}
	case c.CutWait < 0:
		return &FlagError{Flag: "cut-wait", Value: c.CutWait}
	case c.MaxPerSource < 0:
		return &FlagError{Flag: "max-per-source", Value: c.MaxPerSource}
	case c.LoginsPerSource < 0:
		return &FlagError{Flag: "logins-per-source", Value: c.LoginsPerSource}
	case c.ConnectBurst < 0:
		return &FlagError{Flag: "connect-burst", Value: c.ConnectBurst}
	case c.MaxLogins < 0:
		return &FlagError{Flag: "max-logins", Value: c.MaxLogins}
	case c.MaxPenalty < 0:
		return &FlagError{Flag: "max-penalty", Value: c.MaxPenalty}
	case !isAddress(c.SSH):
		return &FlagError{Flag: "ssh", Value: c.SSH, Example: addressLike(c.SSH)}
	case !isAddress(c.TCP):
		return &FlagError{Flag: "tcp", Value: c.TCP, Example: addressLike(c.TCP)}
	case c.SSH == off && c.TCP == off:
		return ErrBothOff
	}
	return cmp.Or(c.checkMetrics(), c.checkCluster())
}

// off is the address of a front that is not served, and the data directory of a room in
// memory.
const off = "off"

func isAddress(addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	return addr == off || err == nil && isPort(port)
}

func isPort(s string) bool {
	_, err := net.LookupPort("tcp", s)
	return err == nil
}

// addressLike is the address that was meant by a port alone; "" for anything else.
func addressLike(s string) string {
	if !isPort(s) {
		return ""
	}
	return ":" + s
}

// language is that of Lang, or of the locale.
func (c *Config) language() state.Lang {
	if l, ok := room.ParseLang(c.Lang); ok {
		return l
	}
	return lang.FromLocale(os.Getenv, state.French)
}

// limits are the bounds on one member.
func (c *Config) limits() room.Limits {
	return room.Limits{Rate: c.Rate, Burst: c.Burst, Replay: c.Replay, Makers: makers[c.Rooms], MaxRooms: c.MaxRooms}
}

// makers are the values of Rooms.
var makers = map[string]room.Makers{
	"everyone": room.EveryoneMakes, "registered": room.RegisteredMake, "operators": room.OperatorsMake, off: room.NobodyMakes,
}

// strangers are the bounds on those who have not logged in.
func (c *Config) strangers() front.Limits {
	return front.Limits{
		PerSource: c.MaxPerSource, LoginsPerSource: c.LoginsPerSource, ConnectBurst: c.ConnectBurst, MaxLogins: c.MaxLogins, MaxPenalty: c.MaxPenalty,
		Exempt: prefixes(c.Exempt), Proxies: prefixes(c.ProxyProtocol), Memory: memoryLimit(),
	}
}

// A FlagError is a flag with a value that it cannot have.
type FlagError struct {
	Flag    string // without its dashes
	Value   any    // as given
	Example string // a value that it can have; "": its default
}

func (e *FlagError) Error() string {
	return fmt.Sprintf("--%s: %v is not a valid value", e.Flag, e.Value)
}

// Network is a network as a flag: 192.0.2.0/24, 2001:db8::/32, or one address.
type Network netip.Prefix

// UnmarshalText implements encoding.TextUnmarshaler.
func (n *Network) UnmarshalText(text []byte) error {
	p, err := netip.ParsePrefix(string(text))
	if err != nil {
		addr, err := netip.ParseAddr(string(text))
		if err != nil || addr.Zone() != "" {
			return fmt.Errorf("expected a network but got %q", text)
		}
		p = netip.PrefixFrom(addr, addr.BitLen())
	}
	if addr := p.Addr(); addr.Is4In6() {
		if p.Bits() < 96 {
			return fmt.Errorf("expected a network but got %q", text)
		}
		p = netip.PrefixFrom(addr.Unmap(), p.Bits()-96)
	}
	*n = Network(p.Masked())
	return nil
}

func prefixes(list []Network) (p []netip.Prefix) {
	for _, n := range list {
		p = append(p, netip.Prefix(n))
	}
	return p
}

// Age is how long something is kept, as a flag: 12h, 30d, 8w; 0 is for ever.
type Age time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *Age) UnmarshalText(text []byte) error {
	word := string(text)
	for unit, size := range map[string]time.Duration{"d": 24 * time.Hour, "j": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if n, err := strconv.Atoi(strings.TrimSuffix(word, unit)); err == nil && strings.HasSuffix(word, unit) && n >= 0 && n < 40000 {
			*a = Age(time.Duration(n) * size)
			return nil
		}
	}
	d, err := time.ParseDuration(word)
	if err != nil || d < 0 {
		return fmt.Errorf("expected an age but got %q", word)
	}
	*a = Age(d)
	return nil
}

// Size is an amount of bytes, as a flag: 500K, 200M, 2G; 0 is any.
type Size int64

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Size) UnmarshalText(text []byte) error {
	word := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(string(text)), "B"), "I")
	shift := 0
	if i := strings.IndexAny(word, "KMGT"); i >= 0 && i == len(word)-1 {
		shift = 10 * (1 + strings.IndexByte("KMGT", word[i]))
		word = word[:i]
	}
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil || n < 0 || n > 1<<62>>shift {
		return fmt.Errorf("expected a size but got %q", text)
	}
	*s = Size(n << shift)
	return nil
}
