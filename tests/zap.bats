#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs that ask libzmq for GSSAPI themselves, under a policy that says something of ZeroMQ: their ZAP handler
# (rfc.zeromq.org/spec/27) is asked as libzmq asks it, and its answer holds, which libzmq's own GSSAPI ignores
# (facts Z1). Handlers are written in each of the ways that programs use.
# timeout: 400

bats_require_minimum_version 1.5.0
load helper
load wire
load peers

setup_file() {
    sniff
    realm_up -u alice -u mallory -s zmq@localhost
    peer_policies
    policy_for skip
    sed -i 's/principal: "zmq@localhost"/&, zap: skip/' "$BATS_FILE_TMPDIR/skip.yaml"
    "$GSSTAP" policy compile -o "$BATS_FILE_TMPDIR/skip.bin" "$BATS_FILE_TMPDIR/skip.yaml"
    both both '{domain: global}'
}

teardown_file() {
    realm_down
    never_passed "from alice" "from mallory" "from the denied" "from the allowed" "for you" hello
}

teardown() {
    stop_all
}

# both NAME RULE: a policy by which gsstap says who may come in, too, by this rule.
both() {
    printf 'version: 1\nzmq: {engine: wire, auth: [%s]}\n' "$2" >"$BATS_FILE_TMPDIR/$1.yaml"
    "$GSSTAP" policy compile -o "$BATS_FILE_TMPDIR/$1.bin" "$BATS_FILE_TMPDIR/$1.yaml"
}

# client NAME USER WORD...: zpair in that user's name, which asks libzmq for GSSAPI itself.
client() {
    local name=$1 user=$2
    shift 2
    own own client
    host zpair
    start "$name" env KRB5CCNAME="$GSSTAP_REALM/ccache/$user" "${HOST[@]}" socket "$1" "${OWN[@]}" "${@:2}"
}

# zap_server END HANDLER HOW [MORE]: it denies mallory; ANSWERS and GIVES are its endpoints.
zap_server() {
    local ports
    fresh "zap-${*// /-}"
    read -ra ports < <(free_port 2)
    ANSWERS=tcp://127.0.0.1:${ports[0]} GIVES=tcp://127.0.0.1:${ports[1]}
    with "$1"
    host zap_server
    start server "${HOST[@]}" "$2" "$3" mallory@GSSTAP.TEST "${AT:-$ANSWERS}" "$GIVES" up "${@:4}"
    wait_until 20 test -e up
}

# ended: the server ends, with its context.
ended() {
    kill "${PID[server]}"
    finish server
    grep -qx ended server.out
}

# both_ways USER: a client that asks, and one that only receives.
both_ways() {
    client "$1-asks" "$1" REQ set linger 0 connect "$ANSWERS" send "from $1" recv
    client "$1-takes" "$1" PULL set linger 0 connect "$GIVES" recv
}

ASKED_MALLORY="^asked 'global' '127.0.0.1' '' 'GSSAPI' 'mallory@GSSTAP.TEST'$"

# refused_there PATTERN: for wait_until.
refused_there() {
    [ "$(events '.event == "handshake" and .outcome == "refused" and .initiator == "mallory@GSSTAP.TEST" and (.reason | test("'"$1"'"))' 2>/dev/null | wc -l)" -ge 2 ]
}

# denial_holds HANDLER HOW REASON: END is what secures it.
denial_holds() {
    zap_server "${END:-own}" "$1" "$2"
    both_ways mallory
    wait_until 20 lines 3 server.out "$ASKED_MALLORY"
    both_ways alice
    finish alice-asks
    finish alice-takes
    lives mallory-asks
    lives mallory-takes
    # Denied again while others are served: it never becomes a message.
    wait_until 30 lines 5 server.out "$ASKED_MALLORY"
    wait_until 20 refused_there "$3"
    halt mallory-asks
    halt mallory-takes
    [ "$(cat alice-asks.out alice-takes.out)" = $'got answer\ngot for you' ]
    [ ! -s mallory-asks.out ] && [ ! -s mallory-takes.out ]
    grep -qx "got from alice from user of alice@GSSTAP.TEST, ${ROLE:-guest}" server.out
    run -1 grep "from mallory" server.out
    ended
}

