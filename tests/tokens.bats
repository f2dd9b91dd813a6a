#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Tokens, decoded: in the lines of a trace, as trees below them, in JSON, and alone. What each kind of token is decoded
# to is in tests/data/token/; what people may give as a token, in tests/unit/token_input.c.

bats_require_minimum_version 1.5.0
load helper

TICKET='host/localhost@GSSTAP.TEST kvno 1 aes256-cts-hmac-sha1-96 ticket'

setup_file() {
    realm_up -u alice -s host@localhost
    # One trace for all tests: gss-client by Kerberos, and by SPNEGO.
    local port
    port=$(free_port)
    gss-server -port "$port" host@localhost >"$BATS_FILE_TMPDIR/server.log" 2>&1 3>&- &
    echo $! >"$BATS_FILE_TMPDIR/server"
    wait_until 20 talks "$port" -q
    "$GSSTAP" run -l messages -o "$BATS_FILE_TMPDIR/plain.pcapng" -- gss-client -port "$port" localhost host@localhost hello
    "$GSSTAP" run -l messages -o "$BATS_FILE_TMPDIR/spnego.pcapng" -- gss-client -port "$port" -spnego localhost host@localhost hello
}

talks() {
    gss-client -port "$1" "$2" localhost host@localhost hello >/dev/null 2>&1
}

teardown_file() {
    [ ! -e "$BATS_FILE_TMPDIR/server" ] || kill "$(<"$BATS_FILE_TMPDIR/server")" || :
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    PLAIN=$BATS_FILE_TMPDIR/plain.pcapng
    SPNEGO=$BATS_FILE_TMPDIR/spnego.pcapng
    SAMPLES=$TOP/tests/data/token
}

@test "each token of a handshake by Kerberos is told in a phrase" {
    run -0 "$GSSTAP" decode "$PLAIN"
    grep "out_token=.* \[AP-REQ $TICKET, mutual-required\]) = GSS_S_CONTINUE_NEEDED" <<<"$output"
    grep 'in_token=.* \[AP-REP aes256-cts-hmac-sha1-96\]) = GSS_S_COMPLETE' <<<"$output"
    grep -E 'gss_wrap\(.* \[Wrap seq [0-9]+, sealed, acceptor-subkey\]\)' <<<"$output"
    grep -E 'gss_verify_mic\(.* \[MIC seq [0-9]+, sent-by-acceptor, acceptor-subkey\]\)' <<<"$output"
}

@test "what SPNEGO carries is told behind it" {
    run -0 "$GSSTAP" decode -e gss_init_sec_context "$SPNEGO"
    grep -F "[SPNEGO init krb5: AP-REQ $TICKET, mutual-required])" <<<"$output"
    grep -F '[SPNEGO accept-completed krb5: AP-REP aes256-cts-hmac-sha1-96])' <<<"$output"
}

@test "with --verbose tokens are trees below their events" {
    run -0 "$GSSTAP" decode -v -e gss_init_sec_context "$PLAIN"
    grep -x '    out_token:' <<<"$output"
    grep -x '      gss' <<<"$output"
    grep -x '        mech: krb5' <<<"$output"
    grep -x '        ap_req: AP-REQ' <<<"$output"
    grep -x '            realm: GSSTAP.TEST' <<<"$output"
    grep -x '              etype: aes256-cts-hmac-sha1-96 (18)' <<<"$output"
    grep -xE '              cipher: [0-9]+ bytes' <<<"$output"
    # Without it, none.
    run -0 "$GSSTAP" decode -e gss_init_sec_context "$PLAIN"
    run ! grep 'ap_req' <<<"$output"
}

@test "in JSON a token is an object whose keys name what it holds" {
    trace_json "$SPNEGO" >events
    jq -se 'any(.[] | select(.depth == 0).out_token.token.gss.token.neg_token_init;
        .mech_types == ["krb5"] and .mech_token.gss.ap_req.ticket.sname == "host/localhost")' events
    jq -se 'any(.[] | select(.depth == 0).in_token.token.neg_token_resp; .neg_state == "accept-completed")' events
}

@test "one token is decoded the same from a file, from standard input and from the command line" {
    token=$SAMPLES/gss/spnego_krb5_init.bin
    run -0 --separate-stderr "$GSSTAP" decode --bytes "$token"
    [ -z "$stderr" ]
    [ "${lines[0]}" = "SPNEGO init krb5: AP-REQ $TICKET, mutual-required" ]
    grep -x '  gss' <<<"$output"
    expected=$output
    [ "$("$GSSTAP" decode --bytes - <"$token")" = "$expected" ]
    [ "$("$GSSTAP" decode --bytes "$(od -An -v -tx1 "$token")")" = "$expected" ]
    [ "$("$GSSTAP" decode --bytes "$(od -v -tx1 "$token")")" = "$expected" ]
    [ "$("$GSSTAP" decode --bytes "$(base64 "$token")")" = "$expected" ]
    [ "$("$GSSTAP" decode --bytes "Authorization: Negotiate $(base64 -w0 "$token")")" = "$expected" ]
    printf '< WWW-Authenticate: Negotiate %s\r\n< Content-Length: 12\r\n' "$(base64 -w0 "$token")" >header
    [ "$("$GSSTAP" decode --bytes header)" = "$expected" ]
    "$GSSTAP" decode --bytes "$token" -o printed
    [ "$(<printed)" = "$expected" ]
    "$GSSTAP" decode --bytes "$token" --format json | jq -e '.gss.token.neg_token_init.mech_types == ["krb5"] and .notes == null'
}

