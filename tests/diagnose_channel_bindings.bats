#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0019: each end binds to a channel of its own.

bats_require_minimum_version 1.5.0
load helper
load diagnose

@test "bindings that differ are found, with the hashes of both, and equal ones pass" {
    mkdir apart one
    run -1 "$GSSTAP" run -o apart/t.pcapng -- "$PYTHON" "$TOP/tests/hosts/bound_channels.py" here there
    doctor apart
    only GT0019
    finds GT0019 '[.evidence[] | select(test("binds to")) | sub(".* hash "; "")] | length == 2 and .[0] != .[1]'
    finds GT0019 '.evidence | any(test("binds to 4 bytes of hash"))'
    run -0 "$GSSTAP" run -o one/t.pcapng -- "$PYTHON" "$TOP/tests/hosts/bound_channels.py" here here
    healthy one
}

@test "of TLS the kinds are asked about" {
    mkdir tls
    run -1 "$GSSTAP" run -o tls/t.pcapng -- "$PYTHON" "$TOP/tests/hosts/bound_channels.py" tls-unique:1 tls-server-end-point:1
    doctor tls
    only GT0019
}
