// Package room says what chat is: members, messages, commands, moderation.
//
// It owns the rules and the memory of the rooms of one server on this node and nothing else: no
// socket, no file, no screen, no sentence. Commands are requests, events are facts: a
// line typed by anyone becomes an event proposed to the room's [Log]; the log orders it;
// [state.State.Apply] applies it on every node alike; a bounded ring keeps the recent
// events, and every [Session] reads that ring with a cursor of its own. The room never
// blocks on a session: a slow reader misses events and is told how many.
//
// [New] starts a room. A front opens a session with [Room.Join], gives it lines with
// [Session.Submit] and shows what [Session.Follow] hands it. Fronts (package sshui,
// package rawtcp, the operator's console) turn connections into sessions and items into
// bytes; package lang turns items into French and English; a Log and a [Store] decide
// where the order comes from and what survives a power cut; a [Mail] carries private
// messages to members on other nodes.
package room
