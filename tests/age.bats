#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# timeout: 120
# gss.max-context-age: contexts and connections that are too old are ended, used or idle, and nobody else's.

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
    UNDER=(env LD_PRELOAD="$PRELOAD" GSSTAP_POLICY=p.bin "GSSTAP_TRACE=$PWD/trace.pcapng")
}

teardown() {
    stop_all
}

# policy LINES: the whole of it but its version.
policy() {
    printf 'version: 1\n%s\n' "$1" >p.yaml
    "$GSSTAP" policy compile -o p.bin p.yaml
}


# gss_server [WORD...]: below WORD...: UNDER, which is under the policy, or nothing.
gss_server() {
    PORT=$(free_port)
    start server "$@" gss-server -verbose -port "$PORT" host@localhost
    wait_until 20 has_line server.out starting
}

# talks WHO [WORD...]: a client whose context lasts, with messages without an end.
talks() {
    start "$1" "${@:2}" env KRB5CCNAME="FILE:$BATS_FILE_TMPDIR/$1" \
        stdbuf -oL gss-client -port "$PORT" -mcount 100000000 localhost host@localhost hello
    wait_until 20 has_line "$1.out" 'Signature verified'
}

# answers N: alice is given so many more.
answers() {
    local now
    now=$(grep -c verified alice.out)
    wait_until 20 eval "[ \$(grep -c verified alice.out) -ge $((now + $1)) ]"
}

# told EVENT JQ: the trace has such an event.
told() {
    trace_json trace.pcapng | jq -e -s "any(.event == \"$1\" and ($2))" >/dev/null
}

# tested_refuses LINE COUNT: by its age, and by nothing else, policy test finds so many in the trace.
tested_refuses() {
    "$GSSTAP" policy test --format json p.yaml trace.pcapng >tested || [ $? = 1 ]
    jq -e --argjson line "$1" --argjson count "$2" \
        '[.rules[] | select(.refused > 0) | [.rule, .line, .refused]] == [["gss.max-context-age", $line, $count]]' tested
}

@test "a context that is in use ends at its age, on either side, and the next begins anew" {
    local side
    for side in server alice; do
        policy $'gss:\n  max-context-age: 2s'
        if [ $side = server ]; then
            gss_server "${UNDER[@]}"
            talks alice
        else
            gss_server
            talks alice "${UNDER[@]}"
        fi
        wait_until 20 gone "${PID[alice]}"
        wait_until 20 told refused '.rule == "gss.max-context-age" and .line == 3 and (.call | test("gss_(wrap|unwrap|get_mic|verify_mic)"))'
        told refused '.reason | endswith("lets no context be used for longer than 2 seconds")'
        [ $side = server ] || cp alice.out alice.ended
        talks alice # by a new context
        wait_until 20 has_line "$([ $side = server ] && echo server.out || echo alice.ended)" \
            'refused by the gsstap policy: gss.max-context-age, line 3'
        stop_all
        rm -f trace.pcapng
    done
}

@test "a rule of gss.match says whose contexts end at which age" {
    local who
    policy $'gss:\n  max-context-age: 8h\n  match:\n    - {peer: "alice@*", max-context-age: 2s}\n    - {role: acceptor, max-context-age: 1s}'
    gss_server "${UNDER[@]}"
    for who in alice bob; do
        talks $who
        wait_until 20 gone "${PID[$who]}"
    done
    told refused '.subject == "alice@GSSTAP.TEST" and .rule == "gss.max-context-age" and .line == 5'
    told refused '.subject == "bob@GSSTAP.TEST" and .rule == "gss.max-context-age" and .line == 6'
}

@test "audit mode ends no context, and tells once of each that it would end" {
    policy $'mode: audit\ngss:\n  max-context-age: 1s'
    gss_server "${UNDER[@]}"
    talks alice
    wait_until 20 told would_refuse '.rule == "gss.max-context-age" and .line == 4'
    answers 10
    kill -0 "${PID[alice]}"
    [ "$(trace_json trace.pcapng | jq -c 'select(.event == "would_refuse")' | wc -l)" = 1 ]
    tested_refuses 4 1
}

@test "a live change of the policy sets the age of contexts that are there, unless it says keep" {
    policy $'gss:\n  delegation: allow'
    gss_server "${UNDER[@]}"
    talks alice
    policy $'on-change: keep\ngss:\n  max-context-age: 1s'
    wait_until 20 told policy '.checksum == "'"$(od -An -tx1 -j16 -N16 p.bin | tr -d ' \n')"'"'
    answers 10
    kill -0 "${PID[alice]}"
    policy $'gss:\n  max-context-age: 1s'
    wait_until 20 gone "${PID[alice]}"
    told refused '.rule == "gss.max-context-age" and .subject == "alice@GSSTAP.TEST"'
}

