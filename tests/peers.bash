# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Both ends of a ZeroMQ connection, and what each is secured by. Loaded after helper.bash and wire.bash.
#
#   bare     not at all
#   wire     a rule, as each message is recorded; sealed: as none is, so that gsstap protects them itself
#   report   a rule that lets it go without where the other end has none
#   own      its program, by libzmq's options for GSSAPI; gsstap speaks it
#   stock    the same, and libzmq speaks it

# policy_for NAME [LINE [MORE]]: NAME.bin, which secures everything, with this line in zmq; MORE goes into each rule.
policy_for() {
    cat >"$BATS_FILE_TMPDIR/$1.yaml" <<END
version: 1
zmq:
  ${2:-}
  inject:
    - {bind: "*", principal: "zmq@localhost"${3:-}}
    - {connect: "*", service: "zmq@localhost"${3:-}}
END
    "$GSSTAP" policy compile -o "$BATS_FILE_TMPDIR/$1.bin" "$BATS_FILE_TMPDIR/$1.yaml"
}

# peer_policies: all of the above, for setup_file.
peer_policies() {
    local engine
    policy_for wire
    policy_for sealed
    policy_for report '' ', phase: report'
    for engine in wire libzmq; do
        printf 'version: 1\nzmq: {engine: %s}\n' $engine >"$BATS_FILE_TMPDIR/$engine.own"
    done
    "$GSSTAP" policy compile -o "$BATS_FILE_TMPDIR/own.bin" "$BATS_FILE_TMPDIR/wire.own"
    "$GSSTAP" policy compile -o "$BATS_FILE_TMPDIR/stock.bin" "$BATS_FILE_TMPDIR/libzmq.own"
}

# with END: WITH for one that is secured by this, or by the policy of this name.
with() {
    WITH=(env -u GSSTAP_TRACE)
    [ "$1" = bare ] || secured "$BATS_FILE_TMPDIR/$1.bin"
    [ "$1" != sealed ] || WITH+=(GSSTAP_LEVEL=audit)
}

# own END server|client: OWN, zpair's words by which a program asks for GSSAPI itself, where END does.
own() {
    OWN=()
    [[ $1 == own || $1 == stock ]] || return 0
    case $2 in
    server) OWN=(set gssapi_server 1) ;; # with a principal libzmq asks for a ticket of it, too
    client) OWN=(set gssapi_service_principal zmq@localhost) ;;
    esac
}

# host NAME: HOST, this program under WITH.
host() {
    case $1 in
    *.py) HOST=("${WITH[@]}" "$PYTHON" "$TOP/tests/hosts/$1") ;;
    *) HOST=("${WITH[@]}" "$BUILD/hosts/$1") ;;
    esac
}

# lives NAME: it has not ended.
lives() {
    ! gone "${PID[$1]}" || { tail -n +1 ./*.out; return 1; }
}

# halt NAME [SIGNAL]: ends what start started and waits for its end.
halt() {
    kill -"${2:-TERM}" "${PID[$1]}" 2>/dev/null || :
    wait_until 10 gone "${PID[$1]}"
    wait "${PID[$1]}" || :
    unset "PID[$1]"
}

# lines COUNT FILE PATTERN: for wait_until: at least so many lines match.
lines() {
    [ "$(grep -cE "$3" "$2" 2>/dev/null)" -ge "$1" ]
}

# a_trace FILTER [FILE]: for wait_until: the trace of this name, server.pcapng, has such an event.
a_trace() {
    trace_json "${2:-server.pcapng}" 2>/dev/null | jq -se "any(.[]; $1)" >/dev/null
}

# kdc_hangs COUNT: two servers, which answer so often and once, at ENDPOINTS; a cache that has a ticket for the first alone;
# and then the KDC hangs. WITH is what secures them and their clients.
kdc_hangs() {
    local ports
    read -ra ports < <(free_port 2)
    cat >hangs.yaml <<END
version: 1
zmq:
  inject:
    - {bind: "*", principal: "zmq@localhost"}
    - {connect: "tcp://127.0.0.1:${ports[1]}", service: "other@localhost"}
    - {connect: "*", service: "zmq@localhost"}
END
    "$GSSTAP" policy compile -o hangs.bin hangs.yaml
    secured "$PWD/hangs.bin"
    start server "${WITH[@]}" "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:${ports[0]}" touch up answer "$1"
    start stuck "${WITH[@]}" "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:${ports[1]}" touch stuck-up answer 1
    wait_until 60 test -e up
    wait_until 60 test -e stuck-up
    cp "$GSSTAP_REALM/ccache/alice" cache
    KRB5CCNAME=$PWD/cache kvno -q zmq/localhost
    ENDPOINTS=("tcp://127.0.0.1:${ports[0]}" "tcp://127.0.0.1:${ports[1]}")
    kill -STOP "$(cat "$GSSTAP_REALM/kdc.pid")"
}

kdc_goes_on() {
    kill -CONT "$(cat "$GSSTAP_REALM/kdc.pid")"
}

# while_kdc_hangs COMMAND...: waits for it.
while_kdc_hangs() {
    wait_until 60 "$@" || { kdc_goes_on; return 1; }
}