@test "each sample is decoded from its bytes alone to what stands beside it, and none is taken for a cut one" {
    local sample
    for sample in "$SAMPLES"/*/*.bin; do
        # What is within encrypted parts is looked for nowhere else.
        [[ $sample != */opened/* && $sample != */pac/* ]] || continue
        diff <(jq . "${sample%.bin}.json") <("$GSSTAP" decode --bytes "$sample" --format json | jq .) || { echo "$sample"; return 1; }
    done
}

@test "what was encoded twice, or cut, is decoded as far as it goes and a note says so" {
    token=$SAMPLES/gss/spnego_krb5_init.bin
    run -0 "$GSSTAP" decode --bytes "$(base64 -w0 "$token" | base64 -w0)"
    [[ ${lines[0]} == "SPNEGO init krb5: AP-REQ $TICKET, mutual-required" ]]
    [[ ${lines[1]} == "  ! encoded twice"* ]]
    run -0 "$GSSTAP" decode --bytes "$(printf 'Negotiate %s' "$(base64 -w0 "$token")" | base64 -w0)"
    [[ ${lines[1]} == "  ! the text of a header"* ]]
    run -0 "$GSSTAP" decode --bytes "Negotiate $(base64 -w0 "$token" | head -c 600)"
    [[ ${lines[0]} == "SPNEGO init krb5: AP-REQ $TICKET"*" [450 of 761 bytes]" ]]
    [[ ${lines[1]} == "  ! 450 of 761 bytes are there"* ]]
    run -0 "$GSSTAP" decode --bytes "$(base64 -w0 "$token" | head -c 600)" --format json
    jq -e '.notes[0].text | startswith("450 of 761")' <<<"$output"
}

@test "what is no token is called by what it is, and the exit status says so" {
    local text
    for text in "Dear Sir" "Authorization: Basic YWxpY2U6c3dvcmRmaXNo" "WWW-Authenticate: Negotiate" "$PLAIN" "0102" \
        "$(echo this is text as well | base64)" ""; do
        run -1 --separate-stderr "$GSSTAP" decode --bytes "$text"
        [ -z "$output" ]
        [[ $stderr == "gsstap: --bytes: "*" is "* ]]
        # Nothing of what was given, which may be a secret, is repeated.
        [[ $stderr != *swordfish* && $stderr != *text\ as\ well* && $stderr != *Dear* ]]
    done
    run -1 --separate-stderr "$GSSTAP" decode --bytes "$PLAIN"
    [[ $stderr == *"a trace: give it without --bytes"* ]]
    run -1 --separate-stderr "$GSSTAP" decode --bytes "$GSSTAP_REALM/ccache/alice"
    [[ $stderr == *"is a ticket cache" ]]
    run -1 --separate-stderr "$GSSTAP" decode --bytes "$GSSTAP_REALM/krb5.keytab"
    [[ $stderr == *"is a keytab" ]]
    run -1 --separate-stderr "$GSSTAP" decode --bytes no-such-file
    [[ $stderr == *"nor is there a file of this name"* ]]
}

@test "passwords and responses are told by their length" {
    run -0 "$GSSTAP" decode --bytes "$SAMPLES/zmtp/plain_client.bin"
    grep -xE ' +password: 9 bytes' <<<"$output"
    for token in zmtp/plain_client zap/zap_request_plain; do
        "$GSSTAP" decode --bytes "$SAMPLES/$token.bin" >>shown
        "$GSSTAP" decode --bytes "$SAMPLES/$token.bin" --format json >>shown
    done
    grep carol shown
    run ! grep -E "swordfish|$(printf swordfish | od -An -tx1 | tr -d ' ')" shown
    run -0 "$GSSTAP" decode --bytes "$SAMPLES/ntlm/authenticate.bin"
    [ "${lines[0]}" = 'NTLM AUTHENTICATE REALM\carol from VM' ]
    grep -x '    nt_response: 146 bytes' <<<"$output"
}

@test "wrong usage exits with 2 and says what to do" {
    run -2 --separate-stderr "$GSSTAP" decode
    [[ $stderr == *"a single token with --bytes"* ]]
    for wrong in "$PLAIN" --summary -f -v "-e gss_wrap" --caller "--pid 1"; do
        # shellcheck disable=SC2086 # an option and its value
        run -2 --separate-stderr "$GSSTAP" decode --bytes 6000 $wrong
        [[ $stderr == *"--bytes decodes one token"* ]]
    done
    run -2 --separate-stderr "$GSSTAP" decode --summary -v "$PLAIN"
    [[ $stderr == *"--verbose do not go with it"* ]]
    run -2 --separate-stderr "$GSSTAP" decode --bytes .
    [[ $stderr == "gsstap: --bytes: .: Is a directory" ]]
    head -c 1048577 /dev/zero >large
    run -2 --separate-stderr "$GSSTAP" decode --bytes large
    [[ $stderr == *"larger than"* ]]
}
