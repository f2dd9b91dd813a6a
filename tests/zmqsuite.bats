#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# timeout: 600
#
# The test suite that python3-zmq installs gives the same result test by test under the shim as without it. Most of
# its minute is waiting, so the runs go side by side, each in a network of its own since some ports are fixed.
# Some tests fail at random without us, more so on a busy machine: where one ends differently, its file is run again, bare
# and the same way, up to four times four, to see whether the results meet. Each such test is told of, and counts as
# alike only when one of its results under the shim is one of its results bare: what breaks never is.

load helper
load ways

SUITE=$TOP/tests/zmqsuite.py
LIMIT=20 # seconds that no test of it takes but one that hangs, which is what those do that fail at random

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    mkdir trace
    printf 'version: 1\nzmq:\n  inject:\n    - {bind: "*", principal: "zmq@localhost"}\n    - {connect: "*", service: "zmq@localhost"}\n' >injected.yaml
    "$GSSTAP" policy compile -o injected.bin injected.yaml
    one bare bare-1 &
    one quiet quiet-1 &
    one payload payload-1 &
    one injected injected-1 &
    wait
    differences | sed "s/^/# differs at first: /" >&3
    again
}

# one WAY NAME [TEST...]: the suite, or these of it; its result is NAME.xml.
one() {
    local way=() name=$2
    case $1 in
    quiet) way=(LD_PRELOAD="$PRELOAD") ;;
    payload) way=(LD_PRELOAD="$PRELOAD" GSSTAP_TRACE="$PWD/trace/%n-%p.pcapng" GSSTAP_LEVEL=payload) ;;
    injected)
        # A realm of its own, as its network is.
        way=("$PYTHON" "$TOP/tests/loopback.py" "$GSSTAP" realm -u alice -s zmq@localhost -- env LD_PRELOAD="$PRELOAD"
            GSSTAP_POLICY="$PWD/injected.bin" GSSTAP_TRACE="$PWD/secured/%n-%p.pcapng" GSSTAP_LEVEL=audit)
        mkdir -p secured
        ;;
    esac
    suite "$name" "${way[@]}" "$PYTHON" "$SUITE" run "$PWD/$name.xml" "${@:3}"
}

# again: the files of tests that differ, all ways at a time since load brings it out, until nothing differs.
again() {
    local look way files LIMIT=10
    for look in 2 3 4 5; do
        mapfile -t files < <(differences | sed -E 's/^([a-z_.]*)(\.[A-Z]|::).*/\1/' | sort -u)
        [ "${#files[@]}" != 0 ] || return 0
        for way in bare quiet payload injected; do
            one $way "$way-$look" "${files[@]}" &
        done
        one bare "bare-$look-too" "${files[@]}" &
        wait
        grep -HE '^[0-9]+ (passed|failed)' ./*-"$look"*.log | sed "s/^/# again: /" >&3 || :
    done
}

differences() {
    differing quiet || :
    differing payload || :
    differing injected || :
}

# suite NAME [VAR=VALUE...] COMMAND...: COMMAND with a directory, temporary files and a network of its own; its words in NAME.log.
suite() {
    local name=$1
    shift
    (mkdir "$name" && cd "$name" && mkdir tmp && TMPDIR=$PWD/tmp ZMQ_TEST_TIMEOUT=$(slack "$LIMIT") unshare --net -- env "$@" >../"$name.log" 2>&1 3>&- </dev/null) || :
}

# differing NAME: the tests of which no result of NAME's is one of bare's, with all their results.
differing() {
    "$PYTHON" "$SUITE" compare bare-*.xml -- "$1"-*.xml
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

@test "the suite of python3-zmq ends alike with GSSAPI injected at every endpoint, and its connections are secured" {
    alike injected
    [ "$(trace_json secured/*.pcapng | jq -r 'select(.event == "connection").mechanism' | grep -c GSSAPI)" -ge 150 ]
}

@test "what the suite of python3-zmq did is in its traces" {
    cd "$BATS_FILE_TMPDIR"
    [ -n "$(ls trace)" ]
    trace_json trace/*.pcapng >events.json
    [ "$(jq -r 'select(.call == "zmq_socket").call' events.json | wc -l)" -ge 500 ]
    [ "$(jq -r 'select(.event == "dropped").count' events.json | wc -l)" = 0 ]
}
