#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# gsstap timeline of ZeroMQ: programs that know no security, secured by a policy, and connections that go without.

bats_require_minimum_version 1.5.0
load helper
load wire

setup_file() {
    realm_up -u alice -s zmq@localhost
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
    ENDPOINT=tcp://127.0.0.1:$(free_port)
    cat >policy.yaml <<EOF
version: 1
zmq:
  inject:
    - {bind: "tcp://*", principal: "zmq@localhost"}
    - {connect: "tcp://*", service: "zmq@localhost"}
EOF
}

teardown() {
    stop_all
}

@test "a connection is shown with its endpoints, greeting, handshake, READY and first message" {
    start server "$GSSTAP" run -p policy.yaml -o server.pcapng -- "$BUILD/hosts/zpair" socket REP bind "$ENDPOINT" answer 2
    start client "$GSSTAP" run -p policy.yaml -o client.pcapng -- "$BUILD/hosts/zpair" socket REQ connect "$ENDPOINT" send one recv send two recv
    finish client
    finish server
    "$GSSTAP" timeline --format json client.pcapng server.pcapng >seen
    jq -es --arg endpoint "$ENDPOINT" 'length == 1 and (.[0] | .outcome == "established" and .initiator.endpoint == $endpoint and .initiator.peer == $endpoint)' seen
    jq -e '[.steps[] | select(.step == "opened")] | map([.call, .injected, .service]) | sort == [["zmq_bind", true, "zmq@localhost"], ["zmq_connect", true, "zmq@localhost"]]' seen
    # Each side in its own order; both READY arrived, and the client's first message.
    for side in initiator acceptor; do
        jq -r --arg side $side '.steps[] | select(.side == $side) | [.step, .call // "", .zmtp // ""] | join(" ")' seen >steps
        cat steps
        for step in 'opened zmq_' greeted 'call gss_' 'message gss_.* READY' 'message gss_.* first message' 'end '; do
            grep -n -m1 "^$step" steps | cut -d: -f1
        done >lines
        [ "$(wc -l <lines)" = 6 ]
        sort -nc lines
    done
    jq -e '[.steps[] | select(.zmtp == "READY" and .call == "gss_wrap") | .arrived] == [true, true]' seen
    "$GSSTAP" timeline client.pcapng server.pcapng >text
    grep -q "initiator  zmq_connect $ENDPOINT, GSSAPI set on it for zmq@localhost" text
    grep -q "acceptor   zmq_bind $ENDPOINT, GSSAPI set on it as zmq@localhost" text
    grep -q "greetings are exchanged with tcp://127.0.0.1:[0-9]*, both ends offer GSSAPI" text
    grep -q "READY: gss_wrap of" text
}

@test "a peer that offers no security is a handshake that failed, with the reason" {
    start server "$GSSTAP" run -p policy.yaml -o server.pcapng -- "$BUILD/hosts/zpair" socket REP bind "$ENDPOINT" answer 1
    start client "$BUILD/hosts/zpair" socket REQ connect "$ENDPOINT" send one recv
    wait_until 60 is_one_sided || { cat text; return 1; }
}

is_one_sided() {
    "$GSSTAP" timeline --failed server.pcapng >text 2>&1
    grep -q "failed by the acceptor: one-sided: this end is secured by GSSAPI" text
}

@test "a connection that goes without security is shown as one" {
    cat >policy.yaml <<EOF
version: 1
zmq:
  inject: [{bind: "tcp://*", principal: "zmq@localhost", phase: report}]
EOF
    start server "$GSSTAP" run -p policy.yaml -o server.pcapng -- "$BUILD/hosts/zpair" socket REP bind "$ENDPOINT" answer 1
    start client "$BUILD/hosts/zpair" socket REQ connect "$ENDPOINT" send one recv
    finish client
    finish server
    "$GSSTAP" timeline --format json server.pcapng >seen
    jq -es --arg endpoint "$ENDPOINT" 'length == 1 and (.[0] | .kind == "unsecured_connection" and .endpoint == $endpoint and (.peer | startswith("tcp://127.0.0.1:")) and .program == "zpair")' seen
    "$GSSTAP" timeline server.pcapng | grep -q "$ENDPOINT: connection without security"
    [ -z "$("$GSSTAP" timeline --failed server.pcapng)" ]
}
