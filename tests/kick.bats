#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# gsstap kick: who is connected is cut off, and may come back; whom it finds, and what it must not write to.

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

# put LINES: a policy with these lines takes the place of the one that is there.
put() {
    printf 'version: 1\n%s\n' "${1:-}" >p.yaml
    "$GSSTAP" policy compile -o p.bin p.yaml
}

# serve PROGRAM...: in the background, under the policy, with a trace.
serve() {
    start server env LD_PRELOAD="$PRELOAD" GSSTAP_POLICY="${POLICY:-$PWD/p.bin}" GSSTAP_TRACE="$PWD/trace.pcapng" "$@"
}

# One that serves a client at a time, so each has its own.
gss_servers() {
    local who
    for who in alice bob; do
        PORT=$(free_port)
        start "server-$who" env LD_PRELOAD="$PRELOAD" GSSTAP_POLICY="$PWD/p.bin" GSSTAP_LEVEL=audit GSSTAP_TRACE="$PWD/$who.pcapng" \
            stdbuf -oL gss-server -verbose -port "$PORT" host@localhost
        wait_until 20 has_line "server-$who.out" starting
        ports[$who]=$PORT
    done
}

declare -gA ports

# talks WHO: a client whose context lasts, with messages without an end.
talks() {
    start "$1" env KRB5CCNAME="FILE:$BATS_FILE_TMPDIR/$1" stdbuf -oL gss-client -port "${ports[$1]}" -mcount 100000000 \
        localhost host@localhost hello
    wait_until 20 has_line "$1.out" 'Signature verified'
}

# goes_on WHO: the client has had ten answers more.
goes_on() {
    local now
    kill -0 "${PID[$1]}"
    now=$(grep -c verified "$1.out")
    wait_until 20 eval "[ \$(grep -c verified $1.out) -ge $((now + 10)) ]"
}

# kicked TRACE [EVENT]: how often somebody was, or would have been, and whom the last time.
kicked() {
    trace_json "$1" | jq -r -s "[.[] | select(.event == \"${2:-refused}\" and .rule == \"kick\")] | \"\(length) \(last.subject)\""
}

is_kicked() {
    [ "$(kicked "$1" "${3:-refused}")" = "$2" ]
}

@test "who is named is cut off and nobody else, may come back, and can be cut off again" {
    local times
    put
    gss_servers
    talks bob
    for times in 1 2; do
        talks alice
        run -0 "$GSSTAP" kick 'alice@*' "${PID[server-alice]}"
        [ "$output" = "$PWD/p.bin: put in place for 2 processes" ]
        wait_until 20 gone "${PID[alice]}"
                wait_until 20 is_kicked alice.pcapng "$times alice@GSSTAP.TEST"
        goes_on bob
    done
    talks alice
    # What was said of alice before does not hit her again.
    "$GSSTAP" kick 'bob@GSSTAP.TEST' p.bin
    wait_until 20 gone "${PID[bob]}"
    goes_on alice
    wait_until 20 has_line server-alice.out 'refused by the gsstap policy: kick$'
    trace_json alice.pcapng | jq -e -s 'any(.rule == "kick" and .call == "gss_unwrap" and .line == null and
        .reason == "gsstap kick has cut off the peer \"alice@GSSTAP.TEST\"")'
    "$GSSTAP" policy check p.bin | grep -q ': ok, compiled, 0 rules'
}

@test "on-change: keep saves nobody, and in audit mode everybody stays and is told of once" {
    put 'on-change: keep'
    gss_servers
    talks alice
    "$GSSTAP" kick 'alice@GSSTAP.TEST' "${PID[server-alice]}"
    wait_until 20 gone "${PID[alice]}"
    put 'mode: audit'
    talks alice
    "$GSSTAP" kick '*' .
    wait_until 20 is_kicked alice.pcapng '1 alice@GSSTAP.TEST' would_refuse
    goes_on alice
    is_kicked alice.pcapng '1 alice@GSSTAP.TEST' would_refuse
}

@test "a program that has said nothing since is cut off when it does, whatever has become of the policy" {
    put
    gss_servers
    talks alice
    talks bob
    kill -STOP "${PID[alice]}" "${PID[server-alice]}"
    "$GSSTAP" kick 'alice@*' p.bin
    "$GSSTAP" kick 'carol@*' p.bin
    put 'expires-ahead: 2h'
    goes_on bob
    kill -CONT "${PID[alice]}" "${PID[server-alice]}"
    wait_until 20 gone "${PID[alice]}"
    talks alice
}

