#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0022: nothing fails, and no credentials come along.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup() {
    cd "$BATS_TEST_TMPDIR"
    export KRB5CCNAME=FILE:$PWD/alice.cc
}

@test "a ticket that is not forwardable is found though all succeeds, and a forwardable one is the remedy" {
    kinit -F -k -t "$GSSTAP_REALM/client/alice" alice
    CLIENT=(-d)
    handshake without
    [ "$CLIENT_STATUS" = 0 ]
    doctor without
    only GT0022
    finds GT0022 '.cause | test("asked to delegate its credentials to host/localhost@GSSTAP.TEST, and the context was established without")'
    finds GT0022 ".evidence | any(. == \"the ticket-granting ticket in FILE:$PWD/alice.cc is not forwardable\")"
    remedy GT0022 1
    handshake with
    healthy with
}

@test "who asks for nothing is told nothing, whatever the ticket" {
    kinit -F -k -t "$GSSTAP_REALM/client/alice" alice
    handshake plain
    [ "$CLIENT_STATUS" = 0 ]
    healthy plain
}

@test "by policy the KDC decides: the mark that lacks is found, and set" {
    kinit -f -k -t "$GSSTAP_REALM/client/alice" alice
    export FLAGS=ok_as_delegate
    initiate unmarked host@localhost
    doctor unmarked
    only GT0022
    finds GT0022 '.evidence | any(. == "the ticket is not marked ok-as-delegate by the KDC")'
    remedy GT0022 1
    kinit -f -k -t "$GSSTAP_REALM/client/alice" alice
    initiate marked host@localhost
    healthy marked
    kadmin.local -q 'modprinc -ok_as_delegate host/localhost'
}

@test "many are one finding that counts them" {
    kinit -F -k -t "$GSSTAP_REALM/client/alice" alice
    export FLAGS=delegate_to_peer
    initiate one host@localhost
    initiate two host@localhost
    doctor one two
    only GT0022
    finds GT0022 '.count == 2'
}

@test "krb5.conf makes the mark count for whoever asks: it is set, or that line goes" {
    config 's/^\[libdefaults\]/&\n\tenforce_ok_as_delegate = true/'
    kinit -f -k -t "$GSSTAP_REALM/client/alice" alice
    export FLAGS=delegate_to_peer
    initiate unmarked host@localhost
    [ "$CLIENT_STATUS" = 0 ]
    doctor unmarked
    only GT0022
    finds GT0022 '.cause | endswith(" without, since the KDC has not marked that ok-as-delegate")'
    finds GT0022 ".evidence | any(. == \"$PWD/krb5.conf has enforce_ok_as_delegate = true in [libdefaults]\")"
    finds GT0022 "[.remedy[].command // empty] == [\"kadmin.local -q 'modprinc +ok_as_delegate host/localhost@GSSTAP.TEST'\", \"kinit -f -c FILE:$PWD/alice.cc alice@GSSTAP.TEST\"]"
    remedies GT0022
    initiate marked host@localhost
    healthy marked
    kadmin.local -q 'modprinc -ok_as_delegate host/localhost'
    sed -i /enforce_ok_as_delegate/d krb5.conf
    kinit -f -k -t "$GSSTAP_REALM/client/alice" alice
    initiate removed host@localhost
    healthy removed
}

@test "an account that the KDC lets forward nothing is let, and one where it lets nobody" {
    export FLAGS=delegate_to_peer
    local of number=2
    for of in alice krbtgt/GSSTAP.TEST; do
        kadmin.local -q "modprinc -allow_forwardable $of"
        kinit -f -k -t "$GSSTAP_REALM/client/alice" alice
        rm -rf without with
        initiate without host@localhost
        doctor without
        only GT0022
        # Of no use as long as the KDC does not.
        remedy GT0022 1
        initiate still host@localhost
        rm found
        doctor still
        only GT0022
        rm -r still
        finds GT0022 ".remedy | any(.command == \"kadmin.local -q 'modprinc +allow_forwardable $of@GSSTAP.TEST'\")"
        remedy GT0022 "$number"
        remedy GT0022 1
        initiate with host@localhost
        healthy with
        number=$((number + 1))
    done
}
