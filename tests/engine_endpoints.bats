#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs that make endpoints and end them for as long as they live: nothing is left of those that are over, and what may
# still connect is as secured as it was.
# timeout: 600

bats_require_minimum_version 1.5.0
load helper
load wire
load peers

setup_file() {
    realm_up -u alice -s zmq@localhost
    peer_policies
}

teardown_file() {
    realm_down
}

teardown() {
    stop_all
}

# grown COUNT: bytes for each endpoint by which the program grew after the first quarter of them, from its output.
grown() {
    awk -v count="$1" 'NR == 1 { from = $2 } { to = $2 } END { printf "%d", (to - from) * 1024 / (count * 3 / 4) }'
}

# A sanitizer keeps memory of its own.
# bats test_tags=bare
@test "endpoints that are over leave no memory taken, however they ended" {
    local way count
    for way in "socket 8000" "context 2000" "bind 4000"; do
        fresh "grows-${way% *}"
        count=${way#* }
        with wire
        run -0 "${WITH[@]}" GSSTAP_LEVEL=audit timeout "$(patience 100)" "$BUILD/hosts/endpoints" "${way% *}" "$count"
        echo "$way: $output"
        [ "$(grown "$count" <<<"$output")" -lt 700 ]
    done
}

@test "a process may make more endpoints than it could have at once, and the last is secured" {
    fresh many
    endpoints tcp
    record wire "$FAR" "$NEAR"
    with wire
    start server "${WITH[@]}" "$BUILD/hosts/zpair" socket PULL bind "$NEAR" touch up recv
    wait_until 60 test -e up
    run -0 "${WITH[@]}" GSSTAP_LEVEL=audit timeout "$(patience 200)" "$BUILD/hosts/endpoints" socket 70000 "$FAR"
    finish server
    [ "$(cat server.out)" = "got hello" ]
    ! grep -qaF hello wire
}

@test "what was disconnected with something to send is sent, secured, long after others would be over" {
    local port
    port=$(free_port)
    fresh owed
    with wire
    start owes "${WITH[@]}" GSSTAP_LEVEL=audit "$BUILD/hosts/endpoints" owed 40 "tcp://127.0.0.1:$port"
    wait_until 120 test -e made
    with bare
    start bare "${WITH[@]}" "$BUILD/hosts/zpair" socket PULL bind "tcp://127.0.0.1:$port" recv-not 3000
    finish bare
    [ "$(cat bare.out)" = nothing ]
    with wire
    run -0 "${WITH[@]}" "$BUILD/hosts/zpair" socket PULL bind "tcp://127.0.0.1:$port" recv
    [ "$output" = "got hello" ]
    finish owes
}
