#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The shim's sealing of messages beside MIT's libgssapi, in a realm with one encryption type: the same tokens, the same
# answers. And with Heimdal at the other end.

load helper

# agrees ENCTYPE
agrees() {
    local part
    for part in against_mit refused_as_mit; do
        in_realm --enctypes="$1" -u alice -s host@localhost -- "$BUILD/hosts/seal_$part" >>"$BATS_TEST_TMPDIR/out" 2>&1 || {
            cat "$BATS_TEST_TMPDIR/out"
            return 1
        }
    done
    cat "$BATS_TEST_TMPDIR/out"
    grep -qE "^$1: [1-9][0-9]+ sizes both ways, the same bytes$" "$BATS_TEST_TMPDIR/out"
    grep -qE "^$1 without a subkey: [1-9][0-9]+ sizes both ways, the same bytes$" "$BATS_TEST_TMPDIR/out"
    grep -q "^$1: taken over after messages$" "$BATS_TEST_TMPDIR/out"
    grep -q "^$1: numbers pass 2^32 and 2^64$" "$BATS_TEST_TMPDIR/out"
    grep -q "^$1: open ones are refused$" "$BATS_TEST_TMPDIR/out"
    grep -qE "^$1: [1-9][0-9]{4} tokens are answered alike " "$BATS_TEST_TMPDIR/out"
}

@test "sealing by aes128-cts-hmac-sha1-96 is MIT's" {
    agrees aes128-cts-hmac-sha1-96
}

@test "sealing by aes256-cts-hmac-sha1-96 is MIT's" {
    agrees aes256-cts-hmac-sha1-96
}

@test "sealing by aes128-cts-hmac-sha256-128 is MIT's" {
    agrees aes128-cts-hmac-sha256-128
}

@test "sealing by aes256-cts-hmac-sha384-192 is MIT's" {
    agrees aes256-cts-hmac-sha384-192
}

@test "Heimdal takes what is sealed here, and what it rotates is taken here" {
    local enctype
    for enctype in aes128-cts-hmac-sha1-96 aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha256-128 aes256-cts-hmac-sha384-192; do
        in_realm --enctypes="$enctype" -u alice -s host@localhost -- \
            "$BUILD/hosts/seal_against_heimdal" "$BUILD/hosts/heimdal_wrap"
    done
}

# A sanitizer's runtime lets nothing be loaded with RTLD_DEEPBIND.
# bats test_tags=bare
@test "libcrypto does not call another OpenSSL that the program exports" {
    [ "$("$BUILD/hosts/seal_other_openssl")" = seals ]
}
