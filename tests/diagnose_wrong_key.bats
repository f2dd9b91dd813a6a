#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0011: name, version and type are right, and the key is another one.

bats_require_minimum_version 1.5.0
load helper
load diagnose

@test "a key that was made anew with the same version is found, also by the answer alone, and is written anew" {
    cp "$GSSTAP_REALM/krb5.keytab" old.keytab
    kadmin.local -q 'cpw -pw another host/localhost'
    kadmin.local -q 'modprinc -kvno 1 host/localhost'
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
    handshake old S_KRB5_KTNAME="FILE:$PWD/old.keytab"
    doctor old
    only GT0011
    finds GT0011 '.cause | test("old.keytab has kvno 1 of host/localhost@GSSTAP.TEST, and this key does not open the ticket")'
    finds GT0011 '.evidence | any(test("each key of .*old.keytab was tried on the ticket: none opens it"))'
    doctor old/client.pcapng
    only GT0011
    finds GT0011 '.not_looked_at | any(test("keytab: no trace that was given has its side"))'
    # There kadmin is told, whatever this machine has.
    finds GT0011 '.remedy | any(.text // "" | startswith("kadmin needs the privilege extract-keys"))'
    # Of two keys of one version the first counts, so that adding the right one is not enough.
    finds GT0011 '[.remedy[].command | values] == ["cp -p --backup=numbered KEYTAB KEYTAB.old",
        "kadmin -q \u0027ktremove -k KEYTAB host/localhost@GSSTAP.TEST 1\u0027",
        "kadmin -q \u0027ktadd -norandkey -k KEYTAB host/localhost@GSSTAP.TEST\u0027"]'
    doctor old/server.pcapng
    only GT0011
    finds GT0011 '.not_looked_at | any(test("whether the ticket came as it was sent: no trace that was given has what was sent"))'
    doctor old
    # What is typed again, because a part of it failed, destroys no copy.
    cp old.keytab before
    remedy GT0011 1
    remedy GT0011 2
    remedies GT0011
    cmp before old.keytab.old.~1~
    mv old.keytab.old.~1~ old.keytab.old
    handshake right S_KRB5_KTNAME="FILE:$PWD/old.keytab"
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
    # Another token of the same ticket is not the one that came.
    mv old.keytab.old old.keytab
    doctor old/server.pcapng right/client.pcapng
    only GT0011
}

@test "a keytab made from a password with the wrong salt is found" {
    kadmin.local -q 'cpw -pw secret host/localhost'
    kadmin.local -q 'modprinc -kvno 1 host/localhost'
    printf '%s\n' 'addent -password -p host/localhost@GSSTAP.TEST -k 1 -e aes256-cts -s GSSTAP.TESThostLOCALHOST' secret \
        "wkt $PWD/salted.keytab" | ktutil
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
    handshake salted S_KRB5_KTNAME="FILE:$PWD/salted.keytab"
    doctor salted
    only GT0011
    remedies GT0011
    handshake right S_KRB5_KTNAME="FILE:$PWD/salted.keytab"
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
}
