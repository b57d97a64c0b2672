//go:build !unix

package server

// privately does something. Where there are no modes, the directory says who may use its files.
func privately(do func()) { do() }
