#!/bin/bash
# SPDX-License-Identifier: MIT
# The tour, run by demo.sh inside a realm. Each step shows something and checks it. All programs are Debian's
# own or know nothing of gsstap; every process that is started here is ended here.
set -Eeuo pipefail

cd "$(dirname "$0")/.."
. demo/say.bash
PYTHON=/usr/bin/python3
POLICY=${POLICY:-demo/policy.yaml}
SECRET=31-41-59
WORK=$(mktemp -d)
trap 'end_all; rm -rf "$WORK"' EXIT
trap 'fail "$BASH_COMMAND"' ERR

# has_event TRACE KEY=VALUE...
has_event() {
    local trace=$1
    shift
    "$GSSTAP" decode --format json "$trace" | "$PYTHON" demo/has_event.py "$@"
}

# A port that nobody listens on just now.
free_port() {
    "$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# as USER COMMAND...: the words of a command that has this user's ticket, in AS.
as() {
    AS=(env KRB5CCNAME="FILE:$GSSTAP_REALM/ccache/$1" "${@:2}")
}

realm() {
    command_line klist
    klist | sed '/^$/d' | show 'alice@[A-Z.]+'
    klist -s || fail "alice has no ticket"
    ok "alice has a ticket; the KDC's process is $(cat "$GSSTAP_REALM/kdc.pid")"
}

samples() {
    local port server client
    step 2 "Two programs of Debian's krb5-gss-samples, watched"
    say "gss-server and gss-client, unmodified, each under gsstap run. Then both traces as one timeline."
    port=$(free_port)
    command_line "gsstap run -l messages -o server.pcapng -- gss-server -port $port -once host@localhost &"
    background "$WORK/gss-server.out" /dev/null "$GSSTAP" run -l messages -o "$WORK/server.pcapng" -- \
        gss-server -port "$port" -once host@localhost
    server=$PID
    wait_for "gss-server to listen" listening "$port"
    command_line "gsstap run -l messages -o client.pcapng -- gss-client -port $port localhost host@localhost 'The eagle has landed'"
    "$GSSTAP" run -l messages -o "$WORK/client.pcapng" -- \
        gss-client -port "$port" localhost host@localhost 'The eagle has landed' >"$WORK/gss-client.out" 2>&1 ||
        fail "gss-client failed" "$WORK/gss-client.out"
    wait "$server" || fail "gss-server failed" "$WORK/gss-server.out"
    grep -h -e 'Received message' -e 'Signature verified' "$WORK"/gss-*.out | show
    timeline
    for client in client server; do
        has_event "$WORK/$client.pcapng" event=handshake outcome=established mech=krb5 initiator=alice@GSSTAP.TEST \
            acceptor=host/localhost@GSSTAP.TEST flags_ret=conf session_enctype=aes256-cts-hmac-sha1-96 ||
            fail "the $client's trace has no such handshake"
    done
    has_event "$WORK/client.pcapng" call=gss_wrap major_name=GSS_S_COMPLETE || fail "no wrapped message in the trace"
    has_event "$WORK/server.pcapng" call=gss_unwrap major_name=GSS_S_COMPLETE || fail "no unwrapped message in the trace"
    ok "both sides: names, mechanism, flags, encryption type, and the message that was wrapped"
}

# The program's own calls that move a token, of both processes, with their names in place of their ids.
timeline() {
    local names side
    for side in server client; do
        names="${names:-}s/ $(pid_of "$WORK/$side.pcapng") / $side /;"
    done
    command_line "gsstap decode server.pcapng client.pcapng | grep -E ' (gss_(init|accept)_sec_context|gss_(un)?wrap|gss_(get|verify)_mic|handshake)'"
    "$GSSTAP" decode "$WORK/server.pcapng" "$WORK/client.pcapng" | sed "$names" |
        grep -E '^[^ ]+ [^ ]+ (gss_(init|accept)_sec_context\(|gss_(un)?wrap\(|gss_(get|verify)_mic\(|handshake )' >"$WORK/timeline" ||
        fail "the traces hold no handshake"
    show '(client|server) (gss_[a-z_]+|handshake [a-z]+)|[a-z0-9/]+@[A-Z.]+|aes256[a-z0-9-]+' <"$WORK/timeline"
}

pid_of() {
    "$GSSTAP" decode --format json "$1" | "$PYTHON" -c 'import json, sys; print(json.loads(sys.stdin.readlines()[0])["pid"])'
}

# start_server NAME [RUNNER...]: server.py, with RUNNER before it, behind a recorder that writes the file NAME.wire.
# NEAR is the port of the server, FAR the one to connect to.
start_server() {
    local name=$1
    shift
    NEAR=$(free_port)
    background "$WORK/$name.out" /dev/null "$@" "$PYTHON" demo/server.py "tcp://127.0.0.1:$NEAR"
    SERVER=$PID
    wait_for "server.py to serve" has_lines 1 serving "$WORK/$name.out"
    FAR=$(free_port)
    background "$WORK/$name.recorder" /dev/null "$PYTHON" tests/recorder.py "tcp://127.0.0.1:$FAR" \
        "tcp://127.0.0.1:$NEAR" "$WORK/$name.wire" "$WORK/$name.ready"
    wait_for "the recorder" test -e "$WORK/$name.ready"
}

# The bytes of a file around the first place where a pattern stands.
hexdump_at() {
    local at
    at=$(grep -abo -m1 -- "$2" "$1" | head -n1 | cut -d: -f1)
    od -A d -t x1z -j $((at / 16 * 16)) -N 64 "$1"
}

plain() {
    step 3 "A ZeroMQ server and client without security"
    say "demo/server.py and demo/client.py: python3-zmq, REQ and REP. A proxy between them writes the wire down."
    start_server plain
    command_line "python3 demo/server.py tcp://127.0.0.1:$NEAR &"
    command_line "echo 'How does the vault open?' | python3 demo/client.py tcp://localhost:$FAR"
    echo 'How does the vault open?' | "$PYTHON" demo/client.py "tcp://localhost:$FAR" >"$WORK/answer" ||
        fail "no answer" "$WORK/plain.out"
    show "$SECRET" <"$WORK/answer"
    grep -qF "$SECRET" "$WORK/answer" || fail "a strange answer" "$WORK/answer"
    command_line "od -t x1z wire"
    grep -qaF "$SECRET" "$WORK/plain.wire" || fail "the secret is not on the wire, though nothing hides it"
    hexdump_at "$WORK/plain.wire" "$SECRET" | show '>.*<'
    ok "whoever sees the wire reads $SECRET"
}

secured() {
    step 4 "The same two files, with a policy"
    command_line "cat $POLICY"
    grep -v '^#' "$POLICY" | show
    # The server has its key only, and nobody's ticket.
    as nobody "$GSSTAP" run -p "$POLICY" -o "$WORK/zmq-server.pcapng" --
    start_server server "${AS[@]}"
    command_line "gsstap run -p $POLICY -o zmq-server.pcapng -- python3 demo/server.py tcp://127.0.0.1:$NEAR &"
    command_line "gsstap run -p $POLICY -o zmq-alice.pcapng -- python3 demo/client.py tcp://localhost:$FAR"
    mkfifo "$WORK/questions"
    background "$WORK/alice.out" "$WORK/questions" "$GSSTAP" run -p "$POLICY" -o "$WORK/zmq-alice.pcapng" -- \
        "$PYTHON" demo/client.py "tcp://localhost:$FAR"
    ALICE=$PID
    exec {QUESTIONS}>"$WORK/questions"
    echo 'How does the vault open?' >&$QUESTIONS
    wait_for "alice's answer" has_lines 1 "$SECRET" "$WORK/alice.out"
    show "$SECRET" <"$WORK/alice.out"
    cmp -s "$WORK/answer" "$WORK/alice.out" || fail "not the answer of step 3" "$WORK/alice.out"
    command_line "od -t x1z wire"
    ! grep -qaF -e "$SECRET" -e vault "$WORK/server.wire" || fail "the secret is on the wire"
    grep -qaF MESSAGE "$WORK/server.wire" || fail "no message is on the wire"
    hexdump_at "$WORK/server.wire" MESSAGE | show
    has_event "$WORK/zmq-server.pcapng" event=handshake role=acceptor initiator=alice@GSSTAP.TEST \
        acceptor=zmq/localhost@GSSTAP.TEST outcome=established flags_ret=conf || fail "the server's trace has no handshake"
    command_line "gsstap decode zmq-server.pcapng | grep -E 'GSSAPI set|handshake'"
    "$GSSTAP" decode "$WORK/zmq-server.pcapng" | grep -E 'GSSAPI set|handshake established' | show '[a-z/]+@[A-Z.]+|GSSAPI set'
    ok "the same answer; on the wire $(stat -c %s "$WORK/server.wire") bytes, and the secret nowhere among them"
}

refused() {
    local mallory status=0
    step 5 "A client whom the policy does not list"
    say "mallory has a ticket as good as alice's. alice's client is still running."
    command_line "gsstap run -p $POLICY -o zmq-mallory.pcapng -- python3 demo/client.py tcp://localhost:$FAR   # as mallory"
    echo 'How does the vault open?' >"$WORK/question"
    as mallory "$GSSTAP" run -p "$POLICY" -o "$WORK/zmq-mallory.pcapng" -- "$PYTHON" demo/client.py "tcp://localhost:$FAR"
    background "$WORK/mallory.out" "$WORK/question" "${AS[@]}"
    mallory=$PID
    wait_for "the refusal" has_event "$WORK/zmq-server.pcapng" event=refused rule=gss.peers.allow
    echo 'And while mallory waits?' >&$QUESTIONS
    wait_for "alice's second answer" has_lines 1 'And while mallory waits?' "$WORK/alice.out"
    ok "alice: $(tail -n1 "$WORK/alice.out")"
    wait "$mallory" || status=$?
    show <"$WORK/mallory.out"
    [ $status = 1 ] || fail "mallory's client ended with $status, not with 1" "$WORK/mallory.out"
    ! grep -qF "$SECRET" "$WORK/mallory.out" || fail "mallory was told the secret"
    command_line "gsstap decode zmq-server.pcapng | grep -m2 refused"
    "$GSSTAP" decode "$WORK/zmq-server.pcapng" | grep ' refused ' >"$WORK/refused"
    head -n2 "$WORK/refused" | show 'gss.peers.allow|mallory@[A-Z.]+|line [0-9]+'
    has_event "$WORK/zmq-server.pcapng" event=handshake outcome=refused initiator=mallory@GSSTAP.TEST ||
        fail "the server's trace has no refused handshake"
    echo 'And afterwards?' >&$QUESTIONS
    wait_for "alice's third answer" has_lines 1 'And afterwards?' "$WORK/alice.out"
    ok "alice: $(tail -n1 "$WORK/alice.out")"
    exec {QUESTIONS}>&-
    wait "$ALICE" || fail "alice's client failed" "$WORK/alice.out"
    kill "$SERVER"
    ok "mallory was refused, by name; alice never noticed"
}

wireshark() {
    local user options=(-o kerberos.decrypt:TRUE -o "kerberos.file:$GSSTAP_REALM/keytab/zmq@localhost")
    local fields=(-T fields -E separator=/t -e frame.number -e frame.comment -e kerberos.SNameString -e kerberos.CNameString)
    step 6 "The same trace in Wireshark"
    say "A trace is a pcapng file. With the service's keytab tshark decrypts the tickets of both clients."
    command_line "tshark -r zmq-server.pcapng -o kerberos.decrypt:TRUE -o kerberos.file:zmq.keytab -Y kerberos.msg_type==14 -T fields ..."
    tshark -r "$WORK/zmq-server.pcapng" "${options[@]}" -Y kerberos.msg_type==14 "${fields[@]}" >"$WORK/tshark.out" \
        2>"$WORK/tshark.err" || fail "tshark failed" "$WORK/tshark.err"
    show 'alice|mallory' <"$WORK/tshark.out"
    for user in alice mallory; do
        grep -q "$user" "$WORK/tshark.out" || fail "the ticket of $user is not there" "$WORK/tshark.err"
    done
    command_line "tshark -r zmq-server.pcapng -Y 'frame.comment contains \"refused\"' -T fields -e frame.time -e frame.comment"
    tshark -r "$WORK/zmq-server.pcapng" -Y 'frame.comment contains "refused"' -T fields -e frame.time -e frame.comment \
        >"$WORK/tshark.out" 2>"$WORK/tshark.err" || fail "tshark failed" "$WORK/tshark.err"
    show 'mallory@[A-Z.]+' <"$WORK/tshark.out"
    grep -q mallory "$WORK/tshark.out" || fail "the refusal is not there" "$WORK/tshark.err"
    ok "handshakes, tickets and refusals open in stock Wireshark"
}

realm
samples
plain
secured
refused
wireshark
end_all
printf '\n%sAll of it happened, in %s seconds.%s The realm, its keys and the traces are removed.\n' "$bold$green" "$SECONDS" "$plain"
say "Next: build/gsstap run -- PROGRAM, or man ./doc/gsstap-run.1"
