#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Ways out of an enforced policy, each tried by a program that means it: what holds is told in gsstap-policy(5), and what
# `gsstap inspect` says of such a program.

# shellcheck disable=SC2154 # $stderr is set by run --separate-stderr
bats_require_minimum_version 1.5.0
load helper
load wire
load peers

setup_file() {
    realm_up -u alice -s zmq@localhost -s host@localhost
    cd "$BATS_FILE_TMPDIR"
    printf 'version: 1\ngss: {peers: {allow: []}, credentials: []}\nzmq: {unsecured: refuse}\n' >refuse.yaml
    cat >serve.c <<'END_OF_C'
#include <stdio.h>
#include <zmq.h>
int serve(void)
{
	void *socket = zmq_socket(zmq_ctx_new(), ZMQ_REP);
	int failed = zmq_bind(socket, "tcp://127.0.0.1:*");

	printf("bind: %s\n", failed ? zmq_strerror(zmq_errno()) : "done");
	fflush(stdout);
	return failed != 0;
}
END_OF_C
    gcc -shared -fPIC -o libserve.so serve.c -lzmq
    # As a program without any library: whatever it would do, it is not seen.
    printf '#include <stdio.h>\nint main(void) { puts("bind: done"); return 0; }\n' >static.c
    gcc -static -o static static.c
}

teardown_file() {
    realm_down
}

setup() {
    fresh evasion
    unset GSSTAP_TRACE
    export HOST=$BUILD/hosts/evades FILES=$BATS_FILE_TMPDIR
}

teardown() {
    stop_all
}

