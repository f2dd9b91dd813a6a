#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# timeout: 240
#
# What MIT's libkrb5 says of itself, in the trace: where it says it, of every thread and process, and beside whatever
# KRB5_TRACE, or a callback of the program's own, makes of the same lines.

bats_require_minimum_version 1.5.0
load helper
load ways

setup_file() {
    realm_up -u alice -s host@localhost
    kadmin.local addprinc -pw opensesame +requires_preauth bob >/dev/null
    mkdir "$BATS_FILE_TMPDIR/within"
    "$PYTHON" "$TOP/tests/bound_within.py" "$(ldconfig -p | awk '$1 == "libkrb5.so.3" {print $NF; exit}')" \
        "$BATS_FILE_TMPDIR/within/libkrb5.so.3"
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    export KRB5CCNAME=FILE:$PWD/cache
    own_ticket
}

# own_ticket: a cache of this test's own, with a ticket for tickets only.
own_ticket() {
    kinit -kt "$GSSTAP_REALM/client/alice" alice
}

# heard [VAR=VALUE...] COMMAND...: under the shim, all calls and libkrb5's lines in $BATS_TEST_TMPDIR/trace.
heard() {
    tapped GSSTAP_KRB5_TRACE=1 "$@"
}

# lines [FILTER]: the texts of libkrb5's lines that pass, of all traces.
lines() {
    events ".event == \"krb5_trace\" and (${1:-true})" | jq -r .text
}

