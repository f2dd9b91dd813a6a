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
