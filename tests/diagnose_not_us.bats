#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0013: the acceptor's credential has a name, and the ticket another of the same keytab.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup_file() {
    diagnose_up -s host@other.test -s http@localhost
}

@test "a ticket for another name of the keytab is found, also behind SPNEGO, and passes by the setting" {
    WANTED=host@other.test
    handshake named
    doctor named
    only GT0013
    finds GT0013 '.cause | test("gss-server.* accepts for host@localhost alone, and the ticket is for host/other.test@GSSTAP.TEST")'
    finds GT0013 '.evidence | any(test("krb5.keytab has a key that opens it"))'
    doctor named/client.pcapng
    only GT0013
    finds GT0013 '.not_looked_at | any(test("keytab: no trace that was given has its side"))'
    # Read elsewhere: what keeps doctor from looking is said of each thing once.
    mkdir redacted
    "$GSSTAP" redact named/*.pcapng redacted
    doctor redacted
    only GT0013
    finds GT0013 '.not_looked_at | map(select(test("^its krb5.conf: "))) | length == 1'
    CLIENT=(-spnego)
    handshake spnego
    doctor spnego
    only GT0013
    CLIENT=()
    cp "$KRB5_CONFIG" krb5.conf
    doctor named
    export KRB5_CONFIG=$PWD/krb5.conf
    handshake mine
    doctor mine
    setting GT0013
    handshake right
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
}

@test "of two services the name to ask for is told" {
    SERVICE=http@localhost WANTED=host@localhost
    handshake other
    doctor other
    only GT0013
    finds GT0013 '.remedy | any(.text // "" | test("have clients ask for http@localhost"))'
    WANTED=$(jq -r 'select(.id == "GT0013") | .remedy[0].text' found | grep -o '[^ ]*$')
    handshake right
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
}
