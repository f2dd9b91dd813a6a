#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0027: an acceptor that cannot write its replay cache takes no token.

bats_require_minimum_version 1.5.0
load helper
load diagnose

@test "a replay cache in a directory that does not exist is found, and the directory made" {
    handshake none S_KRB5RCACHENAME="file2:$PWD/no/such/rc"
    [ "$CLIENT_STATUS" != 0 ]
    doctor none
    only GT0027
    finds GT0027 ".cause == \"the replay cache $PWD/no/such/rc of gss-server cannot be used: No such file or directory\""
    finds GT0027 ".evidence | any(. == \"KRB5RCACHENAME is file2:$PWD/no/such/rc\")"
    finds GT0027 "[.remedy[].command // empty] == [\"mkdir -p $PWD/no/such\"]"
    mkdir -p "$PWD/no/such"
    handshake made S_KRB5RCACHENAME="file2:$PWD/no/such/rc"
    [ "$CLIENT_STATUS" = 0 ]
    healthy made
}

@test "one that krb5.conf names is found, and one that is no file" {
    config "s,^\[libdefaults\],&\n\tdefault_rcache_name = file2:$PWD/cache/rc,"
    local conf=$KRB5_CONFIG
    KRB5_CONFIG=$GSSTAP_REALM/krb5.conf
    unset KRB5RCACHENAME
    handshake none S_KRB5_CONFIG="$conf"
    doctor none
    only GT0027
    finds GT0027 ".evidence | any(. == \"default_rcache_name is file2:$PWD/cache/rc\")"
    mkdir -p cache/rc
    handshake directory S_KRB5_CONFIG="$conf"
    doctor directory
    only GT0027
    finds GT0027 '.cause | endswith("cannot be used: Is a directory")'
    rmdir cache/rc
    handshake made S_KRB5_CONFIG="$conf"
    [ "$CLIENT_STATUS" = 0 ]
    healthy made
}

@test "the user's own is found where it belongs to another, and removed" {
    unset KRB5RCACHENAME
    mkdir cache
    : >"cache/krb5_$(id -u).rcache2"
    chown 1 "cache/krb5_$(id -u).rcache2"
    handshake owned S_KRB5RCACHEDIR="$PWD/cache"
    [ "$CLIENT_STATUS" != 0 ]
    doctor owned
    only GT0027
    finds GT0027 ".cause | startswith(\"the replay cache $PWD/cache/krb5_$(id -u).rcache2 of gss-server cannot be used: \")"
    remedies GT0027
    handshake removed S_KRB5RCACHEDIR="$PWD/cache"
    [ "$CLIENT_STATUS" = 0 ]
    healthy removed
}

@test "a type that libkrb5 does not know is found" {
    handshake type S_KRB5RCACHENAME=files:here
    [ "$CLIENT_STATUS" != 0 ]
    doctor type
    only GT0027
    finds GT0027 '.cause == "gss-server has KRB5RCACHENAME=files:here, and libkrb5 knows no such type of replay cache"'
    finds GT0027 '.remedy == [{text: "correct KRB5RCACHENAME: dfl:, file2:PATH, or none:"}]'
    handshake none S_KRB5RCACHENAME=none:
    [ "$CLIENT_STATUS" = 0 ]
    healthy none
}