@test "libzmq itself lets a denied client send and receive" {
    zap_server stock REP 400
    both_ways mallory
    finish mallory-asks
    finish mallory-takes
    grep -q "got from mallory" server.out
    [ "$(cat mallory-asks.out mallory-takes.out)" = $'got answer\ngot for you' ]
}

@test "a handler's denial holds, with each status, and is told with its words" {
    denial_holds REP 400 'denied the peer: 400 denied by the program'
    denial_holds ROUTER 300 'denied the peer: 300'
    ROLE=nothing denial_holds REP 500 'denied the peer: 500'
}

@test "an answer that is none is a denial: malformed in any way, or none in time" {
    local how
    for how in short status version metadata; do
        denial_holds REP $how 'malformed'
    done
    denial_holds ROUTER silent 'did not answer'
}

@test "with zmq.auth a handler is asked about whom that lets in, its denial holds as well, and who names nobody leaves the principal" {
    END=both denial_holds REP 400 'denied the peer: 400 denied by the program'
    END=both denial_holds ROUTER late 'denied the peer: 400'
    END=both denial_holds REP metadata malformed
    zap_server both REP nobody
    client alice alice REQ set linger 0 connect "$ANSWERS" send "from alice" recv
    finish alice
    grep -qx "got from alice from alice@GSSTAP.TEST, guest" server.out
    ended
}

@test "whom zmq.auth denies its program's handler is not asked about" {
    both closed '{domain: global, gssapi: ["alice@*"]}'
    zap_server closed REP status
    client mallory mallory REQ set linger 0 connect "$ANSWERS" send "from mallory" recv
    wait_until 20 a_refusal
    client alice alice REQ set linger 0 connect "$ANSWERS" send "from alice" recv
    finish alice
    lives mallory
    grep -qx "got from alice from user of alice@GSSTAP.TEST, guest" server.out
    run -1 grep "mallory" server.out
    halt mallory
    ended
}

# a_refusal: for wait_until.
a_refusal() {
    [ -n "$(events '.event == "handshake" and .outcome == "refused" and (.reason | test("does not list the principal"))' 2>/dev/null)" ]
}

@test "a handler that answers out of order denies the one it means" {
    local way
    zap_server own ROUTER late
    for way in 1 2 3; do
        client mallory-$way mallory REQ set linger 0 connect "$ANSWERS" send "from mallory" recv
        client alice-$way alice REQ set linger 0 connect "$ANSWERS" send "from alice" recv
    done
    for way in 1 2 3; do
        finish alice-$way
        [ ! -s mallory-$way.out ]
    done
    run -1 grep "from mallory" server.out
}

@test "a handler is asked after a bind that failed and one of another name, and as long as it is bound" {
    fresh rebinds
    with own
    run -0 "${WITH[@]}" "$PYTHON" -c '
import zmq
context = zmq.Context()
handler = context.socket(zmq.REP)
handler.bind("inproc://zeromq.zap.01")
try:
    handler.bind("inproc://zeromq.zap.01")
except zmq.ZMQError:
    pass
handler.bind("inproc://zeromq.zap.02")
handler.unbind("inproc://zeromq.zap.02")
s = context.socket(zmq.REP)
s.gssapi_server = 1
s.ipv6 = 1
port = s.bind_to_random_port("tcp://*")
c = context.socket(zmq.REQ)
c.gssapi_service_principal = b"zmq@localhost"
c.connect("tcp://127.0.0.1:%d" % port)
c.send(b"x")
print(handler.recv_multipart()[3])
for each in (c, s, handler):
    each.close(0)'
    [ "$output" = "b'::ffff:127.0.0.1'" ]
}

@test "a peer that goes while it is asked about ends nothing else of the program" {
    local client
    zap_server own ROUTER silent
    for client in 1 2 3; do
        client mallory mallory REQ set linger 0 set handshake_ivl 300 connect "$ANSWERS" send hello recv
        wait_until 20 lines $client server.out "$ASKED_MALLORY"
        halt mallory KILL
    done
    client alice alice REQ set linger 0 connect "$ANSWERS" send "from alice" recv
    finish alice
    recorded 0 '.event == "handshake" and .outcome == "refused"'
    ended
}

