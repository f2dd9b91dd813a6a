#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0001: the initiator has no ticket to begin with.

bats_require_minimum_version 1.5.0
load helper
load diagnose

@test "a cache that does not exist is named with where its name is from, and a ticket is the remedy" {
    handshake none C_KRB5CCNAME="FILE:$PWD/none.cc"
    [ "$CLIENT_STATUS" != 0 ]
    doctor none
    only GT0001
    finds GT0001 ".cause | contains(\"the ticket cache FILE:$PWD/none.cc, which does not exist\")"
    finds GT0001 ".evidence | any(. == \"KRB5CCNAME=FILE:$PWD/none.cc is in its environment\")"
    remedies GT0001
    handshake new C_KRB5CCNAME="FILE:$PWD/none.cc"
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "it is found behind SPNEGO, and where the program names the cache or its own principal" {
    export KRB5CCNAME=FILE:$PWD/none.cc
    CLIENT=(-spnego)
    handshake spnego
    doctor spnego
    only GT0001
    initiate named host@localhost alice@GSSTAP.TEST
    doctor named
    only GT0001
    finds GT0001 '.remedy | any((.command // "") | endswith("none.cc alice@GSSTAP.TEST"))'
    initiate stored host@localhost "" ccache="$PWD/stored.cc"
    doctor stored
    only GT0001
    finds GT0001 ".evidence | any(. == \"the program asks for the cache $PWD/stored.cc by a credential store\")"
    remedies GT0001
    initiate again host@localhost "" ccache="$PWD/stored.cc"
    [ "$CLIENT_STATUS" = 0 ]
    healthy again
}

@test "a service gets its tickets by the key in its keytab" {
    export KRB5CCNAME=FILE:$PWD/none.cc
    initiate service host@localhost host/localhost
    doctor service
    only GT0001
    remedies GT0001 </dev/null
    initiate new host@localhost host/localhost
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "the default cache of a user is told from one that the environment names" {
    config "s,default_ccache_name = .*,default_ccache_name = FILE:$PWD/default.cc,"
    unset KRB5CCNAME
    handshake default
    doctor default
    only GT0001
    finds GT0001 '.evidence | any(test("KRB5CCNAME is not in its environment, so it is the default of uid [0-9]+"))'
    remedies GT0001
    handshake new
    healthy new
}

@test "a cache with a ticket for one service alone, and one that nobody serves, are told" {
    kinit -c service.cc -S host/other -k -t "$GSSTAP_REALM/client/alice" alice || kinit -c service.cc -S host/localhost -k -t "$GSSTAP_REALM/client/alice" alice
    export KRB5CCNAME=FILE:$PWD/service.cc
    initiate service other@localhost
    doctor service
    only GT0001
    finds GT0001 '.cause | test("which has no ticket-granting ticket$")'
    finds GT0001 '.evidence | any(test("^of alice@GSSTAP.TEST it has host/localhost@GSSTAP.TEST"))'
    export KRB5CCNAME=KCM:
    initiate kcm host@localhost
    doctor kcm
    only GT0001
    finds GT0001 '.cause | test("KCM:.*, which cannot be used: .*KCM")'
}

@test "a client keytab that does not exist is told as well" {
    export KRB5CCNAME=FILE:$PWD/none.cc KRB5_CLIENT_KTNAME=FILE:$PWD/none.keytab
    initiate none host@localhost
    doctor none
    only GT0001
    finds GT0001 ".evidence | any(. == \"its client keytab FILE:$PWD/none.keytab does not exist\")"
    cp "$GSSTAP_REALM/client/alice" none.keytab
    initiate new host@localhost
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "a cache that was made since is not blamed, and that it was is said" {
    initiate none host@localhost "" ccache="$PWD/late.cc"
    kinit -c late.cc -k -t "$GSSTAP_REALM/client/alice" alice
    doctor none
    only GT0099
    finds GT0099 ".not_looked_at | any(contains(\"$PWD/late.cc\"))"
}

@test "of a trace of another machine nothing here is looked at, and that is said" {
    initiate elsewhere host@localhost "" ccache="$PWD/none.cc"
    LC_ALL=C sed -i "s/$(cat /proc/sys/kernel/random/boot_id)/00000000-0000-4000-8000-000000000000/g" elsewhere/client.pcapng
    doctor elsewhere
    only GT0099
    finds GT0099 '.not_looked_at | any(test("^the initiator.s ticket cache: python3.* ran on .*, or before this machine was started"))'
}

# nowhere TRACE NAME: of a cache that no other program gets tickets into; they are got into a file.
nowhere() {
    export KRB5CCNAME=$2
    initiate "$1" host@localhost
    [ "$CLIENT_STATUS" != 0 ]
    doctor "$1"
    only GT0001
    finds GT0001 "[.remedy[].text // empty] | any(startswith(\"kinit gets none into $2\"))"
    remedies GT0001
    [[ $KRB5CCNAME == FILE:/tmp/* ]]
    initiate "$1-right" host@localhost
    rm "${KRB5CCNAME#FILE:}"
    [ "$CLIENT_STATUS" = 0 ]
    healthy "$1-right"
}

@test "where kinit can put no tickets a file is named" {
    nowhere memory MEMORY:
    nowhere kcm KCM:
    nowhere unknown FOO:bar
    # A program that names such a cache itself has to name another.
    export KRB5CCNAME=MEMORY:own
    initiate stored host@localhost "" ccache=MEMORY:own
    doctor stored
    only GT0001
    finds GT0001 '[.remedy[].text // empty] | any(endswith("name that in the program'"'"'s credential store:"))'
}
