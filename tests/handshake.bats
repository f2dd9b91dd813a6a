#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Nothing hangs in silence (facts Z7, Z8, Z10, Z15): a handshake that cannot succeed is in the trace at once with its true
# reason, the peer is let go within seconds, and a client comes back once the cause is gone.
# timeout: 480

bats_require_minimum_version 1.5.0
load helper
load wire
load peers

setup_file() {
    realm_up -u alice -s zmq@localhost
    peer_policies
    strict_kdc
}

# Kerberos forgives five minutes of expiry otherwise: the KDC starts again with what the programs read, too.
strict_kdc() {
    sed -i 's/^\[libdefaults\]/&\n\tclockskew = 1/' "$KRB5_CONFIG"
    kill "$(cat "$GSSTAP_REALM/kdc.pid")"
    wait_until 10 gone "$(cat "$GSSTAP_REALM/kdc.pid")"
    PATH=$PATH:/usr/sbin krb5kdc -n >"$BATS_FILE_TMPDIR/kdc.out" 2>&1 3>&- &
    echo $! >"$BATS_FILE_TMPDIR/kdc.pid"
    wait_until 10 kinit -c "FILE:$BATS_FILE_TMPDIR/first" -kt "$GSSTAP_REALM/client/alice" alice
}

teardown_file() {
    kill "$(cat "$BATS_FILE_TMPDIR/kdc.pid")" || :
    realm_down
}

teardown() {
    stop_all
}

# proxy TARGET [FLIP]: between FAR_PORT, where a client connects, and TARGET; its log is wire.log.
proxy() {
    read -r FAR_PORT < <(free_port)
    FAR=tcp://127.0.0.1:$FAR_PORT
    start proxy "$PYTHON" "$TOP/tests/hosts/zmq_proxy.py" "$FAR_PORT" "$1" wire.log proxy-up "${@:2}"
    wait_until 10 test -e proxy-up
}

# server NAME WORD...: zpair REP in the background, bound to NEAR_PORT; what it is secured with are words before.
server() {
    local name=$1
    shift
    rm -f "$name-up"
    host zpair
    start "$name" "${HOST[@]}" socket REP "$@" bind "tcp://127.0.0.1:$NEAR_PORT" touch "$name-up" answer 1
    wait_until 10 test -e "$name-up"
}

# client NAME WORD...: zpair REQ in the background, through the proxy.
client() {
    local name=$1
    shift
    host zpair
    start "$name" "${HOST[@]}" socket REQ set linger 0 set rcvtimeo 600000 "$@" connect "$FAR" send hello recv
}

new() {
    fresh "$1"
    read -r NEAR_PORT < <(free_port)
}