@test "two sockets that connect to one path as two principals cannot be told apart, and the second is refused while the first is there" {
    fresh two-names
    with own
    run -0 "${WITH[@]}" "$PYTHON" -c '
import zmq
context, sockets = zmq.Context(), []
for name in (b"alice@GSSTAP.TEST", b"alice@GSSTAP.TEST", b"mallory@GSSTAP.TEST", None, b"mallory@GSSTAP.TEST"):
    if not name: # they are over then, and what their path was for
        context.destroy()
        context, sockets = zmq.Context(), []
        continue
    s = context.socket(zmq.PUSH)
    sockets.append(s)
    s.linger, s.gssapi_principal, s.gssapi_principal_nametype, s.gssapi_service_principal = 0, name, 2, b"zmq@localhost"
    try:
        s.connect("ipc://one")
        print("connected")
    except zmq.ZMQError as error:
        print(error.errno)'
    [ "$output" = $'connected\nconnected\n13\nconnected' ]
    recorded 1 '.event == "refused" and (.reason | test("cannot be told apart"))'
}

# requests END TRANSPORT MORE: what the handler is asked about one client of alice's.
requests() {
    [ "$2" = tcp ] || AT=ipc://answers
    zap_server "$1" REP 400 "${@:3}"
    client asks alice REQ connect "${AT:-$ANSWERS}" send hello recv
    finish asks
    unset AT
    grep ^asked server.out | sed 's/:[0-9]*'"'"' /:PID'"'"' /' >"../$1-$2-${3:-}"
    stop_all
}

@test "a handler is asked the same as libzmq asks, over tcp and ipc, with a routing id and without" {
    local transport more
    for transport in tcp ipc; do
        for more in "" routed; do
            # shellcheck disable=SC2086 # no word, or one
            requests stock $transport $more
            # shellcheck disable=SC2086
            requests own $transport $more
            cat "../own-$transport-$more"
            diff "../stock-$transport-$more" "../own-$transport-$more"
            [ -s "../own-$transport-$more" ]
        done
    done
    grep -q "'me' 'GSSAPI' 'alice@GSSTAP.TEST'" ../own-tcp-routed
}

@test "without a handler whoever has a name is let in by it" {
    zap_server own REP 400 off
    client asks mallory REQ connect "$ANSWERS" send hello recv
    finish asks
    grep -qx "got hello from mallory@GSSTAP.TEST, nothing" server.out
    ended
}

@test "a context ends while its handler has still to answer" {
    zap_server own ROUTER silent
    client mallory mallory REQ set linger 0 connect "$ANSWERS" send hello recv
    wait_until 20 lines 1 server.out "$ASKED_MALLORY"
    ended
}

