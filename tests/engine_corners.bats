#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GSSAPI on the wire where something unusual is on the way: the loader, a name service, a proxy, a child of vfork, a peer that
# says much or nothing, a socket with a mechanism of its own.
# timeout: 600

bats_require_minimum_version 1.5.0
load helper
load wire
load peers

setup_file() {
    sniff
    realm_up -u alice -s zmq@localhost -s other@localhost -s zmq@slow.gsstap.test
    peer_policies
}

teardown_file() {
    realm_down
    never_passed "$SECRET" "is anybody there"
}

teardown() {
    stop_all
}

@test "all of libzmq's calls are bound when its first context is there, before any of its threads" {
    fresh unbound
    with bare
    run -0 "${WITH[@]}" "$BUILD/hosts/late_binding" unbound
    [ "$output" != "unbound: 0" ]
    with wire
    run -0 "${WITH[@]}" "$BUILD/hosts/late_binding" unbound
    [ "$output" = "unbound: 0" ]
}

# late ROLE NAME...: the loader takes these of libzmq's calls from us once the endpoint is there; the peer is secured as
# ever.
late() {
    local role=$1
    shift
    echo "$role $*"
    fresh "late-$role-${*// /-}"
    endpoints tcp
    record wire "$FAR" "$NEAR"
    with wire
    if [ "$role" = rep ]; then
        start late "${WITH[@]}" "$BUILD/hosts/late_binding" rep "$NEAR" "$@"
        wait_until 60 has_line late.out up
        start peer "${WITH[@]}" "$BUILD/hosts/zpair" socket REQ connect "$FAR" send "$SECRET" recv
    else
        start late "${WITH[@]}" "$BUILD/hosts/late_binding" req "$FAR" "$@"
        wait_until 60 has_line late.out up
        start peer "${WITH[@]}" "$BUILD/hosts/zpair" socket REP bind "$NEAR" answer 1
    fi
    finish peer
    finish late
    stop_all
    hidden wire
}

@test "a call that the loader has taken back is taken again, and nothing goes out in clear meanwhile" {
    local name
    for name in accept4 recv send close "accept4 recv send close"; do
        # shellcheck disable=SC2086 # split on purpose
        late rep $name
    done
    for name in setsockopt connect recv send "setsockopt connect recv send close"; do
        # shellcheck disable=SC2086 # split on purpose
        late req $name
    done
}

@test "who says more of itself in its handshake than libzmq takes at once is heard to the end" {
    local port ends
    for ends in "bare bare" "wire wire" "wire stock" "stock wire"; do
        fresh "metadata-${ends/ /-}"
        read -r port < <(free_port)
        with "${ends% *}"
        start bind "${WITH[@]}" "$PYTHON" "$TOP/tests/hosts/metadata.py" bind "tcp://127.0.0.1:$port" "${ends% *}"
        with "${ends#* }"
        start connect "${WITH[@]}" "$PYTHON" "$TOP/tests/hosts/metadata.py" connect "tcp://127.0.0.1:$port" "${ends#* }"
        finish connect
        finish bind
        [ "$(cat bind.out connect.out)" = $'20000\n20000' ]
    done
}

# quiet ROLE KIND REASON: a peer of which little is heard is let go by libzmq's own timer, and that is told.
quiet() {
    local port role=client victim=(socket REP bind)
    echo "$*"
    fresh "quiet-$1-$2"
    read -r port < <(free_port)
    with wire
    export GSSTAP_TRACE=$PWD/server.pcapng
    if [ "$1" = server ]; then
        start quiet "$PYTHON" "$TOP/tests/hosts/quiet_peer.py" "$1" "$port" "$2"
        wait_until 60 has_line quiet.out there
        start victim "${WITH[@]}" "$BUILD/hosts/zpair" socket REQ set linger 0 set handshake_ivl 2500 connect "tcp://127.0.0.1:$port" send "$SECRET" recv
    else
        start victim "${WITH[@]}" "$BUILD/hosts/zpair" socket REP set handshake_ivl 2500 bind "tcp://127.0.0.1:$port" touch up answer 1
        wait_until 60 test -e up
        start quiet "$PYTHON" "$TOP/tests/hosts/quiet_peer.py" "$1" "$port" "$2"
    fi
    wait_until 60 has_line quiet.out "closed after"
    wait_until 60 a_trace '.event == "handshake" and .outcome == "failed" and (.reason | test("'"$3"'")) and .duration_ns > 2400000000'
    stop_all
}

