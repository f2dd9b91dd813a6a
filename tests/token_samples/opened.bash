#!/bin/bash
# SPDX-License-Identifier: MIT
# Makes the samples of tests/data/token/opened and pac again: what the encrypted parts of real handshakes hold, and the PAC
# of Windows that tests/hosts/windows_pac.c makes. Their keys are those of a realm that is gone when this ends. What
# they decode to is written beside them by tests/unit/token_samples.c (GSSTAP_SAMPLES=write).
set -euo pipefail
cd "$(dirname "$0")/../.."
TOP=$PWD
export TOP

# shellcheck disable=SC2016 # expanded in the realm
PATH=$TOP/build:$PATH gsstap realm -u alice -s host@localhost -- bash -euo pipefail -c '
work=$GSSTAP_REALM/samples
mkdir -p "$work" "$TOP/tests/data/token/opened" "$TOP/tests/data/token/pac"
kinit -f -k -t "$GSSTAP_REALM/client/alice" alice

# plaintexts NAME WORD...: of a handshake, one file for each kind.
plaintexts() {
    local name=$1
    shift
    rm -rf "$work/$name" && mkdir "$work/$name"
    gsstap run -o "$work/$name.pcapng" -- "$@" >/dev/null
    PLAINTEXTS=$work/$name LD_PRELOAD=$TOP/build/plugins/plaintexts.so \
        gsstap decode --keytab "$KRB5_KTNAME" -e gss_accept_sec_context "$work/$name.pcapng" >/dev/null
}

# keep NAME USAGE SAMPLE: the first plaintext under this key usage.
keep() {
    set -- "$1" "$3" "$work/$1/$2"-*.bin
    cp "$3" "$TOP/tests/data/token/opened/$2.bin"
}

plaintexts plain /usr/bin/python3 "$TOP/tests/hosts/opened_talk.py" plain
plaintexts bindings /usr/bin/python3 "$TOP/tests/hosts/opened_talk.py" bindings
plaintexts delegated "$TOP/build/hosts/delegate" deleg
"$TOP/build/hosts/windows_pac" host/localhost "FILE:$work/windows.ccache" "$TOP/tests/data/token/pac/windows.bin"
KRB5CCNAME=FILE:$work/windows.ccache plaintexts windows /usr/bin/python3 "$TOP/tests/hosts/opened_talk.py" plain
keep plain 2 ticket
keep plain 11 authenticator
keep plain 12 ap_rep
keep bindings 11 authenticator_bindings
keep delegated 11 authenticator_delegating
keep delegated 14 cred
keep windows 2 ticket_windows
'
