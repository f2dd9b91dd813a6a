#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0006: the keytab that the server is told to use cannot be used.

bats_require_minimum_version 1.5.0
load helper
load diagnose

teardown() {
    [ -z "${open:-}" ] || rm -r "$open"
}

# cannot NAME WHY: the keytab NAME cannot be used, and WHY is said; the remedy, and it can.
cannot() {
    handshake "t-$1" S_KRB5_KTNAME="FILE:$PWD/$1"
    doctor "t-$1"
    only GT0006
    finds GT0006 ".cause | test(\"the keytab FILE:.*$1 of gss-server.* $2\")"
    finds GT0006 '.not_looked_at == []'
    remedies GT0006
    handshake "u-$1" S_KRB5_KTNAME="FILE:$PWD/$1"
    [ "$CLIENT_STATUS" = 0 ]
    healthy "u-$1"
}

@test "one that does not exist is found, and made" {
    cannot missing 'does not exist'
}

@test "the key of a service that the KDC does not know is made with it" {
    SERVICE=pop@localhost
    export GSS_MECH_CONFIG=/dev/null # another mechanism's plugin would have a credential of any name
    handshake unknown S_KRB5_KTNAME="FILE:$PWD/unmade"
    doctor unknown/server.pcapng
    only GT0006
    remedies GT0006
    handshake made S_KRB5_KTNAME="FILE:$PWD/unmade"
    [ "$CLIENT_STATUS" = 0 ]
    healthy made
}

@test "an empty one is found, and filled" {
    : >empty
    cannot empty 'has no keys'
}

@test "a directory, and a file that is no keytab, are found, and replaced" {
    mkdir directory
    cannot directory 'is no keytab'
    echo nonsense >nonsense
    cannot nonsense 'is no keytab'
}

@test "it is found behind SPNEGO" {
    CLIENT=(-spnego)
    handshake spnego S_KRB5_KTNAME="FILE:$PWD/none"
    doctor spnego
    only GT0006
}

@test "one that the server's user may not read is found, and given to that user" {
    open=$(mktemp -d /tmp/diagnose-bats-XXXXXX)
    chmod 755 "$open"
    cp "$GSSTAP_REALM/krb5.keytab" "$KRB5_CONFIG" "$open"
    chmod 644 "$open/krb5.conf"
    SERVER_AS=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
    cd "$open"
    # The client as root, with the same configuration.
    handshake denied S_KRB5_CONFIG="$open/krb5.conf" S_KRB5_KTNAME="FILE:$open/krb5.keytab"
    doctor denied
    only GT0006
    finds GT0006 '.cause | test("the keytab FILE:.*krb5.keytab of gss-server.* may not be read by it")'
    finds GT0006 '.evidence | any(test("belongs to uid 0, mode 0600; the process is uid 65534"))'
    remedy GT0006 1
    handshake right S_KRB5_CONFIG="$open/krb5.conf" S_KRB5_KTNAME="FILE:$open/krb5.keytab"
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
    # One that does not exist is his when it is made.
    rm krb5.keytab
    handshake missing S_KRB5_CONFIG="$open/krb5.conf" S_KRB5_KTNAME="FILE:$open/krb5.keytab"
    doctor missing
    only GT0006
    remedies GT0006
    handshake made S_KRB5_CONFIG="$open/krb5.conf" S_KRB5_KTNAME="FILE:$open/krb5.keytab"
    [ "$CLIENT_STATUS" = 0 ]
    healthy made
}

@test "a keytab without a whole path is found, and what it is when it has one" {
    handshake relative S_KRB5_KTNAME=FILE:nope.keytab
    [ "$CLIENT_STATUS" != 0 ]
    doctor relative
    only GT0006
    finds GT0006 '.cause | startswith("gss-server looks for its keytab nope.keytab in whatever directory it runs in, and libkrb5 found no key there")'
    finds GT0006 ".evidence | any(. == \"in $PWD, where doctor runs, there is no nope.keytab\")"
    finds GT0006 '.remedy == [{text: "name it by its whole path, in KRB5_KTNAME or where the program names it"}]'
    handshake whole S_KRB5_KTNAME=FILE:"$PWD/nope.keytab"
    doctor whole
    only GT0006
    finds GT0006 ".cause == \"the keytab FILE:$PWD/nope.keytab of gss-server does not exist\""
    cp "$GSSTAP_REALM/krb5.keytab" nope.keytab
    handshake there S_KRB5_KTNAME=FILE:nope.keytab
    [ "$CLIENT_STATUS" = 0 ]
    healthy there
}