@test "a peer that says nothing, a part of a greeting, or a byte now and then is let go, and what was heard is told" {
    local role
    for role in client server; do
        quiet $role nothing "sent no greeting"
        quiet $role part "a part of a greeting"
        quiet $role mechanism "rest of its greeting"
        quiet $role slow "a part of a greeting"
        quiet $role slow-token "did not finish"
    done
    quiet client unanswered "silent: .* did not answer this end.s last token"
}

@test "a peer that leaves without an answer to the last token is told as such, and not as one without READY" {
    local port
    fresh leaves
    read -r port < <(free_port)
    with wire
    start server "${WITH[@]}" GSSTAP_TRACE="$PWD/server.pcapng" "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$port" touch up answer 1
    wait_until 60 test -e up
    start quiet "$PYTHON" "$TOP/tests/hosts/quiet_peer.py" client "$port" leaves
    wait_until 60 a_trace '.event == "handshake" and .outcome == "failed" and (.reason | test("went away without an answer to this end.s last token"))'
}

@test "a socket that is closed while a peer only greets tells of no failure" {
    local port
    fresh closes
    read -r port < <(free_port)
    with wire
    run -0 "${WITH[@]}" GSSTAP_TRACE="$PWD/closes.pcapng" "$PYTHON" -c '
import socket, sys, zmq
s = zmq.Context().socket(zmq.REP)
s.bind("tcp://127.0.0.1:" + sys.argv[1])
peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
peer.sendall(b"\xff" + bytes(8) + b"\x7f\3\0" + b"GSSAPI".ljust(20, b"\0") + bytes(32))
heard = b""
while len(heard) < 64:
    heard += peer.recv(64)
s.close(0)
while peer.recv(64):
    pass' "$port"
    recorded 0 '.event == "handshake"'
}

# hangs_up COUNT [ENVIRONMENT]: the server gets a client's signature, its own beginning is handed on, and when the client has
# said its mechanism the connection is closed; COUNT failures of the client's are told of two such connections.
hangs_up() {
    local count=$1 port relayed
    shift
    fresh "hangs-up-$count"
    read -r port relayed < <(free_port 2)
    start server "$@" "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$port" touch up answer 1
    wait_until 60 test -e up
    start relay "$PYTHON" -c '
import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[2])))
def take(connection, count):
    heard = b""
    while len(heard) < count:
        heard += connection.recv(count - len(heard))
    return heard
while True:
    client, server = listener.accept()[0], socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    said = take(client, 10)
    server.sendall(said)
    client.sendall(take(server, 11))
    take(client, 54)
    client.close()
    print("hung up", flush=True)
    server.close()' "$port" "$relayed"
    start client "${WITH[@]}" GSSTAP_TRACE="$PWD/client.pcapng" "$BUILD/hosts/zpair" socket REQ connect "tcp://127.0.0.1:$relayed" send hello recv
    wait_until 60 hung_up 3
    trace_json client.pcapng | jq -se '[.[] | select(.event == "handshake" and (.reason | startswith("one-sided")))] | if '"$count"' == 0 then length == 0 else length > 0 end'
    stop_all
}

hung_up() {
    [ "$(grep -c "hung up" relay.out)" -ge "$1" ]
}

@test "a client whose server hangs up in the greeting tells a one-sided retrofit from a server that is secured" {
    with wire
    hangs_up 1 env
    hangs_up 0 "${WITH[@]}"
}

@test "a program that ends while it connects tells of no failure" {
    local port
    fresh ends
    read -r port < <(free_port)
    start quiet "$PYTHON" "$TOP/tests/hosts/quiet_peer.py" server "$port" nothing
    wait_until 60 has_line quiet.out there
    with wire
    run -0 "${WITH[@]}" "$BUILD/hosts/zpair" socket REQ set linger 0 connect "tcp://127.0.0.1:$port"
    recorded 0 '.event == "handshake"'
}

@test "an endpoint whose name is looked up for long holds up its own clients, and no other endpoint's" {
    local ports
    fresh slow-name
    read -ra ports < <(free_port 2)
    cat >slow.yaml <<END
version: 1
zmq:
  inject:
    - {bind: "tcp://127.0.0.1:${ports[0]}", principal: "zmq@slow.gsstap.test"}
    - {bind: "*", principal: "zmq@localhost"}
    - {connect: "*", service: "zmq@localhost"}
END
    "$GSSTAP" policy compile -o slow.bin slow.yaml
    # A name server that hears all and says nothing.
    start names "$PYTHON" -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 53))