# evades WAY [FILE]: under the policy; what became of its bind is the last line.
evades() {
    rm -f ./*.pcapng
    run --separate-stderr "$GSSTAP" run -p "$FILES/refuse.yaml" -o "$PWD/%n-%p.pcapng" "$HOST" "$@"
    echo "$output"
    echo "$stderr"
}

# held WAY [FILE]: it is refused all the same, and recorded.
held() {
    evades "$@"
    [ "${lines[-1]}" = "bind: Permission denied" ]
    [ "$status" = 1 ]
    recorded 1 '.event == "refused" and .rule == "zmq.unsecured"'
}

# inspected WAY FILE: what is said of it beforehand.
inspected() {
    run "$GSSTAP" inspect "$1"
    echo "$output"
    [[ $output == *"$2"* ]]
}

@test "the program that all others are compared with is refused" {
    run -0 "$HOST" plainly
    [ "$output" = "bind: done" ]
    held plainly
}

@test "unsetenv: what brings the shim is put back, where the program executes itself or another" {
    held unsetenv
    recorded 1 '.event == "exec" and .restored == true and (.missing | test("LD_PRELOAD"))'
}

@test "vfork: its child's program is judged, however it is executed" {
    held vfork
    recorded 1 '.event == "exec" and .restored == true'
}

@test "syscall: a program that is executed by it has the shim put back; one that has the instruction itself has not" {
    for way in syscall syscall-at; do
        held $way
        recorded 1 '.event == "exec" and .restored == true and (.missing | test("GSSTAP_POLICY"))'
    done
    # As without us, when there is nothing to execute.
    "$HOST" syscall /nonexistent || bare=$?
    evades syscall /nonexistent
    [ "$status" = "$bare" ]
    # Out of reach.
    evades instruction
    [ "${lines[-1]}" = "bind: done" ]
}

@test "a weak reference is bound to the shim as any other" {
    held weak
    run "$GSSTAP" inspect --format json "$HOST"
    jq -e '.program.references[] | select(.symbol == "zmq_bind") | .reached' <<<"$output"
}

@test "a static program that is executed is reported, and not started by run" {
    evades unsetenv "$FILES/static"
    [ "${lines[-1]}" = "bind: done" ]
    [[ $stderr == *"static ran unobserved: it is statically linked"* ]]
    run -125 "$GSSTAP" run --strict -p "$FILES/refuse.yaml" "$HOST" unsetenv "$FILES/static"
    run -125 "$GSSTAP" run -p "$FILES/refuse.yaml" "$FILES/static"
    [[ $output == *"is not started"* ]]
    inspected "$FILES/static" "it is statically linked"
}

# A sanitizer's runtime takes no second namespace, nor RTLD_DEEPBIND.
# bats test_tags=bare
@test "dlmopen: what is looked up in another namespace is judged, what binds itself in there is out of reach" {
    evades dlmopen-dlsym
    recorded 1 '.event == "refused" and .rule == "zmq.unsecured"'
    [[ ${lines[-1]} != "bind: done" ]]
    evades dlmopen "$FILES/libserve.so"
    [ "${lines[-1]}" = "bind: done" ]
    inspected "$HOST" "note: evades imports dlmopen: what it loads into another namespace is not reached"
}

# bats test_tags=bare
@test "a copy of libzmq that a program loads for itself, and prefers to all others, is judged" {
    cp "$(gcc -print-file-name=libzmq.so.5)" libmine.so
    patchelf --set-soname libmine.so libmine.so
    held copy "$PWD/libmine.so"
    # One that is linked into it is judged by address: reach.bats, engine_unseen.bats.
}

@test "a tag that imitates ours makes no connection that goes without security" {
    local tag
    peer_policies
    for tag in 0x67000000 0x67000001 0x67000002 0x67ffffff; do
        fresh "tag-$tag"
        endpoints tcp
        record wire "$FAR" "$NEAR"
        with wire
        start server "${WITH[@]}" "$BUILD/hosts/zpair" socket PULL bind "$NEAR" touch up recv
        wait_until 60 test -e up
        start client "${WITH[@]}" "$PYTHON" -c 'import sys, zmq
context = zmq.Context()
s = context.socket(zmq.PUSH)
s.sndbuf, s.linger = int(sys.argv[2], 16), 60000
s.connect(sys.argv[1])
s.send(sys.argv[3].encode())
s.close()
context.term()' "$FAR" $tag "$SECRET"
        finish client
        finish server
        grep "got $SECRET" server.out
        stop_all
        hidden wire
    done
}

@test "a domain that imitates ours is judged by the rules of its own endpoint" {
    printf 'version: 1\nzmq:\n  auth:\n    - {bind: "ipc://*"}\n    - {bind: "tcp://*", allow: [192.0.2.0/24]}\n' >p.yaml
    run -0 timeout 60 "$GSSTAP" run -p p.yaml -o trace.pcapng -- "$PYTHON" "$TOP/tests/hosts/auth_pair.py" \
        null,at=ipc://here null "null,domain=gsstap:0:" "null,domain=gsstap:1:" "null,domain=gsstap:2:x" "null,domain=gsstap:"
    echo "$output"
    [ "${lines[0]}" = "in 'anonymous' ''" ]
    [ "$(grep -cx 'out auth 400' <<<"$output")" = 5 ]
}

@test "a descriptor, a context and a credential that come from an unwatched process are judged where they come to" {
    local gss="$TOP/tests/hosts/contexts.py"
    held handle 0
    # A listener of an unwatched process.
    cat >listens.py <<'E'
import os, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
os.set_inheritable(listener.fileno(), True)
os.execvp(sys.argv[1], [word.replace("FD", str(listener.fileno())) for word in sys.argv[1:]])
E
    run "$PYTHON" listens.py "$GSSTAP" run -p "$FILES/refuse.yaml" -l off "$HOST" handle FD
    [ "$output" = "bind: Permission denied" ]
    "$PYTHON" "$gss" export host@localhost context
    run "$GSSTAP" run -p "$FILES/refuse.yaml" -l off "$PYTHON" "$gss" import context
    [ "$status" = 1 ]
    [[ $output == *"refused by the gsstap policy: gss.peers.allow, line 2"* ]]
    "$PYTHON" -c 'import sys, gssapi
sys.stdout.buffer.write(gssapi.Credentials(usage="initiate").export())' >credential
    cat >takes.py <<'E'
import sys, gssapi
try:
    print(gssapi.Credentials(token=open("credential", "rb").read()).name)
except gssapi.exceptions.GSSError as error:
    sys.exit(str(error))
E
    run -0 "$PYTHON" takes.py
    [ "$output" = alice@GSSTAP.TEST ]
    run "$GSSTAP" run -p "$FILES/refuse.yaml" -l off "$PYTHON" takes.py
    [ "$status" = 1 ]
    [[ $output == *"refused by the gsstap policy: gss.credentials, line 2"* ]]
}
