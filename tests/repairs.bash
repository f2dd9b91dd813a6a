# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the tests of the repairs share: policies that inject everywhere, with all repairs or none. Loaded after helper.bash
# and wire.bash. Each defect is first seen under `none`: a test that finds no defect there proves no repair.

# repair_policies [RECORD]: all.bin and none.bin in the file's directory, for setup_file; RECORD is the rest of both.
repair_policies() {
    local repairs
    for repairs in all none; do
        repair_policy $repairs $repairs "$@"
    done
}

# repair_policy NAME REPAIRS [LINE...]: NAME.bin, with these repairs; more lines of the section zmq may follow.
repair_policy() {
    local name=$1 repairs=$2
    shift 2
    {
        printf 'version: 1\nzmq:\n  repairs: %s\n' "$repairs"
        printf '  %s\n' "$@"
        printf '  inject:\n'
        printf '    - {%s}\n' "${INJECT[@]:-bind: \"tcp://*\"}"
        [ ${#INJECT[@]} -gt 0 ] || printf '    - {connect: "tcp://*", service: "zmq@localhost"}\n'
    } >"$BATS_FILE_TMPDIR/$name.yaml"
    "$GSSTAP" policy compile -o "$BATS_FILE_TMPDIR/$name.bin" "$BATS_FILE_TMPDIR/$name.yaml"
}

# under POLICY [LEVEL]: WITH for the compiled policy of that name; nothing at all for "bare".
under() {
    WITH=(env -u GSSTAP_TRACE)
    [ "$1" != bare ] || return 0
    WITH=(env LD_PRELOAD="$PRELOAD" GSSTAP_POLICY="$BATS_FILE_TMPDIR/$1.bin" GSSTAP_LEVEL="${2:-audit}")
}

# host NAME: HOST, this program under WITH.
host() {
    case $1 in
    *.py) HOST=("${WITH[@]}" "$PYTHON" "$TOP/tests/hosts/$1") ;;
    *) HOST=("${WITH[@]}" "$BUILD/hosts/$1") ;;
    esac
}

# aborted NAME: it ends by SIGABRT (libzmq's assertion), exit status 134.
aborted() {
    finish "$1" 134
}

# lives NAME: it has not ended.
lives() {
    ! gone "${PID[$1]}" || { tail -n +1 ./*.out; return 1; }
}

# halt NAME [SIGNAL]: ends what start started and waits for its end.
halt() {
    kill -"${2:-TERM}" "${PID[$1]}" 2>/dev/null || :
    wait_until 10 gone "${PID[$1]}"
    wait "${PID[$1]}" || :
    unset "PID[$1]"
}

# repaired MINIMUM KEYWORD [FILTER]: at least so many repair events of this keyword are in the traces.
repaired() {
    local got
    got=$(events ".event == \"repair\" and .repair == \"$2\" and (${3:-true})" | wc -l)
    [ "$got" -ge "$1" ] || { echo "$got repairs of $2, not $1; in the traces are:"; events '.event != "process"'; return 1; }
}

# lines COUNT FILE PATTERN: for wait_until: at least so many lines match.
lines() {
    [ "$(grep -cE "$3" "$2" 2>/dev/null)" -ge "$1" ]
}
