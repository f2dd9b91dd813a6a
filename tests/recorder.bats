#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# timeout: 240
#
# What befalls the file while it is written: cut by others, killed over, a sandbox around the writer, a false clock.
# The program never notices, and the next reader learns what is missing.

# shellcheck disable=SC2154 # $stderr is set by run --separate-stderr
bats_require_minimum_version 1.5.0
load helper
load ways

setup_file() {
    realm_up -u alice -s host@localhost
}

teardown_file() {
    realm_down
}

setup() {
    LEVEL=tokens
    cd "$BATS_TEST_TMPDIR"
    mkdir trace
}

teardown() {
    [ -z "${TALKER:-}" ] || kill "$TALKER"
}

# talk THREADS: a program that sends messages until the fifo is closed, recorded into trace/talks.pcapng.
talk() {
    mkfifo end
    under_shim GSSTAP_TRACE="$PWD/trace/talks.pcapng" GSSTAP_LEVEL="$LEVEL" "$HOSTS/talks" "$1" <end >out 2>&1 3>&- &
    TALKER=$!
    exec 8>end
    wait_until 30 grep -q talking out
}

# fall_silent: ends it in good order; fails when it did not live until then.
fall_silent() {
    local pid=$TALKER
    exec 8>&-
    TALKER=
    wait "$pid"
    grep -q '^sent ' out
}

@test "a program whose trace is cut again and again lives, and the reader is told what was lost" {
    talk 2
    for ((i = 0; i < 100; i++)); do
        : >trace/talks.pcapng
        truncate -s $((RANDOM * 7 % 200001)) trace/talks.pcapng
        kill -0 "$TALKER"
    done
    : >trace/talks.pcapng
    goes_on() { [ "$(stat -c %s trace/talks.pcapng)" -gt 65536 ]; }
    wait_until 20 goes_on
    fall_silent
    trace_json trace/talks.pcapng >lines 2>said
    jq -e -s 'map(select(.event == "dropped" and (.why | test("cut by somebody"))) | .count) | add > 0' lines
    jq -e -s '.[0].event == "process" and all(.host)' lines
    run ! grep 'out of order' said
    [ "$(jq -s 'map(select(.call == "gss_wrap")) | length' lines)" -ge 1 ]
}

# cut_at WRITE TO [CUT_KILLS=WRITES]: the trace of 400 messages, cut just before that write; adds to `sums` how many of its events
# there are, and how many it says were lost. What was said of reading it is in `said`.
cut_at() {
    rm -rf trace said && mkdir trace
    LD_PRELOAD=$BUILD/plugins/cuts.so under_shim CUT_AT="$1" CUT_TO="$2" "${@:3}" GSSTAP_TRACE="$PWD/trace/t.pcapng" \
        GSSTAP_LEVEL="$LEVEL" "$HOSTS/handshake" krb5 400 >/dev/null || [ $? = 137 ]
    told trace/t.pcapng 2>said >>sums
}

@test "a trace that is cut between the recorder's look and its write loses nothing unsaid" {
    cut_at 0 0
    whole=$(jq '.[0]' sums)
    jq -e '.[1] == 0' sums
    for ((at = 2; at < 400; at += at < 40 ? 1 : 17)); do
        cut_at $at 0
        [ ! -s said ]
        # In the midst of what was written last it is the reader who sees it.
        cut_at $at 9000
        [ ! -s said ] || sed -i '$d' sums
    done
    jq -e -s --argjson whole "$whole" 'length > 100 and all(add == $whole) and any(.[1] > 0)' sums
}

@test "a trace with a hole that its recorder did not live to see is read behind it, and the hole is told" {
    for ((at = 100; at < 110; at++)); do
        for to in 0 9000; do
            cut_at $at $to CUT_KILLS=2
            jq -e -s '.[-1][1] > 0' sums || grep -q 'zeros: somebody cut the trace while it was written' said
        done
    done
    jq -e -s 'map(select(.[1] == 0)) | length > 0 and all(.[0] > 0)' sums
}

