// Package text is what people may write: pseudos and when two of them are too
// alike, what of a stranger's text may reach other terminals, how words compare,
// and durations as they are typed.
//
// It only computes. Everything in it may be called from any goroutine.
package text
