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
    # It was renewed since: that it is newer than the handshake shows which one had ended.
    doctor old
    only GT0014
    finds GT0014 '.cause | test("^the ticket-granting ticket of alice@GSSTAP.TEST had expired, and was replaced at 20")'
    finds GT0014 ".evidence | any(test(\"^FILE:$PWD/short.cc: krbtgt/GSSTAP.TEST@GSSTAP.TEST is of .*, [0-9]+ s after the handshake\"))"
    finds GT0014 '.evidence | any(test("said .Ticket expired"))'
    finds GT0014 '.remedy | all(has("command") | not)'
    # Without it nothing does.
    kdestroy -q
    doctor old
    run -1 finds GT0014 true
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

# since FILE SECONDS: the ticket that is in the cache FILE for the service ended so long ago.
since() {
    local end
    end=$(klist -c "$1" | sed -n 's/^[^ ]* [^ ]*  \([^ ]* [^ ]*\)  host.*/\1/p')
    [ "$(($(date +%s) - $(date -d "$end" +%s)))" -ge "$2" ]
}

@test "a token that comes after its ticket's end is found at the acceptor, with the initiator's trace and without" {
    # The initiator's libkrb5 sends no such ticket: the token is one that was kept.
    until kinit -l 4s -k -t "$GSSTAP_REALM/client/alice" alice && SEND="again $PWD/token" handshake made && [ -s token ]; do rm -r made; done
    config 's/^\[libdefaults\]/&\n\tclockskew = 1/'
    wait_until 30 since short.cc 2
    SEND="again $PWD/token" handshake late
    doctor made/client.pcapng late
    only GT0014
    finds GT0014 '.cause | test("^the ticket of alice@GSSTAP.TEST expired at 20")'
    finds GT0014 '.evidence | any(test("^the ticket for host/localhost@GSSTAP.TEST ended at .*, [0-9]+ s before the handshake"))'
    finds GT0014 '.evidence | any(test("gss_accept_sec_context in gss-server.* said .Ticket expired"))'
    # When it ended is in the ticket, which the acceptor's keytab opens.
    for given in late/server.pcapng late; do
        doctor "$given"
        only GT0014
        finds GT0014 '.cause | test("^the ticket of alice@GSSTAP.TEST expired at 20")'
        finds GT0014 ".evidence | any(test(\"^what the ticket says, which FILE:$GSSTAP_REALM/krb5.keytab opens\"))"
        finds GT0014 '.remedy | any(.command // "" | endswith("kinit alice@GSSTAP.TEST"))'
    done
    # Where no key of it is, that it had the acceptor says.
    mkdir redacted
    "$GSSTAP" redact late/*.pcapng redacted
    for given in redacted/server.pcapng redacted; do
        doctor "$given"
        only GT0014
        finds GT0014 '.cause | test("^the ticket for host/localhost@[A-Z.]+ had expired, by the clock of ")'
        finds GT0014 '.not_looked_at | any(startswith("when it ended"))'
    done
    doctor late
    remedy GT0014 1
    KRB5_CONFIG=$GSSTAP_REALM/krb5.conf handshake new
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}
