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
    run ! grep -qaF hello wire
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

@test "a socket whose bind fails has its options back, whatever other threads bind meanwhile" {
    fresh taken
    with wire
    run -0 "${WITH[@]}" LD_PRELOAD="$PRELOAD $BUILD/plugins/meanwhile.so" GSSTAP_LEVEL=audit timeout "$(patience 60)" \
        "$BUILD/hosts/endpoints" taken "tcp://127.0.0.1:$(free_port)"
    [ "$output" = 1000 ]
}

@test "a signal handler may call zmq_close, or leave it by longjmp, wherever its thread is" {
    local way
    for way in calls jumps; do
        fresh "signals-$way"
        with wire
        run -0 "${WITH[@]}" GSSTAP_LEVEL=audit timeout -s KILL "$(patience 30)" "$BUILD/hosts/zmq_signals" $way
        [ "$output" = ended ]
    done
}

# own_memory PID: KiB that are mapped, and of no file, heap or stack: glibc's own begin at multiples of 64 MB.
own_memory() {
    "$PYTHON" -c 'import sys
total = 0
for line in open("/proc/%s/maps" % sys.argv[1]):
    fields = line.split()
    start, end = (int(n, 16) for n in fields[0].split("-"))
    if fields[1] == "rw-p" and len(fields) == 5 and start % (64 << 20):
        total += end - start
print(total >> 10)' "$1"
}

# made COUNT: so many connections are secured.
made() {
    [ "$(trace_json server.pcapng | jq -c 'select(.event == "connection")' | wc -l)" = "$1" ]
}

# threads_of PID COUNT: those that made handshakes are gone again; their stacks too, where the C library keeps none.
threads_of() {
    [ "$(find "/proc/$1/task" -mindepth 1 -maxdepth 1 | wc -l)" = "$2" ]
}

# A sanitizer keeps memory of its own.
# bats test_tags=bare
@test "a connection that has said nothing since it was secured has no buffers" {
    local few many threads
    fresh idle
    endpoints tcp
    with wire
    start server "${WITH[@]}" GSSTAP_TRACE="$PWD/server.pcapng" GSSTAP_LEVEL=audit GLIBC_TUNABLES=glibc.pthread.stack_cache_size=0:glibc.malloc.arena_max=1 \
        "$BUILD/hosts/zpair" socket PULL bind "$NEAR" touch up recv
    wait_until 60 test -e up
    threads=$(find "/proc/${PID[server]}/task" -mindepth 1 -maxdepth 1 | wc -l)
    # The first 200 make the allocator as large as so many handshakes at once want it.
    for count in 200 400; do
        start "clients-$count" "${WITH[@]}" GSSTAP_LEVEL=off "$PYTHON" -c 'import signal, sys, zmq
context = zmq.Context()
sockets = [context.socket(zmq.PUSH) for _ in range(int(sys.argv[2]))]
for s in sockets:
    s.linger = 0
    s.connect(sys.argv[1])
signal.pause()' "$NEAR" 200
        few=${many:-}
        wait_until 60 made "$count"
        wait_until 60 threads_of "${PID[server]}" "$threads"
        many=$(own_memory "${PID[server]}")
    done
    echo "$few KiB with 200, $many KiB with 400"
    [ $((many - few)) -lt $((200 * 8)) ]
}
