#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# What is still open when a process ends: handshakes that it gave up by that, and contexts that it never deleted. How
# it ends stays as it is without us.

bats_require_minimum_version 1.5.0
load helper
load ways

setup_file() {
    realm_up -u alice -s host@localhost
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# leave LEVEL HOW...: under the shim, as it is bare; the events of all its processes, less those of no interest.
leave() {
    rm -rf trace && mkdir trace
    bare "$HOSTS/leaves" "${@:2}"
    run under_shim GSSTAP_TRACE="$PWD/trace/%p.pcapng" GSSTAP_LEVEL="$1" "$HOSTS/leaves" "${@:2}"
    same
    trace_json trace/* >lines
    jq -c 'select(.event | IN("handshake", "context")) | [.event, .role, .outcome // .wrapped + .unwrapped, .reason]' lines >told
}

@test "what is open when a process ends is told once, at every level" {
    for level in audit calls tokens; do
        for how in return exit quick_exit _exit _Exit syscall syscall-thread after-thread signal thread exec; do
            leave $level $how
            case $how in
            exec) end="the process executed another program" ;;
            *) end="the process ended" ;;
            esac
            [ "$(sed 2q told)" = '["handshake","acceptor","established",null]
["handshake","initiator","established",null]' ]
            [ "$(sed 1,2d told | sort)" = "$(printf '%s\n' \
                "[\"context\",\"acceptor\",1,\"$end, and had not deleted it\"]" \
                "[\"context\",\"initiator\",1,\"$end, and had not deleted it\"]" \
                "[\"handshake\",\"initiator\",\"abandoned\",\"$end before the context was established\"]")" ]
            jq -e -s 'map(select(.outcome == "abandoned")) | .[0] | .acceptor == "host/localhost@GSSTAP.TEST" and .handshake' lines
        done
    done
}

@test "a child that ends tells nothing of its parent's contexts" {
    for how in fork:exit fork:_exit fork:syscall fork:exec vfork:_exit vfork:syscall vfork:syscall-thread vfork:exec; do
        leave calls $how
        [ "$(jq -s 'map(select(.event == "context" or .outcome == "abandoned") | .reason) | unique' -c lines)" = \
            '[null,"the program gave the context up before it was established"]' ]
        [ "$(grep -c '"context"' told)" = 2 ]
        [ "$(grep -c abandoned told)" = 1 ]
    done
}

@test "a process that is killed tells nothing, and its handshake has not ended" {
    leave calls kill
    [ "$(wc -l <told)" = 2 ]
    run -0 "$GSSTAP" decode --summary trace/*
    [[ $output == *"leaves on "*": the end of a handshake with host/localhost@GSSTAP.TEST, which it began 1 time"* ]]
    "$GSSTAP" decode --summary --format json trace/* |
        jq -e -s 'map(select(.what == "handshake")) | length == 1 and .[0].acceptor == "host/localhost@GSSTAP.TEST" and .[0].count == 1'
    leave calls return
    run -0 "$GSSTAP" decode --summary trace/*
    [[ $output != *"the end of a handshake"* ]]
}

@test "a client whose server hangs up is seen by who looks at audit alone" {
    "$PYTHON" - >port <<'PY' 3>&- &
import socket
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
client, come = server.accept()[0], 0
while come < 200:  # gss-client says that it is there before it makes its token
    come += len(client.recv(4096)) or 200
PY
    server=$!
    wait_until 20 test -s port
    run "$GSSTAP" run -l audit -o hangup.pcapng -- gss-client -port "$(cat port)" localhost host@localhost hi
    wait "$server"
    trace_json hangup.pcapng | jq -e -s 'map(select(.event == "handshake")) | length == 1 and
        .[0].outcome == "abandoned" and (.[0].reason | startswith("the process ended"))'
    "$GSSTAP" decode --summary hangup.pcapng | tee summary
    grep -q "1 given up" summary
}

@test "ten thousand open contexts are told in no time that anybody would notice" {
    leave audit return 10000
    [ "$(grep -c abandoned told)" = 10001 ]
}

# never_returns HOW: under the shim, as it is bare; its calls that were left, and what became of its handshakes.
never_returns() {
    rm -rf trace && mkdir trace
    bare timeout 60 "$HOSTS/never_returns" "$@"
    run under_shim GSSTAP_TRACE="$PWD/trace/%p.pcapng" timeout 60 "$HOSTS/never_returns" "$@"
    same
    trace_json trace/* >lines
    jq -c 'select(.event == "left") | [.call, .reason]' lines >left
    jq -c 'select(.event == "handshake") | [.role, .outcome, .reason]' lines >told
}

# Which of both is told where nothing follows the jump but the end: that may stand lower on the stack, or higher.
either() {
    jq -r '.[1]' left | grep -xF -e "$JUMPED" -e "$ENDED"
}

JUMPED="the program jumped out of the call"
ENDED="the process ended, and the call had not returned"

# gives_up HOW: the call of never_returns is told of, and its handshake.
gives_up() {
    local why
    never_returns "$1"
    case $1 in
    thread | cancel) why="the thread ended, and the call had not returned" ;;
    exit) why=$ENDED ;;
    retry) why=$JUMPED ;;
    end) why=$(either) ;;
    esac
    [ "$(cat left)" = "[\"gss_init_sec_context\",\"$why\"]" ]
    [ "$(head -n 1 told)" = "[\"initiator\",\"abandoned\",\"$why\"]" ]
    jq -e -s 'map(select(.event == "left")) | .[0].age_ns > 0' lines
    jq -e -s 'map(select(.outcome == "abandoned")) | .[0] | .acceptor == "unknown/localhost@GSSTAP.TEST" and (has("duration_ns") | not)' lines
    case $1 in
    retry) [ "$(sed 1d told)" = '["acceptor","established",null]
["initiator","established",null]' ] ;;
    *) [ "$(wc -l <told)" = 1 ] ;;
    esac
}

# AddressSanitizer takes what a thread does last for a use of the frames that its cancellation has left.
# bats test_tags=bare
@test "a call that its thread is cancelled in is told of, and its handshake is given up" {
    kvno -q host/localhost
    gives_up cancel
}

@test "a call that never returns is told of, and its handshake is given up" {
    local how why
    kvno -q host/localhost
    for how in retry end thread exit; do
        gives_up $how
    done
    run -0 "$GSSTAP" decode trace/*
    [[ $output == *" left gss_init_sec_context, entered "*" s before: the process ended, and the call had not returned"* ]]
    [[ $output == *" handshake abandoned as initiator -> unknown/localhost@GSSTAP.TEST,"*": the process ended, and the call had not returned"* ]]
    run -0 "$GSSTAP" timeline trace/*
    echo "$output"
    [[ $output == *": abandoned within "*"gss_init_sec_context: never returned, noticed after "*" ms: the process ended"* ]]
    "$GSSTAP" timeline --format json trace/* >rows
    jq -e '.outcome == "abandoned" and (.initiator | has("duration_ns") | not) and .steps[-1].step == "left" and .steps[-1].at_ns == 0' rows
    jq -e -s 'map(select(.abandoned == 1)) | length == 1' <("$GSSTAP" decode --summary --format json trace/*)
    mkfifo pipe
    KRB5_TRACE=$PWD/pipe never_returns later
    why=$(either)
    [ "$(cat left)" = "[\"gss_init_sec_context\",\"$why\"]" ]
    [ "$(cat told)" = "[\"acceptor\",\"established\",null]
[\"initiator\",\"abandoned\",\"$why\"]" ]
    # Below that of a handler on another stack a call may go on.
    never_returns aside
    [ "$(jq -r 'select(.event == "left" or .call == "gss_delete_sec_context") | .event' lines)" = 'call
left' ]
    [ "$(wc -l <told)" = 1 ]
}
