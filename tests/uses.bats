#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a program may do with a security context that is there: each keyword with real contexts, in enforce and audit mode.
# The logic of the verdicts is in tests/unit/policy_use.c.

bats_require_minimum_version 1.5.0
load helper
load policy
load wire

setup_file() {
    realm_up -u alice -s host@localhost -s zmq@localhost
    kinit -f -k -t "$GSSTAP_REALM/client/alice" alice
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
}

teardown() {
    stop_all
}

@test "a message without confidentiality is refused on its way out, by whatever call" {
    "$BUILD/hosts/bare" >without
    under '  unprotected: refuse' "$BUILD/hosts/bare"
    [ "$status" = 1 ]
    for call in gss_wrap gss_seal gss_wrap_aead gss_wrap_iov; do
        [ "$(grep -cx "$call: 000f0000 refused by the gsstap policy: gss.unprotected, line 4 of p.yaml" <<<"$output")" = 2 ]
        [ "$(grep -cx "\[\"refused\",\"gss.unprotected\",\"$call\"\]" told)" = 2 ]
    done
    [ "${#lines[@]}" = 8 ]
    # Audit mode changes nothing, and tells once a context.
    MODE=audit under '  unprotected: refuse' "$BUILD/hosts/bare"
    [ "$status" = 0 ]
    [ "$output" = "$(cat without)" ]
    [ "$(jq -r '.[2]' told | sort)" = "$(printf '%s\n' gss_{seal,unseal,unwrap,unwrap_aead,unwrap_iov,wrap,wrap_aead,wrap_iov})" ]
    [ "$(jq -r '.[0]' told | uniq)" = would_refuse ]
}

@test "a message without confidentiality is refused on its way in, by whatever call, and nothing of it is given" {
    under '  match: [{role: acceptor, unprotected: encrypt}]' "$BUILD/hosts/bare"
    [ "$status" = 1 ]
    for call in gss_unwrap gss_unseal gss_unwrap_aead gss_unwrap_iov; do
        [ "$(grep -cx "$call: 000f0000 refused by the gsstap policy: gss.unprotected, line 4 of p.yaml" <<<"$output")" = 2 ]
    done
    [ "$(grep -c ': bare$' <<<"$output")" = 4 ]
    [ "$(jq -r '.[2]' told | sort | uniq -c | awk '{ print $1 $2 }' | paste -sd ' ')" = \
        "2gss_unseal 2gss_unwrap 2gss_unwrap_aead 2gss_unwrap_iov" ]
}

@test "a message is encrypted where the program asks for none, also when it is sized first" {
    under '  unprotected: encrypt' "$BUILD/hosts/bare"
    [ "$status" = 0 ]
    [ "$(grep -c ': encrypted$' <<<"$output")" = 8 ]
    [ "$(grep -c ': bare$' <<<"$output")" = 0 ]
    # It is told once a context, of the calls that were changed.
    [ "$(jq -r '.[0] + .[2]' told | sort | paste -sd ' ')" = \
        "changedgss_seal changedgss_wrap changedgss_wrap_aead changedgss_wrap_iov" ]
    jq -e -s 'all(.[] | select(.event == "call" and .major == 0 and (.call | test("_(un)?(wrap|seal)"))); .conf or (.call | endswith("_length")))' events
    MODE=audit under '  unprotected: encrypt' "$BUILD/hosts/bare"
    [ "$status" = 0 ]
    [ "$(grep -c ': bare$' <<<"$output")" = 8 ]
}

@test "no message is encrypted in a context that was not granted confidentiality" {
    # MIT's Kerberos grants it always.
    echo "gssntlmssp_v1 1.3.6.1.4.1.311.2.2.10 $(dpkg -L gss-ntlmssp | grep '/gssntlmssp\.so$')" >mech
    echo 'REALM:carol:secret' >users
    export GSS_MECH_CONFIG=$PWD/mech NTLM_USER_FILE=$PWD/users
    cat >integrity.py <<'END'
import gssapi, gssapi.raw
ntlm = gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
user = gssapi.Name("REALM\\carol", gssapi.NameType.user)
creds = gssapi.Credentials(name=user, usage="initiate", mechs=[ntlm])
one = gssapi.SecurityContext(name=name, usage="initiate", creds=creds, mech=ntlm, flags=gssapi.RequirementFlag.integrity)
other = gssapi.SecurityContext(usage="accept")
token = one.step(other.step(one.step()))
other.step(token)
print(other.unwrap(one.wrap(b"bare", False).message))
END
    under '  unprotected: allow' "$PYTHON" integrity.py
    [ "$status" = 0 ]
    mv trace.pcapng plain.pcapng
    MODE=audit under '  unprotected: encrypt' "$PYTHON" integrity.py
    [ "$status" = 0 ]
    [ "$(head -1 told)" = '["would_refuse","gss.unprotected","gss_wrap"]' ]
    run -1 "$GSSTAP" policy test p.yaml plain.pcapng
    grep -x "gss.unprotected (line 4): 1 refused" <<<"$output"
    under '  unprotected: encrypt' "$PYTHON" integrity.py
    [ "$status" = 1 ]
    [[ $output == *"refused by the gsstap policy: gss.unprotected, line 4 of p.yaml"* ]]
    [ "$(tail -1 told)" = '["refused","gss.unprotected","gss_wrap"]' ]
}

@test "the messages of gss-client that are not encrypted do not leave it" {
    start server gss-server -verbose -port 4711 host@localhost
    wait_until 30 has_line server.out starting
    under '  unprotected: encrypt' gss-client -port 4711 -nx -mcount 2 localhost host@localhost "a message"
    [ "$status" = 0 ]
    wait_until 30 grep -q "a message" server.out
    [ "$(jq -c 'select(.event == "call" and .call == "gss_wrap") | .conf' events | uniq -c | awk '{ print $1, $2 }')" = "2 true" ]
    under '  unprotected: refuse' gss-client -port 4711 -nx localhost host@localhost "another message"
    [[ $output == *"refused by the gsstap policy: gss.unprotected, line 4 of p.yaml"* ]]
    run ! grep -q "another message" server.out
}

# only LINES CALL RULE WAY...: of all that keys does these ways are refused by that rule, told once each, and in audit mode none.
only() {
    local way
    under "  $1" "$BUILD/hosts/keys"
    [ "$status" = 1 ]
    [ "$(grep -v ': made$' <<<"$output")" = "$(for way in "${@:4}"; do
        echo "$way: 000f0000 refused by the gsstap policy: $3, line 4 of p.yaml"
    done)" ]
    [ "$(uniq told)" = "[\"refused\",\"$3\",\"$2\"]" ]
    MODE=audit under "  $1" "$BUILD/hosts/keys"
    [ "$output" = "$(cat without)" ]
    [ "$(uniq told)" = "[\"would_refuse\",\"$3\",\"$2\"]" ]
}

@test "contexts do not go elsewhere, nor their keys, and are still good where they are" {
    "$BUILD/hosts/keys" >without
    grep -c ': made$' without
    [ "$(grep -c ': made$' without)" = 7 ]
    under '  delegation: refuse' "$BUILD/hosts/keys"
    [ "$output" = "$(cat without)" ]
    [ ! -s told ]
    only 'export-context: refuse' gss_export_sec_context gss.export-context export
    only 'import-context: refuse' gss_import_sec_context gss.import-context import
    only 'session-key: refuse' gss_inquire_sec_context_by_oid gss.session-key 'session key'
    only 'match: [{role: acceptor, export-context: refuse}]' gss_export_sec_context gss.export-context export
    only 'match: [{peer: "alice@GSSTAP.TEST", import-context: refuse}]' gss_import_sec_context gss.import-context import
    only 'match: [{peer: "host/*", session-key: refuse}]' gss_inquire_sec_context_by_oid gss.session-key 'session key'
    # Two calls give the same.
    under '  lucid-export: refuse' "$BUILD/hosts/keys"
    [ "$(grep -v ': made$' <<<"$output")" = "lucid: 000f0000 refused by the gsstap policy: gss.lucid-export, line 4 of p.yaml
lucid by oid: 000f0000 refused by the gsstap policy: gss.lucid-export, line 4 of p.yaml" ]
    [ "$(jq -r '.[2]' told | paste -sd ' ')" = "gss_krb5_export_lucid_sec_context gss_inquire_sec_context_by_oid" ]
}

@test "what gsstap asks for itself is not judged" {
    cat >pair.py <<'END'
import zmq
one, other = (zmq.Context.instance().socket(zmq.PAIR) for _ in range(2))
for end in one, other:
    end.setsockopt(zmq.RCVTIMEO, 60000)
    end.setsockopt(zmq.LINGER, 0)
one.bind("ipc://pair")
other.connect("ipc://pair")
for number in range(3):
    other.send(b"message %d" % number)
    print(one.recv().decode())
print("sealed" if "libcrypto" in open("/proc/self/maps").read() else "not sealed")
END
    under '  unprotected: refuse
  export-context: refuse
  import-context: refuse
  lucid-export: refuse
  session-key: refuse
  enctypes: {session: [aes]}
capture: audit
zmq: {inject: [{bind: "*", principal: zmq@localhost}, {connect: "*", service: zmq@localhost}]}' "$PYTHON" pair.py
    [ "$output" = "message 0
message 1
message 2
sealed" ]
    [ ! -s told ]
    [ "$(jq -s 'map(select(.event == "connection")) | length' events)" = 2 ]
}

@test "a rule for a service is kept to by an acceptor that nothing is recorded of" {
    printf 'version: 1\ncapture: off\ngss:\n  unprotected: refuse\n  match: [{service: "%s/*", unprotected: allow}]\n' host >p.yaml
    run "$GSSTAP" run -p p.yaml -- "$BUILD/hosts/bare"
    echo "$output"
    [ "$status" = 0 ]
    sed 's/host/HTTP/' p.yaml >other.yaml
    run "$GSSTAP" run -p other.yaml -- "$BUILD/hosts/bare"
    [ "$status" = 1 ]
    [[ $output == *"gss_wrap: 000f0000 refused by the gsstap policy: gss.unprotected, line 4 of other.yaml"* ]]
}

@test "credentials are got by the ways that are listed, and by the default one" {
    cat >ways.py <<'END'
import os, sys
import gssapi, gssapi.raw
krb5 = [gssapi.MechType.kerberos]
cache = {"ccache": os.environ["KRB5CCNAME"]}
user = gssapi.Name("alice", gssapi.NameType.user)
own = gssapi.Credentials(usage="initiate", mechs=krb5)
exported = own.export()
ways = {"password": lambda: gssapi.raw.acquire_cred_with_password(user, b"wrong", mechs=krb5, usage="initiate"),
        "add password": lambda: gssapi.raw.add_cred_with_password(gssapi.raw.Creds(), user, krb5[0], b"wrong", usage="initiate"),
        "password in a store": lambda: gssapi.raw.acquire_cred_from({"password": "wrong"}, user, mechs=krb5, usage="initiate"),
        "s4u": lambda: gssapi.raw.acquire_cred_impersonate_name(own, user, mechs=krb5),
        "add s4u": lambda: gssapi.raw.add_cred_impersonate_name(gssapi.raw.Creds(), own, user, krb5[0]),
        "store": lambda: gssapi.raw.acquire_cred_from(cache, mechs=krb5, usage="initiate"),
        "add store": lambda: gssapi.raw.add_cred_from(cache, gssapi.raw.Creds(), user, krb5[0], usage="initiate"),
        "empty store": lambda: gssapi.raw.acquire_cred_from({}, mechs=krb5, usage="initiate"),
        "import": lambda: gssapi.raw.import_cred(exported),
        "default": lambda: gssapi.raw.acquire_cred(mechs=krb5, usage="initiate")}
for name, way in ways.items():
    try:
        way()
        print(name, "got")
    except gssapi.exceptions.GSSError as error:
        print(name, "refused" if "refused by the gsstap policy: gss.credentials, line 4" in str(error) else "failed")
END
    "$GSSTAP" run -o plain.pcapng -- "$PYTHON" ways.py >without
    cat without
    [ "$(grep -c refused without)" = 0 ]
    grep -x "store got" without
    # after LIST REFUSED...: the outcome without a policy, but for these.
    after() {
        local edits=() way
        for way in "${@:2}"; do edits+=(-e "s/^$way [a-z]*\$/$way refused/"); done
        under "  credentials: $1" "$PYTHON" ways.py
        diff <(sed "${edits[@]}" without) <(echo "$output")
        MODE=audit under "  credentials: $1" "$PYTHON" ways.py
        diff without <(echo "$output")
        [ "$(wc -l <told)" = $(($# - 1)) ]
        [ "$("$GSSTAP" policy test --format json p.yaml plain.pcapng | jq .refused)" = $(($# - 1)) ]
    }
    after '[]' password 'add password' 'password in a store' s4u 'add s4u' store 'add store' import
    after '[store, import]' password 'add password' 'password in a store' s4u 'add s4u'
    after '[password, s4u]' store 'add store' import
}
