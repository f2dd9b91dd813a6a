#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0025: a program that gains privileges obeys no environment.

bats_require_minimum_version 1.5.0
load helper
load diagnose

teardown() {
    [ -z "${open:-}" ] || rm -r "$open"
}

@test "a set-user-ID program of Kerberos is found by who executed it, and can be seen without the bit" {
    open=$(mktemp -d /tmp/diagnose-bats-XXXXXX)
    chmod 755 "$open"
    cp "$(command -v gss-client)" "$open/client"
    chown nobody "$open/client"
    chmod 4755 "$open/client"
    mkdir bit none
    "$GSSTAP" run --follow-exec -o bit/t-%p.pcapng -- sh -c "env -u LD_PRELOAD $open/client -port 1 localhost host@localhost hello; :"
    doctor bit
    only GT0025
    finds GT0025 ".cause | test(\"$open/client gains privileges: KRB5CCNAME\")"
    finds GT0025 '.evidence | any(test("is set-user-ID")) and any(test("linked with libgssapi_krb5.so.2"))'
    finds GT0025 '.initiator == null and .acceptor == null'
    remedy GT0025 1
    run -0 "$GSSTAP" run --follow-exec -o none/t-%p.pcapng -- sh -c "env -u LD_PRELOAD $open/client -port 1 localhost host@localhost hello; :"
    [[ $output != *unobserved* ]]
    healthy none
}

@test "a program that gains privileges and has nothing to do with Kerberos is none" {
    mkdir su
    "$GSSTAP" run --follow-exec -o su/t-%p.pcapng -- sh -c 'env -u LD_PRELOAD su -h >/dev/null; :'
    healthy su
}
