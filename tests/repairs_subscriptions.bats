#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Encrypted subscribers receive what they would receive without security (facts Z3, Z20, Z22). The reference is not a
# model but NULL: the same program is run without gsstap and under it, and what came is compared, step by step.
# timeout: 480

bats_require_minimum_version 1.5.0
load helper
load wire
load repairs

setup_file() {
    realm_up -u alice -s zmq@localhost
    repair_policies
}

teardown_file() {
    realm_down
}

# pubsub NAME WORD...: the scenario under WITH, its result in NAME.
pubsub() {
    local name=$1
    shift
    host repair_pubsub.py
    timeout 400 "${HOST[@]}" "$@" >"$name" || { cat "$name"; return 1; }
    [ -s "$name" ] || { echo "$*: no result"; return 1; }
    run ! grep unsettled "$name"
}

# compared JQ WORD...: NULL and injected; JQ says of both results, $null and $injected, whether nothing was lost.
compared() {
    local judge=$1
    shift
    fresh "${*// /-}"
    under bare
    pubsub null "${@:1:4}"
    under all
    pubsub injected "$@"
    jq -n -e --slurpfile null null --slurpfile injected injected "$judge" >judgement ||
        { echo "$*: NULL and injected differ:"; diff null injected; return 1; }
    [ "$(events '.event == "handshake" and .outcome == "established"' | wc -l)" -ge 1 ]
}

# same SCENARIO [SUBSCRIBER]: nothing differs, for an XPUB that connects, under gsstap, and a PUB that binds and sets up
# GSSAPI by itself.
same() {
    local subscriber
    for subscriber in ${2:-SUB XSUB}; do
        compared '$null == $injected' "$1" "$subscriber" XPUB sub
        compared '$null == $injected' "$1" "$subscriber" PUB pub native
    done
}

# lost WORD...: the defect: a step never comes to its end, or less comes than with NULL.
lost() {
    fresh "lost-${*// /-}"
    under bare
    host repair_pubsub.py
    timeout 400 "${HOST[@]}" "${@:1:4}" >null
    under none
    host repair_pubsub.py
    PATIENCE=2 timeout 60 "${HOST[@]}" "$@" >result
    jq -n -e --slurpfile null null --slurpfile result result '($result | any(.unsettled)) or
        ([$null, $result] | transpose | any(.[0].came - .[1].came != []))' >judgement || { diff null result; return 1; }
}

@test "without the repair an encrypted subscriber receives nothing" {
    lost plain-life SUB PUB pub
    lost plain-life SUB XPUB sub
    lost plain-life SUB PUB pub native
    # An XSUB's own messages have their marker, what the socket sends at a new connection does not.
    lost plain-life XSUB PUB sub
    lost plain-restart XSUB PUB pub
    lost through - - -
}

@test "SUB: topics before and after the connection, repeated, cancelled, empty and binary ones" { same life SUB; }
@test "XSUB: topics before and after the connection, repeated, cancelled and empty ones" { same plain-life XSUB; }
@test "XSUB: binary topics, too" { same life XSUB; }
@test "a publisher that is killed and restarted is told everything again by a SUB" { same restart SUB; }
@test "a publisher that is killed and restarted is told everything again by an XSUB" { same plain-restart XSUB; }
@test "a publisher that is killed and restarted is told of an XSUB's binary topics, too" { same restart XSUB; }
@test "two publishers are both told of every change" { same two_publishers; }
@test "heartbeats go on, and nothing is disconnected" { same heartbeat; }
@test "thousands of topics without a high-water mark" { same unlimited; }
@test "an XPUB tells its program the same of its subscribers" { same plain-log; }
@test "an XPUB tells its program the same of binary subscriptions" { same log; }

@test "more topics than the high-water mark: no fewer than with NULL" {
    # 999 and the mark fill a pipe. How many more there is room for, since the other end takes some out in the meantime,
    # is a race of libzmq's own.
    local words
    for words in "SUB PUB pub" "XSUB XPUB sub" "SUB XPUB sub native" "XSUB PUB pub native"; do
        # shellcheck disable=SC2086 # split on purpose
        compared '$null[0].came >= 999 and $injected[0].came >= 999 and $injected[0].came <= $injected[0].of' crowd $words
    done
}

@test "topics that begin with a marker's byte: what is still wanted comes, if NULL brings it" {
    local words
    for words in "SUB PUB pub" "XSUB XPUB sub" "SUB XPUB sub native" "XSUB PUB pub native"; do
        # shellcheck disable=SC2086 # split on purpose
        compared '($null | length) == 11 and ([$null, $injected] | transpose | all(.[0].step == .[1].step and .[0].came - .[1].came == []))' \
            binary $words
    done
}

@test "forty sockets of one process have subscriptions of their own" {
    compared '$null == $injected' many SUB PUB pub
    compared '$null == $injected' many SUB PUB pub native
    compared '$null == $injected' many XSUB XPUB pub
}

@test "a device of XSUB and XPUB forwards subscriptions, also when the publisher or itself is restarted" {
    compared '$null == $injected' plain-through - - -
}

@test "a device of XSUB and XPUB forwards binary subscriptions, also when the publisher or itself is restarted" {
    compared '$null == $injected' through - - -
}

@test "the trace says that subscriptions were repaired" {
    compared '$null == $injected' plain-log SUB XPUB pub
    repaired 1 subscriptions '(.endpoint | startswith("tcp://127.0.0.1:")) and (.reason | length) > 10'
}
