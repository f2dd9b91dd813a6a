#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GSSAPI on the wire against peers that do not keep to it, in both roles: what a peer that is not authenticated may cost, and a
# fuzzing one at every state. Programs live, serve honest peers, and keep no more memory than before.
# timeout: 900

bats_require_minimum_version 1.5.0
load helper
load wire
load peers

# Connections of the two fuzzing tests together; 100000 for a long look.
CONNECTIONS=${CONNECTIONS:-3000}

setup_file() {
    realm_up -u alice -u mallory -s zmq@localhost
    peer_policies
}

teardown_file() {
    realm_down
}

teardown() {
    stop_all
}

# kb WHAT NAME: VmRSS or VmHWM of what start started.
kb() {
    awk -v what="$1:" '$1 == what {print $2}' "/proc/${PID[$2]}/status"
}

# Sanitizers keep what was freed.
ROOM=${SAN:+1000000}
ROOM=${ROOM:-8000}

# ThreadSanitizer keeps more about each session than what is looked for.
# bats test_tags=no_tsan
@test "what all handshakes together may cost is bounded, and those with tokens of the usual size go on beside them" {
    local port before peak more=${SAN:+60000} # what a sanitizer keeps about 700 sessions of libzmq's
    fresh hoard
    read -r port < <(free_port)
    with sealed
    export GSSTAP_TRACE=$PWD/server.pcapng
    start server "${WITH[@]}" "$BUILD/hosts/zpair" socket REP set handshake_ivl 600000 bind "tcp://127.0.0.1:$port" touch up answer 2
    wait_until 60 test -e up
    before=$(kb VmRSS server)
    # 175 MB, if they were taken.
    start hoarder "$PYTHON" "$TOP/tests/hosts/hoarder.py" "$port" 700
    wait_until 60 has_line hoarder.out sent
    wait_until 60 a_trace '.event == "handshake" and .outcome == "failed" and (.reason | test("all handshakes"))'
    export GSSTAP_TRACE=$PWD/client.pcapng
    run -0 "${WITH[@]}" "$BUILD/hosts/zpair" socket REQ connect "tcp://127.0.0.1:$port" send hello recv
    [ "$output" = "got re hello" ]
    peak=$(kb VmHWM server)
    echo "$before kB before, peak: $peak kB"
    [ "$peak" -gt 60000 ] # or nothing was tried
    [ $((peak - before)) -lt $((95000 + ${more:-0})) ]
}

# attack ROLE WHAT PORT [TYPE...]: in mallory's name where the peer is a client.
attack() {
    start hostile env KRB5CCNAME="$GSSTAP_REALM/ccache/mallory" "$BUILD/hosts/hostile_peer" "$@"
}

# fuzzed COUNT: every connection of hostile.out was made, and ended by the victim.
fuzzed() {
    wait_until 300 gone "${PID[hostile]}"
    finish hostile
    cat hostile.out
    [ "$(sed -nE 's/^connections: ([0-9]+),.*stalled: 0$/\1/p' hostile.out | awk '{n += $1} END {print n}')" = "$1" ]
}

# fuzz_server POLICY VICTIM:PEER COUNT: these types of sockets. Honest clients are served afterwards.
fuzz_server() {
    local port far warm now
    read -r port < <(free_port)
    rm -f up
    with "$1"
    start victim "${WITH[@]}" "$BUILD/hosts/hostile_victim" server "${2%:*}" "tcp://127.0.0.1:$port" up
    wait_until 60 test -e up
    attack client fuzz "$port" "${2#*:}" 1 $(($3 / 3)) 4
    fuzzed $(($3 / 3))
    warm=$(kb VmRSS victim)
    attack client fuzz "$port" "${2#*:}" 2 $(($3 - $3 / 3)) 4
    fuzzed $(($3 - $3 / 3))
    lives victim
    now=$(kb VmRSS victim)
    echo "$*: $warm kB after a third, $now kB after all"
    [ $((now - warm)) -lt "$ROOM" ]
    if [ "${2%:*}" = ROUTER ]; then
        far=$(free_port)
        record wire "tcp://127.0.0.1:$far" "tcp://127.0.0.1:$port"
        with wire
        run -0 "${WITH[@]}" "$BUILD/hosts/zpair" socket REQ connect "tcp://127.0.0.1:$far" send "$SECRET" recv
        [ "$output" = "got $SECRET" ]
        halt wire-recorder
        rm wire-ready
        hidden wire
    fi
    halt victim
}

@test "a fuzzing client: servers live through it at every state, serve honest clients after it, and keep nothing" {
    local share=$((CONNECTIONS / 2 / 5)) type
    fresh fuzz-servers
    export GSSTAP_TRACE=/dev/null
    fuzz_server wire ROUTER:DEALER $share
    for type in ROUTER:DEALER REP:REQ XPUB:SUB PULL:PUSH; do
        fuzz_server sealed $type $share
    done
}

# fuzz_client POLICY VICTIM:PEER COUNT
fuzz_client() {
    local port far peak
    read -r port far < <(free_port 2)
    attack server fuzz "$port" "${2#*:}" 3 "$3" 4
    wait_until 60 has_line hostile.out listening
    record wire "tcp://127.0.0.1:$far" "tcp://127.0.0.1:$port"
    with "$1"
    start victim "$PYTHON" -c 'import resource, subprocess, sys
status = subprocess.call(sys.argv[1:])
print("peak: %d" % resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)' "${WITH[@]}" "$BUILD/hosts/hostile_victim" clients "${2%:*}" "tcp://127.0.0.1:$far" "$3" 4
    wait_until 300 gone "${PID[victim]}"
    finish victim
    cat victim.out
    grep -qx "ended: $3 of $3" victim.out
    peak=$(sed -n 's/^peak: //p' victim.out)
    [ "$peak" -lt $((64000 + ROOM)) ]
    fuzzed "$3"
    halt wire-recorder
    rm wire-ready
    hidden wire
}

@test "a fuzzing server: clients live through it at every state, and keep nothing" {
    local share=$((CONNECTIONS / 2 / 3 / 4 * 4))
    fresh fuzz-clients
    export GSSTAP_TRACE=/dev/null
    fuzz_client wire DEALER:ROUTER $share
    fuzz_client sealed DEALER:ROUTER $share
    fuzz_client sealed SUB:PUB $share
}
