#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0008: the ticket is for a name that the server has no key of.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup_file() {
    diagnose_up -s host@other.test
}

@test "a ticket for an alias without a key is found, from the acceptor and from its answer, and the key put in" {
    kadmin.local -q "ktadd -norandkey -k $PWD/server.keytab host/localhost"
    WANTED=host@other.test
    handshake alias S_KRB5_KTNAME="FILE:$PWD/server.keytab"
    doctor alias
    only GT0008
    finds GT0008 '.cause | test("ticket is for host/other.test@GSSTAP.TEST, and FILE:.*server.keytab has no key of it")'
    finds GT0008 '.evidence | any(test("the initiator asked for host/other.test@GSSTAP.TEST"))'
    doctor alias/client.pcapng
    only GT0013 # that much its answer says
    finds GT0013 '.not_looked_at | any(test("keytab: its trace was not given"))'
    doctor alias
    remedy GT0008 1
    SERVICE=host@other.test
    handshake right S_KRB5_KTNAME="FILE:$PWD/server.keytab"
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
}
