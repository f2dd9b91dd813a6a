#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0007: the server asks for its own name, which its keytab has not.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup_file() {
    diagnose_up -s host@other.test
}

@test "a server that asks for a name without a key is found, and the key is put in" {
    kadmin.local -q "ktadd -norandkey -k $PWD/other.keytab host/other.test"
    handshake other S_KRB5_KTNAME="FILE:$PWD/other.keytab"
    doctor other
    only GT0007
    finds GT0007 '.cause | test("gss-server.* asks for host@localhost, and FILE:.*other.keytab has no key of it")'
    finds GT0007 '.evidence | any(test("other.keytab has host/other.test@GSSTAP.TEST kvno 1"))'
    finds GT0007 '[.remedy[].command // empty] | length == 1'
    remedies GT0007
    handshake right S_KRB5_KTNAME="FILE:$PWD/other.keytab"
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
}

@test "a name that the KDC does not know either is made first" {
    SERVICE=pop@localhost
    export GSS_MECH_CONFIG=/dev/null # another mechanism's plugin would have a credential of any name
    handshake unknown
    doctor unknown/server.pcapng
    only GT0007
    finds GT0007 '[.remedy[].text // empty] | any(startswith("the KDC does not know pop/localhost@GSSTAP.TEST: make it"))'
    remedies GT0007
    handshake right
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
}

@test "where no KDC tells whether it knows the name, that it may have to be made is said" {
    SERVICE=imap@localhost
    export GSS_MECH_CONFIG=/dev/null
    handshake unknown
    cp "$GSSTAP_REALM/krb5.conf" saved
    sed -i 's/kdc = .*/kdc = 127.0.0.1:1/' "$GSSTAP_REALM/krb5.conf"
    doctor unknown/server.pcapng
    cp saved "$GSSTAP_REALM/krb5.conf"
    only GT0007
    finds GT0007 '[.remedy[].text // empty] | any(startswith("if the KDC does not know imap/localhost@GSSTAP.TEST yet, make it"))'
    remedies GT0007
    handshake right
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
}
