#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# gsstap decode: what it prints, which files it takes, how it follows, and what it says of files that are wrong. What
# a single line looks like is in tests/unit/out.c.

bats_require_minimum_version 1.5.0
load helper

setup() {
    cd "$BATS_TEST_TMPDIR"
    export TZ=UTC
    NATIVE=$TOP/tests/data/reader/native.pcapng
    MERGED=$TOP/tests/data/reader/merged.pcapng
    MIXED=$TOP/tests/data/reader/mixed.pcapng
}

teardown() {
    [ -z "${FOLLOWER:-}" ] || kill "$FOLLOWER" 2>/dev/null || :
}

# follow ARG...: decodes in the background into the file `lines`.
follow() {
    "$GSSTAP" decode --follow -o lines "$@" 2>errors 3>&- &
    FOLLOWER=$!
}

# grow_to WHOLE TRACE: makes TRACE what WHOLE is as the shim does, the length first and a block's type last. The blocks
# come last to first: whoever follows sees none, or all.
grow_to() {
    "$PYTHON" -c '
import mmap, sys
whole = open(sys.argv[1], "rb").read()
trace = open(sys.argv[2], "r+b")
at, blocks = 0, []
while at < len(whole):
    blocks.append((at, int.from_bytes(whole[at + 4 : at + 8], "little")))
    at += blocks[-1][1]
begun = trace.seek(0, 2)
trace.truncate(len(whole))
with mmap.mmap(trace.fileno(), 0) as memory:
    for at, length in reversed([block for block in blocks if block[0] >= begun]):
        memory[at + 4 : at + length] = whole[at + 4 : at + length]
        memory[at : at + 4] = whole[at : at + 4]
' "$@"
}

# host_trace FILE: a trace that the shim wrote, of a Python program with two sockets and a thread each.
host_trace() {
    under_shim GSSTAP_TRACE="$PWD/$1" "$PYTHON" -c '
import threading, zmq
context = zmq.Context()
def pair(n):
    a, b = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    for i in range(200):
        a.setsockopt(zmq.LINGER, i)
        a.getsockopt(zmq.LINGER)
    a.bind("inproc://pair%d" % n)
    b.connect("inproc://pair%d" % n)
    a.close()
    b.close()
threads = [threading.Thread(target=pair, args=(n,)) for n in range(4)]
[t.start() for t in threads]
[t.join() for t in threads]
'
}

in_order() {
    cut -d'"' -f4 "$1" | LC_ALL=C sort -c
}

@test "a trace is printed as text, one line an event, with a date before the first" {
    run -0 --separate-stderr "$GSSTAP" decode "$NATIVE"
    [ -z "$stderr" ]
    [ "${lines[0]}" = "--- 2026-01-02 ---" ]
    [ "${lines[1]}" = "03:04:05.000000 4711 started /usr/bin/gss-client on box as uid 1000, gsstap 0.1.0" ]
    [[ ${lines[3]} == *" gss_init_sec_context("*"mech=krb5, "*" in_token=7:11111111, out_token=9:22222222) = GSS_S_CONTINUE_NEEDED <0.000912>" ]]
    [[ ${lines[6]} == *' = GSS_S_FAILURE ("No key table entry found") <0.000100>' ]]
    [[ ${lines[8]} == *" refused zmq_bind: tcp://*:5556 is not secured; rule zmq.unsecured, line 12" ]]
    [[ ${lines[9]} == *" = -1 EACCES (Permission denied) <0.000000>" ]]
    [ "${#lines[@]}" = 12 ]
}

@test "no captured byte reaches the terminal as it is" {
    run -0 "$GSSTAP" decode --colour=never "$NATIVE"
    [[ $output == *'"hi\x1b[2"'* ]]
    [[ $output != *$'\033'* ]]
}

