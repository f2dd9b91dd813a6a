# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What Bats does around each run by itself: at its end, while all that its tests have recorded still stands, audit mode is
# compared with enforce on it.

setup_suite() {
    :
}

teardown_suite() {
    # shellcheck source=tests/helper.bash
    . "${BASH_SOURCE[0]%/*}/helper.bash"
    local said=$BATS_RUN_TMPDIR/judged
    "$PYTHON" "$TOP/tests/audit_agrees.py" "$GSSTAP" "$BATS_RUN_TMPDIR" >"$said" 2>&1 || { cat "$said"; return 1; }
    sed 's/^GSSTAP_SEED/# &/' "$said" >&3
}
