#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# No flag day: a server and two clients that know nothing of security are secured one after the other while they work.
# Each client reaches the server by a recorder with an address of its own, so that the wire shows who can be read and the
# server can tell them apart. Not a message may be lost on the way.
# timeout: 240

bats_require_minimum_version 1.5.0
load helper
load wire

setup_file() {
    realm_up -u alice -u bob -s zmq@localhost
}

teardown_file() {
    realm_down
}

teardown() {
    stop_all
}

# policy NAME: compiles a policy from stdin into NAME.bin.
policy() {
    cat >"$1.yaml"
    "$GSSTAP" policy compile -o "$1.bin" "$1.yaml"
}

# stage NAME: a fresh directory, ports, and the policies of the three phases.
stage() {
    fresh "$1"
    mkdir server clients
    read -r OLD NEW A_OLD A_NEW B_OLD B_NEW C_OLD C_NEW < <(free_port 8)
    local phase
    for phase in report require; do
        policy $phase <<END
version: 1
zmq:
  unsecured: refuse
  inject: [{bind: "tcp://*:$OLD", principal: "zmq@localhost", migrate: "tcp://%H:$NEW", phase: $phase}]
END
    done
    for phase in report require; do
        policy client-$phase <<END
version: 1
zmq:
  unsecured: refuse
  inject:
    - {connect: "tcp://*:$A_OLD", service: "zmq@localhost", migrate: "tcp://%H:$A_NEW", phase: $phase}
    - {connect: "tcp://*:$B_OLD", service: "zmq@localhost", migrate: "tcp://%H:$B_NEW", phase: $phase}
END
    done
    CLIENT_POLICY=client-require
    start a-wire "$PYTHON" "$TOP/tests/hosts/migrate_wire.py" 127.0.0.2 a-bytes a-ready "$A_OLD" "$OLD" "$A_NEW" "$NEW"
    start b-wire "$PYTHON" "$TOP/tests/hosts/migrate_wire.py" 127.0.0.3 b-bytes b-ready "$B_OLD" "$OLD" "$B_NEW" "$NEW"
    start c-wire "$PYTHON" "$TOP/tests/hosts/migrate_wire.py" 127.0.0.4 c-bytes c-ready "$C_OLD" "$OLD"
    wait_until 10 test -e a-ready -a -e b-ready -a -e c-ready
}

# server KIND [POLICY]: starts it; what it gets is added to `got` when it ends.
server() {
    local with=()
    [ -z "${2:-}" ] || with=(env LD_PRELOAD="$PRELOAD" GSSTAP_POLICY="$PWD/$2.bin" GSSTAP_LEVEL=audit
        GSSTAP_TRACE="$PWD/server/%n-%p.pcapng")
    start server "${with[@]}" "$PYTHON" "$TOP/tests/hosts/migrate_server.py" "$1" "tcp://127.0.0.1:$OLD"
    wait_until 10 has_line server.out "^bound tcp://127.0.0.1:$OLD$"
}

stop_server() {
    kill "${PID[server]}"
    finish server
    cat server.out >>got
}

# client NAME KIND PORT [USER]: starts one; with a user, under gsstap with CLIENT_POLICY and his ticket. Its pipe is kept
# open by CLIENT.
declare -gA CLIENT TURN
client() {
    local with=() input
    TURN[$1]=$((${TURN[$1]:-0} + 1))
    [ -z "${4:-}" ] || with=(env LD_PRELOAD="$PRELOAD" GSSTAP_POLICY="$PWD/$CLIENT_POLICY.bin" GSSTAP_LEVEL="${CLIENT_LEVEL:-audit}"
        GSSTAP_TRACE="$PWD/clients/%n-%p.pcapng" KRB5CCNAME="$GSSTAP_REALM/ccache/$4")
    mkfifo "$1.in.${TURN[$1]}"
    TEXT="$SECRET $1${TURN[$1]}" "${with[@]}" "$PYTHON" "$TOP/tests/hosts/migrate_client.py" "$2" "tcp://127.0.0.1:$3" \
        <"$1.in.${TURN[$1]}" >"$1.out" 2>&1 3>&- &
    PID[$1]=$!
    exec {input}>"$1.in.${TURN[$1]}"
    CLIENT[$1]=$input
}

