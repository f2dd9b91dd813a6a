# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Two ordinary ZeroMQ programs that talk through a recorder, with or without gsstap. Loaded after helper.bash.
# A test sets WITH, an array, to what stands before each program: nothing, or `env` and settings (see secured).

SECRET="the wire must not show this"
WITH=()
declare -gA PID # load runs in a function

# start NAME COMMAND...: in the background; its output is NAME.out, its id is in PID. One of that name that still runs is
# ended: nobody would know its id any more. It is the program when this returns: a copy of the test that is killed before
# would say, as bats has it, that the test has failed.
start() {
    local name=$1
    shift
    [ -z "${PID[$name]:-}" ] || kill "${PID[$name]}" 2>/dev/null || :
    "$@" >"$name.out" 2>&1 3>&- &
    PID[$name]=$!
    wait_until 20 is_another "${PID[$name]}"
}

# is_another PID: it executes another program than this test, or is gone.
is_another() {
    local own=() its=()
    mapfile -d '' own <"/proc/$BASHPID/cmdline"
    { mapfile -d '' its <"/proc/$1/cmdline"; } 2>/dev/null || return 0
    [ "${its[*]}" != "${own[*]}" ]
}

# stop_all: for teardown. Ends what start started, by id, and waits for its end.
stop_all() {
    local name late=0
    for name in "${!PID[@]}"; do
        kill "${PID[$name]}" 2>/dev/null || :
        kill -CONT "${PID[$name]}" 2>/dev/null || :
    done
    for name in "${!PID[@]}"; do
        wait_until 60 gone "${PID[$name]}" || { late=1; echo "$name does not end"; kill -KILL "${PID[$name]}"; }
    done
    PID=()
    return $late
}

# finish NAME [STATUS]: waits for its end; shows all outputs when it is late or its exit status is another.
finish() {
    local status=0
    wait_until 45 gone "${PID[$1]}" || { tail -n +1 ./*.out; return 1; }
    wait "${PID[$1]}" || status=$?
    unset "PID[$1]"
    [ $status = "${2:-0}" ] || { echo "exit status $status of $1"; tail -n +1 ./*.out; return 1; }
}

# record NAME LISTEN TARGET: the recorder between two endpoints; what passes is in the file NAME.
record() {
    start "$1-recorder" "$PYTHON" "$TOP/tests/recorder.py" "$2" "$3" "$1" "$1-ready"
    wait_until 10 test -e "$1-ready"
}

# sniff: for setup_file. Writes down all that passes by TCP on loopback, for never_passed.
sniff() {
    "$PYTHON" "$TOP/tests/sniffer.py" "$BATS_FILE_TMPDIR/passed" "$BATS_FILE_TMPDIR/sniffs" 3>&- &
    export SNIFFER=$!
    wait_until 10 test -e "$BATS_FILE_TMPDIR/sniffs"
}

# never_passed TEXT...: for teardown_file. Something has passed in the tests of this file, and none of these in clear.
never_passed() {
    local text
    kill "$SNIFFER"
    wait_until 20 grep -q . "$BATS_FILE_TMPDIR/sniffs"
    grep -qx whole "$BATS_FILE_TMPDIR/sniffs" || { echo "not all that passed was written down"; return 1; }
    [ -n "$(ls "$BATS_FILE_TMPDIR/passed")" ] || { echo "nothing passed"; return 1; }
    for text in "$@"; do
        if grep -rqaF "$text" "$BATS_FILE_TMPDIR/passed"; then
            echo "'$text' passed in clear"
            return 1
        fi
    done
}

# zpair LANGUAGE: sets PROGRAM to the talking program in that language, with what WITH says before it.
zpair() {
    case $1 in
    C) PROGRAM=("${WITH[@]}" "$BUILD/hosts/zpair") ;;
    Python) PROGRAM=("${WITH[@]}" "$PYTHON" "$TOP/tests/hosts/zpair.py") ;;
    esac
}

# endpoints TRANSPORT: sets NEAR, which the binding side binds, and FAR, which the other connects to: the recorder's.
endpoints() {
    local ports
    case $1 in
    tcp)
        ports=$(free_port 2)
        NEAR=tcp://127.0.0.1:${ports% *} FAR=tcp://127.0.0.1:${ports#* }
        ;;
    ipc) NEAR=ipc://$PWD/near FAR=ipc://$PWD/far ;;
    abstract) NEAR=ipc://@${PWD##*/}-near FAR=ipc://@${PWD##*/}-far ;; # there is no file, and nobody else in this network
    esac
}

