#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GSSAPI on the wire in programs that do what they should not to libzmq's descriptors, or that take away what the
# handshake needs: no byte in clear where a rule secures it, and the program lives.
# timeout: 600

bats_require_minimum_version 1.5.0
load helper
load wire
load peers

setup_file() {
    realm_up -u alice -s zmq@localhost
    peer_policies
}

teardown_file() {
    realm_down
}

teardown() {
    stop_all
}

# robbed HOW [BARE]: a program with a secured connection and one that is not, which does this to the first one's descriptor.
robbed() {
    local ports secured other
    fresh "robbed-$1"
    read -ra ports < <(free_port 4)
    secured=tcp://127.0.0.1:${ports[0]} other=tcp://127.0.0.1:${ports[1]}
    cat >one.yaml <<END
version: 1
zmq:
  inject:
    - {connect: "$secured", service: "zmq@localhost"}
END
    "$GSSTAP" policy compile -o one.bin one.yaml
    record secured "$secured" "tcp://127.0.0.1:${ports[2]}"
    with "${2:-wire}"
    start server "${WITH[@]}" "$BUILD/hosts/zpair" socket ROUTER bind "tcp://127.0.0.1:${ports[2]}" touch up answer 100
    wait_until 60 test -e up
    with bare
    if [ "$1" = accepted ]; then
        record other "tcp://127.0.0.1:${ports[3]}" "$other"
        start peer "${WITH[@]}" "$BUILD/hosts/zpair" await closed socket PUSH connect "tcp://127.0.0.1:${ports[3]}" send hello recv-not 3000
    else
        record other "$other" "tcp://127.0.0.1:${ports[3]}"
        start peer "${WITH[@]}" "$BUILD/hosts/zpair" socket ROUTER bind "tcp://127.0.0.1:${ports[3]}" touch peer-up answer 100
        wait_until 60 test -e peer-up
    fi
    [ -n "${2:-}" ] || secured "$PWD/one.bin"
    start robbed "${WITH[@]}" GSSTAP_TRACE="$PWD/robbed.pcapng" "$BUILD/hosts/robbed" "$1" "$secured" "$other"
    wait_until 60 gone "${PID[robbed]}"
    wait "${PID[robbed]}" || ENDED=$?
    unset "PID[robbed]"
    cat robbed.out
    [ -z "${2:-}" ] || return 0
    hidden secured
    if grep -sqaF "$SECRET" other own; then
        echo "the secret is somewhere in clear"
        return 1
    fi
}

@test "a secured connection whose descriptor is closed behind libzmq's back goes on by itself, and never as another's" {
    local how
    for how in closed accepted; do
        robbed $how
        grep -qx "secured got re $SECRET" robbed.out
        grep -qx lives robbed.out
        a_trace '.event == "handshake" and .outcome == "established"' robbed.pcapng
    done
}

@test "a descriptor of a secured connection that becomes another's, or the program's own, gets nothing in clear" {
    local how ended
    for how in own dup2; do
        ENDED=0
        robbed $how bare
        ended=$ENDED
        stop_all
        ENDED=0
        robbed $how
        stop_all
        [ "$ENDED" = "$ended" ] # libzmq ends the process when its set of descriptors has lost one
    done
}

# crossed HOW PORTS...: crossed.py under a policy that secures one of its two endpoints.
crossed() {
    cat >one.yaml <<END
version: 1
zmq:
  inject:
    - {bind: "tcp://127.0.0.1:$2", principal: "zmq@localhost"}
    - {connect: "tcp://127.0.0.1:$2", service: "zmq@localhost"}
END
    "$GSSTAP" policy compile -o one.bin one.yaml
    secured "$PWD/one.bin"
    start crossed "${WITH[@]}" GSSTAP_TRACE="$PWD/crossed.pcapng" "$PYTHON" "$TOP/tests/hosts/crossed.py" "$1" "tcp://127.0.0.1:$2" "tcp://127.0.0.1:$3"
}

@test "a listener of libzmq's that the program makes the secured one's serves nobody in clear" {
    local ports how
    for how in listener given; do
        fresh crossed-$how
        read -ra ports < <(free_port 3)
        crossed $how "${ports[@]:0:2}"
        wait_until 60 test -e crossed
        record wire "tcp://127.0.0.1:${ports[2]}" "tcp://127.0.0.1:${ports[0]}"
        with bare
        start client "${WITH[@]}" "$BUILD/hosts/zpair" socket PUSH connect "tcp://127.0.0.1:${ports[2]}" send "$SECRET"
        finish crossed
        stop_all
        diff <(echo lives) crossed.out
        run -1 readable wire
    done
}

