#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a program's own ZAP handler says of a GSSAPI client holds (facts Z1): who is denied neither sends nor receives a
# message, others go on. Handlers are written in each of the ways that programs use; each denial is first seen to be
# ignored under `repairs: none`.
# timeout: 400

load helper
load wire
load repairs

setup_file() {
    realm_up -u alice -u mallory -s zmq@localhost
    repair_policies
}

teardown_file() {
    realm_down
}

teardown() {
    stop_all
}

# client NAME USER WORD...: zpair in that user's name.
client() {
    local name=$1 user=$2
    shift 2
    host zpair
    start "$name" env KRB5CCNAME="$GSSTAP_REALM/ccache/$user" "${HOST[@]}" "$@"
}

# zap_server HANDLER SEND STATUS: repair_zap, which denies mallory; ANSWERS and GIVES are its endpoints.
zap_server() {
    local ports
    fresh "zap-$1-$2-$3"
    read -ra ports < <(free_port 2)
    ANSWERS=tcp://127.0.0.1:${ports[0]} GIVES=tcp://127.0.0.1:${ports[1]}
    host repair_zap
    start server "${HOST[@]}" "$1" "$2" "$3" mallory@GSSTAP.TEST "$ANSWERS" "$GIVES" up
    wait_until 20 test -e up
}

# both_ways USER: a client that asks, and one that only receives.
both_ways() {
    client "$1-asks" "$1" socket REQ set linger 0 connect "$ANSWERS" send "from $1" recv
    client "$1-takes" "$1" socket PULL set linger 0 connect "$GIVES" recv
}

# denial_holds HANDLER SEND STATUS
denial_holds() {
    under all
    zap_server "$@"
    both_ways mallory
    wait_until 20 lines 3 server.out '^denied mallory@GSSTAP.TEST$'
    both_ways alice
    finish alice-asks
    finish alice-takes
    lives mallory-asks
    lives mallory-takes
    # Denied again while others are served: it never becomes a message.
    wait_until 20 lines 5 server.out '^denied mallory@GSSTAP.TEST$'
    halt mallory-asks
    halt mallory-takes
    halt server
    [ "$(cat alice-asks.out alice-takes.out)" = $'got answer\ngot for you' ]
    [ ! -s mallory-asks.out ] && [ ! -s mallory-takes.out ]
    grep -qx "got from alice" server.out
    run grep "from mallory" server.out
    [ "$status" = 1 ]
    repaired 2 zap '(.outcome == "'"$3"'") and (.reason | length) > 10'
}

@test "without the repair a denied client sends and receives" {
    local handler
    for handler in REP ROUTER; do
        under none
        zap_server $handler zmq_msg_send 400
        both_ways mallory
        finish mallory-asks
        finish mallory-takes
        grep -qx "denied mallory@GSSTAP.TEST" server.out
        grep -qx "got from mallory" server.out
        [ "$(cat mallory-asks.out mallory-takes.out)" = $'got answer\ngot for you' ]
        stop_all
    done
}

@test "a REP handler's denial holds, whichever way it sends" {
    local way
    for way in zmq_send zmq_msg_send zmq_send_const zmq_sendmsg; do
        denial_holds REP $way 400
    done
}

@test "a ROUTER handler's denial holds, whichever way it sends" {
    local way
    for way in zmq_send zmq_msg_send zmq_send_const zmq_sendmsg; do
        denial_holds ROUTER $way 400
    done
}

@test "temporary and internal refusals hold as well" {
    denial_holds REP zmq_send 300
    denial_holds ROUTER zmq_msg_send 500
}

@test "a denial holds however many other sockets of the program are looked at" {
    denial_holds REP crowd 400
}

@test "a denial holds however many others asked in between" {
    under all
    zap_server ROUTER hoard 400
    client mallory mallory socket REQ set linger 0 connect "$ANSWERS" send "from mallory" recv
    wait_until 30 lines 2 server.out '^denied mallory@GSSTAP.TEST$'
    client alice alice socket REQ set linger 0 connect "$ANSWERS" send "from alice" recv
    finish alice
    lives mallory
    halt mallory
    halt server
    [ ! -s mallory.out ]
    run grep "from mallory" server.out
    [ "$status" = 1 ]
    repaired 1 zap '.outcome == "400" and (.reason | test("too long ago"))'
}

@test "a ROUTER handler that answers out of order denies the one it means" {
    denial_holds ROUTER late 400
    # mallory was asked about with alice under way, and the other way round: each got what it was given.
    under all
    zap_server ROUTER late 400
    for way in 1 2 3; do
        client mallory-$way mallory socket REQ set linger 0 connect "$ANSWERS" send "from mallory" recv
        client alice-$way alice socket REQ set linger 0 connect "$ANSWERS" send "from alice" recv
    done
    for way in 1 2 3; do
        finish alice-$way
        [ ! -s mallory-$way.out ]
    done
    run grep "from mallory" server.out
    [ "$status" = 1 ]
}

@test "the trace says who was denied" {
    denial_holds REP zmq_send 400
    repaired 1 zap 'tostring | test("mallory@GSSTAP.TEST")'
    recorded 0 '.event == "repair" and .repair == "zap" and (tostring | test("alice@GSSTAP.TEST"))'
}

# by_address PROGRAM: 127.0.0.2 is denied by address, by the library's own authenticator.
by_address() {
    read -r PORT < <(free_port)
    host "$1"
    start server "${HOST[@]}" 127.0.0.2 "tcp://127.0.0.1:$PORT" up
    wait_until 20 test -e up
    client denied alice socket REQ set linger 0 connect "tcp://127.0.0.2:0;127.0.0.1:$PORT" send "from the denied" recv
}

# by_address_holds PROGRAM PATTERN: PATTERN is how the authenticator says in its output that it denied somebody.
by_address_holds() {
    fresh by-address-none
    under none
    by_address "$1"
    finish denied
    grep -qx "got answer" denied.out
    grep -E "$2" server.out
    stop_all

    fresh by-address-all
    under all
    by_address "$1"
    wait_until 20 lines 2 server.out "$2"
    client allowed alice socket REQ set linger 0 connect "tcp://127.0.0.3:0;127.0.0.1:$PORT" \
        send "from the allowed" recv
    finish allowed
    [ "$(cat allowed.out)" = "got answer" ]
    wait_until 20 lines 3 server.out "$2"
    halt denied
    halt server
    [ ! -s denied.out ]
    grep -qx "got from the allowed" server.out
    run grep "got from the denied" server.out
    [ "$status" = 1 ]
    repaired 2 zap
}

@test "ThreadAuthenticator.deny() of pyzmq holds" {
    by_address_holds repair_zap.py '^DENIED'
}

@test "DENY of czmq's zauth holds" {
    by_address_holds repair_zauth 'zauth: - denied .*address=127.0.0.2'
}