@test "a trace is printed as JSON Lines with the keys of the contract" {
    "$GSSTAP" decode --format json "$NATIVE" >lines
    "$PYTHON" - lines <<'EOF2'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert len(lines) == 11, lines
for line in lines:
    assert list(line)[:6] == ["time", "host", "pid", "tid", "seq", "event"], line
    assert line["host"] == "box", line
process, coverage, call, handshake, wrap, failed, inject, refused, bind, context, dropped = lines
assert process["time"] == "2026-01-02T03:04:05.000000123Z"
assert [l["soname"] for l in process["libraries"]] == ["libgssapi_krb5.so.2", "libzmq.so.5"]
assert process["libraries"][0]["build_id"] == "cafe"
assert (process["exe"], process["host"], process["uid"]) == ("/usr/bin/gss-client", "box", 1000)
assert coverage["reached"] is True
assert call["call"] == "gss_init_sec_context" and call["depth"] == 0 and call["duration_ns"] == 912345
assert call["caller"] == "libzmq.so.5+0x1234"
assert call["flags_req"] == ["mutual", "replay"]
assert (call["major"], call["major_name"], call["minor"]) == (1, "GSS_S_CONTINUE_NEEDED", 0)
assert call["in_token"] == {"len": 7, "hash": "11" * 16, "hex": b"`\x08hello".hex()}
assert call["out_token"]["hex"] == b"`\x07goodbye".hex()
assert (handshake["role"], handshake["outcome"]) == ("initiator", "established")
assert handshake["session_enctype"] == "aes256-cts-hmac-sha1-96"
assert "reason" not in handshake and "caller" not in wrap
assert failed["lifetime"] == 4294967295 and failed["usage"] == "accept"
assert (inject["role"], inject["principal"]) == ("server", "zmq@box")
assert (refused["call"], refused["rule"], refused["line"]) == ("zmq_bind", "zmq.unsecured", 12)
assert (bind["result"], bind["errno"], bind["errno_name"], bind["socket_type"]) == (-1, 13, "EACCES", "ZMQ_REP")
assert dropped["count"] == 3
EOF2
}

@test "what mergecap wrote reads the same" {
    "$GSSTAP" decode --format json "$NATIVE" >native
    "$GSSTAP" decode --format json "$MERGED" >merged
    [ -s native ]
    cmp native merged
}

@test "mergecap, reordercap and editcap can rewrite a trace of the shim's without loss" {
    host_trace host.pcapng
    mergecap -w merged.pcapng host.pcapng
    reordercap host.pcapng ordered.pcapng
    editcap host.pcapng edited.pcapng
    "$GSSTAP" decode --format json host.pcapng >expected
    [ "$(grep -c '"call":"zmq_setsockopt"' expected)" -ge 800 ]
    in_order expected
    for name in merged ordered edited; do
        "$GSSTAP" decode --format json "$name.pcapng" | sort >got
        sort expected | cmp - got
        in_order <("$GSSTAP" decode --format json "$name.pcapng")
    done
}

@test "several traces are merged by time" {
    host_trace a.pcapng
    host_trace b.pcapng
    "$GSSTAP" decode --format json a.pcapng >a
    "$GSSTAP" decode --format json b.pcapng >b
    "$GSSTAP" decode --format json b.pcapng a.pcapng >both
    in_order both
    cat a b | sort >expected
    sort both | cmp - expected
}

@test "a directory stands for the traces in it" {
    mkdir traces
    cp "$NATIVE" traces/a.pcapng
    cp "$NATIVE" traces/b.pcapng
    echo "not a trace" >traces/notes.txt
    [ "$(trace_json traces | wc -l)" = 22 ]
    mkdir empty
    run -2 "$GSSTAP" decode empty
    [[ $output == *"empty: no *.pcapng in this directory"* ]]
}

@test "events can be chosen by process and by name" {
    [ "$(trace_json --pid 4711 "$NATIVE" | wc -l)" = 11 ]
    run -0 "$GSSTAP" decode --format json --pid 4712 "$NATIVE"
    [ -z "$output" ]
    [ "$(trace_json -e 'gss_*' "$NATIVE" | wc -l)" = 3 ]
    [ "$(trace_json -e handshake "$NATIVE" | jq -r .event)" = handshake ]
    [ "$(trace_json -e handshake -e 'gss_*' "$NATIVE" | wc -l)" = 4 ]
    [ "$(trace_json --call '*sec_context' "$NATIVE" | wc -l)" = 1 ]
    run -0 "$GSSTAP" decode --caller -e gss_init_sec_context "$NATIVE"
    [[ $output == *"<0.000912> from libzmq.so.5+0x1234" ]]
}

