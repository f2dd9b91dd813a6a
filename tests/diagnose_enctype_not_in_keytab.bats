#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0010: the keytab has the service's key of that version, and not of the ticket's encryption type.

bats_require_minimum_version 1.5.0
load helper
load diagnose

@test "a key of another type alone is found, and all keys are put in" {
    kadmin.local -q 'cpw -randkey -e aes256-cts:normal,aes128-cts:normal host/localhost'
    kadmin.local -q "ktadd -norandkey -k $PWD/all.keytab host/localhost"
    printf '%s\n' "rkt $PWD/all.keytab" list 'delent 1' "wkt $PWD/one.keytab" | ktutil
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
    handshake one S_KRB5_KTNAME="FILE:$PWD/one.keytab"
    doctor one
    only GT0010
    finds GT0010 '.cause | test("for host/localhost@GSSTAP.TEST is encrypted in aes256.*one.keytab has kvno 2, and not in that type")'
    finds GT0010 '.evidence | any(test("one.keytab has host/localhost@GSSTAP.TEST: kvno 2 aes128"))'
    doctor one/client.pcapng
    only GT0009 # BADKEYVER is of both
    finds GT0009 '.cause | test("none of the ticket.s version and encryption type")'
    doctor one
    remedy GT0010 1
    handshake right S_KRB5_KTNAME="FILE:$PWD/one.keytab"
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
}