@test "who is cut off does not stay by way of an export, also when nothing was said since" {
    put
    KRB5CCNAME="FILE:$BATS_FILE_TMPDIR/alice" PYTHONPATH="$TOP/tests/hosts" serve "$PYTHON" -c 'import gssapi
from contexts import acceptor, handshake, initiator

ends = [(initiator("host@localhost"), acceptor()) for _ in range(2)]
for one, other in ends:
    handshake(one, other)
print("connected", flush=True)

def is_over(call):
    try:
        call()
    except gssapi.exceptions.GSSError as error:
        return hex(error.maj_code) == "0x80000"

one, other = ends[0]
while not is_over(lambda: other.unwrap(one.wrap(b"hello", True).message)):
    pass
print("exported:", [not is_over(other.export) for one, other in ends])'
    wait_until 20 has_line server.out connected
    "$GSSTAP" kick 'alice@*' p.bin
    finish server
    has_line server.out 'exported: \[False, False\]'
    trace_json trace.pcapng | jq -e -s '[.[] | select(.event == "refused" and .rule == "kick") | .call] ==
        ["gss_unwrap", "gss_export_sec_context"]'
}

@test "a ZeroMQ connection is ended although nobody says anything, and the peer connects again by itself" {
    PORT=$(free_port)
    put 'zmq: {inject: [{bind: "*", principal: "zmq@localhost"}]}'
    serve env GSSTAP_LEVEL=audit "$BUILD/hosts/zpair" socket PULL bind "tcp://127.0.0.1:$PORT" touch up recv recv recv
    wait_until 20 test -e up
    printf 'version: 1\nzmq: {inject: [{connect: "*", service: "zmq@localhost"}]}\n' >client.yaml
    "$GSSTAP" policy compile -o client.bin client.yaml
    peer alice
    peer bob
    wait_until 20 eval 'connected alice 1 && connected bob 1'
    "$GSSTAP" kick 'alice@*' "${PID[server]}"
    wait_until 20 cut_off
    is_kicked trace.pcapng '1 alice@GSSTAP.TEST'
    wait_until 60 connected alice 2
    connected bob 1
    # A client's peer is its server.
    "$GSSTAP" kick 'zmq/*' client.bin
    wait_until 20 is_kicked bob.pcapng '1 zmq/localhost@GSSTAP.TEST'
    wait_until 60 connected bob 2
}

# peer WHO: connects, and stays.
peer() {
    start "$1" env LD_PRELOAD="$PRELOAD" GSSTAP_POLICY="$PWD/client.bin" GSSTAP_TRACE="$PWD/$1.pcapng" \
        KRB5CCNAME="FILE:$BATS_FILE_TMPDIR/$1" \
        "$BUILD/hosts/zpair" socket PUSH connect "tcp://127.0.0.1:$PORT" send "from $1" await "end"
}

# connected WHO TIMES: the server has accepted him as often.
connected() {
    [ "$(trace_json "$1.pcapng" | jq -c 'select(.event == "handshake" and .outcome == "established")' | wc -l)" -ge "$2" ]
}

cut_off() {
    trace_json trace.pcapng | jq -e -s 'any(.event == "context" and .reason == "its peer was cut off by gsstap kick")'
}

@test "what cannot be kicked is said, with what to do" {
    put
    run -2 "$GSSTAP" kick
    [[ $output = *"needs a principal"* ]]
    run -2 "$GSSTAP" kick 'alice@*'
    run -2 "$GSSTAP" kick alice p.bin
    [ "$output" = 'alice: error: principals come with their realm; write alice@REALM, or alice@* for any' ]
    run -2 "$GSSTAP" kick 'alice[@*' p.bin
    start plain tail -f /dev/null
    run -1 "$GSSTAP" kick 'alice@*' "${PID[plain]}"
    [[ $output = "gsstap: ${PID[plain]}: it has no policy, and kick works through one: start it by gsstap run -p"* ]]
    start unseen env GSSTAP_POLICY="$PWD/p.bin" tail -f /dev/null
    run -1 "$GSSTAP" kick 'alice@*' "${PID[unseen]}"
    [ "$output" = "gsstap: ${PID[unseen]}: gsstap is not in it" ]
    run -1 "$GSSTAP" kick 'alice@*' 4194305
    [ "$output" = 'gsstap: 4194305: there is no such process' ]
    run -1 "$GSSTAP" kick 'alice@*' 99999999999999999999
    run -1 "$GSSTAP" kick 'alice@*' p.yaml
    [ "$output" = 'gsstap: p.yaml: it is no compiled policy' ]
    run -1 "$GSSTAP" kick 'alice@*' none.bin
    [ "$output" = 'gsstap: none.bin: No such file or directory' ]
    head -c 60 p.bin >half.bin
    run -1 "$GSSTAP" kick 'alice@*' half.bin
    [[ $output = *'half.bin: the compiled policy is cut off' ]]
    # By a clock that was years ahead.
    faketime '2106-02-07 06:28:15' "$GSSTAP" kick 'alice@*' p.bin
    run -1 "$GSSTAP" kick 'alice@*' p.bin
    [[ $output == *'p.bin: the policy: error: no kick can be numbered any more, since the clock was years ahead at one; put a newly'* ]]
    mkdir empty
    run -1 "$GSSTAP" kick 'alice@*' empty
    [ "$output" = 'gsstap: empty: no compiled policy is in it' ]
    printf 'version: 1\nkick: ["alice@*"]\n' >p.yaml
    run -2 "$GSSTAP" policy check p.yaml
    [[ $output = *"p.yaml:2:1: error: kick is no part of a policy: 'gsstap kick PRINCIPAL PID' cuts off who is connected" ]]
}