@test "a filter that can match nothing is an error that names the nearest" {
    run -2 --separate-stderr "$GSSTAP" decode -e gss_init "$NATIVE"
    [ -z "$output" ]
    [[ $stderr == *"--call: no call and no event has a name like 'gss_init'; the nearest are gss_init_sec_context"* ]]
    run -2 "$GSSTAP" decode -e hanshake "$NATIVE"
    [[ $output == *"the nearest are handshake"* ]]
    run -2 "$GSSTAP" decode -e 'GSS_*' "$NATIVE"
}

@test "traces of two hosts with one pid are told apart by host, given together and in one file with an interface each" {
    "$PYTHON" - "$NATIVE" other.pcapng <<'END'
import sys
data = open(sys.argv[1], "rb").read()
assert data.count(b"\x65\x00\x03\x00box") == 1
open(sys.argv[2], "wb").write(data.replace(b"\x65\x00\x03\x00box", b"\x65\x00\x03\x00fox"))
END
    trace_json "$NATIVE" other.pcapng >both
    [ "$(jq -r 'select(.pid == 4711) | .host' both | sort | uniq -c | tr -s ' \n' ' ')" = " 11 box 11 fox " ]
    mergecap -I none -w merged.pcapng "$NATIVE" other.pcapng
    trace_json merged.pcapng >merged
    [ "$(jq -r .host merged | sort | uniq -c | tr -s ' \n' ' ')" = " 11 box 11 fox " ]
    # Where mergecap took the interfaces for one, nobody can tell, and nothing is claimed.
    mergecap -I all -w mixed.pcapng "$NATIVE" other.pcapng
    trace_json mixed.pcapng >mixed
    [ "$(jq -r 'select(.event == "dropped") | .host // "untold"' mixed | sort -u)" = untold ]
}

@test "in text times are dates, spans are seconds and a ticket's flags have names" {
    "$PYTHON" "$TOP/tests/forge.py" t.pcapng '
process(exe="/bin/one", command="one", clock_offset=-217966139999999389)
process(exe="/bin/two", command="two", clock_offset=240_000_000_001)
handshake(role=1, outcome=1, ticket_flags=0x40010200, authtime=1795803680, endtime=1795839680)
handshake(role=1, outcome=1, ticket_flags=0, authtime=0, endtime=2**64 - 1)'
    run -0 "$GSSTAP" decode t.pcapng
    [[ ${lines[1]} == *"clock_offset=-217966139.999999 s"* ]]
    [[ ${lines[2]} == *"clock_offset=240.000000 s"* ]]
    [[ ${lines[3]} == *"(ticket_flags=forwardable|enc-pa-rep|0x200, ticket_authtime=2026-11-27T18:21:20, ticket_endtime=2026-11-28T04:21:20)" ]]
    [[ ${lines[4]} == *"(ticket_flags=0, ticket_authtime=1970-01-01T00:00:00, ticket_endtime=18446744073709551615)" ]]
    # JSON has the numbers.
    "$GSSTAP" decode --format json t.pcapng | jq -es '.[0].clock_offset_ns == "-217966139999999389" and .[1].clock_offset_ns == 240000000001 and .[2].ticket_flags == 1073807872 and .[2].ticket_authtime == 1795803680'
}

@test "who runs is told with its command line and its control group, in text the beginning of it" {
    "$PYTHON" "$TOP/tests/forge.py" args.pcapng 'process(exe="/usr/bin/python3", host="box", cgroup="/system.slice/tool.service", args=["python3", "-m", "to ol", "", "\x1b[2J"] + ["--more"] * 99)'
    trace_json args.pcapng >line
    jq -e '.cgroup == "/system.slice/tool.service" and (.args | length) == 104 and .args[:5] == ["python3", "-m", "to ol", "", "\u001b[2J"]' line
    run -0 "$GSSTAP" decode args.pcapng
    [[ $output == *', control group /system.slice/tool.service: python3 -m "to ol" "" "\x1b[2J" --more'*' --more ...' ]]
    [ "${#lines[1]}" -lt 250 ]
    "$GSSTAP" decode --summary --format json args.pcapng | jq -e 'select(.kind == "program") | .cgroup == "/system.slice/tool.service" and .args[2] == "to ol"'
}

