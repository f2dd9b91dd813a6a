#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0026: the KDC knows the service, and gives out no ticket for it.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup() {
    cd "$BATS_TEST_TMPDIR"
    cp "$GSSTAP_REALM/krb5.keytab" .
    export KRB5_KTNAME=FILE:$PWD/krb5.keytab KRB5CCNAME=FILE:$PWD/alice.cc
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
}

# service NAME OPTIONS: a service that the KDC has with these options of kadmin's modprinc.
service() {
    kadmin.local -q "addprinc -randkey $1/localhost"
    kadmin.local -q "ktadd -norandkey -k krb5.keytab $1/localhost"
    kadmin.local -q "modprinc $2 $1/localhost"
}

# refused NAME CAUSE COMMAND...: no ticket is given for the service NAME, and doctor says CAUSE; once the COMMANDs were
# typed, which it tells, there is one.
refused() {
    local command number=0
    initiate "$1" "$1@localhost"
    [ "$CLIENT_STATUS" != 0 ]
    doctor "$1"
    only GT0026
    finds GT0026 ".cause == \"$2\""
    for command in "${@:3}"; do
        jq -es --arg command "$command" --argjson n "$number" '[map(select(.id == "GT0026"))[0].remedy[].command // empty][$n] == $command' found
        case $command in
        kinit*) kinit -k -t "$GSSTAP_REALM/client/alice" alice ;;
        *) eval "$command" ;;
        esac
        number=$((number + 1))
    done
    initiate "$1.new" "$1@localhost"
    [ "$CLIENT_STATUS" = 0 ]
    healthy "$1.new"
    # The old trace proves nothing any more.
    doctor "$1"
    only GT0099
}

@test "a service whose entry has expired is found, and let in again" {
    service old '-expire yesterday'
    refused old "the KDC gives no ticket for old/localhost@GSSTAP.TEST: its entry there has expired" \
        "kadmin.local -q 'modprinc -expire never old/localhost@GSSTAP.TEST'"
}

@test "a principal that is to be no service is found, and made one" {
    service user -allow_svr
    refused user "the KDC gives no ticket for user/localhost@GSSTAP.TEST: it is marked there as no service (-allow_svr)" \
        "kadmin.local -q 'modprinc +allow_svr user/localhost@GSSTAP.TEST'"
}

@test "what the KDC's policy refuses is found, and allowed" {
    service login -allow_tgs_req
    refused login "the KDC gives no ticket for login/localhost@GSSTAP.TEST: its policy is against it" \
        "kadmin.local -q 'getprinc login/localhost@GSSTAP.TEST'" \
        "kadmin.local -q 'modprinc +allow_tgs_req login/localhost@GSSTAP.TEST'"
}

@test "a service that wants clients to have pre-authenticated is found, and they do" {
    kadmin.local -q 'modprinc -requires_preauth alice'
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
    service proved +requires_preauth
    refused proved "the KDC gives no ticket for proved/localhost@GSSTAP.TEST: that wants clients that have pre-authenticated, and alice@GSSTAP.TEST has not" \
        "kadmin.local -q 'modprinc +requires_preauth alice@GSSTAP.TEST'" \
        "kinit -c FILE:$PWD/alice.cc alice@GSSTAP.TEST"
}

@test "a ticket-granting ticket of a key that the KDC has no more is found, of any version" {
    kadmin.local -q 'cpw -randkey krbtgt/GSSTAP.TEST'
    refused host "the KDC of GSSTAP.TEST does not take the ticket-granting ticket in FILE:$PWD/alice.cc: it has another key by now" \
        "kinit -c FILE:$PWD/alice.cc alice@GSSTAP.TEST"
    local kvno
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
    kvno=$(kadmin.local -q 'getprinc krbtgt/GSSTAP.TEST' | sed -n 's/^Key: vno \([0-9]*\),.*/\1/p' | head -1)
    kadmin.local -q 'cpw -randkey krbtgt/GSSTAP.TEST'
    kadmin.local -q "modprinc -kvno $kvno krbtgt/GSSTAP.TEST"
    rm -r host host.new
    refused host "the KDC of GSSTAP.TEST does not take the ticket-granting ticket in FILE:$PWD/alice.cc: it has another key by now" \
        "kinit -c FILE:$PWD/alice.cc alice@GSSTAP.TEST"
}
