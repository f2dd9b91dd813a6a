#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# gss.peers.allow-groups and deny-groups on real contexts: the SIDs of a PAC, and authentication indicators, as a real KDC gives
# them. Which lists match what is in tests/unit/policy_groups.c, what of a PAC is read in tests/unit/sids.c.

bats_require_minimum_version 1.5.0
load helper

# alice proves herself by SPAKE, for which the KDC has an indicator, and has a logon of a domain; bob has neither.
setup_file() {
    realm_up -u alice -u bob -s host@localhost
    sed -i 's/^\[libdefaults\]/&\n\tspake_preauth_groups = edwards25519/' "$KRB5_CONFIG"
    sed -i "s:^\[dbmodules\]:&\n\tdb_module_dir = $BUILD/plugins:; s/db_library = db2/db_library = kdb_pac/
        s/database_module = db/&\n\t\tspake_preauth_indicator = strong/" "$KRB5_KDC_PROFILE"
    kill "$(cat "$GSSTAP_REALM/kdc.pid")"
    wait_until 10 gone "$(cat "$GSSTAP_REALM/kdc.pid")"
    kadmin.local -q 'modprinc +requires_preauth alice' >"$BATS_FILE_TMPDIR/admin.out"
    logon alice S-1-5-21-1-2-3 1105 513 512 '1110!' extra S-1-18-1 resource S-1-5-21-7-8-9-1234
    PATH=$PATH:/usr/sbin krb5kdc -n >"$BATS_FILE_TMPDIR/kdc.out" 2>&1 3>&- &
    echo $! >"$BATS_FILE_TMPDIR/kdc.pid"
    wait_until 10 login bob
    login alice
}

teardown_file() {
    kill "$(cat "$BATS_FILE_TMPDIR/kdc.pid")" || :
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    as alice
}

# logon PRINCIPAL WORD...: what the KDC says of its logon, see tests/logon_info.py.
logon() {
    kadmin.local -q "setstr $1 logon_info $("$PYTHON" "$TOP/tests/logon_info.py" "${@:2}")" >"$BATS_FILE_TMPDIR/admin.out"
}

login() {
    kinit -f -c "FILE:$BATS_FILE_TMPDIR/$1" -k -t "$GSSTAP_REALM/client/$1" "$1"
}

as() {
    export KRB5CCNAME=FILE:$BATS_FILE_TMPDIR/$1
}

# under LINES WORD...: the program under the lines below gss.peers of a policy, recorded.
under() {
    printf 'version: 1\nmode: %s\ngss:\n  peers:\n%s\n' "${MODE:-enforce}" "$1" >p.yaml
    rm -f trace.pcapng
    run "$GSSTAP" run -p p.yaml -o trace.pcapng -- "${@:2}"
    echo "$output"
}

both() {
    under "    $1" "$BUILD/hosts/delegate"
}

# refused KEYWORD LINE: both ends in one process are refused by it at the acceptor, and in audit mode are not.
refused() {
    both "$2"
    [ "$status" = 1 ]
    [[ $output == *"refused by the gsstap policy: gss.peers.$1, line 5"* ]]
    trace_json trace.pcapng >enforced
    [ "$(jq -c 'select(.event == "refused") | [.call, .rule]' enforced)" = '["gss_accept_sec_context","gss.peers.'"$1"'"]' ]
    MODE=audit both "$2"
    [ "$status" = 0 ]
    trace_json trace.pcapng | jq -e -s 'map(select(.event == "would_refuse" and .line == 5)) | length == 1'
}

passes() {
    both "$1"
    [ "$status" = 0 ]
    trace_json trace.pcapng | jq -e -s 'any(.event == "refused" or .event == "would_refuse") | not'
}

@test "who is in a group by its SID passes, and who is in none that is listed does not" {
    for group in S-1-5-21-1-2-3-512 S-1-5-21-1-2-3-513 S-1-5-21-1-2-3-1105 S-1-18-1 S-1-5-21-7-8-9-1234 "'S-1-5-21-1-2-*-512'"; do
        passes "allow-groups: [S-1-1-0, $group]"
    done
    # The last one is there to be denied by alone.
    for group in S-1-1-0 S-1-5-21-1-2-3-5 S-1-5-21-1-2-3-1110; do
        refused allow-groups "allow-groups: [$group]"
    done
    passes 'deny-groups: [S-1-1-0]'
    refused deny-groups 'deny-groups: [S-1-1-0, S-1-5-21-1-2-3-1110]'
    refused deny-groups "{allow: ['*@GSSTAP.TEST'], deny-groups: [S-1-5-21-1-2-3-512]}"
}

