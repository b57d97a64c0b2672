//go:build race

package history

// raceDetector is on. It makes SQLite, which is translated from C, fifty times slower.
const raceDetector = true
