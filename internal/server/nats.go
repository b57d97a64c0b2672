package server

import (
	"iter"
	"net/url"
	"os"
	"strings"

	"salon/internal/owned"
	"salon/room/cluster"
	"salon/room/lang"
)

// NATS is how to reach the NATS servers of a cluster. Its tags make it flags of `salon serve`,
// `salon check` and `salon cluster init`.
type NATS struct {
	// Servers are their URLs, nats://HOST:PORT or tls://HOST:PORT; none: there is no cluster.
	Servers []string `name:"nats" placeholder:"URL" sep:"," help:"${HelpNATS}"`
	// Creds is the file of a user's JWT and seed, NKey that of a seed alone.
	Creds string `name:"nats-creds" placeholder:"FILE" help:"${HelpNATSCreds}"`
	NKey  string `name:"nats-nkey" placeholder:"FILE" help:"${HelpNATSNKey}"`
	// CA are the certificates that sign the servers'; Cert is this machine's, and Key its key.
	CA   string `name:"nats-ca" placeholder:"FILE" help:"${HelpNATSCA}"`
	Cert string `name:"nats-cert" placeholder:"FILE" help:"${HelpNATSCert}"`
	Key  string `name:"nats-key" placeholder:"FILE" help:"${HelpNATSKey}"`
}

// Examples of values, for errors about others.
const (
	natsExample = "nats://localhost:4222"
	nodeExample = "paris"
)

// checkCluster reports the first of the flags of a cluster that no server can have.
func (c *Config) checkCluster() error {
	n := &c.NATS
	if len(n.Servers) == 0 {
		for flag, value := range n.files() {
			if value != "" {
				return &FlagError{Flag: flag, Value: value, Example: value + " --nats " + natsExample + " --node " + nodeExample}
			}
		}
		if c.Node != "" {
			return &FlagError{Flag: "node", Value: c.Node, Example: c.Node + " --nats " + natsExample}
		}
		return nil
	}
	if err := n.Check(); err != nil {
		return err
	}
	switch all := strings.Join(n.Servers, ","); {
	case c.Node == "":
		return &FlagError{Flag: "nats", Value: all, Example: all + " --node " + nodeExample}
	case !cluster.ValidName(c.Node):
		return &FlagError{Flag: "node", Value: c.Node, Example: nodeLike(c.Node)}
	case c.Data == off:
		return ErrInMemory
	}
	return nil
}

// nodeLike is a name that a node can have, as near to s as it comes.
func nodeLike(s string) string {
	like := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			return r
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, s), "-")
	if like = like[:min(len(like), 32)]; !cluster.ValidName(like) {
		return nodeExample
	}
	return like
}

// Check reports the first value that cannot be used, as a [*FlagError].
func (n *NATS) Check() error {
	if len(n.Servers) == 0 {
		return &FlagError{Flag: "nats", Value: "", Example: natsExample}
	}
	for _, server := range n.Servers {
		if !isServer(server) {
			return &FlagError{Flag: "nats", Value: server, Example: serverLike(server)}
		}
	}
	switch {
	case n.Creds != "" && n.NKey != "":
		return &FlagError{Flag: "nats-creds", Value: n.Creds + " --nats-nkey " + n.NKey, Example: n.Creds}
	case n.Cert != "" && n.Key == "":
		return &FlagError{Flag: "nats-cert", Value: n.Cert, Example: n.Cert + " --nats-key FILE"}
	case n.Key != "" && n.Cert == "":
		return &FlagError{Flag: "nats-key", Value: n.Key, Example: n.Key + " --nats-cert FILE"}
	}
	return nil
}

func isServer(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "nats" || u.Scheme == "tls") && u.Hostname() != "" && (u.Port() == "" || isPort(u.Port())) && strings.Trim(u.Path, "/") == ""
}

// serverLike is the URL that was meant by a host and a port.
func serverLike(s string) string {
	if like := "nats://" + s; !strings.Contains(s, "/") && isServer(like) {
		return like
	}
	return natsExample
}

// files goes through the files, by the flags that name them.
func (n *NATS) files() iter.Seq2[string, string] {
	return func(yield func(flag, file string) bool) {
		for _, f := range [][2]string{{"nats-creds", n.Creds}, {"nats-nkey", n.NKey}, {"nats-ca", n.CA}, {"nats-cert", n.Cert}, {"nats-key", n.Key}} {
			if !yield(f[0], f[1]) {
				return
			}
		}
	}
}

// judge refuses a file that others can change, and one with a secret that others can read. A
// pipe is none: files are read again whenever a connection was lost.
func (n *NATS) judge(t *lang.Texts) error {
	for flag, name := range n.files() {
		if name == "" {
			continue
		}
		if err := judgeFile(name, flag != "nats-ca" && flag != "nats-cert"); err != nil {
			return refusal(t, err, "")
		}
	}
	return nil
}

func judgeFile(name string, secret bool) error {
	f, err := owned.Open(name, secret)
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return &owned.Error{Path: name, Fault: owned.NoFile, Mode: os.ModePerm}
	}
	return nil
}

// access is what package cluster takes.
func (n *NATS) access() cluster.Access {
	return cluster.Access{Servers: n.Servers, Creds: n.Creds, NKey: n.NKey, CA: n.CA, Cert: n.Cert, Key: n.Key}
}

// shown are the servers without the passwords that URLs may hold, for people.
func (n *NATS) shown() string {
	var list []string
	for _, server := range n.Servers {
		if u, err := url.Parse(server); err == nil {
			server = u.Redacted()
		}
		list = append(list, server)
	}
	return strings.Join(list, ",")
}
