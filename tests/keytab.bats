#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# decode --keytab: what is encrypted in real handshakes and messages is opened, is what tshark and the programs themselves
# say it is, and no key gets out. What cannot be opened says why.

bats_require_minimum_version 1.5.0
load helper

setup_file() {
    realm_up -u alice -s host@localhost -s HTTP@localhost
    kinit -f -k -t "$GSSTAP_REALM/client/alice" alice
    export KEYTAB=${KRB5_KTNAME#FILE:}
    cd "$BATS_FILE_TMPDIR"
    over_a_wire delegated tokens -d
    over_a_wire messages messages
    talks plain
    talks nomutual
    talks spnego
    talks bindings
    "$BUILD/hosts/windows_pac" host/localhost "FILE:$PWD/windows.ccache" >/dev/null
    KRB5CCNAME=FILE:$PWD/windows.ccache talks windows
    with_other_keys >wrong.keytab
}

# with_other_keys: the keytab with a bit of each key flipped.
with_other_keys() {
    keys_of_the_keytab | "$PYTHON" -c 'import sys
keytab = open(sys.argv[1], "rb").read()
for key in map(bytes.fromhex, sys.stdin):
    keytab = keytab.replace(key, bytes([key[0] ^ 1]) + key[1:])
sys.stdout.buffer.write(keytab)' "$KEYTAB"
}

keys_of_the_keytab() {
    klist -kK "$KEYTAB" | sed -n 's/.*(0x\([0-9a-f]*\)).*/\1/p'
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_FILE_TMPDIR"
}

# over_a_wire NAME LEVEL OPTION...: gss-client and gss-server, each with a trace of its own.
over_a_wire() {
    local port
    port=$(free_port)
    "$GSSTAP" run --level "$2" -o "$1-server.pcapng" -- gss-server -port "$port" -once host@localhost >"$1.log" 2>&1 3>&- &
    wait_until 60 listens "$port"
    "$GSSTAP" run --level "$2" -o "$1-client.pcapng" -- \
        gss-client -port "$port" "${@:3}" localhost host@localhost "a message" >/dev/null
    wait $!
}

listens() {
    grep -q "$(printf ':%04X 00000000:0000 0A' "$1")" /proc/net/tcp /proc/net/tcp6
}

# talks WORD: both ends in one process, all that they say in the trace WORD.pcapng.
talks() {
    "$GSSTAP" run --level payload -o "$1.pcapng" -- "$PYTHON" "$TOP/tests/hosts/opened_talk.py" "$1" >/dev/null
}

opened() {
    "$GSSTAP" decode --format json --keytab "$KEYTAB" "$@"
}

# tokens TRACE...: every decoded token of them, one a line.
tokens() {
    opened "$@" | jq -c '(.in_token, .out_token) | .token // empty'
}

@test "ticket, authenticator, delegated credential and AP-REP are opened, of the initiator's and of the acceptor's trace" {
    local side
    for side in client server; do
        tokens delegated-$side.pcapng >seen
        jq -es 'map(.gss.ap_req // empty) | length == 1 and (.[0].ticket_opened |
            .cname == "alice" and .crealm == "GSSTAP.TEST" and (.flags | index("forwardable")) and
            .session_key == {enctype: "aes256-cts-hmac-sha1-96"} and .opened_with == "host/localhost@GSSTAP.TEST kvno 1" and
            .pac_verified and (.authorization_data[0].authorization_data[0].pac | map(.type) |
                contains(["client-info", "server-checksum"])))' seen
        jq -es 'map(.gss.ap_req // empty)[0].authenticator_opened | .cname == "alice" and (.subkey | keys) == ["enctype"] and
            .cksum.cksumtype == "GSS-API" and .cksum.gss.channel_bindings == "none" and
            (.cksum.gss.flags | contains(["deleg", "mutual", "conf", "integ"])) and
            (.cksum.gss.delegated.krb_cred.opened.ticket_info[0] |
                .sname == "krbtgt/GSSTAP.TEST" and .pname == "alice" and (.flags | index("forwarded")))' seen
        jq -es 'map(.gss.ap_rep // empty)[0].opened | .subkey.enctype == "aes256-cts-hmac-sha1-96" and .seq_number > 0' seen
    done
    "$GSSTAP" decode --keytab "$KEYTAB" delegated-server.pcapng >text
    grep -q 'gss_accept_sec_context.*\[AP-REQ alice@GSSTAP.TEST -> host/localhost@GSSTAP.TEST kvno 1 aes256' text
}

