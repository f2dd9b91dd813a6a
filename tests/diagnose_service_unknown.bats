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
    finds GT0003 '.evidence | any(. == "asked again, the KDC says the same")'
    finds GT0003 '.evidence | any(. == "nor does it know a client of that name: it is not locked")'
    remedies GT0003
    initiate new new@localhost
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
    # By now it is there: the old trace proves nothing any more.
    doctor unknown
    only GT0099
    finds GT0099 '.not_looked_at | any(contains("by now it knows new/localhost@GSSTAP.TEST"))'
}

# service_locked NAME: a service with a key in the keytab, which gets no tickets.
service_locked() {
    kadmin.local -q "addprinc -randkey $1/localhost"
    kadmin.local -q "ktadd -norandkey -k krb5.keytab $1/localhost"
    kadmin.local -q "modprinc -allow_tix $1/localhost"
}

@test "a service that is locked is told from one that nobody made, and the remedy lets it have tickets again" {
    service_locked shut
    initiate locked shut@localhost
    [ "$CLIENT_STATUS" != 0 ]
    doctor locked
    only GT0003
    finds GT0003 '.cause | test("has shut/localhost@GSSTAP.TEST and gives nobody a ticket for it")'
    remedies GT0003
    kadmin.local -q 'getprinc shut/localhost' | grep 'vno 1,'
    initiate new shut@localhost
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "where no KDC tells whether a service is there or locked both is said, and its key stays what it is" {
    service_locked hidden
    initiate locked hidden@localhost
    cp "$GSSTAP_REALM/krb5.conf" saved
    sed -i 's/kdc = .*/kdc = 127.0.0.1:1/' "$GSSTAP_REALM/krb5.conf"
    doctor locked
    cp saved "$GSSTAP_REALM/krb5.conf"
    only GT0003
    finds GT0003 '.cause | endswith("the KDC gives no ticket for hidden/localhost@GSSTAP.TEST: it does not know it, or has locked it")'
    remedies GT0003
    kadmin.local -q 'getprinc hidden/localhost' | grep 'vno 1,'
    initiate new hidden@localhost
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "a service of another realm is made in that one's database, and in no other" {
    mkfifo fifo
    "$GSSTAP" realm -r THERE.TEST -u carol -s there@there.test -- bash -e -c '
        kadmin.local -q "addprinc -pw shared krbtgt/THERE.TEST@GSSTAP.TEST" >/dev/null
        cp "$KRB5_CONFIG" there.conf
        # Beside the database of the first, which has a name of its own.
        sed "s/database_module = db/database_module = there/; s/db = {/there = {/" "$GSSTAP_REALM/kdc.conf" >there.kdc
        touch up
        read -r end <fifo' >there.log 2>&1 3>&- <&- &
    wait_until 60 test -e up
    kadmin.local -q 'addprinc -pw shared krbtgt/THERE.TEST@GSSTAP.TEST'
    export KRB5_CONFIG=$KRB5_CONFIG:$PWD/there.conf
    initiate unknown new@there.test
    doctor unknown
    only GT0003
    finds GT0003 '.cause == "no KDC of its realm knows new/there.test@THERE.TEST"'
    finds GT0003 '[.remedy[].command // empty] | length == 2 and all(startswith("kadmin -r THERE.TEST -q "))'
    for number in 1 2; do
        remedy GT0003 "$number" || :
    done
    kadmin.local -q 'listprincs new/*' >known
    run ! grep there.test known
    # Where the other realm's database is as well:
    cat "$KRB5_KDC_PROFILE" there.kdc >both.kdc
    export KRB5_KDC_PROFILE=$PWD/both.kdc
    doctor unknown
    finds GT0003 '[.remedy[].command // empty] | all(startswith("kadmin.local -r THERE.TEST -q "))'
    remedies GT0003
    initiate right new@there.test
    echo >fifo
    wait
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
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