# zmq_server LEVEL: under the policy, for two clients' worth of messages.
zmq_server() {
    PORT=$(free_port)
    start server "${UNDER[@]}" GSSTAP_LEVEL="$1" "$BUILD/hosts/zpair" socket PULL bind "tcp://127.0.0.1:$PORT" touch up recv recv recv
    wait_until 20 test -e up
    printf 'version: 1\nzmq: {inject: [{connect: "*", service: "zmq@localhost"}]}\n' >client.yaml
    "$GSSTAP" policy compile -o client.bin client.yaml
}

established() {
    [ "$(trace_json trace.pcapng | jq -c 'select(.event == "handshake" and .outcome == "established")' | wc -l)" -ge "$1" ]
}

@test "a ZeroMQ connection on which nothing is said ends at its age, and comes back with a new handshake" {
    local level
    for level in audit tokens messages; do
        rm -f trace.pcapng up first again
        policy $'gss:\n  max-context-age: 2s\nzmq: {inject: [{bind: "*", principal: "zmq@localhost"}]}'
        zmq_server $level
        start alice env LD_PRELOAD="$PRELOAD" GSSTAP_POLICY=client.bin KRB5CCNAME="FILE:$BATS_FILE_TMPDIR/alice" \
            "$BUILD/hosts/zpair" socket PUSH connect "tcp://127.0.0.1:$PORT" send first await again send again await end
        wait_until 20 has_line server.out 'got first'
        wait_until 20 told context '.reason // "" | test("max-context-age")'
        told refused '.rule == "gss.max-context-age" and .subject == "alice@GSSTAP.TEST" and .role == "server"'
        wait_until 20 established 2
        touch again
        wait_until 20 has_line server.out 'got again'
        stop_all
        # The one that came back may have become too old as well.
        tested_refuses 3 1 || tested_refuses 3 2
    done
}

# ThreadSanitizer's runtime makes system calls of its own, of which the filter is the death.
# bats test_tags=no_tsan
@test "ages hold in a program that has forbidden itself system calls, and are not its death" {
    local how
    policy $'gss:\n  max-context-age: 1s'
    for how in kill errno strict; do
        rm -f trace.pcapng
        run -0 "${UNDER[@]}" GSSTAP_LEVEL=audit "$BUILD/hosts/sandbox" aged $how
        [ "$output" = "in the sandbox" ]
        told refused '.rule == "gss.max-context-age" and .line == 3 and .call == "gss_get_mic"'
    done
}

# bats test_tags=no_tsan
@test "so do ages of ZeroMQ connections, where a filter kills for what the recorder and the look for policies ask" {
    cat >confined.py <<'END'
import ctypes, struct, sys, zmq
ASKED = {"sched_yield": 24, "nanosleep": 35, "gettid": 186, "clock_gettime": 228, "tgkill": 234, "openat": 257,
         "newfstatat": 262, "pwritev": 296}
libc = ctypes.CDLL(None, use_errno=True)
def confine():
    lines = [(0x20, 0, 0, 0)] + [line for call in ASKED.values() for line in ((0x15, 0, 1, call), (0x06, 0, 0, 0x80000000))]
    lines.append((0x06, 0, 0, 0x7fff0000))
    code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *line) for line in lines))
    program = struct.pack("<HxxxxxxQ", len(lines), ctypes.addressof(code))
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.syscall(317, 1, 1, program) == 0 # seccomp, for all threads
s = zmq.Context().socket(zmq.XPUB)
s.bind("tcp://127.0.0.1:*")
print("port", s.last_endpoint.decode().rsplit(":", 1)[1], flush=True)
while len(s.recv()) < 20001:
    pass
confine()
print("confined", flush=True)
while s.recv()[0]: # until nobody wants a topic any more
    pass
print("cut off", flush=True)
END
    local level
    policy $'gss:\n  max-context-age: 2s\nzmq: {inject: [{bind: "*"}]}'
    for level in audit messages; do
        start $level env LD_PRELOAD="$PRELOAD" GSSTAP_POLICY=p.bin GSSTAP_TRACE="$PWD/$level.pcapng" GSSTAP_LEVEL=$level "$PYTHON" confined.py
        wait_until 60 has_line $level.out port
        start $level-peer "$PYTHON" "$TOP/tests/hosts/topics.py" "$(sed -n 's/port //p' $level.out)" stock-4.3.4
    done
    for level in audit messages; do
        finish $level-peer
        finish $level
        [ "$(tail -n +2 $level.out)" = $'confined\ncut off' ]
        trace_json $level.pcapng | jq -e -s 'any(.event == "refused" and .rule == "gss.max-context-age" and .subject == "alice@GSSTAP.TEST" and .role == "server")'
    done
}
