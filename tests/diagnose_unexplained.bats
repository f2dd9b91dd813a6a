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
