# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# One program, three ways: bare (what it does without us), under a preload that does it wrong (so that the test is
# known to be able to fail), and under the shim (as bare, and recorded). Each sets $status and $output as `run` does.
# Loaded after helper.bash; nothing here may change what the program sees but LD_PRELOAD and GSSTAP_*.

HOSTS=$BUILD/hosts
PLUGINS=$BUILD/plugins
SOURCES=$TOP/tests/hosts

# bare COMMAND...: the expectation, kept in $expected and $expected_status. It is without us, not without a sanitizer
# that is with us: what that changes is not for us to answer.
bare() {
    run env -u LD_PRELOAD ${SANITIZER:+LD_PRELOAD="$SANITIZER"} "$@"
    expected=$output expected_status=$status
}

# naive NAME COMMAND...: under tests/naive/NAME.c; what reached it is in $BATS_TEST_TMPDIR/naive.
naive() {
    local preload=$BUILD/naive/$1.so
    shift
    rm -f "$BATS_TEST_TMPDIR/naive"
    run env LD_PRELOAD="$preload" NAIVE_LOG="$BATS_TEST_TMPDIR/naive" "$@"
}

# missed CALL: the naive preload did not see it.
missed() {
    ! grep -qx "$1" "$BATS_TEST_TMPDIR/naive" 2>/dev/null
}

# tapped [VAR=VALUE...] COMMAND...: under the shim with a trace of all calls in $BATS_TEST_TMPDIR/trace.
tapped() {
    mkdir -p "$BATS_TEST_TMPDIR/trace"
    run under_shim GSSTAP_TRACE="$BATS_TEST_TMPDIR/trace/%n-%p.pcapng" GSSTAP_LEVEL="${LEVEL:-tokens}" \
        GSSTAP_CALLS='*' "$@"
}

# same: the last run gave what bare gave.
same() {
    if [ "$status" != "$expected_status" ] || [ "$output" != "$expected" ]; then
        printf 'bare, status %s:\n%s\nnow, status %s:\n%s\n' "$expected_status" "$expected" "$status" "$output"
        return 1
    fi
}

# events [FILTER]: what the traces of this test hold, one JSON object a line, through jq's select(FILTER); fails where no
# trace is or one cannot be read.
events() {
    (set -o pipefail && trace_json "$BATS_TEST_TMPDIR"/trace/*.pcapng | jq -c "select(${1:-true})")
}

# traced CALL [COUNT]: CALL was recorded, COUNT times if given.
traced() {
    local got
    got=$(events ".event == \"call\" and .call == \"$1\"" | wc -l)
    if [ "$got" = 0 ] || [ "$got" != "${2:-$got}" ]; then
        echo "$1 is in the trace $got times${2:+, not $2}; there are:"
        events '.event == "call"' | jq -r .call | sort | uniq -c
        return 1
    fi
}

# traces: how many trace files this test left.
traces() {
    find "$BATS_TEST_TMPDIR/trace" -type f 2>/dev/null | wc -l
}
