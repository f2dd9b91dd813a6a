#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `gsstap run`: how the program ends, what it is given, what is printed or kept, what is refused.

# shellcheck disable=SC2016 # what is in single quotes is for the program
# shellcheck disable=SC2154 # $stderr is set by run --separate-stderr
bats_require_minimum_version 1.5.0
load helper

# Makes a few calls without any realm.
CALLS='import zmq; s = zmq.Context().socket(zmq.REP); s.bind("inproc://run-test"); s.close()'

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    export TMPDIR=$BATS_TEST_TMPDIR
}

# A check that fails in the middle must not leave a program that waits for ever.
teardown() {
    [ -z "${pid:-}" ] || kill "$pid" 2>/dev/null || :
}

# leftovers PID...: private directories that a run left behind.
leftovers() {
    local pid
    for pid; do
        compgen -G "/dev/shm/gsstap-$pid-*" || compgen -G "$TMPDIR/gsstap-$pid-*" || compgen -G "/tmp/gsstap-$pid-*" || :
    done
}

# elsewhere DIRECTORY: installs this build's command and shim there.
elsewhere() {
    mkdir -p "$1"
    cp "$BUILD/gsstap" "$BUILD/libgsstap.so" "$1/"
}

# A shim that ld.so cannot load: it says so and runs the program without.
broken_shim() {
    elsewhere "$1"
    printf 'not a shared object\n' >"$1/libgsstap.so"
}

# ended PID STATUS: waits for a process of ours, which must end with this status.
ended() {
    local status=0
    wait "$1" || status=$?
    [ $status = "$2" ] || {
        echo "ended with $status, not $2"
        return 1
    }
}

enforcing() {
    printf 'version: 1\nmode: enforce\nzmq:\n  unsecured: refuse\n' >"$1"
}

static_program() {
    printf '#include <stdio.h>\nint main(void) { puts("ran"); return 0; }\n' >static.c
    gcc -static -o static static.c
}

@test "the program's exit status is handed on" {
    run -0 "$GSSTAP" run true
    run -7 "$GSSTAP" run sh -c 'exit 7'
    run -255 "$GSSTAP" run sh -c 'exit 255'
}

@test "a program that a signal ended ends run by the same signal" {
    run -0 "$PYTHON" -c 'import subprocess, sys
print(subprocess.run([sys.argv[1], "run", "sh", "-c", "kill -KILL $$"]).returncode,
      subprocess.run([sys.argv[1], "run", "sh", "-c", "kill -SEGV $$"]).returncode)' "$GSSTAP"
    [ "$output" = "-9 -11" ]
    [ -z "$(compgen -G 'core*')" ]
}

@test "127 is a program that is not found, 126 one that cannot be executed" {
    run -127 "$GSSTAP" run no-such-program
    [ "$output" = "gsstap: no-such-program: not found in PATH" ]
    run -127 "$GSSTAP" run ./no-such-program
    run -126 "$GSSTAP" run /etc/passwd
    run -126 "$GSSTAP" run /etc
    printf '#!/no/such/interpreter\n' >script
    chmod +x script
    run -126 "$GSSTAP" run ./script
    [[ $output == *"interpreter does not exist"* ]]
}

@test "a program is found as a shell finds it" {
    mkdir first second
    printf '#!/bin/sh\necho second\n' >second/tool
    chmod +x second/tool
    touch first/tool # not executable: the search goes on
    PATH=$PWD/first:$PWD/second:$PATH run -0 "$GSSTAP" run tool
    [ "$output" = second ]
    printf 'echo "without #! $1"\n' >plain
    chmod +x plain
    run -0 "$GSSTAP" run ./plain argument
    [ "$output" = "without #! argument" ]
}

@test "options after the program are its own" {
    run -0 "$GSSTAP" run printf '%s|' -o --level -- --help
    [ "$output" = "-o|--level|--|--help|" ]
    run -0 "$GSSTAP" run --level off -- printf '%s|' -- -x
    [ "$output" = "--|-x|" ]
    run -0 "$GSSTAP" run -- sh -c 'echo "$@"' sh -- -p
    [ "$output" = "-- -p" ]
}

@test "wrong options are refused with what would be right" {
    run -2 "$GSSTAP" run
    [[ $output == *"a PROGRAM to run is missing"* ]]
    run -2 "$GSSTAP" run --level loud true
    [[ $output == *"--level loud: must be off, audit, calls, tokens, messages or payload"* ]]
    GSSTAP_LEVEL=loud run -2 "$GSSTAP" run true
    [[ $output == *"GSSTAP_LEVEL=loud in the environment"* ]]
    run -2 "$GSSTAP" run --format xml true
    [[ $output == *"--format xml: must be text or json"* ]]
    run -2 "$GSSTAP" run --format json -o x.pcapng true
    [[ $output == *"gsstap decode"* ]]
}

@test "a template that cannot work is refused before the program starts" {
    local template
    for template in "$PWD/%q.pcapng" "$PWD/trace%" "/no/such/directory/%p.pcapng" "/no/such/directory/" "-" "" "/etc/passwd/%p.pcapng" "/etc/passwd/"; do
        run -2 "$GSSTAP" run -o "$template" touch started
        echo "$output"
        [[ $output == "gsstap: -o"* ]]
    done
    run -2 "$GSSTAP" run -o "$PWD/ab%q.pcapng" true
    [[ $output == *"'%q' at character "*"use %p (pid), %n (program), %h (host) or %%"* ]]
    [ ! -e started ]
}

