#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0101: a ZeroMQ server is secured, and a client does not know.

bats_require_minimum_version 1.5.0
load helper
load wire
load diagnose

setup_file() {
    realm_up -u alice -s zmq@localhost
}

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# policy: policy.yaml.
policy() {
    cat >policy.yaml <<END
version: 1
zmq:
  inject:
    - {bind: "tcp://*", principal: "zmq@localhost"}
    - {connect: "tcp://*", service: "zmq@localhost"}
END
}

teardown() {
    stop_all
}

seen() {
    trace_json server.pcapng 2>/dev/null | jq -se 'any(.[]; .event == "handshake" and (.reason // "" | startswith("one-sided")))' >/dev/null
}

# found: a client without a rule is, by policy.yaml, and is let in once it has one.
found() {
    PORT=$(free_port)
    start server exec "$GSSTAP" run -p policy.yaml -o server.pcapng -- "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" touch up answer 1
    wait_until 60 test -e up
    start plain exec "$BUILD/hosts/zpair" socket REQ connect "tcp://localhost:$PORT" send hello recv
    wait_until 60 seen
    doctor server.pcapng
    finds GT0101 '.cause | test("zpair at tcp://127.0.0.1:.* only this end is secured by GSSAPI")'
    finds GT0101 '.evidence | any(test("greetings: this end is secured by GSSAPI"))'
    finds GT0101 '.not_looked_at == []'
    kill "${PID[plain]}"
    # The remedy: a rule at the other end.
    run -0 "$GSSTAP" run -p policy.yaml -o client.pcapng -- "$BUILD/hosts/zpair" socket REQ connect "tcp://localhost:$PORT" send hello recv
    finish server
    healthy client.pcapng
}

@test "a client without a rule is found from the server's trace, and is let in once it has one" {
    policy
    found
}

@test "a server without a rule is found from the client's trace, too" {
    policy
    PORT=$(free_port)
    start server exec "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" touch up answer 1
    wait_until 60 test -e up
    start client exec "$GSSTAP" run -p policy.yaml -o server.pcapng -- "$BUILD/hosts/zpair" socket REQ set linger 0 connect "tcp://127.0.0.1:$PORT" send hello recv
    wait_until 60 seen
    doctor server.pcapng
    only GT0101
    finds GT0101 '.cause | test("zpair at tcp://127.0.0.1:.* only this end is secured by GSSAPI")'
}
