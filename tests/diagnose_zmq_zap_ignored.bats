#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0107: a server has a ZAP handler, and libzmq's own GSSAPI does not go by it. That its answer holds where gsstap asks is
# in zap.bats.

bats_require_minimum_version 1.5.0
load helper
load wire
load diagnose
load diagnose_zmq

CLIENT=(set gssapi_service_principal zmq@localhost)

# served NAME OPTION...: a server with a handler, by way of these options of gsstap run, and a client that is let in.
served() {
    read -r PORT < <(free_port)
    rm -f up
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
    start server "$GSSTAP" run "${@:2}" -o "$1.pcapng" -- "$PYTHON" server.py "tcp://127.0.0.1:$PORT"
    wait_until 60 test -e up
    start client "$GSSTAP" run -o client.pcapng -- "$BUILD/hosts/zpair" socket REQ "${CLIENT[@]}" connect "tcp://127.0.0.1:$PORT" send hello recv
    talks
}

@test "a handler that libzmq asks in vain is told of, and asked by gsstap it is none" {
    served wrong
    doctor wrong.pcapng client.pcapng
    only GT0107
    finds GT0107 '.cause | test("^whom the ZAP handler of python3.* denies is let in all the same")'
    finds GT0107 '.evidence | any(test("libzmq itself accepted the security context of alice@GSSTAP.TEST"))'
    finds GT0107 '.remedy | any(.text // "" | test("zmq: {engine: wire}"))'
    # What a redacted trace calls the handler's endpoint is what libzmq does.
    mkdir out
    "$GSSTAP" redact wrong.pcapng client.pcapng out 2>told
    doctor out/*.pcapng
    only GT0107
    printf 'version: 1\nzmq: {engine: wire}\n' >policy.yaml
    rm -f client.pcapng
    served right -p policy.yaml
    healthy right.pcapng client.pcapng
}
