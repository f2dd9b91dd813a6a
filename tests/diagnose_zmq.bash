# SPDX-License-Identifier: MIT
# For tests/diagnose_zmq_*.bats: a ZeroMQ server and client that set up libzmq's GSSAPI by themselves, both traced. Loaded
# after helper.bash, wire.bash and diagnose.bash.
# shellcheck shell=bash

# What each of the files begins with, where it says nothing else.
setup_file() {
    realm_up -u alice -s zmq@localhost
}

teardown() {
    stop_all
}

# pair NAME WORD... -- WORD...: a REP with the first words of zpair, and a REQ with the others that asks it once; traced into
# a fresh directory NAME. RUN are options of both gsstap run, S_RUN and C_RUN of one, S_ENV and C_ENV are settings of one.
pair() {
    local server=() client name=$1
    shift
    while [ "$1" != -- ]; do
        server+=("$1")
        shift
    done
    client=("${@:2}")
    PAIR=$name
    mkdir "$name"
    read -r PORT < <(free_port)
    start server env "${S_ENV[@]}" "$GSSTAP" run "${RUN[@]}" "${S_RUN[@]}" -o "$name/server.pcapng" -- "$BUILD/hosts/zpair" socket REP \
        "${server[@]}" bind "tcp://127.0.0.1:$PORT" touch "$name/up" answer 1
    wait_until 60 test -e "$name/up"
    start client env "${C_ENV[@]}" "$GSSTAP" run "${RUN[@]}" "${C_RUN[@]}" -o "$name/client.pcapng" -- "$BUILD/hosts/zpair" socket REQ \
        set linger 0 "${client[@]}" connect "tcp://127.0.0.1:$PORT" send hello recv
}

# speaks [PRINCIPAL [SERVICE]]: writes engine.yaml, under which gsstap speaks GSSAPI on all connections, as this principal
# and with this service; SPOKEN are the options for that.
speaks() {
    SPOKEN=(-p "$PWD/engine.yaml")
    cat >engine.yaml <<END
version: 1
zmq:
  inject:
    - {bind: "*", principal: "${1:-zmq@localhost}"}
    - {connect: "*", service: "${2:-zmq@localhost}"}
END
}

# talks: the pair does, and ends.
talks() {
    finish client
    finish server
    [ "$(cat client.out)" = "got re hello" ]
}

pair_recorded() {
    trace_json "$PAIR/$1.pcapng" 2>/dev/null | jq -se "any(.[]; $2)" >/dev/null
}

# either FILTER: of which side an event is that the jq filter is true of, in SIDE.
either() {
    for SIDE in server client; do
        ! pair_recorded $SIDE "$1" || return 0
    done
    return 1
}

# is_stuck SIDE FILTER: waits until the jq filter is true of an event in that side's trace, and ends both.
is_stuck() {
    wait_until 60 pair_recorded "$@"
    stop_all
}
