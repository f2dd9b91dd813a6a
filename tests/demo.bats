#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# make demo: its tour shows what it says, ends with an error that names the step when it does not, and leaves nothing.

bats_require_minimum_version 1.5.0
load helper

setup() {
    export TMPDIR=$BATS_TEST_TMPDIR/tmp
    mkdir "$TMPDIR"
}

tour() {
    env --unset=TERM "$@" "$GSSTAP" realm -u alice -u mallory -s host@localhost -s zmq@localhost -- "$TOP/demo/tour.sh"
}

# Each of the demo's programs has a path below TMPDIR among its arguments.
no_process() {
    echo "$TMPDIR/" >"$BATS_TEST_TMPDIR/pattern"
    run ! grep -lasFf "$BATS_TEST_TMPDIR/pattern" /proc/[0-9]*/cmdline
}

@test "the tour goes through: handshakes, the wire with and without a policy, a refusal, tshark" {
    run -0 tour
    [[ $output == *"All of it happened"* ]] || { echo "$output"; return 1; }
    [[ $output == *"initiator=alice@GSSTAP.TEST"*"alice@GSSTAP.TEST -> zmq/localhost@GSSTAP.TEST"*"does not list the peer"*mallory* ]]
    [[ $output != *$'\e'* ]]
    [ -z "$(ls -A "$TMPDIR")" ]
    no_process
}

@test "a policy that secures nothing is noticed: the tour fails and names the step" {
    printf 'version: 1\nzmq:\n  unsecured: allow\n' >"$BATS_TEST_TMPDIR/policy.yaml"
    run -1 tour POLICY="$BATS_TEST_TMPDIR/policy.yaml"
    [[ $output == *"step 4: the secret is on the wire"* ]] || { echo "$output"; return 1; }
    [ -z "$(ls -A "$TMPDIR")" ]
    no_process
}

# shellcheck disable=SC2016 # expanded by the inner shell
@test "on a terminal the demo is coloured, but not with NO_COLOR" {
    run -0 "$PYTHON" -c 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)' \
        env TERM=xterm bash -c '. "$1/demo/say.bash"; step 1 heading' bash "$TOP"
    [[ $output == *$'\e[1m'* ]]
    run -0 "$PYTHON" -c 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)' \
        env TERM=xterm NO_COLOR=1 bash -c '. "$1/demo/say.bash"; step 1 heading' bash "$TOP"
    [[ $output == *heading* && $output != *$'\e'* ]]
}
