#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0008: the ticket is for a name that the server has no key of.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup_file() {
    diagnose_up -s host@other.test -s nfs@localhost
}

@test "a ticket for an alias without a key is found, from the acceptor and from its answer, and the key put in" {
    kadmin.local -q "ktadd -norandkey -k $PWD/server.keytab host/localhost"
    WANTED=host@other.test
    config ''
    handshake alias S_KRB5_KTNAME="FILE:$PWD/server.keytab"
    doctor alias
    # gss-server accepts for the name alone that it was given: the key would not be enough.
    only GT0008 GT0013
    finds GT0008 '.cause | test("ticket is for host/other.test@GSSTAP.TEST, and FILE:.*server.keytab has no key of it")'
    finds GT0008 '.evidence | any(test("the initiator asked for host/other.test@GSSTAP.TEST"))'
    finds GT0013 '.cause | test("^gss-server accepts for host@localhost alone, and the ticket is for host/other.test@GSSTAP.TEST$")'
    finds GT0013 '.evidence | any(test("gss-server.* acquired its credential as host@localhost$"))'
    doctor alias/client.pcapng
    only GT0013 # that much its answer says
    finds GT0013 '.not_looked_at | any(test("keytab: no trace that was given has its side"))'
    doctor alias
    remedy GT0008 1
    handshake one S_KRB5_KTNAME="FILE:$PWD/server.keytab"
    [ "$CLIENT_STATUS" != 0 ]
    doctor one
    only GT0013
    setting GT0013
    handshake right S_KRB5_KTNAME="FILE:$PWD/server.keytab"
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
}

@test "where the host's name is passed over, the key alone is missing" {
    kadmin.local -q "ktadd -norandkey -k $PWD/server.keytab host/localhost"
    WANTED=host@other.test
    config 's/^\[libdefaults\]/&\n\tignore_acceptor_hostname = true/'
    handshake alias S_KRB5_KTNAME="FILE:$PWD/server.keytab"
    doctor alias
    only GT0008
    remedy GT0008 1
    handshake right S_KRB5_KTNAME="FILE:$PWD/server.keytab"
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
}

@test "a ticket for another service is for none that the server accepts for, with its key or without" {
    kadmin.local -q "ktadd -norandkey -k $PWD/server.keytab host/localhost"
    WANTED=nfs@localhost
    handshake other S_KRB5_KTNAME="FILE:$PWD/server.keytab"
    doctor other
    only GT0008 GT0013
    finds GT0013 '.cause | test("^gss-server accepts for host@localhost alone, and the ticket is for nfs/localhost@GSSTAP.TEST$")'
    finds GT0013 '.remedy | any(.text // "" | test("have clients ask for host@localhost"))'
    WANTED=host@localhost
    handshake right S_KRB5_KTNAME="FILE:$PWD/server.keytab"
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
}

@test "an acceptor that uses no named credential lacks the key alone, also where it has one" {
    kadmin.local -q "ktadd -norandkey -k $PWD/server.keytab host/localhost"
    export KRB5_KTNAME=FILE:$PWD/server.keytab UNUSED
    for UNUSED in "" host@localhost; do
        initiate "any-$UNUSED" nfs@localhost
        [ "$CLIENT_STATUS" != 0 ]
        doctor "any-$UNUSED"
        only GT0008
    done
    # What its credential is, is in the trace, wherever that is read.
    unset UNUSED
    KEYTAB=FILE:$PWD/server.keytab initiate acquired nfs@localhost
    for name in any- any-host@localhost acquired; do
        doctor "$name"
        only GT0008
        mkdir "redacted-$name"
        "$GSSTAP" redact "$name/client.pcapng" "redacted-$name"
        doctor "redacted-$name"
        only GT0008
        finds GT0008 '.cause | test("^the ticket is for nfs/localhost@[A-Z]{6}\\.[A-Z]{4}, and the acceptor.s keytab has no key of it$")'
        finds GT0008 '.evidence | any(test("accepts with any key of its keytab$"))'
    done
    doctor acquired
    remedy GT0008 1
    initiate right nfs@localhost
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
}
