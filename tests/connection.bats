#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is told of ZeroMQ's connections: one event when the peer's READY was unwrapped, or when it goes without security.

bats_require_minimum_version 1.5.0
load helper
load wire

setup_file() {
    sniff
    realm_up -u alice -s zmq@localhost
}

teardown_file() {
    realm_down
    never_passed "$SECRET" hello
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    policy strict
    policy report ', phase: report'
}

teardown() {
    stop_all
}

# policy NAME [MORE]: NAME.yaml, which secures everything; MORE goes into each rule.
policy() {
    cat >"$1.yaml" <<END
version: 1
zmq:
  inject:
    - {bind: "*", principal: "zmq@localhost"${2:-}}
    - {connect: "*", service: "zmq@localhost"${2:-}}
END
}

# pair LEVEL [OPTION...]: a REP and a REQ that asks it once, both recorded so.
pair() {
    rm -f up server.pcapng client.pcapng
    read -r PORT < <(free_port)
    start server "$GSSTAP" run -p strict.yaml -l "$@" -o server.pcapng -- "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" touch up answer 1
    wait_until 60 test -e up
    start client "$GSSTAP" run -p strict.yaml -l "$@" -o client.pcapng -- "$BUILD/hosts/zpair" socket REQ connect "tcp://127.0.0.1:$PORT" send "$SECRET" recv
    finish client
    finish server
}

# of SIDE FILTER: of that side's trace.
of() {
    trace_json "$1.pcapng" | jq -sce "$2"
}

# one SIDE FILTER: there is one connection event, and the filter is true of it.
one() {
    of "$1" "[.[] | select(.event == \"connection\")] | length == 1 and (.[0] | $2)" >/dev/null ||
        { "$GSSTAP" decode --format json "$1.pcapng" | jq -c 'select(.event != "process" and .event != "coverage" and .event != "call")'; return 1; }
}

@test "a connection that is secured leaves one event at each end, with both greetings and READYs" {
    local level
    for level in audit calls; do
        pair $level
        one server ".role == \"server\" and .endpoint == \"tcp://127.0.0.1:$PORT\" and (.peer | test(\"^tcp://127.0.0.1:[0-9]+$\")) and .mechanism == \"ZMQ_GSSAPI\""
        one server '.zmtp == "3.1" and .peer_mechanism == "GSSAPI" and .peer_as_server == false'
        one server '.socket_type == "ZMQ_REP" and .peer_socket_type == "ZMQ_REQ" and (has("identity") or has("peer_identity") or has("metadata_left_out") | not)'
        one server '.initiator == "alice@GSSTAP.TEST" and .acceptor == "zmq/localhost@GSSTAP.TEST"'
        one client ".role == \"client\" and .endpoint == \"tcp://127.0.0.1:$PORT\" and .peer == .endpoint and .mechanism == \"ZMQ_GSSAPI\""
        one client '.zmtp == "3.1" and .peer_mechanism == "GSSAPI" and .socket_type == "ZMQ_REQ" and .peer_socket_type == "ZMQ_REP"'
        one client '.initiator == "alice@GSSTAP.TEST" and .acceptor == "zmq/localhost@GSSTAP.TEST"'
        for side in server client; do
            # It is the connection of that handshake and of that context, and took no less than the handshake.
            of $side '[.[] | select(.event == "handshake" or .event == "connection" or .event == "context")] | map(.event) == ["handshake", "connection", "context"]
                and (map(.handshake) | unique | length) == 1 and (map(.context) | unique | length) == 1 and .[1].duration_ns >= .[0].duration_ns'
        done
    done
    "$GSSTAP" decode server.pcapng >text
    grep -q "connection secured as server at tcp://127.0.0.1:$PORT, peer tcp://127.0.0.1:[0-9]*, ZMQ_REQ, alice@GSSTAP.TEST -> zmq/localhost@GSSTAP.TEST, ZMTP 3.1, took 0\.[0-9]* s" text
}

