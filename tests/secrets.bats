#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# No trace at any level holds a secret: only its length and a hash under a key that was never written.

bats_require_minimum_version 1.5.0
load helper

setup_file() {
    realm_up -u alice -s host@localhost
    kadmin.local -q 'addprinc -pw open-sesame-krb5 bob' >"$BATS_FILE_TMPDIR/kadmin" 2>&1
    # One run a level: what it prints is what is searched for.
    local level
    for level in audit calls tokens messages payload; do
        under_shim GSSTAP_TRACE="$BATS_FILE_TMPDIR/$level.pcapng" GSSTAP_LEVEL=$level PASSWORD=open-sesame-krb5 \
            "$BUILD/hosts/secrets" >"$BATS_FILE_TMPDIR/$level.secrets"
    done
    trace_json "$BATS_FILE_TMPDIR/payload.pcapng" >"$BATS_FILE_TMPDIR/payload.json"
    "$GSSTAP" decode "$BATS_FILE_TMPDIR/payload.pcapng" >"$BATS_FILE_TMPDIR/payload.text"
}

teardown_file() {
    realm_down
}

# leaks NAME...: the secrets of these names (patterns) that are in the trace or in what decode prints of it.
leaks() {
    local names
    names=$(IFS='|'; echo "$*")
    cd "$BATS_FILE_TMPDIR"
    grep -E "^($names) " payload.secrets >"$BATS_TEST_TMPDIR/wanted"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/wanted")" -ge $# ]
    "$PYTHON" "$TOP/tests/leaks.py" "$BATS_TEST_TMPDIR/wanted" GSSTAP.TEST payload.pcapng payload.json payload.text
}

# hashed CALL [LENGTH] [OPTION]: such a call's event has a secret of some length, its keyed hash, and no bytes of it.
hashed() {
    jq -c --arg call "$1" --argjson length "${2:-null}" --arg option "${3:-}" \
        'select(.event == "call" and .call == $call and ($option == "" or .option == $option)) | .. | objects
        | select(.keyed and (.hash | length) == 32 and (has("hex") | not) and .len > 0 and ($length == null or .len == $length))' \
        "$BATS_FILE_TMPDIR/payload.json" | grep -q . ||
        { echo "no length and keyed hash in $1:"; grep "\"$1\"" "$BATS_FILE_TMPDIR/payload.json"; return 1; }
}

@test "the search finds what is there: a message at level payload" {
    printf 'message %s\n' "$(printf 'no secret at level payload' | od -An -tx1 | tr -d ' \n')" >"$BATS_TEST_TMPDIR/wanted"
    run "$PYTHON" "$TOP/tests/leaks.py" "$BATS_TEST_TMPDIR/wanted" GSSTAP.TEST "$BATS_FILE_TMPDIR/payload.pcapng"
    [ "$status" = 1 ]
    [[ $output == *"message raw"* ]]
}

@test "the search finds each encoding" {
    local text=dont-tell-anyone-of-this encoded
    printf 'x %s\n' "$(printf %s "$text" | od -An -tx1 | tr -d ' \n')" >"$BATS_TEST_TMPDIR/wanted"
    for encoded in "$text" "$(printf %s "$text" | od -An -tx1 | tr -d ' \n')" "$(printf 'a%s' "$text" | base64)" \
        "$(printf 'aa%s' "$text" | base64)" "$(printf %s "$text" | base64)"; do
        echo "....$encoded...." >"$BATS_TEST_TMPDIR/file"
        run "$PYTHON" "$TOP/tests/leaks.py" "$BATS_TEST_TMPDIR/wanted" R "$BATS_TEST_TMPDIR/file"
        [ "$status" = 1 ]
    done
    echo "nothing in here" >"$BATS_TEST_TMPDIR/file"
    "$PYTHON" "$TOP/tests/leaks.py" "$BATS_TEST_TMPDIR/wanted" R "$BATS_TEST_TMPDIR/file"
}

@test "a PLAIN password is not recorded, but that and how long it was" {
    leaks plain-password
    hashed zmq_setsockopt 17 ZMQ_PLAIN_PASSWORD
}

@test "a CURVE secret key is not recorded, given as bytes or text, set, read back, made or derived from" {
    leaks curve-keypair curve-secretkey curve-secretkey-text
    hashed zmq_setsockopt 32 ZMQ_CURVE_SECRETKEY
}

