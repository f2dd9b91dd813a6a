#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0014: a ticket has ended.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup() {
    cd "$BATS_TEST_TMPDIR"
    export KRB5CCNAME=FILE:$PWD/short.cc
}

# By the KDC, which still takes it in the second that it ends in.
expired() {
    ! kvno -q bob
}

@test "a ticket-granting ticket that has expired is named, and a new one is the remedy" {
    kinit -l 1s -k -t "$GSSTAP_REALM/client/alice" alice
    wait_until 20 expired
    handshake old
    [ "$CLIENT_STATUS" != 0 ]
    doctor old
    only GT0014
    finds GT0014 '.cause | test("^the ticket-granting ticket of alice@GSSTAP.TEST expired at 20")'
    finds GT0014 ".evidence | any(test(\"^FILE:$PWD/short.cc: krbtgt/GSSTAP.TEST@GSSTAP.TEST ended at .*, [0-9]+ s before the handshake\"))"
    remedy GT0014 1
    handshake new
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
    # It was renewed since: the old trace proves nothing any more, and says why.
    doctor old
    only GT0099
    finds GT0099 '.not_looked_at | any(contains("short.cc"))'
}

@test "it is found behind SPNEGO, and where the program names its principal" {
    kinit -l 1s -k -t "$GSSTAP_REALM/client/alice" alice
    wait_until 20 expired
    CLIENT=(-spnego)
    handshake spnego
    doctor spnego
    only GT0014
    initiate named host@localhost alice@GSSTAP.TEST
    doctor named
    only GT0014
}

@test "the clock that the program is shown counts, and is told" {
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
    RUN_AS=(faketime -f +11h)
    initiate late host@localhost
    [ "$CLIENT_STATUS" != 0 ]
    doctor late
    only GT0014
    finds GT0014 '.evidence | any(test("is shown a clock that is 39[56][0-9][0-9] s ahead of that of its machine"))'
    RUN_AS=()
    initiate new host@localhost
    healthy new
}