print("there", flush=True)
while True: print(s.recv(512), flush=True)'
    wait_until 20 has_line names.out there
    printf 'nameserver 127.0.0.1\noptions timeout:30 attempts:5\n' >resolv.conf
    sed 's/dns_canonicalize_hostname = false/dns_canonicalize_hostname = true/' "$KRB5_CONFIG" >canonical.conf
    secured "$PWD/slow.bin"
    start server env KRB5_CONFIG="$PWD/canonical.conf" unshare -m sh -c 'mount --bind resolv.conf "$(readlink -f /etc/resolv.conf)" && exec "$0" "$@"' \
        "${WITH[@]}" "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:${ports[0]}" \
        socket REP bind "tcp://127.0.0.1:${ports[1]}" touch up answer 1
    wait_until 60 test -e up
    # More than there are threads for.
    for n in {1..10}; do
        start "waits-$n" "${WITH[@]}" "$BUILD/hosts/zpair" socket REQ set linger 0 set handshake_ivl 0 connect "tcp://127.0.0.1:${ports[0]}" send hello recv
    done
    wait_until 60 has_line names.out slow
    run -0 "${WITH[@]}" "$BUILD/hosts/zpair" socket REQ connect "tcp://127.0.0.1:${ports[1]}" send hello recv
    [ "$output" = "got re hello" ]
    [ ! -s waits-1.out ]
    finish server
}

@test "a handshake that hangs makes others' no slower, however many hang" {
    fresh no-slower
    kdc_hangs 100000
    # The best of some: what is kept waiting is in each of them.
    start beside env KRB5CCNAME="$PWD/cache" "${WITH[@]}" "$PYTHON" -c '
import sys, time, zmq
context, stuck = zmq.Context(), []
def connect(count):
    for _ in range(count):
        with context.socket(zmq.REQ) as asks:
            asks.linger, asks.rcvtimeo = 0, 60000
            asks.connect(sys.argv[1])
            asks.send(b"hello")
            asks.recv()
def best():
    times = []
    for _ in range(4):
        begun = time.monotonic()
        connect(25)
        times.append(time.monotonic() - begun)
    return min(times)
connect(5)
alone = best()
slower = []
for count in 1, 40:
    while len(stuck) < count:
        stuck.append(context.socket(zmq.REQ))
        # None is for the same endpoint as another, as far as may be.
        stuck[-1].linger, stuck[-1].maxmsgsize = 0, 100000 + len(stuck)
        stuck[-1].connect(sys.argv[2])
        stuck[-1].send(b"is anybody there")
    connect(5)
    slower.append(best() / alone)
print([round(s, 1) for s in slower])
print(all(s < 5 for s in slower), flush=True)
context.destroy(linger=0)' "${ENDPOINTS[@]}"
    while_kdc_hangs gone "${PID[beside]}"
    kdc_goes_on
    finish beside
    grep -qx True beside.out || { cat beside.out; false; }
}

@test "connections that are made at once are there in the order in which they were begun" {
    fresh order
    with wire
    "${WITH[@]}" "$PYTHON" -c '
import zmq
context, in_order = zmq.Context(), 0
for trial in range(12):
    push, pulls = context.socket(zmq.PUSH), []
    port = push.bind_to_random_port("tcp://127.0.0.1")
    monitor = push.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
    for number in range(6):
        pulls.append(context.socket(zmq.PULL))
        pulls[-1].connect("tcp://127.0.0.1:%d" % port)
    for pull in pulls:
        monitor.recv_multipart()
    for number in range(6):
        push.send(b"%d" % number)
    in_order += [int(pull.recv()) for pull in pulls] == list(range(6))
    push.disable_monitor()
    for socket in (push, monitor, *pulls):
        socket.close(linger=0)
context.term()
print(in_order)' >in_order
    # On a busy machine a step can take longer than the next is kept waiting for it.
    [ "$(cat in_order)" -ge 6 ]
}

