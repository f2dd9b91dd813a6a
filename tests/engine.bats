#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GSSAPI on the wire: it is spoken on the connections, below a libzmq that runs its NULL mechanism. It talks to itself and
# to stock libzmq's GSSAPI, in both roles; what came is compared with what comes without security.
# network: npm's addon is fetched, a libzmq that was built without GSSAPI
# timeout: 600

bats_require_minimum_version 1.5.0
load helper
load wire
load peers
load nogssapi

setup_file() {
    realm_up -u alice -u mallory -s zmq@localhost -s other@localhost
    peer_policies
}

teardown_file() {
    realm_down
}

teardown() {
    stop_all
}

# pair SERVER CLIENT PATTERN TRANSPORT: two messages, and answers where the pattern has them, between these two policies.
pair() {
    local server client asks=(send "$SECRET 1" recv send "$SECRET 2" recv) hears=(answer 2)
    case $3 in
    REQ/REP) server=REP client=REQ ;;
    DEALER/ROUTER) server=ROUTER client=DEALER ;;
    PAIR) server=PAIR client=PAIR ;;
    PUSH/PULL) server=PULL client=PUSH hears=(recv recv) asks=(send "$SECRET 1" send "$SECRET 2") ;;
    esac
    fresh "$1-$2-${3/\//-}-$4"
    endpoints "$4"
    record wire "$FAR" "$NEAR"
    with "$1"
    own "$1" server
    start server "${WITH[@]}" "$BUILD/hosts/zpair" socket $server "${OWN[@]}" bind "$NEAR" touch up "${hears[@]}"
    with "$2"
    own "$2" client
    start client "${WITH[@]}" "$BUILD/hosts/zpair" socket $client "${OWN[@]}" await up connect "$FAR" "${asks[@]}"
    finish client
    finish server
    stop_all
    printf 'got %s\n' "$SECRET 1" "$SECRET 2" | diff - server.out
}

@test "it talks to itself and to libzmq's GSSAPI, in both roles, by every pattern, over tcp and ipc" {
    local pattern transport ends
    for pattern in REQ/REP DEALER/ROUTER PUSH/PULL PAIR; do
        for transport in tcp ipc; do
            pair bare bare $pattern $transport
            readable wire
            for ends in "wire wire" "wire stock" "stock wire" "own own" "own stock" "stock own" "sealed sealed"; do
                echo "$ends $pattern $transport"
                # shellcheck disable=SC2086 # two words
                pair $ends $pattern $transport
                hidden wire
                recorded 2 '.event == "handshake" and .outcome == "established" and .initiator == "alice@GSSTAP.TEST" and .acceptor == "zmq/localhost@GSSTAP.TEST"'
                # libzmq's own does not say for which endpoint it is.
                recorded $((2 - $(grep -o stock <<<"$ends" | wc -l))) '.event == "handshake" and (.endpoint // "" | startswith("'$transport'"))'
            done
        done
    done
}

@test "an abstract name of ipc is secured as a path is" {
    local ends
    for ends in "wire wire" "wire stock" "stock wire"; do
        # shellcheck disable=SC2086 # two words
        pair $ends REQ/REP abstract
        hidden wire
        recorded 2 '.event == "handshake" and .outcome == "established"'
        recorded $((2 - $(grep -o stock <<<"$ends" | wc -l))) '.event == "handshake" and (.endpoint // "" | startswith("ipc://@"))'
    done
}

@test "every size and shape of message arrives whole and in order, through small buffers" {
    local ends expected port
    expected=$("$PYTHON" "$TOP/tests/hosts/bulk.py" expect)
    for ends in "bare bare" "wire wire" "wire stock" "stock wire" "sealed sealed" "sealed stock" "stock sealed" "sealed wire"; do
        fresh "bulk-${ends/ /-}"
        read -r port < <(free_port)
        with "${ends% *}"
        start recv "${WITH[@]}" "$PYTHON" "$TOP/tests/hosts/bulk.py" recv "tcp://127.0.0.1:$port" "${ends% *}"
        with "${ends#* }"
        start send "${WITH[@]}" "$PYTHON" "$TOP/tests/hosts/bulk.py" send "tcp://127.0.0.1:$port" "${ends#* }"
        wait_until 240 gone "${PID[recv]}"
        finish recv
        finish send
        echo "$ends: $(cat recv.out)"
        [ "$(cat recv.out)" = "$expected" ]
        # What the contexts have carried is counted, whoever sealed it.
        [ "$ends" = "bare bare" ] || recorded 2 '.event == "context" and .wrapped + .unwrapped > 1000'
    done
}

