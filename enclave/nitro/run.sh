#!/bin/sh
# Runs one image as an enclave until Ctrl-C, and carries to it what devices send in. Beside parent.sh; several at once, each with a name, a
# CID and a port of its own, are how one image follows another.
# usage: enclave/nitro/run.sh IMAGE.eif NAME CID PORT      PORT on 127.0.0.1: put TLS in front of it
# Needs nitro-cli (an instance with enclaves enabled, allocator running) and socat with vsock.
set -eu
image=$(realpath "$1")
name=$2
cid=$3
port=$4
carrier=
finish() {
  trap - EXIT INT TERM
  nitro-cli terminate-enclave --enclave-name "$name" >/dev/null 2>&1 || true
  [ -z "$carrier" ] || kill "$carrier" 2>/dev/null || true
}
trap finish EXIT
trap 'exit 0' INT TERM

socat "TCP-LISTEN:$port,bind=127.0.0.1,fork,reuseaddr" "VSOCK-CONNECT:$cid:8080" &
carrier=$!

# Never --debug-mode: its PCRs are zero, and every verifier refuses them. Whatever ends it is a crash: it is started again.
while :; do
  nitro-cli run-enclave --enclave-name "$name" --enclave-cid "$cid" --cpu-count 2 --memory 1024 --eif-path "$image"
  while nitro-cli describe-enclaves | grep -q "\"$name\""; do sleep 2; done
  echo "the enclave ended; starting it again" >&2
done
