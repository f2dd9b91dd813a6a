#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# gss.store: what is delegated to an acceptor is put into a cache, by programs that know nothing of caches.

bats_require_minimum_version 1.5.0
load helper
load wire

setup_file() {
    realm_up -u alice -u alice/admin -u root -s host@localhost
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir kept
    as alice
    cat >accept.py <<'END'
# accept.py [keep]: accepts what an initiator of its own delegates, twice; tells what it was given. The
# contexts stay until the end, or go at once.
import os, sys, gssapi
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
flags = gssapi.RequirementFlag.delegate_to_peer | gssapi.RequirementFlag.mutual_authentication
mech = gssapi.OID.from_int_seq(os.environ.get("MECH", "1.2.840.113554.1.2.2"))
def meet():
    one = gssapi.SecurityContext(name=name, usage="initiate", flags=flags, mech=mech)
    other = gssapi.SecurityContext(usage="accept")
    token = None
    while not (one.complete and other.complete):
        token = one.step(token) or b""
        token = other.step(token) if not other.complete else None
    print(other.delegated_creds.name if other.delegated_creds else None)
    return other
def kept():
    found = [entry for entry in sorted(os.listdir("kept"))]
    print(*(entry + " " + oct(os.lstat("kept/" + entry).st_mode) for entry in found))
first = meet()
kept()
number = [os.lstat("kept/" + entry).st_ino for entry in os.listdir("kept")]
second = meet()
print("anew" if number != [os.lstat("kept/" + entry).st_ino for entry in os.listdir("kept")] else "the same")
del first
kept()
if sys.argv[1:] != ["keep"]:
    del second
    kept()
END
}

teardown() {
    stop_all
}

# as PRINCIPAL: it has forwardable tickets.
as() {
    export KRB5CCNAME=FILE:$PWD/own.cc
    kinit -f -k -t "$GSSTAP_REALM/client/${1/\//@}" "$1"
}

# under LINES WORD...: the program under the lines below gss: of a policy, recorded.
under() {
    printf 'version: 1\nmode: %s\ngss:\n%s\n' "${MODE:-enforce}" "$1" >p.yaml
    rm -f trace.pcapng
    run "$GSSTAP" run -p p.yaml -o trace.pcapng -- "${@:2}"
    echo "$output"
    trace_json trace.pcapng >events
}

place() {
    echo "  store: 'FILE:$PWD/kept/%principal'"
}

@test "what is delegated is kept for its user alone, refreshed, and the program has it as ever" {
    local mode="alice@GSSTAP.TEST 0o100600"
    under "  delegation: allow" "$PYTHON" accept.py
    [ "$(grep . <<<"$output")" = $'alice@GSSTAP.TEST\nalice@GSSTAP.TEST\nthe same' ]
    for MECH in 1.2.840.113554.1.2.2 1.3.6.1.5.5.2; do
        export MECH
        rm -f kept/*
        (umask 0; under "$(place)" "$PYTHON" accept.py; [ "$output" = "alice@GSSTAP.TEST
$mode
alice@GSSTAP.TEST
anew
$mode
$mode" ])
        [ "$(ls -A kept)" = alice@GSSTAP.TEST ]
        klist -c "FILE:$PWD/kept/alice@GSSTAP.TEST" >listed
        grep "Default principal: alice@GSSTAP.TEST" listed
        grep krbtgt listed
    done
    under "$(place)" "$PYTHON" accept.py
    jq -e -s --arg place "FILE:$PWD/kept/alice@GSSTAP.TEST" 'map(select(.call == "gss_store_cred_into")) | length == 2
        and all(.major == 0 and .name == "alice@GSSTAP.TEST" and .cred_store == [{key: "ccache", value: $place}])' events
}

@test "a server that has no use for them keeps them by rule: gss-server" {
    local port
    port=$(free_port)
    printf 'version: 1\ngss:\n%s\n' "$(place)" >p.yaml
    start server "$GSSTAP" run -p p.yaml -o server.pcapng -- gss-server -once -port "$port" host@localhost
    wait_until 20 has_line server.out starting
    gss-client -port "$port" -d localhost host@localhost "hello" >client.out
    finish server
    klist -c "FILE:$PWD/kept/alice@GSSTAP.TEST" | grep krbtgt
}

@test "a context takes its cache with it, unless a newer one has taken its place" {
    local one="alice@GSSTAP.TEST 0o100600"
    under "$(place)"$'\n  store-remove: with-context' "$PYTHON" accept.py
    [ "$output" = "alice@GSSTAP.TEST
$one
alice@GSSTAP.TEST
anew
$one" ]
    [ -z "$(ls -A kept)" ]
    # ... and so does the end of the process, without a trace as well.
    under "$(place)"$'\n  store-remove: with-context' "$PYTHON" accept.py keep
    [[ $output == *"$one" ]]
    [ -z "$(ls -A kept)" ]
    "$GSSTAP" policy compile -o p.bin p.yaml
    run env GSSTAP_POLICY="$PWD/p.bin" GSSTAP_LEVEL=off LD_PRELOAD="$BUILD/libgsstap.so" "$PYTHON" accept.py keep
    [[ $output == *"$one" ]]
    [ -z "$(ls -A kept)" ]
}

@test "a rule may be for some initiators, or for all but some" {
    as alice/admin
    under "$(place)"$'\n  match: [{peer: "*/admin@*", store: none}]' "$PYTHON" accept.py
    [ -z "$(ls -A kept)" ]
    under "  match: [{peer: 'alice/*@GSSTAP.TEST', store: 'FILE:$PWD/kept/x-%principal', store-remove: no}]" "$PYTHON" accept.py
    # The name of the file is none of a directory.
    [ "$(ls -A kept)" = x-alice%2Fadmin@GSSTAP.TEST ]
    klist -c "FILE:$PWD/kept/x-alice%2Fadmin@GSSTAP.TEST" | grep "Default principal: alice/admin@GSSTAP.TEST"
}