@test "the password of gss_acquire_cred_with_password is not recorded, but that and how long it was" {
    leaks password
    hashed gss_acquire_cred_with_password 16
}

@test "an exported credential is not recorded, but that and how long it was" {
    leaks exported-credential
    hashed gss_export_cred
    hashed gss_import_cred
}

@test "an exported context and its keys are not recorded, but that and how long it was" {
    leaks exported-context lucid-key lucid-subkey
    hashed gss_export_sec_context
    hashed gss_import_sec_context
}

@test "keys that a program asks of a context are not recorded" {
    leaks session-key pseudo-random
}

@test "a credential store's keys are shown with their values only where those are known to be harmless" {
    leaks ntlmssp_password ntlmssp_nthash Ccache
    jq -c 'select(.call == "gss_acquire_cred_from" and .cred_store) | .cred_store' "$BATS_FILE_TMPDIR/payload.json" >"$BATS_TEST_TMPDIR/stores"
    jq -e --slurp '.[0] | .[0] == {key: "client_keytab", value: "FILE:/not/there"} and
        [.[1:][] | [.key, .secret.len, .secret.keyed]] ==
            [["ntlmssp_password", 16, true], ["ntlmssp_nthash", 32, true], ["Ccache", 20, true]]' "$BATS_TEST_TMPDIR/stores"
    grep -q 'cred_store={key=client_keytab, value=.*}, cred_store={key=ntlmssp_password, secret=16:keyed:' "$BATS_FILE_TMPDIR/payload.text"
}

@test "a name that can carry authorization data along is told by length and keyed hash" {
    hashed gss_import_name
    [ "$(jq -r 'select(.call == "gss_import_name" and .secret) | .name // "none"' "$BATS_FILE_TMPDIR/payload.json")" = none ]
}

@test "what a program subscribes to, greets with and calls itself is not recorded, nor a proxy's password" {
    leaks topic routing-id welcome proxy
    hashed zmq_setsockopt 17 ZMQ_SUBSCRIBE
    hashed zmq_setsockopt 20 ZMQ_ROUTING_ID
    hashed zmq_setsockopt 19 ZMQ_XPUB_WELCOME_MSG
    hashed zmq_setsockopt 32 ZMQ_SOCKS_PROXY
}

@test "nobody can try out a four-digit PIN against a trace below level payload" {
    cd "$BATS_FILE_TMPDIR"
    run "$PYTHON" "$TOP/tests/guess.py" payload.pcapng
    [ "$status" = 1 ]
    [[ $output == *"7391 payload.pcapng"* ]] # the search works
    [[ $output != *2648* ]]
    trace_json messages.pcapng >"$BATS_TEST_TMPDIR/messages.json"
    [ "$(jq -c 'select(.message.len == 4 and .message.keyed and .message.hash and .message.hex == null)' \
        "$BATS_TEST_TMPDIR/messages.json" | wc -l)" = 4 ]
    "$PYTHON" "$TOP/tests/guess.py" audit.pcapng calls.pcapng tokens.pcapng messages.pcapng "$BATS_TEST_TMPDIR/messages.json"
}

@test "no secret is in a trace of any level" {
    local level
    cd "$BATS_FILE_TMPDIR"
    for level in audit calls tokens messages; do
        [ -s $level.pcapng ]
        [ "$(wc -l <$level.secrets)" -ge 10 ]
        "$PYTHON" "$TOP/tests/leaks.py" $level.secrets GSSTAP.TEST $level.pcapng
    done
}

@test "the same secret has another hash in another process" {
    local hash
    trace_json "$BATS_FILE_TMPDIR/tokens.pcapng" >"$BATS_TEST_TMPDIR/other.json"
    for each in "$BATS_FILE_TMPDIR/payload.json" "$BATS_TEST_TMPDIR/other.json"; do
        hash=$(jq -r 'select(.call == "zmq_setsockopt" and .option == "ZMQ_PLAIN_PASSWORD") | .. | objects | .hash // empty' "$each")
        [ -n "$hash" ]
        echo "$hash" >>"$BATS_TEST_TMPDIR/hashes"
    done
    [ "$(sort -u "$BATS_TEST_TMPDIR/hashes" | wc -l)" = 2 ]
}

