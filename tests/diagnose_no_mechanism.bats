#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0021: SPNEGO has none left, and says no more than that.

bats_require_minimum_version 1.5.0
load helper
load diagnose

@test "what the mechanism said is the cause, and is gone when that is put right" {
    CLIENT=(-spnego)
    handshake none C_KRB5CCNAME=NONSENSE:here C_GSS_MECH_CONFIG=/dev/null S_GSS_MECH_CONFIG=/dev/null
    doctor none
    only GT0021
    finds GT0021 '.cause | test("gss-client.* has no mechanism that SPNEGO could use: krb5 says .No Kerberos credentials available .default cache: NONSENSE:here")'
    handshake right C_GSS_MECH_CONFIG=/dev/null S_GSS_MECH_CONFIG=/dev/null
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
}

@test "where another finding is the cause behind it, that is told alone" {
    CLIENT=(-spnego)
    handshake client C_KRB5CCNAME="FILE:$PWD/none" C_GSS_MECH_CONFIG=/dev/null
    doctor client
    only GT0001
    handshake server S_KRB5_KTNAME="FILE:$PWD/none" S_GSS_MECH_CONFIG=/dev/null
    doctor server
    only GT0006
}

@test "an acceptor that takes none of what it is offered is found, with what the library returned" {
    local hosts=$TOP/tests/hosts
    "$GSSTAP" run -o none.pcapng -- "$PYTHON" "$hosts/neg_mechs.py" host@localhost krb5 ntlm && false
    doctor none.pcapng
    only GT0021
    finds GT0021 '.cause == "python3 has no mechanism that SPNEGO could use with this peer"'
    finds GT0021 '.evidence | any(test("^gss_accept_sec_context in python3.* returned GSS_S_BAD_MECH: An unsupported mechanism was requested, and said .Unknown error.$"))'
    finds GT0021 '.remedy[0].text | test("^offer the same mechanism on both ends .gss_set_neg_mechs")'
    "$GSSTAP" run -o same.pcapng -- "$PYTHON" "$hosts/neg_mechs.py" host@localhost krb5 krb5
    healthy same.pcapng
}
