#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is learned of a security context, and that it is judged by it: by true names, before a token leaves, by every way
# in which a context becomes usable, and told once, as it really came out.

bats_require_minimum_version 1.5.0
load helper

HOST=host@localhost

setup_file() {
    realm_up -u alice -u mallory -s host@localhost
    cd "$BATS_FILE_TMPDIR"
    printf 'version: 1\ngss: {peers: {deny: ["host/localhost@GSSTAP.TEST", "*/evil@GSSTAP.TEST"]}}\n' >deny.yaml
    printf 'version: 1\ngss: {peers: {deny: [mallory@GSSTAP.TEST]}}\n' >mallory.yaml
    printf 'version: 1\ngss: {peers: {allow: ["*"]}}\n' >everybody.yaml
    printf 'version: 1\ngss: {delegation: refuse}\n' >refuse.yaml
    printf 'version: 1\ngss: {delegation: strip}\n' >strip.yaml
    kinit -f -k -t "$GSSTAP_REALM/client/alice" alice
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# contexts POLICY WORD...: the program under a policy (or none), recorded at level audit in a trace of its own.
contexts() {
    local with=()
    rm -f trace.pcapng
    [ "$1" = none ] || with=(-p "$BATS_FILE_TMPDIR/$1.yaml")
    run "$GSSTAP" run "${with[@]}" --level "${LEVEL:-audit}" -o trace.pcapng -- "$PYTHON" "$TOP/tests/hosts/contexts.py" "${@:2}"
    echo "$output"
}

# told COUNT FILTER: so many events of the trace pass the jq filter.
told() {
    local seen
    seen=$(trace_json trace.pcapng | jq -c "select($2)" | wc -l)
    [ "$seen" = "$1" ] || { trace_json trace.pcapng | jq -c 'select(.event | IN("process", "coverage") | not)'; echo "$seen of: $2"; return 1; }
}

@test "a denied acceptor is refused before a token is made for it" {
    contexts none init $HOST deleg
    [[ $output == "token of "* ]]
    contexts deny init $HOST deleg
    [ "$status" = 1 ]
    [[ $output == *"refused by the gsstap policy: gss.peers.deny"* ]]
    told 1 '.event == "refused" and .subject == "host/localhost@GSSTAP.TEST"'
    told 1 '.event == "handshake" and .outcome == "refused" and .initiator == "alice@GSSTAP.TEST"'
    told 1 '.event == "handshake"'
}

@test "an acceptor is judged by the name in its ticket where nothing maps its host to a realm" {
    sed '/domain_realm/,/^$/d' "$KRB5_CONFIG" >krb5.conf
    run ! grep -q domain_realm krb5.conf
    export KRB5_CONFIG=$PWD/krb5.conf KRB5CCNAME=$PWD/cache
    printf 'version: 1\ngss: {peers: {allow: ["host/localhost@GSSTAP.TEST", "alice@*"]}}\n' >host.yaml
    # A ticket that is asked for without a realm is kept by that name too, and has the true one within.
    for used in fresh again; do
        for policy in none deny host; do
            [ $used = again ] || kinit -f -k -t "$GSSTAP_REALM/client/alice" alice
            case $policy in
                none)
                    contexts none init $HOST
                    [[ $output == "token of "* ]]
                    told 1 '.event == "handshake" and .outcome == "abandoned" and .acceptor == "host/localhost@GSSTAP.TEST" and .asked == "host/localhost@"'
                    ;;
                deny)
                    contexts deny init $HOST deleg
                    [[ $output == *"refused by the gsstap policy: gss.peers.deny"* ]]
                    told 1 '.event == "handshake" and .outcome == "refused"'
                    ;;
                host)
                    cp host.yaml "$BATS_FILE_TMPDIR"
                    contexts host both $HOST
                    [ "$status" = 0 ]
                    told 2 '.event == "handshake" and .outcome == "established" and .acceptor == "host/localhost@GSSTAP.TEST"'
                    ;;
            esac
        done
    done
}