@test "field by field the same as what tshark decrypts of the same trace, PAC and delegated credential included" {
    local trace
    for trace in delegated-client delegated-server windows bindings; do
        run --separate-stderr "$PYTHON" "$TOP/tests/opened_fields.py" "$GSSTAP" $trace.pcapng "$KEYTAB"
        echo "$trace: $output $stderr"
        [ "$status" = 0 ]
        [[ $output =~ ^([0-9]+)\ fields\ are\ the\ same$ ]]
        [ "${BASH_REMATCH[1]}" -ge 45 ]
    done
}

@test "where tshark opens nothing the comparison fails" {
    run "$PYTHON" "$TOP/tests/opened_fields.py" "$GSSTAP" delegated-server.pcapng "$PWD/wrong.keytab"
    [ "$status" = 1 ]
    [[ $output == *" fields are the same" ]]
}

@test "of a PAC of Windows it says who logged on where, with which groups, and that there are claims" {
    opened windows.pcapng | jq -es 'map(select(.call == "gss_accept_sec_context"))[0].in_token.token.gss.ap_req.ticket_opened |
        .pac_verified and (.authorization_data[0].authorization_data[0].pac | (map({(.type): .}) | add) |
            (keys | contains(["client-claims", "device-info", "device-claims", "attributes"])) and (.["logon-info"] |
                .effective_name == "alice" and .logon_domain == "WONDERLAND" and .user_rid == 1105 and
                .groups == ["S-1-5-21-1-2-3-513", "S-1-5-21-1-2-3-1110"] and .extra_sids == ["S-1-18-1"] and
                .resource_groups == ["S-1-5-21-1-2-3-1234"]) and
            .["upn-dns-info"].upn == "alice@wonderland.test" and .["upn-dns-info"].sid == "S-1-5-21-1-2-3-1105")'
}