@test "a connection of libzmq's that the program makes the secured one sends nothing in clear" {
    local ports
    fresh crossed-connected
    read -ra ports < <(free_port 4)
    record wire "tcp://127.0.0.1:${ports[0]}" "tcp://127.0.0.1:${ports[2]}"
    record other "tcp://127.0.0.1:${ports[1]}" "tcp://127.0.0.1:${ports[3]}"
    with wire
    start server "${WITH[@]}" "$BUILD/hosts/zpair" socket ROUTER bind "tcp://127.0.0.1:${ports[2]}" touch up answer 100
    with bare
    start peer "${WITH[@]}" "$BUILD/hosts/zpair" socket ROUTER bind "tcp://127.0.0.1:${ports[3]}" touch peer-up answer 100
    wait_until 60 test -e up
    wait_until 60 test -e peer-up
    crossed connected "${ports[@]:0:2}"
    finish crossed
    stop_all
    hidden wire
}

# A sanitizer's dlopen ends a program that asks for RTLD_DEEPBIND.
# bats test_tags=bare
@test "a second libzmq that is loaded when the first is at work is secured, whatever it is bound to" {
    local mode library second='import os, runpy, sys, zmq
first = zmq.Context().socket(zmq.PUSH)
first.bind("tcp://127.0.0.1:*")
if sys.argv[1] == "RTLD_LOCAL":
    os.RTLD_DEEPBIND = 0
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0])'
    for mode in RTLD_LOCAL RTLD_DEEPBIND; do
        fresh "second-$mode"
        library=$PWD/libsecond.so.5
        cp "$(gcc -print-file-name=libzmq.so.5)" "$library"
        patchelf --set-soname libsecond.so.5 "$library"
        endpoints tcp
        record wire "$FAR" "$NEAR"
        with wire
        start server "${WITH[@]}" "$PYTHON" -c "$second" $mode "$TOP/tests/hosts/private_zmq.py" "$library" rep "$NEAR"
        wait_until 60 test -e up
        start client "${WITH[@]}" "$PYTHON" -c "$second" $mode "$TOP/tests/hosts/private_zmq.py" "$library" req "$FAR" "$SECRET"
        finish client
        finish server
        stop_all
        hidden wire
        recorded 2 '.event == "handshake" and .outcome == "established"'
    done
}

# interferes HOW ROLE: a program that does this, while it sends 20 messages; the numbers of those that came whole are in
# receiver.out.
interferes() {
    local receive='import sys, zmq
s = zmq.Context().socket(zmq.PULL)
s.rcvhwm, s.rcvtimeo, count = 1, 300000, 0
(s.bind if sys.argv[1] == "bind" else s.connect)(sys.argv[2])
open("up", "w").close()
whole = (b"the wire must not show this" * 160000)[:1 << 20]
while True:
    assert s.recv() == whole
    count += 1
    print(count, flush=True)'
    fresh "$1-$2"
    endpoints tcp
    record wire "$FAR" "$NEAR"
    with wire
    if [ "$2" = bind ]; then
        start program "${WITH[@]}" GSSTAP_TRACE="$PWD/program.pcapng" "$BUILD/hosts/interferes" "$1" bind "$NEAR"
        start receiver "${WITH[@]}" "$PYTHON" -c "$receive" connect "$FAR"
    else
        start receiver "${WITH[@]}" "$PYTHON" -c "$receive" bind "$NEAR"
        wait_until 60 test -e up
        start program "${WITH[@]}" GSSTAP_TRACE="$PWD/program.pcapng" "$BUILD/hosts/interferes" "$1" connect "$FAR"
    fi
    finish program
    [ "$(tail -n 1 program.out)" = lives ]
    run -1 grep -qaF "$SECRET" wire
}

# written LIBRARY-PATH: a client sends the secret to a stock peer, by the libzmq there; WITH is the client's.
written() {
    local ports client=("${WITH[@]}")
    read -ra ports < <(free_port 2)
    record wire "tcp://127.0.0.1:${ports[0]}" "tcp://127.0.0.1:${ports[1]}"
    with bare
    start server "${WITH[@]}" "$BUILD/hosts/zpair" socket PULL bind "tcp://127.0.0.1:${ports[1]}" touch up recv
    wait_until 60 test -e up
    start client "${client[@]}" LD_LIBRARY_PATH="$1" "$BUILD/hosts/zpair" socket PUSH set linger -1 connect "tcp://127.0.0.1:${ports[0]}" send "$SECRET"
}

