#!/bin/bash
# SPDX-License-Identifier: MIT
# The demo, from a fresh Debian 12: installs the packages it needs (as root; otherwise says which), builds gsstap, and takes
# the tour inside a private realm. Asks nothing, works without a terminal, exits with 1 when something it shows did
# not happen.
set -eu

cd "$(dirname "$0")/.."
. demo/say.bash
BUILD=${BUILD:-build}

log=$(mktemp)
trap 'rm -f "$log"' EXIT

step 0 "What the demo needs"
mapfile -t missing < <(.ci/missing tests)
if [ ${#missing[@]} -gt 0 ]; then
    command_line "apt-get install --no-install-recommends ${missing[*]}"
    [ "$(id -u)" = 0 ] || fail "only root can do that: run it, then this again"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 ||
        fail "apt-get failed" "$log"
fi
ok "every package is installed"
command_line make
"${MAKE:-make}" --no-print-directory BUILD="$BUILD" all >"$log" 2>&1 || fail "the build failed" "$log"
ok "$BUILD/gsstap and $BUILD/libgsstap.so"

step 1 "A private Kerberos realm"
say "A KDC on 127.0.0.1 with two users and two services, made for the command that follows and removed after it."
export GSSTAP=$BUILD/gsstap
# Only what is set here may reach the programs of the demo.
unset GSSTAP_TRACE GSSTAP_LEVEL GSSTAP_POLICY GSSTAP_HELLO LD_PRELOAD KRB5_TRACE
command_line "gsstap realm -v -u alice -u mallory -s host@localhost -s zmq@localhost -- demo/tour.sh"
rm -f "$log" # exec runs no trap
exec "$GSSTAP" realm -v -u alice -u mallory -s host@localhost -s zmq@localhost -- demo/tour.sh
