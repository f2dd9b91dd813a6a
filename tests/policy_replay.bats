#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# gsstap policy test, explain, suggest and diff: what policies would do with what traces hold. That audit tells what enforce
# refuses is in tests/unit/policy_audit.c; here, that the tools' judgement is the one of the programs.

bats_require_minimum_version 1.5.0
load helper

setup_file() {
    realm_up -u alice -s host@localhost
    kinit -f -k -t "$GSSTAP_REALM/client/alice" alice
    cd "$BATS_FILE_TMPDIR"
    "$GSSTAP" run -o handshake.pcapng -- "$BUILD/hosts/delegate" deleg >/dev/null
    "$GSSTAP" run --level audit -o audit.pcapng -- "$BUILD/hosts/delegate" deleg >/dev/null
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    T=$BATS_FILE_TMPDIR
}

# policy LINES: writes p.yaml, with these lines below gss:.
policy() {
    printf 'version: 1\nmode: %s\ngss:\n%s\n' "${MODE:-enforce}" "$1" >p.yaml
}

# tested TRACE...: p.yaml on the traces, as JSON in `tested`.
tested() {
    run --separate-stderr "$GSSTAP" policy test --format json p.yaml "$@"
    echo "$output" "$stderr"
    printf '%s' "$output" >tested
}

# zmq TRACE CODE: Python with the context c, and z for zmq; recorded.
zmq_trace() {
    "$GSSTAP" run -o "$1" -- "$PYTHON" -c "import zmq as z
c = z.Context()
$2"
}

@test "policy test says how many it would have refused, by which rule, and which rules are never used" {
    policy $'  peers: {allow: ["host/*@*", "bob@*"]}\n  match: [{role: acceptor, peer: "carol@*", delegation: strip}]'
    run -1 "$GSSTAP" policy test p.yaml "$T/handshake.pcapng"
    echo "$output"
    [ "${lines[0]}" = "Of 2 contexts and 0 endpoints 1 would have been refused." ]
    [ "${lines[1]}" = "gss.peers.allow (line 4): 1 refused" ]
    [[ ${lines[2]} == *" delegate ("*"), acceptor: alice@GSSTAP.TEST to host/localhost@GSSTAP.TEST" ]]
    [ "${lines[3]}" = '        gss.peers.allow (policy line 4) does not list the peer "alice@GSSTAP.TEST"' ]
    [ "${lines[4]}" = "gss.peers.allow (line 4) host/*@*: 1 allowed" ]
    [ "${lines[5]}" = "Never used:" ]
    [ "${lines[6]}" = "    gss.peers.allow (line 4) bob@*" ]
    [ "${lines[7]}" = "    gss.match (line 5)" ]
    [ "${#lines[@]}" = 8 ]
    policy '  peers: {allow: ["*"]}'
    run -0 "$GSSTAP" policy test p.yaml "$T"
    [ "${lines[0]}" = "Of 4 contexts and 0 endpoints none would have been refused." ]
    "$GSSTAP" policy compile p.yaml
    run -0 "$GSSTAP" policy test p.bin "$T/handshake.pcapng"
}

@test "policy test says the same as JSON" {
    policy $'  peers: {deny: ["alice@*", "bob@*"]}\n  delegation: strip'
    tested "$T/handshake.pcapng"
    [ "$status" = 1 ]
    jq -e '.policy == "p.yaml" and .contexts == 2 and .endpoints == 0 and .refused == 1 and .changed == 1 and .allowed == 0' tested
    jq -e '.rules[0] | .rule == "gss.peers.deny" and .line == 4 and .text == "alice@*" and .refused == 1' tested
    jq -e '.rules[0].examples[0] | .kind == "context" and .role == "acceptor" and .initiator == "alice@GSSTAP.TEST" and
        .acceptor == "host/localhost@GSSTAP.TEST" and (.program | endswith("/delegate")) and .times == 1 and
        (.reason | startswith("gss.peers.deny (policy line 4) forbids"))' tested
    jq -e '.unused == [{rule: "gss.peers.deny", line: 4, text: "bob@*"}]' tested
    jq -e '.unknown | all(. == 0)' tested
}

