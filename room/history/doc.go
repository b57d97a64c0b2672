// Package history is the room's log and its memory on one SQLite file: salon.db
// in a directory, readable with the sqlite3 command.
//
// # What is guaranteed
//
// One sequencer gives places. It commits whatever gathered while the last commit
// ran as one transaction and waits for the disk (synchronous=FULL); only then
// are the events seen and [History.Propose] answered. So nobody sees what was said or
// decided and a power cut could take back, and a kill takes nothing that was
// acknowledged or seen. A batch of nothing but arrivals, departures and the like
// ([state.Kind.Passing]) is written without waiting for the disk: a power cut, which
// ends all sessions anyway, may take it back, and its places are given again. Private
// messages are not in a log at all.
//
// But for that no place is given twice, in this life of the process or a later one, and
// none is passed over. The log's clock, which rules go by, never goes back: it runs
// while the server does, whatever the wall clock is set to, and across a restart goes
// on by as much as the wall clock has moved forward.
//
// Every event is in the table log until a snapshot of the room's State covers it, and
// what people said and were shown is in the table messages, where replay, search and
// history read it; an export adds what the log makes of what is in the log alone. It is
// written there after the room has applied it,
// together with the place that it came to. A kill may come before that: then the
// room's next life starts from the snapshot, follows the log and applies what came
// after it again, of which [History.Apply] takes what is missing. So what was refused
// can be read at no moment, and what was shown is never lost.
//
// When the disk fails the chat goes on: events are ordered and seen without it,
// [History.Health] says since when, one alarm is logged. The history tries again
// every second, writes what waited in memory, and records a [state.Gap] for
// messages that no longer fitted there; the room then hands in a snapshot, which stands
// for all other events. Should the process be killed before that, what waited is
// lost, and its places may be given again.
//
// # The file
//
// The table messages has a row for everything that was said and is remembered, in
// order; log, snapshot, hours and meta are the history's own, words is its
// index. With a server running or not, what ann said in November 2026:
//
//	SELECT datetime(time / 1000000, 'unixepoch', 'localtime'), text FROM messages
//	WHERE kind = 'said' AND author = 'ann'
//	AND time >= unixepoch('2026-11-01') * 1000000 AND time < unixepoch('2026-12-01') * 1000000;
//
// and who said most:
//
//	SELECT author, count(*) FROM messages WHERE kind = 'said' GROUP BY author ORDER BY 2 DESC LIMIT 10;
//
// Words stand in the index as [text.Fold] leaves them: without case, accents and
// ligatures. What is deleted is overwritten, in the tables and in the index, so that
// [History.Erase] leaves nothing of what it takes out.
package history
