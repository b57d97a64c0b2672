//go:build !linux

package history

func systemClock() clock { return wallClock() }