@test "a ticket from a cache is for nobody else than it was asked for" {
    kadmin.local -q "addprinc -randkey evil/localhost" >/dev/null
    printf 'version: 1\ngss: {peers: {allow: ["good/localhost@*"]}}\n' >"$BATS_FILE_TMPDIR/good.yaml"
    printf 'version: 1\ngss: {match: [{service: evil/localhost, peers: {deny: ["*"]}}]}\n' >"$BATS_FILE_TMPDIR/evil.yaml"
    sed '/domain_realm/,/^$/d' "$KRB5_CONFIG" >krb5.conf
    export KRB5CCNAME=FILE:$PWD/cache
    for config in "$KRB5_CONFIG" "$PWD/krb5.conf"; do
        export KRB5_CONFIG=$config
        kinit -f -k -t "$GSSTAP_REALM/client/alice" alice
        contexts none init evil@localhost
        [[ $output == "token of "* ]]
        # The name in the clear part of a ticket is anybody's to change, who can write the cache.
        python3 -c 'import sys
ticket = open(sys.argv[1], "rb").read()
assert b"\x1b\x04evil" in ticket
open(sys.argv[1], "wb").write(ticket.replace(b"\x1b\x04evil", b"\x1b\x04good"))' cache
        contexts none init evil@localhost
        [[ $output == "token of "* ]]
        for policy in good evil; do
            contexts $policy init evil@localhost
            [ "$status" = 1 ]
            told 1 '.event == "refused"'
            told 1 '.event == "handshake" and .outcome == "refused"'
        done
    done
}

@test "a principal that is too long to be known whole passes no list" {
    local long
    long=$(printf 'x%.0s' {1..270})/evil
    kadmin.local -q "addprinc -randkey $long" >/dev/null
    kadmin.local -q "ktadd -k $PWD/long.keytab $long" >/dev/null
    export KRB5CCNAME=$PWD/cache
    kinit -k -t long.keytab "$long"
    contexts none both $HOST
    [ "$status" = 0 ]
    for policy in deny everybody; do
        contexts $policy both $HOST
        [[ $output == *"refused by the gsstap policy: gss.peers"* ]]
    done
    told 1 '.event == "refused" and (.reason | contains("too long"))'
}

@test "a context of a denied peer cannot be imported either" {
    KRB5CCNAME=$PWD/cache kinit -k -t "$GSSTAP_REALM/client/mallory" mallory
    KRB5CCNAME=$PWD/cache contexts none export $HOST context
    [ "$status" = 0 ]
    contexts none import context
    [ "$output" = mallory@GSSTAP.TEST ]
    KRB5CCNAME=$PWD/cache contexts none export $HOST context
    contexts mallory import context
    [ "$status" = 1 ]
    [[ $output == *"refused by the gsstap policy: gss.peers.deny"* ]]
    told 1 '.event == "refused" and .call == "gss_import_sec_context" and .subject == "mallory@GSSTAP.TEST"'
    contexts none export $HOST context
    contexts mallory import context
    [ "$output" = alice@GSSTAP.TEST ]
}

@test "a refused delegation is one refused handshake, and a stripped one shows no delegation" {
    LEVEL=calls contexts refuse both $HOST deleg
    [ "$status" = 1 ]
    told 1 '.event == "handshake"'
    told 1 '.event == "handshake" and .outcome == "refused"'
    LEVEL=calls contexts strip both $HOST deleg
    [ "$status" = 0 ]
    [[ $output == *"not delegated"* ]]
    told 2 '.event == "handshake" and .outcome == "established"'
    told 0 '(.flags_ret // []) | index("deleg")'
    # What the policy changes is not refused.
    told 0 '.event == "refused" or .event == "would_refuse"'
    told 1 '.event == "changed" and .rule == "gss.delegation" and .call == "gss_init_sec_context" and .subject and .line'
    "$GSSTAP" decode --format json --summary trace.pcapng | jq -es 'any(.[]; .kind == "changed" and .rule == "gss.delegation" and .count == 1) and all(.[]; .kind != "refusal")'
    "$GSSTAP" decode --summary trace.pcapng >summary
    grep -q '^  took delegation away 1 time in gss_init_sec_context of host' summary
    run ! grep refused summary
    sed 's/^gss:/mode: audit\n&/' "$BATS_FILE_TMPDIR/strip.yaml" >"$BATS_FILE_TMPDIR/would_strip.yaml"
    LEVEL=calls contexts would_strip both $HOST deleg
    told 0 '.event == "refused" or .event == "would_refuse" or .event == "changed"'
    told 1 '.event == "would_change" and .call == "gss_init_sec_context"'
    "$GSSTAP" decode --summary trace.pcapng | grep -q '^  would take delegation away 1 time in gss_init_sec_context of host'
    LEVEL=calls contexts none both $HOST deleg
    told 2 '.event == "handshake" and (.flags_ret | index("deleg"))'
    told 1 '.event == "handshake" and .role == "acceptor" and .delegated == true'
}

