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
    finds GT0017 ".cause == \"host@localhost is looked for in the realm FAR.TEST, and nothing names a KDC of FAR.TEST: not [realms] of $PWD/krb5.conf; dns_lookup_kdc is false\""
    # The realms trust each other: the own KDC has shown the way.
    finds GT0017 '[.remedy[] | .command // empty] == []'
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

@test "a realm that is trusted and whose KDC is down is reached when that is started" {
    kadmin.local -q 'addprinc -pw shared krbtgt/DOWN.TEST@GSSTAP.TEST'
    read -r port < <(free_port)
    config "s/^\[realms\]/&\n\tDOWN.TEST = {\n\t\tkdc = 127.0.0.1:$port\n\t}/; s/^\[domain_realm\]/&\n\tthere.test = DOWN.TEST/"
    initiate down there@there.test
    [ "$CLIENT_STATUS" != 0 ]
    doctor down
    only GT0017
    finds GT0017 '.cause == "there@there.test is looked for in the realm DOWN.TEST, and no KDC of DOWN.TEST answers"'
    finds GT0017 ".evidence | any(. == \"KDC 127.0.0.1:$port: UDP: Connection refused, TCP: Connection refused\")"
    finds GT0017 "[.remedy[] | .text // .command] == [\"start the KDC at 127.0.0.1:$port, or let UDP and TCP through to it\"]"
    # Where the own KDC knows the service the host may have been mapped by mistake.
    kadmin.local -q 'addprinc -randkey there/there.test'
    doctor down
    finds GT0017 '[.remedy[] | .text // .command] | any(endswith("there.test = GSSTAP.TEST"))'
    # Started it is, and has the service.
    "$GSSTAP" realm -r DOWN.TEST --port "$port" -s there@there.test -- bash -e -c '
        kadmin.local -q "addprinc -pw shared krbtgt/DOWN.TEST@GSSTAP.TEST" >/dev/null
        cp "$GSSTAP_REALM/krb5.keytab" there.keytab
        touch up
        read -r end <fifo' >there.log 2>&1 3>&- <&- &
    mkfifo fifo
    wait_until 60 test -e up
    KRB5_KTNAME=FILE:$PWD/there.keytab initiate started there@there.test
    echo >fifo
    wait
    [ "$CLIENT_STATUS" = 0 ]
    healthy started
}

@test "a trust that is locked is told from one that is missing" {
    kadmin.local -q 'addprinc -pw shared krbtgt/SHUT.TEST@GSSTAP.TEST'
    kadmin.local -q 'modprinc -allow_tix krbtgt/SHUT.TEST@GSSTAP.TEST'
    config 's/localhost = .*/localhost = SHUT.TEST/'
    initiate shut host@localhost
    doctor shut
    only GT0017
    finds GT0017 '.cause | endswith("and the KDC has locked krbtgt/SHUT.TEST@GSSTAP.TEST, the way there")'
    remedy GT0017 1
    kadmin.local -q 'getprinc krbtgt/SHUT.TEST' | grep 'Attributes:$'
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

@test "realms that have different keys of one trust are found, and given one password" {
    # shellcheck disable=SC2016 # expanded by the inner shell
    "$GSSTAP" realm -r OTHER.TEST -u carol -s there@other.test -- bash -c '
        kadmin.local -q "addprinc -pw one krbtgt/OTHER.TEST@GSSTAP.TEST" >/dev/null
        cp "$GSSTAP_REALM/krb5.keytab" there.keytab
        cp "$KRB5_CONFIG" there.conf
        mkfifo typed answered
        touch up
        while read -r line <typed && [ "$line" != end ]; do
            eval "$line"
            echo >answered
        done' >there.log 2>&1 3>&- <&- &
    wait_until 60 test -e up
    kadmin.local -q 'addprinc -pw two krbtgt/OTHER.TEST@GSSTAP.TEST'
    export KRB5_CONFIG=$KRB5_CONFIG:$PWD/there.conf KRB5_KTNAME=FILE:$PWD/there.keytab KRB5CCNAME=FILE:$PWD/alice.cc
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
    differ one
    mend
    # Of different versions the KDC says something else.
    kadmin.local -q 'cpw -pw three krbtgt/OTHER.TEST@GSSTAP.TEST'
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
    differ two
    mend
    initiate new there@other.test
    echo end >typed
    wait
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

differ() {
    initiate "$1" there@other.test
    [ "$CLIENT_STATUS" != 0 ]
    doctor "$1"
    only GT0017
    finds GT0017 '.cause == "there@other.test is looked for in the realm OTHER.TEST, and the KDC of that realm does not take what the KDC of GSSTAP.TEST gives for it: they have different keys of krbtgt/OTHER.TEST@GSSTAP.TEST"'
}

# mend: types the commands of GT0017, those for the KDC of the other realm there.
mend() {
    jq -r 'select(.id == "GT0017") | .remedy[].command // empty' found >commands
    [ "$(grep -c ^kadmin commands)" = 4 ]
    while read -r command; do
        case $command in
        kinit*) kinit -k -t "$GSSTAP_REALM/client/alice" alice ;;
        *"-r OTHER.TEST"*) printf '%s\n' "printf 'same\nsame\n' | ${command/#kadmin -r/kadmin.local -r}" >typed && read -r _ <answered ;;
        *) printf 'same\nsame\n' | eval "$command" ;;
        esac
    done <commands
}
