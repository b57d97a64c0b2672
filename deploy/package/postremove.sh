#!/bin/sh
# After the package is removed or upgraded. The user stays, as the data do.
set -e

if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
fi
