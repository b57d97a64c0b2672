package sshui

import (
	"fmt"
	"testing"

	"salon/room/roomtest"
	"salon/room/state"
)

func TestWhoCopiesFilesIsToldThatSalonDoesNot(t *testing.T) {
	h := open(t)
	for command, program := range map[string]string{
		"scp -t /tmp": "scp", "scp -v -r -p -f -- notes.txt": "scp", "/usr/bin/scp -t .": "scp",
		"rsync --server -logDtpre.iLsfxCIvu . /tmp": "rsync", "/usr/lib/openssh/sftp-server": "sftp", "/usr/lib/openssh/sftp-server -e": "sftp",
	} {
		s := h.run("bot", command)
		if want := fmt.Sprintf(french.NoFiles, program) + "\n"; s.status != exitUsage || s.err.String() != want || s.out.String() != "" {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q", command, s.status, s.out, s.err)
		}
	}
	s := openChannel(t, h.dial("bot"))
	s.must("env", envRequest{"LANG", "en_US.UTF-8"})
	s.must("subsystem", execRequest{"sftp"})
	s.wantExit(exitUsage, "salon does not transfer files (sftp)")
	if s.out.String() != "" {
		t.Errorf("on stdout, where the protocol is: %q", s.out)
	}
	other := openChannel(t, h.dial("bot"))
	if other.ask("subsystem", execRequest{"netconf"}) {
		t.Error("any subsystem is granted")
	}
	if said, joined := h.Said("bot"), roomtest.Seen[state.Joined](h.Console); len(said)+len(joined) > 0 {
		t.Errorf("the room saw %q and %v", said, joined)
	}
}

func TestOneMayTalkAboutCopying(t *testing.T) {
	h := open(t)
	for _, said := range []string{"scp marche", "rsync est lent", "sftp", "scp"} {
		h.run("bot", said).wantExit(exitDone)
	}
	h.wantSaid(t, "bot", "scp marche", "rsync est lent", "sftp", "scp")
}
