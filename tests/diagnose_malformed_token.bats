#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0023: what arrives is not what was made.

bats_require_minimum_version 1.5.0
load helper
load diagnose

# changed HOW CAUSE [EVIDENCE]: is told so, with both traces and with the acceptor's alone; the whole token passes.
changed() {
    SEND=$1
    handshake "$1"
    doctor "$1"
    only GT0023
    finds GT0023 ".cause | test(\"$2\")"
    [ -z "${3:-}" ] || finds GT0023 ".evidence | any(test(\"$3\"))"
    doctor "$1/server.pcapng"
    only GT0023
    finds GT0023 ".cause | test(\"$2\")"
    [ -z "${3:-}" ] || finds GT0023 '.not_looked_at | any(test("what was sent: no trace that was given has it"))'
}

@test "a token that was cut is found by its own length and by what was made" {
    changed cut 'gss-server.* was given 400 of the [67][0-9][0-9] bytes of a token' 'python3.* made a token of [67][0-9][0-9] bytes that begins with these'
    SEND=whole
    handshake whole
    healthy whole
}

@test "something behind a token is found" {
    changed longer 'was given a token of [67][0-9][0-9] bytes with 2 more behind it' 'made a token of'
}

@test "base64 that nobody undid is found" {
    changed base64 'was given a token in base64$' 'made a token of'
}

@test "base64 that was cut is both" {
    changed base64-cut 'was given a token in base64$' 'made a token of [67][0-9][0-9] bytes that begins with these'
    finds GT0023 '.evidence | any(test("^it stands for 300 of the [67][0-9][0-9] bytes of a token$"))'
    finds GT0023 '[.remedy[].text] | length == 2 and (.[0] | test("^undo the base64 before")) and (.[1] | test("a read that returns less than was sent"))'
}

@test "base64 of base64 is found" {
    changed base64-twice 'in base64 that is itself in base64' 'made a token of'
}

@test "a header's text before it is found" {
    changed header 'was given a header.s text, .*Negotiate.* and base64, not a token' 'made a token of'
}

@test "what is no token at all is told as that" {
    changed garbage 'was given bytes that begin no token'
    # The tag of an AP-REQ is an n, and what follows it may be a length.
    changed words 'was given bytes that begin no token'
}

# compared HOW CAUSE EVIDENCE: is told so where both tokens are in the traces.
compared() {
    SEND=$1
    handshake "$1"
    [ "$SERVER_STATUS" != 0 ] || grep -q 'GSS-API error' "$1/server.out"
    doctor "$1"
    only GT0023
    finds GT0023 ".cause | test(\"$2\")"
    finds GT0023 ".evidence | any(test(\"$3\"))"
    finds GT0023 '.not_looked_at == []'
}

@test "the rest of a token that came in pieces is found by what was made" {
    compared rest 'gss-server was given a piece of a token of [67][0-9][0-9] bytes: [23][0-9][0-9] bytes from byte 400 on' \
        'python3.* made a token of [67][0-9][0-9] bytes that has these in it'
    doctor rest/server.pcapng
    only GT0023
    finds GT0023 '.not_looked_at | any(test("what was sent: no trace that was given has it"))'
}

@test "what stands before a token is found by its own length and by what was made" {
    changed before 'gss-server was given a token of [67][0-9][0-9] bytes with 4 others before it' 'that is the same but for that'
}

@test "line ends that were changed are no wrong key" {
    compared line-ends 'gss-server was given a token whose line ends were changed' 'is the same with CR LF for LF'
}

@test "a byte that is another one is no wrong key, in the ticket and in the authenticator, also where the client was answered" {
    compared ticket 'gss-server was given a token that is not as python3 made it' 'of what came 1 byte is another, from byte 300 on'
    grep -q '^answer of [1-9]' ticket/client.out
    compared authenticator 'gss-server was given a token that is not as python3 made it' 'of what came 1 byte is another, from byte [67][0-9][0-9] on'
}

@test "what an initiator made is known though it was killed" {
    compared killed-authenticator 'gss-server was given a token that is not as python3 made it' 'of what came 1 byte is another'
}

# answered HOW CAUSE [EVIDENCE]: is told so of the client, to which the answer came in this way; with its trace alone, too.
answered() {
    SEND=answer-$1
    handshake "$SEND"
    grep -q '^Accepted connection' "$SEND/server.out"
    doctor "$SEND"
    only GT0023
    finds GT0023 ".cause | test(\"$2\")"
    finds GT0023 ".evidence | any(test(\"gss-server.* made a token of [0-9]+ bytes$3\"))"
}

