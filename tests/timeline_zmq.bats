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

# in_order: in `seen`, each side has its rows in its own order; both READY arrived, and the client's first message.
in_order() {
    local side
    for side in initiator acceptor; do
        jq -r --arg side $side '.steps[] | select(.side == $side) | [.step, .call // "", .zmtp // ""] | join(" ")' seen >steps
        cat steps
        for step in 'opened zmq_' greeted 'call gss_' 'message gss_.* READY' 'message gss_.* first message' 'end '; do
            grep -n -m1 "^$step" steps | cut -d: -f1
        done >lines
        [ "$(wc -l <lines)" = 6 ] && sort -nc lines || return 1
    done
    jq -e '[.steps[] | select(.zmtp == "READY" and .call == "gss_wrap") | .arrived] == [true, true]' seen
}

@test "a connection is shown with its endpoints, greeting, handshake, READY and first message" {
    start server "$GSSTAP" run -p policy.yaml -o server.pcapng -- "$BUILD/hosts/zpair" socket REP bind "$ENDPOINT" answer 2
    start client "$GSSTAP" run -p policy.yaml -o client.pcapng -- "$BUILD/hosts/zpair" socket REQ connect "$ENDPOINT" send one recv send two recv
    finish client
    finish server
    "$GSSTAP" timeline --format json client.pcapng server.pcapng >seen
    jq -es --arg endpoint "$ENDPOINT" 'length == 1 and (.[0] | .outcome == "established" and .initiator.endpoint == $endpoint and .initiator.peer == $endpoint)' seen
    jq -e '[.steps[] | select(.step == "opened")] | map([.call, .injected, .service]) | sort == [["zmq_bind", true, "zmq@localhost"], ["zmq_connect", true, "zmq@localhost"]]' seen
    in_order
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

# own NAME WORD...: the client's words, and the server's in OWN_SERVER, of two programs that set up libzmq's GSSAPI; what
# the timeline has of them as JSON is `seen`. RUN are options of both gsstap run.
own() {
    mkdir "$1"
    start server "$GSSTAP" run "${RUN[@]}" -o "$1/server.pcapng" -- "$BUILD/hosts/zpair" socket REP set gssapi_server 1 "${OWN_SERVER[@]}"
    start client "$GSSTAP" run "${RUN[@]}" -o "$1/client.pcapng" -- "$BUILD/hosts/zpair" "${@:2}"
    finish client
    finish server
    "$GSSTAP" timeline --format json "$1"/*.pcapng >seen
}

@test "libzmq's own GSSAPI has the same rows, without a policy and with one that leaves it to libzmq" {
    OWN_SERVER=(bind "$ENDPOINT" answer 2)
    own none socket REQ set gssapi_service_principal zmq@localhost connect "$ENDPOINT" send one recv send two recv
    jq -es --arg endpoint "$ENDPOINT" 'length == 1 and (.[0] | .outcome == "established" and .initiator.endpoint == $endpoint and .acceptor.endpoint == $endpoint)' seen
    jq -e '[.steps[] | select(.step == "opened")] | map([.call, .injected]) | sort == [["zmq_bind", false], ["zmq_connect", false]]' seen
    in_order
    "$GSSTAP" timeline none/*.pcapng >text
    grep -q "initiator  zmq_connect $ENDPOINT$" text
    grep -q "acceptor   greetings are exchanged, both ends offer GSSAPI" text
    printf 'version: 1\nzmq: {engine: libzmq}\n' >policy.yaml
    RUN=(-p policy.yaml)
    own left socket REQ set gssapi_service_principal zmq@localhost connect "$ENDPOINT" send one recv send two recv
    in_order
}

@test "of several endpoints none is told, and of several times none" {
    local other
    read -r other < <(free_port)
    OWN_SERVER=(bind "$ENDPOINT" bind "tcp://127.0.0.1:$other" answer 2)
    own two socket REQ set gssapi_service_principal zmq@localhost connect "$ENDPOINT" send one recv close \
        socket REQ set gssapi_service_principal zmq@localhost connect "$ENDPOINT" send two recv
    jq -es --arg endpoint "$ENDPOINT" 'length == 2 and all(.[]; .acceptor.endpoint == null and .initiator.endpoint == $endpoint)' seen
    jq -es 'all(.[]; [.steps[] | select(.step == "opened")] == [] and ([.steps[] | select(.step == "greeted")] | length == 2))' seen
}