@test "a command line is recorded without what is named like a secret, and not at level audit" {
    local level
    for level in audit calls; do
        under_shim GSSTAP_TRACE="$BATS_TEST_TMPDIR/$level.pcapng" GSSTAP_LEVEL=$level \
            "$BUILD/hosts/handshake" krb5 1 "--size=12 34" --pass "ope n" --my-Token=opens -k opened \
            --keytab some.keytab amqp://me:opener@host/x --db-password
        trace_json "$BATS_TEST_TMPDIR/$level.pcapng" | jq -c 'select(.event == "process")' >"$BATS_TEST_TMPDIR/$level"
    done
    [ "$(jq -r '.args | join("|")' "$BATS_TEST_TMPDIR/calls")" = "$BUILD/hosts/handshake|krb5|1|--size=12 34|--pass|(hidden)|--my-Token=(hidden)|-k|opened|--keytab|some.keytab|amqp://me:(hidden)@host/x|--db-password" ]
    run ! grep -a "12 34" "$BATS_TEST_TMPDIR"/audit*
    run ! grep -aE "ope n|opens|opener" "$BATS_TEST_TMPDIR"/calls*
    under_shim GSSTAP_TRACE="$BATS_TEST_TMPDIR/code.pcapng" "$PYTHON" -c "import gssapi; gssapi.Name('opens')" and more
    [ "$(trace_json "$BATS_TEST_TMPDIR/code.pcapng" | jq -r 'select(.event == "process").args[1:] | join("|")')" = "-c|(hidden)|and|more" ]
    [ "$(jq -r '.cgroup' "$BATS_TEST_TMPDIR/audit")" = "$(sed -n 's/^0:://p;s/^[0-9]*:name=systemd://p' /proc/self/cgroup | tail -1)" ]
}

# arguments_of NAME ARG...: of a program of that name, as the trace shows them from the third on.
arguments_of() {
    cp "$BUILD/hosts/handshake" "$BATS_TEST_TMPDIR/$1"
    rm -f "$BATS_TEST_TMPDIR"/t.pcapng*
    under_shim GSSTAP_TRACE="$BATS_TEST_TMPDIR/t.pcapng" GSSTAP_LEVEL=calls "$BATS_TEST_TMPDIR/$1" krb5 1 "${@:2}" >&2
    trace_json "$BATS_TEST_TMPDIR/t.pcapng" | jq -r 'select(.event == "process").args[3:] | join("|")'
}

@test "a secret is found wherever it stands in an argument" {
    [ "$(arguments_of one "host=db password=opens x" -o user=joe,passwd=opens "data[pin]=1" 'a=b&api_key=opens')" = \
        "host=db password=(hidden)|-o|user=joe,passwd=(hidden)|data[pin]=(hidden)|a=b&api_key=(hidden)" ]
    [ "$(arguments_of one -H "Authorization: Bearer opens" '{"a": 1, "password":"opens"}' auth.example:88 "password = opens")" = \
        '-H|Authorization:(hidden)|{"a": 1, "password":(hidden)|auth.example:88|password =(hidden)' ]
    [ "$(arguments_of one redis://:aa@opens@host/x@y a://u:key=1@h,b://v:2@i/?token=3 http://host:80/@me x://u@h)" = \
        "redis://:(hidden)@host/x@y|a://u:(hidden)@h,b://v:(hidden)@i/?token=(hidden)|http://host:80/@me|x://u@h" ]
}

@test "code that an interpreter is given is recorded in no spelling of its option" {
    local name
    for name in bash dash sh zsh ksh busybox; do
        [ "$(arguments_of $name -e -lc opens and more)" = "-e|-lc|(hidden)|and|more" ]
    done
    [ "$(arguments_of bash -c -eo pipefail -- opens and)" = "-c|(hidden)|(hidden)|(hidden)|(hidden)|and" ]
    [ "$(arguments_of bash -ceo pipefail opens and)" = "-c(hidden)|(hidden)|(hidden)|and" ]
    [ "$(arguments_of python3.13 -Ic opens and)" = "-Ic|(hidden)|and" ]
    [ "$(arguments_of python3.13 -copens and more)" = "-c(hidden)|(hidden)|more" ]
    [ "$(arguments_of python3.13 -Wcache -mcode more)" = "-Wcache|-mcode|more" ]
    [ "$(arguments_of perl -Mre -0777ne opens and)" = "-Mre|-0777ne|(hidden)|and" ]
    [ "$(arguments_of perl5.40 -E opens)" = "-E|(hidden)" ]
    [ "$(arguments_of node -pe opens)" = "-p(hidden)|(hidden)" ]
    [ "$(arguments_of nodejs --eval opens --print=opens x y)" = "--eval|(hidden)|--print=(hidden)|(hidden)|y" ]
    [ "$(arguments_of php8.4 -d a=b -ropens x y)" = "-d|a=b|-r(hidden)|(hidden)|y" ]
    [ "$(arguments_of php --run opens)" = "--run|(hidden)" ]
    [ "$(arguments_of shred -c shown)" = "-c|shown" ]
}