# failed FILTER: for wait_until: a failed handshake is in the traces.
failed() {
    ls ./*.pcapng >/dev/null 2>&1 && [ "$(events '.event == "handshake" and .outcome == "failed" and ('"$1"')' 2>/dev/null | wc -l)" -ge 1 ]
}

ns_of() {
    date -d "$1" +%s%N
}

# in_time EVENT FILTER [MS]: the failure's event came within 100 ms, on an idle machine, of the moment when the wire's log
# first says EVENT.
in_time() {
    local seen told limit
    limit=$(slack "${3:-100}")
    told=$(ns_of "$(events '.event == "handshake" and .outcome == "failed" and ('"$2"')' | jq -rs '.[0].time')")
    seen=$(awk -v e="$1" '$3 == e {print $1; exit}' wire.log)
    [ -n "$seen" ] && [ -n "$told" ]
    echo "told after $(((told - seen) / 1000000)) ms"
    [ $((told - seen)) -lt $((limit * 1000000)) ]
}

# released SECONDS: each connection that ended was closed within so long after it was opened, and one did end.
released() {
    wait_until "$(($1 + 2))" has_line wire.log closed
    awk -v limit="$(slack "$1")" '$3 == "open" {at[$2] = $1} $3 == "closed" && $1 - at[$2] > limit * 1e9 {late = 1} END {exit late}' wire.log ||
        { cat wire.log; return 1; }
}

# A libzmq that gets a whole greeting at once closes before it has sent its own mechanism: the usual case.
@test "only the client is secured, and the server hangs up before it says its mechanism: that is told, too" {
    new client-first-natural
    with bare
    server plain
    proxy "$NEAR_PORT"
    with sealed
    client secured
    wait_until 10 failed '.reason | test("one-sided|mechanism")'
    in_time closed '.reason | test("one-sided|mechanism")'
    released 5
    halt plain
    server later
    finish secured
    finish later
    [ "$(cat secured.out)" = "got re hello" ]
}

# The event says which connection: the other end's address, and that the cause is a one-sided retrofit.
recorded_failure_names_the_peer() {
    failed '(.peer | test("^tcp://127.0.0.1:[0-9]+$")) and (.endpoint | startswith("tcp://")) and (.reason | test("one-sided"))'
}

@test "only the server is secured: it learns with whom, and the client is let go" {
    new server-first
    with sealed
    server secured
    proxy "$NEAR_PORT" hold-target
    with bare
    client plain
    wait_until 10 failed '.reason | test("NULL")'
    recorded_failure_names_the_peer
    released 5
}

@test "only the server is secured, and the client hangs up before it says its mechanism: that is told, too" {
    new server-first-natural
    with sealed
    server secured
    proxy "$NEAR_PORT" hold-client
    with bare
    client plain
    wait_until 10 failed '.reason | test("one-sided|mechanism")'
    in_time closed '.reason | test("one-sided|mechanism")'
    released 5
}

@test "a server that is secured before its client serves it once that is restarted" {
    new client-later
    with sealed
    server secured
    proxy "$NEAR_PORT"
    with bare
    client plain
    wait_until 10 failed true
    halt plain
    with sealed
    client secured-client
    finish secured-client
    [ "$(cat secured-client.out)" = "got re hello" ]
}

@test "another mechanism at the other end is named: PLAIN and CURVE" {
    local keys
    new plain-server
    with bare
    server plain set plain_server 1
    proxy "$NEAR_PORT" hold-client
    with sealed
    client secured
    wait_until 10 failed '.reason | test("PLAIN")'
    stop_all

    new curve-server
    read -ra keys < <("$PYTHON" -c 'import zmq; print(*(k.decode() for k in zmq.curve_keypair() + zmq.curve_keypair()))')
    with bare
    server curve set curve_server 1 set curve_secretkey "${keys[1]}"
    proxy "$NEAR_PORT" hold-client
    with sealed
    client secured
    wait_until 10 failed '.reason | test("CURVE")'
    stop_all

    new curve-client
    with sealed
    server secured
    proxy "$NEAR_PORT" hold-target
    with bare
    client curve set curve_serverkey "${keys[0]}" set curve_publickey "${keys[2]}" set curve_secretkey "${keys[3]}"
    wait_until 10 failed '.reason | test("CURVE")'
    released 5
}

@test "two ends that agree on CURVE are left alone" {
    local keys
    new curve-both
    read -ra keys < <("$PYTHON" -c 'import zmq; print(*(k.decode() for k in zmq.curve_keypair() + zmq.curve_keypair()))')
    with wire
    server curve set curve_server 1 set curve_secretkey "${keys[1]}"
    proxy "$NEAR_PORT"
    client curve-client set curve_serverkey "${keys[0]}" set curve_publickey "${keys[2]}" set curve_secretkey "${keys[3]}"
    finish curve-client
    [ "$(cat curve-client.out)" = "got re hello" ]
    recorded 1 '.call == "zmq_connect"'
    recorded 0 '.event == "handshake"'
}

# tickets LIFETIME: alice's ticket in a cache of its own.
tickets() {
    kinit -l "$1" -c "$KRB5CCNAME" -kt "$GSSTAP_REALM/client/alice" alice
}

# For wait_until: nobody takes it any more. Asked with a copy, so that no service ticket is there.
expired() {
    cp "${KRB5CCNAME#FILE:}" asked
    ! kvno -q -c FILE:asked zmq/localhost 2>/dev/null
}

@test "an expired ticket is named at once; a new one is taken up, without a restart" {
    new expired
    with sealed
    server secured
    proxy "$NEAR_PORT"
    export KRB5CCNAME=FILE:$PWD/cache
    tickets 1s
    wait_until 10 expired
    client late
    wait_until 10 failed '.role == "initiator" and ((.reason // .minor_text) | test("expired"; "i"))'
    in_time open '.role == "initiator"' 200
    tickets 1h
    finish late
    [ "$(cat late.out)" = "got re hello" ]
}

@test "a missing ticket is named at once; the first one is taken up, without a restart" {
    new missing
    with sealed
    server secured
    proxy "$NEAR_PORT"
    export KRB5CCNAME=FILE:$PWD/cache
    client late
    wait_until 10 failed '.role == "initiator" and ((.reason // .minor_text) | length) > 10'
    in_time open '.role == "initiator"' 200
    released 5
    tickets 1h
    finish late
    [ "$(cat late.out)" = "got re hello" ]
}

@test "a peer that says nothing is let go in seconds" {
    new silent
    proxy silent
    with sealed
    client patient
    wait_until 8 has_line wire.log closed
    released 5
}

# age_over SECONDS: for wait_until: the first connection has been there for so long, and is still.
age_over() {
    local opened
    opened=$(awk '$3 == "open" {print $1; exit}' wire.log)
    [ -n "$opened" ] && [ $(($(date +%s%N) - opened)) -gt $(($1 * 1000000000)) ] && ! grep -q closed wire.log
}

# Under WITH, a client with these timers of its own; it sees them as it set them.
timers() {
    host zmq_client.py
    start "$1" "${HOST[@]}" options "$FAR" "${@:2}"
    wait_until 10 has_line "$1.out" HANDSHAKE_IVL
}

# ZMTP 2.0 says its version where 3 does, and sends no mechanism: libzmq's own greeting stays unfinished.
old_peer='import socket, sys
peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
peer.sendall(b"\xff" + b"\0" * 7 + b"\1\x7f" + b"\1\5" + b"\0\0")
try:
    while peer.recv(100):
        pass
except ConnectionResetError:
    pass'

# ticks NAME: the processor time of that program so far, in clock ticks.
ticks() {
    awk '{print $14 + $15}' "/proc/${PID[$1]}/stat"
}

@test "a peer that is too old for security is turned away and named at once, and costs no time" {
    new old
    with sealed
    server secured
    begun=$(date +%s%N)
    for turn in 1 2 3; do
        start "old$turn" "$PYTHON" -c "$old_peer" "$NEAR_PORT"
    done
    for turn in 1 2 3; do
        finish "old$turn"
    done
    # Before the timer of the handshake, which is 3 s.
    [ $((($(date +%s%N) - begun) / 1000000)) -lt "$(slack 2500)" ]
    # A second of time would be a thread that spins.
    [ "$(ticks secured)" -lt "$(getconf CLK_TCK)" ]
    wait_until 5 failed '.reason | test("no ZMTP 3")'
    recorded 3 '.event == "handshake" and (.reason // "" | test("no ZMTP 3"))'
    proxy "$NEAR_PORT"
    client honest
    finish honest
    finish secured
}

# A server that speaks ZMTP 2.0: it greets whoever comes, and counts them.
old_server='import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    peer, _ = listener.accept()
    peer.sendall(b"\xff" + b"\0" * 7 + b"\1\x7f" + b"\1\4")
    print("greeted", flush=True)
    try:
        while peer.recv(100):
            pass
    except ConnectionResetError:
        pass
    peer.close()'

@test "a server that is too old for security is named, and a client comes back until it is not" {
    new old-server
    with sealed
    start old "$PYTHON" -c "$old_server" "$NEAR_PORT"
    host zpair
    start client "${HOST[@]}" socket REQ set linger 0 set rcvtimeo 600000 connect "tcp://127.0.0.1:$NEAR_PORT" send hello recv
    twice() { [ "$(grep -c greeted old.out)" -ge 2 ]; }
    wait_until 10 twice
    kill "${PID[old]}"
    server new
    finish client
    finish new
    [ "$(cat client.out)" = "got re hello" ]
    failed '(.reason | test("no ZMTP 3")) and .role == "initiator" and .endpoint == "tcp://127.0.0.1:'"$NEAR_PORT"'"'
}

@test "the program's own timers are left alone, and it finds those of libzmq where it set none" {
    new timers-none
    proxy silent
    with sealed
    timers default
    [ "$(cat default.out)" = "HANDSHAKE_IVL=30000 RECONNECT_IVL=100 RECONNECT_IVL_MAX=0 LINGER=-1" ]
    stop_all
    new timers-handshake
    proxy silent
    timers own HANDSHAKE_IVL=9000
    grep -q "HANDSHAKE_IVL=9000 " own.out
    wait_until 8 age_over 5
    stop_all
    # libzmq's own value, but set by the program.
    new timers-same
    proxy silent
    timers same HANDSHAKE_IVL=30000
    wait_until 8 age_over 5
    stop_all
}

@test "a client whose server is not there yet comes again as often as without gsstap" {
    new not-yet
    with sealed
    run -0 "${WITH[@]}" "$PYTHON" -c '
import sys, zmq
from zmq.utils.monitor import recv_monitor_message
s = zmq.Context().socket(zmq.REQ)
s.linger = 0
monitor = s.get_monitor_socket(zmq.EVENT_CONNECT_RETRIED)
s.connect(sys.argv[1])
print(*(recv_monitor_message(monitor)["value"] < 200 for i in range(3)))' "tcp://127.0.0.1:$NEAR_PORT"
    [ "$output" = "True True True" ]
}

@test "a program's own reconnect interval is kept, without a back-off" {
    new reconnect
    proxy hang-up
    with sealed
    timers own RECONNECT_IVL=50
    wait_until 60 lines 40 wire.log open
    halt own
    awk -v limit="$(slack 8)" '$3 == "open" {at[++n] = $1} END {exit !(at[40] - at[1] < limit * 1e9)}' wire.log
    stop_all
    # Where the program set none, attempts are fewer than libzmq's ten a second.
    new back-off
    proxy hang-up
    timers default
    wait_until 15 lines 5 wire.log open
    halt default
    awk '$3 == "open" {at[++n] = $1} END {exit !(at[5] - at[1] > 1.5e9)}' wire.log
}

@test "a program's own socket monitor goes on: it sees what it would see" {
    new monitor
    rm -f up
    with sealed
    host zpair
    start good "${HOST[@]}" socket ROUTER bind "tcp://127.0.0.1:$NEAR_PORT" touch up answer 1
    wait_until 10 test -e up
    host zmq_client.py
    start watcher "${HOST[@]}" monitor "tcp://127.0.0.1:$NEAR_PORT"
    wait_until 10 has_line watcher.out "got re hello"
    wait_until 10 has_line watcher.out HANDSHAKE_SUCCEEDED
    grep -qx CONNECTED watcher.out
    stop_all

    # And a failure is told to it, too.
    new monitor-fails
    with bare
    server plain
    with sealed
    host zmq_client.py
    start watcher "${HOST[@]}" monitor "tcp://127.0.0.1:$NEAR_PORT"
    wait_until 10 has_line watcher.out 'DISCONNECTED|HANDSHAKE_FAILED'
    wait_until 10 failed '.reason | test("NULL")'
}

# echo_server: answers for ever.
echo_server() {
    host hostile_victim
    start echo "${HOST[@]}" server ROUTER "tcp://127.0.0.1:$NEAR_PORT" echo-up
    wait_until 10 test -e echo-up
}

# retry_through: a client that keeps asking, through the proxy.
retry_through() {
    host zmq_client.py
    start asks "${HOST[@]}" retry "$FAR"
}

# A server's greeting, its answer to INITIATE and its READY are less than 600 bytes: what follows are messages.
FLIP=1000

@test "after a tampered message from the server a client comes back, and the trace says what happened" {
    new tampered
    with sealed
    echo_server
    proxy "$NEAR_PORT" $FLIP
    retry_through
    wait_until 20 has_line wire.log flipped
    wait_until 20 lines 2 wire.log open
    # Answers to what was asked after that come over the new connection.
    wait_until 20 lines $(($(grep -c answered asks.out) + 3)) asks.out answered
    recorded 1 '.event == "context" and .role == "initiator" and (.reason // "" | test("damaged"))'
    [ "$(events '.event == "handshake" and .outcome == "established" and .role == "initiator"' | wc -l)" = 2 ]
}
