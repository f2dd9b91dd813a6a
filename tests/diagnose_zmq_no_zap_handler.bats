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

@test "with a handler there is nothing to tell" {
    read -r PORT < <(free_port)
    cat >server.py <<'END'
import sys, zmq
from zmq.auth.thread import ThreadAuthenticator

context = zmq.Context()
handler = ThreadAuthenticator(context)
handler.start()
handler.configure_gssapi(domain="global")
server = context.socket(zmq.REP)
server.gssapi_server = True
server.zap_domain = b"global"
server.bind(sys.argv[1])
open("up", "w").close()
server.send(b"re " + server.recv())
server.close()
handler.stop()
context.term()
END
    start server "$GSSTAP" run -o server.pcapng -- "$PYTHON" server.py "tcp://127.0.0.1:$PORT"
    wait_until 60 test -e up
    start client "$GSSTAP" run -o client.pcapng -- "$BUILD/hosts/zpair" socket REQ "${CLIENT[@]}" connect "tcp://127.0.0.1:$PORT" send hello recv
    talks
    healthy server.pcapng client.pcapng
    trace_json server.pcapng >events
    jq -es 'any(.[]; .option == "ZMQ_ZAP_DOMAIN" and .value == "global")' events
}

@test "a client's domain is nobody's to ask for" {
    pair client "${SERVER[@]}" -- "${CLIENT[@]}" set zap_domain global
    talks
    healthy client/*.pcapng
}