@test "a policy keeps all that it says, its owner and mode, and a link to it" {
    local before
    printf 'version: 1\nexpires-ahead: 90m\ngss: {peers: {allow: ["{c,b,a}@R", "x*@R", "w*@R"]}, lifetime: 5m,
        match: [{role: acceptor, mechanisms: [krb5]}], store: "FILE:/tmp/%%principal", store-remove: with-context}
zmq: {brake: {max-retry: 3}, inject: [{connect: "*", service: "zmq@%%H"}]}\n' >p.yaml
    mkdir real
    "$GSSTAP" policy compile -o real/p.bin p.yaml
    ln -s real/p.bin link.bin
    ln -s "$PWD/link.bin" p.bin
    chmod 640 real/p.bin
    before=$("$GSSTAP" policy explain p.yaml role=acceptor peer=x@R mechanism=krb5 lifetime=10m) || :
    "$GSSTAP" kick '{alice,bob}@*' p.bin p.bin .
    [ "$(stat -c %a real/p.bin)" = 640 ]
    [ "$(readlink p.bin link.bin)" = "$PWD/link.bin"$'\nreal/p.bin' ]
    [ "$(ls real)" = p.bin ]
    [ "$("$GSSTAP" policy explain p.bin role=acceptor peer=x@R mechanism=krb5 lifetime=10m || :)" = "$before" ]
    [ "$("$GSSTAP" policy check p.bin)" = "p.bin: ok, compiled, $("$GSSTAP" policy check p.yaml | grep -o '[0-9]* rules')" ]
    [ "$(id -u)" = 0 ] || { echo "must be root"; return 1; }
    chown -h nobody p.bin
    run -1 "$GSSTAP" kick 'carol@*' p.bin
    [ "$output" = 'gsstap: p.bin: a link of another user leads there, and is not followed' ]
    chown nobody real/p.bin
    "$GSSTAP" kick 'carol@*' p.bin
    [ "$(stat -c %U real/p.bin)" = nobody ]
    # What was in it is there once.
    [ "$(grep -ao 'alice@' p.bin | wc -l)" = 1 ]
}

@test "kicks and changes at the same time are all in the policy" {
    local i
    put 'gss: {lifetime: 5m}'
    for i in 1 2 3 4; do
        start "kick$i" bash -c "for j in 1 2 3 4 5 6 7 8; do '$GSSTAP' kick \"u$i-\$j@R\" p.bin || exit; done"
    done
    start compile bash -c "for j in 1 2 3 4 5 6 7 8; do '$GSSTAP' policy compile -o p.bin p.yaml || exit; done"
    for i in kick1 kick2 kick3 kick4 compile; do
        finish "$i"
    done
    [ "$(grep -ao 'u[1-4]-[1-8]@R' p.bin | sort -u | wc -l)" = 32 ]
}

@test "a path is that of the process: below its root, and from where it was" {
    mkdir -p root/etc elsewhere
    put
    cp p.bin root/etc/p.bin
    ln -s /etc/p.bin root/link.bin
    POLICY=/link.bin serve unshare -r "$PYTHON" -c 'import os, signal
os.chroot("root")
print("below", flush=True)
signal.pause()'
    wait_until 20 has_line server.out below
    run -0 "$GSSTAP" kick 'alice@*' "${PID[server]}"
    [ "$output" = "/link.bin: put in place for 1 process" ]
    grep -qa 'alice@' root/etc/p.bin
    run ! grep -qa 'alice@' p.bin
    kill "${PID[server]}"
    POLICY=p.bin serve tail -f /dev/null
    wait_until 20 grep -q libgsstap "/proc/${PID[server]}/maps"
    run -0 "$GSSTAP" kick 'alice@*' "${PID[server]}"
    [ "$output" = "$PWD/p.bin: put in place for 1 process" ]
}

@test "a policy that is mounted by itself, as containers have files, stays, and it is said what to mount" {
    local mounted="this file is mounted by itself and cannot be replaced: mount the directory that it is in"
    put
    mkdir inside
    : >inside/p.bin
    POLICY=$PWD/inside/p.bin serve unshare -m sh -c 'mount --bind p.bin inside/p.bin && exec tail -f /dev/null'
    wait_until 20 has_mount
    run -1 "$GSSTAP" kick 'alice@*' "${PID[server]}"
    [ "$output" = "gsstap: ${PID[server]}: $PWD/inside/p.bin: $mounted" ]
    has_mount
    run -1 unshare -m sh -c 'mount --bind p.bin inside/p.bin && exec "$1" policy compile -o inside/p.bin p.yaml' sh "$GSSTAP"
    [ "$output" = "gsstap: cannot write inside/p.bin: $mounted" ]
    [ ! -s inside/p.bin ]
}

has_mount() {
    grep -q ' /.*/inside/p.bin ' "/proc/${PID[server]}/mountinfo" && grep -q libgsstap "/proc/${PID[server]}/maps"
}
