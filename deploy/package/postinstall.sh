#!/bin/sh
# After the package is installed or upgraded: its user, and its units. It starts nothing by
# itself, as nobody has said yet who may enter; a salon that runs is started again, and with
# salon.socket nobody is refused meanwhile.
set -e

if command -v systemd-sysusers >/dev/null; then
	systemd-sysusers salon.conf
elif ! getent passwd salon >/dev/null; then
	useradd --system --home-dir /var/lib/salon --shell /usr/sbin/nologin salon
fi
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
	systemctl try-restart salon.service
	if ! systemctl --quiet is-active salon.service; then
		echo "salon: edit /etc/salon/salon.conf, then: systemctl enable --now salon"
	fi
fi