# say NAME WORD: to a client.
say() {
    printf '%s\n' "$2" >&"${CLIENT[$1]}"
}

# arrives NAME COUNT: that many messages of a client's present run come to the server.
arrives() {
    wait_until 20 has_line server.out "^got $SECRET $1${TURN[$1]} $2$"
}

# leave NAME: the client ends; all that it sent is there.
leave() {
    say "$1" quit
    finish "$1"
    arrives "$1" "$(sed -n '$s/sent //p' "$1.out")"
    cp "$1.out" "$1${TURN[$1]}.sent"
}

# pause NAME: the client holds its breath, and all that it sent is there.
pause() {
    local before
    before=$(grep -c '^paused' "$1.out" || :)
    say "$1" pause
    wait_until 10 paused_again "$1" "$before"
    arrives "$1" "$(paused "$1")"
}

paused() {
    sed -n 's/^paused //p' "$1.out" | tail -n 1
}

paused_again() {
    [ "$(grep -c '^paused' "$1.out")" -gt "$2" ]
}

# unsecured: the addresses that still come without security, by the server's traces.
unsecured() {
    "$GSSTAP" decode --summary --format json server | jq -r 'select(.kind == "peer" and .state == "unsecured") | .address' | sort | xargs
}

unsecured_are() {
    [ "$(unsecured)" = "$*" ]
}

# peer FILTER: such a peer is in the summary of the server's traces.
peer() {
    "$GSSTAP" decode --summary --format json server >summary
    jq -se "any(.[]; .kind == \"peer\" and ($1))" summary >/dev/null
}

# whole NAME TURN: every message of that run came, once and in order.
whole() {
    local sent
    sent=$(grep -c '^sent' "$1$2.sent")
    [ "$sent" -ge 10 ]
    seq -f "got $SECRET $1$2 %.0f" "$sent" | diff - <(grep -F "got $SECRET $1$2 " got)
}

# course SERVER CLIENT: the whole migration.
course() {
    stage "$1"
    server "$1" report
    client a "$2" "$A_OLD"
    client b "$2" "$B_OLD"
    arrives a 10
    arrives b 10
    readable a-bytes
    readable b-bytes
    unsecured_are 127.0.0.2 127.0.0.3

    leave a
    : >a-bytes
    : >b-bytes
    client a "$2" "$A_OLD" alice
    arrives a 10
    hidden a-bytes
    readable b-bytes
    peer '.state == "secured" and .principal == "alice@GSSTAP.TEST" and .address == "127.0.0.2"'
    wait_until 10 unsecured_are 127.0.0.3
    run -0 "$GSSTAP" decode --summary server
    [[ ${lines[0]} == "Still to be secured: 1" ]]
    [[ ${lines[1]} == "  127.0.0.3 at tcp://127.0.0.1:$OLD of python3"*" on "* ]]

    leave b
    : >b-bytes
    client b "$2" "$B_OLD" bob
    arrives b 10
    hidden b-bytes
    wait_until 10 unsecured_are
    peer '.state == "over" and .address == "127.0.0.3" and .principal == null'

    pause a
    pause b
    stop_server
    server "$1" require
    say a go
    say b go
    arrives a $(($(sed -n 's/^paused //p' a.out) + 10))
    arrives b $(($(sed -n 's/^paused //p' b.out) + 10))
    client c "$2" "$C_OLD"
    wait_until 10 peer '.state == "failing" and .address == "127.0.0.4" and (.reason | startswith("one-sided"))'
    kill "${PID[c]}"
    leave a
    leave b
    stop_server
    hidden a-bytes
    hidden b-bytes
    run ! readable c-bytes
    run ! grep -F "$SECRET c" got
    for run in "a 1" "a 2" "b 1" "b 2"; do
        whole "${run% *}" "${run#* }"
    done
}

@test "REQ clients of a REP server move one by one, and no message is lost" {
    course REP REQ
}

@test "PUSH clients of a PULL server move one by one, and no message is lost" {
    course PULL PUSH
}

