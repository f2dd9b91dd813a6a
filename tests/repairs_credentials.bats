#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# With a principal set, a server needs no ticket and a client no key (facts Z9): each acquires for its own role only. Without
# the repair libzmq asks for both and fails in silence.
# timeout: 240

load helper
load wire
load repairs

setup_file() {
    realm_up -u alice -s zmq@localhost
    INJECT=('bind: "tcp://*", principal: "zmq@localhost"'
        'connect: "tcp://*", principal: "alice@GSSTAP.TEST", principal-type: krb5, service: "zmq@localhost"')
    repair_policies
    INJECT=('bind: "ipc://never"')
    repair_policy own-all all
    repair_policy own-none none
}

teardown_file() {
    realm_down
}

teardown() {
    stop_all
}

# talk_with POLICY SERVER-MODE CLIENT-MODE: a REP with what SERVER-MODE leaves it of the realm, and a REQ.
# poor: a keytab without a ticket (server), a ticket without a keytab (client). own: the program sets up GSSAPI itself.
talk_with() {
    local port nothing=FILE:$BATS_TEST_TMPDIR/nothing server=() client=() server_env=() client_env=()
    fresh "$1-$2-$3"
    read -r port < <(free_port)
    [[ $2 != *poor* ]] || server_env=(KRB5CCNAME="$nothing")
    [[ $3 != *poor* ]] || client_env=(KRB5_KTNAME="$nothing")
    [[ $2 != *own* ]] || server=(set gssapi_server 1 set gssapi_principal zmq@localhost)
    [[ $3 != *own* ]] || client=(set gssapi_service_principal zmq@localhost set gssapi_principal alice@GSSTAP.TEST
        set gssapi_principal_nametype 2)
    under "$1"
    host zpair
    start server env "${server_env[@]}" "${HOST[@]}" socket REP "${server[@]}" bind "tcp://127.0.0.1:$port" touch up answer 1
    start client env "${client_env[@]}" "${HOST[@]}" socket REQ set linger 0 set rcvtimeo "${PATIENCE:-300000}" "${client[@]}" \
        await up connect "tcp://127.0.0.1:$port" send hello recv
}

works() {
    talk_with "$@"
    finish client
    finish server
    [ "$(cat client.out)" = "got re hello" ]
    recorded 2 '.event == "handshake" and .outcome == "established" and .initiator == "alice@GSSTAP.TEST" and (.acceptor | startswith("zmq/localhost"))'
}

stalls() {
    PATIENCE=2000 talk_with "$@"
    finish client 4
    [ "$(cat client.out)" = "recv: Resource temporarily unavailable" ]
    stop_all
}

@test "without the repair an injected server without a ticket, or client without a key, gets nowhere" {
    stalls none poor rich
    stalls none rich poor
}

@test "without the repair so does a program that sets up GSSAPI by itself" {
    stalls own-none own-poor own-rich
    stalls own-none own-rich own-poor
    stalls bare own-poor own-rich
    stalls bare own-rich own-poor
}

@test "an injected server has only a keytab, an injected client only a ticket" {
    works all poor poor
    repaired 1 credentials
}

@test "a program that sets up GSSAPI by itself, too" {
    works own-all own-poor own-poor
}

@test "what a program that needs both has, it keeps: without a principal the default credentials are used" {
    repair_policy default all
    works default poor poor
}
