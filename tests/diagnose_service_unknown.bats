#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0003: the KDC does not know the service.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup() {
    cd "$BATS_TEST_TMPDIR"
    cp "$GSSTAP_REALM/krb5.keytab" .
    export KRB5_KTNAME=FILE:$PWD/krb5.keytab
}

@test "a service that nobody made is named as it was asked for, and made by the remedy" {
    initiate unknown new@localhost
    [ "$CLIENT_STATUS" != 0 ]
    doctor unknown
    only GT0003
    finds GT0003 '.cause | endswith("no KDC of its realm knows new/localhost@GSSTAP.TEST")'
    finds GT0003 '.evidence | any(. == "the program asked for new@localhost")'
    finds GT0003 '.evidence | any(. == "asked again, the KDC still does not know it")'
    remedies GT0003
    initiate new new@localhost
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
    # By now it is there: the old trace proves nothing any more.
    doctor unknown
    only GT0099
    finds GT0099 '.not_looked_at | any(contains("by now it knows new/localhost@GSSTAP.TEST"))'
}

@test "an address instead of a host is pointed out" {
    initiate address host@127.0.0.1
    doctor address
    only GT0003
    finds GT0003 '.evidence | any(startswith("127.0.0.1 is an address"))'
    # A service of that name would be of no use.
    finds GT0003 '.remedy | length == 1 and (.[0].text | startswith("connect to the host by the name"))'
    initiate name host@localhost
    healthy name
}

@test "it is found behind SPNEGO, and many failures of one cause are one finding" {
    WANTED=none@localhost
    CLIENT=(-spnego)
    handshake spnego
    doctor spnego
    only GT0003
    initiate one none@localhost
    initiate two none@localhost
    doctor one two
    only GT0003
    finds GT0003 '.count == 2'
}

@test "a KDC that is gone cannot be asked again, and the trace alone is told" {
    initiate unknown gone@localhost
    cp "$GSSTAP_REALM/krb5.conf" saved
    sed -i 's/kdc = .*/kdc = 127.0.0.1:1/' "$GSSTAP_REALM/krb5.conf"
    doctor unknown
    cp saved "$GSSTAP_REALM/krb5.conf"
    only GT0003
    run jq -r 'select(.id == "GT0003").evidence[]' found
    [[ $output != *"asked again"* ]]
}

@test "a name may hold anything: neither shell nor kadmin takes it for more than a name" {
    initiate hostile 'x; touch bad -pw known@localhost'
    doctor hostile
    only GT0003
    remedy GT0003 1 || :
    [ ! -e bad ]
    kadmin.local -q 'listprincs x*' | grep -F 'x; touch bad -pw known/localhost@GSSTAP.TEST'
}