@test "the first connections of a process are there in the order in which they were begun, though a KDC takes its time for the first" {
    local kdc port i
    fresh first
    with wire
    kdc=$(sed -n 's/.*kdc = 127.0.0.1://p' "$KRB5_CONFIG")
    port=$(free_port)
    sed "s/127.0.0.1:$kdc/127.0.0.1:$port/" "$KRB5_CONFIG" >slow.conf
    # Longer than the next is kept waiting for it, and less than what is taken for a KDC that hangs.
    start kdc "$PYTHON" "$TOP/tests/hosts/slow_kdc.py" "$port" "$kdc" 60
    wait_until 20 has_line kdc.out up
    for i in {1..8}; do
        kinit -c cache -k -t "$GSSTAP_REALM/client/alice" alice
        KRB5_CONFIG=$PWD/slow.conf KRB5CCNAME=$PWD/cache "${WITH[@]}" "$BUILD/hosts/in_order" | paste -sd ' ' >>orders
    done
    cat orders
    # On a busy machine an answer can come so late that the KDC seems to hang.
    [ "$(grep -cx "12345 forwarded" orders)" -ge 5 ]
}

@test "many connections whose KDC hangs, and those that come again, hold up no other one" {
    fresh kdc-hangs
    kdc_hangs 5
    start beside env KRB5CCNAME="$PWD/cache" "${WITH[@]}" GSSTAP_LEVEL=calls "$PYTHON" "$TOP/tests/hosts/beside.py" "${ENDPOINTS[@]}" 5 12 go
    while_kdc_hangs threads_of beside 14
    touch go
    while_kdc_hangs gone "${PID[beside]}"
    kdc_goes_on
    finish beside
    [ "$(cat beside.out)" = $'5 answered, the other waits\nended' ]
    finish server
}

# threads_of NAME COUNT: it has that many threads.
threads_of() {
    [ "$(find "/proc/${PID[$1]}/task" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)" -ge "$2" ]
}

@test "through a SOCKS proxy an endpoint is secured as without, whatever pieces the proxy's answers come in" {
    local ports ends n
    for ends in "wire wire" "stock wire"; do
        fresh "socks-${ends/ /-}"
        read -ra ports < <(free_port 2)
        start proxy "$PYTHON" "$TOP/tests/hosts/socks_proxy.py" "${ports[1]}" wire
        wait_until 20 has_line proxy.out there
        with "${ends% *}"
        own "${ends% *}" server
        start server "${WITH[@]}" "$BUILD/hosts/zpair" socket REP "${OWN[@]}" bind "tcp://127.0.0.1:${ports[0]}" touch up answer 2
        wait_until 60 test -e up
        with "${ends#* }"
        for n in 1 2; do
            run -0 "${WITH[@]}" "$BUILD/hosts/zpair" socket REQ set socks_proxy "127.0.0.1:${ports[1]}" connect "tcp://127.0.0.1:${ports[0]}" send "$SECRET" recv
            [ "$output" = "got re $SECRET" ]
        done
        finish server
        stop_all
        hidden wire
    done
}

@test "a program's own ZMQ_SNDBUF is its own, also where it looks like one of ours" {
    local ports at
    fresh sndbuf
    read -ra ports < <(free_port 4)
    at=("${ports[@]/#/tcp://127.0.0.1:}")
    cat >one.yaml <<END
version: 1
zmq: {inject: [{bind: "${at[0]}", principal: "zmq@localhost"}]}
END
    "$GSSTAP" policy compile -o one.bin one.yaml
    with bare
    start near "${WITH[@]}" "$BUILD/hosts/zpair" socket PULL bind "${at[1]}" recv
    start far "${WITH[@]}" "$BUILD/hosts/zpair" socket PULL bind "${at[2]}" recv
    start asks "${WITH[@]}" "$BUILD/hosts/zpair" socket PUSH connect "${at[3]}" send "to a listener"
    secured "$PWD/one.bin"
    start program "${WITH[@]}" "$PYTHON" -c 'import sys, zmq
context = zmq.Context()
def opened(kind, way, endpoint, size):
    s = context.socket(kind)
    s.sndbuf, s.linger, s.rcvtimeo = size, 60000, 60000
    getattr(s, way)(endpoint)
    assert s.sndbuf == size
    return s
opened(zmq.PULL, "bind", sys.argv[1], 0x67000003)  # the first that is secured
opened(zmq.PUSH, "connect", sys.argv[2], 0x67000001).send(b"as ours")
opened(zmq.PUSH, "connect", sys.argv[3], 0x67ffffff).send(b"as nobody\x27s")
print(opened(zmq.PULL, "bind", sys.argv[4], 0x67000001).recv().decode())
context.destroy()' "${at[@]}"
    finish near
    finish far
    finish program
    finish asks
    [ "$(cat near.out far.out program.out)" = $'got as ours\ngot as nobody\'s\nto a listener' ]
}

