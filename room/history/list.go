package history

import (
	"cmp"
	"slices"

	"salon/room/state"
)

// row is what a list holds.
type row interface {
	number() state.Seq // the sequence number
	size() int         // in bytes, about
}

// list is a list of rows in the order of their sequence numbers, and their size.
type list[T row] struct {
	rows  []T
	bytes int
}

func (l *list[T]) add(rows ...T) {
	l.rows = append(l.rows, rows...)
	for _, r := range rows {
		l.bytes += r.size()
	}
}

// search returns the index of a sequence number, or the one that it would have.
func (l *list[T]) search(seq state.Seq) (i int, found bool) {
	return slices.BinarySearchFunc(l.rows, seq, func(r T, seq state.Seq) int { return cmp.Compare(r.number(), seq) })
}

// upTo returns the rows with sequence numbers up to last.
func (l *list[T]) upTo(last state.Seq) []T {
	n, _ := l.search(last + 1)
	return l.rows[:n]
}

// excess returns how many of the first rows must go for at most so many, in so many
// bytes, to be left.
func (l *list[T]) excess(most, bytes int) (n int) {
	for left := l.bytes; len(l.rows)-n > most || left > bytes; n++ {
		left -= l.rows[n].size()
	}
	return n
}

// drop removes the first n rows.
func (l *list[T]) drop(n int) { l.delete(0, n) }

// delete removes the rows with the indexes from i to before j.
func (l *list[T]) delete(i, j int) {
	for _, r := range l.rows[i:j] {
		l.bytes -= r.size()
	}
	l.rows = slices.Delete(l.rows, i, j)
}

// replace puts a row where its sequence number belongs, instead of one that has the same.
func (l *list[T]) replace(r T) {
	i, found := l.search(r.number())
	if found {
		l.delete(i, i+1)
	}
	l.rows = slices.Insert(l.rows, i, r)
	l.bytes += r.size()
}
