#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0004: libkrb5 replaced the host's name.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup_file() {
    diagnose_up -s only@server.gsstap.test
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    # What /etc/hosts calls it comes first on its line.
    printf '127.0.0.1 localhost server.gsstap.test\n' >hosts
    RUN_AS=(unshare -m sh -c 'mount --bind hosts /etc/hosts && exec "$0" "$@"')
}

@test "an alias that /etc/hosts replaces is found with both names, and the remedy keeps it" {
    config 's/dns_canonicalize_hostname = .*/dns_canonicalize_hostname = true/'
    initiate replaced only@server.gsstap.test
    [ "$CLIENT_STATUS" != 0 ]
    doctor replaced
    only GT0004
    finds GT0004 '.cause | test("asked for only@server.gsstap.test, .* no KDC knows only/localhost@GSSTAP.TEST")'
    finds GT0004 '.evidence | any(. == "the KDC knows only/server.gsstap.test@GSSTAP.TEST")'
    finds GT0004 '.evidence | any(startswith("dns_canonicalize_hostname is true"))'
    setting GT0004
    initiate new only@server.gsstap.test
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "a service that is known by neither name is none that was replaced" {
    config 's/dns_canonicalize_hostname = .*/dns_canonicalize_hostname = true/'
    initiate neither nosuch@server.gsstap.test
    doctor neither
    only GT0003
    finds GT0003 '.evidence | any(contains("the KDC gives no ticket for nosuch/server.gsstap.test@GSSTAP.TEST either"))'
}

@test "a name that a domain was appended to is found, and the remedy keeps it" {
    kadmin.local -q 'addprinc -randkey host/short'
    kadmin.local -q "ktadd -k $GSSTAP_REALM/krb5.keytab host/short"
    config 's/qualify_shortname = .*/qualify_shortname = gsstap.test/; s/^\[domain_realm\]/&\n\tshort.gsstap.test = GSSTAP.TEST/'
    initiate completed host@short
    doctor completed
    only GT0004
    finds GT0004 '.cause | contains("no KDC knows host/short.gsstap.test@GSSTAP.TEST")'
    setting GT0004
    initiate new host@short
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

# other_name: /etc/hosts calls www.example.org by another name, and nothing says which realm either is of.
other_name() {
    printf '127.0.0.1 localhost\n127.0.0.9 realname.example.org www.example.org\n' >hosts
    config "s/dns_canonicalize_hostname = .*/dns_canonicalize_hostname = true/; s/^\[domain_realm\]/&\n\t$1/"
}

@test "a name in whose place one of a realm that is guessed came is found" {
    kadmin.local -q 'addprinc -randkey HTTP/www.example.org'
    kadmin.local -q "ktadd -norandkey -k $GSSTAP_REALM/krb5.keytab HTTP/www.example.org"
    # Also where the name that was typed is mapped: it is not the one that is looked for.
    for map in '' 'www.example.org = GSSTAP.TEST'; do
        other_name "$map"
        initiate "guessed-$map" HTTP@www.example.org
        [ "$CLIENT_STATUS" != 0 ]
        grep 'Server krbtgt/EXAMPLE.ORG@GSSTAP.TEST not found' "guessed-$map.out"
        doctor "guessed-$map"
        only GT0004
        finds GT0004 '.cause | test("asked for HTTP@www.example.org, .* no KDC knows HTTP/realname.example.org@GSSTAP.TEST$")'
        finds GT0004 '.evidence | any(. == "the KDC knows HTTP/www.example.org@GSSTAP.TEST")'
    done
    setting GT0004
    initiate new HTTP@www.example.org
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "where neither is known it is the other name whose realm is told, and has to be" {
    other_name 'www.example.org = GSSTAP.TEST'
    initiate neither nosuch@www.example.org
    doctor neither
    only GT0017
    finds GT0017 '.evidence | any(. == "libkrb5 has replaced the host'"'"'s name: it is realname.example.org")'
    finds GT0017 '.evidence | any(endswith("says nothing about realname.example.org, so that it is taken for one of EXAMPLE.ORG"))'
    setting GT0017
    initiate mapped nosuch@www.example.org
    doctor mapped
    only GT0003
    finds GT0003 '.cause | endswith("knows nosuch/realname.example.org@GSSTAP.TEST")'
}
