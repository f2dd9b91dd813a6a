#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0109: a server asks for a credential that it cannot have, and its client is told nothing of it; and what the server's own
# trace tells of it, also where the plugin of another mechanism, such as gss-ntlmssp, has a credential of any name.

bats_require_minimum_version 1.5.0
load helper
load wire
load diagnose
load diagnose_zmq

CLIENT=(set gssapi_service_principal zmq@localhost)
SERVER=(set gssapi_server 1 set gssapi_principal zmq@localhost)
FAILED='.event == "handshake" and .outcome == "failed"'

setup_file() {
    realm_up -u alice -s zmq@localhost
}

# without_plugins: other mechanisms' would have a credential of any name.
without_plugins() {
    export GSS_MECH_CONFIG=/dev/null
}

# lacks NAME ID FILTER: the server of this pair fails, and only this is found of it, with either trace and with both.
lacks() {
    pair "$1" "${SERVER[@]}" -- "${CLIENT[@]}"
    is_stuck server "$FAILED"
    doctor "$1/server.pcapng"
    only "$2"
    finds "$2" "$3"
    doctor "$1"/*.pcapng
    only "$2"
    finds "$2" "$3"
}

# lacks_each: what a server can lack of a credential for both uses.
lacks_each() {
    S_ENV=(KRB5CCNAME="$PWD/none")
    lacks "ticket-$1" GT0001 ".cause == \"zpair uses the ticket cache FILE:$PWD/none, which does not exist\""
    S_ENV=(KRB5CCNAME="$GSSTAP_REALM/ccache/alice")
    lacks "other-$1" GT0002 '.cause | test("^zpair asks for credentials of zmq/localhost@GSSTAP.TEST, and FILE:.*/alice has tickets of alice@GSSTAP.TEST$")'
    S_ENV=(KRB5CCNAME="$PWD/service" KRB5_KTNAME="$GSSTAP_REALM/client/alice")
    lacks "key-$1" GT0007 '.cause | test("^zpair asks for zmq@localhost, and FILE:.*/client/alice has no key of it$")'
    S_ENV=(KRB5CCNAME="$PWD/service" KRB5_KTNAME="$PWD/none.keytab")
    lacks "keytab-$1" GT0006 '.cause | test("^the keytab FILE:.*/none.keytab of zpair does not exist$")'
}

@test "a server that lacks its ticket or its key is told so, with the plugin of another mechanism and without" {
    kinit -c "$PWD/service" -k zmq/localhost
    lacks_each with
    S_ENV=(KRB5CCNAME="$PWD/service")
    pair right "${SERVER[@]}" -- "${CLIENT[@]}"
    talks
    healthy right/*.pcapng
    without_plugins
    lacks_each without
}

@test "a client is told what its server's answer shows, and is answered once that has a ticket besides its key" {
    without_plugins
    S_ENV=(KRB5CCNAME="$PWD/service")
    pair wrong "${SERVER[@]}" -- "${CLIENT[@]}"
    is_stuck client "$FAILED"
    doctor wrong/client.pcapng
    only GT0109
    finds GT0109 '.cause | test("^the server of zpair at tcp://127.0.0.1:[0-9]+ has no credential to accept with$")'
    finds GT0109 '.evidence | any(test("of [0-9]+ bytes, is SPNEGO.s offer to begin"))'
    # With both traces it is the server's own cause that is told, and the client's only of its consequence.
    doctor wrong/*.pcapng
    only GT0001
    remedies GT0001
    pair right "${SERVER[@]}" -- "${CLIENT[@]}"
    talks
    healthy right/*.pcapng
}

@test "so is a client on which gsstap speaks GSSAPI" {
    without_plugins
    speaks
    C_RUN=("${SPOKEN[@]}")
    S_ENV=(KRB5CCNAME="$PWD/service")
    pair wrong "${SERVER[@]}" --
    is_stuck client "$FAILED"
    doctor wrong/client.pcapng
    only GT0109
    finds GT0109 '.cause | test("^the server of zpair at tcp://127.0.0.1:[0-9]+ has no credential to accept with$")'
    doctor wrong/*.pcapng
    [ "$(jq -r 'select(.kind == "finding") | .id' found | grep -c .)" = 1 ]
    finds GT0109 true && return 1
    kinit -c "$PWD/service" -k zmq/localhost
    pair right "${SERVER[@]}" --
    talks
    healthy right/*.pcapng
}

@test "a server that has somebody else's tickets, or none, gets its own by its key, and those stay" {
    cp "$GSSTAP_REALM/ccache/alice" alice.cc
    for has in alice none; do
        S_ENV=(KRB5CCNAME="FILE:$PWD/$has.cc")
        pair "$has" "${SERVER[@]}" -- "${CLIENT[@]}"
        is_stuck server "$FAILED"
        doctor "$has"/*.pcapng
        # Each command as it stands; what they set is for the server alone.
        S_ENV=(KRB5CCNAME="$(
            export "${S_ENV[@]}"
            remedies "$(jq -r 'select(.kind == "finding") | .id' found)" >&2
            echo "$KRB5CCNAME"
        )")
        pair "right-$has" "${SERVER[@]}" -- "${CLIENT[@]}"
        talks
        healthy "right-$has"/*.pcapng
    done
    cmp alice.cc "$GSSTAP_REALM/ccache/alice"
}