@test "mergecap keeps the traces of two processes apart without being told to" {
    host_trace a.pcapng
    host_trace b.pcapng
    mergecap -w merged.pcapng a.pcapng b.pcapng
    [ "$(capinfos -I merged.pcapng | grep -c 'Description = trace [0-9a-f]\{16\}$')" = 2 ]
    [ "$(trace_json merged.pcapng | jq -r .host | sort -u)" = "$(uname -n)" ]
}

@test "colour is used where it is asked for, never into a file" {
    "$GSSTAP" decode "$NATIVE" >plain
    run ! grep -q $'\033' plain
    "$GSSTAP" decode --colour always "$NATIVE" | grep -q $'\033\[1;31mrefused'
    "$GSSTAP" decode --color always "$NATIVE" | grep -q $'\033\[1;31mrefused'
    "$GSSTAP" decode --colour=always "$NATIVE" | grep -q $'\033\[1;31mrefused'
    TERM=xterm script -qec "'$GSSTAP' decode '$NATIVE'" /dev/null </dev/null | grep -q $'\033\[1;31mrefused'
    TERM=xterm NO_COLOR=1 script -qec "'$GSSTAP' decode '$NATIVE'" /dev/null </dev/null >plain
    grep -q refused plain
    run ! grep -q $'\033' plain
}

@test "the output file is private, is replaced as a whole, and is never one of the traces" {
    "$GSSTAP" decode -o lines "$NATIVE"
    [ "$(stat -c %a lines)" = 600 ]
    [ "$(wc -l <lines)" = 12 ]
    "$GSSTAP" decode -o lines -e gss_wrap "$NATIVE"
    [ "$(wc -l <lines)" = 2 ]
    ln -s lines link
    "$GSSTAP" decode -o link "$NATIVE"
    [ -L link ]
    [ "$(wc -l <lines)" = 12 ]
    "$GSSTAP" decode -o /dev/null "$NATIVE"
    [ -c /dev/null ]
    cp "$NATIVE" t.pcapng
    run -2 "$GSSTAP" decode -o t.pcapng t.pcapng
    [[ $output == *"t.pcapng: is one of the traces to be read"* ]]
    cmp t.pcapng "$NATIVE"
}

@test "what is written takes the place of a file only when it is complete, and is nobody else's to read" {
    echo precious >lines
    chmod 644 lines
    exec 5<lines # who has it open reads on in the old one
    run -2 "$GSSTAP" decode -o lines missing.pcapng
    [ "$(cat lines)" = precious ]
    run -2 "$GSSTAP" decode --summary -o lines missing.pcapng
    [ "$(cat lines)" = precious ]
    "$GSSTAP" decode -o lines "$NATIVE"
    [ "$(stat -c %a lines)" = 600 ]
    [ "$(wc -l <lines)" = 12 ]
    [ "$(cat <&5)" = precious ]
    # What could not be written whole is not there, and leaves nothing behind.
    echo precious >lines
    run -1 bash -c "ulimit -f 1; trap '' XFSZ; '$GSSTAP' decode -o lines $(printf "'$NATIVE' %.0s" {1..40})"
    [[ $output == *"lines: File too large"* ]]
    [ "$(cat lines)" = precious ]
    run -1 bash -c 'ls -A | grep "lines[.]"'
}

@test "what was there stays when nothing that is read can be written: with every command that takes a file" {
    echo junk >junk.pcapng
    : >empty.pcapng
    head -c 100 "$NATIVE" >short.pcapng
    for trace in junk empty short; do
        for command in decode "decode --format json" "decode -v" "decode --summary" "decode --summary --format json" \
            "decode --summary --format csv" report; do
            echo precious >o
            # shellcheck disable=SC2086 # words
            run -1 "$GSSTAP" $command -o o $trace.pcapng
            [[ $output == *"o: not written: no event could be read"* ]]
            [ "$(cat o)" = precious ]
            rm o
            # shellcheck disable=SC2086
            run -1 "$GSSTAP" $command -o o $trace.pcapng
            [ ! -e o ]
        done
    done
    # One that can be read is enough.
    echo precious >o
    run -1 "$GSSTAP" decode -o o junk.pcapng "$NATIVE"
    [ "$(wc -l <o)" = 12 ]
    # That nothing of it was asked for is an answer.
    "$GSSTAP" decode -o o --call gss_get_mic "$NATIVE"
    [ ! -s o ]
    run -1 bash -c 'ls -A | grep "o[.]"'
}

