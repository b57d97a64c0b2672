package sshui

import (
	"fmt"
	"path"
	"strings"

	"salon/room/lang"
)

// sftp is the subsystem that sftp asks for, and scp since OpenSSH 9.0.
const sftp = "sftp"

// copierOf returns the program whose client runs a command to copy files: "scp -t /tmp",
// "rsync --server ...". It returns "" for anything else, so that what people say about those
// programs can be said.
func copierOf(command string) string {
	words := strings.Fields(command)
	if len(words) == 0 {
		return ""
	}
	program, with := path.Base(words[0]), ""
	if len(words) > 1 {
		with = words[1]
	}
	switch {
	case program == "sftp-server":
		return sftp
	case program == "scp" && strings.HasPrefix(with, "-"), program == "rsync" && with == "--server":
		return program
	}
	return ""
}

// refuseToCopy tells whoever wants to copy files that this is not the place. They join
// nothing: the room does not see them.
func (ch *channel) refuseToCopy() {
	ch.complain(fmt.Sprintf(lang.Of(ch.prefs().Lang).NoFiles, ch.copying))
	ch.exit(exitUsage)
}
