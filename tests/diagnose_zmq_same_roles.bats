#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0102: two programs set up libzmq's GSSAPI by themselves, and both as a server or both as a client.

bats_require_minimum_version 1.5.0
load helper
load wire
load diagnose
load diagnose_zmq

CLIENT=(set gssapi_service_principal zmq@localhost)
SERVER=(set gssapi_server 1)

ended() {
    either '.event == "handshake" and (.outcome == "failed" or .outcome == "abandoned")'
}

@test "two clients are found by what both have opened, and talk once one of them is the server" {
    pair wrong "${CLIENT[@]}" -- "${CLIENT[@]}"
    wait_until 60 ended
    stop_all
    doctor wrong/*.pcapng
    only GT0102
    finds GT0102 '.cause | test("^zpair, which binds tcp://127.0.0.1:[0-9]+, and zpair, which connects to tcp://127.0.0.1:[0-9]+, are both clients of GSSAPI$")'
    # A server that sets its service last is none any more.
    pair last "${SERVER[@]}" "${CLIENT[@]}" -- "${CLIENT[@]}"
    wait_until 60 ended
    stop_all
    doctor last/*.pcapng
    only GT0102
    pair right "${CLIENT[@]}" "${SERVER[@]}" -- "${CLIENT[@]}"
    talks
    healthy right/*.pcapng
}

# Which end gets the other's token, and whether it has sent its own by then, is chance.
@test "two clients are found in one trace by the token that is no answer" {
    local turn
    for turn in {1..40}; do
        pair "turn$turn" "${CLIENT[@]}" -- "${CLIENT[@]}"
        wait_until 60 ended
        stop_all
        ! either '.event == "handshake" and .outcome == "failed"' || break
    done
    doctor "turn$turn/$SIDE.pcapng"
    only GT0102
    finds GT0102 '.cause | test("^zpair at tcp://127.0.0.1:[0-9]+ and its peer are both clients of GSSAPI$")'
    finds GT0102 '.evidence | any(test("no answer but another first token, of [0-9]+ bytes"))'
}

connected() {
    trace_json "$1/client.pcapng" 2>/dev/null | jq -se 'any(.[]; .call == "zmq_connect")' >/dev/null
}

@test "two servers are found by what both have opened, and talk once one of them is the client" {
    pair wrong "${SERVER[@]}" -- "${SERVER[@]}"
    wait_until 60 connected wrong
    stop_all
    doctor wrong/*.pcapng
    only GT0102
    finds GT0102 '.cause | test("^zpair, which binds tcp://127.0.0.1:([0-9]+), and zpair, which connects to tcp://127.0.0.1:[0-9]+, are both servers of GSSAPI$")'
    finds GT0102 '.program == "zpair" and .count == 1'
    # One trace alone does not prove it: a server may connect.
    healthy wrong/client.pcapng
    healthy wrong/server.pcapng
    pair right "${SERVER[@]}" -- "${CLIENT[@]}"
    talks
    healthy right/*.pcapng
    pair reverse "${CLIENT[@]}" -- "${SERVER[@]}"
    talks
    healthy reverse/*.pcapng
}

@test "a server that connects to another address is not taken for the peer of one that is bound" {
    read -r PORT < <(free_port)
    mkdir other
    start server "$GSSTAP" run -o other/server.pcapng -- "$BUILD/hosts/zpair" socket REP "${SERVER[@]}" bind "tcp://127.0.0.1:$PORT" touch up answer 1
    wait_until 60 test -e up
    start client "$GSSTAP" run -o other/client.pcapng -- "$BUILD/hosts/zpair" socket REQ "${SERVER[@]}" connect "tcp://127.0.0.2:$PORT" send hello recv
    wait_until 60 connected other
    stop_all
    healthy other/*.pcapng
}

@test "within a process nobody has a role, whatever is set" {
    run -0 "$GSSTAP" run -o inproc.pcapng -- "$BUILD/hosts/zpair" socket PAIR "${SERVER[@]}" bind inproc://here \
        socket PAIR "${SERVER[@]}" connect inproc://here send hello use 0 recv
    [ "$output" = "got hello" ]
    healthy inproc.pcapng
}

@test "where gsstap speaks for two programs that are both servers, what both are told of the silence is the same cause" {
    printf 'version: 1\nzmq:\n  unsecured: refuse\n' >policy.yaml
    RUN=(-p policy.yaml)
    pair wrong set handshake_ivl 3000 "${SERVER[@]}" -- set handshake_ivl 3000 "${SERVER[@]}"
    is_stuck client '.event == "handshake" and .outcome == "failed"'
    doctor wrong/*.pcapng
    only GT0102
}

@test "where gsstap speaks GSSAPI on one end, two clients are found by both traces and by its own" {
    speaks
    C_RUN=("${SPOKEN[@]}")
    pair wrong "${CLIENT[@]}" --
    is_stuck client '.event == "handshake" and .outcome == "failed"'
    doctor wrong/*.pcapng
    only GT0102
    finds GT0102 '.cause | test("^zpair, which binds tcp://127.0.0.1:[0-9]+, and zpair, which connects to tcp://127.0.0.1:[0-9]+, are both clients of GSSAPI$")'
    doctor wrong/client.pcapng
    only GT0102
    finds GT0102 '.cause | test("^zpair at tcp://127.0.0.1:[0-9]+ and its peer are both clients of GSSAPI$")'
    finds GT0102 '.evidence | any(test("first token"))'
    pair right "${SERVER[@]}" --
    talks
    healthy right/*.pcapng
}

@test "so are two servers, of which one waits on the other's behalf" {
    speaks
    S_RUN=("${SPOKEN[@]}")
    pair wrong set handshake_ivl 1000 -- "${SERVER[@]}"
    is_stuck server '.event == "handshake" and .outcome == "failed"'
    doctor wrong/*.pcapng
    only GT0102
    finds GT0102 '.cause | test("are both servers of GSSAPI$")'
    pair right -- "${CLIENT[@]}"
    talks
    healthy right/*.pcapng
}