@test "calls may be left out: the event is recorded all the same" {
    pair tokens -e 'zmq_bind'
    one server '.peer_socket_type == "ZMQ_REQ"'
    of server '[.[] | select(.event == "call") | .call] == ["zmq_bind"]'
}

@test "it is among what --handshakes shows, and can be asked for by its name" {
    rm -f up
    read -r PORT < <(free_port)
    start server "$GSSTAP" run -p strict.yaml --handshakes --text server.txt -- "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" touch up answer 1
    wait_until 60 test -e up
    run -0 "$GSSTAP" run -p strict.yaml -o client.pcapng -- "$BUILD/hosts/zpair" socket REQ connect "tcp://127.0.0.1:$PORT" send hello recv
    finish server
    grep -q "connection secured as server at tcp://127.0.0.1:$PORT" server.txt
    [ "$("$GSSTAP" decode -e connection client.pcapng | grep -c "connection secured as client")" = 1 ]
    [ "$("$GSSTAP" decode -e connection client.pcapng | wc -l)" = 1 ]
}

@test "what a connection has carried is the same at both ends, whoever sealed it" {
    local level sums
    for level in audit messages; do
        pair $level
        sums=$(of client '.[] | select(.event == "context") | [.wrapped, .wrapped_bytes, .unwrapped, .unwrapped_bytes]')
        # READY, and the two frames of a REQ or REP: an empty one and the message.
        jq -e --argjson length ${#SECRET} '.[0] == 3 and .[2] == 3 and .[1] > $length and .[3] > $length' <<<"$sums"
        [ "$sums" = "$(of server '.[] | select(.event == "context") | [.unwrapped, .unwrapped_bytes, .wrapped, .wrapped_bytes]')" ]
    done
}

@test "connections that last at the same time are told apart, each by one name from its handshake to its end" {
    "$GSSTAP" run -p strict.yaml -l audit -o both.pcapng -- "$PYTHON" -c '
import zmq
context = zmq.Context()
router = context.socket(zmq.ROUTER)
port = router.bind_to_random_port("tcp://127.0.0.1")
dealers = []
for number in range(1, 9):  # one after the other, so that memory of the last is free for the next
    dealers.append(context.socket(zmq.DEALER))
    dealers[-1].connect("tcp://127.0.0.1:%d" % port)
    for _ in range(number):
        dealers[-1].send(b"x" * number)
        router.recv_multipart()
context.destroy(linger=0)'
    of both '[.[] | select(.event == "handshake" or .event == "connection" or .event == "context")] | group_by(.context) |
        length == 16 and all(.[]; map(.event) == ["handshake", "connection", "context"] and (map(.handshake) | unique | length) == 1)'
    # Beside its messages each has had a READY, and each message a byte of flags.
    of both '[.[] | select(.event == "context" and .role == "acceptor") | (.unwrapped - 1) as $n | [$n, .unwrapped_bytes - $n * ($n + 1)]] |
        (map(.[0]) | sort) == [range(1; 9)] and (map(.[1]) | unique | length) == 1'
}

@test "each frame is in the trace at level messages as length and hash, with its token, and at level payload in clear" {
    local hex
    hex=$(printf %s "$SECRET" | od -An -tx1 | tr -d ' \n')
    pair messages
    # What one end wraps the other unwraps.
    of client '[.[] | select(.call == "gss_wrap") | .out_token.hex]' >sent
    of server '[.[] | select(.call == "gss_unwrap") | .in_token.hex]' | diff sent -
    jq -e 'length == 3 and all(.[]; length > 100)' sent
    of client 'any(.[]; .call == "gss_wrap" and .message.keyed and .message.len == '$((${#SECRET} + 1))')'
    for side in client server; do
        of $side 'any(.[]; .message.hex) | not'
    done
    # The client's has it in its command line.
    [[ "$(od -An -v -tx1 server.pcapng | tr -d ' \n')" != *$hex* ]]
    pair payload
    of client 'any(.[]; .call == "gss_wrap" and .message.hex == "00'"$hex"'")'
    of server 'any(.[]; .call == "gss_unwrap" and .message.hex == "00'"$hex"'")'
}

@test "a connection that goes without security leaves one event as well, and is not called secured" {
    read -r PORT < <(free_port)
    start server "$GSSTAP" run -p report.yaml -o server.pcapng -- "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" touch up answer 1
    wait_until 60 test -e up
    run -0 "$BUILD/hosts/zpair" socket REQ connect "tcp://127.0.0.1:$PORT" send clear recv
    finish server
    one server '.role == "server" and .mechanism == "ZMQ_NULL" and .peer_mechanism == "NULL" and .zmtp == "3.1" and (has("peer_socket_type") or has("context") or has("initiator") | not)'
    # READY has 27 bytes, and 13 more with the empty identity of a REQ; the message has an empty frame before it.
    of server '[.[] | select(.event == "unsecured")] | length == 2 and (.[0] | has("sent_bytes") or has("received_bytes") | not) and
        (.[1] | [.sent_bytes, .received_bytes] == [27 + 2 + 2 + ("re clear" | length), 27 + 13 + 2 + 2 + ("clear" | length)])'
    "$GSSTAP" decode server.pcapng | grep -q ", ended after .*, sent [0-9]* bytes, received [0-9]* bytes"
    "$GSSTAP" decode server.pcapng | grep -q "connection without security as server at tcp://127.0.0.1:$PORT, peer tcp://127.0.0.1:[0-9]*, ZMTP 3.1"
    "$GSSTAP" decode --summary --format json server.pcapng | jq -se '[.[] | select(.kind == "peer")] | length == 1 and (.[0] | .state == "unsecured" and .unsecured == 1)'
}

one_sided() {
    trace_json server.pcapng 2>/dev/null | jq -se 'any(.[]; .event == "handshake" and .outcome == "failed")' >/dev/null
}

@test "one that comes to nothing leaves none: its handshake failed, with what the peer's greeting has" {
    read -r PORT < <(free_port)
    start server "$GSSTAP" run -p strict.yaml -o server.pcapng -- "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" touch up answer 1
    wait_until 60 test -e up
    start plain "$BUILD/hosts/zpair" socket REQ connect "tcp://127.0.0.1:$PORT" send hello recv
    wait_until 60 one_sided
    stop_all
    of server 'any(.[]; .event == "handshake" and .zmtp == "3.1" and .peer_mechanism == "NULL") and all(.[]; .event != "connection")'
}

without_ready() {
    trace_json client.pcapng 2>/dev/null | jq -se 'any(.[]; .event == "handshake" and .outcome == "failed" and (.reason | test("without its READY")))' >/dev/null
}

@test "a peer that ends the connection after the handshake, and says no READY, is not called secured" {
    read -r PORT < <(free_port)
    # Stock libzmq drops whom its ZAP handler answers what it cannot read.
    start server "$PYTHON" -c '
import sys, zmq
context = zmq.Context()
zap, s = context.socket(zmq.ROUTER), context.socket(zmq.REP)
zap.bind("inproc://zeromq.zap.01")
s.gssapi_server, s.zap_domain = 1, b"global"
s.bind(sys.argv[1])
open("up", "w").close()
while True:
    asked = zap.recv_multipart()
    zap.send_multipart(asked[:2] + [b"no version of ZAP"])' "tcp://127.0.0.1:$PORT"
    wait_until 60 test -e up
    start client "$GSSTAP" run -p strict.yaml -o client.pcapng -- "$BUILD/hosts/zpair" socket REQ set linger 0 connect "tcp://127.0.0.1:$PORT" send hello recv
    wait_until 60 without_ready || { "$GSSTAP" decode client.pcapng | tail -30; return 1; }
    stop_all
    of client 'all(.[]; .event != "connection") and any(.[]; .event == "handshake" and .outcome == "established" and .role == "initiator")'
    "$GSSTAP" decode --summary --format json client.pcapng >summary
    jq -se '[.[] | select(.kind == "peer" or .kind == "endpoint") | .state] | unique == ["failing"]' summary || { cat summary; return 1; }
}

@test "who an end says that it is does not stay in a redacted trace, and what kind of socket it is does" {
    read -r PORT < <(free_port)
    start server "$GSSTAP" run -p strict.yaml -l audit -o server.pcapng -- "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" touch up answer 1
    wait_until 60 test -e up
    hostile named
    finish server
    one server '.peer_identity == "branch-office-7" and .peer_metadata[0].property == "X-Customer"'
    "$GSSTAP" redact server.pcapng shared.pcapng
    run -1 grep -ac 'branch-office-7\|X-Customer' shared.pcapng
    one shared '(.peer_identity | length > 0) and .peer_socket_type == "ZMQ_DEALER" and .zmtp == "3.1" and .peer_mechanism == "GSSAPI" and .mechanism == "ZMQ_GSSAPI"'
}

# hostile WORD: a client whose READY says what no honest one does.
hostile() {
    "$GSSTAP" run -p strict.yaml -l audit -o client.pcapng -- "$PYTHON" -c '
import sys, zmq
context = zmq.Context()
s = context.socket(zmq.DEALER)
s.rcvtimeo = 300000
METADATA = 95
if sys.argv[2] == "bytes":
    s.routing_id = b"\x1b]0;me\x07\xff\"\n\\me"
    s.setsockopt(METADATA, b"X-\x1b[31m\x01\xfe\"\n:\x1b[2J-not-to-be-seen")
if sys.argv[2] == "named":
    s.routing_id = b"branch-office-7"
    s.setsockopt(METADATA, b"X-Customer:acme")
if sys.argv[2] == "many":
    for n in range(400):
        s.setsockopt(METADATA, b"X-%d-%s:%d" % (n, b"n" * 240, n))
if sys.argv[2] == "long":
    s.setsockopt(METADATA, b"X-long:" + b"v" * 65536)
s.connect(sys.argv[1])
s.send_multipart([b"", b"hello"])
s.recv_multipart()
s.close()
context.term()' "tcp://127.0.0.1:$PORT" "$1"
}

@test "what a hostile peer says of itself harms neither terminal nor JSON, nor grows beyond the event, and values are not shown" {
    local case
    for case in bytes many long; do
        rm -f up server.pcapng client.pcapng
        read -r PORT < <(free_port)
        start server "$GSSTAP" run -p strict.yaml -l audit -o server.pcapng -- "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" touch up answer 1
        wait_until 60 test -e up
        hostile $case
        finish server
        for side in server client; do
            "$GSSTAP" decode $side.pcapng >$side.text
            "$GSSTAP" decode --summary $side.pcapng >>$side.text
            "$GSSTAP" timeline $side.pcapng >>$side.text
            "$GSSTAP" decode --format json $side.pcapng >$side.json
            "$GSSTAP" timeline --format json $side.pcapng >>$side.json
            # Nothing but printable characters and the ends of lines.
            LC_ALL=C run -1 grep -n '[^ -~]' $side.text
            jq -e . $side.json >/dev/null
            iconv -f UTF-8 -t UTF-8 $side.json >/dev/null
            run -1 grep -c 'not-to-be-seen' $side.text $side.json $side.pcapng
            LC_ALL=C run -1 grep -n $'[\x01-\x08\x0b-\x1f\x7f]' $side.json
        done
        case $case in
        bytes)
            one server '(.peer_identity | test("me")) and (.peer_metadata | length == 1 and (.[0] | (.property | startswith("X-")) and .secret.len == 19 and .secret.keyed))'
            one client '(.identity | test("me")) and (.metadata | length == 1) and .metadata[0].secret.len == 19'
            ;;
        many)
            one server '.peer_socket_type == "ZMQ_DEALER" and (.peer_metadata | length >= 3) and .peer_metadata_left_out + (.peer_metadata | length) == 400'
            one client '.socket_type == "ZMQ_DEALER" and .metadata_left_out + (.metadata | length) == 400'
            ;;
        long)
            one server '.peer_metadata == [{property: "X-long", secret: .peer_metadata[0].secret}] and .peer_metadata[0].secret.len == 65536'
            ;;
        esac
    done
}