@test "what the policy takes away, refuses or only looks at is not kept" {
    under "$(place)"$'\n  match: [{role: acceptor, delegation: strip}]' "$PYTHON" accept.py
    [[ $output == None* ]]
    [ -z "$(ls -A kept)" ]
    under "$(place)"$'\n  match: [{role: acceptor, peers: {deny: ["alice@*"]}}]' "$PYTHON" accept.py
    [ "$status" != 0 ]
    [ -z "$(ls -A kept)" ]
    MODE=audit under "$(place)" "$PYTHON" accept.py
    [ "$status" = 0 ]
    [ -z "$(ls -A kept)" ]
}

@test "no link is followed, and no directory is used that others can change; the program goes on" {
    echo precious >elsewhere
    ln -s "$PWD/elsewhere" kept/alice@GSSTAP.TEST
    under "$(place)" "$PYTHON" accept.py
    [ "$(cat elsewhere)" = precious ]
    [ ! -L kept/alice@GSSTAP.TEST ]
    rm -rf kept/* && chmod 777 kept
    under "$(place)" "$PYTHON" accept.py
    [ "$status" = 0 ]
    [ -z "$(ls -A kept)" ]
    jq -e -s 'any(.call == "gss_store_cred_into" and .major != 0
        and .reason == "others may change what is in the directory of the cache")' events
    chmod 1777 kept
    under "$(place)" "$PYTHON" accept.py
    [ "$(ls -A kept)" = alice@GSSTAP.TEST ]
    rm -rf kept
    under "$(place)" "$BUILD/hosts/delegate" deleg
    [ "$status" = 0 ]
    jq -e -s 'any(.call == "gss_store_cred_into" and .reason == "the directory of the cache cannot be opened" and .errno == 2)' events
}

@test "errors are named with their place" {
    complains() {
        printf 'version: 1\ngss: {%s}\n' "$2" >p.yaml
        run "$GSSTAP" policy check p.yaml
        echo "$output"
        [ "$output" = "p.yaml:2:$1" ]
    }
    complains "14: error: gss.store: expected a delegated ccache such as FILE:/run/delegated/%principal" 'store: "kept/%principal"'
    complains "14: error: gss.store: a file of its own for each initiator has %principal in its name" 'store: "FILE:/run/deleg"'
    complains "14: error: gss.store: a file of its own for each initiator has %principal in its name" 'store: "FILE:/run/%%principal"'
    complains "14: error: gss.store: after % expected h (this host), {uid} (the user's number), principal (the initiator) or %" 'store: "FILE:/run/%principal-%x"'
    complains "21: error: gss.store-remove: expected with-context or no, found 'never'" 'store-remove: never'
    complains "26: error: gss.acquire.ccache: after % expected h (this host), {uid} (the user's number) or %" 'acquire: [{ccache: "FILE:/cc-%principal"}]'
}