# fresh NAME: an empty directory for one talk, below the test's own, and into it. Traces go there.
fresh() {
    rm -rf "${BATS_TEST_TMPDIR:?}/$1"
    mkdir -p "$BATS_TEST_TMPDIR/$1"
    cd "$BATS_TEST_TMPDIR/$1" || return 1
    export GSSTAP_TRACE="$PWD/%n-%p.pcapng"
}

# talk LANGUAGE PATTERN BINDER TRANSPORT: two messages from a client to a server, answered where the pattern has
# answers. Leaves server.out, client.out, wire and any traces in a fresh directory; fails unless all arrived.
talk() {
    local server client asks=(send "$SECRET 1" recv send "$SECRET 2" recv) hears=(answer 2)
    fresh "$1-${2/\//-}-$3-$4"
    case $2 in
    REQ/REP) server=REP client=REQ ;;
    DEALER/ROUTER) server=ROUTER client=DEALER ;;
    PAIR) server=PAIR client=PAIR ;;
    PUSH/PULL) server=PULL client=PUSH hears=(recv recv) asks=(send "$SECRET 1" send "$SECRET 2") ;;
    esac
    endpoints "$4"
    record wire "$FAR" "$NEAR"
    zpair "$1"
    if [ "$3" = server ]; then
        start server "${PROGRAM[@]}" socket $server bind "$NEAR" touch up "${hears[@]}"
        start client "${PROGRAM[@]}" socket $client await up connect "$FAR" "${asks[@]}"
    else
        start server "${PROGRAM[@]}" socket $server await up connect "$FAR" "${hears[@]}"
        start client "${PROGRAM[@]}" socket $client bind "$NEAR" touch up "${asks[@]}"
    fi
    finish client
    finish server
    stop_all
    printf 'got %s\n' "$SECRET 1" "$SECRET 2" | diff - server.out
    if [ ${#asks[@]} = 6 ]; then
        printf 'got re %s\n' "$SECRET 1" "$SECRET 2" | diff - client.out
    fi
}

# secured POLICY: sets WITH: under the shim with this compiled policy, tracing where fresh says.
secured() {
    WITH=(env LD_PRELOAD="$PRELOAD" GSSTAP_POLICY="$1" GSSTAP_LEVEL=messages)
}

# readable FILE: the secret can be read in what the recorder wrote.
readable() {
    grep -qaF "$SECRET" "$1"
}

# hidden FILE: something passed, by GSSAPI, and the secret cannot be read in it.
hidden() {
    [ "$(stat -c %s "$1")" -gt 500 ] || { echo "$1: nothing passed"; return 1; }
    grep -qaF GSSAPI "$1" || { echo "$1: no GSSAPI"; return 1; }
    if readable "$1"; then
        echo "$1: the secret can be read"
        return 1
    fi
}

# events FILTER: the events in the traces of the current directory that jq's select(FILTER) lets pass; fails where no trace
# is or one cannot be read, so that nothing found means that nothing was there.
events() {
    (set -o pipefail && trace_json ./*.pcapng | jq -c "select($1)")
}

# recorded COUNT FILTER: that many such events are in the traces.
recorded() {
    local got
    got=$(events "$2") || { echo "the traces cannot be read"; return 1; }
    got=$(grep -c . <<<"$got" || :)
    [ "$got" = "$1" ] || { echo "$got events, not $1, with $2; in the traces are:"; events '.event != "process"'; return 1; }
}
