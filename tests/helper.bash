# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What every Bats file loads: where things are, how to wait, how to run something under the shim, a realm, a recorder.
# Nothing here waits but for a condition, and whatever it starts in the background is ended by its own id.

TOP=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
BUILD=${BUILD:-$TOP/build}
BUILD=$(cd "$BUILD" && pwd)
SHIM=$BUILD/libgsstap.so
GSSTAP=$BUILD/gsstap
PYTHON=/usr/bin/python3 # the one Debian's python3-zmq belongs to
PRELOAD=$SHIM
export TOP BUILD SHIM GSSTAP PYTHON PRELOAD

# No setting of the caller's may reach a test. Once only: a realm made in setup_file must reach them.
if [ -z "${GSSTAP_TESTS:-}" ]; then
    unset GSSTAP_TRACE GSSTAP_CALLS GSSTAP_LEVEL GSSTAP_POLICY GSSTAP_HELLO GSSTAP_MAX_SIZE GSSTAP_KRB5_TRACE KRB5CCNAME KRB5_KTNAME KRB5_CONFIG KRB5_TRACE
    unset KRB5_CLIENT_KTNAME KRB5_KDC_PROFILE GSS_USE_PROXY LD_PRELOAD LD_LIBRARY_PATH LD_BIND_NOW LD_DEBUG
    unset NO_COLOR COLUMNS LINES MANPAGER PAGER MANPATH MANWIDTH XDG_RUNTIME_DIR BASH_ENV CDPATH LANGUAGE
    unset PYTHONPATH PYTHONHOME PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONWARNINGS JQ_COLORS GREP_COLORS
    # What npm needs to reach a registry is in the file that it looks for at home.
    [ ! -e "${HOME:-}/.npmrc" ] || export NPM_CONFIG_USERCONFIG="${NPM_CONFIG_USERCONFIG:-$HOME/.npmrc}"
    export HOME=$BATS_RUN_TMPDIR TERM=xterm TZ=UTC LANG=C.UTF-8 LC_ALL=C.UTF-8
    export KRB5RCACHENAME=none: GSSTAP_TESTS=1
fi

# In a sanitizer build its runtime must come before the shim in programs that were built without it. SANITIZER is all
# that they then have preloaded besides us.
SANITIZER=
if [ -n "${SAN:-}" ]; then
    mkdir -p "$BUILD/check"
    runtime=
    case $SAN in
    *address*)
        runtime=$(gcc -print-file-name=libasan.so)
        # By this name run takes it for a part of the runtime, behind which the shim belongs.
        SANITIZER=$BUILD/check/libasan.first.so
        ln -sf ../plugins/sanitizer_first.so "$SANITIZER"
        ;;
    esac
    case $SAN in *thread*) runtime=$(gcc -print-file-name=libtsan.so) ;; esac
    case $SAN in *undefined*) runtime="$runtime${runtime:+ }$(gcc -print-file-name=libubsan.so)" ;; esac
    SANITIZER="$runtime${SANITIZER:+ $SANITIZER}"
    PRELOAD="$SANITIZER $SHIM"
    # run's programs need it as well, once; those of realm do not, and Debian's cat cannot live with it.
    GSSTAP=$BUILD/check/gsstap
    # shellcheck disable=SC2016 # expanded by the wrapper
    printf '#!/bin/sh\ncase $1:$LD_PRELOAD in\nrun:*lib*san.so*) ;;\nrun:*) export LD_PRELOAD="%s${LD_PRELOAD:+ $LD_PRELOAD}" ;;\nesac\nexec "%s" "$@"\n' \
        "$SANITIZER" "$BUILD/gsstap" >"$GSSTAP.$$"
    chmod +x "$GSSTAP.$$" && mv "$GSSTAP.$$" "$GSSTAP"
    # A crash stays the crash it would be without: how a program ended is what some tests look at. Nor is it the
    # runtime's to end a program that asks for more memory than there is, as libzmq does for some hostile frames; up
    # to 16 GB it would give, and write down an eighth of it, for seconds and never given back.
    ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0:allocator_may_return_null=1:max_allocation_size_mb=1024
    export ASAN_OPTIONS=$ASAN_OPTIONS:handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigfpe=0:handle_sigill=0
    export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
    # Of libraries that were not built with it, it does not know what orders their threads.
    export TSAN_OPTIONS=ignore_noninstrumented_modules=1:die_after_fork=0:report_thread_leaks=0:handle_segv=0:handle_sigbus=0:handle_abort=0:${TSAN_OPTIONS-halt_on_error=1}
fi