# subscribed SCENARIO SUBSCRIBER PUBLISHER SIDE [native]: what came is what NULL brings, step by step.
subscribed() {
    fresh "${*// /-}"
    with bare
    host pubsub.py
    timeout 400 "${HOST[@]}" "${@:1:4}" >null
    with wire
    host pubsub.py
    timeout 400 "${HOST[@]}" "$@" >wire
    [ -s null ] && diff null wire
    [ "$(events '.event == "handshake" and .outcome == "established"' | wc -l)" -ge 1 ]
}

@test "subscriptions are those of NULL: repeated, cancelled, empty and binary ones, after a restart, and to several publishers" {
    subscribed life SUB PUB pub
    subscribed life XSUB XPUB sub
    subscribed restart SUB XPUB sub
    subscribed log SUB XPUB pub
    subscribed log XSUB XPUB sub
    subscribed two_publishers SUB PUB sub
    # And with a publisher that sets up libzmq's GSSAPI itself.
    subscribed life SUB PUB sub native
}

@test "heartbeats, and subscriptions through a proxy of libzmq's, are those of NULL" {
    subscribed heartbeat SUB PUB pub
    subscribed heartbeat SUB XPUB sub native
    subscribed through
}

@test "what a SUB wants of a topic is understood, whichever version of libzmq says it, and whether gsstap is below that" {
    local kind policy wishes
    for policy in sealed wire; do
        for kind in stock-4.1 stock-4.3.4 stock-4.3.6 gsstap-4.1 gsstap-4.3.4 gsstap-4.3.4-to-4.1; do
            echo "$kind, $policy"
            fresh "$kind-$policy"
            with "$policy"
            start publisher "${WITH[@]}" "$PYTHON" -c '
import zmq
s = zmq.Context().socket(zmq.XPUB)
s.linger = 0
s.rcvtimeo = 300000
s.bind("tcp://127.0.0.1:*")
print(s.last_endpoint.decode().rsplit(":", 1)[1], flush=True)
wish = b""
while len(wish) < 20001:
    wish = s.recv()
    print(wish.hex() if len(wish) < 10 else len(wish), flush=True)'
            wait_until 60 has_line publisher.out .
            start subscriber "$PYTHON" "$TOP/tests/hosts/topics.py" "$(cat publisher.out)" $kind
            finish publisher
            finish subscriber
            wishes=$(tail -n +2 publisher.out)
            # 4.3.4 and its like do not say that they no longer want one.
            case $kind in
            stock-4.3.4) [ "$wishes" = $'0141\n0101\n20001' ] ;;
            *) [ "$wishes" = $'0141\n0041\n0101\n20001' ] ;;
            esac
        done
    done
}

# loads NAME: the program has libcrypto, which neither libzmq nor MIT's libraries need.
loads() {
    with "$1"
    "${WITH[@]}" "$PYTHON" -c '
import zmq
s = zmq.Context().socket(zmq.PULL)
s.bind("tcp://127.0.0.1:*")
print("libcrypto" in open("/proc/self/maps").read())'
}

@test "libcrypto is loaded where messages are sealed by it, and nowhere else" {
    policy_for slow 'accelerate: no'
    fresh loads
    [ "$(loads bare)" = False ]
    [ "$(loads slow)" = False ]
    [ "$(loads sealed)" = True ]
}