@test "libzmq can be unloaded as soon as its context has ended, also while a handler has still to answer" {
    local cpu
    fresh unloaded
    with own
    # On one processor a thread that wakes another one is not the first to go on.
    cpu=$(awk '$1 == "Cpus_allowed_list:" {print $2 + 0}' /proc/self/status)
    run -0 taskset -c "$cpu" "${WITH[@]}" GSSTAP_LEVEL=audit "$BUILD/hosts/zap_unloaded" 200
    [ "$(sort -u <<<"$output")" = unloaded ]
    [ ${#lines[@]} = 200 ]
}

@test "a socket that a rule secures is asked about as libzmq does of its own, or not at all" {
    zap_server wire REP 400 null
    with wire
    host zpair
    run -0 "${HOST[@]}" socket REQ connect "$ANSWERS" send hello recv
    grep -qx "asked 'global' '127.0.0.1' '' 'NULL' ''" server.out
    ended
    zap_server skip REP 400 null
    with wire
    host zpair
    run -0 "${HOST[@]}" socket REQ connect "$ANSWERS" send hello recv
    grep -qx "got hello from alice@GSSTAP.TEST, nothing" server.out
    run -1 grep asked server.out
    ended
}

@test "whom a handler denies at a socket that a rule secures is told as libzmq tells it, with the status" {
    local ports
    fresh zap-told
    read -ra ports < <(free_port 2)
    with wire
    start server "${WITH[@]}" "$BUILD/hosts/zap_server" REP 500 "" "tcp://127.0.0.1:${ports[0]}" "tcp://127.0.0.1:${ports[1]}" up null
    wait_until 20 test -e up
    run -0 "${WITH[@]}" GSSTAP_TRACE="$PWD/client.pcapng" "$PYTHON" -c '
import sys, zmq
from zmq.utils.monitor import recv_monitor_message
s = zmq.Context().socket(zmq.DEALER)
s.linger = 0
told = s.get_monitor_socket(zmq.EVENT_HANDSHAKE_FAILED_AUTH | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL)
told.rcvtimeo = 60000
s.connect(sys.argv[1])
event = recv_monitor_message(told)
print(event["event"] == zmq.EVENT_HANDSHAKE_FAILED_AUTH, event["value"])' "tcp://127.0.0.1:${ports[0]}"
    [ "$output" = "True 500" ]
    wait_until 20 a_trace '.event == "handshake" and .outcome == "failed" and (.reason | test("ZAP handler"))' client.pcapng
    ended
}

# told_of_mismatch END: what is told first to the monitor of a server to which somebody without security comes, and whether
# he comes again.
told_of_mismatch() {
    with "$1"
    "${WITH[@]}" "$PYTHON" -c '
import zmq
from zmq.utils.monitor import recv_monitor_message
context = zmq.Context()
s, c = context.socket(zmq.REP), context.socket(zmq.REQ)
s.gssapi_server, s.gssapi_principal, c.linger = 1, b"zmq@localhost", 0
failed = zmq.EVENT_HANDSHAKE_FAILED_AUTH | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
told = s.get_monitor_socket(failed | zmq.EVENT_ACCEPTED)
told.rcvtimeo = 60000
c.connect("tcp://127.0.0.1:%d" % s.bind_to_random_port("tcp://127.0.0.1"))
recv_monitor_message(told)
event = recv_monitor_message(told)
print(event["event"] == zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL, hex(event["value"]))
'"${2:-}"'
context.destroy(linger=0)'
}

@test "a server that asks for GSSAPI itself tells its monitor of a peer without security what libzmq tells it, and who is told comes again" {
    fresh mismatch
    [ "$(told_of_mismatch bare)" = "True 0x11000002" ]
    [ "$(told_of_mismatch own 'print(recv_monitor_message(told)["event"] == zmq.EVENT_ACCEPTED)')" = $'True 0x11000002\nTrue' ]
    [ -n "$(events '.event == "handshake" and .outcome == "failed" and (.reason | test("^one-sided"))')" ]
}

@test "a program finds its options for GSSAPI as it set them, before and after" {
    fresh options
    with own
    run -0 "${WITH[@]}" "$PYTHON" -c '
import zmq
context = zmq.Context()
names = ("mechanism", "gssapi_server", "gssapi_principal", "gssapi_principal_nametype", "gssapi_service_principal",
         "gssapi_service_principal_nametype", "gssapi_plaintext", "zap_domain", "sndbuf", "handshake_ivl", "reconnect_ivl")
for way in ("bind", "connect"):
    s = context.socket(zmq.PAIR)
    s.gssapi_principal, s.gssapi_principal_nametype, s.zap_domain, s.sndbuf = b"alice@GSSTAP.TEST", 2, b"here", 5000
    if way == "bind":
        s.gssapi_server = 1
    else:
        s.gssapi_service_principal = b"zmq@localhost"
    before = [getattr(s, name) for name in names]
    getattr(s, way)("tcp://127.0.0.1:*" if way == "bind" else "tcp://127.0.0.1:1")
    print([getattr(s, name) for name in names] == before, s.mechanism)
    s.close(0)'
    [ "$output" = $'True 3\nTrue 3' ]
}

@test "what is no endpoint for GSSAPI stays as it is, though its socket asks for it: inproc, and STREAM" {
    fresh elsewhere
    with own
    run -0 "${WITH[@]}" "$PYTHON" -c '
import socket, zmq
context = zmq.Context()
for kind in (zmq.REP, zmq.STREAM):
    s = context.socket(kind)
    s.gssapi_server = 1
    s.bind("inproc://here-%d" % kind)
    if kind == zmq.STREAM:
        port = s.bind_to_random_port("tcp://127.0.0.1")
        peer = socket.create_connection(("127.0.0.1", port))
        peer.sendall(b"raw")
        s.recv()
        print(s.recv(), s.recv(), s.recv())
    s.close()'
    [[ $output == *"b'raw'"* ]]
}

@test "where libzmq was given the domain before, it asks, too, and both have to agree" {
    fresh given
    with own
    run -0 "${WITH[@]}" "$PYTHON" -c '
import threading, zmq
context = zmq.Context()
handler = context.socket(zmq.REP)
handler.bind("inproc://zeromq.zap.01")
s = context.socket(zmq.REP)
s.zap_domain = b"here"
s.bind("tcp://127.0.0.1:*")
s.gssapi_server = 1
s.bind("tcp://127.0.0.1:*")
c = context.socket(zmq.REQ)
c.gssapi_service_principal = b"zmq@localhost"
c.connect(s.last_endpoint)
c.send(b"x")
for answer in (b"200", b"400"):
    request = handler.recv_multipart()
    print(request[2], request[5])
    handler.send_multipart([b"1.0", request[1], answer, b"", b"", b""])
for each in (c, s, handler):
    each.close(0)'
    [ "$output" = $'b\'here\' b\'NULL\'\nb\'here\' b\'GSSAPI\'' ]
}

# poor END: a server that has only a keytab, and a client that has only a ticket, each with a principal.
poor() {
    local nothing=FILE:$BATS_TEST_TMPDIR/nothing port
    fresh "poor-$1"
    read -r port < <(free_port)
    with "$1"
    host zpair
    start server env KRB5CCNAME="$nothing" "${HOST[@]}" socket REP set gssapi_server 1 set gssapi_principal zmq@localhost \
        bind "tcp://127.0.0.1:$port" touch up answer 1
    wait_until 20 test -e up
    start client env KRB5_KTNAME="$nothing" "${HOST[@]}" socket REQ set linger 0 set rcvtimeo "$2" set gssapi_principal alice@GSSTAP.TEST \
        set gssapi_principal_nametype 2 set gssapi_service_principal zmq@localhost connect "tcp://127.0.0.1:$port" send hello recv
}

@test "a server with a principal needs no ticket, and a client no key; libzmq itself asks for both" {
    poor stock 2000
    finish client 4
    [ "$(cat client.out)" = "recv: Resource temporarily unavailable" ]
    stop_all
    poor own 300000
    finish client
    finish server
    [ "$(cat client.out)" = "got re hello" ]
}

# by_address PROGRAM: 127.0.0.2 is denied by address, by the library's own authenticator.
by_address() {
    fresh "by-address-$2"
    read -r PORT < <(free_port)
    with "$2"
    host "$1"
    start server "${HOST[@]}" 127.0.0.2 "tcp://127.0.0.1:$PORT" up
    wait_until 20 test -e up
    client denied alice REQ set linger 0 connect "tcp://127.0.0.2:0;127.0.0.1:$PORT" send "from the denied" recv
}

# by_address_holds PROGRAM PATTERN: PATTERN is how the authenticator says in its output that it denied somebody.
by_address_holds() {
    by_address "$1" stock
    finish denied
    grep -qx "got answer" denied.out
    grep -E "$2" server.out
    stop_all

    by_address "$1" "${END:-own}"
    wait_until 20 lines 2 server.out "$2"
    client allowed alice REQ set linger 0 connect "tcp://127.0.0.3:0;127.0.0.1:$PORT" send "from the allowed" recv
    finish allowed
    [ "$(cat allowed.out)" = "got answer" ]
    wait_until 20 lines 3 server.out "$2"
    halt denied
    halt server
    [ ! -s denied.out ]
    grep -qx "got from the allowed" server.out
    run -1 grep "got from the denied" server.out
}

@test "ThreadAuthenticator.deny() of pyzmq holds" {
    by_address_holds zap_pyzmq.py '^DENIED'
}

@test "they hold with zmq.auth as well" {
    END=both by_address_holds zap_pyzmq.py '^DENIED'
    END=both by_address_holds zap_czmq 'zauth: - denied .*address=127.0.0.2'
}

@test "DENY of czmq's zauth holds" {
    by_address_holds zap_czmq 'zauth: - denied .*address=127.0.0.2'
}
