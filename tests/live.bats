#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A policy that is put in the place of another while programs run under that: when it is in force, what is kept of the one
# before, and who is cut off.

bats_require_minimum_version 1.5.0
load helper
load wire

setup_file() {
    realm_up -u alice -u bob -s host@localhost -s zmq@localhost
    local who
    for who in alice bob; do
        kinit -c "FILE:$BATS_FILE_TMPDIR/$who" -k -t "$GSSTAP_REALM/client/$who" $who
    done
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
}

teardown() {
    stop_all
}

# put LINES: a policy with these lines below gss: takes the place of the one that is there.
put() {
    printf 'version: 1\n%s\ngss:\n%s\n' "${TOP_LINES:-}" "$1" >p.yaml
    "$GSSTAP" policy compile -o p.bin p.yaml
}

# told OUTCOME [COUNT]: the trace says so of the policy, as many times.
told() {
    [ "$(trace_json trace.pcapng | jq -c "select(.event == \"policy\" and .outcome == \"$1\")" | wc -l)" = "${2:-1}" ]
}

# serve PROGRAM...: in the background, under the policy, with a trace.
serve() {
    start server env LD_PRELOAD="$PRELOAD" GSSTAP_POLICY=p.bin GSSTAP_TRACE="$PWD/trace.pcapng" "$@"
}

gss_server() {
    PORT=$(free_port)
    serve gss-server -verbose -port "$PORT" host@localhost
    wait_until 20 has_line server.out starting
}

# client WHO [OPTION...]
client() {
    KRB5CCNAME=FILE:$BATS_FILE_TMPDIR/$1 timeout 60 gss-client -port "$PORT" "${@:2}" localhost host@localhost hello
}

# refuses and serves WHO: for wait_until; the server does so.
refuses() {
    ! client "$1" >"$1.out" 2>&1
}

serves() {
    client "$1" >"$1.out" 2>&1
}

@test "a policy that takes another's place is in force in a program that runs, and one that cannot be used is not" {
    put '  peers: {allow: ["alice@*", "bob@*"]}'
    gss_server
    serves alice
    serves bob
    put '  peers: {allow: ["alice@*"]}'
    wait_until 5 refuses bob
    serves alice
    wait_until 20 has_line server.out 'refused by the gsstap policy: gss.peers.allow, line 4'
    wait_until 20 told loaded 2
    head -c 60 p.bin >half.bin && mv half.bin p.bin
    wait_until 5 eval 'serves alice && told kept'
    trace_json trace.pcapng | jq -e -s 'any(.event == "policy" and .outcome == "kept" and (.reason | test("cut off")))'
    refuses bob
    rm p.bin
    wait_until 5 eval 'serves alice && told kept 2'
    refuses bob
    put '  peers: {allow: ["bob@*"]}'
    wait_until 5 refuses alice
    serves bob
    [ "$(trace_json trace.pcapng | jq -r 'select(.event == "policy" and .outcome == "loaded") | .checksum' | tail -1)" = \
        "$(od -An -tx1 -j16 -N16 p.bin | tr -d ' \n')" ]
    [ "$(trace_json trace.pcapng | jq -r 'select(.event == "policy") | .outcome' | tr '\n' ' ')" = 'loaded loaded kept kept loaded ' ]
}

# talks WHO: a client whose context lasts, with messages without an end; DIES is how it ended.
talks() {
    start "$1" env KRB5CCNAME="FILE:$BATS_FILE_TMPDIR/$1" stdbuf -oL gss-client -port "$PORT" -mcount 100000000 localhost host@localhost hello
    wait_until 20 has_line "$1.out" 'Signature verified'
}

@test "who is taken out of the list is cut off at the next message, unless the policy says keep" {
    put '  delegation: allow'
    gss_server
    talks alice
    TOP_LINES='on-change: keep' put '  peers: {deny: ["alice@*"]}'
    wait_until 5 told loaded 2
    sleep_until_next_message
    kill -0 "${PID[alice]}"
    put '  peers: {deny: ["alice@*"], allow: ["*"]}'
    wait_until 5 gone "${PID[alice]}"
    serves bob
    refuses alice
    trace_json trace.pcapng >events
    jq -e -s 'any(.event == "refused" and .call == "gss_unwrap" and .subject == "alice@GSSTAP.TEST" and .line == 4)' events
}

@test "in audit mode nobody is cut off, and who would be is told once" {
    put '  peers: {allow: ["*"]}'
    gss_server
    talks alice
    TOP_LINES='mode: audit' put '  peers: {deny: ["alice@*"]}'
    wait_until 5 would_be
    sleep_until_next_message
    kill -0 "${PID[alice]}"
    [ "$(trace_json trace.pcapng | jq -c 'select(.event == "would_refuse")' | wc -l)" = 1 ]
}

would_be() {
    trace_json trace.pcapng | jq -e -s 'any(.event == "would_refuse" and .call == "gss_unwrap")'
}

# The client has had ten answers more.
sleep_until_next_message() {
    local now
    now=$(grep -c verified alice.out)
    wait_until 20 eval "[ \$(grep -c verified alice.out) -ge $((now + 10)) ]"
}

# broker LEVEL: a ZeroMQ server under the policy, to which alice has connected; both say nothing any more.
broker() {
    PORT=$(free_port)
    serve env GSSTAP_LEVEL="$1" "$BUILD/hosts/zpair" socket PULL bind "tcp://127.0.0.1:$PORT" touch up recv recv recv
    wait_until 20 test -e up
    printf 'version: 1\nzmq: {inject: [{connect: "*", service: "zmq@localhost"}]}\n' >client.yaml
    "$GSSTAP" policy compile -o client.bin client.yaml
    peer alice
    wait_until 20 has_line server.out 'got from alice'
}

# peer WHO: connects, and stays.
peer() {
    start "$1" env LD_PRELOAD="$PRELOAD" GSSTAP_POLICY=client.bin GSSTAP_TRACE="$PWD/$1.pcapng" KRB5CCNAME="FILE:$BATS_FILE_TMPDIR/$1" \
        "$BUILD/hosts/zpair" socket PUSH connect "tcp://127.0.0.1:$PORT" send "from $1" await "end"
}

zmq_rules() {
    TOP_LINES="${1:-}" put $'  peers: {allow: ["'"$2"$'"]}\nzmq: {inject: [{bind: "*", principal: "zmq@localhost"}]}'
}

# cut_off: the server has ended alice's connection, and says why.
cut_off() {
    trace_json trace.pcapng | jq -e -s 'any(.event == "context" and (.reason // "" | test("taken the place of the one before")))'
}

@test "a ZeroMQ client that is taken out of the list is cut off within a second, although nobody says anything" {
    local level
    for level in audit tokens messages; do
        rm -f ./*.pcapng up
        zmq_rules '' '{alice,bob}@*'
        broker $level
        zmq_rules 'on-change: keep' 'bob@*'
        wait_until 5 told loaded 2
        run ! cut_off
        zmq_rules '' '{bob,carol}@*'
        wait_until 5 cut_off
        trace_json trace.pcapng | jq -e -s 'any(.event == "refused" and .subject == "alice@GSSTAP.TEST" and .rule == "gss.peers.allow")'
        peer bob
        wait_until 20 has_line server.out 'got from bob'
        stop_all
    done
}

@test "in audit mode who is judged again before it says READY stays the user that the ZAP handler has made of it" {
    cat >server.py <<'END'
import threading, zmq
context = zmq.Context()
zap, s = context.socket(zmq.ROUTER), context.socket(zmq.XPUB)
zap.bind("inproc://zeromq.zap.01")
def handle():
    while True:
        asked = zap.recv_multipart()
        zap.send_multipart(asked[:4] + [b"200", b"", b"user of " + asked[-1], b""])
threading.Thread(target=handle, daemon=True).start()
s.zap_domain, s.gssapi_server, s.handshake_ivl = b"global", 1, 0
s.bind("tcp://127.0.0.1:*")
print("port", s.last_endpoint.decode().rsplit(":", 1)[1], flush=True)
while True:
    print(s.recv(copy=False).get("User-Id"), flush=True)
END
    audit '*'
    serve "$PYTHON" server.py
    wait_until 60 has_line server.out port
    touch now
    subscribes alice now
    wait_until 20 has_line server.out 'user of alice'
    subscribes bob later
    wait_until 20 has_line bob.out established
    audit 'alice@*'
    wait_until 20 told_of_bob
    touch later
    wait_until 20 has_line server.out 'user of bob|bob@'
    run -1 grep -v '^port\|^user of' server.out
}

# audit PRINCIPAL: who is none would be refused.
audit() {
    TOP_LINES='mode: audit' put $'  peers: {allow: ["'"$1"$'"]}\nzmq: {engine: wire}'
}

# subscribes WHO FILE: says READY when that is there.
subscribes() {
    start "$1" env KRB5CCNAME="FILE:$BATS_FILE_TMPDIR/$1" "$PYTHON" "$TOP/tests/hosts/topics.py" \
        "$(sed -n 's/port //p' server.out)" stock-4.3.6 "$2"
}

told_of_bob() {
    trace_json trace.pcapng | jq -e -s 'any(.event == "would_refuse" and .subject == "bob@GSSTAP.TEST")' >told
}
