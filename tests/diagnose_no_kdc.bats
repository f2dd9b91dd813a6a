#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0016: there is no way to a KDC.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup() {
    cd "$BATS_TEST_TMPDIR"
    # Without a ticket for the service: a KDC is needed.
    export KRB5CCNAME=FILE:$PWD/alice.cc
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
}

@test "a KDC that does not answer is named with what was tried; where it answers all is well" {
    config 's/kdc = .*/kdc = 127.0.0.1:1/'
    initiate unreachable host@localhost
    [ "$CLIENT_STATUS" != 0 ]
    doctor unreachable
    only GT0016
    finds GT0016 '.cause == "no KDC of GSSTAP.TEST answers"'
    finds GT0016 '.evidence | any(. == "KDC 127.0.0.1:1: UDP: Connection refused, TCP: Connection refused")'
    finds GT0016 '.remedy | any(.text == "start the KDC at 127.0.0.1:1, or let UDP and TCP through to it")'
    config 's/x/x/'
    initiate new host@localhost
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
    # In the same file a KDC answers by now: the old trace proves nothing any more.
    doctor unreachable
    only GT0099
    finds GT0099 '.not_looked_at | any(contains("the KDCs of GSSTAP.TEST then"))'
}

@test "a realm without a KDC, and a KDC without an address, are told" {
    config '/^\t\tkdc = /d'
    initiate none host@localhost
    doctor none
    only GT0016
    finds GT0016 ".cause | contains(\"not [realms] of $PWD/krb5.conf; dns_lookup_kdc is false\")"
    finds GT0016 ".remedy | any(.text == \"write into [realms] of $PWD/krb5.conf: GSSTAP.TEST = { kdc = HOST }\")"
    config 's/kdc = .*/kdc = nowhere.invalid/'
    initiate nowhere host@localhost
    doctor nowhere
    only GT0016
    finds GT0016 '.evidence | any(startswith("KDC nowhere.invalid"))'
}

@test "a krb5.conf that makes no sense is named with the line, and corrected" {
    config 's/x/x/'
    printf '# the end\n[realms\n[domain_realm]\n' >>krb5.conf
    number=$(grep -n '^\[realms$' krb5.conf | cut -d: -f1)
    initiate broken host@localhost
    doctor broken
    only GT0016
    finds GT0016 ".cause | startswith(\"libkrb5 does not take $PWD/krb5.conf: \")"
    finds GT0016 ".evidence | any(. == \"line $number of it is the first that is wrong\")"
    printf '#!/bin/sh\nexec sed -i "${1#+}d" "$2"\n' >editor
    chmod +x editor
    EDITOR=$PWD/editor remedy GT0016 1
    initiate new host@localhost
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "a configuration that is not there is told" {
    KRB5_CONFIG=$PWD/none.conf
    initiate missing host@localhost
    doctor missing
    only GT0016
    finds GT0016 ".cause | contains(\"has no configuration: $PWD/none.conf does not exist\")"
    cp "$GSSTAP_REALM/krb5.conf" none.conf
    initiate new host@localhost
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "a name without a realm needs a default realm, and the remedy gives it" {
    config '/default_realm/d'
    initiate nodefault host@localhost alice
    doctor nodefault
    only GT0016
    finds GT0016 ".cause | startswith(\"$PWD/krb5.conf names no default realm\")"
    setting GT0016
    initiate new host@localhost alice
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
    # What the file says now is not what it said then.
    doctor nodefault
    only GT0099
    finds GT0099 ".not_looked_at | any(test(\"^what was in $PWD/krb5.conf then: it was written at .*, after the handshake\"))"
}

@test "it is found on the acceptor's side as well" {
    cp "$GSSTAP_REALM/krb5.conf" broken.conf
    echo '[realms' >>broken.conf
    handshake broken S_KRB5_CONFIG="$PWD/broken.conf"
    doctor broken/server.pcapng
    only GT0016
    finds GT0016 ".cause | startswith(\"libkrb5 does not take $PWD/broken.conf: \") "
    finds GT0016 '.acceptor.program == "gss-server"'
    sed -i '$d' broken.conf
    handshake new S_KRB5_CONFIG="$PWD/broken.conf"
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "a configuration that others can replace is not used, and that is said" {
    mkdir -m 777 open
    config 's/kdc = .*/kdc = 127.0.0.1:1/'
    mv krb5.conf open
    KRB5_CONFIG=$PWD/open/krb5.conf
    initiate failed host@localhost
    KRB5_CONFIG=$GSSTAP_REALM/krb5.conf
    doctor failed
    only GT0099
    finds GT0099 ".not_looked_at | any(contains(\"names $PWD/open/krb5.conf as KRB5_CONFIG, which others can put another file in the place of\"))"
    chmod 755 open
    doctor failed
    only GT0016
}

@test "a krb5.conf that includes what is not there is named with the line, and corrected" {
    printf '#!/bin/sh\nexec sed -i "${1#+}d" "$2"\n' >editor
    chmod +x editor
    for line in "include $PWD/none" "includedir $PWD/none.d"; do
        config "1s,^,# the realm\n$line\n,"
        rm -rf broken mended
        initiate broken host@localhost
        [ "$CLIENT_STATUS" != 0 ]
        doctor broken
        only GT0016
        finds GT0016 ".cause | test(\"^libkrb5 does not take $PWD/krb5.conf: Included profile (file|directory) could not be read\")"
        finds GT0016 '.evidence | any(. == "line 2 of it is the first that is wrong")'
        finds GT0016 '.remedy[0].text == "correct that line (or what it includes), or remove it:"'
        EDITOR=$PWD/editor remedy GT0016 1
        initiate mended host@localhost
        [ "$CLIENT_STATUS" = 0 ]
        healthy mended
    done
}