@test "a trace that was copied and cut goes on after the cut, as logrotate does with copytruncate" {
    talk 1
    cp trace/talks.pcapng first.pcapng
    : >trace/talks.pcapng
    size() { [ "$(stat -c %s trace/talks.pcapng)" -gt 4096 ]; }
    wait_until 20 size
    fall_silent
    [ "$(trace_json first.pcapng 2>/dev/null | jq -s 'map(select(.event == "process")) | length')" = 1 ]
    trace_json trace/talks.pcapng | jq -e -s '.[0].event == "process" and all(.host)'
    [ "$(trace_json trace/talks.pcapng | jq -s 'map(select(.call == "gss_wrap")) | length')" -ge 10 ]
}

@test "what a busy program that is killed has not written yet is read from beside its trace" {
    run under_shim GSSTAP_TRACE="$PWD/trace/killed.pcapng" GSSTAP_LEVEL="$LEVEL" "$HOSTS/killed" 2000
    [ "$status" = 137 ]
    [ "$(stat -c %a trace/.killed.pcapng.tail)" = 400 ]
    [ "$(trace_json trace/killed.pcapng | jq -s 'map(select(.call == "gss_wrap")) | length')" = 2000 ]
    [ "$(trace_json trace/killed.pcapng | jq -s 'map(select(.call == "gss_unwrap")) | length')" = 2000 ]
}

@test "a program that ends leaves its trace alone, whole for every reader" {
    run under_shim GSSTAP_TRACE="$PWD/trace/t.pcapng" GSSTAP_LEVEL="$LEVEL" "$HOSTS/handshake" krb5 2000
    [ "$status" = 0 ]
    [ "$(ls -A trace)" = t.pcapng ]
    [ "$(tshark -r trace/t.pcapng -Y 'frame.comment == "gss_wrap" || frame.comment == "call"' 2>/dev/null | wc -l)" -ge 2000 ]
}