@test "an answer that came to harm is found at the client" {
    answered end '^python3 was given [0-9]+ of the [0-9]+ bytes of a token$' ' that begins with these'
    answered longer '^python3 was given a token of [0-9]+ bytes with 2 more behind it$'
    answered base64 '^python3 was given a token in base64$'
    finds GT0023 '.remedy | any(.text == "undo the base64 before gss_init_sec_context")'
    # Base64 of SPNEGO's answers begins with an o, which is the tag of an AP-REP.
    SEND=spnego-answer-base64
    handshake $SEND
    doctor $SEND
    only GT0023
    finds GT0023 '.cause == "python3 was given a token in base64"'
    finds GT0023 '.remedy | any(.text == "undo the base64 before gss_init_sec_context")'
    answered header '^python3 was given a header.s text, .Negotiate. and base64, not a token$'
    doctor answer-header/client.pcapng
    only GT0023
    answered authenticator '^python3 was given a token that is not as gss-server made it$' '; of what came 1 byte is another, from byte [0-9]+ on'
    # Nobody can tell by the bytes alone that one of them is another.
    doctor answer-authenticator/client.pcapng
    only GT0099
}

@test "of what redact has left nothing is told that came of its zeros" {
    SEND=base64
    handshake base64
    SEND=rest
    handshake rest
    mkdir 1 2
    "$GSSTAP" redact base64/*.pcapng 1
    doctor 1
    only GT0099
    "$GSSTAP" redact rest/*.pcapng 2
    doctor 2
    only GT0099
}

# seconds CODE COUNT: what doctor takes of the processor for a trace that forge.py makes by CODE, with COUNT as `count`.
seconds() {
    "$PYTHON" "$TOP/tests/forge.py" many.pcapng "count = $2
process(command=\"client\", host=\"a\", boot=\"b\", started=1)
process(command=\"server\", host=\"a\", boot=\"b\", started=2, pid=4712)
failed = dict(outcome=2, major=0x90000)
def ap_req(number, length=66): return b\"\\x60\\x40\" + number.to_bytes(4, \"big\") * (length // 4)
$1"
    "$PYTHON" - "$GSSTAP" <<'END'
import resource, subprocess, sys
subprocess.run([sys.argv[1], "doctor", "--format", "json", "many.pcapng"], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime)
END
}

# in_proportion CODE: twenty times as much costs not much more than twenty times.
in_proportion() {
    local few many
    few=$(seconds "$1" 2000)
    many=$(seconds "$1" 40000)
    echo "2000: $few s, 40000: $many s"
    "$PYTHON" -c "assert $many < 40 * $few + 0.5"
}

@test "handshakes that fail cost the same each, however many do" {
    in_proportion '
for number in range(count):
    call("gss_accept_sec_context", pid=4712, major=0x90000, in_token=ap_req(number))
    handshake(role=2, pid=4712, handshake=hash_of(ap_req(number)), **failed)'
    in_proportion '
for number in range(count):
    call("gss_init_sec_context", context=7, major=0xd0000, out_token=ap_req(number))
    handshake(role=1, context=7, handshake=hash_of(ap_req(number)), **failed)'
    in_proportion '
for number in range(count):
    call("gss_init_sec_context", context=7, major=0xd0000, out_token=ap_req(number))
    handshake(role=1, context=7, handshake=hash_of(ap_req(number)), **failed)
    call("gss_accept_sec_context", pid=4712, major=0x90000, in_token=ap_req(number + count))
    handshake(role=2, pid=4712, handshake=hash_of(ap_req(number + count)), **failed)'
}

@test "long tokens are compared as long as there is time for, and that some were not is told" {
    local few many
    local code='
for number in range(8):
    token = b"\x60\x84" + bytes([number] * 32) + bytes(240000)
    call("gss_init_sec_context", context=7 + number, major=0, out_token=token)
    handshake(role=1, context=7 + number, handshake=hash_of(token), outcome=1)
for number in range(count):
    token = bytes([0x60, 0x41 + (number == count - 1), 6, 9]) + number.to_bytes(4, "big") + bytes(57) + b"x"
    call("gss_accept_sec_context", pid=4712, major=0x90000, in_token=token)
    handshake(role=2, pid=4712, handshake=hash_of(token), **failed)'
    few=$(seconds "$code" 250)
    many=$(seconds "$code" 2500)
    echo "250: $few s, 2500: $many s"
    "$PYTHON" -c "assert $many < 5 * $few + 0.5"
    doctor many.pcapng
    jq -es 'map(select(.cause == "server was given 66 of the 68 bytes of a token")) | length == 1 and
        (.[0].not_looked_at | any(. == "what was sent: there are too many tokens to compare"))' found
}
