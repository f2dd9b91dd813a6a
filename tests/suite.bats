#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The runner of the tests: what must fail does, nothing outlives it, files run beside each other. It is run on a suite
# of its own: a folder with a copy of it and files that are written here.

bats_require_minimum_version 1.5.0
load helper

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir tests build
    PATH=${PATH#*/bats-core:} # Bats puts its own folder in front, where another bats is
    cp "$TOP"/tests/run "$TOP"/tests/testfiles.py "$TOP"/tests/guard.py "$TOP"/tests/loopback.py tests
}

# suite [VAR=VALUE...] -- TEST...: nothing of this file's own Bats may reach those within; what outlives them has no time.
suite() {
    env -i PATH="$PATH" BUILD="$PWD/build" GRACE=0.5 "${@/#--/tests/run}"
}

# file NAME COMMENT (TEST BODY)...: writes a Bats file.
file() {
    local name=$1
    printf '# %s\n' "$2" >"tests/$name.bats"
    shift 2
    printf '@test "%s" { %s; }\n' "$@" >>"tests/$name.bats"
}

@test "passed and failed tests are counted, with their file's name and what the failed ones said" {
    file one "" good true
    file two "" bad "echo the reason; false" good true
    run -1 suite --
    [[ $output == *"ok 1 one.bats: good"* ]]
    [[ $output == *"not ok 1 two.bats: bad"* ]]
    [[ $output == *"FAILED two.bats: bad"*"# the reason"* ]]
    [ "${lines[-1]}" = "2 passed, 1 failed" ]
    [ "$(cat build/check/summary)" = "2 passed, 1 failed" ]
    run -0 suite -- one
    [ "${lines[-1]}" = "1 passed, 0 failed" ]
}

@test "a skipped test, a file without tests, and one that cannot be read are failures" {
    file skips "" later "skip 'no time'"
    run -1 suite -- skips
    [ "${lines[-1]}" = "0 passed, 1 failed" ]
    : >tests/none.bats
    run -1 suite -- none
    [ "${lines[-1]}" = "0 passed, 1 failed" ]
    file wrong "" unfinished "if true"
    run -1 suite -- wrong
    [[ ${lines[-1]} == "0 passed, "[1-9]* ]]
    run -1 suite -- absent
    [[ $output == *"there is no tests/absent.bats"* ]]
}

@test "a process that outlives its test is a failure that names both, and is ended" {
    file leaves "" "leaves one" '(setsid sleep infinity 3>&- & echo $! >../pid)'
    run -1 suite -- leaves
    [[ $output == *"FAILED leaves.bats: process "*" outlives its test: sleep infinity, of the test: leaves one"* ]]
    [ "${lines[-1]}" = "1 passed, 1 failed" ]
    gone "$(cat pid)"
}

@test "a file that is left in the directory for temporary files, or in shared memory, is a failure" {
    file leaves "" "leaves two" 'mktemp -d /dev/shm/gsstap-left-XXXXXX >../shm; mktemp; echo "$TMPDIR" >../tmp'
    run -1 suite -- leaves
    [[ $output == *"FAILED leaves.bats: left behind in /dev/shm: $(basename "$(cat shm)")"* ]]
    [[ $output == *"FAILED leaves.bats: left behind in $(cat tmp): tmp."* ]]
    [ "${lines[-1]}" = "1 passed, 2 failed" ]
    [ ! -e "$(cat tmp)" ]
}

@test "a test that hangs fails at the limit of its file, and takes along what it started" {
    # shellcheck disable=SC2016 # for the file
    local hangs='for i in $(seq 100); do (sleep infinity; echo >>../went-on) 3>&- & done' limit
    # shellcheck disable=SC2016
    hangs+='; setsid sleep infinity 3>&- & echo $! >../new && mv ../new ../pid; wait'
    # A limit within which the test has not begun says nothing.
    for limit in 2 20 200; do
        file hangs "timeout: $limit" hangs "$hangs" "never comes" true
        run -1 suite -- hangs
        [[ $output == *1..2* && -e pid ]] && break
    done
    [[ $output == *"FAILED hangs.bats: ran into its time limit"* ]]
    [[ $output == *"FAILED hangs.bats: planned, but did not run"* ]]
    [ "${lines[-1]}" = "0 passed, 2 failed" ]
    wait_until 60 gone "$(cat pid)"
    # nobody saw the end of what it waits for and went on, as Bats would with the next test
    [ ! -e went-on ]
}

