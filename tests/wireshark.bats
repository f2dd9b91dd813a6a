#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What stock tshark makes of gsstap's traces: our fields by the plugin, beside what Wireshark itself dissects.

bats_require_minimum_version 1.5.0
load helper

PLUGIN=$BUILD/gsstap.lua

setup_file() {
    local port server
    realm_up -u alice -s host@localhost
    cd "$BATS_FILE_TMPDIR"
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
    port=$(free_port)
    "$GSSTAP" run -o server.pcapng -- gss-server -port "$port" -once host@localhost >server.out 2>&1 3>&- &
    server=$!
    wait_until 20 listens "$port"
    "$GSSTAP" run -o client.pcapng -- gss-client -port "$port" localhost host@localhost hello >client.out
    wait "$server"
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    CLIENT=$BATS_FILE_TMPDIR/client.pcapng SERVER=$BATS_FILE_TMPDIR/server.pcapng
}

listens() {
    grep -q "$(printf ':%04X 00000000:0000 0A' "$1")" /proc/net/tcp /proc/net/tcp6
}

# shark ARG...: tshark with the plugin; what it says on stderr goes to the file said, without its word about root.
shark() {
    local status=0
    tshark -X "lua_script:$PLUGIN" "$@" 2>shark.err || status=$?
    grep -v '^Running as user "root"' shark.err >said || :
    cat said >&2
    return $status
}

@test "events and calls are fields, by the names that decode gives them" {
    shark -r "$CLIENT" -T fields -e gsstap.event -e gsstap.call | tr '\t' ' ' | sed -E '/^(call|token) /!s/ .*/ /' | sort >got
    trace_json "$CLIENT" | jq -r '[.event, .call // ""] | join(" ")' >expected
    # What decode joins to its call is a packet of its own.
    "$GSSTAP" decode --format json "$CLIENT" | jq -r 'select(.in_token.hex and .out_token.hex) | "token " + .call' >>expected
    sort expected | diff - got
    [ "$(grep -c '^call gss_init_sec_context$' got)" = 2 ]
    [ ! -s said ]
}

@test "fields say what decode says" {
    shark -r "$SERVER" -Y 'gsstap.event == "handshake"' -T fields -E separator=' ' -e gsstap.pid -e gsstap.role -e gsstap.outcome \
        -e gsstap.initiator -e gsstap.acceptor -e gsstap.session_enctype -e gsstap.handshake -e gsstap.kvno >got
    trace_json "$SERVER" | jq -r 'select(.event == "handshake") |
        [.pid, .role, .outcome, .initiator, .acceptor, .session_enctype, .handshake, .kvno] | join(" ")' >expected
    [ "$(wc -l <expected)" = 1 ]
    diff expected got
    shark -r "$SERVER" -Y 'gsstap.call == "gss_accept_sec_context" && gsstap.event == "call"' -T fields -E separator=' ' \
        -e gsstap.major -e gsstap.major_name -e gsstap.out_token.len -e gsstap.out_token.hash >got
    trace_json "$SERVER" | jq -r 'select(.call == "gss_accept_sec_context" and .event == "call") |
        [.major, .major_name, .out_token.len, .out_token.hash] | join(" ")' >expected
    [ -s expected ]
    diff expected got
}

@test "fields can be filtered by" {
    shown() { shark -r "$CLIENT" -Y "$1" -T fields -e frame.number | wc -l; }
    [ "$(shown 'gsstap.event == "handshake"')" = 1 ]
    [ "$(shown 'gsstap.initiator == "alice@GSSTAP.TEST" && gsstap.flags_ret & 2 && gsstap.event == "handshake"')" = 1 ]
    [ "$(shown 'gsstap.mech == 1.2.840.113554.1.2.2 && gsstap.major_name == "GSS_S_CONTINUE_NEEDED"')" = 1 ]
    [ "$(shown 'gsstap.libraries && gsstap.soname contains "libgssapi_krb5"')" = 1 ]
    [ "$(shown gsstap.damaged)" = 0 ]
    [ "$(shown _ws.lua)" = 0 ]
}

