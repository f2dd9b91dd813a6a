#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0015: one token is given to two.

bats_require_minimum_version 1.5.0
load helper
load diagnose

@test "a token that was accepted before is found, with who accepted it, and a new one passes" {
    SEND="again $PWD/token"
    handshake first S_KRB5RCACHENAME="file2:$PWD/rcache"
    healthy first
    handshake again S_KRB5RCACHENAME="file2:$PWD/rcache"
    doctor first again
    only GT0015
    finds GT0015 '.cause | test("gss-server.* was given a token for host/localhost@GSSTAP.TEST that had been accepted before")'
    finds GT0015 ".evidence | any(test(\"gss-server.* accepted the same token at 20\"))"
    finds GT0015 ".evidence | any(test(\"KRB5RCACHENAME=file2:$PWD/rcache\"))"
    doctor again
    only GT0015
    finds GT0015 '.not_looked_at | any(test("who was given this token before"))'
    # A token of its own, and the same one where the replay caches are two.
    rm token
    handshake new S_KRB5RCACHENAME="file2:$PWD/rcache"
    healthy new
    handshake other S_KRB5RCACHENAME="file2:$PWD/rcache-other"
    healthy new other
}