@test "one port serves clients with and without security, each as it asks, and tells who has none" {
    local port client
    fresh one-port
    read -r port < <(free_port)
    with report
    start server "${WITH[@]}" "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$port" touch up answer 5
    wait_until 60 test -e up
    for client in bare wire stock own report; do
        with $client
        own $client client
        run -0 "${WITH[@]}" "$BUILD/hosts/zpair" socket REQ "${OWN[@]}" connect "tcp://127.0.0.1:$port" send "from $client" recv
        [ "$output" = "got re from $client" ]
    done
    finish server
    recorded 4 '.event == "handshake" and .outcome == "established" and .role == "acceptor"'
    # Its beginning and its end.
    recorded 2 '.event == "unsecured" and (.peer | startswith("tcp://127.0.0.1:"))'
}

@test "a client that may go without does so where the server offers nothing, on its first connection" {
    local port
    fresh goes-without
    read -r port < <(free_port)
    with bare
    start server "${WITH[@]}" "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$port" touch up answer 1
    wait_until 60 test -e up
    with report
    run -0 "${WITH[@]}" "$BUILD/hosts/zpair" socket REQ connect "tcp://127.0.0.1:$port" send hello recv
    finish server
    recorded 2 ".event == \"unsecured\" and .role == \"client\" and .endpoint == \"tcp://127.0.0.1:$port\""
    recorded 0 '.event == "handshake"'
}

@test "a mechanism that nobody knows is told as the peer writes it, and nothing else of what it sends" {
    local port offered
    fresh odd-mechanism
    read -r port < <(free_port)
    with wire
    start server "${WITH[@]}" "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$port" touch up recv
    wait_until 60 test -e up
    for offered in 'Plain-2.x' $'CU\e[2JE'; do
        "$PYTHON" -c 'import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00" + sys.argv[2].encode().ljust(20, b"\0") + bytes(32))
while s.recv(999): pass' "$port" "$offered"
    done
    wait_until 20 recorded 1 '.event == "handshake" and (.reason // "" | contains("the peer offers Plain-2.x: "))'
    wait_until 20 recorded 1 '.event == "handshake" and (.reason // "" | contains("the peer offers CU??2JE: "))'
}

@test "who goes away before it can have seen this end's mechanism is no failure, and none is told" {
    local port
    fresh looks-only
    read -r port < <(free_port)
    with wire
    start server "${WITH[@]}" "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$port" touch up answer 1
    wait_until 60 test -e up
    "$PYTHON" -c 'import socket, sys
for count in 1, 10, 11, 20:
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    s.sendall((b"\xff" + bytes(8) + b"\x7f\x03\x00GSSAPI\0\0")[:count])
    s.recv(999)
    s.close()' "$port"
    run -0 "${WITH[@]}" "$BUILD/hosts/zpair" socket REQ connect "tcp://127.0.0.1:$port" send hello recv
    finish server
    recorded 2 '.event == "handshake"'
    recorded 2 '.event == "handshake" and .outcome == "established"'
}

one_sided() {
    trace_json server.pcapng 2>/dev/null | jq -se 'any(.[]; .event == "handshake" and (.reason // "" | startswith("one-sided")))' >/dev/null
}

@test "a peer without security is turned away with the reason, comes back, and is served once it has some" {
    local port
    fresh turned-away
    read -r port < <(free_port)
    with wire
    export GSSTAP_TRACE=$PWD/server.pcapng
    start server "${WITH[@]}" "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$port" touch up answer 1
    wait_until 60 test -e up
    with bare
    start plain "${WITH[@]}" "$BUILD/hosts/zpair" socket REQ connect "tcp://127.0.0.1:$port" send "$SECRET" recv
    wait_until 60 one_sided
    kill "${PID[plain]}"
    export GSSTAP_TRACE=$PWD/client.pcapng
    with wire
    run -0 "${WITH[@]}" "$BUILD/hosts/zpair" socket REQ connect "tcp://127.0.0.1:$port" send late recv
    finish server
    [ "$(cat server.out)" = "got late" ]
}

