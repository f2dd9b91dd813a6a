#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a policy asks of security contexts, and gss.match: each keyword on real contexts, in enforce and audit mode, and by
# whom a rule is meant. Whose name matches what is in tests/unit/policy_principal.c, the rest of the logic in
# tests/unit/policy_match.c.

bats_require_minimum_version 1.5.0
load helper
load policy

setup_file() {
    realm_up -u alice -s host@localhost
    kinit -f -k -t "$GSSTAP_REALM/client/alice" alice
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# refused KEYWORD LINES WORD...: the program is refused by that keyword, told why, and in audit mode is not.
refused() {
    under "$2" "${@:3}"
    [ "$status" = 1 ]
    [[ $output == *"refused by the gsstap policy: $1, line 4"* ]]
    mv events enforced
    [ "$(jq -c 'select(.event == "refused") | .rule' enforced)" = "\"$1\"" ]
    MODE=audit under "$2" "${@:3}"
    [ "$status" = 0 ]
    mv events audited
    jq -e -s --arg rule "$1" 'any(.event == "would_refuse" and .rule == $rule and .line == 4)' audited
    jq -e -s 'any(.event == "refused") | not' audited
}

# passes LINES WORD...: it is not refused, and nothing is said of it.
passes() {
    under "$@"
    [ "$status" = 0 ]
    jq -e -s 'any(.event == "refused" or .event == "would_refuse") | not' events
}

@test "a mechanism that is not listed is refused, also the one that SPNEGO chose" {
    local both="$BUILD/hosts/delegate"
    refused gss.mechanisms '  mechanisms: [ntlm]' "$both"
    nothing_left
    passes '  mechanisms: [krb5, ntlm]' "$both"
    cat >spnego.py <<'END'
import sys, gssapi, gssapi.raw
mech = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
one = gssapi.SecurityContext(name=name, usage="initiate", mech=mech)
other = gssapi.SecurityContext(usage="accept")
token = None
while not (one.complete and other.complete):
    token = one.step(token) or b""
    token = other.step(token) if not other.complete else None
print(other.mech.dotted_form)
END
    under '  delegation: allow' "$PYTHON" spnego.py
    [ "$output" = 1.2.840.113554.1.2.2 ]
    refused gss.mechanisms '  mechanisms: [ntlm]' "$PYTHON" spnego.py
    nothing_left
    passes '  mechanisms: krb5' "$PYTHON" spnego.py
}

# nothing_left: `refused` was so before a token.
nothing_left() {
    jq -e -s 'any(.call == "gss_init_sec_context" and .out_token != null) | not' enforced
}

@test "no token of NTLM leaves where it is not listed, asked for or negotiated" {
    echo "gssntlmssp_v1 1.3.6.1.4.1.311.2.2.10 $(dpkg -L gss-ntlmssp | grep '/gssntlmssp\.so$')" >mech
    echo 'REALM:carol:swordfish' >users
    export GSS_MECH_CONFIG=$PWD/mech NTLM_USER_FILE=$PWD/users
    cat >ntlm.py <<'END'
import sys, gssapi
mech = gssapi.OID.from_int_seq(sys.argv[1])
name = gssapi.Name("HTTP@localhost", gssapi.NameType.hostbased_service)
creds = gssapi.Credentials(name=gssapi.Name("REALM\\carol", gssapi.NameType.user), usage="initiate", mechs=[mech])
one = gssapi.SecurityContext(name=name, usage="initiate", creds=creds, mech=mech)
other = gssapi.SecurityContext(usage="accept")
token = None
while not (one.complete and other.complete):
    token = one.step(token) or b""
    if b"NTLMSSP\0\3" in token:
        print("answered")
    token = other.step(token) if not other.complete else None
END
    for mech in 1.3.6.1.4.1.311.2.2.10 1.3.6.1.5.5.2; do
        refused gss.mechanisms '  match: [{role: initiator, mechanisms: krb5}]' "$PYTHON" ntlm.py $mech
        nothing_left
        under '  mechanisms: krb5' "$PYTHON" ntlm.py $mech
        run -1 "$GSSTAP" policy test p.yaml trace.pcapng
        [[ $output == "Of 1 context and 0 endpoints 1 would have been refused"* ]]
        # Whom NTLM talks to is not known, which may change until something has left.
        refused gss.match '  match: [{role: initiator, service: "HTTP/*", mechanisms: krb5}]' "$PYTHON" ntlm.py $mech
        [[ $output == *answered* ]]
        under '  match: [{role: initiator, service: "HTTP/*", mechanisms: krb5}]' "$PYTHON" ntlm.py $mech
        [[ $output != *answered* ]]
        passes '  mechanisms: [krb5, ntlm]' "$PYTHON" ntlm.py $mech
    done
}

@test "what was not granted is refused" {
    refused gss.require '  require: [mutual, sequence]' "$BUILD/hosts/delegate"
    passes '  require: [mutual, confidentiality, integrity]' "$BUILD/hosts/delegate"
}

@test "an encryption type that is not listed is refused, the ticket's before a token leaves" {
    local both="$BUILD/hosts/delegate"
    refused gss.enctypes.ticket '  enctypes: {ticket: [rc4, camellia]}' "$both"
    [[ $(jq -r 'select(.event == "refused") | .call' enforced) == gss_init_sec_context ]]
    jq -e -s 'any(.call == "gss_init_sec_context" and .out_token != null) | not' enforced
    refused gss.enctypes.session '  enctypes: {session: [rc4]}' "$both"
    passes '  enctypes: {ticket: [aes], session: [aes]}' "$both"
    passes '  enctypes: {session: [aes256-cts, "17", aes256-sha2, aes128-sha2]}' "$both"
}

@test "a context that is bound to no channel is refused, on either side" {
    local pair=("$PYTHON" "$TOP/tests/hosts/bound_channels.py")
    refused gss.channel-bindings '  channel-bindings: require' "$BUILD/hosts/delegate"
    ONE=tls OTHER=tls passes '  channel-bindings: require' "${pair[@]}"
    # An acceptor that has bindings takes a token without any as well, and is not told; here it is refused.
    cat >unbound.py <<'END'
import gssapi, gssapi.raw
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
token = gssapi.SecurityContext(name=name, usage="initiate").step()
bindings = gssapi.raw.ChannelBindings(application_data=b"tls")
acceptor = gssapi.SecurityContext(usage="accept", channel_bindings=bindings)
acceptor.step(token)
print("established", acceptor.complete)
END
    under '  delegation: allow' "$PYTHON" unbound.py
    [ "$output" = "established True" ]
    refused gss.channel-bindings '  match: [{role: acceptor, channel-bindings: require}]' "$PYTHON" unbound.py
}

@test "bindings without anything that binds are none" {
    cat >bound.py <<'END'
import sys, gssapi, gssapi.raw
AddressType = gssapi.raw.AddressType
with_address = {"initiator_address": b"\x7f\0\0\1"} if sys.argv[1] == "address" else {}
bindings = gssapi.raw.ChannelBindings(initiator_address_type=AddressType.ip if with_address else AddressType.null,
                                      acceptor_address_type=AddressType.null, **with_address)
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
token = gssapi.SecurityContext(name=name, usage="initiate", channel_bindings=bindings).step()
acceptor = gssapi.SecurityContext(usage="accept", channel_bindings=bindings)
acceptor.step(token)
print("established", acceptor.complete)
END
    refused gss.channel-bindings '  channel-bindings: require' "$PYTHON" bound.py null
    refused gss.channel-bindings '  match: [{role: acceptor, channel-bindings: require}]' "$PYTHON" bound.py null
    passes '  channel-bindings: require' "$PYTHON" bound.py address
}

@test "a context that ends too soon is refused" {
    refused gss.lifetime '  lifetime: 52w' "$BUILD/hosts/delegate"
    passes '  lifetime: 15m' "$BUILD/hosts/delegate"
}

@test "a rule is for a program, a script, a user, a role, a mechanism" {
    local both="$BUILD/hosts/delegate"
    cp "$both" ./other
    ln -s other link
    for asks in "program: '*/delegate'" "program: [/x, '$(readlink -f "$both")']" "user: '$(id -u)'" \
        "user: $(id -un)" "role: acceptor" "mechanism: krb5" "peer: 'alice@*'" "service: 'host/*'" "service: 'host/*@GSSTAP.TEST'" \
        "user: '00$(id -u)'" "role: initiator, program: '*', script: '*'"; do
        refused gss.require "  match: [{$asks, require: [sequence]}]" "$both"
    done
    for asks in "program: '*/other'" "user: nobody" "role: acceptor, peer: 'bob@*'" "mechanism: ntlm" "service: 'HTTP/*'" \
        "script: '?*'"; do
        passes "  match: [{$asks, require: [sequence]}]" "$both"
    done
    refused gss.require "  match: [{program: '*/other', require: [sequence]}]" ./link
    cat >job.py <<'END'
import gssapi
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
gssapi.SecurityContext(name=name, usage="initiate").step()
END
    refused gss.peers.allow "  match: [{script: '$PWD/job.py', peers: {allow: []}}]" "$PYTHON" job.py
    passes "  match: [{script: '$PWD/jobs.py', peers: {allow: []}}]" "$PYTHON" job.py
    mkdir jobs && cp job.py jobs/__main__.py
    refused gss.peers.allow "  match: [{script: jobs, peers: {allow: []}}]" "$PYTHON" -m jobs
}

@test "a rule for a script is not passed by" {
    local denied="  match: [{script: ['$PWD/job.py', jobs, '$PWD/job.js'], peers: {allow: []}}]" words given
    cat >job.py <<'END'
import gssapi
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
gssapi.SecurityContext(name=name, usage="initiate").step()
END
    mkdir jobs && cp job.py jobs/__main__.py
    echo >ignore
    printf '#!%s\n' "$PWD/other" >script && cat job.py >>script
    cp script job2.py
    cp "$(readlink -f "$PYTHON")" other
    chmod +x script other
    for given in "-X ./ignore job.py" "-W ./ignore job.py" "-W ignore job.py" "-uW ignore -X dev job.py" \
        "--check-hash-based-pycs default job.py" "-- job.py" "-m jobs" "-mjobs" "-um jobs"; do
        read -ra words <<<"$given"
        refused gss.peers.allow "$denied" "$PYTHON" "${words[@]}"
    done
    passes "$denied" "$PYTHON" -W ignore job2.py
    passes "$denied" "$PYTHON" -c "$(cat job.py)" job.py
    # Of #!, whatever the interpreter.
    passes "$denied" env PYTHONHOME=/usr ./script
    refused gss.peers.allow "  match: [{script: '$PWD/script', peers: {allow: []}}]" env PYTHONHOME=/usr ./script
    # What may be one is refused: a directory, a line that is not seen whole.
    for given in jobs "-W $(printf '%05000d' 0) job2.py"; do
        read -ra words <<<"$given"
        under "$denied" "$PYTHON" "${words[@]}"
        [[ $output == *"refused by the gsstap policy: gss.match, line 4"* ]]
    done
}

@test "whom credentials are delegated to is decided by the ticket, before they are made" {
    local both=("$BUILD/hosts/delegate" deleg)
    under "  match: [{service: 'host/*', delegation: strip}]" "${both[@]}"
    [ "$status" = 0 ]
    [[ $output == *"not delegated, no credential"*"initiator: established, not delegated"* ]]
    trace_json trace.pcapng | jq -e -s 'any(.event == "changed" and .rule == "gss.delegation") and all(.event != "refused")'
    MODE=audit under "  match: [{service: 'host/*', delegation: strip}]" "${both[@]}"
    [[ $output == *"initiator: established, delegated"* ]]
    [ "$(trace_json trace.pcapng | jq -c 'select(.event == "would_change") | .role // .call' | sort | uniq -c | wc -l)" = 2 ]
    under $'  match: [{service: "host/*", delegation: allow}]\n  delegation: refuse' "${both[@]}"
    [ "$status" = 0 ]
    [[ $output == *"initiator: established, delegated"* ]]
    refused gss.delegation "  match: [{role: initiator, service: 'host/*@GSSTAP.TEST', delegation: refuse}]" "${both[@]}"
    jq -e -s 'any(.call == "gss_init_sec_context" and .out_token != null) | not' enforced
}

@test "what is taken away from one handshake is told of no other" {
    cat >several.py <<'END'
import gssapi
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
for flags in (gssapi.RequirementFlag.delegate_to_peer, 0, 0):
    token = gssapi.SecurityContext(name=name, usage="initiate", flags=flags).step()
    gssapi.SecurityContext(usage="accept").step(token)
END
    under "  match: [{service: 'host/*', role: initiator, delegation: strip}]" "$PYTHON" several.py
    [ "$status" = 0 ]
    [ "$(trace_json trace.pcapng | jq -c 'select(.event == "changed")' | wc -l)" = 1 ]
    MODE=audit under "  match: [{service: 'host/*', role: initiator, delegation: strip}]" "$PYTHON" several.py
    [ "$(trace_json trace.pcapng | jq -c 'select(.event == "would_change")' | wc -l)" = 1 ]
}

@test "a context that is imported is judged by what is known of it" {
    local all=("$PYTHON" "$TOP/tests/hosts/contexts.py")
    "${all[@]}" export host@localhost context
    refused gss.mechanisms '  mechanisms: [ntlm]' "${all[@]}" import context
    refused gss.lifetime '  lifetime: 52w' "${all[@]}" import context
    refused gss.enctypes.session '  enctypes: {session: [rc4]}' "${all[@]}" import context
    refused gss.enctypes.ticket '  enctypes: {ticket: [aes]}' "${all[@]}" import context
    passes $'  mechanisms: krb5\n  lifetime: 5m\n  enctypes: {session: [aes]}\n  require: integrity' "${all[@]}" import context
}

@test "a ticket cache or keytab that is not listed is refused, and so is one by a way that goes up" {
    local ends="$BUILD/hosts/delegate" keytab=$GSSTAP_REALM/krb5.keytab
    refused gss.stores.allow "  stores: {allow: ['KCM:*']}" "$ends"
    # Before a token leaves.
    jq -e -s 'any(.call == "gss_init_sec_context" and .out_token != null) | not' enforced
    passes "  stores: {allow: ['$KRB5CCNAME', 'FILE:$keytab']}" "$ends"
    passes "  match: [{role: acceptor, stores: {allow: ['FILE:$GSSTAP_REALM/*']}}]" "$ends"
    refused gss.stores.allow "  match: [{role: acceptor, stores: {allow: ['FILE:/etc/*']}}]" "$ends"
    KRB5_KTNAME=FILE:$GSSTAP_REALM/client/../krb5.keytab \
        refused gss.stores.allow "  match: [{role: acceptor, stores: {allow: ['FILE:$GSSTAP_REALM/*']}}]" "$ends"
    # Known to the policy without a trace, too.
    printf 'version: 1\ngss: {stores: {allow: ["%s", "FILE:%s"]}}\n' "$KRB5CCNAME" "$keytab" >p.yaml
    run -0 "$GSSTAP" run -p p.yaml -- "$ends"
    printf 'version: 1\ngss: {stores: {allow: ["FILE:%s"]}}\n' "$keytab" >p.yaml
    run -1 "$GSSTAP" run -p p.yaml -- "$ends"
}

@test "what an acceptor could impersonate by is taken away or refused, and what was sent to it is not" {
    cat >proxy.py <<'END'
import os, sys, gssapi
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
keytab = os.environ["KRB5_KTNAME"]
cred = gssapi.Credentials(usage="both", store={"keytab": keytab, "client_keytab": keytab, "ccache": "MEMORY:own"})
flags = gssapi.RequirementFlag.delegate_to_peer if "sent" in sys.argv else 0
other = gssapi.SecurityContext(creds=cred, usage="accept")
other.step(gssapi.SecurityContext(name=name, usage="initiate", flags=flags).step())
print("given one" if other.delegated_creds else "given none")
END
    under '  mechanisms: [krb5]' "$PYTHON" proxy.py
    [ "$output" = "given one" ]
    # It is none of those that are sent.
    under '  match: [{role: acceptor, delegation: refuse}]' "$PYTHON" proxy.py
    [ "$output" = "given one" ]
    under '  constrained-delegation: strip' "$PYTHON" proxy.py
    [ "$output" = "given none" ]
    trace_json trace.pcapng | jq -e -s 'map(select(.event == "changed" and .rule == "gss.constrained-delegation")) | length == 1'
    MODE=audit under '  constrained-delegation: strip' "$PYTHON" proxy.py
    [ "$output" = "given one" ]
    trace_json trace.pcapng | jq -e -s 'map(select(.event == "would_change")) | length == 1'
    refused gss.constrained-delegation '  constrained-delegation: refuse' "$PYTHON" proxy.py
    printf 'version: 1\ngss: {constrained-delegation: refuse}\n' >q.yaml
    run -1 "$GSSTAP" policy test q.yaml trace.pcapng
    passes '  constrained-delegation: refuse' "$PYTHON" proxy.py sent
    [ "$output" = "given one" ]
    run -0 "$GSSTAP" policy test q.yaml trace.pcapng
    passes '  constrained-delegation: refuse' "$BUILD/hosts/delegate"
}

@test "errors of rules are named with their place" {
    complains() {
        printf 'version: 1\n%s\n' "$2" >p.yaml
        run "$GSSTAP" policy check p.yaml
        echo "$output"
        [ "$status" = 2 ]
        [ "$output" = "p.yaml:$1" ]
    }
    complains "2:16: error: a rule of gss.match says nothing; it needs a keyword of gss, such as peers or delegation" \
        'gss: {match: [ {role: acceptor}]}'
    complains "2:24: error: gss.mechanisms: there is no mechanism kerberos5; see gsstap-policy(5)" 'gss: {"mechanisms":   [kerberos5]}'
    complains "2:27: error: gss.enctypes.ticket: there is no enctype aes512; see gsstap-policy(5)" 'gss: {enctypes: {ticket: [aes512]}}'
    complains "2:27: error: gss.enctypes.ticket: there is no enctype 018; see gsstap-policy(5)" \
        'gss: {enctypes: {ticket: ["018"]}}'
    complains "2:22: error: gss.match.user: there is no user nobody-here here; for a policy of another machine write the number" \
        'gss: {match: [{user: nobody-here, delegation: strip}]}'
    for number in 4294967295 4294967296 99999999999999999999999; do
        complains "2:22: error: gss.match.user: no user can have the number $number" \
            "gss: {match: [{user: '$number', delegation: strip}]}"
    done
    complains "2:24: error: gss.stores.allow: a store begins with its type, as in FILE:/etc/krb5.keytab or KCM:*" \
        'gss: {stores: {allow: [/etc/krb5.keytab]}}'
    complains "2:25: error: gss.match.program: a path begins with /, as in /usr/bin/curl or */curl" \
        'gss: {match: [{program: curl, delegation: strip}]}'
    complains "2:17: error: gss.lifetime: expected a time, such as 90s, 15m, 8h or 7d, found '5 minutes'" 'gss: {lifetime: 5 minutes}'
    complains "2:23: error: gss.peers.allow: a { has no }; write \\{ for the character itself" 'gss: {peers: {allow: ["{a,b@R"]}}'
    complains "2:16: error: 'match' is no keyword of gss.match; did you mean gss.match?" 'gss: {match: [{match: []}]}'
}
