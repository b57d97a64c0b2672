//go:build !unix

package server

import "math"

// descriptorLimit is that of a system without one.
func descriptorLimit() int { return math.MaxInt }

// descriptorsFree reports true where descriptors have no limit.
func descriptorsFree(int) bool { return true }