@test "who is not to be let in is not, and the others are" {
    local port
    fresh denied
    read -r port < <(free_port)
    { cat "$BATS_FILE_TMPDIR/wire.yaml"; printf 'gss: {peers: {deny: ["mallory@*"]}}\n'; } >denied.yaml
    "$GSSTAP" policy compile -o denied.bin denied.yaml
    secured "$PWD/denied.bin"
    export GSSTAP_TRACE=$PWD/server.pcapng
    start server "${WITH[@]}" "$BUILD/hosts/zpair" socket PULL bind "tcp://127.0.0.1:$port" touch up recv
    wait_until 60 test -e up
    with wire
    export GSSTAP_TRACE=$PWD/%n-%p.pcapng
    start mallory env KRB5CCNAME="$GSSTAP_REALM/ccache/mallory" "${WITH[@]}" "$BUILD/hosts/zpair" socket PUSH connect "tcp://127.0.0.1:$port" send "from mallory"
    wait_until 60 refused_there
    run -0 "${WITH[@]}" "$BUILD/hosts/zpair" socket PUSH connect "tcp://127.0.0.1:$port" send "from alice"
    finish server
    [ "$(cat server.out)" = "got from alice" ]
}

refused_there() {
    trace_json server.pcapng 2>/dev/null | jq -se 'any(.[]; .event == "refused" and .subject == "mallory@GSSTAP.TEST")' >/dev/null
}

too_large_there() {
    trace_json server.pcapng 2>/dev/null | jq -se 'any(.[]; .event == "context" and (.reason // "" | test("ZMQ_MAXMSGSIZE")))' >/dev/null
}

@test "a message that is larger than the program takes ends its connection before it is kept, and that is told" {
    local port
    fresh too-large
    read -r port < <(free_port)
    with wire
    export GSSTAP_TRACE=$PWD/server.pcapng
    start server "${WITH[@]}" "$PYTHON" -c '
import sys, zmq
s = zmq.Context().socket(zmq.PULL)
s.maxmsgsize, s.rcvtimeo = 1000, 300000
s.bind(sys.argv[1])
print(s.recv().decode()[:20])' "tcp://127.0.0.1:$port"
    export GSSTAP_TRACE=$PWD/%n-%p.pcapng
    start large "${WITH[@]}" "$BUILD/hosts/zpair" socket PUSH connect "tcp://127.0.0.1:$port" send "$(printf '%100000s' x)"
    wait_until 60 too_large_there
    run -0 "${WITH[@]}" "$BUILD/hosts/zpair" socket PUSH connect "tcp://127.0.0.1:$port" send "small enough"
    finish server
    [ "$(cat server.out)" = "small enough" ]
}

@test "a server that takes only small messages is reached, is told who sends, and its limit holds to the byte" {
    local port
    fresh small
    read -r port < <(free_port)
    with wire
    export GSSTAP_TRACE=$PWD/server.pcapng
    start server "${WITH[@]}" "$PYTHON" -c '
import sys, zmq
s = zmq.Context().socket(zmq.PULL)
s.maxmsgsize, s.rcvtimeo = 30, 300000
s.bind(sys.argv[1])
m = s.recv(copy=False)
print(m.bytes.decode(), m.get("User-Id"), s.maxmsgsize)' "tcp://127.0.0.1:$port"
    export GSSTAP_TRACE=$PWD/%n-%p.pcapng
    start large "${WITH[@]}" "$BUILD/hosts/zpair" socket PUSH connect "tcp://127.0.0.1:$port" send "$(printf '%31s' x)"
    wait_until 60 too_large_there
    run -0 timeout 60 "${WITH[@]}" "$BUILD/hosts/zpair" socket PUSH connect "tcp://127.0.0.1:$port" send "thirty bytes, and no byte more"
    finish server
    [ "$(cat server.out)" = "thirty bytes, and no byte more alice@GSSTAP.TEST 30" ]
}

ended_in_clear() {
    trace_json server.pcapng 2>/dev/null | jq -se 'any(.[]; .event == "unsecured" and .received_bytes > 0)' >/dev/null
}