@test "of what an option takes it is kept what is known to be harmless" {
    cd "$BATS_TEST_TMPDIR"
    [ "$(arguments_of one -u bob:opens -U bob%opens --proxy-user bob:opens --user=bob:opens -ubob:opens --login bob -u http://host:80/x -u alice)" = \
        "-u|bob:(hidden)|-U|bob%(hidden)|--proxy-user|bob:(hidden)|--user=bob:(hidden)|-ubob:(hidden)|--login|bob|-u|http://host:80/x|-u|alice" ]
    [ "$(arguments_of one --bearer opens --otp 777 --cookie a=b --kerberos-pw zz Authorization:Basic=opens '{"pin":1234}' token:opens)" = \
        '--bearer|(hidden)|--otp|(hidden)|--cookie|(hidden)|--kerberos-pw|(hidden)|Authorization:(hidden)|{"pin":(hidden)|token:(hidden)' ]
    [ "$(arguments_of one -w opens -p opens -popens0 -popens -psecret 88 plain -P x)" = \
        "-w|(hidden)|-p|(hidden)|-p(hidden)|-p(hidden)|-p(hidden)|88|plain|-P|(hidden)" ]
    [ "$(arguments_of one -q "cpw -pw opens alice" "x --password opens" "-v x" "a -p")" = "-q|cpw -pw (hidden)|x --password (hidden)|-v x|a -p" ]
    # Paths, hosts, ports, principals, plain words.
    echo >some.policy
    [ "$(arguments_of one -p 88 -p host:88 -w /a/b -p some.policy -p alice@GSSTAP.TEST -port 4444 -p88 -pr -p -w --port 1 word host@localhost auth.example:88/x keys.example:/srv KEYRING:persistent:0 tokens://a)" = \
        "-p|88|-p|host:88|-w|/a/b|-p|some.policy|-p|alice@GSSTAP.TEST|-port|4444|-p88|-pr|-p|-w|--port|1|word|host@localhost|auth.example:88/x|keys.example:/srv|KEYRING:persistent:0|tokens://a" ]
}

@test "what is behind a script is its own, and no code of the interpreter's" {
    cd "$BATS_TEST_TMPDIR"
    cp "$BUILD/hosts/handshake" python3.13
    cp python3.13 node
    echo >script.py
    echo >other.js
    # own NAME ARG...: the arguments of a program of that name, as the trace shows them.
    own() {
        rm -f t.pcapng*
        under_shim GSSTAP_TRACE="$PWD/t.pcapng" GSSTAP_LEVEL=calls "./$1" "${@:2}" >&2 || :
        trace_json t.pcapng | jq -r 'select(.event == "process").args[1:] | join("|")'
    }
    [ "$(own python3.13 -u script.py -psecret0 88 and -c more)" = "-u|script.py|-p(hidden)|88|and|-c|more" ]
    [ "$(own python3.13 -m http.server -c more)" = "-m|http.server|-c|more" ]
    [ "$(own node --require other.js -e opens)" = "--require|other.js|-e|(hidden)" ]
    [ "$(own node -r other.js -e opens)" = "-r|other.js|-e|(hidden)" ]
}

@test "an argument that is too long to be read whole is not recorded" {
    local long
    printf -v long '%01500d' 0
    [ "$(arguments_of one "$long" "amqp://me:$long@host")" = "$long" ]
    [ "$(arguments_of one "amqp://me:opens$long$long@host")" = "" ]
}

@test "a trace is readable by its owner only" {
    [ "$(stat -c %a "$BATS_FILE_TMPDIR/payload.pcapng")" = 600 ]
}