@test "what is followed takes its place with the first event" {
    echo precious >lines
    head -c 4096 "$NATIVE" >t.pcapng
    mkdir empty
    follow empty
    wait_until 20 compgen -G 'lines.*'
    kill -INT "$FOLLOWER"
    wait "$FOLLOWER" || [ $? = 1 ]
    grep -q 'lines: not written: no event could be read' errors
    [ "$(cat lines)" = precious ]
    run ! compgen -G 'lines.*'
    follow --format json t.pcapng
    grow_to "$NATIVE" t.pcapng
    wait_until 20 has_line lines '"event":"dropped"'
    [ "$(stat -c %a lines)" = 600 ]
    run ! has_line lines precious
    kill -INT "$FOLLOWER"
    wait "$FOLLOWER"
}

@test "a trace is followed while it grows, and ends in order when interrupted" {
    head -c 4096 "$NATIVE" >t.pcapng
    follow --format json t.pcapng
    grow_to "$NATIVE" t.pcapng
    wait_until 20 has_line lines '"event":"dropped"'
    kill -INT "$FOLLOWER"
    wait "$FOLLOWER"
    [ "$(wc -l <lines)" = 11 ]
    in_order lines
    [ ! -s errors ]
}

@test "a running program is followed, and traces that appear in a directory are" {
    mkdir traces
    follow --format json traces
    host_trace "traces/one.pcapng"
    wait_until 20 has_line lines '"call":"zmq_close"'
    host_trace "traces/two.pcapng"
    trace_json traces >expected
    all_there() { [ "$(wc -l <lines)" = "$(wc -l <expected)" ]; }
    wait_until 20 all_there
    kill -INT "$FOLLOWER"
    wait "$FOLLOWER"
    in_order lines
    sort expected >sorted
    sort lines | cmp - sorted
}

@test "thousands of idle traces cost next to nothing to follow, and one that grows is seen" {
    mkdir traces
    "$PYTHON" - "$NATIVE" <<'END'
import sys
data = open(sys.argv[1], "rb").read()
for i in range(5000):
    open("traces/%d.pcapng" % i, "wb").write(data)
END
    follow --format json -e dropped traces
    all_there() { [ "$(wc -l <lines)" = 5000 ]; }
    wait_until 60 all_there
    # Files that were read are looked at less and less, so the time that 40 looks take falls.
    "$PYTHON" - "$FOLLOWER" <<'END'
import os, sys, time
def used():
    fields = open("/proc/%s/stat" % sys.argv[1]).read().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
end = time.monotonic() + 60
while True:
    before, began = used(), time.monotonic()
    time.sleep(2) # poll: how much of this time it was running
    share = (used() - before) / (time.monotonic() - began)
    print("%.1f %% of a processor" % (100 * share))
    if share < 0.03:
        break
    assert time.monotonic() < end, share
END
    cp "$NATIVE" traces/new.pcapng
    one_more() { [ "$(wc -l <lines)" = 5001 ]; }
    wait_until 20 one_more
    kill -INT "$FOLLOWER"
    wait "$FOLLOWER"
}

@test "without a trace, or with a wrong option, the use is explained and the status is 2" {
    run -2 "$GSSTAP" decode
    [[ $output == *"give one or more traces"* ]]
    run -2 "$GSSTAP" decode --format xml "$NATIVE"
    [[ $output == *"--format: 'xml' is none of text, json and csv"* ]]
    run -2 "$GSSTAP" decode --pid 12x "$NATIVE"
    [[ $output == *"--pid: '12x' is not a process id"* ]]
    run -2 "$GSSTAP" decode --colour=sometimes "$NATIVE"
    [[ $output == *"--colour: 'sometimes' is none of"* ]]
}

