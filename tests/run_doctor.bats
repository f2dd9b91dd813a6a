#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# gsstap run --doctor: why a handshake fails is said as soon as it did, and nothing else is.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup_file() {
    diagnose_up
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
}

@test "a program whose handshakes succeed prints what it prints without" {
    read -r port < <(free_port)
    gss-server -once -port "$port" host@localhost >server.out 2>&1 3>&- &
    wait_until 60 listens "$port"
    run -0 --separate-stderr "$GSSTAP" run --doctor -- gss-client -port "$port" localhost host@localhost hello
    [[ $output == *"Signature verified." ]]
    [ -z "$stderr" ]
    wait
}

@test "a client without a ticket is told why it fails, and ends as without" {
    export KRB5CCNAME=FILE:$PWD/none
    read -r port < <(free_port)
    gss-server -once -port "$port" host@localhost >server.out 2>&1 3>&- &
    wait_until 60 listens "$port"
    run -1 --separate-stderr "$GSSTAP" run --doctor -- gss-client -port "$port" localhost host@localhost hello
    [[ ${stderr_lines[*]} == *"GT0001 the initiator has no ticket-granting ticket"* ]]
    [[ $stderr == *"FILE:$PWD/none, which does not exist"* ]]
    [[ $stderr != *"gss_init_sec_context("* ]]
    wait
}

said() {
    grep -q '"id":"GT0007"' found
}

@test "a server that goes on is told of while it runs" {
    mkfifo go
    "$GSSTAP" run --doctor --format json --text found -- "$PYTHON" -c '
import gssapi, sys
try:
    gssapi.Credentials(name=gssapi.Name("nosuch@localhost", gssapi.NameType.hostbased_service), usage="accept",
                       mechs=[gssapi.MechType.kerberos])
except gssapi.exceptions.GSSError:
    pass
open("go").read()' 3>&- &
    wait_until 60 said
    echo >go
    wait
    [ "$(jq -s length found)" = 1 ]
}

@test "what does not go together is said" {
    run -2 "$GSSTAP" run --doctor -o x -- true
    [[ $output == *"use 'gsstap doctor' on the traces"* ]]
    run -2 "$GSSTAP" run --doctor --handshakes -- true
    [[ $output == *"--doctor prints findings and no calls"* ]]
    run -2 "$GSSTAP" run --doctor -l off -- true
    [[ $output == *"at level off nothing is recorded"* ]]
}