@test "with -o the trace is kept and nothing is printed" {
    run -0 --separate-stderr "$GSSTAP" run -o '%n-%p.pcapng' -- "$PYTHON" -c "$CALLS; print('done')"
    [ "$output" = "done" ]
    [ -z "$stderr" ]
    [ "$(stat -c %a python3*-*.pcapng)" = 600 ]
    trace_json python3*-*.pcapng | grep -q '"call": *"zmq_bind"'
}

@test "a relative template counts from where run was started" {
    mkdir 'here %p' elsewhere
    cd 'here %p'
    run -0 "$GSSTAP" run -o 'x-%%-%h.pcapng' -- "$PYTHON" -c "import os; os.chdir('../elsewhere'); $CALLS"
    ls -la . ../elsewhere
    [ -f "x-%-$(uname -n).pcapng" ]
    [ -z "$(ls ../elsewhere)" ]
}

@test "a trace that is there is not overwritten" {
    printf 'precious' >t.pcapng
    run -0 "$GSSTAP" run -o t.pcapng -- "$PYTHON" -c "$CALLS"
    [ "$(cat t.pcapng)" = precious ]
    [ "$output" = "gsstap: $PWD/t.pcapng is there already and is kept: the trace goes to $PWD/t-2.pcapng" ]
    trace_json t-2.pcapng | grep -q zmq_bind
    run -0 "$GSSTAP" run -o t.pcapng -- "$PYTHON" -c "$CALLS"
    [[ $output == *"goes to $PWD/t-3.pcapng" ]]
    trace_json t-3.pcapng | grep -q zmq_bind
}

@test "a directory as -o gets a file a process, with and without a slash at its end" {
    mkdir 'some %traces'
    run -0 --separate-stderr "$GSSTAP" run -o 'some %%traces/' -- "$PYTHON" -c "$CALLS"
    [ -z "$stderr" ]
    run -0 "$GSSTAP" run -o "$PWD/some %%traces" -- "$PYTHON" -c "$CALLS"
    run -0 bash -c 'cd "some %traces" && "$1" run -o . -- "$2" -c "$3"' bash "$GSSTAP" "$PYTHON" "$CALLS"
    ls 'some %traces'
    [ "$(compgen -G 'some %traces/python3*-*.pcapng' | wc -l)" = 3 ]
    trace_json 'some %traces' | grep -c '"call": *"zmq_bind"' | grep -qx 3
}

@test "--text prints to a file that nobody else can read" {
    echo old >calls.txt
    chmod 644 calls.txt
    run -0 --separate-stderr "$GSSTAP" run --text calls.txt -- "$PYTHON" -c "$CALLS; print('done')"
    [ "$output" = "done" ]
    [ -z "$stderr" ]
    grep -q 'zmq_bind(.*inproc://run-test' calls.txt
    run ! grep -q old calls.txt
    [ "$(stat -c %a calls.txt)" = 600 ]
    run -2 "$GSSTAP" run --text /no/such/calls.txt touch started
    [[ $output == "gsstap: --text /no/such/calls.txt: No such file or directory" ]]
    run -2 "$GSSTAP" run --text calls.txt -o t.pcapng touch started
    [[ $output == *"gsstap decode -o FILE"* ]]
    [ ! -e started ]
}

@test "-e records only calls that match, more than one pattern, and in all processes of the tree" {
    run -0 "$GSSTAP" run -o one.pcapng -e 'zmq_bi*' -- sh -c "exec $PYTHON -c '$CALLS'"
    [ "$(trace_json one*.pcapng | jq -r 'select(.event == "call") | .call' | sort -u)" = zmq_bind ]
    run -0 "$GSSTAP" run -o two.pcapng -e zmq_bind -e 'zmq_soc*' -- "$PYTHON" -c "$CALLS"
    [ "$(trace_json two.pcapng | jq -r 'select(.event == "call") | .call' | sort -u | tr '\n' ' ')" = "zmq_bind zmq_socket " ]
    # What is no call is told as ever.
    [ -n "$(trace_json one*.pcapng | jq -r 'select(.event == "process") | .pid')" ]
}