@test "what cannot be a trace is refused with its name and the reason, and the others are read" {
    mkfifo pipe
    echo '#!/bin/sh' >script.pcapng
    : >empty.pcapng
    run -2 "$GSSTAP" decode missing.pcapng
    [[ $output == *"missing.pcapng: No such file or directory"* ]]
    run -2 "$GSSTAP" decode pipe
    [[ $output == *"pipe: is not a regular file"* ]]
    run -2 "$GSSTAP" decode -
    [[ $output == *"-: a trace is read in place"* ]]
    run -1 "$GSSTAP" decode script.pcapng
    [[ $output == *"script.pcapng: is not a gsstap trace"* ]]
    run -1 "$GSSTAP" decode empty.pcapng
    [[ $output == *"empty.pcapng: is empty: nothing was recorded"* ]]
    editcap -F pcap "$MERGED" old.pcap
    run -1 "$GSSTAP" decode old.pcap
    [[ $output == *"old.pcap: is a pcap file, not pcapng"* ]]
    run -2 --separate-stderr "$GSSTAP" decode missing.pcapng "$NATIVE"
    [ "${#lines[@]}" = 12 ]
}

@test "the name of a file cannot act on the terminal, and is told all the same" {
    local name=$'\033]0;title\007\u009b31m\u202e.pcapng'
    : >"$name"
    run "$GSSTAP" decode "$name"
    [ "$status" = 1 ]
    [[ $output == *'\x1b]0;title\x07\u{00009b}31m\u{00202e}.pcapng: is empty'* ]]
    [[ $output != *$'\033'* && $output != *$'\u009b'* && $output != *$'\u202e'* ]]
}

@test "packets of other programs are skipped and counted" {
    run -0 --separate-stderr "$GSSTAP" decode "$MIXED"
    [[ $stderr == *"packets that are not gsstap's, skipped: 1"* ]]
    [ "${#lines[@]}" = 3 ]
}

@test "a damaged trace is read up to the damage, which is named by its offset" {
    head -c 3000 "$MERGED" >cut.pcapng
    run -1 --separate-stderr "$GSSTAP" decode cut.pcapng
    [[ $stderr =~ cut.pcapng:\ offset\ [0-9]+:\ the\ file\ ends\ in\ the\ middle\ of\ a\ block ]]
    [[ ${lines[1]} == *" coverage: /usr/bin/gss-client"* ]]
    [ "${#lines[@]}" -gt 3 ]
}

@test "a reader of the output that goes away ends decode without a complaint" {
    # Nobody reads from the start, so that not even the first write succeeds.
    run -0 --separate-stderr "$PYTHON" - "$GSSTAP" "$NATIVE" <<'EOF'
import os, subprocess, sys
for more in [], ["--summary"], ["--format", "json"]:
    gone, out = os.pipe()
    os.close(gone)
    print(subprocess.run([sys.argv[1], "decode", *more, sys.argv[2]], stdout=out).returncode)
EOF
    # 0, or ended by SIGPIPE, as the shell's own tools.
    [[ $output =~ ^((0|-13)$'\n'?){3}$ ]]
    [ -z "$stderr" ]
}

@test "output that cannot be written is an error" {
    run -1 bash -c "'$GSSTAP' decode '$NATIVE' >/dev/full"
    [[ $output == *"standard output: No space left on device"* ]]
}

@test "a thousand traces can be read at once, with few descriptors" {
    mkdir traces
    for ((i = 0; i < 1000; i++)); do
        cp "$NATIVE" "traces/$i.pcapng"
    done
    ln traces/1.pcapng traces/again.pcapng # the same one
    (ulimit -n 32 && trace_json traces >lines)
    [ "$(grep -vc '"event":"token"' lines)" = 11000 ]
}

@test "ZeroMQ's constants have the names that the installed header gives them" {
    local number name wrong=0 count=0
    printf '#define ZMQ_BUILD_DRAFT_API\n#include <zmq.h>\n' | gcc -dM -E -x c - | awk '$2 ~ /^ZMQ_/ {print $3, $2}' >header
    while read -r number name; do
        count=$((count + 1))
        grep -qx "$number $name" header || { echo "names_zmq.c: $number is not $name"; wrong=1; }
    done < <(sed -nE 's/^\t\[([0-9]+)\] = "(\w+)",$/\1 \2/p' "$TOP/tools/names/zmq.c")
    [ $count -gt 100 ]
    [ $wrong = 0 ]
}
