#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Messages in pieces (gss_wrap_iov and its kin): told as the other end of the wire sees them.

load helper

setup_file() {
    realm_up -u alice -s host@localhost
    cd "$BATS_FILE_TMPDIR"
    "$BUILD/hosts/iov" >bare
    local level
    for level in audit tokens payload; do
        under_shim GSSTAP_TRACE="$PWD/$level.pcapng" GSSTAP_LEVEL=$level "$BUILD/hosts/iov" >$level.out
        trace_json $level.pcapng >$level.json
    done
}

teardown_file() {
    realm_down
}

# tokens CALL FIELD [LEVEL]: length and hash of each such call's token, in order.
tokens() {
    jq -c --arg call "$1" --arg field "$2" 'select(.call == $call and .context and .[$field]) | .[$field] | [.len, .hash]' \
        "$BATS_FILE_TMPDIR/${3:-tokens}.json"
}

@test "a program that works with pieces does the same under the shim, at any level" {
    local level
    for level in audit tokens payload; do
        diff "$BATS_FILE_TMPDIR/bare" "$BATS_FILE_TMPDIR/$level.out"
    done
    [ "$(wc -l <"$BATS_FILE_TMPDIR/bare")" = 5 ]
}

@test "the token of gss_wrap_iov is the one that the peer's gss_unwrap is given" {
    [ "$(tokens gss_wrap_iov out_token | head -1)" = "$(tokens gss_unwrap in_token)" ]
    [ -n "$(tokens gss_unwrap in_token)" ]
}

@test "the token of gss_unwrap_iov is the one that the peer's gss_wrap made, also when it was tampered with" {
    [ "$(tokens gss_unwrap_iov in_token | head -1)" = "$(tokens gss_wrap out_token | head -1)" ]
    [ "$(tokens gss_wrap out_token | wc -l)" = 2 ]
    [ "$(tokens gss_unwrap_iov in_token | sed -n 2p)" != "$(tokens gss_wrap out_token | sed -n 2p)" ]
    [ "$(jq -c 'select(.call == "gss_unwrap_iov" and .major_name == "GSS_S_BAD_SIG") | [.in_token.len > 0, .message]' \
        "$BATS_FILE_TMPDIR/tokens.json")" = "[true,null]" ]
}

@test "with pieces on both ends the token is the same, without what is signed only" {
    [ "$(tokens gss_wrap_iov out_token | sed -n 2p)" = "$(tokens gss_unwrap_iov in_token | sed -n 3p)" ]
    [ -n "$(tokens gss_wrap_iov out_token | sed -n 2p)" ]
    [ "$(jq -c 'select(.call == "gss_wrap_iov") | .message.len // empty' "$BATS_FILE_TMPDIR/tokens.json" | tail -1)" = 4 ]
}

@test "a MIC over pieces is the one that the peer verifies over the whole" {
    [ "$(tokens gss_get_mic_iov out_token)" = "$(tokens gss_verify_mic in_token)" ]
    [ "$(tokens gss_get_mic out_token)" = "$(tokens gss_verify_mic_iov in_token)" ]
    [ -n "$(tokens gss_get_mic_iov out_token)$(tokens gss_get_mic out_token)" ]
    [ "$(jq -r 'select(.call | endswith("mic") or endswith("mic_iov")) | .message.hash // empty' \
        "$BATS_FILE_TMPDIR/tokens.json" | sort | uniq -c | awk '{ print $1 }')" = 4 ]
}

@test "the token of gss_unwrap_aead is what arrived, not the plaintext that the call leaves in its place" {
    [ "$(tokens gss_wrap_aead out_token)" = "$(tokens gss_unwrap_aead in_token)" ]
    [ "$(tokens gss_wrap_aead out_token payload)" = "$(tokens gss_unwrap_aead in_token payload)" ]
    [ -n "$(tokens gss_wrap_aead out_token)" ]
}

@test "the token of gss_unwrap is what arrived, also of a message in clear, which the library turns round in its place" {
    local level
    cd "$BATS_TEST_TMPDIR"
    for level in tokens payload; do
        GSSTAP_LEVEL=$level GSSTAP_TRACE=$PWD/clear-$level.pcapng under_shim "$PYTHON" "$TOP/tests/hosts/opened_talk.py" >/dev/null
        trace_json clear-$level.pcapng >"$BATS_FILE_TMPDIR/clear-$level.json"
        tokens gss_wrap out_token clear-$level | sort >made
        tokens gss_unwrap in_token clear-$level | sort >arrived
        [ "$(wc -l <made)" = 6 ]
        diff made arrived
    done
    [ "$(jq -r 'select(.call == "gss_unwrap" and .conf == false) | .in_token.hex' "$BATS_FILE_TMPDIR/clear-payload.json" |
        grep -c ^0504)" = 2 ]
}

@test "so is that of gss_unseal, its old name, and the message is counted once" {
    local level
    cd "$BATS_TEST_TMPDIR"
    for level in tokens payload; do
        GSSTAP_LEVEL=$level GSSTAP_TRACE=$PWD/old-$level.pcapng under_shim "$BUILD/hosts/iov" old
        trace_json old-$level.pcapng >"$BATS_FILE_TMPDIR/old-$level.json"
        [ -n "$(tokens gss_seal out_token old-$level)" ]
        [ "$(tokens gss_seal out_token old-$level)" = "$(tokens gss_unseal in_token old-$level)" ]
    done
    jq -r 'select(.call == "gss_unseal") | .in_token.hex' "$BATS_FILE_TMPDIR/old-payload.json" | grep ^0504
    [ "$(jq -c 'select(.event == "context") | [.role, .wrapped_bytes, .unwrapped_bytes]' "$BATS_FILE_TMPDIR/old-tokens.json")" = \
        '["initiator",3,0]
["acceptor",0,3]' ]
}

@test "the token of Heimdal's gss_unwrap is what arrived too, though the library rotates it back in its place" {
    cd "$BATS_TEST_TMPDIR"
    GSSTAP_LEVEL=payload GSSTAP_TRACE=$PWD/heimdal.pcapng under_shim "$BUILD/hosts/heimdal_handshake" >/dev/null
    trace_json heimdal.pcapng >"$BATS_FILE_TMPDIR/heimdal.json"
    [ "$(tokens gss_wrap out_token heimdal | wc -l)" = 2 ]
    diff <(tokens gss_wrap out_token heimdal) <(tokens gss_unwrap in_token heimdal)
}

@test "what went through a context counts pieces like wholes" {
    local level
    for level in audit tokens payload; do
        [ "$(jq -c 'select(.event == "context") | [.role, .wrapped, .wrapped_bytes, .unwrapped, .unwrapped_bytes]' \
            "$BATS_FILE_TMPDIR/$level.json")" = '["initiator",5,43,0,0]
["acceptor",0,0,4,35]' ]
    done
}

@test "of a context that is none the buffers are not looked at" {
    [ "$(jq -c 'select(.call and (.call | endswith("_iov")) and .context == null) | [.in_token, .out_token, .message]' \
        "$BATS_FILE_TMPDIR/payload.json" | sort -u)" = "[null,null,null]" ]
}
