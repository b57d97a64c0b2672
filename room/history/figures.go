package history

// Figures is how large a history is, and what it does.
type Figures struct {
	Database, WAL int64  // bytes of the file, and of its write-ahead log
	Waiting       int    // messages that are to be written
	Pruned        uint64 // messages that were deleted as too old or too many since the history was opened
	Commits       int64  // of the log's events since then
}

// Figures returns them as they are now. A file that cannot be looked at has no bytes.
func (h *History) Figures() Figures {
	f := Figures{Database: fileSize(h.disk.path()), WAL: h.disk.walSize(), Pruned: h.maintenance.pruned.Load(), Commits: h.disk.commits.Load()}
	h.memory.mu.Lock()
	defer h.memory.mu.Unlock()
	f.Waiting = len(h.memory.messages.rows)
	return f
}