@test "where a connection may go without, a server takes no larger messages either way, and its limit holds to the byte" {
    local port client
    for client in wire report bare; do
        fresh "small-$client"
        read -r port < <(free_port)
        with report
        export GSSTAP_TRACE=$PWD/server.pcapng
        start server "${WITH[@]}" "$PYTHON" -c '
import sys, zmq
s = zmq.Context().socket(zmq.PULL)
s.maxmsgsize, s.rcvtimeo = 30, 300000
s.bind(sys.argv[1])
print(s.recv().decode())' "tcp://127.0.0.1:$port"
        export GSSTAP_TRACE=$PWD/%n-%p.pcapng
        with $client
        start large "${WITH[@]}" "$BUILD/hosts/zpair" socket PUSH connect "tcp://127.0.0.1:$port" send "$(printf '%31s' x)"
        if [ $client = bare ]; then wait_until 60 ended_in_clear; else wait_until 60 too_large_there; fi
        run -0 timeout 60 "${WITH[@]}" "$BUILD/hosts/zpair" socket PUSH connect "tcp://127.0.0.1:$port" send "thirty bytes, and no byte more"
        finish server
        [ "$(cat server.out)" = "thirty bytes, and no byte more" ]
        stop_all
    done
}

ended_after_ready() {
    trace_json unfit.pcapng 2>/dev/null | jq -se 'any(.[]; .event == "context" and .role == "acceptor" and (.reason // "" | test("right after READY")))' >/dev/null
}

@test "a connection that libzmq ends right after READY, since its ends do not fit, is told to be one" {
    local port
    fresh unfit
    read -r port < <(free_port)
    with wire
    export GSSTAP_TRACE=$PWD/unfit.pcapng
    start server "${WITH[@]}" "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$port" set rcvtimeo 300000 recv
    export GSSTAP_TRACE=$PWD/%n-%p.pcapng
    start client "${WITH[@]}" "$BUILD/hosts/zpair" socket PUSH connect "tcp://127.0.0.1:$port" send "to nobody"
    wait_until 60 ended_after_ready
}

@test "a KDC that hangs holds up no other connection of the I/O thread, nor the program's end" {
    fresh hangs
    kdc_hangs 500
    start beside env KRB5CCNAME="$PWD/cache" "${WITH[@]}" "$PYTHON" "$TOP/tests/hosts/beside.py" "${ENDPOINTS[@]}" 500
    while_kdc_hangs gone "${PID[beside]}"
    kdc_goes_on
    finish beside
    [ "$(cat beside.out)" = $'500 answered, the other waits\nended' ]
    finish server
}

# given PORT ENDPOINT: a server that listens itself and gives that to libzmq (systemd's socket activation, one for many
# processes), which binds to ENDPOINT. It answers once.
given() {
    start server "${WITH[@]}" "$PYTHON" -c '
import socket, sys, zmq
s = zmq.Context().socket(zmq.REP)
s.setsockopt(zmq.USE_FD, socket.create_server(("127.0.0.1", int(sys.argv[1]))).detach())
s.bind(sys.argv[2])
open("up", "w").close()
s.send(b"re " + s.recv())
s.close()' "$@"
    wait_until 60 test -e up
}

@test "a listener that the program has made is secured as one of libzmq's, by where it listens" {
    local endpoint port
    for endpoint in there elsewhere; do
        fresh "given-$endpoint"
        read -r port < <(free_port)
        printf '%s\n' 'version: 1' 'zmq:' '  inject:' "    - {bind: \"tcp://127.0.0.1:$port\", principal: zmq@localhost}" \
            '    - {connect: "*", service: zmq@localhost}' >there.yaml
        "$GSSTAP" policy compile -o there.bin there.yaml
        secured "$PWD/there.bin"
        [ $endpoint = there ] && given "$port" "tcp://127.0.0.1:$port" || given "$port" tcp://127.0.0.1:1
        # A peer without security is not answered, and one with it is.
        run -4 "$BUILD/hosts/zpair" socket REQ set rcvtimeo 1000 set linger 0 connect "tcp://127.0.0.1:$port" send "$SECRET" recv
        [[ $output != *"got re"* ]]
        run -0 "${WITH[@]}" "$BUILD/hosts/zpair" socket REQ connect "tcp://127.0.0.1:$port" send "$SECRET" recv
        [ "$output" = "got re $SECRET" ]
        finish server
        recorded 2 '.event == "handshake" and .outcome == "established"'
    done
}

