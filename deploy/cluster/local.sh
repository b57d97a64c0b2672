#!/bin/sh
# Three NATS servers and three nodes of a salon on this machine, to try a cluster. It needs
# salon, nats-server and ssh-keygen in PATH.
#
#   sh local.sh start [DIR]   starts what does not run; DIR (./salon-cluster) keeps all of it
#   sh local.sh stop [DIR]    stops all
#
# Members get in by ssh at 127.0.0.1, ports 2221, 2222 and 2223, by raw TCP at 2321, 2322 and
# 2323. What each process says is in DIR/NAME.log.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
dir=${2:-salon-cluster}
nats=nats://127.0.0.1:4221,nats://127.0.0.1:4222,nats://127.0.0.1:4223
routes=nats://127.0.0.1:6221,nats://127.0.0.1:6222,nats://127.0.0.1:6223

# run NAME COMMAND... runs a command in the background, unless it does.
run() {
	name=$1
	shift
	if ! { [ -f "$name.pid" ] && kill -0 "$(cat "$name.pid")"; } 2>/dev/null; then
		"$@" </dev/null >>"$name.log" 2>&1 &
		echo $! >"$name.pid"
	fi
}

prepare() {
	mkdir -p "$dir"
	chmod 700 "$dir"
	cp "$here/nats.conf" "$here/users.conf" "$dir"
	cd "$dir"
	if [ ! -f keys.conf ]; then
		for user in admin salon-1 salon-2 salon-3; do
			echo "$user = $(salon cluster key $user.seed)"
		done >keys.conf
		ssh-keygen -q -t ed25519 -N '' -f host_key # of all nodes
	fi
}

# init makes the room, once the servers have met.
init() {
	[ ! -f made ] || return 0
	for second in 1 2 3 4 5 6 7 8 9 10; do
		sleep 1
		if salon cluster init --nats $nats --nats-nkey admin.seed 2>init.log; then
			touch made
			return 0
		fi
	done
	cat init.log >&2
	return 1
}

start() {
	prepare
	for n in 1 2 3; do
		NATS_NAME=nats-$n NATS_STORE=nats-$n run nats-$n nats-server -c nats.conf --addr 127.0.0.1 --port 422$n \
			--cluster nats://127.0.0.1:622$n --routes $routes --http_port 822$n
	done
	init
	for n in 1 2 3; do
		run salon-$n salon --nats $nats --node salon-$n --nats-nkey salon-$n.seed --data salon-$n --host-key host_key \
			--ssh 127.0.0.1:222$n --tcp 127.0.0.1:232$n
	done
	echo "ssh -p 2221 ann@127.0.0.1, or 2222, or 2223; the logs are in $(pwd)"
}

# stop stops the nodes, then the servers.
stop() {
	cd "$dir"
	for name in salon-1 salon-2 salon-3 nats-1 nats-2 nats-3; do
		[ -f $name.pid ] || continue
		pid=$(cat $name.pid)
		if kill "$pid" 2>/dev/null; then
			while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
		fi
		rm -f $name.pid
	done
}

case ${1:-} in
start) start ;;
stop) stop ;;
*)
	sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
	exit 2
	;;
esac
