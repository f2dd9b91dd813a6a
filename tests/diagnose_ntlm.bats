#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0020: a client without a ticket sends NTLM, and the server knows Kerberos alone.

bats_require_minimum_version 1.5.0
load helper
load diagnose

@test "NTLM is found behind SPNEGO, with why there is no ticket, and is gone with one" {
    echo 'REALM:carol:secret' >users
    SEND=spnego
    handshake ntlm S_GSS_MECH_CONFIG=/dev/null C_NTLM_USER_FILE="$PWD/users" C_KRB5CCNAME="FILE:$PWD/none"
    doctor ntlm
    only GT0020
    finds GT0020 '.cause | test("gss-server.* was sent NTLM, and can do Kerberos alone")'
    finds GT0020 '.evidence | any(test("NTLMSSP within SPNEGO"))'
    finds GT0020 '.evidence | any(test("No Kerberos credentials available .default cache: FILE:.*none"))'
    doctor ntlm/server.pcapng
    only GT0020
    finds GT0020 '.not_looked_at | any(test("why the client has no ticket"))'
    export KRB5CCNAME=FILE:$PWD/none
    remedy GT0020 1
    handshake right S_GSS_MECH_CONFIG=/dev/null C_NTLM_USER_FILE="$PWD/users" C_KRB5CCNAME="FILE:$PWD/none"
    healthy right
}

@test "NTLM as it is, with nothing around it, is found as that alone" {
    echo 'REALM:carol:secret' >users
    SEND=ntlm
    handshake raw S_GSS_MECH_CONFIG=/dev/null C_NTLM_USER_FILE="$PWD/users" C_KRB5CCNAME="FILE:$PWD/none"
    doctor raw
    only GT0020
    finds GT0020 '.evidence | any(test("the token that it was given has NTLMSSP$"))'
    doctor raw/server.pcapng
    only GT0020
}

@test "NTLM in a header's text is found as both, since undoing the base64 is not enough" {
    echo 'REALM:carol:secret' >users
    SEND=ntlm-header
    handshake header S_GSS_MECH_CONFIG=/dev/null C_NTLM_USER_FILE="$PWD/users" C_KRB5CCNAME="FILE:$PWD/none"
    doctor header
    only GT0020 GT0023
    finds GT0020 '.evidence | any(test("the token that it was given is, in base64, NTLMSSP$"))'
    finds GT0023 '.cause | test("was given a header.s text, .NTLM. and base64, not a token$")'
}