@test "a listener that is given again, and not taken, stays as secured as it was" {
    local port
    fresh given-again
    read -r port < <(free_port)
    with wire
    start server "${WITH[@]}" "$PYTHON" -c '
import socket, sys, zmq
context = zmq.Context()
listener = socket.create_server(("127.0.0.1", int(sys.argv[1]))).detach()
first, second = context.socket(zmq.REP), context.socket(zmq.REP)
second.setsockopt(zmq.AFFINITY, 2)  # there is no such thread
for s in first, second:
    s.setsockopt(zmq.USE_FD, listener)
first.bind("tcp://127.0.0.1:" + sys.argv[1])
try:
    second.bind("tcp://127.0.0.1:" + sys.argv[1])
except zmq.ZMQError as error:
    print(error.errno == zmq.EMTHREAD, flush=True)
open("up", "w").close()
first.send(b"re " + first.recv())
first.close()' "$port"
    wait_until 60 test -e up
    run -4 "$BUILD/hosts/zpair" socket REQ set rcvtimeo 1000 set linger 0 connect "tcp://127.0.0.1:$port" send "$SECRET" recv
    [[ $output != *"got re"* ]]
    run -0 "${WITH[@]}" "$BUILD/hosts/zpair" socket REQ connect "tcp://127.0.0.1:$port" send "$SECRET" recv
    [ "$output" = "got re $SECRET" ]
    finish server
    grep -qx True server.out
}

@test "a descriptor that is no listener is refused, with the reason, and left to the program" {
    fresh no-listener
    with wire
    run -0 "${WITH[@]}" "$PYTHON" -c '
import socket, zmq
bound = socket.socket()
bound.bind(("127.0.0.1", 0))
s = zmq.Context().socket(zmq.REP)
s.setsockopt(zmq.USE_FD, bound.fileno())
try:
    s.bind("tcp://127.0.0.1:%d" % bound.getsockname()[1])
    print("bound")
except zmq.ZMQError as error:
    print(error.errno == 13, error)
bound.listen()
print(bound.getsockname()[0])
# One that connects has no use for it.
s.setsockopt(zmq.LINGER, 0)
s.connect("tcp://127.0.0.1:%d" % bound.getsockname()[1])
'
    [ "$output" = $'True Permission denied\n127.0.0.1' ]
    recorded 1 '.event == "refused" and (.reason | test("ZMQ_USE_FD"))'
}

@test "a socket that was closed goes on as it was meant, however many endpoints come after it" {
    local port
    fresh lingers
    with wire
    # It has something to send, and nobody to send it to; then 4,200 others. The bare peer that comes gets nothing.
    start sender "${WITH[@]}" GSSTAP_LEVEL=audit "$PYTHON" -c '
import zmq
context = zmq.Context()
context.set(zmq.MAX_SOCKETS, 10000)
s = context.socket(zmq.PUSH)
s.connect("ipc://late")
s.send(b"'"$SECRET"'")
s.close()
others = zmq.Context()
for n in range(4200):
    if n % 500 == 499: # no more than it has room for, also where those that were closed wait to be reaped
        others.term()
        others = zmq.Context()
    t = others.socket(zmq.PUSH)
    t.linger = 0
    try:
        t.connect("ipc://other-%d" % n)
    except zmq.ZMQError as error:
        print(n, error, flush=True)
        break
    t.close()
open("made", "w").close()
context.term()'
    wait_until 120 test -e made
    [ ! -s sender.out ]
    with bare
    start bare "${WITH[@]}" "$BUILD/hosts/zpair" socket PULL bind ipc://late recv-not 3000
    finish bare
    [ "$(cat bare.out)" = nothing ]
    with wire
    run -0 "${WITH[@]}" "$BUILD/hosts/zpair" socket PULL bind ipc://late recv
    [ "$output" = "got $SECRET" ]
    finish sender
}

