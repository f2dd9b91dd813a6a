#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0017: the service is looked for in another realm.

bats_require_minimum_version 1.5.0
load helper
load diagnose

@test "a host that is mapped to a realm without trust is found with who maps it, and mapped right" {
    config 's/localhost = .*/localhost = OTHER.TEST/'
    initiate mapped host@localhost
    [ "$CLIENT_STATUS" != 0 ]
    doctor mapped
    only GT0017
    finds GT0017 '.cause == "host@localhost is looked for in the realm OTHER.TEST, and the KDCs of GSSTAP.TEST know no way there"'
    finds GT0017 ".evidence | any(. == \"[domain_realm] of $PWD/krb5.conf makes localhost a host of OTHER.TEST\")"
    finds GT0017 '.evidence | any(. == "the KDC of GSSTAP.TEST knows host/localhost@GSSTAP.TEST")'
    setting GT0017
    initiate new host@localhost
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "a realm that is trusted and whose KDC nobody names is found" {
    kadmin.local -q 'addprinc -randkey krbtgt/FAR.TEST@GSSTAP.TEST'
    config 's/localhost = .*/localhost = FAR.TEST/'
    initiate far host@localhost
    doctor far
    only GT0017
    finds GT0017 '.cause | endswith("and no KDC of that realm is to be found")'
    finds GT0017 ".remedy | any(.text == \"write into [realms] of $PWD/krb5.conf: FAR.TEST = { kdc = HOST }\")"
    setting_of_domain() {
        jq 'if .id == "GT0017" then .remedy |= map(select(.text // "" | test("\\[realms\\]") | not)) else . end' found >filtered
        mv filtered found
        setting GT0017
    }
    setting_of_domain
    initiate new host@localhost
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "a realm that is trusted and has the service is no finding" {
    "$GSSTAP" realm -r THERE.TEST -u carol -s there@there.test -- bash -e -c '
        kadmin.local -q "addprinc -pw shared krbtgt/THERE.TEST@GSSTAP.TEST" >/dev/null
        cp "$GSSTAP_REALM/krb5.keytab" there.keytab
        cp "$KRB5_CONFIG" there.conf
        touch up
        read -r end <fifo' >there.log 2>&1 3>&- <&- &
    mkfifo fifo
    wait_until 60 test -e up
    kadmin.local -q 'addprinc -pw shared krbtgt/THERE.TEST@GSSTAP.TEST'
    KRB5_CONFIG=$KRB5_CONFIG:$PWD/there.conf KRB5_KTNAME=FILE:$PWD/there.keytab initiate there there@there.test
    echo >fifo
    wait
    [ "$CLIENT_STATUS" = 0 ]
    healthy there
}
