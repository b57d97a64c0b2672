package main

import (
	"net"

	"salon/internal/sshwire"
)

// wire is an attacker's ssh client.
type wire struct {
	*sshwire.Conn
	channel uint32 // the server's number of the session channel
	window  window
}

func newWire(c net.Conn) *wire {
	w := &wire{Conn: sshwire.New(c)}
	w.window.changed = make(chan struct{}, 1)
	return w
}

// Messages of RFC 4252, 4253 and 4254.
const (
	msgServiceAccept  = 6
	msgKexReply       = 31
	msgAuthFailure    = 51
	msgAuthSuccess    = 52
	msgAuthQuestions  = 60
	msgChannelOpened  = 91
	msgChannelRefused = 92
	msgWindowAdjust   = 93
	msgChannelClose   = 97
)

type (
	serviceRequest struct {
		Name string `sshtype:"5"`
	}
	authRequest struct {
		User, Service, Method, Language, Submethods string `sshtype:"50"`
	}
	channelOpen struct {
		Kind           string `sshtype:"90"`
		Number         uint32
		Window, Packet uint32
	}
	channelRequest struct {
		Number    uint32 `sshtype:"98"`
		Kind      string
		WantReply bool
		Payload   []byte `ssh:"rest"`
	}
	channelData struct {
		Number uint32 `sshtype:"94"`
		Data   []byte
	}
)
