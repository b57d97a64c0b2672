#!/bin/sh
# Before the package is removed, not before it is upgraded (deb: "remove", rpm: 0). The data
# stay in /var/lib/salon.
set -e

if [ "$1" != remove ] && [ "$1" != 0 ]; then
	exit 0
fi
if [ -d /run/systemd/system ]; then
	systemctl --no-reload disable --now salon.socket salon-tcp.socket salon.service
fi
