#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# decode --summary as an inventory: who authenticated to whom, on which terms, and what of it somebody should change.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup_file() {
    realm_up -u alice -s host@localhost
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    kinit -f -k -t "$GSSTAP_REALM/client/alice" alice
}

# rows FILTER: what the CSV says, as JSON objects by its own heading, that pass the jq filter.
rows() {
    "$GSSTAP" decode --summary --format csv traces >table.csv
    "$PYTHON" -c 'import csv, json; [print(json.dumps(row)) for row in csv.DictReader(open("table.csv", newline=""))]' >rows
    jq -c "select($1)" rows
}

@test "each side's line has both names, enctypes, key version, what was granted, and when the ticket ends" {
    CLIENT=(-d)
    handshake traces
    [ "$CLIENT_STATUS" = 0 ]
    [ "$(rows '.initiator == "alice@GSSTAP.TEST" and .acceptor == "host/localhost@GSSTAP.TEST" and .mech == "krb5" and
        .established == "1" and .ticket_enctype == "aes256-cts-hmac-sha1-96" and .session_enctype == "aes256-cts-hmac-sha1-96" and
        .weak == "no" and (.kvno | tonumber) >= 1 and .mutual == "yes" and .confidentiality == "yes" and .delegated == "1" and
        (.ticket_end | startswith("20")) and .channel_bound == "0"' | wc -l)" = 2 ]
    [ "$(wc -l <rows)" = 2 ]
    "$GSSTAP" decode --summary --format json traces | jq -es 'any(.[]; .kind == "pair" and .role == "acceptor" and
        .delegated == 1 and .mutual and .confidentiality and .kvno >= 1 and (.ticket_end | startswith("20")) and (has("weak") | not))'
    "$GSSTAP" decode --summary traces >text
    [ "$(grep -cE ', 1 handshake by aes256-cts-hmac-sha1-96 \(mutual, confidentiality\), 1 with a delegated credential; ' text)" = 2 ]
}

# both_ends: a program that makes a handshake with itself, with channel bindings; traced.
both_ends() {
    mkdir traces
    "$GSSTAP" run -o traces -- "$PYTHON" -c '
import gssapi
from gssapi.raw import ChannelBindings
bindings = ChannelBindings(application_data=b"tls-server-end-point:x")
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
client = gssapi.SecurityContext(name=name, usage="initiate", channel_bindings=bindings)
server = gssapi.SecurityContext(creds=gssapi.Credentials(usage="accept"), usage="accept", channel_bindings=bindings)
token = None
while not client.complete:
    token = client.step(token)
    if token and not server.complete:
        token = server.step(token)
'
}

@test "a handshake with channel bindings is counted as such" {
    both_ends
    [ "$(rows '.role == "acceptor" and .channel_bound == "1"' | wc -l)" = 1 ]
    "$GSSTAP" decode --summary traces/*.pcapng >text
    grep -E ', 1 handshake by aes256-cts-hmac-sha1-96 \(mutual, confidentiality\), 1 with channel bindings; ' text
}

@test "tickets of a key that has a successor are named with both versions" {
    kvno -q host/localhost
    cp "$GSSTAP_REALM/ccache/alice" old
    kadmin.local -q 'cpw -randkey -keepold host/localhost'
    kadmin.local -q "ktadd -norandkey -k $GSSTAP_REALM/krb5.keytab host/localhost"
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
    mkdir traces
    handshake one C_KRB5CCNAME="FILE:$PWD/old"
    handshake two
    cp one/client.pcapng traces/one.pcapng
    cp two/client.pcapng traces/two.pcapng
    # The newest is what counts: one program that went on to it is well.
    run -0 "$GSSTAP" decode --summary traces
    [[ $output != *"that has a successor"* ]]
    cp one/server.pcapng traces/server.pcapng
    run -0 "$GSSTAP" decode --summary traces
    [[ $output == *"Tickets of a key that has a successor: 1"* ]]
    [[ $output =~ "as seen by gss-server on "[^$'\n']*": kvno "[0-9]+", the newest seen is "[0-9]+ ]]
}

@test "weak encryption is named, and so are tickets that end within the hour" {
    in_realm --enctypes arcfour-hmac --lifetime 50m -u alice -s host@localhost -- bash -ec "$(declare -f both_ends); both_ends"
    run -0 "$GSSTAP" decode --summary traces
    [[ $output == *"Weak encryption (RFC 6649, RFC 8429): 2"* ]]
    [[ $output == *"ticket arcfour-hmac, session arcfour-hmac"* ]]
    [[ $output == *"Tickets that end within the hour: "* ]]
    [ "$(rows '.weak == "yes"' | wc -l)" = 2 ]
    "$GSSTAP" decode --summary --format json traces | jq -es 'any(.[]; .kind == "pair" and .role == "initiator" and .weak)'
}

@test "a name that a spreadsheet would take for a formula is made harmless, quotes are doubled" {
    "$PYTHON" "$TOP/tests/forge.py" t.pcapng '
process(exe="/usr/bin/x", command="=x", host="h")
handshake(role=1, outcome=1, initiator="=cmd|\"calc\"@R", acceptor="+a\n,b", flags_ret=2)'
    "$GSSTAP" decode --summary --format csv t.pcapng >table.csv
    [ "$(wc -l <table.csv)" = 2 ]
    "$PYTHON" -c '
import csv
row = next(csv.DictReader(open("table.csv", newline="")))
assert row["initiator"] == "\x27=cmd|\"calc\"@R", row
assert row["acceptor"] == "\x27+a\\n,b", row
assert row["program"] == "\x27=x", row
assert row["weak"] == "" and row["mutual"] == "yes" and row["confidentiality"] == "no", row'
}

@test "CSV is for summaries" {
    run -2 "$GSSTAP" decode --format csv t.pcapng
    [[ $output == *"--format csv is for --summary"* ]]
}