@test "a child of vfork that closes what it inherited ends no connection of its parent's" {
    local ports
    fresh vfork
    read -ra ports < <(free_port 2)
    with wire
    start server "${WITH[@]}" "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:${ports[0]}" touch up answer 2
    wait_until 60 test -e up
    start vfork "${WITH[@]}" "$BUILD/hosts/vfork_close" "tcp://127.0.0.1:${ports[0]}" "tcp://127.0.0.1:${ports[1]}"
    start client "${WITH[@]}" "$BUILD/hosts/zpair" socket PUSH connect "tcp://127.0.0.1:${ports[1]}" await closed send three
    finish vfork
    [ "$(cat vfork.out)" = $'got re one\ngot re two\ngot three' ]
    finish server
    finish client
    recorded 4 '.event == "handshake" and .outcome == "established"'
}

@test "a socket with CURVE at a path that is secured for others connects, and one without any is secured all the same" {
    local keys client
    fresh own-mechanism
    read -ra keys < <("$PYTHON" -c 'import zmq; print(*(k.decode() for k in zmq.curve_keypair() + zmq.curve_keypair()))')
    endpoints ipc
    record wire "$FAR" "$NEAR"
    with bare
    start server "${WITH[@]}" "$BUILD/hosts/zpair" socket REP set curve_server 1 set curve_secretkey "${keys[1]}" bind "$NEAR" touch up answer 1
    wait_until 60 test -e up
    for client in wire report; do
        rm -f up
        with $client
        run -0 "${WITH[@]}" "$BUILD/hosts/zpair" socket PUSH set linger 0 connect "$FAR" \
            socket REQ set curve_serverkey "${keys[0]}" set curve_publickey "${keys[2]}" set curve_secretkey "${keys[3]}" connect "$FAR" send "from $client" recv
        [ "$output" = "got re from $client" ]
        finish server
        with bare
        start server "${WITH[@]}" "$BUILD/hosts/zpair" socket REP set curve_server 1 set curve_secretkey "${keys[1]}" bind "$NEAR" touch up answer 1
        wait_until 60 test -e up
    done
}

@test "connections that are open when their process ends are told, whatever ends it and at every level" {
    local level how end
    fresh open-connections
    kdc_hangs 100000
    for level in audit tokens; do
        for how in 'os._exit(0)' 'os.kill(os.getpid(), signal.SIGTERM); signal.pause()' 'os.execv("/bin/true", ["true"])'; do
            end='the process ended'
            [[ $how != *exec* ]] || end='the process executed another program'
            rm -f ends.pcapng
            start ends "${WITH[@]}" GSSTAP_LEVEL=$level GSSTAP_TRACE="$PWD/ends.pcapng" KRB5CCNAME="$PWD/cache" "$PYTHON" -c 'import os, signal, sys, time, zmq
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
context, sockets = zmq.Context(), []
for service in sys.argv[2:]:
    sockets.append(context.socket(zmq.REQ))
    sockets[-1].connect(service)
    sockets[-1].send(b"hello")
sockets[0].recv()
# A ticket is asked for.
while not any(line.split()[2].endswith(":%04X" % int(sys.argv[1])) for line in open("/proc/net/udp")):
    os.sched_yield()
'"$how" "$(sed -n 's/.*kdc = 127.0.0.1://p' "$KRB5_CONFIG")" "${ENDPOINTS[@]}"
            while_kdc_hangs gone "${PID[ends]}"
            a_trace '.event == "context" and .wrapped == 3 and .unwrapped == 3 and .reason == "'"$end"', and had not deleted it"' ends.pcapng
            a_trace '.event == "handshake" and .outcome == "abandoned" and .endpoint == "'"${ENDPOINTS[1]}"'" and .reason == "'"$end"' before the connection was secured"' ends.pcapng
            [ "$(trace_json ends.pcapng | jq -c 'select(.event == "context" or .outcome == "abandoned")' | wc -l)" = 2 ]
        done
    done
    kdc_goes_on
}

@test "a process exits at once while its connections are busy, whatever its I/O threads were about to do" {
    local port begun ended n
    fresh busy-exit
    read -r port < <(free_port)
    with wire
    for n in 1 2 3; do
        begun=$("${WITH[@]}" GSSTAP_LEVEL=calls "$BUILD/hosts/zmq_ends_busy" "tcp://127.0.0.1:$port")
        ended=$("$PYTHON" -c 'import time; print(int(time.monotonic() * 1000))')
        echo "$((ended - begun)) ms"
        [ $((ended - begun)) -lt "$(slack 2500)" ]
    done
}