@test "an acceptor that may act for its clients was sent no credential, and is not refused for one" {
    export KRB5CCNAME=$PWD/service
    kinit -k -t "${KRB5_KTNAME#FILE:}" host/localhost
    contexts none both $HOST use
    [[ $output == *"acceptor:"*", delegated" ]]
    contexts refuse both $HOST use
    [ "$status" = 0 ]
    told 0 '.event == "refused" or .delegated == true'
}

@test "a context that is thrown away was abandoned and did not fail" {
    contexts none drop $HOST
    [ "$status" = 0 ]
    told 1 '.event == "handshake" and .outcome == "abandoned"'
    told 1 '.event == "handshake"'
}

@test "a credential that cannot be acquired is a handshake that failed, at level audit as well" {
    KRB5_KTNAME=$PWD/none contexts none acquire $HOST
    [ "$status" = 1 ]
    told 1 '.event == "handshake" and .outcome == "failed" and .role == "acceptor" and (.reason | length > 10)'
}

@test "where the minor status says nothing the major one is the reason" {
    contexts none bindings $HOST
    told 1 '.event == "handshake" and .role == "acceptor" and .outcome == "failed" and (.reason | test("channel binding"))'
}

@test "a finished context that is begun again is no new handshake" {
    contexts none again $HOST
    [ "$status" = 0 ]
    [ "$(grep -c again <<<"$output")" = 3 ]
    told 2 '.event == "handshake"'
    told 2 '.event == "handshake" and .outcome == "established"'
}

@test "both ends tell ticket, key, cache and keytab" {
    contexts none both $HOST
    told 2 '.event == "handshake" and .ticket_enctype == "aes256-cts-hmac-sha1-96" and .kvno >= 1 and .ticket_endtime > now'
    told 1 ".event == \"handshake\" and .role == \"initiator\" and .ccache == \"$KRB5CCNAME\""
    told 1 ".event == \"handshake\" and .role == \"acceptor\" and .keytab == \"$KRB5_KTNAME\""
}

@test "each initiator's event names the cache and the principal that were used" {
    for name in alice mallory; do
        KRB5CCNAME=FILE:$PWD/$name kinit -k -t "$GSSTAP_REALM/client/$name" $name
    done
    contexts none caches $HOST "FILE:$PWD/alice" "FILE:$PWD/mallory"
    told 1 ".event == \"handshake\" and .initiator == \"alice@GSSTAP.TEST\" and .ccache == \"FILE:$PWD/alice\""
    told 1 ".event == \"handshake\" and .initiator == \"mallory@GSSTAP.TEST\" and .ccache == \"FILE:$PWD/mallory\""
}

@test "the configuration in force is told once, and again when it has changed" {
    for name in alice mallory; do
        KRB5CCNAME=FILE:$PWD/$name kinit -k -t "$GSSTAP_REALM/client/$name" $name
    done
    contexts none environ $HOST "FILE:$PWD/alice" "FILE:$PWD/alice" "FILE:$PWD/mallory"
    told 2 '.event == "configuration"'
    told 1 ".event == \"configuration\" and .KRB5CCNAME == \"FILE:$PWD/mallory\" and .KRB5_CONFIG == \"$KRB5_CONFIG\""
}

@test "what follows a call that was left by longjmp is judged, from any depth of the stack" {
    run "$GSSTAP" run -p "$BATS_FILE_TMPDIR/refuse.yaml" --level off -- "$BUILD/hosts/jump_judged"
    echo "$output"
    [ "$status" = 0 ]
    [ "$(grep -c 'jumped out' <<<"$output")" = 2 ]
    [[ $output == *"same depth: 000f0000"* ]]
    [[ $output == *"further down: 000f0000"* ]]
}

