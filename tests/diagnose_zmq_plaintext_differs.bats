#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0103: of two programs that set up libzmq's GSSAPI by themselves one turned encryption off. No call fails.

bats_require_minimum_version 1.5.0
load helper
load wire
load diagnose
load diagnose_zmq

CLIENT=(set gssapi_service_principal zmq@localhost)
SERVER=(set gssapi_server 1)
NOTHING='.event == "context" and .unwrapped == 0'

@test "a server that does not encrypt and a client that does are found from both traces, and agree once it does" {
    pair wrong "${SERVER[@]}" set gssapi_plaintext 1 -- "${CLIENT[@]}"
    is_stuck client "$NOTHING"
    doctor wrong/*.pcapng
    only GT0103
    finds GT0103 '.cause | test("^zpair at tcp://127.0.0.1:[0-9]+ has ZMQ_GSSAPI_PLAINTEXT set, and zpair at tcp://127.0.0.1:[0-9]+ has not$")'
    finds GT0103 '.acceptor.acceptor == "zmq/localhost@GSSTAP.TEST" and .initiator.initiator == "alice@GSSTAP.TEST"'
    # One trace alone does not prove it.
    healthy wrong/server.pcapng
    healthy wrong/client.pcapng
    pair right "${SERVER[@]}" -- "${CLIENT[@]}"
    talks
    healthy right/*.pcapng
}

@test "so is a client that does not encrypt, and both may agree not to" {
    pair wrong "${SERVER[@]}" -- "${CLIENT[@]}" set gssapi_plaintext 1
    is_stuck client "$NOTHING"
    doctor wrong/*.pcapng
    only GT0103
    pair right "${SERVER[@]}" set gssapi_plaintext 1 -- "${CLIENT[@]}" set gssapi_plaintext 1
    talks
    healthy right/*.pcapng
}

@test "which endpoint it was is not guessed: where a program has one of each, nothing is told" {
    pair both "${SERVER[@]}" bind "ipc://$PWD/other" set gssapi_plaintext 1 -- "${CLIENT[@]}"
    is_stuck client "$NOTHING"
    healthy both/*.pcapng
}

@test "an end that the policy has encrypted all the same counts as one that encrypts" {
    printf 'version: 1\nzmq:\n  plaintext: encrypt\n' >policy.yaml
    RUN=(-p policy.yaml)
    pair encrypted "${SERVER[@]}" set gssapi_plaintext 1 -- "${CLIENT[@]}"
    talks
    healthy encrypted/*.pcapng
    trace_json encrypted/server.pcapng >events
    jq -es 'any(.[]; .option == "ZMQ_GSSAPI_PLAINTEXT" and .value == 0) and any(.[]; .event == "changed" and .rule == "zmq.plaintext")' events
}

FAILED='.event == "handshake" and .outcome == "failed"'

@test "where gsstap speaks GSSAPI as client, its trace alone shows that the server does not encrypt" {
    speaks
    C_RUN=("${SPOKEN[@]}")
    pair wrong "${SERVER[@]}" set gssapi_plaintext 1 --
    is_stuck client "$FAILED"
    doctor wrong/client.pcapng
    only GT0103
    finds GT0103 '.cause | test("^the peer of zpair at tcp://127.0.0.1:[0-9]+ has ZMQ_GSSAPI_PLAINTEXT set, and it has not$")'
    doctor wrong/*.pcapng
    only GT0103
    finds GT0103 '.cause | test("^zpair at tcp://127.0.0.1:[0-9]+ has ZMQ_GSSAPI_PLAINTEXT set, and zpair at tcp://127.0.0.1:[0-9]+ has not$")'
    pair right "${SERVER[@]}" --
    talks
    healthy right/*.pcapng
}

@test "where it speaks it as server, both traces do, and nothing else is said of the client that goes away" {
    speaks
    S_RUN=("${SPOKEN[@]}")
    pair wrong -- "${CLIENT[@]}" set gssapi_plaintext 1
    is_stuck server "$FAILED"
    doctor wrong/*.pcapng
    only GT0103
    pair right -- "${CLIENT[@]}"
    talks
    healthy right/*.pcapng
}