@test "what runs goes with the runner when that is ended" {
    file waits "" waits 'setsid sleep infinity 3>&- & echo $! >../new && mv ../new ../pid; wait'
    env -i PATH="$PATH" BUILD="$PWD/build" tests/run waits >out 2>&1 3>&- &
    local runner=$!
    wait_until 60 test -s pid
    kill -TERM $runner
    wait $runner || [ $? = 143 ]
    wait_until 60 gone "$(cat pid)"
}

@test "two files run beside each other; one that wants to be alone does not" {
    # Each waits for the other: one after the other they would never end.
    file left "timeout: 60" "meets right" 'touch ../left; until [ -e ../right ]; do sleep 0.05; done'
    file right "timeout: 60" "meets left" 'touch ../right; until [ -e ../left ]; do sleep 0.05; done'
    file single "alone: it looks for others" "is alone" 'ls ../build/check/*.out >../seen; [ "$(pgrep -c -f "$PWD/guard.py")" = 1 ]'
    run -0 suite JOBS=2 --
    [ "${lines[-1]}" = "3 passed, 0 failed" ]
    [[ ${lines[-2]} == *"single.bats: is alone" ]]
}

@test "the file that took longest the last time begins" {
    file first "" a true
    file second "" b true
    mkdir build/check
    echo '{"first.bats": 1.0, "second.bats": 30.0}' >build/check/durations.json
    run -0 suite JOBS=1 --
    [[ ${lines[0]} == "# second.bats: "* ]]
}

@test "what a sanitizer build leaves out is named with the reason" {
    # shellcheck disable=SC2016 # for the file
    printf '%s\n' '# It counts bytes.' '# bats test_tags=bare' '@test "counts" { true; }' '@test "works" { true; }' >tests/left.bats
    printf '%s\n' '# It ends otherwise.' '# bats test_tags=no_tsan' '@test "ends" { true; }' '@test "works" { true; }' >tests/threads.bats
    local which
    for which in address,undefined thread; do
        run -0 suite SAN=$which -- left
        [[ $output == *"1 tests are left to the build without sanitizers:"$'\n'"left.bats: counts"$'\n'"    It counts bytes."* ]]
        [ "${lines[-1]}" = "1 passed, 0 failed" ]
    done
    run -0 suite SAN=thread -- threads
    [[ $output == *"threads.bats: ends"$'\n'"    It ends otherwise."* ]]
    [ "${lines[-1]}" = "1 passed, 0 failed" ]
    run -0 suite SAN=address -- threads
    [ "${lines[-1]}" = "2 passed, 0 failed" ]
    run -0 suite -- left
    [ "${lines[-1]}" = "2 passed, 0 failed" ]
}

@test "all that a file's tests have recorded is judged in the end, also what they remove; that this cannot be is a failure" {
    cp "$TOP"/tests/{helper,setup_suite}.bash "$TOP"/tests/{audit_agrees,generated_policies,forge}.py tests
    local forge='"$PYTHON" "$TOP/tests/forge.py"' body
    # shellcheck disable=SC2016 # for the file
    body='load helper; cd "$BATS_TEST_TMPDIR"; mkdir d; for i in d/a b c; do '$forge' $i.pcapng "handshake(role=2, outcome=1)"; done; rm -r d c.pcapng'
    file records "" records "$body" "records no more" true
    ln -s "$TOP/trace" .
    ln -s "$BUILD/gsstap" build
    run -0 suite GSSTAP_SEED=17 -- records
    [[ $output == *"# GSSTAP_SEED=17"*"# 3 traces judged in both modes (0 unreadable): 3 contexts, 0 endpoints; refused "* ]]
    [[ $output == *"3 traces judged in enforce and in audit mode"* ]]
    rm build/gsstap
    run -1 suite -- records
    [[ $output == *"not ok 3 records.bats: teardown_suite"* ]]
    [ "${lines[-1]}" = "2 passed, 1 failed" ]
}

@test "a fuzz target has a seed of its own each time, which is told and can be given" {
    mkdir -p build/fuzz tests/fuzz tests/data
    cp -r "$TOP/tests/data/frame" tests/data
    cp "$BUILD/fuzz/frame" build/fuzz
    run -0 suite -- fuzz/frame
    [[ ${lines[-2]} =~ "ok fuzz/frame: survives "[1-9][0-9]*" inputs, seed "([0-9]+)$ ]]
    local seed=${BASH_REMATCH[1]}
    run -0 suite -- fuzz/frame
    [[ ${lines[-2]} =~ "seed "([0-9]+)$ ]]
    [ "${BASH_REMATCH[1]}" != "$seed" ]
    run -0 suite SEED=4711 -- fuzz/frame
    [[ ${lines[-2]} == *", seed 4711" ]]
}
