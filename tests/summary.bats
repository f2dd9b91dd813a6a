#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# gsstap decode --summary: who is secured, who is not, and who fails, out of the traces of real programs. A migration as
# a whole is in migrate.bats.
# timeout: 180

bats_require_minimum_version 1.5.0
load helper
load wire

setup_file() {
    realm_up -u alice -s zmq@localhost -s host@localhost
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir traces
    export GSSTAP_TRACE="$PWD/traces/%n-%p.pcapng"
}

teardown() {
    stop_all
}

# policy NAME: compiles a policy from stdin into NAME.bin.
policy() {
    cat >"$1.yaml"
    "$GSSTAP" policy compile -o "$1.bin" "$1.yaml"
}

injecting() {
    policy inject <<'END'
version: 1
zmq:
  unsecured: refuse
  inject:
    - {bind: "tcp://*", principal: "zmq@localhost"}
    - {connect: "tcp://*", service: "zmq@localhost"}
END
}

# under POLICY COMMAND...: under the shim, with a policy unless that is "none".
under() {
    local policy=()
    [ "$1" = none ] || policy=(GSSTAP_POLICY="$PWD/$1.bin")
    shift
    under_shim "${policy[@]}" "$@"
}

# pair SERVER-POLICY CLIENT-POLICY: a REP and a REQ that want one answer; leaves PORT.
pair() {
    PORT=$(free_port)
    rm -f up
    start server under "$1" "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" touch up answer 1
    start client under "$2" "$BUILD/hosts/zpair" socket REQ await up connect "tcp://localhost:$PORT" send hello recv
    finish client
    finish server
}

# summary: of the traces, as JSON in the file of that name.
summary() {
    "$GSSTAP" decode --summary --format json "${@:-traces}" >summary
}

# says FILTER: one line of it does.
says() {
    jq -se "any(.[]; $1)" summary >/dev/null || { echo "nothing says $1:"; cat summary; return 1; }
}

@test "both sides of a secured connection are listed, with principals and encryption type" {
    injecting
    pair inject inject
    summary
    says '.kind == "endpoint" and .role == "server" and .state == "secured" and .established == 1 and .accepts_unsecured == false'
    says '.kind == "endpoint" and .role == "client" and .state == "secured" and .endpoint == "tcp://localhost:'"$PORT"'"'
    says '.kind == "peer" and .role == "server" and .principal == "alice@GSSTAP.TEST" and .session_enctype == "aes256-cts-hmac-sha1-96"'
    says '.kind == "peer" and .role == "client" and (.principal | startswith("zmq/localhost@")) and .unwrapped >= 2 and .wrapped >= 2'
    says '.kind == "program" and .program == "zpair" and .processes == 2 and .dropped == 0'
    run -0 "$GSSTAP" decode --summary traces
    [ "${lines[0]}" = "Nothing that was seen is unsecured, and nothing fails." ]
    [[ $output == *"  bind tcp://127.0.0.1:$PORT: secured"* ]]
}

@test "what goes without security is named first, and is so until it is secured" {
    injecting
    pair none none
    summary
    says '.kind == "endpoint" and .role == "server" and .state == "unsecured" and .accepts_unsecured'
    says '.kind == "endpoint" and .role == "client" and .state == "unsecured"'
    run -0 "$GSSTAP" decode --summary traces
    [ "${lines[0]}" = "Still to be secured: 2" ]
    [[ ${lines[1]} == "  zpair on "*" binds tcp://127.0.0.1:$PORT: 1 unsecured"* ]]
    [[ ${lines[2]} == "  zpair on "*" connects to tcp://localhost:$PORT: 1 unsecured"* ]]

    start server under inject "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" touch up2 answer 1
    start client under inject "$BUILD/hosts/zpair" socket REQ await up2 connect "tcp://localhost:$PORT" send hello recv
    finish client
    finish server
    summary
    says '.kind == "endpoint" and .role == "server" and .state == "secured" and .unsecured == 1'
    says '.kind == "endpoint" and .role == "client" and .state == "secured"'
    run -0 "$GSSTAP" decode --summary traces
    [ "${lines[0]}" = "Nothing that was seen is unsecured, and nothing fails." ]
}

