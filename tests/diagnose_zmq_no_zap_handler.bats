#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0108: a server names a domain for its ZAP handler, and has none.

bats_require_minimum_version 1.5.0
load helper
load wire
load diagnose
load diagnose_zmq

CLIENT=(set gssapi_service_principal zmq@localhost)
SERVER=(set gssapi_server 1)

@test "a server that wants to be asked and has nobody to be asked is told of, though all succeeds" {
    pair wrong "${SERVER[@]}" set zap_domain global -- "${CLIENT[@]}"
    talks
    doctor wrong/*.pcapng
    only GT0108
    finds GT0108 '.cause | test("^zpair at tcp://127.0.0.1:[0-9]+ has ZMQ_ZAP_DOMAIN set, and no ZAP handler to be asked")'
    finds GT0108 '.evidence | any(. == "alice@GSSTAP.TEST was let in")'
    finds GT0108 '.evidence | any(. == "ZMQ_ZAP_DOMAIN is global")'
    # Who wants nobody to be asked says nothing of a domain.
    pair right "${SERVER[@]}" -- "${CLIENT[@]}"
    talks
    healthy right/*.pcapng
}

@test "a client's domain is nobody's to ask for" {
    pair client "${SERVER[@]}" -- "${CLIENT[@]}" set zap_domain global
    talks
    healthy client/*.pcapng
}
