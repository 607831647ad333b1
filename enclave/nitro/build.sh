#!/bin/sh
# Builds the signer's image for AWS Nitro with the kernel that AWS gives (aws-nitro-enclaves-cli: /usr/share/nitro_enclaves/blobs).
# Prints PCR0, PCR1 and PCR2; PCR2 is that of enclave/release.json. usage: enclave/nitro/build.sh [BLOBS]
set -eu
cd "$(dirname "$0")/../.."
blobs=${1:-/usr/share/nitro_enclaves/blobs}
set -- --nitro-kernel "$blobs/bzImage" --kernel-version "sha256 $(sha256sum "$blobs/bzImage" | cut -d' ' -f1)"
[ -f "$blobs/nsm.ko" ] && set -- "$@" --nsm-module "$blobs/nsm.ko"
exec npm run -s enclave:build -- "$@"
