// Package history is the room's log and message store on one SQLite file, salon.db in a
// directory: begin with [Open], which returns a [History] that is both a [room.Log] and a
// [room.Store]. It owns the order of events, the file, its full-text index, retention
// ([History.SetKeep]) and export ([OpenReader]); what events mean is left to package
// state, and everything about sessions to package room.
//
// # Guarantees
//
// While the disk works, the following holds. One goroutine assigns sequence numbers. It commits whatever gathered during the last
// commit as one transaction and waits for the disk (synchronous=FULL); only then are the
// events visible and [History.Propose] returns. So neither a power cut nor a kill takes
// back what anybody saw. Only a batch of nothing but arrivals, departures and the like
// ([state.Kind.Passing]) is committed without waiting for the disk: a power cut, which
// ends all sessions anyway, may take it back and its numbers are assigned again.
// Otherwise no number is assigned twice or skipped, across restarts too.
//
// The table log holds every event until a snapshot covers it. The table messages holds
// what was said and shown, written after the room has applied it together with how far
// that is; replay and search read only it, and export adds what the log alone still
// holds. After a kill the room applies the rest of the log again, and [History.Apply]
// takes what is missing. So what was refused can never be read, and what was shown is
// never lost.
//
// When the disk fails, or does not answer for hangAfter, the chat goes on without it: [History.Health] says since when, one
// alarm is logged, and events wait in memory. Once a second the history tries again, and
// checks that the file is still where it was: if it is not, it goes on with the one that is
// there, or a new one, and writes what is in memory to it. For messages that memory did not
// hold it records a [state.Gap]; the room's next snapshot stands for other events. If the
// process is killed before that, what waited is lost and its numbers may be assigned again.
//
// # In a cluster
//
// There the log is another, and a History is a node's own store alone ([Options.StoreOnly]).
// Messages are written as they are applied, without waiting for the disk: after a power cut the
// room goes on from the snapshot in the file, and is given the rest again. What a node was not
// given, because it was away for longer than the log goes back ([History.Skip]), because its disk
// failed or because its file was lost, is a gap that says where it ends, until [History.Fill] was
// given what another node has. So the table messages is complete up to meta.applied, but for its
// gaps.
//
// # The file
//
// The table messages has one row for each message, also while a server runs. What ann
// said in November 2026:
//
//	SELECT datetime(time / 1000000, 'unixepoch', 'localtime'), text FROM messages
//	WHERE kind = 'said' AND author = 'ann'
//	AND time >= unixepoch('2026-11-01') * 1000000 AND time < unixepoch('2026-12-01') * 1000000;
//
// and who said most:
//
//	SELECT author, count(*) FROM messages WHERE kind = 'said' GROUP BY author ORDER BY 2 DESC LIMIT 10;
//
// The index, the table words, holds words as [text.Fold] returns them. What is deleted is
// overwritten, in the tables and in the index. Of a message that was taken back, see
// [History.Erase], the row stays: it has no text, and its body says that it was.
package history
