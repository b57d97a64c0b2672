// Package cluster puts one room on several machines over NATS JetStream: a [Node], from
// [Open], is this machine's [room.Log], [room.Mail] and [room.Presence], and wraps its own
// [room.Store]. It owns the stream, the buckets and the subjects below; what events mean is
// left to package state, what is read to package history, and sessions to package room.
//
// # What is on NATS
//
// The stream ROOM holds the log: a node publishes its events under room.<node>, and an
// event's Seq is its place in the stream. Each event is published again under live.<node>
// once it is stored, which all nodes subscribe to. The bucket salon-nodes has one lease for
// each node, in memory. The object store salon-snapshots has the newest States. Private
// messages, and pages of what a node missed, are requests to node.<node>.dm and
// node.<node>.past.
//
// # Guarantees
//
// A nil error of [Node.Propose] means that a majority of the servers has the event, on their
// disks if they run with sync_interval: always. Every node applies the same events in the same
// order, and has the same State at the same place. An event that is proposed again with the
// same ID, after any delay, is applied once.
//
// A node that cannot reach a majority is read-only: it goes on showing what it has, and
// proposals are refused. Nothing is said on one node only, so nothing has to be merged.
//
// A node that was away for longer than the stream goes back begins with the newest State at
// once. What was said meanwhile is a gap there, which is filled from whichever node has it, the
// newest first, behind what is said now. What was taken back meanwhile is taken back first.
package cluster
