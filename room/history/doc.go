// Package history is the room's log and its memory on one SQLite file: salon.db
// in a directory, readable with the sqlite3 command.
//
// # What is guaranteed
//
// One sequencer gives places. It commits whatever gathered while the last commit
// ran as one transaction and waits for the disk (synchronous=FULL); only then
// are the events seen and [History.Propose] answered. So nobody sees a message
// that a power cut could take back, and a kill takes nothing that was
// acknowledged or seen. What only passes by (joins, leaves, renames, absences, a
// shutdown's countdown) has its place in the same order but is never written;
// private messages are not in a log at all.
//
// A place is never given twice, in this life of the process or a later one; they
// have no gap within one life. After a restart the log goes on behind what
// was, and [History.Load] returns the state that it came to, with bans and mutes
// that last as long as they were meant to even if the clock was set meanwhile.
// A message that the state refused (its author had just been muted) is marked
// hidden a moment after its commit; a kill within that moment leaves it in the
// table.
//
// When the disk fails the chat goes on: events are ordered and seen without it,
// [History.Health] says since when, one alarm is logged. The history tries again
// every second, writes what waited in memory, and records a [room.Gap] for
// what no longer fitted there. Should the process be killed before that, what waited is
// lost, and its places may be given again.
//
// # The file
//
// The table events has a row for everything that is remembered, in order: what was
// said, and what was decided since the snapshot, with the last few thousand rows
// in any case; meta, boots, turns and snapshot are the history's own, words is its
// index. With a server running or not, what ann said in November 2026:
//
//	SELECT datetime(time / 1000000000, 'unixepoch', 'localtime'), text FROM events
//	WHERE kind = 'said' AND author = 'ann' AND NOT hidden
//	AND time >= unixepoch('2026-11-01') * 1000000000 AND time < unixepoch('2026-12-01') * 1000000000;
//
// and who said most:
//
//	SELECT author, count(*) FROM events WHERE kind = 'said' AND NOT hidden GROUP BY author ORDER BY 2 DESC LIMIT 10;
//
// Words stand in the index as [room.Fold] leaves them: without case, accents and
// ligatures.
package history
