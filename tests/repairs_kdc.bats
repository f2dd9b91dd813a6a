#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A KDC that hangs holds up nobody who needs no ticket (facts Z11): with `prefetch: yes` tickets are fetched by a thread of
# gsstap's, and libzmq's I/O thread goes on. Without it every connection of that thread stands still, which is seen first.
# timeout: 480

load helper
load wire
load repairs

setup_file() {
    realm_up -u alice -s zmq@localhost -s other@localhost
    read -ra ports < <(free_port 2)
    FIRST=tcp://127.0.0.1:${ports[0]} SECOND=tcp://127.0.0.1:${ports[1]}
    export FIRST SECOND
    INJECT=('bind: "tcp://*"' "connect: \"$SECOND\", service: \"other@localhost\"" 'connect: "tcp://*", service: "zmq@localhost"')
    repair_policy ahead all "prefetch: yes"
    repair_policy behind all "prefetch: no"
}

teardown_file() {
    signal_kdc CONT || :
    realm_down
}

teardown() {
    signal_kdc CONT
    stop_all
}

signal_kdc() {
    kill "-$1" "$(cat "$GSSTAP_REALM/kdc.pid")"
}

# servers NAME...: each answers for ever at its endpoint.
servers() {
    local name
    host hostile_victim
    for name in "$@"; do
        start "$name" "${HOST[@]}" server ROUTER "${!name}" "$name-up"
        wait_until 10 test -e "$name-up"
    done
}

# own_tickets: a cache of this test's own, with a ticket for tickets only.
own_tickets() {
    export KRB5CCNAME=FILE:$PWD/cache
    kinit -kt "$GSSTAP_REALM/client/alice" alice
}

# gap POLICY: a second connection is begun while the KDC hangs.
gap() {
    fresh "$1"
    own_tickets
    under "$1"
    servers FIRST SECOND
    host repair_gap
    start gap "${HOST[@]}" "$FIRST" "$SECOND" go
    wait_until 20 has_line gap.out steady
    signal_kdc STOP
    touch go
}

@test "without prefetching, a KDC that hangs stops the established connection for seconds" {
    gap behind
    wait_until 20 has_line gap.out stalled
    signal_kdc CONT
    finish gap
    [ "$(sed -n 's/^gap //p' gap.out)" -gt 2000 ]
}

@test "with prefetching, no gap of the established connection reaches 100 ms, and the other one is made once the KDC is back" {
    gap ahead
    wait_until 20 has_line gap.out '^gap'
    cat gap.out
    [ "$(sed -n 's/^gap //p' gap.out)" -lt "$(slack 100)" ]
    run grep -E 'stalled|answered' gap.out
    [ "$status" = 1 ]
    # Its handshakes fail at once, and say what they wait for.
    [ "$(events '.event == "handshake" and .outcome == "failed" and .role == "initiator" and ((.reason // .minor_text) | test("ticket"))' | wc -l)" -ge 1 ]
    signal_kdc CONT
    finish gap
    grep -qx answered gap.out
}

# short_lives COUNT: programs that connect, each with a cache without a service ticket, and exit sooner or later.
short_lives() {
    local i bad=0
    for ((i = 0; i < $1; i++)); do
        cp cache cache-now
        KRB5CCNAME=FILE:$PWD/cache-now "${HOST[@]}" $((i % 25 * 4)) "$FIRST" 2>>short.err || { echo "program $i: $?" && bad=1; }
    done
    [ $bad = 0 ]
}

@test "200 programs that exit while their ticket is being fetched end well, also while the KDC hangs" {
    fresh short
    own_tickets
    under ahead off
    host short_life
    short_lives 150
    signal_kdc STOP
    short_lives 50
    [ ! -s short.err ]
}

# has_ticket SERVICE: for wait_until.
has_ticket() {
    klist 2>/dev/null | grep -q "$1"
}

# ahead_of_the_server: the client is there before its server; its ticket is fetched, then the KDC hangs.
ahead_of_the_server() {
    under ahead
    host zpair
    start client "${HOST[@]}" socket REQ connect "$FIRST" send hello recv
    wait_until 20 has_ticket zmq/localhost
    signal_kdc STOP
    servers FIRST
    finish client
    [ "$(cat client.out)" = "got hello" ]
}

@test "a ticket that was fetched ahead serves while the KDC hangs" {
    fresh cache
    own_tickets
    ahead_of_the_server
}

@test "what libkrb5 does for the thread that fetches is not told among the program's own" {
    fresh told
    own_tickets
    export GSSTAP_KRB5_TRACE=1
    ahead_of_the_server
    [ "$(events '.event == "krb5_trace" and (.text | test("^Creating authenticator"))' | wc -l)" -ge 1 ]
    [ "$(events '.event == "krb5_trace" and (.text | test("^Sending request"))' | wc -l)" = 0 ]
}

@test "tickets come from a client keytab where there is no cache" {
    fresh keytab
    export KRB5CCNAME=FILE:$PWD/cache KRB5_CLIENT_KTNAME=$GSSTAP_REALM/client/alice
    ahead_of_the_server
}

# has_threads NUMBER: for wait_until: a thread is there a while after what it was started for was said.
has_threads() {
    [ "$(find "/proc/${PID[gap]}/task" -mindepth 1 -maxdepth 1 | wc -l)" = "$1" ]
}

@test "without prefetching nothing is fetched ahead, and no thread is there" {
    fresh behind
    own_tickets
    under behind
    servers FIRST
    host repair_gap
    start gap "${HOST[@]}" "$FIRST" "$SECOND" go
    wait_until 20 has_line gap.out steady
    before=$(find "/proc/${PID[gap]}/task" -mindepth 1 -maxdepth 1 | wc -l)
    stop_all
    under ahead
    start gap "${WITH[@]}" "$BUILD/hosts/repair_gap" "$FIRST" "$SECOND" go
    servers FIRST
    wait_until 20 has_line gap.out steady
    wait_until 20 has_threads $((before + 1))
    run has_ticket other/localhost
    [ "$status" = 1 ]
}

# ticket_time FIELD: 1: when the newest ticket for other/localhost begins, 3: when it ends, in seconds since the epoch.
ticket_time() {
    date -d "$(klist | awk -v f="$1" '/other\/localhost/ {print $f, $(f + 1)}' | tail -n1)" +%s
}

# later_than SECONDS: for wait_until: a ticket that ends later is there.
later_than() {
    [ "$(ticket_time 3)" -gt "$1" ]
}

@test "a ticket is renewed before it ends" {
    local first
    fresh renewed
    PATH=$PATH:/usr/sbin kadmin.local modprinc -maxlife "12 seconds" other/localhost
    own_tickets
    under ahead
    host zpair
    start client "${HOST[@]}" socket REQ connect "$SECOND" send hello recv
    wait_until 20 has_ticket other/localhost
    first=$(ticket_time 3)
    [ $((first - $(ticket_time 1))) -le 12 ]
    wait_until 20 later_than "$first"
    [ "$(ticket_time 1)" -lt "$first" ]
    # So it is there at any time: now, with a KDC that hangs.
    signal_kdc STOP
    servers SECOND
    finish client
    [ "$(cat client.out)" = "got hello" ]
}
