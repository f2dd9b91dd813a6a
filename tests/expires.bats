#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The event expires: what ends soon is told ahead, by who calls anyway, and once.

bats_require_minimum_version 1.5.0
load helper
load wire

setup_file() {
    realm_up -u alice -s host@localhost -s zmq@localhost
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    export KRB5CCNAME=FILE:$PWD/cc
    UNDER=(env LD_PRELOAD="$PRELOAD" "GSSTAP_TRACE=$PWD/trace.pcapng")
}

teardown() {
    stop_all
}

ticket() {
    kinit -l "$1" -k -t "$GSSTAP_REALM/client/alice" alice
}

policy() {
    printf 'version: 1\n%s\n' "$1" >p.yaml
    "$GSSTAP" policy compile -o p.bin p.yaml
}

# gss_server WORD...: below these.
gss_server() {
    PORT=$(free_port)
    start server "$@" gss-server -port "$PORT" host@localhost
    wait_until 20 has_line server.out starting
}

client() {
    "$@" gss-client -port "$PORT" -ccount 3 -mcount 3 localhost host@localhost hello
}

# expires [JQ]: the events, or those of which that is true.
expires() {
    trace_json trace.pcapng | jq -c "select(.event == \"expires\" and (${1:-true}))"
}

told() {
    [ -n "$(expires "$1")" ]
}

@test "a ticket that ends within the hour is told of on either side, once for all its contexts" {
    local role
    ticket 10m
    for role in initiator acceptor; do
        rm -f trace.pcapng
        if [ $role = initiator ]; then
            gss_server env
            client "${UNDER[@]}"
        else
            gss_server "${UNDER[@]}"
            client env
            wait_until 20 told true
        fi
        stop_all
        expires | jq -e -s --arg role $role 'length == 1 and .[0].what == "ticket" and .[0].role == $role
            and .[0].initiator == "alice@GSSTAP.TEST" and .[0].acceptor == "host/localhost@GSSTAP.TEST"
            and .[0].lifetime <= 600 and .[0].lifetime > 300 and .[0].handshake'
    done
    "$GSSTAP" decode trace.pcapng | grep 'expires: ticket as acceptor: alice@GSSTAP.TEST -> host/localhost@GSSTAP.TEST, seconds left'
}

@test "a ticket that is good for long is not told of, nor one that ends later than the policy wants to know" {
    ticket 10h
    gss_server env
    client "${UNDER[@]}"
    [ -z "$(expires)" ]
    ticket 10m
    policy 'expires-ahead: 5m'
    client "${UNDER[@]}" GSSTAP_POLICY=p.bin
    [ -z "$(expires)" ]
}

@test "a ticket is told of when its time has come, while its context is used" {
    ticket 10m
    policy 'expires-ahead: 595s'
    gss_server env
    start alice "${UNDER[@]}" GSSTAP_POLICY=p.bin gss-client -port "$PORT" -mcount 100000000 localhost host@localhost hello
    wait_until 20 told '.what == "ticket" and .lifetime <= 595'
    kill -0 "${PID[alice]}"
    [ "$(expires | wc -l)" = 1 ]
}

@test "the ticket of a ZeroMQ connection on which nothing is said is told of" {
    local level
    ticket 10m
    policy $'expires-ahead: 9m\nzmq: {inject: [{bind: "*", principal: "zmq@localhost"}, {connect: "*", service: "zmq@localhost"}]}'
    for level in audit messages; do
        rm -f trace.pcapng up
        kinit -l 545s -k -t "$GSSTAP_REALM/client/alice" alice
        PORT=$(free_port)
        start server "${UNDER[@]}" GSSTAP_POLICY=p.bin GSSTAP_LEVEL=$level "$BUILD/hosts/zpair" \
            socket PULL bind "tcp://127.0.0.1:$PORT" touch up recv recv
        wait_until 20 test -e up
        start alice env LD_PRELOAD="$PRELOAD" GSSTAP_POLICY=p.bin "$BUILD/hosts/zpair" \
            socket PUSH connect "tcp://127.0.0.1:$PORT" send first await end
        wait_until 20 has_line server.out 'got first'
        wait_until 20 told '.what == "ticket" and .role == "acceptor" and .initiator == "alice@GSSTAP.TEST" and .lifetime <= 540'
        [ "$(expires | wc -l)" = 1 ]
        stop_all
    done
}

@test "a keytab that becomes another file is told of by who has opened tickets with its keys, when it is about to accept" {
    ticket 10m
    policy 'expires-ahead: 587s'
    cp "${KRB5_KTNAME#FILE:}" keytab
    export KRB5_KTNAME=FILE:$PWD/keytab
    gss_server env --ignore-signal=PIPE "${UNDER[@]}" GSSTAP_POLICY=p.bin # one of whose clients is killed
    start alice gss-client -port "$PORT" -mcount 100000000 localhost host@localhost hello
    wait_until 20 accepted
    cp keytab other
    mv other keytab
    # More than ten seconds later its messages go on, and look at what ends, but at no file.
    wait_until 30 told '.what == "ticket"'
    [ "$(expires | wc -l)" = 1 ]
    kill "${PID[alice]}"
    changed() {
        client env && told '.what == "keytab"'
    }
    wait_until 30 changed
    client env
    expires '.what == "keytab"' | jq -e -s --arg name "$KRB5_KTNAME" \
        'length == 1 and .[0].keytab == $name and .[0].kvno >= 1 and .[0].acceptor == "host/localhost@GSSTAP.TEST" and (.[0].reason | test("another file"))'
}

accepted() {
    trace_json trace.pcapng | jq -e -s 'any(.event == "handshake" and .outcome == "established")' >accepted
}