# what_was_said TRACE: every message in the order in which it was said: as it was recorded, and as it was opened.
what_was_said() {
    opened "$1" | jq -es 'map(select(.call == "gss_wrap")) | length == 6 and all(.[]; .message as $said |
        .out_token.token | .wrap // .gss.wrap | .verified and ($said.hex // "") == .opened.message and
        ($said.len // 0) == .opened.length)'
}

@test "messages of both directions are opened, and are what the programs said: sealed, in clear and empty" {
    what_was_said plain.pcapng
    opened plain.pcapng | jq -es 'map(select(.call == "gss_wrap") | [.conf, .out_token.token.wrap.opened.key]) |
        (map(.[1]) | unique) == ["acceptor'\''s sub-key"] and (map(.[0]) | unique) == [false, true]'
    opened plain.pcapng | jq -es 'map(select(.call == "gss_unwrap")) | length == 6 and
        all(.[]; (.message.hex // "") == .in_token.token.wrap.opened.message)'
}

@test "without an answer from the acceptor messages are under the initiator's sub-key" {
    what_was_said nomutual.pcapng
    tokens nomutual.pcapng | jq -es 'map(.wrap.opened.key // empty) | unique == ["initiator'\''s sub-key"]'
}

@test "messages of a context that SPNEGO has negotiated are opened" {
    what_was_said spnego.pcapng
}

@test "a MIC is verified where the trace has the message, and otherwise says that it has not" {
    opened plain.pcapng | jq -es 'map(select(.call | IN("gss_get_mic", "gss_verify_mic")) | (.in_token, .out_token).token.mic // empty |
        .verified) == [true, true, true, true]'
    tokens messages-client.pcapng messages-server.pcapng | jq -es 'map(select(.mic)) | length == 2 and all(.[];
        (.mic | has("verified") | not) and any(.notes[]; .at == "mic" and .text == "not verified: the message is not in the trace"))'
}

@test "the MICs by which SPNEGO protects what was offered are verified, on both sides" {
    echo 'REALM:carol:secret' >ntlm
    NTLM_USER_FILE=$PWD/ntlm "$GSSTAP" run -o "negotiated.pcapng" -- \
        "$PYTHON" "$TOP/tests/token_samples/programs.py" spnego ntlm,krb5 krb5
    tokens negotiated.pcapng | jq -es 'map(.neg_token_resp.mech_list_mic.mic.verified // empty) == [true, true, true, true]'
}

@test "the hash of the channel bindings is the one that RFC 4121 has made of them" {
    local md5
    md5=$(printf '\0%.0s' {1..16} | cat - <(printf '\25\0\0\0tls-unique:0123456789') | md5sum)
    tokens bindings.pcapng | jq -es --arg md5 "${md5%% *}" \
        'map(.gss.ap_req.authenticator_opened.cksum.gss.channel_bindings // empty) | unique == [$md5]'
}

@test "a message of a process that got its context from another one is opened" {
    "$GSSTAP" run --level payload -o "fork-%p.pcapng" -- "$PYTHON" "$TOP/tests/hosts/opened_talk.py" fork >/dev/null
    opened fork-*.pcapng | jq -es 'map(select(.call == "gss_unwrap"))[0] | .message.hex == .in_token.token.wrap.opened.message and
        (.message.hex | length) == 86'
    [ "$(opened fork-*.pcapng | jq -s 'map(select(.event == "token")) | length')" = 0 ]
}

@test "in text the tree of a token has what was opened, a message as it can be read" {
    "$GSSTAP" decode -v --keytab "$KEYTAB" plain.pcapng >tree
    grep -qE '^ +ticket_opened$' tree
    grep -qE '^ +opened_with: "host/localhost@GSSTAP.TEST kvno 1"$' tree
    [ "$(grep -cE '^ +message: "to the acceptor, sealed"$' tree)" = 2 ]
    "$GSSTAP" decode -v --keytab wrong.keytab plain.pcapng >tree
    grep -qE '^ +! the ticket is not opened: the key for host/localhost' tree
}

@test "a single token is opened too" {
    opened plain.pcapng | jq -r 'select(.call == "gss_accept_sec_context") | .in_token.hex' >token
    "$GSSTAP" decode --bytes token --keytab "$KEYTAB" --format json | jq -e '.gss.ap_req | .ticket_opened.cname == "alice" and
        .authenticator_opened.cname == "alice"'
}

@test "what is not printed is learned from all the same" {
    opened -e gss_wrap plain.pcapng | jq -es 'length == 6 and all(.[]; .out_token.token.wrap.verified)'
}

# with_a_flipped_byte TRACE HEX: TRACE with the last byte of this token changed, to stdout.
with_a_flipped_byte() {
    "$PYTHON" -c 'import sys
trace, token = open(sys.argv[1], "rb").read(), bytes.fromhex(sys.argv[2])
assert trace.count(token) >= 1
sys.stdout.buffer.write(trace.replace(token, token[:-1] + bytes([token[-1] ^ 1])))' "$1" "$2"
}

@test "a message or a MIC that was changed does not verify" {
    local call token
    for call in gss_wrap gss_get_mic; do
        token=$(opened plain.pcapng | jq -r "select(.call == \"$call\") | .out_token.hex" | head -n 1)
        with_a_flipped_byte plain.pcapng "$token" >flipped.pcapng
        tokens flipped.pcapng | jq -es 'map(select((.wrap, .mic).verified == false)) | length >= 1 and
            all(.[]; any(.notes[]; .text | startswith("does not verify")))'
        "$GSSTAP" decode --keytab "$KEYTAB" flipped.pcapng >text
        grep -q "$call.*verified: no" text
    done
}

@test "with a keytab that has no such key nothing is opened, and each ticket says which key it would take" {
    kadmin.local -q "addprinc -randkey host/other" >/dev/null
    kadmin.local -q "ktadd -k $PWD/other.keytab -e aes128-cts:normal host/other" >/dev/null
    run --separate-stderr "$GSSTAP" decode --format json --keytab other.keytab plain.pcapng
    [ "$status" = 0 ]
    [ -z "$stderr" ]
    echo "$output" >seen.json
    run ! grep -qE '"(ticket_|authenticator_)?opened":|"verified"' seen.json
    grep -q '"text":"the ticket is not opened: no key for host/localhost@GSSTAP.TEST kvno 1 aes256-cts-hmac-sha1-96 in other.keytab"' seen.json
    grep -q '"text":"not opened: its handshake was not, or is not here"' seen.json
    # One that has the name and another key: libkrb5's reason.
    "$GSSTAP" decode --format json --keytab wrong.keytab plain.pcapng >seen.json
    grep -q 'in wrong.keytab does not open it: Decrypt integrity check failed' seen.json
}

@test "a keytab that cannot be used is an error that names it and says what to do" {
    local file
    : >empty.keytab
    echo 'this is no keytab' >text.keytab
    printf '\5\2' >keyless.keytab
    for file in missing.keytab empty.keytab text.keytab keyless.keytab KEYRING:; do
        run --separate-stderr "$GSSTAP" decode --keytab "$file" plain.pcapng
        [ "$status" = 2 ]
        [ -z "$output" ]
        [[ $stderr == "gsstap: --keytab: $file: "*"give a keytab that holds the service's keys"* ]]
    done
    run --separate-stderr "$GSSTAP" decode --summary --keytab "$KEYTAB" plain.pcapng
    [ "$status" = 2 ]
    [[ $stderr == *"--summary prints no tokens: --keytab does not go with it"* ]]
}

# keys: the bytes of all keys that were used, in hexadecimal, as tshark and klist know them.
keys() {
    local trace
    keys_of_the_keytab
    for trace in delegated-server plain nomutual windows; do
        tshark -o kerberos.decrypt:TRUE -o "kerberos.file:$KEYTAB" -r "$trace.pcapng" -T fields -e kerberos.keyvalue 2>/dev/null
    done | tr , '\n' | tr -d :
    echo 656b6f206679656b2179646f626f6e79 # UserSessionKey of the PAC
}

@test "no key is in any output, of the keytab, of a session, of a delegated ticket or of a PAC" {
    local trace
    keys | grep -E '^[0-9a-f]{32,}$' | sort -u >hex
    [ "$(wc -l <hex)" -ge 10 ]
    for trace in delegated-client delegated-server plain nomutual spnego bindings windows; do
        "$GSSTAP" decode --keytab "$KEYTAB" $trace.pcapng
        opened $trace.pcapng
    done >out
    grep -q ticket_opened out
    run ! grep -qiFf hex out
}

@test "messages under every kind of key are opened: AES with SHA-1 and SHA-2, Camellia, and those of Heimdal" {
    # shellcheck disable=SC2016 # expanded in the realm
    "$GSSTAP" realm -u alice -s host@localhost -- bash -euo pipefail -c '
        "$1" run --level payload -o heimdal.pcapng -- "$4" >log
        "$1" decode --format json --keytab "$KRB5_KTNAME" heimdal.pcapng >heimdal.json
        sed -i "/libdefaults/a permitted_enctypes = aes256-sha2 aes128-sha2 aes256-cts aes128-cts camellia" "$KRB5_CONFIG"
        for enctype in aes256-sha2 aes128-sha2 aes128-cts camellia256-cts camellia128-cts; do
            rm -f "$PWD/enctype.keytab"
            kadmin.local -q "cpw -randkey -e $enctype:normal host/localhost" >log
            kadmin.local -q "setstr host/localhost session_enctypes $enctype" >log
            kadmin.local -q "ktadd -norandkey -k $PWD/enctype.keytab host/localhost" >log
            kinit -k -t "$GSSTAP_REALM/client/alice" alice
            KRB5_KTNAME=$PWD/enctype.keytab "$1" run --level payload -o $enctype.pcapng -- "$2" "$3" >log
            "$1" decode --format json --keytab "$PWD/enctype.keytab" $enctype.pcapng >$enctype.json
        done
    ' bash "$GSSTAP" "$PYTHON" "$TOP/tests/hosts/opened_talk.py" "$BUILD/hosts/heimdal_handshake"
    local enctype
    for enctype in aes256-sha2 aes128-sha2 aes128-cts camellia256-cts camellia128-cts; do
        echo $enctype
        jq -es 'map(.in_token, .out_token | .token | (.wrap, .mic) | values) | length == 16 and all(.[]; .verified)' $enctype.json
    done
    jq -es 'map(.in_token, .out_token | .token.wrap | values) | length == 4 and
        all(.[]; .verified and .opened.message == "61206d657373616765")' heimdal.json
}

# under_old_enctype ENCTYPE PROGRAM...: what the program says under such keys, in the trace ENCTYPE.pcapng, and their keytab.
under_old_enctype() {
    rm -f "$1.pcapng"
    # shellcheck disable=SC2016 # expanded in the realm
    "$GSSTAP" realm -u alice -s host@localhost --enctypes "$1" -- bash -euo pipefail -c \
        'cp "${KRB5_KTNAME#FILE:}" "$1.keytab"; "$2" run --level payload -o "$1.pcapng" -- "${@:3}" >/dev/null' bash "$1" "$GSSTAP" "${@:2}"
    KEYTAB=$PWD/$1.keytab
}

@test "messages of RFC 1964 are opened as those of RFC 4121 are: under RC4 and DES3 of MIT, and under RC4 of Heimdal" {
    local enctype
    for enctype in arcfour-hmac des3-cbc-sha1; do
        echo "$enctype"
        under_old_enctype $enctype "$PYTHON" "$TOP/tests/hosts/opened_talk.py"
        what_was_said $enctype.pcapng
        opened $enctype.pcapng >seen.json
        jq -es 'map(select(.call == "gss_unwrap")) | length == 6 and
            all(.[]; (.message.hex // "") == .in_token.token.gss.wrap.opened.message)' seen.json
        jq -es 'map(select(.call | IN("gss_get_mic", "gss_verify_mic")) | (.in_token, .out_token).token.gss.mic // empty | .verified) ==
            [true, true, true, true]' seen.json
        # Each direction counts for itself, and each message says whose it is and whether it is sealed.
        jq -es 'map(.out_token.token.gss | (.wrap, .mic) // empty) | length == 8 and
            ([.[0:4], .[4:8]] | all(.[]; (.[0].seq) as $first | map(.seq - $first) == [0, 1, 2, 3])) and
            map(.flags) == [["sealed"], [], [], ["sealed"], ["sent-by-acceptor", "sealed"], ["sent-by-acceptor"],
                ["sent-by-acceptor"], ["sent-by-acceptor", "sealed"]]' seen.json
        run ! grep -q 'not opened\|does not verify' seen.json
        "$GSSTAP" decode --keytab "$KEYTAB" $enctype.pcapng >text
        grep -qE 'gss_wrap\(.*\[Wrap \(RFC 1964\) seq [0-9]+, sent-by-acceptor, sealed, encryption (RC4|DES3-KD), verified: yes, 24 bytes within\]' text
        "$GSSTAP" decode -v --keytab "$KEYTAB" $enctype.pcapng >tree
        [ "$(grep -cE '^ +message: "to the acceptor, sealed"$' tree)" = 2 ]
    done
    # Heimdal's acceptor takes AES where its initiator offers it.
    under_old_enctype arcfour-hmac bash -c 'sed -i "/libdefaults/a default_etypes = arcfour-hmac-md5" "$KRB5_CONFIG"; "$0"' \
        "$BUILD/hosts/heimdal_handshake"
    opened arcfour-hmac.pcapng | jq -es 'map(.in_token, .out_token | .token.gss.wrap | values) | length == 4 and
        all(.[]; .verified and .opened.message == "61206d657373616765")'
}

@test "MICs of RFC 1964 within SPNEGO are verified too" {
    echo 'REALM:carol:secret' >ntlm
    NTLM_USER_FILE=$PWD/ntlm under_old_enctype arcfour-hmac "$PYTHON" "$TOP/tests/token_samples/programs.py" spnego ntlm,krb5 krb5
    tokens arcfour-hmac.pcapng | jq -es 'map(.neg_token_resp.mech_list_mic.gss.mic.verified // empty) == [true, true, true, true]'
}

# changed TRACE CALL BYTE CONF: TRACE with one byte changed of the first token of this call, with or without confidentiality.
changed() {
    "$PYTHON" -c 'import sys
trace, token, at = open(sys.argv[1], "rb").read(), bytes.fromhex(sys.argv[2]), int(sys.argv[3])
assert trace.count(token) >= 1
changed = bytearray(token)
changed[at] ^= 1
sys.stdout.buffer.write(trace.replace(token, bytes(changed)))' "$1" "$(opened "$1" | jq -r "select(.call == \"$2\" and (.conf // false) == $4) | .out_token.hex" | head -n 1)" "$3"
}

@test "a message of RFC 1964 of which a byte was changed does not verify, whichever byte it is" {
    local enctype byte call
    for enctype in arcfour-hmac des3-cbc-sha1; do
        under_old_enctype $enctype "$PYTHON" "$TOP/tests/hosts/opened_talk.py"
        # Algorithms, direction, checksum, something of the message, padding or the end of a checksum.
        for byte in 15 17 26 30 -9 -1; do
            for call in gss_wrap:false gss_wrap:true gss_get_mic:false; do
                echo "$enctype $byte $call"
                changed $enctype.pcapng "${call%:*}" $byte "${call#*:}" >flipped.pcapng
                # It is in the trace twice, as it was sent and as it came. With another algorithm nobody tries.
                tokens flipped.pcapng | jq -es --argjson tried $((byte != 15 && byte != 17)) 'map(.gss | (.wrap, .mic) // empty | .verified) |
                    (map(select(.)) | length) == 14 and ($tried == 0 or (map(select(. == false)) | length) == 2)'
            done
        done
    done
}

# turned TRACE CALL CONF FIRST END: TRACE with these bytes of SND_SEQ turned over in the first token of this call.
turned() {
    "$PYTHON" -c 'import sys
trace, token = open(sys.argv[1], "rb").read(), bytes.fromhex(sys.argv[2])
turned = bytearray(token)
at = max(token.find(b"\1\1\x11\0"), token.find(b"\2\1\x11\0")) + 8
for i in range(at + int(sys.argv[3]), at + int(sys.argv[4])):
    turned[i] ^= 0xff
assert trace.count(token) == 2
sys.stdout.buffer.write(trace.replace(token, bytes(turned)))' "$1" "$(opened "$1" | jq -r "select(.call == \"$2\" and (.conf // false) == $3) | .out_token.hex" | head -n 1)" "$4" "$5"
}

@test "of messages under RC4 it is said what the checksum does not cover, which under DES3 nobody can change" {
    local enctype call
    local note='seq and the direction are not covered by the checksum' sealed='the direction is not covered by the checksum'
    for enctype in des3-cbc-sha1 arcfour-hmac; do
        under_old_enctype $enctype "$PYTHON" "$TOP/tests/hosts/opened_talk.py"
        tokens $enctype.pcapng | jq -es --argjson rc4 "$([ $enctype = arcfour-hmac ] && echo true || echo false)" --arg note "$note" --arg sealed "$sealed" \
            'map(select(.gss.wrap or .gss.mic)) | length == 16 and all(.[]; [.notes[]?.text] ==
                if $rc4 | not then [] elif .gss.wrap.flags // [] | any(. == "sealed") then [$sealed] else [$note] end)'
    done
    # So it is: another direction, another number, and still as it was signed.
    for call in gss_get_mic:false gss_wrap:false gss_wrap:true; do
        echo "$call"
        turned arcfour-hmac.pcapng "${call%:*}" "${call#*:}" 4 8 >turned.pcapng
        tokens turned.pcapng | jq -es 'map(.gss | (.wrap, .mic) // empty) | length == 16 and all(.[]; .verified) and
            (map(select(.flags | any(. == "sent-by-acceptor"))) | length == 10)'
        turned arcfour-hmac.pcapng "${call%:*}" "${call#*:}" 0 4 >turned.pcapng
        tokens turned.pcapng | jq -es --argjson verified "${call#*:}" 'map(.gss | (.wrap, .mic) // empty | .verified) |
            (map(select(.)) | length) == if $verified then 14 else 16 end'
    done
}

@test "a configuration of OpenSSL that wants FIPS keeps no good message under RC4 from being opened" {
    under_old_enctype arcfour-hmac "$PYTHON" "$TOP/tests/hosts/opened_talk.py"
    printf 'openssl_conf = all\n[all]\nalg_section = algorithms\n[algorithms]\ndefault_properties = fips=yes\n' >fips.cnf
    OPENSSL_CONF=$PWD/fips.cnf "$GSSTAP" decode --format json --keytab "$KEYTAB" arcfour-hmac.pcapng >seen.json
    jq -es 'map(.in_token, .out_token | .token.gss | values | (.wrap, .mic) // empty | .verified) | length == 16 and all' seen.json
}

@test "without OpenSSL's RC4 tickets are opened all the same, and messages say what is missing" {
    under_old_enctype arcfour-hmac "$PYTHON" "$TOP/tests/hosts/opened_talk.py"
    mkdir -p nothing
    OPENSSL_MODULES=$PWD/nothing "$GSSTAP" decode --format json --keytab "$KEYTAB" arcfour-hmac.pcapng >seen.json
    jq -es 'map(.in_token, .out_token | .token.gss.ap_req | values) | length == 2 and all(.[]; .ticket_opened.cname == "alice")' seen.json
    jq -es 'map(.in_token, .out_token | .token | values | select(.gss.wrap or .gss.mic)) | length == 16 and all(.[];
        (.gss | .wrap, .mic | values | has("verified") | not) and
        any(.notes[]; .text == "not opened: OpenSSL has no RC4 or no MD5 here, as without its legacy provider"))' seen.json
}