@test "a program's own CURVE counts as secured, its PLAIN does not, and inproc is not listed" {
    under none "$PYTHON" -c '
import zmq
context = zmq.Context()
public, secret = zmq.curve_keypair()
curve, plain, inproc = (context.socket(zmq.REP) for _ in range(3))
curve.curve_secretkey, curve.curve_publickey, curve.curve_server = secret, public, True
plain.plain_server = True
curve.bind("ipc://curve")
plain.bind("ipc://plain")
inproc.bind("inproc://near")'
    summary
    says '.endpoint == "ipc://curve" and .state == "secured" and .mechanism == "ZMQ_CURVE"'
    says '.endpoint == "ipc://plain" and .state == "unsecured" and .mechanism == "ZMQ_PLAIN"'
    [ "$(jq -s '[.[] | select(.kind == "endpoint")] | length' summary)" = 2 ]
}

@test "a one-sided retrofit is named at the endpoint and by the address, on the side that is secured" {
    injecting
    PORT=$(free_port)
    start server under inject "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" touch up answer 1
    start client env -u LD_PRELOAD "$BUILD/hosts/zpair" socket REQ set rcvtimeo 300000 await up \
        connect "tcp://127.0.0.1:$PORT" send hello recv
    failing() {
        summary 2>/dev/null && says '.kind == "peer" and .state == "failing" and .endpoint == "tcp://127.0.0.1:'"$PORT"'" and (.reason | startswith("one-sided"))' >/dev/null
    }
    wait_until 20 failing
    run -0 "$GSSTAP" decode --summary traces
    [ "${lines[0]}" = "Failing: 1" ]
    [[ ${lines[1]} == "  127.0.0.1 at tcp://127.0.0.1:$PORT of zpair on "*": one-sided"* ]]
}

@test "a client whose server is not secured is failing at the name that it connects to" {
    injecting
    PORT=$(free_port)
    start server env -u LD_PRELOAD "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" touch up answer 1
    start client under inject "$BUILD/hosts/zpair" socket REQ set rcvtimeo 300000 await up \
        connect "tcp://localhost:$PORT" send hello recv
    failing() {
        summary 2>/dev/null && says '.kind == "endpoint" and .role == "client" and .state == "failing" and .endpoint == "tcp://localhost:'"$PORT"'"' >/dev/null
    }
    wait_until 20 failing
}

@test "what the policy refuses is listed with its rule, and what it would refuse in audit mode too" {
    policy refuse <<<$'version: 1\nzmq: {unsecured: refuse}'
    policy audit <<<$'version: 1\nmode: audit\nzmq: {unsecured: refuse}'
    run under refuse "$BUILD/hosts/zpair" socket REP bind "ipc://$PWD/no"
    run under audit "$BUILD/hosts/zpair" socket REP bind "ipc://$PWD/yes"
    summary
    says '.kind == "refusal" and .call == "zmq_bind" and .rule == "zmq.unsecured" and .line == 2 and .count == 1'
    says '.kind == "would_refuse" and .subject == "ipc://'"$PWD"'/yes"'
    says '.kind == "endpoint" and .state == "refused" and .endpoint == "ipc://'"$PWD"'/no"'
    says '.kind == "endpoint" and .state == "unsecured" and .endpoint == "ipc://'"$PWD"'/yes"'
    run -0 "$GSSTAP" decode --summary traces
    [ "${lines[0]}" = "Still to be secured: 1" ]
    [ "${lines[2]}" = "Refused: 1" ]
}