@test "a call that waits on a stack of its own is judged, whatever is done meanwhile and on whatever thread it goes on" {
    local how policy level
    export KRB5CCNAME=$PWD/cache
    for how in alone call handshake thread; do
        kinit -f -k -t "$GSSTAP_REALM/client/alice" alice # without a ticket for the peer: the KDC is waited for
        run -0 "$BUILD/hosts/two_stacks" $how
        [ "$output" = "major 00000001, delegated, a token" ]
        for policy in deny strip; do
            for level in off calls; do
                kinit -f -k -t "$GSSTAP_REALM/client/alice" alice
                rm -f trace.pcapng
                run -0 "$GSSTAP" run -p "$BATS_FILE_TMPDIR/$policy.yaml" --level $level -o trace.pcapng -- "$BUILD/hosts/two_stacks" $how
                echo "$how $policy $level: $output"
                case $policy/$how in
                    strip/alone | strip/call) grep -qx "major 00000001, not delegated, a token" <<<"$output" ;;
                    *) grep -qx "major 000f0000, not delegated, no token" <<<"$output" ;;
                esac
                [ $level = off ] || [ $how = thread ] || told 0 '.event == "left"'
            done
        done
    done
    told 1 '.event == "refused" and (.reason | startswith("what is known of the security context was lost: "))'
}

@test "a context that the library calls complete and has nothing of is not asked for what it has" {
    run -1 "$PYTHON" "$TOP/tests/hosts/contexts.py" iakerb $HOST
    bare=$output
    grep -x complete <<<"$bare"
    for policy in none mallory; do
        contexts $policy iakerb $HOST
        [ "$status" = 1 ]
        [ "$output" = "$bare" ]
    done
}

# refuses_early POLICY END: no call that protects messages or tells the key was made, and each says why.
refuses_early() {
    local call
    contexts "$1" early $HOST "$2"
    for call in {,un}wrap{,_aead,_iov} get_mic verify_mic session_key; do
        grep -E "^$call 00080000 .*refused by the gsstap policy: gss.peers" <<<"$output"
    done
    told 9 '.event == "refused" and (.call | test("wrap|mic|by_oid"))'
}

# with_ntlm: SPNEGO has NTLM as well; the initiator is mallory.
with_ntlm() {
    echo "gssntlmssp_v1 1.3.6.1.4.1.311.2.2.10 $(dpkg -L gss-ntlmssp | grep '/gssntlmssp\.so$')" >mech
    echo 'REALM:carol:swordfish' >users
    export GSS_MECH_CONFIG=$PWD/mech NTLM_USER_FILE=$PWD/users KRB5CCNAME=$PWD/cache
    kinit -k -t "$GSSTAP_REALM/client/mallory" mallory
}

@test "no message is protected in a context that can be used before anybody was judged" {
    with_ntlm
    sed 's/^gss:/mode: audit\n&/' "$BATS_FILE_TMPDIR/mallory.yaml" >"$BATS_FILE_TMPDIR/audited.yaml"
    for end in initiator acceptor; do
        for policy in none refuse audited; do
            contexts $policy early $HOST $end
            [ "$status" = 0 ]
            for call in wrap get_mic session_key; do grep -x "$call made" <<<"$output"; done
            run ! grep -E '^[a-z_]+ 0008' <<<"$output"
        done
        told 9 '.event == "would_refuse" and (.call | test("wrap|mic|by_oid"))'
    done
    refuses_early everybody initiator
    refuses_early mallory acceptor
}

@test "nor by the calls' old names, and no key is told: by gss_pseudo_random, or as a lucid context" {
    with_ntlm
    local calls='seal unseal sign verify pseudo_random lucid_by_oid lucid' call
    "$BUILD/hosts/early" >bare
    for call in seal sign pseudo_random lucid_by_oid lucid; do grep -x "$call made" bare; done
    grep -x 'has keys' bare
    "$GSSTAP" run -p "$BATS_FILE_TMPDIR/refuse.yaml" -o other.pcapng -- "$BUILD/hosts/early" >other
    diff bare other
    "$GSSTAP" run -p "$BATS_FILE_TMPDIR/mallory.yaml" -l audit -o trace.pcapng -- "$BUILD/hosts/early" >refused
    cat refused
    for call in $calls; do grep -E "^$call 00080000 .*refused by the gsstap policy: gss.peers.deny" refused; done
    grep -x 'no keys' refused
    [ "$(wc -l <refused)" = 8 ]
    told 7 '.event == "refused" and (.call | test("seal|sign|verify|pseudo_random|lucid|by_oid"))'
}
