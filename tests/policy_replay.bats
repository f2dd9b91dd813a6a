#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# timeout: 300
# gsstap policy test, explain, suggest and diff: what policies would do with what traces hold. That audit tells what enforce
# refuses is in tests/unit/policy_audit.c and tests/audit_agrees.py; here, that the tools' judgement is the one of the programs.

bats_require_minimum_version 1.5.0
load helper
load wire

setup_file() {
    realm_up -u alice -s host@localhost -s zmq@localhost
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

teardown() {
    stop_all
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
    # What decides of something else is not said to be unused.
    policy $'  acquire: [{service: "hdfs/*", ccache: "FILE:/x"}]\n  match: [{role: acceptor, require: [mutual]}]'
    run -0 "$GSSTAP" policy test p.yaml "$T/handshake.pcapng"
    [[ $output != *"Never used"* ]]
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
    local said rule
    for said in '  peers: {allow: [bob@*]}' '  peers: {deny: ["host/*@*"]}' '  require: [sequence]' '  mechanisms: [ntlm]' \
        '  enctypes: {ticket: [rc4]}' '  enctypes: {session: [rc4]}' '  lifetime: 52w' '  lifetime: 1m' '  delegation: refuse' \
        '  delegation: strip' '  channel-bindings: require' '  mechanisms: [krb5]' '  match: [{service: "host/*", delegation: refuse}]' \
        '  match: [{role: acceptor, program: "*/delegate", require: [sequence]}]' "  match: [{user: '$(id -u)', script: '?*', lifetime: 52w}]" \
        '  match: [{peer: "alice@*", mechanism: krb5, channel-bindings: require}]'; do
        rm -f audited.pcapng enforced.pcapng
        MODE=audit policy "$said"
        "$GSSTAP" run -p p.yaml -o audited.pcapng -- "$BUILD/hosts/delegate" deleg >/dev/null
        trace_json audited.pcapng | jq -r 'select(.event == "would_refuse" or .event == "would_change") | "\(.rule) \(.line)"' | sort | uniq >would
        MODE=enforce policy "$said"
        run "$GSSTAP" run -p p.yaml -o enforced.pcapng -- "$BUILD/hosts/delegate" deleg
        rule=$(trace_json enforced.pcapng | jq -r -s 'map(select(.event == "refused" or .event == "changed"))[0] | "\(.rule) \(.line)"')
        tested "$T/handshake.pcapng"
        echo "$said: enforce $rule, audit $(cat would)"
        jq -r '.rules[] | select(.refused + .changed > 0) | "\(.rule) \(.line)"' tested | sort | uniq | diff - would
        [ "$rule" = "null null" ] || grep -qx "$rule" would
        # It is found in what was recorded under the policy as well.
        tested audited.pcapng
        jq -r '.rules[] | select(.refused + .changed > 0) | "\(.rule) \(.line)"' tested | sort | uniq | diff - would
    done
}

# generated COUNT: so many policies, rules-NUMBER.yaml without their mode; a seed repeats them.
generated() {
    local seed=${GSSTAP_SEED:-$RANDOM}
    echo "GSSTAP_SEED=$seed"
    "$PYTHON" "$TOP/tests/generated_policies.py" "$seed" "$1"
}

@test "audit mode would refuse of what real programs did just what enforce refuses" {
    local gss="$TOP/tests/hosts/contexts.py" all="$T/handshake.pcapng $T/audit.pcapng" number port found=0
    port=$(free_port)
    start server "$GSSTAP" run -o server.pcapng -- gss-server -port "$port" -once host@localhost
    wait_until 60 has_line /proc/net/tcp ":$(printf %04X "$port") 00000000:0000 0A"
    "$GSSTAP" run -o client.pcapng -- gss-client -port "$port" localhost host@localhost hello
    finish server
    for way in "both host@localhost deleg" "drop host@localhost" "bindings host@localhost" "again host@localhost"; do
        # shellcheck disable=SC2086 # several words
        "$GSSTAP" run -o "python-${way%% *}.pcapng" -- "$PYTHON" "$gss" $way || :
    done
    "$GSSTAP" run -o bare.pcapng -- "$BUILD/hosts/bare"
    zmq_trace zmq.pcapng '
s = c.socket(z.REP); s.bind("tcp://127.0.0.1:*"); s.bind("ipc://x"); s.bind("inproc://y")
t = c.socket(z.REP); t.curve_server = True; t.curve_secretkey = z.curve_keypair()[1]; t.bind("tcp://127.0.0.1:*")
u = c.socket(z.REQ); u.gssapi_service_principal = b"zmq@localhost"; u.gssapi_plaintext = True; u.linger = 0; u.connect("tcp://127.0.0.1:9")'
    generated 80
    for ((number = 0; number < 80; number++)); do
        for MODE in enforce audit; do
            (printf 'version: 1\nmode: %s\n' $MODE; cat "rules-$number.yaml") >$MODE.yaml
            # shellcheck disable=SC2086 # several files
            "$GSSTAP" policy test --format json $MODE.yaml $all ./*.pcapng >$MODE.json 2>said || [ $? = 1 ]
            jq -S 'del(.policy, .mode)' $MODE.json >$MODE.found
        done
        diff enforce.found audit.found || { cat "rules-$number.yaml"; return 1; }
        ! jq -e '.refused > 0' enforce.json || found=$((found + 1))
    done
    echo "$found of 80 refuse something"
    [ "$found" -gt 20 ]
}

# The same in the programs: what audit mode tells while one runs, and what enforce refuses.
# Up to the first thing that enforce changes: what comes after that is another handshake.
@test "what is told of a program in audit mode is what it is refused, by generated policies" {
    local number refused would first='| "\(.event) \(.rule) \(.line)"'
    generated 25
    for ((number = 0; number < 25; number++)); do
        for MODE in enforce audit; do
            rm -f $MODE.pcapng
            (printf 'version: 1\nmode: %s\n' $MODE; cat "rules-$number.yaml") >$MODE.yaml
            run "$GSSTAP" run -p $MODE.yaml -o $MODE.pcapng -- "$BUILD/hosts/delegate" deleg
        done
        [ "$status" = 0 ]
        refused=$(trace_json enforce.pcapng | jq -r -s "map(select(.event == \"refused\" or .event == \"changed\"))[0] $first")
        would=$(trace_json audit.pcapng | jq -r -s "map(select(.event == \"would_refuse\" or .event == \"would_change\"))[0] $first" |
            sed 's/^would_refuse /refused /; s/^would_change /changed /')
        echo "$number: enforce $refused, audit $would"
        [ "$refused" = "$would" ] || { cat "rules-$number.yaml"; return 1; }
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

@test "what policy test does not judge of a policy is told" {
    policy $'  max-context-age: 60\n  match: [{role: acceptor, export-context: refuse}]
  acquire: [{service: "hdfs/*", ccache: "FILE:/x"}]\nzmq: {auth: [{deny: [127.0.0.1]}]}'
    run -0 "$GSSTAP" policy test p.yaml "$T/handshake.pcapng"
    [ "${lines[-1]}" = "Not judged: gss.acquire, zmq.auth" ]
    tested "$T/handshake.pcapng"
    jq -e '.refused == 0 and .not_judged == ["gss.acquire", "zmq.auth"] and .not_judged_in == []' tested
    policy '  delegation: allow'
    tested "$T/handshake.pcapng"
    jq -e '.not_judged == []' tested
}

@test "uses that a trace does not record are not judged, and taken for allowed by nobody" {
    "$GSSTAP" run -e gss_export_sec_context -o some.pcapng -- "$BUILD/hosts/keys" >/dev/null
    "$GSSTAP" run --level audit -o none.pcapng -- "$BUILD/hosts/keys" >/dev/null
    policy $'  export-context: refuse\n  unprotected: refuse'
    run -1 "$GSSTAP" policy test p.yaml some.pcapng none.pcapng
    echo "$output"
    [ "${lines[0]}" = "Of 24 contexts, 1 use and 0 endpoints 1 would have been refused." ]
    [ "${lines[-2]}" = "Not judged in some.pcapng, whose calls are not, or not all, recorded: gss.unprotected" ]
    [ "${lines[-1]}" = "Not judged in none.pcapng, whose calls are not, or not all, recorded: gss.unprotected, gss.export-context" ]
    tested some.pcapng none.pcapng
    jq -e '.not_judged == ["gss.unprotected"] and
        .not_judged_in[1] == {trace: "none.pcapng", keywords: ["gss.unprotected", "gss.export-context"]}' tested
    "$GSSTAP" policy suggest some.pcapng none.pcapng >s.yaml
    cat s.yaml
    [ "$(grep -c '^      # unprotected: not in all of these traces' s.yaml)" = 2 ]
    grep -q '^      export-context: allow' s.yaml
    run ! grep 'export-context: refuse' s.yaml
    # Nothing is said of those that have no part in it.
    "$GSSTAP" run --level audit -o other.pcapng -- true
    tested other.pcapng
    jq -e '.not_judged == [] and .not_judged_in == []' tested
}

@test "a use of which a trace does not hold what decides is not judged, and counted" {
    "$PYTHON" "$TOP/tests/forge.py" forged.pcapng '
process(exe="/usr/bin/x", uid=0, level="tokens")
handshake(role=2, outcome=1, context=7, initiator="alice@R", flags_ret=16, kvno=1)
call("gss_unwrap", context=7, major=0)
call("gss_export_sec_context", context=9, major=0)
call("gss_krb5_export_lucid_sec_context", context=7, major=0xd0000)'
    policy $'  unprotected: refuse\n  match: [{role: acceptor, export-context: refuse}]\n  lucid-export: refuse'
    tested forged.pcapng
    jq -e '.refused == 1 and .failed == 1 and .unknown.uses == 2 and .uses == 1 and .rules[0].rule == "gss.lucid-export"' tested
    # By the program alone it is known, and what a message shows is.
    policy $'  match: [{program: /usr/bin/x, export-context: refuse}]'
    tested forged.pcapng
    jq -e '.refused == 1 and .unknown.uses == 0' tested
    "$GSSTAP" policy suggest forged.pcapng >s.yaml
    cat s.yaml
    grep -q '^      # unprotected: not in all of these traces' s.yaml
    grep -q '^      export-context: allow' s.yaml
    grep -q '^      lucid-export: refuse' s.yaml
}

@test "a context that groups decide about is not judged, unless something else refuses it" {
    policy $'  match: [{role: acceptor, peers: {allow: ["bob@*"], allow-groups: [S-1-5-21-1-2-3-512]}}]'
    run -0 "$GSSTAP" policy test p.yaml "$T/handshake.pcapng"
    echo "$output"
    [ "${lines[0]}" = "Of 1 context and 0 endpoints none would have been refused." ]
    [ "${lines[-1]}" = "Not judged: 1 context, of whose peer these traces do not hold the groups" ]
    tested "$T/handshake.pcapng"
    jq -e '.unknown.groups == 1 and .allowed == 1' tested
    for said in 'peers: {allow: ["alice@*"], allow-groups: [S-1-1-0]}' 'peers: {deny: ["bob@*"], allow: ["alice@*"]}'; do
        policy "  $said"
        tested "$T/handshake.pcapng"
        jq -e '.unknown.groups == 0 and .contexts == 2' tested
    done
    policy $'  require: [sequence]\n  peers: {deny-groups: [S-1-1-0]}'
    tested "$T/handshake.pcapng"
    jq -e '.unknown.groups == 0 and .refused == 2 and all(.rules[]; .rule == "gss.require" or .refused == 0)' tested
}

# found_is_told TRACE AUDITED: of p.yaml in the one, and by the program in the other: rule by rule, how often.
found_is_told() {
    trace_json "$2" | jq -r 'select(.event == "would_refuse" or .event == "would_change") | "\(.rule) \(.line)"' |
        sort | uniq -c | awk '{ print $2, $3, $1 }' >would
    tested "$1"
    jq -r '[.rules[] | select(.refused + .changed > 0)] | group_by(.rule, .line)[] |
        "\(.[0].rule) \(.[0].line) \(map(.refused + .changed) | add)"' tested | sort | diff - would
}

@test "what is told in audit mode of what is done with contexts is what policy test finds in a trace without a policy" {
    local said host
    cat >ages.py <<'END'
import time, gssapi
def pair():
    one = gssapi.SecurityContext(name=gssapi.Name("host@localhost", gssapi.NameType.hostbased_service), usage="initiate")
    other = gssapi.SecurityContext(usage="accept")
    one.step(other.step(one.step()))
    return one, other
old, young = pair(), pair()
until = time.monotonic() + 2.1
for one, other in young, old:
    other.unwrap(one.wrap(b"young", True).message)
while time.monotonic() < until:
    time.sleep(0.05)  # polls the clock
old[0].get_signature(b"old")
END
    for host in "$BUILD/hosts/keys" "$BUILD/hosts/bare" "$PYTHON ages.py"; do
        # shellcheck disable=SC2086 # several words
        "$GSSTAP" run -o "plain-${host##*/}.pcapng" -- $host >/dev/null
    done
    while IFS='|' read -r host said; do
        MODE=audit policy "$said"
        rm -f audited.pcapng
        # shellcheck disable=SC2086 # several words
        "$GSSTAP" run -p p.yaml -o audited.pcapng -- $host >/dev/null
        found_is_told "plain-${host##*/}.pcapng" audited.pcapng
        [ -s would ]
        found_is_told audited.pcapng audited.pcapng
        suggested "plain-${host##*/}.pcapng"
    done <<END
$BUILD/hosts/keys|  {export-context: refuse, import-context: refuse, lucid-export: refuse, session-key: refuse}
$BUILD/hosts/keys|  match: [{role: acceptor, export-context: refuse}, {peer: "alice@*", import-context: refuse}, {service: "host/*", lucid-export: refuse}]
$BUILD/hosts/bare|  {unprotected: encrypt, session-key: refuse}
$BUILD/hosts/bare|  match: [{role: acceptor, mechanism: krb5, unprotected: refuse}, {program: "*/bare", unprotected: encrypt}]
$PYTHON ages.py|  {max-context-age: 2s, unprotected: refuse, match: [{role: acceptor, max-context-age: 8h}]}
END
    grep -q '^gss.max-context-age 4 1$' would
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

# explained WORD...: what policy explain says of p.yaml and these facts, in lines.
explained() {
    run --separate-stderr "$GSSTAP" policy explain p.yaml "$@"
    echo "$output" "$stderr"
}

@test "policy explain says of each topic which rule decides, and why" {
    cat >p.yaml <<'END'
version: 1
gss:
  peers: {allow: ["alice@R", "host/*@*"], deny: ["bob@*"]}
  enctypes: {ticket: [aes]}
  match:
    - {program: /usr/sbin/sshd, require: [mutual]}
    - {user: root, lifetime: 1h}
  delegation: strip
END
    explained role=acceptor peer=alice@R program=/usr/sbin/sshd user=root flags=mutual,integrity ticket-enctype=aes256-cts \
        lifetime=8h delegated=no
    [ "$status" = 0 ]
    [ "${lines[0]}" = "gss.peers.allow (policy line 3) alice@R allows the peer alice@R" ]
    [ "${lines[1]}" = "gss.require (policy line 6) has nothing against what is granted mutual,integrity, in the rule of gss.match at line 6" ]
    [ "${lines[2]}" = "gss.enctypes.ticket (policy line 4) 18 allows the ticket's encryption type aes256-cts" ]
    [ "${lines[3]}" = "gss.lifetime (policy line 7) has nothing against the lifetime 8h, in the rule of gss.match at line 7" ]
    [ "${lines[4]}" = "no rule is about the mechanism, the session key's encryption type, channel bindings, the ticket cache or keytab, constrained delegation" ]
    [ "${lines[5]}" = "Allowed." ]
    explained role=acceptor peer=bob@R ticket-enctype=17 user=nobody program=/x
    [ "$status" = 1 ]
    [ "${lines[0]}" = 'gss.peers.deny (policy line 3) forbids the peer "bob@R"' ]
    [ "${lines[-1]}" = "Refused." ]
    explained role=initiator service=host/h@R ticket-enctype=rc4 delegated=yes program=/x user=nobody
    [ "$status" = 1 ]
    [[ $output == *"before a token leaves, gss.enctypes.ticket (policy line 4) does not list the ticket's encryption type 23"* ]]
    [[ $output == *"before a token leaves, gss.delegation (policy line 8) takes the request for delegation away"* ]]
}

@test "policy explain names the facts that are missing and would matter" {
    printf 'version: 1\nmode: audit\ngss: {lifetime: 1h, match: [{user: root, require: [mutual]}]}\n' >p.yaml
    explained role=acceptor peer=alice@R
    [ "$status" = 1 ]
    [ "${lines[0]}" = "gss.match (policy line 3) may be about this context, and it is not known whether it is" ]
    [ "${lines[1]}" = "gss.lifetime (policy line 3) asks for 3600 seconds, and it is not known how many are left" ]
    [[ $output == *"Not given, and asked for by a rule: flags, lifetime, user"* ]]
    [ "${lines[-1]}" = "Refused; mode: audit only records it." ]
    explained role=acceptor peer=alice@R lifetime=2h user=1000
    [ "$status" = 0 ]
    explained moment=before-token role=initiator user=1000
    [ "$status" = 0 ]
    # Of a program what is not known then will not be known later.
    explained moment=before-token role=initiator
    [ "$status" = 1 ]
    [ "${lines[0]}" = "before a token leaves, gss.match (policy line 3) may be about this context, and it is not known whether it is" ]
    [ "${lines[1]}" = "gss.lifetime (policy line 3) will look, once it is known, at the lifetime" ]
}

@test "policy explain knows endpoints" {
    printf 'version: 1\nzmq: {unsecured: refuse, unsecured-ok: ["ipc://*"], plaintext: encrypt, inject: [{bind: "tcp://*:5"}]}\n' >p.yaml
    explained 'bind=tcp://*:5' mechanism=NULL
    [ "${lines[0]}" = "zmq.inject (policy line 2) speaks GSSAPI for tcp://*:5" ]
    explained bind=ipc://x mechanism=null
    [ "${lines[0]}" = "zmq.unsecured-ok (policy line 2) allows ipc://x" ]
    explained connect=tcp://h:4 mechanism=curve type=req
    [ "${lines[0]}" = "no rule has anything against tcp://h:4" ]
    explained connect=tcp://h:4 mechanism=gssapi plaintext=yes
    [ "${lines[0]}" = "zmq.plaintext (policy line 2) encrypts in spite of ZMQ_GSSAPI_PLAINTEXT" ]
    [ "${lines[-1]}" = "Changed." ]
    explained connect=tcp://h:4
    [ "$status" = 1 ]
    [ "${lines[0]}" = "zmq.unsecured (policy line 2) refuses to connect tcp://h:4: the socket's mechanism is not known" ]
}

@test "a fact that policy explain cannot take is told" {
    echo 'version: 1' >p.yaml
    local facts
    while IFS='|' read -r facts wrong; do
        # shellcheck disable=SC2086 # words
        explained $facts
        [ "$status" = 2 ]
        [[ $stderr == *"$wrong"* ]]
    done <<'END'
nothing=1|'nothing=1' is no fact; facts are role= peer=
peer|'peer' is no fact
lifetime=8x|lifetime=8x: it takes a time such as 90, 15m or 8h
bind=ipc://x peer=y|peer= is no fact of an endpoint
type=REP peer=y|type= is a fact of an endpoint: give bind= or connect= as well
bind=ipc://x connect=ipc://x|and not both
peer=a peer=b|peer is given twice
role=initiator peer=a@R service=b@R|an initiator's peer is the service
mechanism=1.2.99999999999|mechanism=1.2.99999999999: it takes krb5
mechanism=9.2|it takes krb5
user=no-such-user|it takes a user's name or number
END
    run -2 "$GSSTAP" policy explain p.yaml
}

@test "policy explain says what the program is told" {
    policy $'  match: [{service: "host/*", require: [sequence]}]'
    run "$GSSTAP" run -p p.yaml -o t.pcapng -- "$BUILD/hosts/delegate"
    reason=$(trace_json t.pcapng | jq -r -s 'map(select(.event == "refused"))[0].reason')
    explained role=acceptor peer=alice@GSSTAP.TEST service=host/localhost@GSSTAP.TEST flags=mutual
    [ "${lines[0]}" = "$reason, in the rule of gss.match at line 4" ]
}

# suggested TRACE...: the policy that these traces suggest is right, and refuses nothing of them that came about.
suggested() {
    "$GSSTAP" policy suggest "$@" >s.yaml
    cat s.yaml
    "$GSSTAP" policy check s.yaml
    run -0 --separate-stderr "$GSSTAP" policy test s.yaml "$@"
    echo "$output"
    [[ ${lines[0]} == *" none would have been refused"* ]]
}

@test "policy suggest allows what real programs did, and nothing else" {
    suggested "$T/handshake.pcapng"
    grep -q "# 1 time, in handshake.pcapng" s.yaml
    # By it the program runs as it did, and for others it refuses.
    run -0 "$GSSTAP" run -p s.yaml -- "$BUILD/hosts/delegate" deleg
    cp "$BUILD/hosts/delegate" other
    run -1 "$GSSTAP" run -p s.yaml -- ./other deleg
    suggested "$T/audit.pcapng"
    suggested "$T"
    "$GSSTAP" run -o plain.pcapng -- "$BUILD/hosts/delegate"
    suggested plain.pcapng
    grep -q 'delegation: refuse' s.yaml
    run -1 "$GSSTAP" run -p s.yaml -- "$BUILD/hosts/delegate" deleg
    ONE=tls OTHER=tls "$GSSTAP" run -o bound.pcapng -- "$PYTHON" "$TOP/tests/hosts/bound_channels.py"
    suggested bound.pcapng
    grep -q 'channel-bindings: require' s.yaml
    suggested bound.pcapng plain.pcapng "$T/audit.pcapng" "$T/handshake.pcapng"
}

@test "policy suggest allows what gss-client and gss-server did" {
    read -r PORT < <(free_port)
    start server "$GSSTAP" run -o server.pcapng -- gss-server -port "$PORT" host@localhost
    wait_until 60 bash -c "exec 3<>/dev/tcp/127.0.0.1/$PORT"
    run -0 "$GSSTAP" run -o client.pcapng -- gss-client -port "$PORT" localhost host@localhost hello
    kill "${PID[server]}"
    suggested client.pcapng
    suggested server.pcapng
    suggested client.pcapng server.pcapng
}

@test "policy suggest allows what ZeroMQ did, injected and not" {
    "$GSSTAP" run -o pair.pcapng -- "$PYTHON" "$TOP/tests/hosts/zmq_pair.py"
    suggested pair.pcapng
    grep -q 'unsecured-ok:' s.yaml
    run ! grep nonsense s.yaml
    printf 'version: 1\nzmq: {inject: [{bind: "tcp://*", principal: "zmq@localhost"}, {connect: "tcp://*", service: "zmq@localhost"}]}\n' >strict.yaml
    for level in calls audit; do
        rm -f up server.pcapng client.pcapng
        read -r PORT < <(free_port)
        start server "$GSSTAP" run -p strict.yaml -l $level -o server.pcapng -- "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" touch up answer 1
        wait_until 60 test -e up
        start client "$GSSTAP" run -p strict.yaml -l $level -o client.pcapng -- "$BUILD/hosts/zpair" socket REQ connect "tcp://127.0.0.1:$PORT" send hello recv
        finish client
        finish server
        suggested server.pcapng client.pcapng
    done
    suggested pair.pcapng server.pcapng client.pcapng
    # What was seen in such detail runs by what it suggests.
    rm -f up
    "$GSSTAP" run -p strict.yaml -o whole.pcapng -- "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" socket REQ connect "tcp://127.0.0.1:$PORT" send hello use 0 answer 1 use 1 recv
    suggested whole.pcapng
    grep -qF "inject:" s.yaml
    grep -qF "{bind: 'tcp://127.0.0.1:$PORT', principal: 'zmq@localhost'}" s.yaml
    grep -qF "{connect: 'tcp://127.0.0.1:$PORT', service: 'zmq@localhost'}" s.yaml
}

@test "what failed is allowed for nothing by policy suggest, and told" {
    "$PYTHON" "$TOP/tests/forge.py" failed.pcapng '
process(exe="/usr/bin/x", uid=0)
handshake(role=1, outcome=1, context=7, initiator="alice@R", acceptor="host/good@R", flags_ret=2, mech=b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02", ticket_enctype=18, kvno=1)
handshake(role=1, outcome=2, context=8, initiator="alice@R", acceptor="host/bad@R", ticket_enctype=18, kvno=1)
handshake(role=1, outcome=4, context=10, initiator="alice@R", acceptor="HTTP/unanswered@R", ticket_enctype=17, kvno=1)
handshake(role=1, outcome=3, context=9, initiator="alice@R", acceptor="host/refused@R", flags_ret=2, ticket_enctype=18, kvno=1)'
    "$GSSTAP" policy suggest failed.pcapng >s.yaml
    cat s.yaml
    [ "$(grep -c "^#   .*host/\(bad\|refused\)@R # 1 time, in failed.pcapng" s.yaml)" = 2 ]
    [ "$(grep -v '^#' s.yaml | grep -c 'host/good@R')" = 1 ]
    run ! grep "^[^#]*host/bad" s.yaml
    # A client of HTTP often has no answer, and is served.
    [ "$(grep -v '^#' s.yaml | grep -c 'HTTP/unanswered@R')" = 1 ]
    grep -q '# 1 ended without an answer' s.yaml
    grep -q 'require: \[mutual\]' s.yaml
    run -1 --separate-stderr "$GSSTAP" policy test s.yaml failed.pcapng
    [[ ${lines[0]} == "Of 4 contexts, 0 uses and 0 endpoints 2 would have been refused, of which 2 failed anyway." ]]
}

@test "many names that are alike become one pattern, and odd names stay what they are" {
    "$PYTHON" "$TOP/tests/forge.py" many.pcapng '
process(exe="/usr/bin/x{1}[2]", uid=0)
for name in ["host/w%d.example.org@R" % i for i in range(9)] + ["host/a.example.net@R", "*@R", "o'"'"'neill@R", "a\\/b@R", "{x,y}@R", "WELLKNOWN/ANONYMOUS@R" if 0 else "z\xfc@R"]:
    handshake(role=2, outcome=1, context=7, initiator=name, acceptor="host/h@R", flags_ret=2, mech=b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02", ticket_enctype=18, kvno=1)'
    suggested many.pcapng
    grep -qF "# a pattern for 9 names" s.yaml
    grep -qF -- "- 'host/*.example.org@R' # 9 times, in many.pcapng" s.yaml
    grep -qF -- "- '\*@R' # 1 time" s.yaml
    "$PYTHON" "$TOP/tests/forge.py" other.pcapng '
process(exe="/usr/bin/x{1}[2]", uid=0)
for name in ["bob@R", "x@R", "host/w1.example.org.evil@R", "host/x/y.example.org@R"]:
    handshake(role=2, outcome=1, context=7, initiator=name, acceptor="host/h@R", flags_ret=2, mech=b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02", ticket_enctype=18, kvno=1)'
    run -1 --separate-stderr "$GSSTAP" policy test s.yaml other.pcapng
    [[ ${lines[0]} == "Of 4 contexts, 0 uses and 0 endpoints 4 would have been refused."* ]]
}

@test "an endpoint that no policy can name is told, and makes the suggestion refuse none" {
    "$PYTHON" "$TOP/tests/forge.py" odd.pcapng '
process(exe="/usr/bin/x", uid=0)
for endpoint in ["tcp://*:1", "no\\x01thing", "ipc://" + "x" * 300, "ipc:///a'"'"'b\\\\[c]"]:
    call("zmq_bind", socket=7, socket_type=4, endpoint=endpoint, result=0)'
    suggested odd.pcapng
    [ "$(grep -c '^# No policy can name this endpoint' s.yaml)" -ge 1 ]
    run ! grep unsecured: s.yaml
}

@test "policy diff says what one policy allows and the other refuses" {
    policy '  peers: {allow: ["*"]}'
    cp p.yaml a.yaml
    policy '  peers: {allow: ["host/*@*"]}'
    run -1 "$GSSTAP" policy diff a.yaml p.yaml "$T/handshake.pcapng"
    echo "$output"
    [ "${lines[0]}" = "Of 2 contexts and 0 endpoints the policies differ in 1." ]
    [ "${lines[1]}" = "a.yaml allows, and p.yaml refuses: 1" ]
    [[ ${lines[2]} == *" delegate ("*"), acceptor: alice@GSSTAP.TEST to host/localhost@GSSTAP.TEST" ]]
    [ "${lines[3]}" = "        a.yaml: allowed" ]
    [ "${lines[4]}" = '        p.yaml: gss.peers.allow (policy line 4) does not list the peer "alice@GSSTAP.TEST"' ]
    run -1 "$GSSTAP" policy diff p.yaml a.yaml "$T/handshake.pcapng"
    [ "${lines[1]}" = "a.yaml allows, and p.yaml refuses: 1" ]
    run -0 "$GSSTAP" policy diff a.yaml a.yaml "$T/handshake.pcapng"
    [ "$output" = "Of 2 contexts and 0 endpoints the policies differ in 0." ]
    policy '  delegation: strip'
    run -1 "$GSSTAP" policy diff a.yaml p.yaml "$T/handshake.pcapng"
    [[ ${lines[1]} == "Changed or secured by one of them alone: "* ]]
    run -2 "$GSSTAP" policy diff a.yaml p.yaml
    [ "$output" = "gsstap: diff needs two policies, and traces on which they are compared: diff A B TRACE...; try 'gsstap policy --help'" ]
    run -2 "$GSSTAP" policy suggest
}