@test "contexts outside ZeroMQ are pairs of initiator and acceptor" {
    under none "$BUILD/hosts/handshake"
    KRB5CCNAME=FILE:$PWD/none run under none "$BUILD/hosts/handshake"
    summary
    says '.kind == "pair" and .state == "secured" and .role == "initiator" and .initiator == "alice@GSSTAP.TEST" and .mech == "krb5" and .session_enctype == "aes256-cts-hmac-sha1-96"'
    says '.kind == "pair" and .state == "secured" and .role == "acceptor"'
    says '.kind == "pair" and .state == "failing" and (.reason | length) > 0'
    run -0 "$GSSTAP" decode --summary traces
    [ "${lines[0]}" = "Failing: 1" ]
    [[ $output == *"alice@GSSTAP.TEST -> "* ]]
}

@test "one process of many traces can be asked for, and a file stands for itself" {
    pair none none
    local pid
    pid=$(trace_json traces | jq -r 'select(.call == "zmq_connect") | .pid')
    summary --pid "$pid" traces
    [ "$(jq -s '[.[] | select(.kind == "endpoint") | .role] | join(" ")' summary)" = '"client"' ]
    summary "traces/zpair-$pid.pcapng"
    [ "$(jq -s '[.[] | select(.kind == "endpoint") | .role] | join(" ")' summary)" = '"client"' ]
}

@test "memory does not grow with the number of events" {
    local few many
    # peak COUNT: the most private memory, in KB, that a summary of so many connections takes.
    peak() {
        rm -f traces/*
        under none "$PYTHON" -c 'import sys, zmq
for i in range(int(sys.argv[1]) // 100):
    context = zmq.Context()
    for j in range(100):
        socket = context.socket(zmq.PUSH)
        socket.linger = 0
        socket.connect("tcp://127.0.0.1:9")
        socket.close()
    context.term()' "$1"
        "$PYTHON" - "$GSSTAP" <<'END'
import resource, subprocess, sys
def works(kilobytes):
    limit = lambda: resource.setrlimit(resource.RLIMIT_DATA, (kilobytes << 10,) * 2)
    return not subprocess.run([sys.argv[1], "decode", "--summary", "traces"], preexec_fn=limit,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
low, high = 0, 65536
while high - low > 64:
    middle = (low + high) // 2
    low, high = (low, middle) if works(middle) else (middle, high)
print(high)
END
    }
    few=$(peak 100)
    many=$(peak 10000)
    echo "100 connections: $few KB, 10000: $many KB"
    summary
    says '.kind == "endpoint" and .unsecured == 10000'
    # A sanitizer reserves so much by itself that no limit can be set.
    [ -n "${SAN:-}" ] || [ "$few" -lt 60000 ]
    [ "$many" -le $((few + 256)) ]
}

@test "a damaged trace is said to be so, and never ends the command otherwise" {
    injecting
    pair inject inject
    cp traces/*.pcapng .
    "$PYTHON" - "$GSSTAP" zpair-*.pcapng <<'END'
import random, subprocess, sys
random.seed(7)
whole = [open(path, "rb").read() for path in sys.argv[2:]]
seen = set()
for turn in range(120):
    data = bytearray(random.choice(whole))
    used = len(data.rstrip(b"\0"))
    for _ in range(random.choice((1, 5, 100))):
        data[random.randrange(used)] = random.choice((0, 1, 0x1b, 0x7f, 0xff, random.randrange(256)))
    open("hurt.pcapng", "wb").write(data[:random.randrange(1, len(data))] if turn % 3 == 0 else data)
    for form in ("text", "json"):
        run = subprocess.run([sys.argv[1], "decode", "--summary", "--format", form, "hurt.pcapng"], capture_output=True)
        assert run.returncode in (0, 1, 2), (turn, run)
        assert b"\x1b" not in run.stdout, (turn, run.stdout)
        if run.returncode:
            assert run.stderr, turn
        seen.add(run.returncode)
assert {0, 1} <= seen, seen
END
}

@test "options that are for events do not go with --summary" {
    local option
    for option in --follow --caller --filter=gss_wrap; do
        run -2 "$GSSTAP" decode --summary $option traces
        [[ $output == *"--summary prints no events"* ]]
    done
    run -2 "$GSSTAP" decode --summary traces
    [[ $output == *"no *.pcapng in this directory"* ]]
}