@test "who proved himself as the KDC's indicator says passes" {
    passes 'allow-groups: [auth-indicators=strong]'
    passes "allow-groups: ['auth-indicators=s*']"
    refused allow-groups 'allow-groups: [auth-indicators=otp, auth-indicators=strongest]'
    refused deny-groups 'deny-groups: [auth-indicators=strong]'
    passes 'deny-groups: [auth-indicators=weak]'
}

@test "of whom no groups are known nobody passes by them, nor by a list of those who are refused" {
    as bob
    for group in 'S-1-*' 'auth-indicators=*'; do
        refused allow-groups "allow-groups: ['$group']"
        refused deny-groups "deny-groups: ['$group']"
    done
    passes "{allow-groups: [S-1-1-0], allow: ['bob@*', 'host/*@*']}"
}

@test "a logon that cannot be read whole lets nobody in" {
    local info
    info=$("$PYTHON" "$TOP/tests/logon_info.py" S-1-5-21-1-2-3 1105 513 512)
    kadmin.local -q "setstr bob logon_info ${info::-80}"
    login bob
    as bob
    refused allow-groups "allow-groups: [S-1-5-21-1-2-3-513]"
    refused deny-groups "deny-groups: [S-1-1-0]"
    kadmin.local -q "setstr bob logon_info $info"
    login bob
    passes "allow-groups: [S-1-5-21-1-2-3-513]"
    kadmin.local -q 'delstr bob logon_info'
    login bob
}

@test "the negotiated mechanism's peer has groups as well" {
    cat >spnego.py <<'END2'
import gssapi
mech = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
one = gssapi.SecurityContext(name=name, usage="initiate", mech=mech)
other = gssapi.SecurityContext(usage="accept")
token = None
while not (one.complete and other.complete):
    token = one.step(token) or b""
    token = other.step(token) if not other.complete else None
print(other.mech.dotted_form)
END2
    under '    allow-groups: [S-1-5-21-1-2-3-512]' "$PYTHON" spnego.py
    [ "$output" = 1.2.840.113554.1.2.2 ]
    under '    allow-groups: [S-1-5-21-1-2-3-5]' "$PYTHON" spnego.py
    [[ $output == *"gss.peers.allow-groups"* ]]
}

@test "a server whose clients are in a group, and they are told why they are not" {
    local port
    port=$(free_port)
    serve() {
        printf 'version: 1\ngss:\n  peers: {allow-groups: [%s]}\n' "$1" >p.yaml
        rm -f server.out
        "$GSSTAP" run -p p.yaml -- gss-server -port "$port" -once -verbose host@localhost >server.out 2>&1 3>&- &
        server=$!
        wait_until 10 has_line server.out starting
    }
    serve S-1-5-21-1-2-3-512
    wait_until 20 sent
    wait "$server"
    grep 'Accepted connection.*alice@GSSTAP.TEST' server.out
    serve S-1-5-21-1-2-3-5
    wait_until 20 answered
    wait "$server" || :
    grep 'refused by the gsstap policy: gss.peers.allow-groups, line 3' server.out
}

sent() {
    gss-client -port "$port" localhost host@localhost hello
}

# The client finds somebody there, however that ends.
answered() {
    ! kill -0 "$server" 2>/dev/null || { sent >client.out 2>&1 || :; false; }
}

@test "a policy that comes later is judged by groups as well" {
    # Each policy refuses what shows that it is in force: without confidentiality, or everything.
    cat >later.py <<'END2'
import os, sys, time, gssapi
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
one = gssapi.SecurityContext(name=name, usage="initiate")
other = gssapi.SecurityContext(usage="accept")
other.step(one.step())
until = time.monotonic() + 300
def refused(encrypt):
    try:
        other.wrap(b"x", encrypt)
    except gssapi.exceptions.GSSError:
        return True
    return False
for policy in sys.argv[2:]:
    os.rename(policy, sys.argv[1])
    while not refused(policy == "bad") and time.monotonic() < until:
        pass
    print(policy, "ended" if refused(True) else "used")
END2
    for of in good:S-1-5-21-1-2-3-512 bad:S-1-5-21-1-2-3-5; do
        printf 'version: 1\ngss: {unprotected: refuse, peers: {allow-groups: [%s]}}\n' "${of#*:}" >p.yaml
        "$GSSTAP" policy compile p.yaml -o "${of%%:*}"
    done
    printf 'version: 1\ngss: {peers: {allow: ["*"]}}\n' >p.yaml
    "$GSSTAP" policy compile p.yaml -o now
    run env LD_PRELOAD="$PRELOAD" GSSTAP_POLICY="$PWD/now" "$PYTHON" later.py now good bad
    echo "$output"
    [ "$output" = $'good used\nbad ended' ]
}

