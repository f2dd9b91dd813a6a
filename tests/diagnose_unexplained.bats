#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0099: what no other diagnosis knows is told all the same.

bats_require_minimum_version 1.5.0
load helper
load diagnose

@test "a failure that nothing explains is told with what was said, and with how to see more" {
    handshake odd C_KRB5CCNAME=NONSENSE:here
    doctor odd
    only GT0099
    finds GT0099 '.cause | test("gss-client.* could not establish a security context, .*: No Kerberos credentials available .default cache: NONSENSE:here")'
    finds GT0099 '.evidence | any(test("gss_init_sec_context in gss-client.* said"))'
    finds GT0099 '.remedy | any(.command // "" | test("gsstap run --krb5-trace"))'
    handshake right
    healthy right
}

@test "of which mechanism it is, is told: an initiator of NTLM has no user" {
    mkdir ntlm
    run "$GSSTAP" run -o ntlm/%n-%p.pcapng -- env -u NTLM_USER_FILE HOME="$PWD" "$PYTHON" "$TOP/tests/hosts/send_token.py" 1 ntlm
    [ "$status" != 0 ]
    doctor ntlm
    only GT0099
    finds GT0099 '.cause | test("^python3 could not establish a security context of ntlmssp, .*: No such file or directory$")'
    finds GT0099 '.evidence | any(test("^of ntlmssp gss_init_sec_context in python3.* said"))'
}
