#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Debian's own programs, unchanged, talk by GSSAPI under `gsstap run`: rsyslog, ffmpeg, ipykernel, ruby-ffi-rzmq, and a
# C++ program on cppzmq. Each pair talks twice through a recorder: bare, where the secret must be readable on the wire
# (else the test could not fail), and under gsstap, where it must have arrived and be unreadable.
# timeout: 240

load helper
load wire
load realworld

setup_file() {
    realworld_up
}

teardown_file() {
    realm_down
}

teardown() {
    local file pid
    stop_all
    # Whatever is wrong with a rsyslogd, it does not outlive its test.
    for file in "$BATS_TEST_TMPDIR"/*/*.pid; do
        pid=$(cat "$file" 2>/dev/null) || continue
        [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != rsyslogd ] || kill -9 "$pid" || :
    done
}

# shellcheck disable=SC2153 # NEAR and FAR are set by endpoints
# rsyslog WAY TYPE/TYPE: two private rsyslogd; what logger hands to one, over a socket of its own, the other writes down.
rsyslog() {
    local type in out
    fresh "rsyslog-$1-${2/\//-}"
    way "$1"
    endpoints tcp
    record wire "$FAR" "$NEAR"
    case $2 in
    PUSH/PULL) in="@$NEAR" out=">$FAR" ;;
    PUB/SUB) in=">$FAR" out="@$NEAR" ;;
    esac
    for type in PULL SUB PUSH PUB; do
        case $2 in
        *"/$type")
            start receiver env DIR="$PWD" TYPE=$type IN="$in" "${WITH[@]}" \
                rsyslogd -n -f "$TOP/tests/realworld/rsyslog-receives.conf" -i "$PWD/receiver.pid"
            ;;
        "$type/"*)
            start sender env DIR="$PWD" TYPE=$type OUT="$out" "${WITH[@]}" \
                rsyslogd -n -f "$TOP/tests/realworld/rsyslog-sends.conf" -i "$PWD/sender.pid"
            ;;
        esac
    done
    [ "$2" = PUB/SUB ] || wait_until 20 listens "$NEAR" # omczmq binds when it has something to say
    wait_until 20 test -S log
    wait_until 20 logged
}

# A publisher drops what nobody has subscribed to yet: so it is said until it is heard.
logged() {
    logger -u log -d "$SECRET" && has_line received "^got .*$SECRET$"
}

@test "rsyslog: omczmq to imczmq, PUSH to PULL" {
    local way
    for way in bare injected; do
        rsyslog $way PUSH/PULL
        stop_all
        seen $way wire
        secured_by 1 $way
    done
}

@test "rsyslog: omczmq to imczmq, PUB to SUB" {
    local way
    for way in bare injected; do
        rsyslog $way PUB/SUB
        stop_all
        seen $way wire
        secured_by 1 $way
    done
}

# czmq ends its context in a destructor, that is inside dlclose, which holds the loader's lock: whoever joins an I/O
# thread there must not depend on that thread looking up a symbol.
@test "rsyslog ends when it is told to, as it does without gsstap" {
    local way
    for way in bare injected injected injected; do
        rsyslog $way PUSH/PULL
        kill "$(cat sender.pid)" "$(cat receiver.pid)"
        wait_until 10 gone "${PID[sender]}"
        wait_until 10 gone "${PID[receiver]}"
        finish sender
        finish receiver
        stop_all
    done
}

# The samples of an 8-bit recording are the secret's letters.
@test "ffmpeg: a stream over zmq:tcp, PUB to SUB" {
    local way raw=(-f u8 -ar 8000 -ac 1)
    for way in bare injected; do
        fresh "stream-$way"
        way $way
        endpoints tcp
        record wire "$FAR" "$NEAR"
        yes "$SECRET" | head -n 2000 >in.u8
        start publisher "${WITH[@]}" ffmpeg -nostdin -loglevel warning -re -stream_loop -1 "${raw[@]}" -i in.u8 \
            -c copy -f u8 "zmq:$NEAR"
        wait_until 20 listens "$NEAR"
        start subscriber "${WITH[@]}" ffmpeg -nostdin -loglevel warning "${raw[@]}" -i "zmq:$FAR" -c copy -t 0.5 -f u8 out.u8
        finish subscriber
        readable out.u8
        kill "${PID[publisher]}"
        finish publisher 255 # as ffmpeg ends when it is told to
        stop_all
        seen $way wire
        secured_by 1 $way
    done
}

@test "ffmpeg: commands to its filter zmq, from Python, REQ to REP" {
    local way
    for way in bare injected; do
        fresh "filter-$way"
        way $way
        endpoints tcp
        record wire "$FAR" "$NEAR"
        start filter "${WITH[@]}" ffmpeg -nostdin -loglevel info -re -f lavfi \
            -i "testsrc=s=64x48:r=10,zmq=bind_address=${NEAR//:/\\\\:},drawbox@box=x=1" -f null -
        wait_until 20 listens "$NEAR"
        zpair Python
        start asker "${PROGRAM[@]}" socket REQ connect "$FAR" send "drawbox@box x 12" recv \
            send "drawbox@box color '$SECRET'" recv
        finish asker
        [ "$(cat asker.out)" = "got 0 Success"$'\n'"got 22 Invalid argument" ]
        kill "${PID[filter]}"
        finish filter 255
        grep -q "Cannot find color '$SECRET'" filter.out
        stop_all
        seen $way wire
        secured_by 1 $way
    done
}

KERNEL=("$PYTHON" -m ipykernel_launcher)

@test "ipykernel: every channel of a kernel and its client, over tcp" {
    jupyter bare tcp "${KERNEL[@]}"
    jupyter injected tcp "${KERNEL[@]}"
    # shell, iopub, stdin, control, heartbeat; and the kernel connects to itself, for its children's output
    secured_by 6 injected
}

@test "ipykernel: every channel of a kernel and its client, over ipc" {
    jupyter bare ipc "${KERNEL[@]}"
    jupyter injected ipc "${KERNEL[@]}"
    secured_by 6 injected
}

@test "ruby-ffi-rzmq: REQ to REP, over tcp and ipc" {
    local transport way
    for transport in tcp ipc; do
        for way in bare injected; do
            ask_answer $way $transport ruby "$TOP/tests/realworld/talk.rb"
        done
    done
}

@test "cppzmq: DEALER to ROUTER in C++, over tcp and ipc" {
    local transport way
    g++ -std=c++17 -O2 -Wall -Wextra -Werror -o "$BATS_TEST_TMPDIR/cppzmq_pair" "$TOP/tests/hosts/cppzmq_pair.cc" -lzmq
    for transport in tcp ipc; do
        for way in bare injected; do
            ask_answer $way $transport "$BATS_TEST_TMPDIR/cppzmq_pair"
        done
    done
}
