#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0109: a server asks for a credential that it cannot have, and its client is told nothing of it.

bats_require_minimum_version 1.5.0
load helper
load wire
load diagnose
load diagnose_zmq

CLIENT=(set gssapi_service_principal zmq@localhost)
SERVER=(set gssapi_server 1 set gssapi_principal zmq@localhost)
FAILED='.event == "handshake" and .outcome == "failed"'

setup_file() {
    realm_up -u alice -s zmq@localhost
    # Other mechanisms' plugins would have a credential of any name.
    export GSS_MECH_CONFIG=/dev/null
}

@test "a client is told what its server's answer shows, and is answered once that has a ticket besides its key" {
    S_ENV=(KRB5CCNAME="$PWD/service")
    pair wrong "${SERVER[@]}" -- "${CLIENT[@]}"
    is_stuck client "$FAILED"
    doctor wrong/client.pcapng
    only GT0109
    finds GT0109 '.cause | test("^the server of zpair at tcp://127.0.0.1:[0-9]+ has no credential to accept with$")'
    finds GT0109 '.evidence | any(test("of [0-9]+ bytes, is SPNEGO.s offer to begin"))'
    # With both traces it is the server's own cause that is told, and the client's only of its consequence.
    doctor wrong/*.pcapng
    only GT0001
    remedies GT0001
    pair right "${SERVER[@]}" -- "${CLIENT[@]}"
    talks
    healthy right/*.pcapng
}

@test "so is a client on which gsstap speaks GSSAPI" {
    speaks
    C_RUN=("${SPOKEN[@]}")
    S_ENV=(KRB5CCNAME="$PWD/service")
    pair wrong "${SERVER[@]}" --
    is_stuck client "$FAILED"
    doctor wrong/client.pcapng
    only GT0109
    finds GT0109 '.cause | test("^the server of zpair at tcp://127.0.0.1:[0-9]+ has no credential to accept with$")'
    doctor wrong/*.pcapng
    [ "$(jq -r 'select(.kind == "finding") | .id' found | grep -c .)" = 1 ]
    finds GT0109 true && return 1
    kinit -c "$PWD/service" -k zmq/localhost
    pair right "${SERVER[@]}" --
    talks
    healthy right/*.pcapng
}