@test "what is sent in the process's last handlers arrives, and the process ends" {
    local port
    fresh at-exit
    read -r port < <(free_port)
    with sealed
    start sender "${WITH[@]}" "$BUILD/hosts/last_words" ipc://first "tcp://127.0.0.1:$port" ipc://answer
    start first "${WITH[@]}" "$BUILD/hosts/zpair" socket PULL bind ipc://first recv socket PUSH connect ipc://answer send answer
    finish first
    wait_until 60 test -e closing
    start second "${WITH[@]}" "$BUILD/hosts/zpair" socket PULL bind "tcp://127.0.0.1:$port" recv
    finish second
    [ "$(cat second.out)" = "got second" ]
    finish sender
}

@test "a greeting may come in pieces, with security and without" {
    local mechanism
    fresh pieces
    with report
    for mechanism in NULL GSSAPI; do
        run -0 "${WITH[@]}" "$PYTHON" -c '
import socket, sys, zmq
s = zmq.Context().socket(zmq.PULL)
s.bind("tcp://127.0.0.1:*")
peer = socket.create_connection(("127.0.0.1", int(s.last_endpoint.decode().rsplit(":", 1)[1])))
greeting = b"\xff" + bytes(8) + b"\x7f\x03\x00" + sys.argv[1].encode().ljust(20, b"\0") + bytes(32)
got = b""
peer.settimeout(60)
# A piece is there when what follows from it is: ours comes as far as it may.
for end, want in ((1, 0), (10, 10), (11, 11), (20, 11), (40, 64), (64, 64)):
    peer.sendall(greeting[:end][-(end - getattr(socket, "sent", 0)):])
    socket.sent = end
    while len(got) < want:
        more = peer.recv(want - len(got))
        if not more:
            sys.exit("the connection was ended after %d bytes" % len(got))
        got += more
print(got[12:32].rstrip(b"\0").decode())' $mechanism
        [ "$output" = "$mechanism" ]
    done
}

@test "a libzmq that was built without GSSAPI is secured all the same" {
    local port
    fresh nogssapi
    make_library "$PWD/lib"
    ln -s "$LIBRARY" lib/libzmq.so.5
    read -r port < <(free_port)
    with wire
    start server "${WITH[@]}" LD_LIBRARY_PATH="$PWD/lib" "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$port" touch up answer 1
    wait_until 60 test -e up
    with stock
    own stock client
    run -0 "${WITH[@]}" "$BUILD/hosts/zpair" socket REQ "${OWN[@]}" connect "tcp://127.0.0.1:$port" send hello recv
    [ "$output" = "got re hello" ]
    finish server
    recorded 2 '.event == "handshake" and .outcome == "established"'
}

# short_lives COUNT: programs that connect, each with a cache without a service ticket, and exit sooner or later.
short_lives() {
    local i bad=0
    host short_life
    for ((i = 0; i < $1; i++)); do
        cp cache cache-now
        KRB5CCNAME=FILE:$PWD/cache-now "${HOST[@]}" $((i % 25 * 4)) "$2" 2>>short.err || { echo "program $i: $?" && bad=1; }
    done
    [ $bad = 0 ]
}

@test "programs that exit while their ticket is being fetched end well, also while the KDC hangs" {
    local port
    fresh short
    read -r port < <(free_port)
    kinit -c FILE:cache -kt "$GSSTAP_REALM/client/alice" alice
    with sealed
    start server "${WITH[@]}" "$BUILD/hosts/hostile_victim" server ROUTER "tcp://127.0.0.1:$port" up
    wait_until 60 test -e up
    short_lives 75 "tcp://127.0.0.1:$port"
    kill -STOP "$(cat "$GSSTAP_REALM/kdc.pid")"
    short_lives 25 "tcp://127.0.0.1:$port" || { kdc_goes_on; return 1; }
    kdc_goes_on
    [ ! -s short.err ]
}