@test "what policy test finds is what the program is refused" {
    local lines rule
    for lines in '  peers: {allow: [bob@*]}' '  peers: {deny: ["host/*@*"]}' '  require: [sequence]' '  mechanisms: [ntlm]' \
        '  enctypes: {ticket: [rc4]}' '  enctypes: {session: [rc4]}' '  lifetime: 52w' '  lifetime: 1m' '  delegation: refuse' \
        '  delegation: strip' '  channel-bindings: require' '  mechanisms: [krb5]' '  match: [{service: "host/*", delegation: refuse}]' \
        '  match: [{role: acceptor, program: "*/delegate", require: [sequence]}]' "  match: [{user: '$(id -u)', script: '?*', lifetime: 52w}]" \
        '  match: [{peer: "alice@*", mechanism: krb5, channel-bindings: require}]'; do
        rm -f audited.pcapng enforced.pcapng
        MODE=audit policy "$lines"
        "$GSSTAP" run -p p.yaml -o audited.pcapng -- "$BUILD/hosts/delegate" deleg >/dev/null
        trace_json audited.pcapng | jq -r 'select(.event == "would_refuse") | "\(.rule) \(.line)"' | sort | uniq >would
        MODE=enforce policy "$lines"
        run "$GSSTAP" run -p p.yaml -o enforced.pcapng -- "$BUILD/hosts/delegate" deleg
        rule=$(trace_json enforced.pcapng | jq -r -s 'map(select(.event == "refused"))[0] | "\(.rule) \(.line)"')
        tested "$T/handshake.pcapng"
        echo "$lines: enforce $rule, audit $(cat would)"
        jq -r '.rules[] | select(.refused + .changed > 0) | "\(.rule) \(.line)"' tested | sort | uniq | diff - would
        [ "$rule" = "null null" ] || grep -qx "$rule" would
        # It is found in what was recorded under the policy as well.
        tested audited.pcapng
        jq -r '.rules[] | select(.refused + .changed > 0) | "\(.rule) \(.line)"' tested | sort | uniq | diff - would
    done
}

@test "endpoints are judged by what their socket was set to" {
    zmq_trace zmq.pcapng '
s = c.socket(z.REP); s.bind("tcp://127.0.0.1:*"); s.bind("ipc://x"); s.bind("inproc://y")
t = c.socket(z.REP); t.curve_server = True; t.curve_secretkey = z.curve_keypair()[1]; t.bind("tcp://127.0.0.1:*")
u = c.socket(z.STREAM); u.bind("tcp://127.0.0.1:*")'
    printf 'version: 1\nzmq:\n  unsecured: refuse\n  unsecured-ok: ["ipc://*", "ipc://never"]\n' >p.yaml
    tested zmq.pcapng
    [ "$status" = 1 ]
    jq -e '.endpoints == 4 and .refused == 2 and .contexts == 0' tested
    jq -e '[.rules[] | select(.rule == "zmq.unsecured").examples[]] | length == 2 and all(.kind == "bind") and
        any(.reason | endswith("NULL")) and any(.reason | endswith("no security mechanism"))' tested
    jq -e '.unused[0].text == "ipc://never"' tested
    printf 'version: 1\nzmq:\n  unsecured: refuse\n  inject: [{bind: "tcp://*"}, {bind: "ipc://*"}]\n' >p.yaml
    tested zmq.pcapng
    jq -e '.secured == 2 and .refused == 1' tested
}

@test "what a trace does not hold is judged as not known, and told" {
    policy '  channel-bindings: require'
    run -1 "$GSSTAP" policy test p.yaml "$T/audit.pcapng"
    echo "$output"
    [[ $output == *"Not in these traces: channel bindings of 2 contexts, judged as not known"* ]]
    run -1 "$GSSTAP" policy test p.yaml "$T/handshake.pcapng"
    [[ $output != *"Not in these traces"* ]]
    "$PYTHON" "$TOP/tests/forge.py" forged.pcapng 'handshake(role=2, outcome=1, context=7, initiator="alice@R", flags_ret=2)'
    policy $'  lifetime: 60\n  match: [{program: /x, delegation: refuse}]'
    tested forged.pcapng
    [ "$status" = 1 ]
    jq -e '.unknown | .lifetime == 1 and .program == 1 and .user == 0' tested
    jq -e '.rules[0].examples[0].reason | endswith("it is not known how many are left")' tested
}

@test "wrong usage of policy test says what is missing" {
    run -2 "$GSSTAP" policy test p.yaml
    [ "$output" = "gsstap: test needs the name of a policy, and traces; try 'gsstap policy --help'" ]
    run -2 "$GSSTAP" policy test /nonexistent "$T/audit.pcapng"
    policy '  delegation: maybe'
    run -2 "$GSSTAP" policy test p.yaml "$T/audit.pcapng"
    policy '  delegation: allow'
    run -2 "$GSSTAP" policy test p.yaml /nonexistent
    run -2 "$GSSTAP" policy check --format json p.yaml
    [ "$output" = "gsstap: check takes no --format; try 'gsstap policy --help'" ]
    run -2 "$GSSTAP" policy test p.yaml -o x "$T/audit.pcapng"
}