# in_calls: each line lies within a call of its own thread: the next call that this thread tells of had begun by then, and
# the one before had returned. Prints those that do not. The time of an event for which pages had to be made first is a bit
# later than that of its call's return, and so is the call's beginning, which is told by its duration.
in_calls() {
    local outside
    outside=$(events true | jq -s -c '
        def at: (.time[0:19] + "Z" | fromdateiso8601) % 86400 * 1000000000 + (.time[20:29] | tonumber);
        [.[] | select(.event | IN("call", "krb5_trace"))] | group_by([.pid, .tid])[] | sort_by(.seq) |
        (map(select(.event == "call") | {seq, from: (at - .duration_ns), to: at})) as $calls |
        .[] | select(.event == "krb5_trace") | . as $line | at as $at |
        ([$calls[] | select(.seq > $line.seq)][0]) as $next | ([$calls[] | select(.seq < $line.seq)][-1]) as $last |
        select($next == null or $next.from > $at + 50000000 or $next.to < $at or $last.to > $at)')
    [ -z "$outside" ] || { echo "$outside"; return 1; }
}

# bodies FILE...: what KRB5_TRACE has written, without times and processes.
bodies() {
    sed -E 's/^\[[0-9]+\] [0-9]+\.[0-9]+: //' "$@"
}

# mask: what differs from run to run.
mask() {
    sed -E -e 's,/[0-9A-F]{4}\b,/KEY,g; s,/\(hidden\),/KEY,g; s/seqnum [0-9]+/seqnum N/; s/\([0-9]+ bytes\)/(N bytes)/' \
        -e 's/time [0-9.]+/time T/'
}

listens() {
    grep -q "$(printf ':%04X 00000000:0000 0A' "$1")" /proc/net/tcp /proc/net/tcp6
}

@test "of both ends of a handshake, each line lies within the call that it is of" {
    local port server
    port=$(free_port)
    mkdir trace
    command timeout "$(patience 60)" "$GSSTAP" run --krb5-trace --all -o trace/server.pcapng -- \
        gss-server -once -port "$port" host@localhost >server.out 2>&1 3>&- &
    server=$!
    wait_until 20 listens "$port"
    "$GSSTAP" run --krb5-trace --all -o trace/client.pcapng -- \
        gss-client -port "$port" localhost host@localhost hello
    wait "$server"
    in_calls
    trace_json trace/client.pcapng | jq -r 'select(.event | IN("krb5_trace", "call")) | .text // .call' >client
    grep -q '^Sending request ([0-9]* bytes) to GSSTAP.TEST$' client
    grep -q '^Creating authenticator for alice@GSSTAP.TEST -> host/localhost@GSSTAP.TEST' client
    # A call is written when it returns: the ticket was got in the first of these.
    [ "$(grep -nm1 '^Sending request' client | cut -d: -f1)" -lt "$(grep -nm1 ^gss_init_sec_context client | cut -d: -f1)" ]
    [ "$(grep -n '^Read AP-REP' client | cut -d: -f1)" -gt "$(grep -nm1 ^gss_init_sec_context client | cut -d: -f1)" ]
    trace_json trace/server.pcapng | jq -r 'select(.event == "krb5_trace").text' >server
    grep -q '^Decrypted AP-REQ with' server
    grep -q '^AP-REQ ticket: alice@GSSTAP.TEST -> host/localhost@GSSTAP.TEST, session key ' server
    run -0 "$GSSTAP" decode -e krb5_trace trace
    [ "$(grep -c ' libkrb5: ' <<<"$output")" = $(($(grep -cv ^gss_ client) + $(wc -l <server))) ]
    [[ $output != *gss_init_sec_context* ]]
}

@test "of many threads, and of children that are forked, each line is its own" {
    heard "$HOSTS/threads" 24 2
    [ "$output" = "24 threads, 2 messages each" ]
    in_calls
    [ "$(events '.event == "krb5_trace" and (.text | test("^Decrypted AP-REQ"))' | jq .tid | sort | uniq -c | awk '$1 == 1' | wc -l)" = 24 ]
    rm -r trace
    heard "$HOSTS/fork_child"
    [ "$(traces)" = 3 ]
    in_calls
    [ "$(lines 'true' | grep -c '^Decrypted AP-REQ')" = 4 ]
    [ "$(events '.event == "krb5_trace" and (.text | test("^Decrypted AP-REQ"))' | jq .pid | sort -u | wc -l)" = 3 ]
}

@test "they are not there unless they are asked for, and the program makes the same system calls" {
    local way
    tapped "$HOSTS/handshake" krb5 1
    traced gss_init_sec_context
    [ -z "$(lines)" ]
    for way in "$SANITIZER" "$PRELOAD"; do
        # From where libkrb5 begins: what brings us in is before that. Memory without a file is a sanitizer's, too; and
        # whether its configuration has changed libkrb5 looks anew in each second.
        strace -qq -o calls -E LD_PRELOAD="$way" -e trace=%file,%desc,%network "$HOSTS/krb5_lines" open
        sed -n '/krb5\.conf/,/^write(1/p' calls | sed -E '/MAP_ANONYMOUS/d; /^newfstatat\(AT_FDCWD, .*krb5\.conf/d; s/\(.*//' >"names-${#way}"
    done
    [ "$(wc -l <names-${#SANITIZER})" -gt 30 ]
    diff names-${#SANITIZER} names-${#PRELOAD}
}

@test "at level audit and beside what -e and --handshakes choose they are there as well; at level off they cannot be" {
    for with in "-l audit" "-e gss_wrap" --handshakes; do
        # shellcheck disable=SC2086 # words
        "$GSSTAP" run --krb5-trace $with --text=shown -- "$HOSTS/handshake" krb5 1
        grep -q ' libkrb5: Decrypted AP-REQ with' shown
        grep -q ' handshake established as initiator' shown
        [ "$(grep -c gss_init_sec_context shown)" = 0 ]
    done
    run -2 "$GSSTAP" run --krb5-trace -l off true
    [[ $output == *"--krb5-trace: at level off nothing is recorded"* ]]
}

# Where the library calls its own functions by the loader, and where it does not.
both_kinds() {
    "$@"
    own_ticket
    export LD_LIBRARY_PATH=$BATS_FILE_TMPDIR/within LD_BIND_NOW=1
    rm -rf trace
    "$@"
}

beside_a_file() {
    rm -f bare now
    echo before >bare
    cp bare now
    chmod 640 bare now
    KRB5_TRACE=$PWD/bare bare "$HOSTS/krb5_lines" open
    KRB5_TRACE=$PWD/now heard "$HOSTS/krb5_lines" open
    same
    diff <(bodies bare | mask) <(bodies now | mask)
    [ "$(stat -c %a now)" = 640 ]
    # The same lines are in the trace, in the same order.
    diff <(bodies now | tail -n +2 | mask) <(lines | mask)
    rm bare now trace/*
    kvno host/localhost # or only the first of these would ask for it
    KRB5_TRACE=$PWD/bare bare "$HOSTS/handshake" krb5 1
    KRB5_TRACE=$PWD/now heard "$HOSTS/handshake" krb5 1
    same
    [ "$(stat -c %a now)" = 600 ]
    diff <(bodies bare | mask) <(bodies now | mask)
    diff <(bodies now | mask) <(lines | mask)
    rm trace/*
    KRB5_TRACE=$PWD/none/none bare "$HOSTS/krb5_lines" open
    KRB5_TRACE=$PWD/none/none heard "$HOSTS/krb5_lines" open
    same
    [ "$(lines | wc -l)" -gt 2 ]
}

@test "a file of KRB5_TRACE gets the same lines as without us, and so does the trace" {
    both_kinds beside_a_file
}

@test "libkrb5's own file is written by libkrb5 itself" {
    KRB5_TRACE=$PWD/file heard strace -qq -o calls -e trace=openat "$HOSTS/krb5_lines" open
    [ "$(grep -c "\"$PWD/file\"" calls)" = 1 ]
    [ "$(lines | wc -l)" -gt 10 ]
}

through_a_pipe() {
    mkfifo pipe
    command timeout "$(patience 60)" cat pipe >piped 3>&- &
    KRB5_TRACE=$PWD/pipe heard "$HOSTS/krb5_lines" open
    [ "$status" = 0 ]
    wait $!
    [ "$(wc -l <piped)" -gt 10 ]
    diff <(bodies piped | mask) <(lines | mask)
    rm pipe
}

@test "who reads KRB5_TRACE from a pipe reads all of it" {
    both_kinds through_a_pipe
}

beside_callbacks() {
    bare "$HOSTS/krb5_lines" own bare
    [ "$(grep -c '^first: ' <<<"$output")" -gt 10 ]
    heard "$HOSTS/krb5_lines" own now
    same
    diff <(bodies bare | mask) <(bodies now | mask)
    # Seven questions, of which the program heard four, wrote down two and let three pass.
    [ "$(lines | grep -c '^Getting credentials')" = 7 ]
    rm bare now
}

@test "a program's own callbacks, and the files that it names, get what they get without us" {
    both_kinds beside_callbacks
}

@test "a context that looks at no environment writes to no file of KRB5_TRACE, and is heard all the same" {
    KRB5_TRACE=$PWD/file heard "$HOSTS/krb5_lines" secure "$KRB5CCNAME"
    [ "$status" = 0 ]
    [ ! -e file ]
    [ "$(lines | grep -c '^Retrieving alice@GSSTAP.TEST -> krbtgt/GSSTAP.TEST@GSSTAP.TEST from .* with result: 0/Success$')" = 2 ]
}

@test "nothing against which a password can be tried out is in a trace" {
    echo opensesame | KRB5CCNAME=MEMORY:none KRB5_TRACE=$PWD/file "$GSSTAP" run --krb5-trace -o trace.pcapng -- kinit bob >/dev/null
    # Not the timestamp that is encrypted in bob's key, nor a hash of it.
    grep -qE 'Encrypted timestamp .*, encrypted [0-9A-F]{80,}$' file
    grep -qE 'AS key .*: aes256-cts/[0-9A-F]{4}$' file
    trace_json trace.pcapng | jq -r 'select(.event == "krb5_trace").text' >texts
    grep -qE 'Encrypted timestamp .*: plain \(hidden\), encrypted \(hidden\)$' texts
    grep -qE 'AS key .*: aes256-cts/\(hidden\)$' texts
    run ! grep -E '[0-9A-F]{32}' texts
    run ! grep -aE 'AS key .*: aes256-cts/[0-9A-F]{4}|encrypted [0-9A-F]{8}' trace.pcapng
    diff <(bodies file | wc -l) <(wc -l <texts)
}

@test "Heimdal, which has no such lines, is left alone" {
    bare "$HOSTS/heimdal_handshake" krb5 1
    heard "$HOSTS/heimdal_handshake" krb5 1
    same
    traced gss_init_sec_context
    [ -z "$(lines)" ]
}
