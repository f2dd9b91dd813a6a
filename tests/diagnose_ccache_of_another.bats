#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0002: credentials are asked for by a name, and the cache is somebody else's.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup() {
    cd "$BATS_TEST_TMPDIR"
    cp "$GSSTAP_REALM/ccache/alice" alice.cc
    export KRB5CCNAME=FILE:$PWD/alice.cc
}

@test "the default cache is alice's and bob is asked for: his ticket is the remedy" {
    initiate other host@localhost bob@GSSTAP.TEST
    [ "$CLIENT_STATUS" != 0 ]
    doctor other
    only GT0002
    finds GT0002 ".cause | test(\"asks for credentials of bob@GSSTAP.TEST, and FILE:$PWD/alice.cc has tickets of alice@GSSTAP.TEST\")"
    remedies GT0002
    initiate new host@localhost bob@GSSTAP.TEST
    [ "$CLIENT_STATUS" = 0 ]
    grep -qx 'established as bob@GSSTAP.TEST' new.out
    healthy new
    # Alice has what she had.
    cmp alice.cc "$GSSTAP_REALM/ccache/alice"
}

@test "it is found in a cache of a credential store, for a name without a realm" {
    initiate stored host@localhost bob ccache="$PWD/alice.cc"
    doctor stored
    only GT0002
    finds GT0002 '.evidence | any(contains("Principal in credential cache does not match desired name"))'
    remedies GT0002
    [ "$KRB5CCNAME" = "FILE:$PWD/alice.cc" ]
    finds GT0002 '.remedy | any(.text // "" | endswith("and name that in its credential store:"))'
    initiate new host@localhost bob ccache="$PWD/alice.cc.bob"
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
    cmp alice.cc "$GSSTAP_REALM/ccache/alice"
}

@test "of a collection it is said that no cache is his, and one more is the remedy" {
    mkdir caches
    export KRB5CCNAME=DIR:$PWD/caches
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
    initiate none host@localhost bob@GSSTAP.TEST
    doctor none
    only GT0002
    finds GT0002 '.evidence | any(. == "no cache of the collection has tickets of bob@GSSTAP.TEST")'
    remedies GT0002
    # Nobody else is given bob's tickets for it.
    klist | grep -qx 'Default principal: alice@GSSTAP.TEST'
    initiate new host@localhost bob@GSSTAP.TEST
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
    # What was missing then is there now: nobody is blamed.
    doctor none
    only GT0099
}

@test "a service gets its tickets by the key in its keytab" {
    initiate service host@localhost host/localhost@GSSTAP.TEST
    doctor service
    only GT0002
    remedies GT0002
    initiate new host@localhost host/localhost@GSSTAP.TEST
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
    cmp alice.cc "$GSSTAP_REALM/ccache/alice"
}

@test "a name may hold anything: the remedy's command does not" {
    initiate hostile host@localhost "bob;touch bad@GSSTAP.TEST"
    doctor hostile
    only GT0002
    command=$(jq -r 'select(.id == "GT0002") | [.remedy[].command | values][0]' found)
    (kinit() { printf '%s\n' "$@" >words; } && eval "$command")
    [ ! -e bad ]
    [ "$(tail -n 1 words)" = "bob;touch bad@GSSTAP.TEST" ]
}
