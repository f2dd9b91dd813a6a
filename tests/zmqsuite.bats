#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# timeout: 300
#
# The test suite that python3-zmq installs gives the same result test by test under the shim as without it. Most of
# its minute is waiting, so the three runs go side by side, each in a network of its own since some ports are fixed.
# Where a test ends differently the whole suite is run again, bare as well, at most twice: a test that passes by
# itself may have failed for what another left behind. Each such test is told of, and counts as alike only when one
# of its results under the shim is one of its results bare.

load helper
load ways

SUITE=$TOP/tests/zmqsuite.py

setup_file() {
    local round
    cd "$BATS_FILE_TMPDIR"
    mkdir trace
    for round in 1 2 3; do
        [ "$round" = 1 ] || [ -n "$(differing quiet)$(differing payload)" ] || break
        rm -rf trace/*
        suite "bare-$round" "$PYTHON" "$SUITE" run "$PWD/bare-$round.xml" &
        suite "quiet-$round" LD_PRELOAD="$PRELOAD" "$PYTHON" "$SUITE" run "$PWD/quiet-$round.xml" &
        suite "payload-$round" LD_PRELOAD="$PRELOAD" GSSTAP_TRACE="$PWD/trace/%n-%p.pcapng" GSSTAP_LEVEL=payload \
            "$PYTHON" "$SUITE" run "$PWD/payload-$round.xml" &
        wait
        differing quiet | sed "s/^/# quiet, after round $round: /" >&3
        differing payload | sed "s/^/# payload, after round $round: /" >&3
    done
}

# suite NAME [VAR=VALUE...] COMMAND...: COMMAND with a directory, temporary files and a network of its own; its words in NAME.log.
suite() {
    local name=$1
    shift
    (mkdir "$name" && cd "$name" && mkdir tmp && TMPDIR=$PWD/tmp ZMQ_TEST_TIMEOUT=20 unshare --net -- env "$@" >../"$name.log" 2>&1 3>&- </dev/null) || :
}

# differing NAME: the tests of which no result of NAME's is one of bare's, with all their results.
differing() {
    "$PYTHON" "$SUITE" compare bare-?.xml -- "$1"-?.xml
}

# alike NAME: a whole suite was run, and no test of it differs.
alike() {
    cd "$BATS_FILE_TMPDIR"
    tail -3 "$1-1.log"
    [ "$("$PYTHON" "$SUITE" count bare-1.xml)" -ge 300 ]
    [ "$("$PYTHON" "$SUITE" count "$1-1.xml")" -ge 300 ]
    differing "$1"
}

@test "the comparison notices a preload that breaks python3-zmq" {
    cd "$BATS_FILE_TMPDIR"
    local tests=(zmq.tests.test_context.TestContext::test_init zmq.tests.test_pair.TestPair::test_basic)
    suite sound "$PYTHON" "$SUITE" run "$PWD/sound.xml" "${tests[@]}"
    suite broken LD_PRELOAD="$BUILD/naive/naive.so" "$PYTHON" "$SUITE" run "$PWD/broken.xml" "${tests[@]}"
    run "$PYTHON" "$SUITE" compare sound.xml -- broken.xml
    [ "$status" = 1 ]
    [[ $output == *"test_init"$'\t'passed$'\t'failure* ]]
    run "$PYTHON" "$SUITE" compare sound.xml -- sound.xml
    [ "$status" = 0 ]
}

@test "the suite of python3-zmq ends alike with nothing asked for" {
    alike quiet
}

@test "the suite of python3-zmq ends alike with everything recorded" {
    alike payload
}

@test "what the suite of python3-zmq did is in its traces" {
    cd "$BATS_FILE_TMPDIR"
    [ -n "$(ls trace)" ]
    trace_json trace/*.pcapng >events.json
    [ "$(jq -r 'select(.call == "zmq_socket").call' events.json | wc -l)" -ge 500 ]
    [ "$(jq -r 'select(.event == "dropped").count' events.json | wc -l)" = 0 ]
}
