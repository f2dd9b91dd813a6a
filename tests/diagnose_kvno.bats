#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0009: the service's key was changed, and one side still has the old one.

bats_require_minimum_version 1.5.0
load helper
load diagnose

@test "a ticket that is older than the key is found, and a new one is the remedy" {
    kvno -q host/localhost
    kadmin.local -q 'cpw -randkey host/localhost'
    rm "$GSSTAP_REALM/krb5.keytab"
    kadmin.local -q "ktadd -norandkey -k $GSSTAP_REALM/krb5.keytab host/localhost"
    # In a cache of the client's own, which is not doctor's.
    cp "${KRB5CCNAME#FILE:}" own.cc
    handshake old C_KRB5CCNAME="FILE:$PWD/own.cc"
    doctor old
    only GT0009
    finds GT0009 '.cause | test("kvno 1 of host/localhost@GSSTAP.TEST; .*krb5.keytab has kvno 2")'
    finds GT0009 '.initiator.program == "gss-client" and .acceptor.program == "gss-server" and .count == 1'
    finds GT0009 '.evidence | any(test("AP-REQ is for host/localhost@GSSTAP.TEST, kvno 1, aes256"))'
    remedy GT0009 1
    handshake new C_KRB5CCNAME="FILE:$PWD/own.cc"
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "a program that has its ticket in its own memory is to be started again" {
    kadmin.local -q 'addprinc -randkey pop/localhost'
    kadmin.local -q "ktadd -k $PWD/new.keytab pop/localhost"
    kadmin.local -q 'cpw -randkey pop/localhost'
    kadmin.local -q 'modprinc -kvno 1 pop/localhost'
    export KRB5_CLIENT_KTNAME=FILE:$GSSTAP_REALM/client/alice KRB5_KTNAME=FILE:$PWD/new.keytab
    initiate old pop@localhost alice ccache=MEMORY:own
    [ "$CLIENT_STATUS" != 0 ]
    doctor old
    only GT0009
    finds GT0009 '[.remedy[].text // empty] | any(startswith("start the program again"))'
    finds GT0009 '[.remedy[].command // empty] == []'
    # By then the KDC gives tickets of a key that the keytab has.
    kadmin.local -q "ktadd -k $PWD/new.keytab pop/localhost"
    initiate new pop@localhost alice ccache=MEMORY:own
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "it is found behind SPNEGO, and with the acceptor's trace alone" {
    kvno -q host/localhost
    kadmin.local -q 'cpw -randkey host/localhost'
    rm "$GSSTAP_REALM/krb5.keytab"
    kadmin.local -q "ktadd -norandkey -k $GSSTAP_REALM/krb5.keytab host/localhost"
    CLIENT=(-spnego)
    handshake spnego
    doctor spnego
    only GT0009
    doctor spnego/server.pcapng
    only GT0009
}

@test "a keytab that is older than the key is found, and is brought up to date" {
    cp "$GSSTAP_REALM/krb5.keytab" old.keytab
    kadmin.local -q 'cpw -randkey host/localhost'
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
    handshake old S_KRB5_KTNAME="FILE:$PWD/old.keytab"
    doctor old
    only GT0009
    finds GT0009 '.remedy | any(.text // "" | test("keytab is older"))'
    remedy GT0009 1
    handshake new S_KRB5_KTNAME="FILE:$PWD/old.keytab"
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}
