#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0106: a client's first token is not answered until libzmq gives up.

bats_require_minimum_version 1.5.0
load helper
load wire
load diagnose
load diagnose_zmq

CLIENT=(set gssapi_service_principal zmq@localhost)
SERVER=(set gssapi_server 1)
GAVE_UP='.event == "handshake" and .outcome == "abandoned" and .duration_ns >= 500000000'

# mute: a peer that greets as a ZMTP server of GSSAPI does, and says nothing more; at PORT.
mute() {
    read -r PORT < <(free_port)
    start mute "$PYTHON" -c 'import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
open("mute-up", "w").close()
while True:
    peer, _ = listener.accept()
    peer.sendall(b"\xff" + b"\0" * 8 + b"\x7f\3\0" + b"GSSAPI".ljust(20, b"\0") + b"\0" * 32)
    try:
        while peer.recv(1000):
            pass
    except ConnectionResetError:
        pass' "$PORT"
    wait_until 60 test -e mute-up
}

# asks NAME WORD...: a traced client in a directory NAME that asks at PORT.
asks() {
    PAIR=$1
    mkdir -p "$1"
    start client "$GSSTAP" run -o "$1/client.pcapng" -- "$BUILD/hosts/zpair" socket REQ set linger 0 "${CLIENT[@]}" "${@:2}"
}

@test "a peer that greets and then says nothing is told of, with how long it was waited for" {
    mute
    asks wrong set handshake_ivl 1000 connect "tcp://127.0.0.1:$PORT" send hello recv
    is_stuck client "$GAVE_UP"
    doctor wrong/client.pcapng
    only GT0106
    finds GT0106 '.cause | test("^zpair at tcp://127.0.0.1:[0-9]+ gets no answer to its first token$")'
    finds GT0106 '.evidence | any(test("zpair\\[[0-9]+\\] sent a token of [0-9]{3,} bytes$"))'
    finds GT0106 '.evidence | any(test("gave up after [0-9]{3,} ms without a token of its peer \\(ZMQ_HANDSHAKE_IVL is 1000 ms\\)$"))'
    # The remedy: somebody who answers.
    pair right "${SERVER[@]}" -- "${CLIENT[@]}" set handshake_ivl 1000
    talks
    healthy right/*.pcapng
}

@test "a program that closes its socket before has given up by itself" {
    mute
    asks closed set handshake_ivl 1000 connect "tcp://127.0.0.1:$PORT" send hello recv-not 800
    finish client
    pair_recorded client '.event == "handshake" and .outcome == "abandoned"'
    healthy closed/client.pcapng
    asks default connect "tcp://127.0.0.1:$PORT" send hello recv-not 800
    finish client
    pair_recorded client '.event == "handshake" and .outcome == "abandoned"'
    healthy default/client.pcapng
}

@test "a server that waits for a first token is told of where a policy looks at connections" {
    printf 'version: 1\nzmq:\n  unsecured: refuse\n' >policy.yaml
    read -r PORT < <(free_port)
    PAIR=waits
    mkdir waits
    start server "$GSSTAP" run -p policy.yaml -o waits/server.pcapng -- "$BUILD/hosts/zpair" socket REP "${SERVER[@]}" set handshake_ivl 1000 \
        bind "tcp://127.0.0.1:$PORT" touch up answer 1
    wait_until 60 test -e up
    # It greets, and waits for the end.
    start mute "$PYTHON" -c 'import socket, sys
peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
peer.sendall(b"\xff" + b"\0" * 8 + b"\x7f\3\0" + b"GSSAPI".ljust(20, b"\0") + b"\0" * 32)
while peer.recv(1000):
    pass' "$PORT"
    finish mute
    is_stuck server '.event == "handshake" and (.reason // "" | startswith("silent: ")) and .duration_ns >= 500000000'
    doctor waits/server.pcapng
    only GT0106
    finds GT0106 '.cause | test("^zpair at tcp://127.0.0.1:[0-9]+ waits in vain for the first token of a peer$")'
    finds GT0106 '.evidence | any(test("the peer has greeted: it is tcp://127.0.0.1:"))'
    RUN=(-p policy.yaml)
    pair right "${SERVER[@]}" set handshake_ivl 1000 -- "${CLIENT[@]}"
    talks
    healthy right/*.pcapng
}

@test "where the other end's trace says why, nothing is said of the silence" {
    S_ENV=(KRB5_KTNAME="$PWD/no-keytab")
    pair wrong "${SERVER[@]}" -- "${CLIENT[@]}" set handshake_ivl 1000
    is_stuck client "$GAVE_UP"
    doctor wrong/*.pcapng
    only GT0006
    doctor wrong/client.pcapng
    only GT0106
}

@test "where gsstap speaks GSSAPI on the connection, a silent peer is told of in either role" {
    speaks
    mute
    PAIR=client
    mkdir client
    start client "$GSSTAP" run "${SPOKEN[@]}" -o client/client.pcapng -- "$BUILD/hosts/zpair" socket REQ set linger 0 set handshake_ivl 1000 \
        connect "tcp://127.0.0.1:$PORT" send hello recv
    is_stuck client "$GAVE_UP"
    doctor client/client.pcapng
    only GT0106
    finds GT0106 '.cause | test("^zpair at tcp://127.0.0.1:[0-9]+ gets no answer to its first token$")'
    read -r PORT < <(free_port)
    PAIR=server
    mkdir server
    start server "$GSSTAP" run "${SPOKEN[@]}" -o server/server.pcapng -- "$BUILD/hosts/zpair" socket REP set handshake_ivl 1000 \
        bind "tcp://127.0.0.1:$PORT" touch server-up answer 1
    wait_until 60 test -e server-up
    start greets "$PYTHON" -c '
import socket, sys
peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
peer.sendall(b"\xff" + b"\0" * 8 + b"\x7f\3\0" + b"GSSAPI".ljust(20, b"\0") + b"\0" * 32)
while peer.recv(1000):
    pass' "$PORT"
    is_stuck server '.event == "handshake" and (.reason // "" | startswith("silent: ")) and .duration_ns >= 500000000'
    doctor server/server.pcapng
    only GT0106
    finds GT0106 '.cause | test("^zpair at tcp://127.0.0.1:[0-9]+ waits in vain for the first token of a peer$")'
    finds GT0106 '.evidence | any(test("the peer has greeted: it is tcp://127.0.0.1:"))'
    RUN=("${SPOKEN[@]}")
    pair right --
    talks
    healthy right/*.pcapng
}

@test "there the trace of the other end says why as well, and nothing is said of the silence" {
    speaks
    RUN=("${SPOKEN[@]}")
    C_ENV=(KRB5CCNAME="$PWD/no-tickets")
    pair client --
    is_stuck server '.event == "handshake" and .outcome == "failed"'
    doctor client/*.pcapng
    only GT0001
    C_ENV=() S_ENV=(KRB5_KTNAME="$PWD/no-keytab")
    pair server --
    is_stuck server '.event == "handshake" and .outcome == "failed"'
    doctor server/*.pcapng
    only GT0006
}