# clients_are STATE COUNT: so many endpoints that clients connect to stand so, by their traces.
clients_are() {
    "$GSSTAP" decode --summary --format json clients >summary
    jq -se --arg state "$1" "[.[] | select(.kind == \"endpoint\" and .role == \"client\" and .state == \$state)] | length == $2" \
        summary >/dev/null
}

# clients_first SERVER CLIENT: the migration as clients see it that try GSSAPI before there is any.
clients_first() {
    stage "$1-first"
    CLIENT_POLICY=client-report
    server "$1"
    client a "$2" "$A_OLD" alice
    client b "$2" "$B_OLD" bob
    arrives a 10
    arrives b 10
    readable a-bytes
    readable b-bytes
    clients_are unsecured 2
    run -0 "$GSSTAP" decode --summary clients
    [[ ${lines[0]} == "Still to be secured: 2" ]]
    [[ ${lines[1]} == "  127.0.0.1, which python3"*" on "*" connects to as tcp://127.0.0.1:"*": 1 unsecured (open 1)"* ]]
    "$GSSTAP" decode --format json clients/* | jq -se --arg port "$A_OLD" 'any(.[]; .event == "unsecured" and .role == "client"
        and (.endpoint | endswith($port)) and (.reason | contains("nobody answers where GSSAPI would be served")))' >/dev/null

    # The server moves. Nobody tells the clients: their next connection is a secured one, but for one that was tried with
    # GSSAPI just before the server was there and without just after: that one is secured the next time.
    for _ in 1 2 3 4 5; do
        pause a
        pause b
        stop_server
        : >a-bytes
        : >b-bytes
        server "$1" report
        say a go
        say b go
        arrives a $(($(paused a) + 10))
        arrives b $(($(paused b) + 10))
        hidden a-bytes && hidden b-bytes && break
    done
    hidden a-bytes
    hidden b-bytes
    clients_are secured 2
    run -0 "$GSSTAP" decode --summary clients
    [[ $output == *"phase report: secured, but would go without where GSSAPI fails"* ]]
    unsecured_are
    peer '.state == "secured" and .principal == "bob@GSSTAP.TEST" and .address == "127.0.0.3"'

    # And require ends it, at both ends.
    leave a
    leave b
    stop_server
    CLIENT_POLICY=client-require
    rm clients/*
    server "$1" require
    client a "$2" "$A_OLD" alice
    arrives a 10
    leave a
    stop_server
    start server "$PYTHON" "$TOP/tests/hosts/migrate_server.py" "$1" "tcp://127.0.0.1:$OLD" "tcp://127.0.0.1:$NEW"
    wait_until 10 has_line server.out "^bound tcp://127.0.0.1:$NEW$"
    client b "$2" "$B_OLD" bob
    wait_until 10 clients_are failing 1
    kill "${PID[b]}"
    hidden a-bytes
    hidden b-bytes
    stop_server
    whole a 1
    whole b 1
    whole a 2
    run ! grep -F "$SECRET b2" got
}

@test "REQ clients that try GSSAPI first say who is unsecured, move by themselves, and no message is lost" {
    clients_first REP REQ
}

@test "PUSH clients that try GSSAPI first say who is unsecured, move by themselves, and no message is lost" {
    clients_first PULL PUSH
}

# every_pattern OUTPUT PREFIX...: fallback_peer.py between a server of its own and a client behind PREFIX.
every_pattern() {
    local output=$1 four="ipc://@$PWD/four"
    shift
    start "$output-server" "$PYTHON" "$TOP/tests/hosts/fallback_peer.py" server "tcp://127.0.0.1:$ONE" "tcp://127.0.0.1:$TWO" \
        "tcp://127.0.0.1:$THREE" "$four"
    wait_until 10 has_line "$output-server.out" '^bound$'
    start "$output" "$@" "$PYTHON" "$TOP/tests/hosts/fallback_peer.py" client "tcp://127.0.0.1:$ONE" "tcp://localhost:$TWO" \
        "tcp://127.0.0.1:$THREE" "$four"
    finish "$output"
    finish "$output-server"
}

@test "a client that goes without GSSAPI does in every pattern what it does bare" {
    local repairs
    fresh patterns
    read -r ONE TWO THREE NOT_ONE NOT_THREE < <(free_port 5)
    every_pattern bare env
    [ "$(wc -l <bare.out)" -gt 30 ]
    run ! grep -F False bare.out
    for repairs in all none; do
        policy $repairs <<END
version: 1
zmq:
  repairs: $repairs
  unsecured: refuse
  inject:
    - {connect: "tcp://*:$ONE", service: "zmq@localhost", migrate: "tcp://%H:$NOT_ONE", phase: report}
    - {connect: "tcp://*:$THREE", service: "zmq@localhost", migrate: "tcp://%H:$NOT_THREE", phase: report}
    - {connect: "*", service: "zmq@localhost", phase: report}
END
        every_pattern with-$repairs env LD_PRELOAD="$PRELOAD" GSSTAP_POLICY="$PWD/$repairs.bin" GSSTAP_LEVEL=audit \
            GSSTAP_TRACE="$PWD/$repairs.pcapng" KRB5CCNAME="$GSSTAP_REALM/ccache/alice"
        diff bare.out with-$repairs.out
        [ "$("$GSSTAP" decode --format json $repairs.pcapng | jq -s '[.[] | select(.event == "unsecured" and .age_ns == null)
            | .endpoint] | unique | length')" -eq 4 ]
    done
}

@test "what a client says without GSSAPI is not taken for GSSAPI, nor shown in its trace" {
    stage shown
    CLIENT_POLICY=client-report
    server REP
    CLIENT_LEVEL=messages client a REQ "$A_OLD" alice
    arrives a 10
    leave a
    "$GSSTAP" decode --format json clients/* >events
    jq -se 'any(.[]; .event == "unsecured")' events
    jq -se 'any(.[]; .event == "process" and .level == "messages")' events
    jq -se 'all(.[]; .event != "handshake" and .event != "context" and .call != "gss_wrap" and .call != "gss_unwrap")' events
    run ! grep -aF "$SECRET" clients/*
}

@test "a client without a ticket goes on without GSSAPI, and says that it has none" {
    stage ticketless
    CLIENT_POLICY=client-report
    server REP report
    client a REQ "$A_OLD" nobody
    arrives a 10
    readable a-bytes
    "$GSSTAP" decode --format json clients/* | jq -se 'any(.[]; .event == "unsecured" and (.reason | test("credential"; "i")))'
    unsecured_are 127.0.0.2
    leave a
    stop_server
}

# A port whose listener takes nobody any more: what comes for it is dropped, as by a firewall.
dropping='import signal, socket, sys
listener = socket.socket()
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(0)
others = []
while True:
    other = socket.socket()
    other.settimeout(1)
    try:
        other.connect(listener.getsockname())
    except TimeoutError:
        break
    others.append(other)
open("dropping", "w").close()
signal.pause()'

@test "a client whose connections for GSSAPI are dropped goes on without it within seconds" {
    stage dropped
    start dropping "$PYTHON" -c "$dropping" "$C_NEW"
    wait_until 10 test -e dropping
    policy client-dropped <<END
version: 1
zmq:
  inject: [{connect: "tcp://*:$C_OLD", service: "zmq@localhost", migrate: "tcp://%H:$C_NEW", phase: report}]
END
    CLIENT_POLICY=client-dropped
    server REP
    client c REQ "$C_OLD" alice
    arrives c 1
    leave c
    stop_server
}

@test "whom the policy refuses is not talked to without GSSAPI instead" {
    stage refused
    policy client-refusing <<END
version: 1
gss: {peers: {deny: ["zmq/*"]}}
zmq:
  inject: [{connect: "tcp://*:$A_OLD", service: "zmq@localhost", migrate: "tcp://%H:$A_NEW", phase: report}]
END
    CLIENT_POLICY=client-refusing
    server REP report
    client a REQ "$A_OLD" alice
    refusals() { [ "$("$GSSTAP" decode --format json clients/* | jq -s '[.[] | select(.outcome == "refused")] | length')" -ge 3 ]; }
    wait_until 20 refusals
    "$GSSTAP" decode --format json clients/* | jq -se 'all(.[]; .event != "unsecured")'
    kill "${PID[a]}"
    stop_server
    # Refused before a token is made: there may be nothing but greetings, and no word of what is sent.
    run ! grep -aF "$SECRET" a-bytes
    run ! grep -F "$SECRET" got
}

# Two sockets of one program that are led to the same place: one may go without GSSAPI, the other may not.
two_sockets='import sys, zmq
context = zmq.Context()
may, must = (context.socket(zmq.PUSH) for _ in range(2))
must.linger = 0
must.reconnect_ivl = 50
must.connect("tcp://127.0.0.1:" + sys.argv[2])
must.send_string("must not be read")
may.connect("tcp://127.0.0.1:" + sys.argv[1])
for n in range(30):
    may.send_string("may be read %d" % n)
    may.poll(100, zmq.POLLIN)
must.close()
may.close()
context.term()'

@test "a connection that must have GSSAPI does not take what is meant for one that may go without" {
    stage must
    policy must <<END
version: 1
zmq:
  inject:
    - {connect: "tcp://*:$A_OLD", service: "zmq@localhost", migrate: "tcp://%H:$A_NEW", phase: report}
    - {connect: "tcp://*:$A_NEW", service: "zmq@localhost"}
END
    server PULL
    start two env LD_PRELOAD="$PRELOAD" GSSTAP_POLICY="$PWD/must.bin" GSSTAP_LEVEL=audit GSSTAP_TRACE="$PWD/two.pcapng" \
        KRB5CCNAME="$GSSTAP_REALM/ccache/alice" "$PYTHON" -c "$two_sockets" "$A_OLD" "$A_NEW"
    finish two
    wait_until 10 has_line server.out "^got may be read 29$"
    stop_server
    grep -aq 'may be read' a-bytes
    run ! grep -a 'must not be read' got a-bytes
    # The other one did come where it may not go on, and was turned away.
    "$GSSTAP" decode --format json two.pcapng | jq -se 'any(.[]; .outcome == "failed" and (.reason | test("does not let it")))'
}

@test "zmq_disconnect ends a connection that goes without GSSAPI" {
    stage disconnect-without
    server PULL
    undo client client-report connect "tcp://127.0.0.1:$A_OLD"
    wait_until 20 has_line server.out '^got before$'
    readable_word() { grep -aq before a-bytes; }
    readable_word
    close_pipe client
    finish client
    has_line client.out '^disconnected$'
}

@test "a client whose server has not moved says so, once, and talks when it has" {
    stage not-moved
    server REP
    policy client-direct <<END
version: 1
zmq:
  inject: [{connect: "tcp://*:$OLD", service: "zmq@localhost", migrate: "tcp://%H:$NEW"}]
END
    CLIENT_POLICY=client-direct
    client a REQ "$OLD" alice
    wait_until 10 clients_are failing 1
    stop_server
    server REP report
    arrives a 3
    clients_are secured 1
    leave a
    stop_server
    [ "$("$GSSTAP" decode --format json clients/* | jq -s '[.[] | select(.reason // "" | test("nobody answers"))] | length')" = 1 ]
}

@test "only who comes to an endpoint that is being migrated is reported" {
    local OTHER
    stage others
    read -r OTHER < <(free_port)
    policy two <<END
version: 1
zmq:
  unsecured: refuse
  unsecured-ok: ["tcp://127.0.0.1:$OTHER"]
  inject: [{bind: "tcp://*:$OLD", principal: "zmq@localhost", migrate: "tcp://%H:$NEW", phase: report}]
END
    start server env LD_PRELOAD="$PRELOAD" GSSTAP_POLICY="$PWD/two.bin" GSSTAP_LEVEL=audit GSSTAP_TRACE="$PWD/server/%n-%p.pcapng" \
        "$PYTHON" "$TOP/tests/hosts/migrate_server.py" REP "tcp://127.0.0.1:$OTHER" "tcp://127.0.0.1:$OLD"
    wait_until 10 has_line server.out "^bound tcp://127.0.0.1:$OLD$"
    client c REQ "$OTHER"
    arrives c 3
    leave c
    client a REQ "$A_OLD"
    arrives a 3
    leave a
    stop_server
    [ "$("$GSSTAP" decode --format json server/* | jq -s -c '[.[] | select(.event == "unsecured") | .endpoint] | unique')" = \
        "[\"tcp://127.0.0.1:$OLD\"]" ]
}

# A PUSH peer that speaks ZMTP 2.0: signature, revision, socket type; its identity; a message.
old_peer='import socket, sys
peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
peer.sendall(b"\xff" + b"\0" * 7 + b"\1\x7f" + b"\1\x08")
peer.recv(10)
peer.sendall(b"\0\0" + b"\0\x05hello")
while peer.recv(100):
    pass'

@test "a client that is too old for security is reported as well" {
    stage old
    server PULL report
    start old "$PYTHON" -c "$old_peer" "$A_OLD"
    wait_until 10 has_line server.out '^got hello$'
    wait_until 5 unsecured_are 127.0.0.2
    stop_server
    finish old
    "$GSSTAP" decode --format json server/* | jq -se '[.[] | select(.event == "unsecured" and .age_ns == null)
        | select(.reason | test("ZMTP 1 or 2"))] | length == 1'
}

# undo NAME POLICY WORD...: starts migrate_undo.py under gsstap with a pipe that `close_pipe` ends.
undo() {
    local name=$1 policy=$2 input
    shift 2
    mkfifo "$name.in"
    env LD_PRELOAD="$PRELOAD" GSSTAP_POLICY="$PWD/$policy.bin" GSSTAP_LEVEL=audit "$PYTHON" "$TOP/tests/hosts/migrate_undo.py" \
        "$@" <"$name.in" >"$name.out" 2>&1 3>&- &
    # shellcheck disable=SC2004 # an associative array
    PID[$name]=$!
    exec {input}>"$name.in"
    CLIENT[$name]=$input
}

close_pipe() {
    local input=${CLIENT[$1]}
    exec {input}>&-
}

# served PORT, not_served PORT: somebody listens there.
served() {
    (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

not_served() {
    ! served "$1"
}

# both_gone UNDONE ENDPOINT: a server binds ENDPOINT and unbinds UNDONE; after that neither port is served.
both_gone() {
    undo "undo-$3" report bind "$2" "$1"
    wait_until 10 has_line "undo-$3.out" '^bound'
    grep -qx "bound tcp://.*:$OLD" "undo-$3.out"
    served "$OLD"
    served "$NEW"
    close_pipe "undo-$3"
    wait_until 10 has_line "undo-$3.out" '^unbound'
    wait_until 10 not_served "$OLD"
    wait_until 10 not_served "$NEW"
    kill "${PID[undo-$3]}"
}

@test "zmq_unbind of a migrating endpoint ends both, by the name that the program gave it" {
    stage unbind
    both_gone "tcp://127.0.0.1:$OLD" "tcp://127.0.0.1:$OLD" given
}

@test "zmq_unbind of a migrating endpoint ends both, by what ZMQ_LAST_ENDPOINT said" {
    stage last # libzmq itself unbinds a wildcard by no other name
    both_gone last "tcp://*:$OLD" last
}

@test "zmq_disconnect of a migrated endpoint ends the connection that was made instead" {
    stage disconnect
    server PULL report
    undo client client-require connect "tcp://127.0.0.1:$A_OLD"
    wait_until 20 has_line server.out '^got before$'
    hidden a-bytes
    close_pipe client
    finish client
    has_line client.out '^disconnected$'
}

@test "a bind that fails leaves nothing bound, and can be made again" {
    local input
    stage retry
    "$PYTHON" -c 'import socket, sys
taken = socket.create_server(("127.0.0.1", int(sys.argv[1])))
open("taken", "w").close()
sys.stdin.read()' "$OLD" < <(wait_until 60 test -e free) 3>&- &
    PID[taker]=$!
    wait_until 10 test -e taken
    undo server report retry "tcp://127.0.0.1:$OLD"
    wait_until 10 has_line server.out '^not bound: EADDRINUSE$'
    : >free
    finish taker
    wait_until 10 not_served "$NEW"
    close_pipe server
    wait_until 10 has_line server.out "^bound tcp://127.0.0.1:$OLD$"
    served "$OLD"
    served "$NEW"
}