# slack N: prints N, which fits an idle machine, times as much as this one is busier: for a time that is the point of a test.
slack() {
    local load
    read -r load _ </proc/loadavg
    echo $(($1 * (1 + ${load%.*} / $(nproc))))
}

# patience SECONDS: prints a deadline that only a hang misses: a minute at least, and longer the busier the machine is.
patience() {
    slack $(($1 > 60 ? $1 : 60))
}

# wait_until SECONDS COMMAND...: polls COMMAND until it succeeds; fails after the deadline (see patience).
wait_until() {
    local limit=$1 end=
    shift
    until "$@"; do
        [ -n "$end" ] || end=$((SECONDS + $(patience "$limit")))
        if [ $SECONDS -ge $end ]; then
            echo "waited in vain for: $*" >&2
            return 1
        fi
        sleep 0.05
    done
}

# under_shim [VAR=VALUE...] COMMAND...: runs COMMAND with the shim preloaded, and nothing else of gsstap's asked for.
under_shim() {
    env LD_PRELOAD="$PRELOAD${LD_PRELOAD:+ $LD_PRELOAD}" "$@"
}

# trace_json FILE...: the events as JSON Lines, in order of time.
trace_json() {
    "$GSSTAP" decode --format json "$@"
}

# rm WORD...: as the command of that name, but copies of the traces that go are kept, to be judged with all others in the
# end (setup_suite.bash). No links: a program that still writes one sees by their number that it is gone.
rm() {
    local word trace
    for word in "$@"; do
        if [ -d "$word" ] || [[ $word == *.pcapng ]]; then
            while read -r -d "" trace; do
                mkdir -p "$BATS_RUN_TMPDIR/removed"
                cp "$trace" "$(mktemp -p "$BATS_RUN_TMPDIR/removed" --suffix=.pcapng XXXXXX)" || :
            done < <(find "$word" -type f -name '*.pcapng' -print0 2>/dev/null)
        fi
    done
    command rm "$@"
}

# free_port [COUNT]: prints that many different ports of 127.0.0.1 that nobody had just now. They are below those
# that the kernel gives to connections, which can be all in use (TIME-WAIT) after a test with very many.
free_port() {
    "$PYTHON" -c 'import random, socket, sys
end = int(open("/proc/sys/net/ipv4/ip_local_port_range").read().split()[0])
socks = []
while len(socks) < int(sys.argv[1]):
    s = socket.socket()
    try:
        s.bind(("127.0.0.1", random.randrange(max(1024, end - 12000), end)))
    except OSError:
        continue
    socks.append(s)
ports = [s.getsockname()[1] for s in socks]
for s in socks:
    s.close()  # before anybody can read what they are
print(*ports)' "${1:-1}"
}

# in_realm [OPTION... --] COMMAND...: runs COMMAND in a throwaway realm; the options are those of gsstap realm.
in_realm() {
    case $1 in
    -*) "$GSSTAP" realm "$@" ;;
    *) "$GSSTAP" realm -u alice -s host@localhost -- "$@" ;;
    esac
}

# realm_up [OPTION...]: for setup_file. One realm for the whole Bats file: its environment is exported to the tests.
realm_up() {
    local dir=$BATS_FILE_TMPDIR/realm
    mkdir "$dir"
    mkfifo "$dir/end"
    # shellcheck disable=SC2016 # expanded by the inner shell
    "$GSSTAP" realm "$@" -- sh -c 'ln -s "$GSSTAP_REALM/env" "$1/env" && read -r end <"$1/end"' sh "$dir" \
        >"$dir/log" 2>&1 3>&- &
    export REALM_PID=$!
    wait_until 60 realm_settled "$dir"
    [ -e "$dir/env" ] || { cat "$dir/log" >&2; return 1; }
    # shellcheck source=/dev/null # export NAME=VALUE lines
    . "$dir/env"
}

realm_settled() {
    [ -e "$1/env" ] || gone "$REALM_PID"
}

# realm_down: for teardown_file.
realm_down() {
    [ -n "${REALM_PID:-}" ] || return 0
    kill "$REALM_PID" 2>/dev/null || :
    wait_until 60 gone "$REALM_PID"
}

# gone PID: no such process, or only what is left of one.
gone() {
    ! kill -0 "$1" 2>/dev/null || grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null
}

# timeout SECONDS COMMAND...: as the command of that name, with a deadline that only a hang misses. Not for the background:
# the id would be a shell's, and the command would outlive that.
timeout() {
    command timeout "$(patience "$1")" "${@:2}"
}

# has_line FILE PATTERN: for wait_until.
has_line() {
    grep -qE "$2" "$1" 2>/dev/null
}
