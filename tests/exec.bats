#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs that are executed: which of them ran unobserved and why, what is recorded, what is put back.

# shellcheck disable=SC2016 # what is in single quotes is for the program
# shellcheck disable=SC2154 # $stderr is set by run --separate-stderr
bats_require_minimum_version 1.5.0
load helper

FUNCTIONS='execve execv execvp execvpe execl execlp execle fexecve execveat posix_spawn posix_spawnp system popen'
BIND='import zmq
try: zmq.Context().socket(zmq.REP).bind("tcp://127.0.0.1:*"); print("served")
except zmq.ZMQError as error: print(error)'

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    export TMPDIR=$BATS_TEST_TMPDIR HOST=$BUILD/hosts/exec_family
    # For the shells of these tests: the runtime of a sanitizer build is no setting of theirs.
    unset "${!GSSTAP_@}"
}

teardown() {
    [ -z "${open:-}" ] || rm -r "$open"
}

# open_directory FILE...: goes where nobody can write and read, with these files.
open_directory() {
    open=$(mktemp -d /tmp/exec-bats-XXXXXX)
    chmod 777 "$open"
    [ $# = 0 ] || cp --preserve=all "$@" "$open"
    cd "$open"
    export TMPDIR=$open
}

enforcing() {
    printf 'version: 1\nmode: enforce\nzmq:\n  unsecured: refuse\n' >"$1"
}

# events FILE...: the exec events, one a line: function, file, missing, restored.
events() {
    trace_json "$@" | jq -r 'select(.event == "exec") | "\(.function) \(.path) [\(.missing)] \(.restored)"'
}

# brings_us ENVIRONMENT: its LD_PRELOAD loads the shim.
brings_us() {
    grep -qE '^LD_PRELOAD=(.*[: ])?/[^: ]*/libgsstap\.so' <<<"$1"
}

# not_followed TEXT: no line about a program that ran unobserved.
not_followed() {
    if grep -E 'unobserved|125' <<<"$1"; then return 1; fi
}

@test "whichever function executes it, a program that lost the shim is recorded and named" {
    local function program
    for function in $FUNCTIONS; do
        echo "$function"
        case $function in system | popen) program=/bin/sh ;; *) program=/usr/bin/env ;; esac
        rm -f ./*.pcapng
        run -0 --separate-stderr "$GSSTAP" run -o t-%p.pcapng "$HOST" "$function"
        [[ $output == *MARK=here* ]]
        [[ $output != *GSSTAP* && $output != *libgsstap* ]]
        [ "$(grep -c "unobserved: it was given" <<<"$stderr")" = 1 ]
        [[ $stderr == "gsstap: $program ran unobserved: it was given an environment without gsstap's variables"* ]]
        [ "$(events t-*.pcapng)" = "$function $program [LD_PRELOAD, GSSTAP_TRACE, GSSTAP_HELLO] false" ]
    done
}

@test "a process that could not be made did not run unobserved, and the shell of system is told not to have come about" {
    local function
    open_directory "$HOST"
    for function in posix_spawn posix_spawnp system popen; do
        echo "$function"
        rm -f ./*.pcapng
        run -0 ./exec_family "$function" refused
        bare=$output
        [[ $bare =~ ^("7f00 ")?[1-9][0-9]*$ ]]
        run -0 --separate-stderr "$GSSTAP" run --strict -o "$PWD/t-%p.pcapng" ./exec_family "$function" refused
        [ "$output" = "$bare" ]
        [ -z "$stderr" ]
        [ $function != system ] || trace_json t-*.pcapng | jq -e -s --argjson errno "${bare#* }" \
            'map(select(.event == "exec")) | length == 2 and .[1].errno == $errno and .[0].errno == null'
        [ $function = system ] || [ "$(ls)" = exec_family ]
    done
}

@test "whichever function executes it, --follow-exec puts back what was lost" {
    local function
    for function in $FUNCTIONS; do
        echo "$function"
        rm -f ./*.pcapng
        run -0 --separate-stderr "$GSSTAP" run --strict --follow-exec -o t-%p.pcapng "$HOST" "$function"
        [ -z "$stderr" ]
        [[ $output == *MARK=here* ]]
        brings_us "$output"
        grep -qx "GSSTAP_TRACE=$PWD/t-%p.pcapng" <<<"$output"
        grep -q '^GSSTAP_HELLO=/' <<<"$output"
        # Once each, and nothing of the program's own is lost.
        [ "$(cut -d= -f1 <<<"$output" | sort | uniq -d)" = "" ]
        case $function in execl | execlp | execle) grep -qx A=1 <<<"$output" ;; esac
        [ "$(events t-*.pcapng | sed 's/ .*\] / /')" = "$function true" ]
    done
}

@test "with nothing asked for, a program is executed with the environment that it is given" {
    local function bare
    for function in $FUNCTIONS; do
        echo "$function"
        bare=$("$HOST" "$function")
        run -0 under_shim "$HOST" "$function"
        [ "$output" = "$bare" ]
        # An environment that brings us goes on as it is, also where something is asked for.
        run -0 env GSSTAP_FOLLOW_EXEC=1 LD_PRELOAD="$PRELOAD" "$HOST" "$function"
        [ "$output" = "$bare" ]
    done
}

@test "what cannot be executed fails as it does without us, and is not named" {
    local function bare
    for function in execve execv execvp execvpe execl execlp execle fexecve execveat posix_spawn posix_spawnp; do
        echo "$function"
        run -1 "$HOST" "$function" missing
        bare=$output
        run -1 --separate-stderr "$GSSTAP" run --strict --follow-exec -o t-%p.pcapng "$HOST" "$function" missing
        [ "$output" = "$bare" ]
        [ -z "$stderr" ]
    done
    run -127 --separate-stderr "$GSSTAP" run --strict -o t-%p.pcapng sh -c 'no-such-program'
    not_followed "$stderr"
}

@test "a child of fork or vfork executes with what it lost, and its parent's environment stays as it was" {
    local function how
    for function in execve execvp execl fexecve posix_spawn; do
        for how in fork vfork; do
            echo "$function $how"
            rm -f ./*.pcapng
            run -0 "$GSSTAP" run --strict --follow-exec -o t-%p.pcapng "$HOST" "$function" $how
            brings_us "$output"
            [ "$(events t-*.pcapng | wc -l)" = 1 ]
        done
    done
}

@test "events after a child of vfork recorded one are the parent's thread's" {
    run -0 "$GSSTAP" run -o t.pcapng "$PYTHON" -c 'import subprocess, zmq
subprocess.run(["true"], env={})
zmq.Context().term()'
    trace_json t.pcapng >events
    # Python executes by vfork: the child is in the event, and the calls have the thread of the parent.
    [ "$(jq 'select(.event == "exec") | .child != .pid and .child > 0' events)" = true ]
    [ "$(jq 'select(.event == "call") | .tid == .pid' events | sort -u)" = true ]
    grep -q '"event": *"coverage"' events
}

@test "a large environment and a title over the environment change nothing" {
    local function how
    for function in execve posix_spawn system; do
        for how in many title; do
            echo "$function $how"
            run -0 --separate-stderr "$GSSTAP" run --strict --follow-exec "$HOST" "$function" $how
            brings_us "$output"
            grep -q '^GSSTAP_HELLO=/' <<<"$output"
            [ $how != many ] || [ "$(grep -c '^FILLER=' <<<"$output")" -ge 1 ]
        done
    done
}

# A sanitizer's frames are larger than such stacks.
# bats test_tags=bare
@test "a small stack is large enough, whichever function executes on it" {
    local function how as whole
    open_directory
    for function in $FUNCTIONS; do
        for how in thread handler; do
            # Without us it is too small for what the host reads into.
            [ "$function $how" != "popen handler" ] || continue
            "$HOST" "$function" "$how" >bare
            for as in '' 'setpriv --reuid nobody --clear-groups'; do
                for whole in '' whole; do
                    echo "$function $how $whole: $as"
                    # shellcheck disable=SC2086 # a command and its options
                    run -0 --separate-stderr $as "$GSSTAP" run --strict --follow-exec -o t-%p.pcapng "$HOST" "$function" "$how" $whole
                    [ -z "$stderr" ]
                    brings_us "$output"
                done
            done
        done
    done
}

@test "a thread that is to end at the next call at which it may executes as it does without us" {
    local function as
    open_directory
    for function in execve execv execvp execvpe execl execlp execle posix_spawn posix_spawnp; do
        for as in '' 'setpriv --reuid nobody --clear-groups'; do
            echo "$function: $as"
            "$HOST" "$function" cancelled >bare
            # shellcheck disable=SC2086 # a command and its options
            run -0 $as "$GSSTAP" run --strict --follow-exec -o t-%p.pcapng "$HOST" "$function" cancelled
            brings_us "$output"
        done
    done
}

# A sanitizer's runtime reads what such functions are given before we do.
# bats test_tags=bare
@test "pointers that lead nowhere are found by the kernel, as without us" {
    local how
    enforcing policy.yaml
    "$BUILD/hosts/exec_bad" >bare 2>bare.err
    [ "$(grep -c EFAULT bare)" -gt 40 ]
    for how in '' --follow-exec '-p policy.yaml'; do
        # shellcheck disable=SC2086 # an option and its argument
        "$GSSTAP" run $how -o t-%p.pcapng "$BUILD/hosts/exec_bad" >out 2>err
        diff bare out
    done
    under_shim "$BUILD/hosts/exec_bad" >out
    diff bare out
    # Nor are files made up for them.
    events t-*.pcapng >told
    cat told
    [ "$(grep -vcE '/(true|sh) ' told)" = 0 ]
}

@test "what failed to be executed is not told as executed" {
    local function
    mkdir none
    printf 'no program\n' >text
    printf '#!/no/such/interpreter\n' >script
    printf 'x' >closed
    chmod +x text script
    # Who looks for a program along a path of his own tries many files that are not there.
    run -0 --separate-stderr "$GSSTAP" run -o s-%p.pcapng "$PYTHON" -c 'import subprocess
subprocess.run(["true"], env={"PATH": "/opt:none:/srv:/usr/bin"})'
    [ "$(events s-*.pcapng)" = "execve /usr/bin/true [LD_PRELOAD, GSSTAP_TRACE, GSSTAP_HELLO] false" ]
    run -0 --separate-stderr "$GSSTAP" run -o t-%p.pcapng "$PYTHON" -c 'import ctypes, os, subprocess
for program in ["/bin/no-such", "./text/true", ".", "./closed", "/no-such/true", "./text", "./script"]:
    for how in (os.execve, os.posix_spawn):
        try:
            how(program, ["x"], {"A": "1"})
        except OSError as error:
            print(error.errno)
try:
    os.execve("/bin/true", ["true", "x" * 200000], {"A": "1"})
except OSError as error:
    print(error.errno)
libc = ctypes.CDLL(None)
os.unsetenv("LD_PRELOAD")
print(libc.popen(b"true", b"no mode"))
print(libc.system(b"x" * 200000))'
    [ "$(tr '\n' ' ' <<<"$output")" = "2 2 20 20 13 13 13 13 2 2 8 8 2 2 7 0 32512 " ]
    not_followed "$stderr"
    # It is executed or it is not: of what only the kernel finds, it is told afterwards.
    trace_json t-*.pcapng >told
    [ "$(jq -r 'select(.event == "exec") | "\(.function) \(.path) \(.errno_name)"' told)" = "execve $PWD/text null
execve $PWD/text ENOEXEC
execve $PWD/script null
execve $PWD/script ENOENT
execve /bin/true null
execve /bin/true E2BIG" ]
    "$GSSTAP" decode t-*.pcapng | grep "executed $PWD/text by execve .*, which failed: ENOEXEC"
    run -0 "$GSSTAP" decode --summary t-*.pcapng
    [[ $output != *"without gsstap"* ]]
    run -0 "$GSSTAP" decode --summary --format json t-*.pcapng
    [[ $output != *'"what": "exec"'* && $output != *'"what":"exec"'* ]]
}

@test "the shim is put where it was: behind a sanitizer's runtime, in front of all else" {
    local runtime
    runtime=$(gcc -print-file-name=libubsan.so)
    run -0 --separate-stderr "$GSSTAP" run --strict --follow-exec sh -c 'LD_PRELOAD=libm.so.6 sh -c "echo \$LD_PRELOAD"'
    [[ $output == *"/libgsstap.so:libm.so.6" ]]
    run -0 --separate-stderr "$GSSTAP" run --strict --follow-exec sh -c 'LD_PRELOAD="$1 libm.so.6" sh -c "echo \$LD_PRELOAD"' sh "$runtime"
    [[ $output == "$runtime "*"/libgsstap.so:libm.so.6" ]]
    run -0 --separate-stderr env LD_PRELOAD="${SANITIZER:+$SANITIZER:}libm.so.6" "$BUILD/gsstap" run --strict --follow-exec env -u LD_PRELOAD sh -c 'echo "$LD_PRELOAD"'
    [[ $output == *"/libgsstap.so" ]]
}

@test "the command of system and popen arrives as it was given" {
    local function command bare ended
    for function in system popen; do
        for command in 'printf "%s|" "it'\''s" "\$HOME" `echo x` \\ "a  b"; exit 7' 'echo $0 $#; no-such-command' 'if' '' \
            $'cat <<E\none $((1+1))\nE\necho two # three' 'kill -9 $$' 'echo $LINENO; false' -x; do
            echo "$function: $command"
            ended=0
            bare=$("$HOST" "$function" command "$command" 2>&1) || ended=$?
            status=0
            output=$("$GSSTAP" run --strict --follow-exec -o t-%p.pcapng "$HOST" "$function" command "$command" 2>&1) || status=$?
            [ "$status" = "$ended" ]
            # Of an option the shell complains under its name.
            [ "${output/#\/bin\/sh/sh}" = "$bare" ]
        done
    done
}

@test "ctypes reaches the same functions" {
    run -0 "$GSSTAP" run --strict --follow-exec "$PYTHON" -c 'import ctypes, os
libc = ctypes.CDLL("libc.so.6")
argv = (ctypes.c_char_p * 2)(b"env", None)
libc.execve(b"/usr/bin/env", argv, (ctypes.c_char_p * 1)(None))'
    brings_us "$output"
}

@test "under an enforced policy a child with a cleaned environment is judged all the same" {
    enforcing policy.yaml
    cat >clean.py <<'E'
import os, subprocess, sys
program = [sys.executable, "-c", sys.argv[1]]
clean = {k: v for k, v in os.environ.items() if k == "ASAN_OPTIONS"}  # what a sanitizer is told
subprocess.run(program, env=clean)
os.environ.clear()
os.environ.update(clean)
subprocess.run(program)
sys.stdout.flush()
os.execve(program[0], program, clean)
E
    run -0 --separate-stderr "$GSSTAP" run -p policy.yaml -o t-%p.pcapng "$PYTHON" clean.py "$BIND"
    [ "$(sort <<<"$output" | uniq -c | tr -s ' ')" = " 3 Permission denied" ]
    not_followed "$stderr"
    # Without gsstap run as well, as a service's drop-in sets it.
    "$GSSTAP" policy compile policy.yaml -o policy.bin
    run -0 under_shim GSSTAP_POLICY="$PWD/policy.bin" "$PYTHON" clean.py "$BIND"
    [ "$(sort <<<"$output" | uniq -c | tr -s ' ')" = " 3 Permission denied" ]
    # One that only looks on puts nothing back.
    sed -i 's/enforce/audit/' policy.yaml
    run -0 --separate-stderr "$GSSTAP" run -p policy.yaml -o u-%p.pcapng "$PYTHON" clean.py "$BIND"
    [ "$(sort <<<"$output" | uniq -c | tr -s ' ')" = " 3 served" ]
    [[ $stderr == *"python3"*" ran unobserved 3 times: "*--follow-exec* ]]
}

@test "env -i and a shell that unsets the variable are seen, and followed when asked" {
    run -0 --separate-stderr "$GSSTAP" run -o t-%p.pcapng env -i "$PYTHON" -c "$BIND"
    [[ $output == served ]]
    [[ $stderr == *"ran unobserved: it was given an environment"* ]]
    run -0 --separate-stderr "$GSSTAP" run -o t-%p.pcapng sh -c 'unset LD_PRELOAD; "$@"; :' sh "$PYTHON" -c "$BIND"
    [[ $stderr == *"ran unobserved: it was given an environment"* ]]
    for clean in "env -i ${ASAN_OPTIONS:+ASAN_OPTIONS=$ASAN_OPTIONS}" 'env -u LD_PRELOAD'; do
        rm -f ./*.pcapng
        # shellcheck disable=SC2086 # a command and its arguments
        run -0 --separate-stderr "$GSSTAP" run --strict --follow-exec -o u-%n-%p.pcapng $clean "$PYTHON" -c "$BIND"
        [ -z "$stderr" ]
        trace_json u-python*.pcapng | grep -q zmq_bind
    done
}

@test "each kind of program that cannot take the shim is named with its reason" {
    printf '#include <unistd.h>\nint main(void) { return 0; }\n' >plain.c
    gcc -static -o static plain.c
    cp /usr/bin/true caps
    setcap cap_net_raw+ep caps
    run -0 --separate-stderr "$GSSTAP" run -o t-%p.pcapng sh -c './static; ./static; ./static; ./caps; true'
    [[ $stderr == *"static ran unobserved 3 times: it is statically linked"* ]]
    [ "$(id -u)" = 0 ]
    # For root the file's capabilities are no privilege, and the shim is loaded.
    [[ $stderr != *caps* ]]
    open_directory caps
    run -0 --separate-stderr setpriv --reuid nobody --clear-groups "$GSSTAP" run -o n-%p.pcapng sh -c './caps; su -h >su.out; true'
    [[ $stderr == *"caps ran unobserved: it gains privileges"* ]]
    [[ $stderr == *"/su ran unobserved: it gains privileges"* ]]
    # However much the kernel has to say of the process before what is looked for.
    rm -f n-*.pcapng
    run -0 setpriv --reuid nobody --groups "$(seq -s , 1000000 1000900)" "$GSSTAP" run --follow-exec -o n-%p.pcapng env -i ./caps
    [ "$(events n-*.pcapng)" = "execvp $PWD/caps [LD_PRELOAD, GSSTAP_TRACE, GSSTAP_HELLO, GSSTAP_FOLLOW_EXEC] false" ]
}

@test "what gains privileges is never given the shim, and is named" {
    open_directory
    enforcing policy.yaml
    run -125 --separate-stderr setpriv --reuid nobody --clear-groups "$GSSTAP" run --strict -p policy.yaml -o t-%p.pcapng \
        env -i sudo -n true
    [[ $stderr == *"sudo ran unobserved: it gains privileges"* ]]
    [[ $stderr == *"exit status 125: --strict, and a process ran unobserved"* ]]
    trace_json t-*.pcapng | jq -se 'any(.[]; .event == "exec" and .restored == false and (.reason | test("gains privileges")))'
}

@test "sudo and su that clean the environment are followed where they take the shim" {
    for clean in 'sudo -n' 'su -c'; do
        rm -f ./*.pcapng
        # shellcheck disable=SC2086 # a command and its options
        run -0 --separate-stderr "$GSSTAP" run --strict --follow-exec -o t-%p.pcapng $clean env
        [ -z "$stderr" ]
        brings_us "$output"
    done
    run -0 --separate-stderr "$GSSTAP" run -o t-%p.pcapng sudo -n env
    [[ $stderr == *"/env ran unobserved: it was given an environment"* ]]
    [[ $output != *libgsstap* ]]
}

@test "whichever function executes it, a program under a filter that kills lives, and is told of the filter" {
    cat >filtered.py <<'END'
import ctypes, os, struct, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.popen.restype = ctypes.c_void_p
kills = [(0x20, 0, 0, 0), (0x15, 0, 1, int(os.environ["KILLS"])), (0x06, 0, 0, 0x80000000), (0x06, 0, 0, 0x7fff0000)]
code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *line) for line in kills))
program = struct.pack("<HxxxxxxQ", len(kills), ctypes.addressof(code))
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, program, 0, 0) == 0
args = [sys.argv[1], "before", "kill"]
def spawned(environment):
    return os.waitpid(os.posix_spawn(args[0], args, environment), 0)[1]
print(spawned(os.environ), spawned({**os.environ, "GSSTAP_FILTER": "other"}), os.system(" ".join(args) + " && env"),
      libc.pclose(ctypes.c_void_p(libc.popen(("exec " + " ".join(args)).encode(), b"w"))), subprocess.run(args).returncode, file=sys.stderr)
END
    export KILLS=296 # pwritev
    bare=$(env -u GSSTAP_FILTER "$PYTHON" filtered.py "$BUILD/hosts/sandbox" 2>&1 >/dev/null)
    [ "$bare" = "0 0 0 0 0" ]
    under_shim GSSTAP_TRACE="$PWD/t-%p.pcapng" GSSTAP_CALLS='*' "$PYTHON" filtered.py "$BUILD/hosts/sandbox" >out 2>err
    cat err
    [ "$(<err)" = "$bare" ]
    grep -x GSSTAP_FILTER=kills out
    run -0 --separate-stderr "$GSSTAP" run -e '*' -o t-%p.pcapng "$PYTHON" filtered.py "$BUILD/hosts/sandbox"
    echo "$stderr"
    [ "$(head -1 <<<"$stderr")" = "$bare" ]
    [ "$(grep -c ": [0-9]* events could not be recorded: a seccomp filter stops the recorder's system calls" <<<"$stderr")" = 5 ]
    # What only is asked of a file that is executed: its capabilities, by who is not root.
    export KILLS=191 # getxattr
    open_directory filtered.py
    bare=$(setpriv --reuid nobody --clear-groups env -u GSSTAP_FILTER "$PYTHON" filtered.py /bin/true 2>&1 >/dev/null)
    [ "$bare" = "0 0 0 0 0" ]
    run -0 --separate-stderr setpriv --reuid nobody --clear-groups "$GSSTAP" run -o t-%p.pcapng "$PYTHON" filtered.py /bin/true
    echo "$stderr"
    [ "$(head -1 <<<"$stderr")" = "$bare" ]
}

@test "a sandbox that does not reach the shim, or this run, is named" {
    # The file that every process of the run tells in is memory that bwrap cannot take away.
    run -125 --separate-stderr "$GSSTAP" run --strict --follow-exec -o t-%p.pcapng bwrap --ro-bind /usr /usr --symlink usr/lib /lib \
        --symlink usr/lib64 /lib64 --symlink usr/bin /bin --unshare-pid --clearenv /bin/true
    [[ $stderr == *"/bin/true ran unobserved: libgsstap.so cannot be reached from where it runs: a sandbox"* ]]
    run -125 --separate-stderr "$GSSTAP" run --strict -o t-%p.pcapng bwrap --ro-bind / / --dev /dev --tmpfs "$TMPDIR" --tmpfs /tmp \
        --ro-bind "$BUILD" "$BUILD" /bin/true
    [[ $stderr == *"/bin/true ran unobserved: the directory of this run cannot be reached"* ]]
    run -0 --separate-stderr "$GSSTAP" run --strict -o t-%p.pcapng bwrap --dev-bind / / --unshare-pid /bin/true
    not_followed "$stderr"
}

@test "a tree in which the shim came up everywhere ends as its program ended" {
    run -7 --separate-stderr "$GSSTAP" run --strict -o t-%p.pcapng sh -c 'true | cat; (exec env true); "$1" -c "
import os, subprocess
subprocess.run([\"true\"])
os.system(\"true\")
os.popen(\"true\").read()
os.posix_spawn(\"/bin/true\", [\"true\"], os.environ)
os.wait()"; "$2" run true; exit 7' sh "$PYTHON" "$BUILD/gsstap"
    not_followed "$stderr"
}

@test "the list of programs that ran unobserved is short, whatever there was" {
    printf '#include <unistd.h>\nint main(void) { return 0; }\n' >plain.c
    gcc -static -o static plain.c
    for i in $(seq 30); do ln static "s$i"; done
    run -0 --separate-stderr "$GSSTAP" run -o t-%p.pcapng sh -c 'for i in $(seq 30); do ./s$i; done; ./static; cp static "$(printf "e\033[31m")"; ./e*'
    [ "$(grep -c 'ran unobserved:' <<<"$stderr")" = 10 ]
    [[ $stderr == *"22 more programs ran unobserved"* ]]
    run -0 --separate-stderr "$GSSTAP" run -o t-%p.pcapng sh -c './e*; :'
    [[ $stderr == *"31m ran unobserved"* && $stderr != *$'\e'* ]]
}

# begin COMMAND...: below a strict run, in the background, with what it says in err. Its programs wait for go.
begin() {
    [ -p go ] || mkfifo go
    "$GSSTAP" run --strict -o t-%p.pcapng "$@" 2>err 3>&- &
    run=$!
}

# finish STATUS PATTERN: when run has looked at processes of that command line, lets them go on.
finish() {
    local -a before
    wait_until 60 pgrep -f "$2" >/dev/null
    mapfile -t before < <(slept)
    wait_until 60 has_looked "${before[0]}"
    exec 9<>go
    head -c 4096 /dev/zero >&9
    wait_until 60 gone "$run"
    exec 9>&-
    wait "$run" || status=$?
    cat err
    [ "${status:-0}" = "$1" ]
}

slept() {
    awk '/^voluntary/ { print $2 }' "/proc/$run/status"
}

# has_looked BEFORE: it looks at least every third time that something wakes it, while one without the shim is there.
has_looked() {
    [ "$(slept)" -ge $(($1 + 9)) ]
}

# named PROGRAM BY: PROGRAM is said to have run unobserved, once, since BY started it.
named() {
    [ "$(grep -c "^gsstap: $(readlink -f "$1") " err)" = 1 ]
    grep -qxF "gsstap: $(readlink -f "$1") ran unobserved: it was started by $(readlink -f "$2"), which ran without the shim" err
}

# A program that none can be loaded into: waits for a byte of the file that it is given, or for the programs behind.
static_program() {
    cat >"$1.c" <<'END'
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	char byte;

	if (argc == 2)
		return read(open(argv[1], O_RDONLY), &byte, 1) != 1;
	if (!fork()) {
		execv(argv[1], argv + 1);
		_exit(127);
	}
	return wait(NULL) < 0;
}
END
    gcc -static -o "$1" "$1.c"
}

@test "what is started by a program that ran unobserved is named with it, however far below" {
    static_program static
    cp static other
    begin env -i /bin/sh -c 'bash -c "$0 -c \"import subprocess; subprocess.run([\\\"head\\\", \\\"-c1\\\", \\\"$1\\\"])\"; :"; :' "$PYTHON" "$PWD/go"
    finish 125 "^head -c1 $PWD/go"
    named "$(type -P bash)" /bin/sh
    named "$PYTHON" "$(type -P bash)"
    named "$(type -P head)" "$PYTHON"
    grep -q '^gsstap: what unobserved programs start is looked for again and again while they run: ' err
    # One that is static, from PROGRAM itself.
    begin ./static ./other go
    finish 125 '^./other go'
    named other static
    [ "$(grep -c unobserved: err)" = 2 ]
    # In the same process, by a program that is gone at once.
    begin env -i /bin/sh -c "exec head -c1 $PWD/go"
    finish 125 "^head -c1 $PWD/go"
    grep -qE "^gsstap: $(type -P head) ran unobserved: it was started (by|out of sight, by) " err
}

@test "who has the shim is not named, whoever started it" {
    static_program static
    begin sh -c './static go & export p="$LD_PRELOAD"; sh -c "head -c1 go; :" & unset LD_PRELOAD
        bash -c "LD_PRELOAD=\$p head -c1 $PWD/go; :"; wait'
    wait_until 60 pgrep -f '^./static go' >/dev/null
    finish 125 "^head -c1 $PWD/go"
    grep -q "^gsstap: $PWD/static ran unobserved: it is statically linked" err
    grep -q "^gsstap: $(type -P bash) ran unobserved: it was given an environment" err
    [ "$(grep -c unobserved: err)" = 2 ]
    begin ./static "$(type -P head)" -c1 go
    finish 125 ' -c1 go$'
    [ "$(grep -c unobserved: err)" = 1 ]
    begin sh -c 'cat go; :'
    wait_until 60 pgrep -f '^cat go' >/dev/null
    echo >go
    wait "$run"
    [ ! -s err ]
}

@test "of many that were started by one that ran unobserved the list is short, too" {
    static_program static
    for i in $(seq 30); do ln static "s$i"; done
    begin env -i /bin/sh -c 'for i in $(seq 30); do ./s$i go & done; ./s1 go & wait; :'
    wait_until 60 pgrep -f '^./s30 go' >/dev/null
    finish 125 '^./s1 go'
    grep -qx "gsstap: $PWD/s1 ran unobserved 2 times at least: it was started by $(readlink -f /bin/sh), which ran without the shim" err
    [ "$(grep -c ': it was started by ' err)" = 10 ]
    grep -q '^gsstap: [12][0-9] more programs that they started ran unobserved' err
}

@test "what is hidden from who runs it is said to be" {
    static_program static
    cp static other
    chmod u+s static
    open_directory static other
    mkfifo go
    setpriv --reuid nobody --clear-groups "$GSSTAP" run --strict -o t-%p.pcapng sh -c './static ./other go; :' 2>err 3>&- &
    run=$!
    finish 125 '^./other go'
    grep -q '^gsstap: .*/static ran unobserved: it gains privileges\|^gsstap: .*/static ran unobserved: it is statically linked' err
    grep -qx 'gsstap: other may have run unobserved: it was started by static, which ran without the shim, and you may not look into it' err
}

@test "under a limit of file sizes programs are followed as far as the limit goes" {
    run -0 --separate-stderr bash -c 'ulimit -f 64; exec "$@"' bash "$GSSTAP" run --level off sh -c 'env -i true; :'
    [[ $stderr == *"/true ran unobserved: it was given an environment"* ]]
    run -125 --separate-stderr bash -c 'ulimit -f 8; exec "$@"' bash "$GSSTAP" run --level off --strict \
        sh -c 'i=0; while [ $i -lt 200 ]; do /bin/true; i=$((i + 1)); done'
    [[ $stderr == *"more programs were executed than could be followed"* ]]
}

@test "another preload's own ways to execute a program are as they are without us, in either order" {
    local way order asked
    for way in execve execv kernel; do
        for order in "$PRELOAD $BUILD/plugins/exec_preload.so" "$BUILD/plugins/exec_preload.so $PRELOAD"; do
            for asked in NOTHING=1 GSSTAP_TRACE="$PWD/%p.pcapng"; do
                run -0 env "$asked" LD_PRELOAD="$order" "$BUILD/hosts/exec_kernel" $way
            done
        done
    done
}