@test "a busy program that leaves by _exit or becomes another one leaves its trace alone, and whole" {
    for how in _exit _Exit quick_exit syscall exec child; do
        rm -rf trace && mkdir trace
        run -0 under_shim GSSTAP_TRACE="$PWD/trace/t.pcapng" GSSTAP_LEVEL="$LEVEL" "$HOSTS/ends_busy" 2000 $how
        [ "$(find trace -type f | wc -l)" = "$([ $how != child ] && echo 1 || echo 2)" ]
        for file in trace/*; do
            [ "$(trace_json "$file" | jq -s 'map(select(.call == "gss_wrap")) | length')" = 2000 ]
        done
    done
}

@test "a busy program that could not become another one is recorded on, and nothing is lost when it is killed" {
    printf 'no program' >none && chmod +x none
    run under_shim GSSTAP_TRACE="$PWD/trace/t.pcapng" GSSTAP_LEVEL="$LEVEL" "$HOSTS/ends_busy" 2000 failed "$PWD/none"
    [ "$status" = 137 ]
    [ -e trace/.t.pcapng.tail ]
    [ "$(trace_json trace/t.pcapng | jq -s 'map(select(.call == "gss_wrap")) | length')" = 8000 ]
}

@test "a program that makes few calls has them all in its trace at once, and nothing beside it" {
    run under_shim GSSTAP_TRACE="$PWD/trace/t.pcapng" GSSTAP_LEVEL="$LEVEL" "$HOSTS/killed" 5
    [ "$status" = 137 ]
    [ "$(ls -A trace)" = t.pcapng ]
    [ "$(trace_json trace/t.pcapng | jq -s 'map(select(.call == "gss_wrap")) | length')" = 5 ]
}

# faketime's library does not come up below ThreadSanitizer.
# bats test_tags=no_tsan
@test "a program that is shown another time is traced by the machine's, and the difference is told" {
    before=$(date +%s)
    under_shim GSSTAP_TRACE="$PWD/trace/t.pcapng" faketime -m -f -240s "$HOSTS/handshake" krb5 5
    after=$(date +%s)
    trace_json trace/t.pcapng >lines
    jq -e -s --argjson from "$before" --argjson to "$after" \
        'map(.time[:19] + "Z" | fromdate) | min >= $from and max <= $to' lines
    jq -e -s 'map(.clock_offset_ns // empty) | length == 1 and (.[0] + 240000000000 | fabs) < 1000000000' lines
    under_shim GSSTAP_TRACE="$PWD/trace/own.pcapng" "$HOSTS/handshake" krb5 5
    trace_json trace/own.pcapng >own
    jq -e -s 'map(.clock_offset_ns // empty) == []' own
}

# when ARG...: makes calls under strace with ARG... and prints by how many ns, at most, one's event is outside of the time that the program made it in.
when() {
    rm -f t.pcapng
    "$GSSTAP" run -l calls -e gss_import_name -o t.pcapng -- \
        strace -f -qq -o /dev/null -e trace=clock_gettime "$@" "$PYTHON" -c '
import gssapi, time
for i in range(200):
    before = time.time_ns()
    gssapi.Name("alice")
    print(before, time.time_ns())
    while not i % 10 and time.time_ns() < before + 3000000:
        pass  # long enough for several looks at the clock' >made
    "$GSSTAP" decode --format json t.pcapng | "$PYTHON" -c '
import calendar, json, sys, time
def ns(text):
    whole, part = text.rstrip("Z").split(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) * 10 ** 9 + int(part)
made = [tuple(map(int, line.split())) for line in open("made")]
seen = [ns(e["time"]) for e in map(json.loads, sys.stdin) if e.get("call") == "gss_import_name"]
assert len(made) == len(seen) == 200, (len(made), len(seen))
print(max(max(before - at, at - after, 0) for (before, after), at in zip(made, seen)))'
}

@test "an event is of the time of its call, also where the thread was kept waiting while it looked at the clock" {
    for look in 1+ 2 3 4 6 10; do
        off=$(when -e "inject=clock_gettime:delay_exit=4000:when=$look")
        echo "$look: $off ns"
        [ "$off" -lt 100000 ] # the clock is slewed by less in the time between two looks
    done
}

# sandboxed WHEN HOW [COUNT]: bare and under the shim alike; the trace is trace/t.pcapng.
sandboxed() {
    bare "$HOSTS/sandbox" "$@"
    [ "$status" = 0 ]
    run under_shim "$HOSTS/sandbox" "$@"
    same
    rm -rf trace && mkdir trace
    run under_shim GSSTAP_TRACE="$PWD/trace/t.pcapng" GSSTAP_LEVEL="$LEVEL" GSSTAP_CALLS='*' "$HOSTS/sandbox" "$@"
    same
}

@test "a program that forbids itself system calls after a handshake lives, and what it calls in there is recorded" {
    for how in kill errno call listener bogus picky strict tsc; do
        sandboxed after $how
        [ "$(trace_json trace/t.pcapng | jq -s 'map(select(.call == "gss_context_time")) | length')" = 40 ]
        [ "$(trace_json trace/t.pcapng | jq -s 'map(select(.event == "dropped")) | length')" = 0 ]
    done
}

# ThreadSanitizer's runtime makes system calls of its own, of which the filter is the death.
# bats test_tags=no_tsan
@test "a program that forbids itself system calls before its first gss call lives, and is recorded" {
    for how in kill errno call listener bogus picky strict tsc; do
        sandboxed before $how
        [ "$(trace_json trace/t.pcapng | jq -s 'map(select(.event == "process")) | length')" = 1 ]
        [ "$(trace_json trace/t.pcapng | jq -s 'map(select(.event == "call")) | length')" -ge 40 ]
    done
}

@test "a program that forbids itself one system call lives, also where the trace goes on in another file" {
    for call in "read 0" "openat 257" "uname 63" "getuid 102" "getppid 110" "renameat2 316"; do
        bare "$HOSTS/sandbox" after "${call#* }" 3000
        run under_shim GSSTAP_TRACE="$PWD/trace/t.pcapng" GSSTAP_CALLS='*' GSSTAP_MAX_SIZE=64K \
            "$HOSTS/sandbox" after "${call#* }" 3000
        echo "$call"
        same
        [ "$status" = 0 ]
    done
}

# ThreadSanitizer's runtime makes system calls of its own, of which the filter is the death.
# bats test_tags=no_tsan
@test "what a sandboxed program calls beyond the space that was taken is counted as lost by its filter" {
    sandboxed after kill 20000
    trace_json trace/t.pcapng >lines
    recorded=$(jq -s 'map(select(.call == "gss_context_time")) | length' lines)
    jq -e -s --argjson n "$recorded" \
        'map(select(.event == "dropped" and (.why | test("seccomp filter"))) | .count) | add + $n == 20000' lines
    [ "$recorded" -ge 200 ]
}

@test "a second filter that the kernel does not take leaves the first in force" {
    sandboxed after twice
    [ "$(trace_json trace/t.pcapng | jq -s 'map(select(.call == "gss_context_time")) | length')" = 40 ]
}

# ThreadSanitizer's runtime makes system calls of its own, of which the filter is the death.
# bats test_tags=no_tsan
@test "what the child of a sandboxed program calls is counted, and run tells whose child it was" {
    sandboxed after forks
    run --separate-stderr "$GSSTAP" run -e '*' -o "$PWD/trace/u.pcapng" "$HOSTS/sandbox" after forks 123
    [ "$status" = 0 ]
    pid=$(trace_json trace/u.pcapng | jq -s 'map(select(.event == "process")) | .[0].pid')
    [[ $stderr =~ ^"gsstap: process "([0-9]+)" (child of $pid): 123 events could not be recorded: a seccomp filter stops the recorder's system calls"$ ]]
    [ "${BASH_REMATCH[1]}" != "$pid" ]
    run -125 --separate-stderr "$GSSTAP" run --strict -o "$PWD/trace/v.pcapng" "$HOSTS/sandbox" after forks
}

@test "what a filter stops that was not seen coming is lost to the filter, and not to a full disk" {
    sandboxed after raw
    run -0 --separate-stderr "$GSSTAP" run -e '*' -o "$PWD/trace/u.pcapng" "$HOSTS/sandbox" after raw 500
    recorded=$(trace_json trace/u.pcapng | jq -s 'map(select(.call == "gss_context_time")) | length')
    [[ $stderr =~ ^"gsstap: process "[0-9]+": "([0-9]+)" events could not be recorded: a seccomp filter stops the recorder's system calls"$ ]]
    [ $((recorded + BASH_REMATCH[1])) = 500 ]
}

@test "a busy program that can have nothing beside its trace takes no more room for it" {
    for where in landlock nothing; do
        run -0 under_shim GSSTAP_TRACE="$PWD/trace/$where.pcapng" GSSTAP_LEVEL="$LEVEL" \
            "$HOSTS/loses_trace" after $where 5000 -
        [ "$(trace_json trace/$where.pcapng | jq -s 'map(select(.call == "gss_import_name")) | length')" = 5001 ]
    done
    [ "$(du -k trace/landlock.pcapng | cut -f1)" -lt $(($(du -k trace/nothing.pcapng | cut -f1) + 256)) ]
}

# filter ACTION CALL...: a filter that passes all system calls but these, into the file filter.
filter() {
    "$PYTHON" - "$@" >filter <<'END'
import struct, sys
action = {"kill": 0x80000000, "errno": 0x50001}[sys.argv[1]]
calls = [int(call) for call in sys.argv[2:]]
code = [(0x20, 0, 0, 0)]  # the number of the call
for call in calls:
    code += [(0x15, 0, 1, call), (0x06, 0, 0, action)]
code.append((0x06, 0, 0, 0x7fff0000))
sys.stdout.buffer.write(b"".join(struct.pack("<HBBI", *line) for line in code))
END
}

# A sanitizer's runtime makes calls of its own at start, of which the filter is the death.
# bats test_tags=bare
@test "a filter that was there before the program began changes nothing for it, and is named as the reason" {
    for action in errno kill; do
        filter $action 18 28 91 268 296 # pwrite64, madvise, fchmod, fchmodat, pwritev
        bare bwrap --dev-bind / / --seccomp 9 "$HOSTS/handshake" krb5 5 9<filter
        [ "$status" = 0 ]
        rm -rf trace && mkdir trace
        run --separate-stderr "$GSSTAP" run -o "$PWD/trace/%n-%p.pcapng" -- \
            bwrap --dev-bind / / --seccomp 9 "$HOSTS/handshake" krb5 5 9<filter
        same
        [ -z "$(ls -A trace)" ]
        case $action in
        errno) [[ $stderr == *"handshake-"*": Operation not permitted (a seccomp filter stops the recorder's system calls)"* ]] ;;
        kill) [[ $stderr =~ "process "[0-9]+": "([0-9]+)" events could not be recorded: a seccomp filter stops the recorder's system calls" ]] ;;
        esac
    done
    [ "${BASH_REMATCH[1]}" -ge 10 ]
}

@test "a filter leaves each thread the signals that it had blocked, also one that the kernel does not take" {
    for kind in taken refused; do
        bare "$HOSTS/filter_mask" $kind
        [ "$status" = 0 ]
        for ((i = 0; i < 20; i++)); do
            rm -rf trace && mkdir trace
            run under_shim GSSTAP_TRACE="$PWD/trace/t.pcapng" GSSTAP_CALLS='*' "$HOSTS/filter_mask" $kind
            same
        done
    done
}

@test "a filter from before that lets nobody take a signal back: the file size limit is not met" {
    number=$("$PYTHON" -c 'import re; print(re.search(r"rt_sigtimedwait (\d+)", open("/usr/include/x86_64-linux-gnu/asm/unistd_64.h").read())[1])')
    run bash -c 'ulimit -f 32; exec "$@"' bash "$HOSTS/refuses" "$number" env LD_PRELOAD="$PRELOAD" \
        GSSTAP_TRACE="$PWD/trace/t.pcapng" GSSTAP_CALLS='*' "$HOSTS/handshake" krb5 4000
    [ "$status" = 0 ]
    [ "$(stat -c %s trace/t.pcapng)" -gt 16384 ]
}

@test "a filter from before that knows no statx keeps nothing from the trace" {
    run "$HOSTS/refuses" 332 env LD_PRELOAD="$PRELOAD" \
        GSSTAP_TRACE="$PWD/trace/t.pcapng" GSSTAP_CALLS='*' "$HOSTS/handshake" krb5 400
    [ "$status" = 0 ]
    trace_json trace/t.pcapng >lines
    jq -e -s 'all(.event != "dropped") and (map(select(.event == "handshake")) | length == 2) and
        (map(select(.call == "gss_wrap")) | length == 400)' lines
}

@test "a trace that is cut, or is to be followed, where there is no room goes on when there is" {
    under_shim GSSTAP_TRACE="$PWD/trace/t.pcapng" GSSTAP_LEVEL="$LEVEL" "$HOSTS/full_for_a_while" cut "$PWD/trace/t.pcapng"
    [ "$(trace_json trace/t.pcapng | jq -s 'map(select(.call == "gss_import_name")) | length')" -ge 20 ]
    under_shim GSSTAP_TRACE="$PWD/trace/u.pcapng" GSSTAP_LEVEL="$LEVEL" GSSTAP_MAX_SIZE=1M,9,USR2 \
        "$HOSTS/full_for_a_while" next "$PWD/trace/u.pcapng"
    [ "$(trace_json trace/u*.pcapng | jq -s 'map(select(.call == "gss_import_name")) | length')" -ge 40 ]
}

@test "where there is hardly space a trace says whose it is, if not what the process has loaded" {
    for kb in 8 32; do
        rm -f trace/*
        (ulimit -f $kb && under_shim GSSTAP_TRACE="$PWD/trace/t.pcapng" GSSTAP_CALLS='*' "$PYTHON" -c "$(printf '%s\n' \
            'import asyncio, csv, ctypes, curses, decimal, lzma, sqlite3, ssl, xml.etree.ElementTree, xml.parsers.expat' \
            'gss = ctypes.CDLL("libgssapi_krb5.so.2")' 'minor, oids = ctypes.c_uint32(), ctypes.c_void_p()' \
            'for _ in range(2000): gss.gss_create_empty_oid_set(ctypes.byref(minor), ctypes.byref(oids))')")
        trace_json trace/t.pcapng >lines
        jq -e -s '.[0].event == "process" and all(.host) and any(.event == "dropped")' lines
        jq -e -s --argjson kb $kb '.[0] | .command == "python3" and (has("libraries") == ($kb > 8))' lines
    done
}

@test "a filter that lets the recorder work takes nothing from it" {
    cat >filter.py <<'END'
import ctypes, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
code = struct.pack("<HBBI", 0x06, 0, 0, 0x7fff0000)  # BPF_RET: allow
buffer = ctypes.create_string_buffer(code)
program = struct.pack("<HxxxxxxQ", 1, ctypes.addressof(buffer))
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, program, 0, 0) == 0
gss = ctypes.CDLL("libgssapi_krb5.so.2")
minor, oids = ctypes.c_uint32(), ctypes.c_void_p()
for _ in range(3000):
    assert gss.gss_create_empty_oid_set(ctypes.byref(minor), ctypes.byref(oids)) == 0
END
    under_shim GSSTAP_TRACE="$PWD/trace/t.pcapng" GSSTAP_CALLS='*' "$PYTHON" filter.py
    [ "$(trace_json trace/t.pcapng | jq -s 'map(select(.call == "gss_create_empty_oid_set")) | length')" = 3000 ]
    [ "$(ls -A trace)" = t.pcapng ]
}

@test "file, which puts itself into a sandbox, runs as it does bare and leaves no trace" {
    bare file -b /bin/ls
    [ "$status" = 0 ]
    run under_shim file -b /bin/ls
    same
    run under_shim GSSTAP_TRACE="$PWD/trace/t.pcapng" file -b /bin/ls
    same
    [ -z "$(ls -A trace)" ]
}

@test "a trace with a limit goes on in new files without losing an event, each readable alone" {
    under_shim GSSTAP_TRACE="$PWD/trace/t.pcapng" GSSTAP_MAX_SIZE=256K GSSTAP_LEVEL="$LEVEL" \
        "$HOSTS/handshake" krb5 4000 >/dev/null
    [ "$(find trace -type f | wc -l)" -ge 4 ]
    [ "$(trace_json trace/* | jq -s 'map(select(.call == "gss_wrap")) | length')" = 4000 ]
    [ "$(trace_json trace/* | jq -s 'map(select(.call == "gss_unwrap")) | length')" = 4000 ]
    for file in trace/*; do
        [ "$(stat -c %s "$file")" -lt 600000 ]
        trace_json "$file" | head -1 | jq -e '.event == "process"'
    done
}

@test "threads lose nothing either when one of them begins a new file, nor does a kill" {
    run under_shim GSSTAP_TRACE="$PWD/trace/t.pcapng" GSSTAP_MAX_SIZE=128K GSSTAP_LEVEL="$LEVEL" \
        "$HOSTS/killed" 1000 3
    [ "$status" = 137 ]
    [ "$(find trace -type f ! -name ".*" | wc -l)" -ge 4 ]
    [ "$(trace_json trace/* | jq -s 'map(select(.call == "gss_unwrap" and .depth == 0)) | length')" -ge "$output" ]
}

# told FILE...: how many events are in these traces, but those that every file has, and how many they say were lost.
told() {
    trace_json "$@" | jq -s '[(map(select(.event | IN("process", "library", "coverage", "policy", "dropped") | not)) | length),
        (map(select(.event == "dropped") | .count) | add // 0)]' -c
}

@test "of a trace with a limit no more files are kept than asked for, and what went is counted, exactly" {
    for files in 1 2 3; do
        level=$([ $files = 1 ] && echo calls || echo tokens)
        rm -f trace/* whole.pcapng
        GSSTAP_LEVEL=$level under_shim GSSTAP_TRACE="$PWD/whole.pcapng" "$HOSTS/handshake" krb5 4000 >/dev/null
        under_shim GSSTAP_TRACE="$PWD/trace/t.pcapng" GSSTAP_MAX_SIZE=128K,$files GSSTAP_LEVEL="$level" \
            "$HOSTS/handshake" krb5 4000 >/dev/null
        [ "$(find trace -type f | wc -l)" = $files ]
        for file in trace/*; do
            trace_json "$file" | jq -e -s '.[0].event == "process" and all(.host)'
            "$GSSTAP" decode --summary --format json "$file" | jq -e -s 'map(select(.kind == "program").program) == ["handshake"]'
        done
        jq -n -e --argjson whole "$(told whole.pcapng)" --argjson kept "$(told trace/*)" \
            '$whole[1] == 0 and $kept[0] > 0 and $kept[1] > 0 and $kept[0] + $kept[1] == $whole[0]'
        trace_json trace/* | jq -e -s 'map(select(.event == "dropped").why | test("--max-size")) | all and length > 0'
    done
}

@test "a trace with a limit that is renamed is followed by a new one under its name, and is nobody's to remove" {
    for most in 1G 1G,1; do
        export GSSTAP_MAX_SIZE=$most
        rm -f end trace/* old.pcapng
        talk 1
        mv trace/talks.pcapng old.pcapng
        there() { [ -s trace/talks.pcapng ]; }
        wait_until 20 there
        fall_silent
        sent=$(sed -n 's/^sent //p' out)
        trace_json old.pcapng trace/talks.pcapng >lines
        [ "$(jq -s 'map(select(.call == "gss_wrap")) | length' lines)" = "$sent" ]
        jq -e -s 'all(.event != "dropped")' lines
        [ "$(trace_json trace/talks.pcapng | head -1 | jq -r .event)" = process ]
    done
}

@test "SIGUSR2 begins the next file of a trace with a limit where that is asked for and the program has no use for it" {
    export GSSTAP_MAX_SIZE=1G,9,USR2
    talk 1
    pkill -USR2 -P "$TALKER" talks
    there() { [ -s trace/talks-2.pcapng ]; }
    wait_until 20 there
    fall_silent
    sent=$(sed -n 's/^sent //p' out)
    [ "$(trace_json trace/*.pcapng | jq -s 'map(select(.call == "gss_wrap")) | length')" = "$sent" ]
    [ "$(trace_json trace/talks-2.pcapng | head -1 | jq -r .event)" = process ]
    for own in 'trap "echo mine" USR2' 'trap "" USR2'; do
        run under_shim GSSTAP_TRACE="$PWD/trace/u.pcapng" bash -c "$own; kill -USR2 \$\$; echo on"
        [ "$status" = 0 ]
        [[ $output == *on ]]
        [[ $own != *mine* || $output == mine* ]]
    done
    for without in "" 1G 1G,9; do
        run under_shim GSSTAP_TRACE="$PWD/trace/u.pcapng" GSSTAP_MAX_SIZE=$without bash -c 'kill -USR2 $$; echo on'
        [ "$status" = $((128 + 12)) ]
    done
}

@test "a file that follows says once who the process is, with what has been loaded until then" {
    under_shim GSSTAP_TRACE="$PWD/trace/t.pcapng" GSSTAP_MAX_SIZE=1G,9,USR2 GSSTAP_LEVEL=calls /usr/bin/python3 -c '
import gssapi, os, signal
gssapi.Name("before")
import _sqlite3
os.kill(os.getpid(), signal.SIGUSR2)
gssapi.Name("after")'
    trace_json trace/t-2.pcapng >lines
    jq -e -s 'map(select(.event == "process")) | length == 1 and (.[0].libraries | any(.path | test("_sqlite3")))' lines
    jq -e -s '.[0].event == "process" and any(.event == "coverage") and any(.call == "gss_import_name")' lines
    trace_json trace/t.pcapng | jq -e -s 'map(select(.event == "process")) | length == 1'
}

@test "a limit holds where the making of the next file is left by siglongjmp" {
    ulimit -f 16384
    run under_shim GSSTAP_TRACE="$PWD/trace/t.pcapng" GSSTAP_MAX_SIZE=128K,3 GSSTAP_LEVEL=calls GSSTAP_CALLS='*' \
        timeout 60 "$HOSTS/jump_out_of_files" trace
    [ "$output" = jumped ]
    ls -l trace
    [ "$(find trace -type f | wc -l)" = 3 ]
    [ -z "$(find trace -size +256k)" ]
}

@test "run takes a limit for its traces, and says what is wrong with one" {
    "$GSSTAP" run -o "$PWD/trace/t.pcapng" --max-size 128K,2 -- "$HOSTS/handshake" krb5 4000 >/dev/null
    [ "$(find trace -type f | wc -l)" = 2 ]
    for bad in 1K 10X 1M,0 1M,257 M "1M," 1M5 1M,USR2 1M,2,USR1 "1M,2,USR2,"; do
        run "$GSSTAP" run -o "$PWD/trace/u.pcapng" --max-size "$bad" -- /bin/true
        [ "$status" = 2 ]
        [[ $output == *"--max-size $bad"* ]]
    done
    run "$GSSTAP" run --max-size 1M -- /bin/true
    [ "$status" = 2 ]
    [[ $output == *"-o"* ]]
}

@test "where system calls are slow the clock is asked no more often than elsewhere" {
    # Without a cycle counter each event asks.
    grep -qw constant_tsc /proc/cpuinfo
    strace -qq -f -e trace=clock_gettime -o clocks env LD_PRELOAD="$PRELOAD" GSSTAP_CALLS='*' GSSTAP_TRACE="$PWD/slow.pcapng" \
        "$PYTHON" -c 'import gssapi
for _ in range(3000):
    gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)'
    [ "$(trace_json slow.pcapng | grep -c gss_import_name)" = 3000 ]
    wc -l clocks
    [ "$(wc -l <clocks)" -lt 1500 ]
}
