package cluster

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

// faultsAtOnce is how many tests run at the same time, unless -parallel says otherwise: they
// mostly wait for elections and for what times out, not for a processor.
const faultsAtOnce = "8"

func TestMain(m *testing.M) {
	flag.Set("test.parallel", faultsAtOnce) // before the command line is parsed
	goleak.VerifyTestMain(m)
}
