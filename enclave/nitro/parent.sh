#!/bin/sh
# Serves what enclaves on this parent instance need, all of them alike, until Ctrl-C: the relay, and the signer's configuration.
# usage: enclave/nitro/parent.sh DEPLOYMENT.json [ORIGIN...]
# Needs socat with vsock, and this repository after npm ci.
set -eu
deployment=$(realpath "$1")
shift
cd "$(dirname "$0")/../.."
run=$(mktemp -d)
chmod 700 "$run"
pids=
finish() {
  trap - EXIT INT TERM
  for pid in $pids; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$run"
}
trap finish EXIT
trap 'exit 0' INT TERM

node bin/with-node.mjs node enclave/nitro/parent.ts "$run" "$deployment" "$@" &
parent=$!
pids="$pids $parent"
for socket in relay config deployment; do
  while [ ! -S "$run/$socket.sock" ]; do
    kill -0 "$parent"
    sleep 0.1
  done
done
socat "VSOCK-LISTEN:9000,fork,reuseaddr" "UNIX-CONNECT:$run/relay.sock" &
pids="$pids $!"
socat "VSOCK-LISTEN:9002,fork,reuseaddr" "UNIX-CONNECT:$run/config.sock" &
pids="$pids $!"
socat "VSOCK-LISTEN:9003,fork,reuseaddr" "UNIX-CONNECT:$run/deployment.sock" &
pids="$pids $!"
wait "$parent"
