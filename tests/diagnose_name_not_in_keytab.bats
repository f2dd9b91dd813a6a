#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0007: the server asks for its own name, which its keytab has not.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup_file() {
    diagnose_up -s host@other.test
}

@test "a server that asks for a name without a key is found, and the key is put in" {
    kadmin.local -q "ktadd -norandkey -k $PWD/other.keytab host/other.test"
    handshake other S_KRB5_KTNAME="FILE:$PWD/other.keytab"
    doctor other
    only GT0007
    finds GT0007 '.cause | test("gss-server.* asks for host@localhost, and FILE:.*other.keytab has no key of it")'
    finds GT0007 '.evidence | any(test("other.keytab has host/other.test@GSSTAP.TEST kvno 1"))'
    remedy GT0007 1
    handshake right S_KRB5_KTNAME="FILE:$PWD/other.keytab"
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
}