@test "a libzmq that sends by another call than send has its connection ended, and that is told" {
    fresh write-bare
    mkdir other
    "$PYTHON" "$TOP/tests/sends_by_write.py" "$(ldconfig -p | sed -n 's/.*libzmq\.so\.5 .*=> //p' | head -1)" other/libzmq.so.5
    with bare
    written "$PWD/other"
    finish server
    grep -qx "got $SECRET" server.out
    stop_all

    fresh write-wire
    with wire
    WITH+=(GSSTAP_TRACE="$PWD/client.pcapng")
    written "$OLDPWD/other"
    wait_until 60 a_trace '.event == "handshake" and .outcome == "failed" and (.reason | contains("by another call than send"))' client.pcapng
    stop_all
    run -1 readable wire
    [ ! -s server.out ]
}

@test "a libzmq that could send by another call than send is refused, with its name" {
    local name port
    fresh others
    with wire
    for name in sendmsg writev pwritev64v2 sendfile sendfile64 __send; do
        # In the place of a function that it has for interfaces alone.
        "$PYTHON" -c 'import sys
there, name = b"\0if_nametoindex\0", sys.argv[2].encode()
library = open(sys.argv[1], "rb").read()
assert library.count(there) == 1
open("libzmq.so.5", "wb").write(library.replace(there, b"\0" + name.ljust(len(there) - 1, b"\0")))' \
            "$(ldconfig -p | sed -n 's/.*libzmq\.so\.5 .*=> //p' | head -1)" $name
        read -r port < <(free_port)
        run "${WITH[@]}" LD_LIBRARY_PATH="$PWD" "$BUILD/hosts/zpair" socket PUSH bind "tcp://127.0.0.1:$port"
        [ "$output" = "bind: Permission denied" ]
        recorded 1 '.event == "refused" and (.reason | endswith("a way for messages that is not known here: '$name'"))'
    done
}

@test "a libzmq's own descriptor may have a number that was a secured connection's in the parent" {
    local port
    fresh numbers-again
    read -r port < <(free_port)
    with wire
    run -0 "${WITH[@]}" "$PYTHON" -c 'import os, sys, zmq
context = zmq.Context()
pull, push = context.socket(zmq.PULL), context.socket(zmq.PUSH)
pull.bind(sys.argv[1])
push.connect(sys.argv[1])
push.send(b"hello")
pull.recv()
if not os.fork():
    os.closerange(3, 100)
    context = zmq.Context()
    for number in range(12):
        left, right = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
        left.bind("inproc://%d" % number)
        right.connect("inproc://%d" % number)
        left.send(b"hello")
        right.recv()
    os._exit(7)
print(os.wait()[1], flush=True)
os._exit(0)' "tcp://127.0.0.1:$port"
    [ "$output" = $((7 << 8)) ]
}

@test "a child of fork in the middle of a frame, that ends or closes everything, damages nothing" {
    local how role
    for how in nothing exits closes; do
        for role in connect bind; do
            echo "$how $role"
            interferes $how $role
            wait_until 60 lines 20 receiver.out .
            stop_all
        done
    done
}

@test "where no thread can be made any more nothing is sent, and that is told" {
    local role
    for role in connect bind; do
        interferes threads $role
        [ ! -s receiver.out ]
        a_trace '.event == "handshake" and .outcome == "failed" and (.reason | test("no thread"))' program.pcapng
        stop_all
    done
}

# Filters of a program's own: 257 is openat, 48 shutdown, 435 clone3, 8 lseek, 21 access, 318 getrandom, for which GSSAPI asks
# with each message of its own; by 25, mremap, and 316, renameat2, handshakes are made all the same.
@test "a program that forbids itself what a handshake needs lives on, with the connections that it has" {
    local calls policy late port
    for calls in "257 48" 435 "8 21" 318 "25 316"; do
        for policy in bare sealed wire; do
            [ "$calls $policy" != "318 wire" ] || continue
            late=late
            [ $policy = bare ] || [ "$calls" = "25 316" ] || late="Permission denied"
            echo "$policy, without $calls"
            fresh "confined-$policy-${calls/ /-}"
            read -r port < <(free_port)
            with $policy
            # shellcheck disable=SC2086 # a word or two
            run -0 "${WITH[@]}" GSSTAP_TRACE="$PWD/confined.pcapng" "$PYTHON" "$TOP/tests/hosts/confined.py" "tcp://127.0.0.1:$port" $calls
            [ "$output" = "200"$'\n'"$late"$'\n'lives ]
            [ "$late" = late ] || recorded 1 '.event == "refused" and (.reason | test("seccomp filter"))'
            [ "$late" = late ] || recorded 1 '.event == "handshake" and .outcome == "failed" and (.reason | test("seccomp filter"))'
        done
    done
}

@test "a descriptor with a large number is followed as others are" {
    interferes files connect
    wait_until 60 lines 20 receiver.out .
    stop_all
    interferes files bind
    wait_until 60 lines 20 receiver.out .
}
