// Package room says what chat is: members, messages, commands, moderation.
//
// It owns the rules and the memory of one room and nothing else: no socket, no
// file, no screen, no words. Commands are requests, events are facts: a line
// typed by anyone becomes an [Event] proposed to the room's [Log]; the log
// orders it; [State.Apply] makes it true on every node alike; a bounded ring
// keeps the recent ones, and every [Session] reads that ring with a cursor of
// its own. The room never writes to anybody and never waits for anybody: a slow
// reader costs it a number.
//
// Fronts (package sshui, package rawtcp, the operator's console) turn
// connections into sessions and items into bytes; package lang turns items into
// French and English; a Log implementation decides where the order comes from
// and what survives a power cut.
package room
