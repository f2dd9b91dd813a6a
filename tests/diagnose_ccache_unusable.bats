#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0024: a ticket cache that is there and cannot be used. Mostly the program names it: of a default cache MIT's libgssapi
# 1.20.1 frees what it never set.

bats_require_minimum_version 1.5.0
load helper
load diagnose

teardown() {
    [ -z "${OUTSIDE:-}" ] || rm -r "$OUTSIDE"
}

@test "a file that is no ticket cache is found, and a new ticket is the remedy" {
    echo "no tickets in here" >bad.cc
    initiate bad host@localhost "" ccache="$PWD/bad.cc"
    [ "$CLIENT_STATUS" != 0 ]
    doctor bad
    only GT0024
    finds GT0024 ".cause | contains(\"the ticket cache FILE:$PWD/bad.cc\") and test(\"is no ticket cache\")"
    remedy GT0024 1
    initiate new host@localhost "" ccache="$PWD/bad.cc"
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "a cache that is cut off is found" {
    head -c 10 "$GSSTAP_REALM/ccache/alice" >cut.cc
    initiate cut host@localhost "" ccache="$PWD/cut.cc"
    doctor cut
    only GT0024
    remedy GT0024 1
    initiate new host@localhost "" ccache="$PWD/cut.cc"
    healthy new
}

@test "a cache of another user is found with both users, and given away" {
    local dir
    # Nobody may not enter the test's own directory.
    dir=$(mktemp -d /tmp/diagnose.XXXXXX)
    OUTSIDE=$dir
    chmod 755 "$dir"
    cp "$GSSTAP_REALM/ccache/alice" "$dir/alice.cc"
    chmod 600 "$dir/alice.cc"
    cp "$GSSTAP_REALM/krb5.conf" "$GSSTAP_REALM/krb5.keytab" "$dir"
    chmod 644 "$dir/krb5.conf" "$dir/krb5.keytab"
    as_nobody() {
        mkdir -m 777 "$dir/$1"
        CLIENT_STATUS=0
        KRB5_CONFIG=$dir/krb5.conf KRB5_KTNAME=FILE:$dir/krb5.keytab "$GSSTAP" run -o "$dir/$1/%n-%p.pcapng" -- \
            setpriv --reuid=nobody --regid=nogroup --clear-groups "$PYTHON" "$dir/initiate.py" host@localhost "" ccache="$dir/alice.cc" || CLIENT_STATUS=$?
    }
    cp "$TOP/tests/hosts/initiate.py" "$dir"
    as_nobody denied
    [ "$CLIENT_STATUS" != 0 ]
    doctor "$dir/denied"
    only GT0024
    finds GT0024 ".cause | contains(\"$dir/alice.cc\") and test(\"may not be read by it\")"
    finds GT0024 ".evidence | any(test(\"alice.cc belongs to uid 0, mode 0600, .*the process is uid $(id -u nobody)\"))"
    remedy GT0024 1
    as_nobody given
    [ "$CLIENT_STATUS" = 0 ]
    healthy "$dir/given"
}

# MIT's library 1.20.1 frees a pointer that it never set: whether that is a crash is chance.
@test "a default cache on which the program crashes is found as well, and as long as nobody has written to it" {
    local turn
    head -c 60 /dev/zero | tr '\0' x >bad.cc
    for turn in {1..60}; do
        handshake "turn$turn" C_KRB5CCNAME="FILE:$PWD/bad.cc"
        doctor "turn$turn/client.pcapng"
        only GT0024
        [ "$CLIENT_STATUS" -lt 128 ] || break
    done
    [ "$CLIENT_STATUS" = 139 ]
    finds GT0024 ".cause | test(\"^the ticket cache FILE:$PWD/bad.cc of gss-client is no ticket cache$\")"
    finds GT0024 '.evidence | any(test("^gss-client.* called gss_init_sec_context; no return from it is recorded, and the process has ended$"))'
    run "$GSSTAP" doctor "turn$turn/client.pcapng"
    [[ $output == *"Handshakes seen: 1 not ended."* ]]
    run -0 "$GSSTAP" timeline "turn$turn/client.pcapng"
    [[ $output == *unfinished* ]]
    touch bad.cc
    healthy "turn$turn/client.pcapng"
}
