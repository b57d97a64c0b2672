//go:build !race

package state_test

const underRace = false