@test "-e filters no refusal away, nor the failure of a call that a policy may judge" {
    enforcing policy.yaml
    run -0 "$GSSTAP" run -p policy.yaml -o t.pcapng -e 'gss_wrap' -- "$PYTHON" -c 'import zmq
context = zmq.Context()
for endpoint in "tcp://127.0.0.1:*", "inproc://fine", "nonsense://x":
    try: context.socket(zmq.REP).bind(endpoint)
    except zmq.ZMQError: pass'
    [ "$(trace_json t.pcapng | jq -r 'select(.event == "refused") | .rule')" = zmq.unsecured ]
    [ -z "$(trace_json t.pcapng | jq -r 'select(.event == "call" and .call != "zmq_bind") | .call')" ]
    trace_json t.pcapng | jq -e 'select(.call == "zmq_bind")' >/dev/null
    [ -z "$(trace_json t.pcapng | jq -r 'select(.call == "zmq_bind") | select(.endpoint == "inproc://fine") | .call')" ]
}

@test "a filter that nothing can pass is refused, and names what is near" {
    run -2 "$GSSTAP" run -e gss_init touch started
    [[ $output == *"--call: no call has a name like 'gss_init'; the nearest are gss_init_sec_context,"* ]]
    run -2 "$GSSTAP" run -e 'zmq_*' --level audit touch started
    [[ $output == *"at level audit no call is recorded"* ]]
    run -2 "$GSSTAP" run -e 'zmq_*' --handshakes touch started
    [ ! -e started ]
}

@test "--handshakes shows handshakes and failures, and no call that succeeded" {
    in_realm -u alice -s host@localhost -- bash -c '
        "$1" run --handshakes --text calls.txt -- "$2/hosts/handshake" >handshake.out 2>&1
        kdestroy -q
        "$1" run --handshakes --text failed.txt -- "$2/hosts/handshake" >handshake.out 2>&1 || :' bash "$GSSTAP" "$BUILD"
    cat calls.txt failed.txt
    [ "$(grep -c 'handshake established' calls.txt)" = 2 ]
    [ "$(grep -vc 'handshake established' calls.txt)" = 0 ]
    grep -q 'handshake failed as initiator' failed.txt
    grep -qE '^\S+ [0-9]+ gss_\w+\(.*GSS_S_NO_CRED' failed.txt
    run ! grep -q GSS_S_COMPLETE failed.txt
}

@test "of what fails within a call --handshakes shows what made that fail" {
    cat >acquire.py <<'END'
import gssapi, sys
spnego = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")
try:
    gssapi.Credentials(usage="initiate", mechs=[spnego])
    print("acquired")
except gssapi.exceptions.GSSError:
    print("not acquired")
END
    in_realm -u alice -s host@localhost -- bash -c '
        for file in some none; do
            "$1" run --handshakes --text $file.txt -- "$2" acquire.py
            "$1" run --handshakes -o $file.pcapng -- "$2" acquire.py
            "$1" run -o all-$file.pcapng -- "$2" acquire.py
            kdestroy -q || :
        done
        kinit -k -t "$GSSTAP_REALM/client/alice" alice
        "$1" run --handshakes --text left.txt -- "$3/hosts/never_returns" end spnego' bash "$GSSTAP" "$PYTHON" "$BUILD" >out
    [ "$(uniq -c out | tr -s " ")" = ' 3 acquired
 3 not acquired
 1 jumped out' ]
    cat some.txt none.txt left.txt
    # That there is no NTLM is in the trace, and so is that it did no harm.
    [ ! -s some.txt ]
    trace_json some.pcapng | jq -c 'select(.event == "call") | [.call, .depth > 0, .major >= 65536, .duration_ns > 0]' >calls
    [ "$(tail -n 1 calls)" = '["gss_acquire_cred",false,false,true]' ]
    [ "$(sed '$d' calls | sort -u | jq -c '.[1:3]')" = '[true,true]' ]
    for trace in some all-some; do
        "$GSSTAP" decode --summary --format json $trace.pcapng | jq -e -s 'all((.failed // 0) == 0 and (has("credentials") | not))'
    done
    # Indented, before the call that they are the reason of.
    grep -E '^\S+ [0-9]+  +gss_add_cred_from\(' none.txt
    tail -n 2 none.txt | head -n 1 | grep -E '^\S+ [0-9]+ gss_acquire_cred\(.* = GSS_S_NO_CRED'
    # It may be why the call around it never returned.
    [ "$(sed -E 's/^\S+ [0-9]+ +//; s/ (gss_init_sec_context|abandoned).*/ \1/; s/\(.*//' left.txt | uniq)" = 'gss_add_cred_from
left gss_init_sec_context
handshake abandoned' ]
}

@test "what was printed is not kept: a long run without -o needs no more room than a short one" {
    mkfifo go
    cat >busy.py <<'END'
import time, zmq
context = zmq.Context()
def socket():
    while True:
        try:
            return context.socket(zmq.REP)
        except zmq.ZMQError: # on a busy machine libzmq is behind with taking in closed ones
            time.sleep(0.01) # poll
for i in range(30000):
    s = socket()
    s.bind("inproc://busy-%d" % i)
    s.close()
open("go").read()
END
    "$GSSTAP" run "$PYTHON" busy.py >out 2>err 3>&- &
    pid=$!
    wait_until 60 has_line err 'zmq_bind\(.*inproc://busy-29999\)'
    dir=$(compgen -G "/dev/shm/gsstap-$pid-*" || compgen -G "$TMPDIR/gsstap-$pid-*" || compgen -G "/tmp/gsstap-$pid-*")
    # All of them were in the file: it is as long as they are, and has no more blocks than what is still open.
    long=$(du -k --apparent-size "$dir"/*.pcapng | cut -f1)
    [ "$long" -gt 8000 ]
    wait_until 20 eval '[ "$(du -k "$dir"/*.pcapng | cut -f1)" -lt 4000 ]'
    echo >go
    ended $pid 0
    [ "$(grep -c 'zmq_bind(.*inproc://busy-' err)" = 30000 ]
}

@test "a program that makes no call leaves no trace" {
    run -0 "$GSSTAP" run -o '%n-%p.pcapng' -- true
    [ -z "$(compgen -G '*.pcapng')" ]
}

@test "without -o the calls of the whole tree are printed to stderr and no file is kept" {
    "$GSSTAP" run sh -c "$PYTHON -c '$CALLS'; $PYTHON -c '${CALLS//run-test/second}' & wait; echo done" >out 2>err 3>&- &
    pid=$!
    wait $pid
    cat err
    [ "$(cat out)" = "done" ]
    grep -q 'zmq_bind(.*inproc://run-test' err
    grep -q 'zmq_bind(.*inproc://second' err
    [ -z "$(leftovers $pid)" ]
    [ -z "$(compgen -G '*.pcapng')" ]
}

@test "calls are printed while the program runs" {
    mkfifo go
    "$GSSTAP" run "$PYTHON" -c "$CALLS; open('go').read(); print('went on')" >out 2>err 3>&- &
    pid=$!
    wait_until 20 has_line err 'zmq_bind\('
    [ ! -s out ]
    echo >go
    wait $pid
    [ "$(cat out)" = "went on" ]
}

@test "--format json prints JSON Lines" {
    run -0 --separate-stderr "$GSSTAP" run --format json -- "$PYTHON" -c "$CALLS"
    "$PYTHON" -c 'import json, sys
calls = [e["call"] for e in map(json.loads, sys.argv[1].splitlines()) if e["event"] == "call"]
assert "zmq_bind" in calls, calls' "$stderr"
}

@test "run goes on when nobody reads what it prints" {
    # Nobody from the start: the first line cannot be written.
    "$PYTHON" - "$GSSTAP" "$PYTHON" "$CALLS; $CALLS; import sys; open('went-on', 'w'); sys.exit(5)" <<'EOF'
import os, subprocess, sys
gone, stderr = os.pipe()
os.close(gone)
for form in "text", "json":
    if os.path.exists("went-on"):
        os.unlink("went-on")
    run = subprocess.run([sys.argv[1], "run", "--format", form, sys.argv[2], "-c", sys.argv[3]], stderr=stderr)
    assert run.returncode == 5, run
    os.stat("went-on")
EOF
}

# A sanitizer build runs gsstap by a shell, which takes the end of children in again.
# bats test_tags=bare
@test "the exit status is the program's, and so is SIGCHLD, where gsstap was told to ignore the end of children" {
    local command
    for command in "run -o t.pcapng" realm; do
        # shellcheck disable=SC2086 # a command and its options
        run -3 "$PYTHON" -c 'import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])' "$GSSTAP" $command -- "$PYTHON" -c 'import signal, sys
sys.exit(3 if signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN else 4)'
    done
}

@test "the program gets the descriptors, dispositions and mask that run was given" {
    local probe='import os
for fd in os.listdir("/proc/self/fd"):
    if os.path.lexists("/proc/self/fd/" + fd): print(fd, os.readlink("/proc/self/fd/" + fd))
print([l for l in open("/proc/self/status") if l.startswith(("SigBlk", "SigIgn"))])
print(os.getpgrp() == os.getpgid(os.getppid()), os.getsid(0) == os.getsid(os.getppid()))'
    trap '' HUP
    exec 7</dev/null
    "$PYTHON" -c "$probe" >bare </dev/null 2>/dev/null
    "$GSSTAP" run "$PYTHON" -c "$probe" >under </dev/null 2>/dev/null
    sed -i 's/bare$/FILE/' bare
    sed -i 's/under$/FILE/' under
    diff bare under
    grep -q '^7 /dev/null' under
}

@test "what the program closes is closed, though run goes on" {
    mkfifo go out seven
    "$GSSTAP" run --level off sh -c 'exec >&- 7>&-; read -r _ <go' 7>seven >out 3>&- &
    pid=$!
    exec 8<seven
    run -0 timeout 20 cat out
    run -0 timeout 20 cat <&8
    exec 8<&-
    kill -0 $pid
    echo >go
    ended $pid 0
}

@test "a trace that cannot be made is reported" {
    mkdir traces
    run -0 --separate-stderr "$GSSTAP" run -o traces/%p.pcapng -- sh -c "rmdir traces; $PYTHON -c '$CALLS'"
    [[ $stderr == "gsstap: process "*"trace $PWD/traces/"*".pcapng: No such file or directory" ]]
}

# loses WHEN HOW COUNT REASON: what is made where no trace can be written is counted, and --strict fails for it.
loses() {
    local of='' kept
    for kept in '' "-o $PWD/lost/t.pcapng"; do
        rm -rf lost empty && mkdir lost
        # shellcheck disable=SC2086 # two words
        run -125 --separate-stderr "$GSSTAP" run --strict $kept "$BUILD/hosts/loses_trace" "$1" "$2" "$3" "$PWD/lost/t.pcapng"
        [ "$1" != child ] || of=' \(child of [0-9]+\)'
        [[ $stderr =~ gsstap:\ process\ [0-9]+$of:\ $3\ events\ could\ not\ be\ recorded:\ trace\ /[^\ ]*.pcapng:\ $4$'\n' ]]
        [[ $stderr == *"gsstap: exit status 125: --strict, and events could not be recorded" ]]
    done
}

@test "what is called where no trace can be made is counted, and told by run" {
    for when in first child; do
        loses $when landlock 1234 "Permission denied"
        loses $when chroot 567 "No such file or directory"
    done
    rm -rf lost && mkdir lost
    run -125 --separate-stderr "$GSSTAP" run --strict -e '*' -o lost/t.pcapng "$BUILD/hosts/sandbox" before raw
    [[ $stderr =~ "gsstap: process "[0-9]+": 40 events could not be recorded: a seccomp filter stops the recorder's system calls" ]]
}

@test "what is called when the trace was taken away for good is counted, and told by run" {
    for how in file fifo link removed; do
        rm -rf lost && mkdir lost
        run -125 --separate-stderr "$GSSTAP" run --strict -o "$PWD/lost/t.pcapng" \
            "$BUILD/hosts/loses_trace" after $how 3000 "$PWD/lost/t.pcapng"
        case $how in
        removed) reason="3001 events could not be recorded: the trace was removed while it was written" ;;
        *) reason="3000 events could not be recorded: the host closed the trace and it cannot be reopened" ;;
        esac
        [[ $stderr =~ "gsstap: process "[0-9]+": $reason" ]]
        [ ! -s lost/t.pcapng ] && [ ! -s lost/t.pcapng.other ]
    done
}

# Without memory a sanitizer's runtime ends the program itself.
# bats test_tags=bare
@test "what no memory is left for is counted as that" {
    run -125 --separate-stderr "$GSSTAP" run --strict -o t.pcapng "$BUILD/hosts/loses_trace" child memory 50 -
    [[ $stderr =~ "gsstap: process "[0-9]+" (child of "[0-9]+"): 50 events could not be recorded: no memory: a limit of the process's address space" ]]
}

@test "events that a trace says are lost fail a strict run, those that were to be removed do not" {
    for kept in '' '-o t.pcapng'; do
        # shellcheck disable=SC2086 # two words
        run -125 --separate-stderr "$GSSTAP" run --strict $kept "$BUILD/hosts/loses_trace" first limit 3000 -
        [[ $stderr == *"exit status 125: --strict, and events could not be recorded" ]]
    done
    [[ $stderr =~ ^"gsstap: $PWD/t.pcapng: "[0-9]+" events could not be recorded: no space: disk full, quota or file size limit" ]]
    run -125 --separate-stderr "$GSSTAP" run --strict --doctor "$BUILD/hosts/loses_trace" first limit 3000 -
    [[ $stderr =~ "gsstap: findings may be missing: "[0-9]+" events could not be recorded: no space: disk full" ]]
    run -0 --separate-stderr "$GSSTAP" run --strict --max-size 64K,1 -o u.pcapng "$BUILD/hosts/loses_trace" first nothing 3000 -
    [[ $stderr =~ ^"gsstap: $PWD/u-"[0-9]+".pcapng: "[0-9]+" events could not be recorded: older files of this trace were removed, as was asked for (--max-size)"$ ]]
}

@test "what a long trace says is lost is told, too" {
    # Its own losses, and those of one that comes after it.
    run -125 --separate-stderr "$GSSTAP" run --strict -o t.pcapng sh -c "
        $BUILD/hosts/loses_trace first limit 3000 -; truncate -s 3G t.pcapng; $BUILD/hosts/loses_trace first limit 3000 -"
    [ "$(grep -cE "^gsstap: $PWD/t(-2)?.pcapng: [0-9]+ events could not be recorded: no space" <<<"$stderr")" = 2 ]
    [[ $stderr == *"exit status 125: --strict, and events could not be recorded" ]]
}

@test "what --text can no longer print for want of room is told" {
    run -0 --separate-stderr "$GSSTAP" run --text /dev/full "$PYTHON" -c "$CALLS"
    [ "$stderr" = "gsstap: --text /dev/full: events are missing: No space left on device" ]
    run -125 "$GSSTAP" run --strict --text /dev/full "$PYTHON" -c "$CALLS"
    run -125 bash -c '"$GSSTAP" run --strict "$PYTHON" -c "$1" 2>/dev/full' - "$CALLS"
}

@test "the shim goes in front of what LD_PRELOAD holds" {
    local runtimes="${runtime:+$runtime:}" # of a sanitizer build: they insist on being first
    run -0 env LD_PRELOAD="$runtimes$(gcc -print-file-name=libm.so.6)" "$BUILD/gsstap" run sh -c 'echo "$LD_PRELOAD"'
    [[ $output == "$runtimes$BUILD/\$LIB/libgsstap.so:"*libm.so.6 ]]
    # ld.so complains that it cannot load this one, and goes on.
    run -0 --separate-stderr env LD_PRELOAD="$runtimes/no/such/libtsan.so.2:libm.so.6" "$BUILD/gsstap" run sh -c 'echo "$LD_PRELOAD"'
    [ "$output" = "$runtimes/no/such/libtsan.so.2:$BUILD/\$LIB/libgsstap.so:libm.so.6" ]
    run -0 "$GSSTAP" run "$GSSTAP" run sh -c 'echo "$LD_PRELOAD"'
    [ "$(grep -o libgsstap.so <<<"$output" | wc -l)" = 1 ]
}

@test "a shim in a directory with a space and a colon in its name is loaded" {
    elsewhere 'a b:c'
    run -0 --separate-stderr 'a b:c/gsstap' run -o t.pcapng -- "$PYTHON" -c "$CALLS"
    echo "$stderr"
    [ -z "$stderr" ]
    trace_json t.pcapng | grep -q zmq_bind
}

@test "a program that the shim cannot be loaded into runs, and run says that it is unobserved" {
    static_program
    run -0 "$GSSTAP" run -o t.pcapng ./static
    [[ $output == *"gsstap: ./static runs unobserved: "*static* ]]
    [[ $output == *ran* ]]
}

@test "a shim that does not come up is noticed" {
    broken_shim broken
    run -3 --separate-stderr broken/gsstap run -o t.pcapng sh -c 'echo ran; exit 3'
    [ "$output" = ran ]
    [[ $stderr == *"gsstap: sh runs unobserved: the shim did not come up in it"* ]]
}

# That loader does not know the sanitizer's runtime either, which a sanitizer build preloads everywhere.
# bats test_tags=bare
@test "a program with another dynamic loader runs below run as it does without" {
    local loader
    printf '#include <stdio.h>\nint main(void) { puts("ran"); return 3; }\n' >other.c
    musl-gcc -o other other.c
    run -3 --separate-stderr "$GSSTAP" run -o t.pcapng -- ./other
    [ "$output" = ran ]
    [[ $stderr == *"runs unobserved: its dynamic loader is"* ]]
    run -3 --separate-stderr "$GSSTAP" run -o t.pcapng -- sh -c './other; exit $?'
    [ "$output" = ran ]
    [[ $stderr == "gsstap: $PWD/other ran unobserved: its dynamic loader is"* ]]
}

# One runtime of a sanitizer does not bear another, and the shim of a sanitizer build brings one.
# bats test_tags=bare
@test "a program built with a sanitizer runs below run as it does without, and is recorded" {
    local kind
    printf '#include <gssapi/gssapi.h>\n#include <stdio.h>\n#include <stdlib.h>\n%s\n' 'int main(int argc, char **argv) {
        OM_uint32 minor; gss_OID_set set; char *block = malloc(8); (void)argv;
        printf("%x\n", gss_indicate_mechs(&minor, &set)); gss_release_oid_set(&minor, &set);
        free(block); if (argc > 1) block[argc] = 1; return 4; }' >sanitized.c
    for kind in address thread leak undefined; do
        gcc -g -w -fsanitize=$kind -o $kind sanitized.c -lgssapi_krb5
        run -4 env -u LD_PRELOAD -u ASAN_OPTIONS "$BUILD/gsstap" run --all -o "$PWD/%n.pcapng" -- ./$kind
        [ "$output" = 0 ]
        [ "$(trace_json $kind.pcapng | jq -c 'select(.call == "gss_indicate_mechs")' | wc -l)" -ge 1 ]
    done
    # Also below a shell, with options of its own, and it finds what it found.
    run -4 env -u LD_PRELOAD ASAN_OPTIONS=exitcode=9 "$BUILD/gsstap" run -o t.pcapng -- sh -c './address; exit $?'
    run -9 env -u LD_PRELOAD ASAN_OPTIONS=exitcode=9 "$BUILD/gsstap" run -o t.pcapng -- sh -c './address x; exit $?'
    [[ $output == *heap-use-after-free* ]]
    run -0 "$GSSTAP" inspect ./address
    [[ $output == *"ASAN_OPTIONS=verify_asan_link_order=0"* ]]
}

@test "under a file size limit a program starts, with an enforced policy too: the limit is the trace's" {
    enforcing policy.yaml
    run -0 --separate-stderr bash -c 'ulimit -f 8; "$@"' bash "$GSSTAP" run -p policy.yaml -o t.pcapng -- \
        sh -c 'cat "$GSSTAP_HELLO"; echo started'
    [[ $output == "gsstap "*started ]]
    # Also where there is room for nothing, whoever it is, and what it executes; and it finds the limit that it would.
    local kind as policy bare
    limited() { bash -c 'set -o pipefail; (ulimit "$1" 0; shift; exec "$@" 2>&1) | cat' bash "$@"; }
    "$GSSTAP" policy compile -o policy.bin policy.yaml
    chmod a+r policy.bin
    for kind in -f -Sf; do
        bare=$(limited $kind sh -c 'ulimit -Sf; ulimit -Hf')
        for as in env 'setpriv --reuid nobody --clear-groups'; do
            for policy in policy.yaml policy.bin; do
                # shellcheck disable=SC2016,SC2086 # the words are the shell's inside, and words
                run -4 limited $kind $as "$GSSTAP" run -p $policy -- \
                    sh -c 'ulimit -Sf; ulimit -Hf; "$@"; exit $?' sh "$BUILD/hosts/zpair" socket REP bind tcp://127.0.0.1:*
                [[ $output == "$bare"$'\nbind: Permission denied'* && $output != *unobserved* ]]
            done
        done
    done
    # A policy of some size, to its last byte.
    { cat policy.yaml; printf '  unsecured-ok:\n'; printf '    - "ipc:///nowhere/%s"\n' {1..100}; printf '    - "ipc://%s"\n' "$PWD/last"; } >long.yaml
    run -0 limited -f "$GSSTAP" run -p long.yaml -- "$BUILD/hosts/zpair" socket REP bind "ipc://$PWD/last"
    run -4 limited -f "$GSSTAP" run -p long.yaml -- "$BUILD/hosts/zpair" socket REP bind "ipc://$PWD/lost"
}

# AddressSanitizer needs memory of its own.
# bats test_tags=bare
@test "where there is little memory the roll is read all the same, and where there is none that is told once" {
    run -0 bash -c 'ulimit -d 5000; "$@" 2>&1' bash "$GSSTAP" run -e '*' "$BUILD/hosts/titled"
    [[ $output != *"could not be followed"* ]]
    enforcing policy.yaml
    local limit said=
    for ((limit = 4000; limit > 1000; limit -= 100)); do
        said=$(ulimit -d "$limit"; "$GSSTAP" run -p policy.yaml "$BUILD/hosts/titled" 2>&1) || :
        [[ $said != *damaged* ]]
        [[ $said != "gsstap: "*memory* ]] || break
    done
    [ "$said" = "gsstap: no memory" ]
}

@test "a file size limit that leaves no room is named as that" {
    limited() { run -0 bash -c 'set -o pipefail; (ulimit -f "$1"; shift; "$@" 2>&1) | cat' bash "$@"; }
    limited 0 "$GSSTAP" run -e '*' -o t.pcapng "$BUILD/hosts/titled"
    [[ $output == *"t.pcapng: File too large (the file size limit, ulimit -f, leaves no room)"* && $output != *unobserved* ]]
    [[ $output == *"could not be followed: the file size limit (ulimit -f) leaves no room"* ]]
    limited 0 "$GSSTAP" run "$BUILD/hosts/titled"
    [[ $output != *"No such file"* ]]
    limited 1 "$GSSTAP" run -e '*' -o t.pcapng "$BUILD/hosts/titled"
    [[ $output == *"t.pcapng: File too large (the file size limit, ulimit -f, leaves no room)"* ]]
    enforcing policy.yaml
    limited 1 "$GSSTAP" run -p policy.yaml -e '*' -o t.pcapng "$BUILD/hosts/titled"
    [[ $output == *"t.pcapng: File too large (the file size limit, ulimit -f, leaves no room)"* ]]
    [[ $output != *"No space left"* ]]
    [ ! -e t.pcapng ]
}

@test "a program that is started by way of the dynamic loader is observed, and told of only where it is not" {
    local loader
    loader=$(readelf -l "$BUILD/hosts/handshake" | sed -n 's/.*interpreter: \(.*\)]/\1/p')
    run -0 --separate-stderr "$GSSTAP" run -o loaded.pcapng -- "$loader" "$BUILD/hosts/zpair" socket PAIR bind inproc://here
    [ -z "$stderr" ]
    trace_json loaded.pcapng | grep -q zmq_bind
    static_program
    run --separate-stderr "$GSSTAP" run -- "$loader" ./static
    [[ $stderr == *"runs unobserved: the shim did not come up in it"* || $status != 0 ]]
    enforcing strict.yaml
    run -125 "$GSSTAP" run -p strict.yaml -- "$loader" "$BUILD/hosts/zpair"
    [[ $output == *"is not started: it might not be covered, and the policy is to be enforced: it is the dynamic loader"* ]]
}

# LeakSanitizer ends a program that has no /proc.
# bats test_tags=bare
@test "without /proc it is said that it is missing, not that the shim is" {
    run -125 unshare -rm sh -c 'mount -t tmpfs none /proc && exec "$1" run -- true' sh "$GSSTAP"
    [[ $output == *"/proc/self/exe: No such file or directory; is /proc mounted?"* ]]
}

@test "under an enforced policy a program that cannot be covered is not started" {
    static_program
    enforcing policy.yaml
    run -125 "$GSSTAP" run -p policy.yaml ./static
    [[ $output == *"./static is not started"*static* ]]
    [[ $output != *ran* ]]
    "$GSSTAP" policy compile policy.yaml -o policy.bin
    GSSTAP_POLICY=policy.bin run -125 "$GSSTAP" run ./static
    sed -i 's/enforce/audit/' policy.yaml
    run -0 "$GSSTAP" run -p policy.yaml ./static
    [[ $output == *ran* ]]
}

@test "under an enforced policy a program without the shim in it is killed before its first instruction" {
    broken_shim broken
    enforcing policy.yaml
    run -125 --separate-stderr broken/gsstap run -p policy.yaml sh -c 'echo ran; touch ran'
    [ -z "$output" ]
    [ ! -e ran ]
    [[ $stderr == *"gsstap: sh was stopped before its first instruction: the shim did not come up in it"* ]]
}

@test "under an enforced policy a program that is covered runs as it would without" {
    enforcing policy.yaml
    run -7 "$GSSTAP" run -p policy.yaml sh -c 'grep TracerPid /proc/self/status; exit 7'
    [ "$output" = "TracerPid:"$'\t'0 ]
    printf '#!/bin/sh\nexec sh -c "echo $1; exit 8"\n' >script
    chmod +x script
    run -8 "$GSSTAP" run -p policy.yaml ./script arrived
    [ "$output" = arrived ]
    run -127 "$GSSTAP" run -p policy.yaml ./no-such-program
    printf '#!/no/such/interpreter\n' >script
    run ! "$GSSTAP" run -p policy.yaml ./script
}

@test "under an enforced policy what a constructor forks goes on to its end, too" {
    enforcing policy.yaml
    printf '#include <stdio.h>\n#include <sys/wait.h>\n#include <unistd.h>\n%s\n' '__attribute__((constructor)) static void early(void) {
        if (fork()) wait(NULL); } int main(void) { puts("main"); return 0; }' >early.c
    gcc -o early early.c
    run -0 "$GSSTAP" run -p policy.yaml -o t.pcapng -- ./early
    [ "$output" = $'main\nmain' ]
}

@test "where ptrace is taken, nothing is started under an enforced policy" {
    enforcing policy.yaml
    run -125 strace -f -qq -e trace=none -o /dev/null "$GSSTAP" run -p policy.yaml touch started
    [[ $output == *"touch is not started: "*ptrace* ]]
    [ ! -e started ]
}

@test "an enforced policy refuses, and the program is told" {
    enforcing policy.yaml
    run -0 --separate-stderr "$GSSTAP" run -p policy.yaml -o t.pcapng -- "$PYTHON" -c 'import zmq
s = zmq.Context().socket(zmq.REP)
try:
    s.bind("tcp://127.0.0.1:*")
except zmq.ZMQError as error:
    print(error)'
    [ "$output" = "Permission denied" ]
    trace_json t.pcapng | grep '"event": *"refused"' | grep -q zmq.unsecured
}

@test "a wrong policy is explained, and the program is not started" {
    printf 'version: 1\nmode: enforce\nzmq:\n  unsecure: refuse\n' >policy.yaml
    run -2 "$GSSTAP" run -p policy.yaml touch started
    [[ $output == *"policy.yaml:4:"* ]]
    run -2 "$GSSTAP" run -p no-such-policy.yaml touch started
    [[ $output == *no-such-policy.yaml* ]]
    enforcing good.yaml
    "$GSSTAP" policy compile good.yaml -o good.bin
    printf 'x' | dd of=good.bin bs=1 seek=70 conv=notrunc status=none
    run -2 "$GSSTAP" run -p good.bin touch started
    [[ $output == *good.bin* ]]
    [ ! -e started ]
}

@test "a compiled policy is used where it lies, one in YAML lasts as long as the tree" {
    enforcing policy.yaml
    "$GSSTAP" policy compile policy.yaml -o policy.bin
    run -0 "$GSSTAP" run -p policy.bin sh -c 'echo "$GSSTAP_POLICY"'
    [ "$output" = "$PWD/policy.bin" ]
    mkfifo go
    "$GSSTAP" run -p policy.yaml -o t.pcapng sh -c 'echo "$GSSTAP_POLICY" >where
        (read -r _ <go; cmp "$GSSTAP_POLICY" policy.bin && echo same >result) & exit 5' 3>&- &
    pid=$!
    wait_until 20 test -s where
    [ -f "$(cat where)" ]
    echo >go
    ended $pid 5
    [ "$(cat result)" = same ]
    [ ! -e "$(cat where)" ]
    [ -z "$(leftovers $pid)" ]
}

@test "a policy of the environment stays in force without -p" {
    enforcing policy.yaml
    "$GSSTAP" policy compile policy.yaml -o policy.bin
    GSSTAP_POLICY=$PWD/policy.bin run -0 "$GSSTAP" run sh -c 'echo "$GSSTAP_POLICY"'
    [ "$output" = "$PWD/policy.bin" ]
    # A run inside a run: the outer one's policy holds.
    run -0 "$GSSTAP" run -p policy.yaml "$GSSTAP" run -o t.pcapng "$PYTHON" -c 'import zmq
try: zmq.Context().socket(zmq.REP).bind("tcp://127.0.0.1:*")
except zmq.ZMQError as error: print(error)'
    [[ $output == *"Permission denied"* ]]
}

@test "a daemon's calls are seen to their end" {
    mkfifo go
    "$GSSTAP" run sh -c "(read -r _ <go; $PYTHON -c '$CALLS') >/dev/null & exit 6" 2>err 3>&- &
    pid=$!
    echo >go
    ended $pid 6
    grep -q 'zmq_bind(' err
}

@test "told to end after the program has, run leaves the rest of the tree alone" {
    mkfifo go
    enforcing policy.yaml
    "$GSSTAP" run -p policy.yaml sh -c '
        (echo $BASHPID >/dev/null; sh -c "echo \$PPID" >daemon.new; mv daemon.new daemon; read -r _ <go; echo went on >result) &
        echo "$GSSTAP_POLICY" >where; exit 4' 2>err 3>&- &
    pid=$!
    wait_until 20 test -s daemon
    daemon=$(cat daemon)
    # Its parent is run once the program has ended.
    wait_until 20 sh -c "[ \"\$(ps -o ppid= -p $daemon | tr -d ' ')\" = $pid ]"
    kill -TERM $pid
    ended $pid 4
    kill -0 "$daemon"
    grep -q "go on; their policy stays in $(cat where)" err
    [ -f "$(cat where)" ]
    echo >go
    wait_until 20 test -s result
    rm -r "$(dirname "$(cat where)")"
}

@test "what a killed run left behind is removed by a later one" {
    mkfifo go
    "$GSSTAP" run sh -c 'echo "$GSSTAP_HELLO" >where; read -r _ <go' 3>&- &
    pid=$!
    wait_until 20 test -s where
    left=$(dirname "$(cat where)")
    touch -d '2 minutes ago' "$left"
    "$GSSTAP" run true
    [ -d "$left" ] # its run lives
    kill -KILL $pid
    ended $pid 137
    "$GSSTAP" run true
    [ ! -e "$left" ]
    echo >go
}

@test "what another process sends to run reaches the program once" {
    timeout 120 "$PYTHON" "$TOP/tests/run_jobs.py" forward "$GSSTAP"
}

@test "what the program sends to its process group does not come back to it" {
    timeout 60 "$PYTHON" "$TOP/tests/run_jobs.py" group "$GSSTAP"
}

@test "^C reaches the program once" {
    timeout 60 "$PYTHON" "$TOP/tests/run_jobs.py" interrupt "$GSSTAP"
}

@test "a hangup of the terminal reaches the program when run leads the session" {
    timeout 60 "$PYTHON" "$TOP/tests/run_jobs.py" hangup "$GSSTAP"
}

@test "the job stops for the shell when its program does, and fg continues it" {
    timeout 60 "$PYTHON" "$TOP/tests/run_jobs.py" suspend "$GSSTAP"
}
