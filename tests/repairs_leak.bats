#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Encrypted messages leave no memory behind (facts Z2), on the stock libzmq and on one that frees by itself. The leak is
# first seen under `repairs: none`.
# timeout: 420

load helper
load wire
load repairs

LITTLE=8000 # KB: what a heap may settle by; the leak is 10 KB a message

# AddressSanitizer keeps what is freed for a while, up to 256 MB of it: here that would look like the leak.
[ -z "${ASAN_OPTIONS:-}" ] || export ASAN_OPTIONS=$ASAN_OPTIONS:quarantine_size_mb=1:thread_local_quarantine_size_kb=64

setup_file() {
    realm_up -u alice -s zmq@localhost
    repair_policies
    mkdir -p "$BATS_FILE_TMPDIR/frees"
    ln -s "$BUILD/plugins/zmq_frees.so" "$BATS_FILE_TMPDIR/frees/libzmq.so.5"
}

teardown_file() {
    realm_down
}

teardown() {
    stop_all
}

# echo_stream COUNT [native]: 10 KB each way, COUNT times; sets SERVER and CLIENT to what each grew by, in KB.
echo_stream() {
    local port
    read -r port < <(free_port)
    host repair_leak
    start server "${HOST[@]}" bind "tcp://127.0.0.1:$port" "$1" 10240 "${@:2}"
    start client "${HOST[@]}" connect "tcp://127.0.0.1:$port" "$1" 10240 "${@:2}"
    wait_until 240 gone "${PID[client]}"
    finish client
    finish server
    SERVER=$(sed -n 's/^grew //p' server.out) CLIENT=$(sed -n 's/^grew //p' client.out)
    echo "$1 messages: server $SERVER KB, client $CLIENT KB"
}

flat() {
    [ "$SERVER" -lt $LITTLE ] && [ "$CLIENT" -lt $LITTLE ]
}

# frees: WITH also has the libzmq that frees.
frees() {
    WITH+=(LD_LIBRARY_PATH="$BATS_FILE_TMPDIR/frees")
}

@test "without the repair each message leaks" {
    fresh none
    under none
    echo_stream 3000
    [ "$SERVER" -gt 24000 ] && [ "$CLIENT" -gt 24000 ]
}

@test "10,000 messages of 10 KB each way leave nothing behind" {
    fresh all
    under all
    echo_stream 10000
    flat
    recorded 2 '.event == "repair" and .repair == "leak" and (.reason | length) > 10'
}

@test "nor do those of programs that set up GSSAPI by themselves" {
    fresh native-leaks
    under bare
    echo_stream 3000 native
    [ "$SERVER" -gt 24000 ] && [ "$CLIENT" -gt 24000 ]
    fresh native
    under all
    echo_stream 8000 native
    flat
}

@test "a libzmq that frees by itself is left alone: no leak, no double free" {
    # It is what it says, without gsstap.
    fresh frees-bare
    under bare
    frees
    echo_stream 3000 native
    flat
    fresh frees
    under all
    frees
    WITH+=(MALLOC_CHECK_=3 MALLOC_PERTURB_=165)
    echo_stream 8000
    flat
    recorded 2 '.event == "inject"'
    recorded 0 '.event == "repair" and .repair == "leak"'
}

# examined: 50 messages each way, with both ends under valgrind; they live, and no memory is touched that is not theirs.
examined() {
    local port valgrind=(valgrind --fair-sched=yes --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=none)
    read -r port < <(free_port)
    start server "${WITH[@]}" "${valgrind[@]}" "$BUILD/hosts/repair_leak" bind "tcp://127.0.0.1:$port" 50 10240
    start client "${WITH[@]}" "${valgrind[@]}" "$BUILD/hosts/repair_leak" connect "tcp://127.0.0.1:$port" 50 10240
    finish client
    finish server
    grep -q "ERROR SUMMARY: 0 errors" client.out
    grep -q "ERROR SUMMARY: 0 errors" server.out
}

# What is lost once a connection or once a process is not counted: libzmq and libkrb5 lose some there.
lost_a_message() {
    grep -hE '^==[0-9]+== [0-9,]+ bytes in (4[0-9]|5[0-9]|[1-9][0-9]{2,}) blocks are definitely lost' "$@"
}

# valgrind and AddressSanitizer want the same addresses for their notes of who may touch what.
# bats test_tags=bare
@test "valgrind finds each message lost without the repair, none with it, and no error" {
    fresh valgrind-none
    under none
    examined
    lost_a_message client.out
    lost_a_message server.out
    fresh valgrind-all
    under all
    examined
    run lost_a_message client.out server.out
    [ "$status" = 1 ]
    fresh valgrind-frees
    frees
    examined
    run lost_a_message client.out server.out
    [ "$status" = 1 ]
}
