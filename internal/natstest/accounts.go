package natstest

import (
	"fmt"
	"strings"
)

// Accounts is the configuration of n accounts with JetStream, which know nothing of each other:
// each is a cluster of its own for its only user, [User].
func Accounts(n int) string {
	var b strings.Builder
	b.WriteString("accounts {\n")
	for i := range n {
		fmt.Fprintf(&b, "  account%d { jetstream: enabled, users: [{user: user%d, password: secret}] }\n", i, i)
	}
	b.WriteString("}\n")
	return b.String()
}

// User is the user of one of the accounts, as [Cluster.URLsOf] and [URL] take it.
func User(i int) string { return fmt.Sprintf("user%d:secret", i) }