@test "errors of groups are named with their place" {
    complains() {
        printf 'version: 1\ngss: {peers: {allow-groups: [%s]}}\n' "$2" >p.yaml
        run "$GSSTAP" policy check p.yaml
        echo "$output"
        [ "$status" = 2 ]
        [ "$output" = "p.yaml:2:30: error: gss.peers.allow-groups: $1" ]
    }
    complains "a group is a SID, as S-1-5-21-1-2-3-512, or an attribute and its value, as auth-indicators=strong" admins
    complains "a group is a SID, as S-1-5-21-1-2-3-512, or an attribute and its value, as auth-indicators=strong" auth-indicators=
    complains "a SID is written as in S-1-5-21-1-2-3-512, also with wildcards" S-1-5-021-3
    complains "a SID is written as in S-1-5-21-1-2-3-512, also with wildcards" S-2-5
    complains "auth-* is no attribute; only its value may have wildcards" '"auth-*=strong"'
}

@test "policy explain says which group decides" {
    printf 'version: 1\ngss:\n  peers:\n    allow-groups: [S-1-5-32-545, auth-indicators=strong]\n' >p.yaml
    run "$GSSTAP" policy explain p.yaml role=acceptor peer=alice@R groups=S-1-1-0,auth-indicators=strong
    echo "$output"
    [ "${lines[0]}" = "gss.peers.allow-groups (policy line 4) auth-indicators=strong allows the peer alice@R" ]
    run "$GSSTAP" policy explain p.yaml role=acceptor peer=alice@R
    echo "$output"
    [[ $output == *"it is not known which are those of the peer"*"Not given, and asked for by a rule: groups"* ]]
}

# comes_in RULE TEXT: what becomes of a ZeroMQ client, of whom zmq.auth has this rule.
comes_in() {
    printf 'version: 1\nmode: %s\nzmq:\n  auth: [%s]\n  inject: [{bind: "*", principal: "host@localhost"}, {connect: "*", service: "host@localhost"}]\n' \
        "${MODE:-enforce}" "$1" >p.yaml
    rm -f trace.pcapng
    run -0 timeout 60 "$GSSTAP" run -p p.yaml -o trace.pcapng -- "$PYTHON" "$TOP/tests/hosts/auth_pair.py" null
    echo "$output"
    [[ $output == "$2"* ]]
}

@test "a ZeroMQ server lets in whose group zmq.auth lists" {
    comes_in '{gssapi-groups: [S-1-5-21-1-2-3-512]}' "in 'alice@GSSTAP.TEST' ''"
    comes_in '{gssapi-groups: [S-1-1-0, auth-indicators=strong]}' "in 'alice@GSSTAP.TEST' ''"
    comes_in '{gssapi: ["alice@*"], gssapi-groups: [S-1-1-0]}' "in 'alice@GSSTAP.TEST' ''"
    comes_in '{gssapi: ["bob@*"], gssapi-groups: [S-1-1-0, S-1-5-21-1-2-3-1110]}' "out "
    trace_json trace.pcapng | jq -e -s 'any(.event == "authentication" and .zap_status == 400 and .rule == "zmq.auth.gssapi-groups" and (.reason | test("lists no group of the principal")))'
    MODE=audit comes_in '{gssapi-groups: [S-1-1-0]}' "in 'alice@GSSTAP.TEST' ''"
    trace_json trace.pcapng | jq -e -s 'any(.event == "would_refuse" and .rule == "zmq.auth.gssapi-groups")'
    as bob
    comes_in '{gssapi-groups: ["S-1-*"]}' "out "
    trace_json trace.pcapng | jq -e -s 'any(.event == "refused" and .rule == "zmq.auth.gssapi-groups" and (.reason | test("it is not known")))'
}