@test "the list of packets tells the call, its result, and what is no call in a word" {
    shark -r "$CLIENT" -T fields -e _ws.col.Protocol -e _ws.col.Info | tr '\t' ' ' >list
    cat list
    grep -qx 'gsstap gss_init_sec_context = GSS_S_CONTINUE_NEEDED' list
    grep -qx 'gsstap handshake initiator established alice@GSSTAP.TEST host/localhost@GSSTAP.TEST' list
    KRB5CCNAME=FILE:none run "$GSSTAP" run -o failed.pcapng -- "$PYTHON" -c 'import gssapi
gssapi.SecurityContext(usage="initiate", name=gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)).step()'
    shark -r failed.pcapng -Y 'gsstap.major_name == "GSS_S_NO_CRED"' -T fields -e _ws.col.Info | grep -q '^gss_[a-z_]* = GSS_S_NO_CRED (No '
    "$GSSTAP" run -o zmq.pcapng -- "$PYTHON" -c 'import zmq
try: zmq.Context().socket(zmq.PAIR).bind("nothing://x")
except zmq.ZMQError: pass'
    shark -r zmq.pcapng -T fields -e _ws.col.Info | grep -qx 'zmq_bind = -1 EPROTONOSUPPORT'
}

@test "the token in a packet is dissected as without the plugin" {
    local filter='kerberos.msg_type == 14 && kerberos.CNameString || kerberos.msg_type || gss-api'
    tshark -r "$CLIENT" -Y "$filter" -T fields -e frame.number -e kerberos.msg_type -e kerberos.SNameString -e kerberos.etype \
        >without 2>/dev/null
    shark -r "$CLIENT" -Y "$filter" -T fields -e frame.number -e kerberos.msg_type -e kerberos.SNameString -e kerberos.etype >with
    grep -q $'\t14\thost,localhost\t' without
    diff without with
    # The call that made the ticket's token, by what Kerberos says.
    [ "$(shark -r "$CLIENT" -Y 'kerberos.msg_type == 14' -T fields -e gsstap.call -e gsstap.payload)" = $'gss_init_sec_context\tout_token' ]
}

@test "numbers that the plugin does not know are shown as numbers" {
    "$PYTHON" "$TOP/tests/forge.py" odd.pcapng '
EVENTS["new"], CALLS["newer"], FIELDS["newest"] = 900, 901, (902, "TEXT")
process(exe="/bin/x")
event("new", newest="abc", role=77)
call("newer", major=0x7f0000 | 1 << 14, result=-1, errno=13)'
    shark -r odd.pcapng -T fields -e gsstap.event -e gsstap.call -e gsstap.role -e gsstap.major_name -e gsstap.errno_name -e gsstap.unknown |
        tr '\t' , >got
    diff got - <<'END'
process,,,,,
900,,77,,,616263
call,901,,0x7f0000|0x4000,EACCES,
END
    [ ! -s said ]
}

@test "damage is told in the packet, and never an error of the plugin" {
    local count
    count=$("$PYTHON" "$TOP/tests/damage.py" "$CLIENT" damaged.pcapng)
    [ "$count" -gt 5000 ]
    shark -r damaged.pcapng -V >shown
    [ ! -s said ]
    [ "$(grep -c '^Frame [0-9]' shown)" = "$count" ]
    [ "$(grep -ci 'Lua Error' shown)" = 0 ]
    [ "$(grep -c 'Expert Info (Error/Malformed): This event is damaged\|a field is longer than what is left of the event' shown)" -gt 100 ]
}

@test "another link type is left alone, whatever its bytes are" {
    # An Ethernet frame that is, byte by byte, a packet of ours.
    "$PYTHON" - "$CLIENT" ethernet.pcapng <<'END'
import sys
data = open(sys.argv[1], "rb").read()
at = data.index(b"\x01\0\0\0", 28)
open(sys.argv[2], "wb").write(data[:at + 8] + b"\x01\0" + data[at + 10:])
END
    [ "$(shark -r ethernet.pcapng | wc -l)" -gt 5 ]
    [ "$(shark -r ethernet.pcapng -Y gsstap | wc -l)" = 0 ]
}

@test "linked into the user's plugins, tshark finds it by itself" {
    mkdir -p home/.local/lib/wireshark/plugins
    ln -s "$PLUGIN" home/.local/lib/wireshark/plugins/gsstap.lua
    HOME=$PWD/home run -0 --separate-stderr tshark -r "$CLIENT" -Y 'gsstap.event == "handshake"'
    [ "${#lines[@]}" = 1 ]
}
