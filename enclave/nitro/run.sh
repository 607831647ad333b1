#!/bin/sh
# Runs the signer's enclave on a parent instance until Ctrl-C, and carries for it: what devices send in, the relay, its configuration.
# usage: enclave/nitro/run.sh DEPLOYMENT.json PORT [ORIGIN...]      PORT on 127.0.0.1: put TLS in front of it
# Needs nitro-cli (an instance with enclaves enabled, allocator running), socat with vsock, and this repository after npm ci.
set -eu
deployment=$(realpath "$1")
port=$2
shift 2
cd "$(dirname "$0")/../.."
cid=16
run=$(mktemp -d)
chmod 700 "$run"
pids=
finish() {
  trap - EXIT INT TERM
  nitro-cli terminate-enclave --enclave-name symbolon-signer >/dev/null 2>&1 || true
  for pid in $pids; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$run"
}
trap finish EXIT INT TERM

node bin/with-node.mjs node enclave/nitro/parent.ts "$run" "$deployment" "$@" &
pids="$pids $!"
for socket in relay config deployment; do
  while [ ! -S "$run/$socket.sock" ]; do sleep 0.1; done
done
socat "VSOCK-LISTEN:9000,fork,reuseaddr" "UNIX-CONNECT:$run/relay.sock" &
pids="$pids $!"
socat "VSOCK-LISTEN:9002,fork,reuseaddr" "UNIX-CONNECT:$run/config.sock" &
pids="$pids $!"
socat "VSOCK-LISTEN:9003,fork,reuseaddr" "UNIX-CONNECT:$run/deployment.sock" &
pids="$pids $!"
socat "TCP-LISTEN:$port,bind=127.0.0.1,fork,reuseaddr" "VSOCK-CONNECT:$cid:8080" &
pids="$pids $!"

# Never --debug-mode: its PCRs are zero, and every verifier refuses them. Whatever ends it is a crash: it is started again.
while :; do
  nitro-cli run-enclave --enclave-name symbolon-signer --enclave-cid "$cid" --cpu-count 2 --memory 1024 \
    --eif-path dist/enclave/symbolon-signer-nitro.eif
  while nitro-cli describe-enclaves | grep -q '"symbolon-signer"'; do sleep 2; done
  echo "the enclave ended; starting it again" >&2
done
