#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0104: programs give libzmq principals without saying that they are, and libzmq takes them for service@host.

bats_require_minimum_version 1.5.0
load helper
load wire
load diagnose
load diagnose_zmq

CLIENT=(set gssapi_service_principal zmq@localhost)
SERVER=(set gssapi_server 1)
FAILED='.event == "handshake" and .outcome == "failed"'

setup_file() {
    realm_up -u alice -u bob -s zmq@localhost
    # Other mechanisms' plugins would have a credential of any name.
    export GSS_MECH_CONFIG=/dev/null
}

# libzmq wants a named credential for both uses: a ticket and a key of that name.
setup() {
    cd "$BATS_TEST_TMPDIR"
    kinit -c "$PWD/service" -k zmq/localhost
    S_ENV=(KRB5CCNAME="$PWD/service")
    C_ENV=(KRB5_KTNAME="$GSSTAP_REALM/client/alice")
}

@test "a server's principal is taken for a service and host, and its name type is the remedy" {
    pair wrong "${SERVER[@]}" set gssapi_principal zmq/localhost@GSSTAP.TEST -- "${CLIENT[@]}"
    is_stuck server "$FAILED"
    doctor wrong/server.pcapng
    only GT0104
    finds GT0104 '.cause | test("^zpair at tcp://127.0.0.1:.* is to be zmq/localhost@GSSTAP.TEST, which is taken for service@host$")'
    finds GT0104 '.evidence | any(test("ZMQ_GSSAPI_PRINCIPAL_NAMETYPE is ZMQ_GSSAPI_NT_HOSTBASED"))'
    finds GT0104 '.evidence | any(test("No key table entry found"))'
    finds GT0104 '.not_looked_at == []'
    finds GT0104 '[.remedy[].text // ""] | any(test("or set ZMQ_GSSAPI_PRINCIPAL to zmq@localhost$"))'
    pair type "${SERVER[@]}" set gssapi_principal zmq/localhost@GSSTAP.TEST set gssapi_principal_nametype 2 -- "${CLIENT[@]}"
    talks
    healthy type/*.pcapng
    # The other remedy: what libzmq expects.
    pair name "${SERVER[@]}" set gssapi_principal zmq@localhost -- "${CLIENT[@]}"
    talks
    healthy name/*.pcapng
}

@test "so is a client's own principal, as far as it is known to be one" {
    pair wrong "${SERVER[@]}" -- "${CLIENT[@]}" set gssapi_principal alice@GSSTAP.TEST
    is_stuck client "$FAILED"
    doctor wrong/client.pcapng
    only GT0104
    finds GT0104 '.cause | test("^zpair at tcp://.* is to be alice@GSSTAP.TEST, which")'
    pair right "${SERVER[@]}" -- "${CLIENT[@]}" set gssapi_principal alice@GSSTAP.TEST set gssapi_principal_nametype 2
    talks
    healthy right/*.pcapng
    pair short "${SERVER[@]}" -- "${CLIENT[@]}" set gssapi_principal alice
    is_stuck client "$FAILED"
    doctor short/client.pcapng
    only GT0104
    # This may well be a service of a host, of which there is no key.
    pair host "${SERVER[@]}" -- "${CLIENT[@]}" set gssapi_principal alice@somewhere
    is_stuck client "$FAILED"
    doctor host/client.pcapng
    only GT0007
    # It is a client's own name, which libzmq wants a key of as well as a ticket.
    finds GT0007 '.title == "the keytab has no key of the name that a credential is asked for by"'
    finds GT0007 '.cause | test("^zpair asks for a credential of alice@somewhere for both uses, and FILE:.* has no key of it$")'
    finds GT0007 '[.remedy[].text // empty] | any(startswith("an initiator needs no key: leave ZMQ_GSSAPI_PRINCIPAL away"))'
    pair unnamed "${SERVER[@]}" -- "${CLIENT[@]}"
    talks
    healthy unnamed/*.pcapng
}

@test "the service that a client asks for, too" {
    pair wrong "${SERVER[@]}" -- set gssapi_service_principal zmq/localhost@GSSTAP.TEST
    is_stuck client "$FAILED"
    doctor wrong/client.pcapng
    only GT0104
    finds GT0104 '.cause | test("^zpair at tcp://.* asks for zmq/localhost@GSSTAP.TEST, which is taken for service@host$")'
    finds GT0104 '[.remedy[].text // ""] | any(test("or set ZMQ_GSSAPI_SERVICE_PRINCIPAL to zmq@localhost$"))'
    pair right "${SERVER[@]}" -- set gssapi_service_principal zmq/localhost@GSSTAP.TEST set gssapi_service_principal_nametype 1
    talks
    healthy right/*.pcapng
}

@test "a client whose principal is passed over talks as somebody else" {
    unset GSS_MECH_CONFIG
    pair wrong "${SERVER[@]}" -- "${CLIENT[@]}" set gssapi_principal bob@GSSTAP.TEST
    talks
    doctor wrong/*.pcapng
    only GT0104
    finds GT0104 '.cause | test("is to be bob@GSSTAP.TEST, which is taken for service@host, and is alice@GSSTAP.TEST to its peer instead")'
    C_ENV=(KRB5CCNAME="$GSSTAP_REALM/ccache/bob" KRB5_KTNAME="$GSSTAP_REALM/client/bob")
    pair right "${SERVER[@]}" -- "${CLIENT[@]}" set gssapi_principal bob@GSSTAP.TEST set gssapi_principal_nametype 2
    talks
    healthy right/*.pcapng
}

@test "it is told of a client whose server is one on which gsstap speaks GSSAPI, and of no other end" {
    speaks
    S_RUN=("${SPOKEN[@]}")
    S_ENV=() C_ENV=()
    pair wrong -- set gssapi_service_principal zmq/localhost@GSSTAP.TEST
    is_stuck client "$FAILED"
    doctor wrong/*.pcapng
    only GT0104
    finds GT0104 '.cause | test("^zpair at tcp://.* asks for zmq/localhost@GSSTAP.TEST, which is taken for service@host$")'
    pair right -- set gssapi_service_principal zmq/localhost@GSSTAP.TEST set gssapi_service_principal_nametype 2
    talks
    healthy right/*.pcapng
}
