#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0110: the handshake was established, and then the server's ZAP handler did not let the client in.

bats_require_minimum_version 1.5.0
load helper
load wire
load diagnose
load diagnose_zmq

setup_file() {
    realm_up -u alice -u mallory -s zmq@localhost
}

# seen FILTER FILE: for wait_until.
seen() {
    trace_json "$2" 2>/dev/null | jq -se "any(.[]; $1)" >/dev/null
}

# served NAME DENIED [HOW]: a server whose handler denies this one, and alice, traced into a fresh directory NAME.
served() {
    local gives
    mkdir "$1"
    read -r PORT gives < <(free_port 2)
    printf 'version: 1\nzmq: {engine: wire}\n' >own.yaml
    start server "$GSSTAP" run -p own.yaml -o "$1/server.pcapng" -- "$BUILD/hosts/zap_server" REP "${3:-400}" "$2@GSSTAP.TEST" \
        "tcp://127.0.0.1:$PORT" "tcp://127.0.0.1:$gives" "$1/up"
    wait_until 60 test -e "$1/up"
    start client "$GSSTAP" run -p own.yaml -o "$1/client.pcapng" -- "$BUILD/hosts/zpair" socket REQ set linger 0 \
        set gssapi_service_principal zmq@localhost connect "tcp://127.0.0.1:$PORT" send hello recv
}

# ended NAME: server and client go.
ended() {
    kill "${PID[server]}"
    wait "${PID[server]}" || :
    kill "${PID[client]}" 2>/dev/null || :
    wait "${PID[client]}" || :
}

@test "a client that the server's ZAP handler denies is told of, with its words, and is none once it is let in" {
    served wrong alice
    wait_until 30 seen '.event == "handshake" and .outcome == "refused"' wrong/server.pcapng
    wait_until 30 seen '.event == "handshake" and .outcome == "abandoned"' wrong/client.pcapng
    ended
    doctor wrong/server.pcapng wrong/client.pcapng
    only GT0110
    finds GT0110 '.cause == "alice@GSSTAP.TEST was authenticated, and the ZAP handler of zap_server does not let it in"'
    finds GT0110 '.evidence | any(test("400 denied by the program"))'
    finds GT0110 '.evidence | any(test("zpair.*the peer went away before the context was established"))'
    doctor wrong/server.pcapng # alone it knows all of it
    only GT0110

    # Each connection is one handshake in the timeline, which says how it ended.
    run -0 "$GSSTAP" timeline --format json wrong/server.pcapng
    jq -se 'map(select(.outcome)) | length >= 1 and all(.outcome == "refused")' <<<"$output"
    run -0 "$GSSTAP" timeline wrong/server.pcapng wrong/client.pcapng
    [[ $output == *"400 denied by the program"* && $output != *"given to an acceptor before"* ]]

    served right nobody
    finish client
    kill "${PID[server]}"
    wait "${PID[server]}" || :
    healthy right/server.pcapng right/client.pcapng
}

@test "a handler whose answers do not count is told of, and a server that ends while it asks its own is none" {
    served malformed alice version
    wait_until 30 seen '.event == "handshake" and .outcome == "refused"' malformed/server.pcapng
    ended
    doctor malformed/server.pcapng
    only GT0110
    finds GT0110 '.cause == "alice@GSSTAP.TEST was authenticated, and the ZAP handler of zap_server gave a malformed answer"'
    # One that was authenticated and refused is one that was refused.
    jq -se 'any(.[]; .kind == "seen" and .established == 0 and .refused > 0)' found || { cat found; return 1; }

    served ends alice silent
    wait_until 30 seen '.event == "handshake" and .outcome == "established"' ends/server.pcapng
    ended
    run -0 seen '.event == "handshake" and (.reason // "" | test("ended while the program.s ZAP handler was asked"))' ends/server.pcapng
    run -1 seen '.outcome == "refused"' ends/server.pcapng
    healthy ends/server.pcapng
}
