#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# zmq.auth: who comes in where the program has no ZAP handler, by each mechanism of libzmq and by gsstap's GSSAPI. Of a
# program that has one is auth_both.bats. Which addresses and rules match is in tests/unit/policy_visitor.c, what files say in tests/unit/auth.c.
# timeout: 400

bats_require_minimum_version 1.5.0
load helper
load wire
load peers
load auth

setup_file() {
    realm_up -u alice -u mallory -s zmq@localhost
}

teardown_file() {
    realm_down
}

setup() {
    fresh auth
}

teardown() {
    stop_all
}

# certificates NAME...: keys/NAME.key_secret for a client, and its public certificate in certs.
certificates() {
    mkdir -p keys certs
    "$PYTHON" -c '
import sys, zmq.auth
for name in sys.argv[1:]:
    zmq.auth.create_certificates("keys", name)' "$@"
    # It writes metadata into the secret one alone.
    sed -i 's/^metadata$/&\n    email = "ann@example.org"/' keys/*.key
}

# cases CASE...: what becomes of them under the policy.
cases() {
    rm -f trace.pcapng
    run -0 timeout 60 "$GSSTAP" run -p p.bin -o trace.pcapng -- "$PYTHON" "$TOP/tests/hosts/auth_pair.py" "$@"
}

# told COUNT FILTER
told() {
    [ "$(trace_json trace.pcapng | jq -c "select($2)" | wc -l)" = "$1" ] || { trace_json trace.pcapng | grep authent; return 1; }
}

@test "without a policy's word about it everybody comes in, and by PLAIN nobody" {
    printf 'version: 1\nzmq: {unsecured: allow}\n' >p.yaml
    "$GSSTAP" policy compile -o p.bin p.yaml
    cases null null,domain=global plain,user=joe,password=x
    [ "${lines[0]}" = "in '-' ''" ]
    [ "${lines[1]}" = "in '-' 'global'" ]
    [[ ${lines[2]} == "out no-detail"* ]]
}

@test "NULL goes by address, also of a socket without a domain, and the program sees its own domain" {
    policy '{domain: closed, deny: [127.0.0.0/8]}' '{domain: local, allow: ["ipc:uid='$UID'"]}' '{allow: ["::ffff:127.0.0.0/104"]}'
    cases null null,domain=closed null,domain=other null,domain=local null,domain=local,at=ipc://here null,at=ipc://there
    [ "${lines[0]}" = "in 'anonymous' ''" ]
    [ "${lines[1]}" = "out auth 400" ]
    [ "${lines[2]}" = "in 'anonymous' 'other'" ]
    [ "${lines[3]}" = "out auth 400" ]
    [ "${lines[4]}" = "in 'anonymous' 'local'" ]
    [ "${lines[5]}" = "out auth 400" ]
    told 3 '.event == "authentication" and .zap_status == 200 and .rule == "zmq.auth" and .user_id == "anonymous"'
    told 1 '.event == "authentication" and .zap_status == 400 and .domain == "closed" and .address == "127.0.0.1" and .mechanism == "ZMQ_NULL" and .rule == "zmq.auth.deny" and .line == 5'
    told 3 '.event == "refused"'
}

@test "an endpoint's own rule decides, and where there is none nobody comes in" {
    policy '{bind: "ipc://*", domain: "a*"}'
    cases null,domain=a,at=ipc://here null,at=ipc://there null,domain=a
    [ "${lines[0]}" = "in 'anonymous' 'a'" ]
    [ "${lines[1]}" = "out auth 400" ]
    [ "${lines[2]}" = "out auth 400" ]
    told 2 '.event == "refused" and .rule == "zmq.auth" and (.reason | test("has no rule"))'
}

@test "PLAIN goes by a file of users, as it is now, and no password is in the trace" {
    policy '{domain: none}' "{plain: $PWD/users}"
    printf '# people\njoe:{plain}plain-password\n' >users
    printf 'ann:%s\n' "$(openssl passwd -6 -salt salt hashed-password)" >>users
    cases plain,user=joe,password=plain-password plain,user=joe,password=wrong-password \
        plain,user=ann,password=hashed-password plain,user=ann,password=plain-password \
        plain,user=eve,password=x plain,domain=none,user=joe,password=plain-password
    [ "${lines[0]}" = "in 'joe' ''" ]
    [ "${lines[1]}" = "out auth 400" ]
    [ "${lines[2]}" = "in 'ann' ''" ]
    [ "${lines[3]}" = "out auth 400" ]
    [ "${lines[4]}" = "out auth 400" ]
    [ "${lines[5]}" = "out auth 400" ]
    told 1 '.event == "authentication" and .user_id == "ann" and .mechanism == "ZMQ_PLAIN"'
    told 3 '.event == "refused" and .rule == "zmq.auth.plain"'
    run -1 grep -aE 'plain-password|wrong-password|hashed-password' trace.pcapng
    rm users
    cases plain,user=joe,password=plain-password
    [ "${lines[0]}" = "out auth 300" ]
}

@test "CURVE goes by a directory of certificates, and names a client by its key or a field" {
    certificates ann eve
    mv keys/ann.key certs
    policy "{domain: email, curve: $PWD/certs, user-id: email}" '{domain: any, curve: any}' \
        "{domain: gone, curve: $PWD/gone}" '{domain: none}' "{curve: $PWD/certs}"
    local key
    key=$(sed -n 's/.*public-key = "\(.*\)"/\1/p' certs/ann.key)
    cases curve,key=keys/ann.key_secret curve,domain=email,key=keys/ann.key_secret \
        curve,domain=any,key=keys/eve.key_secret curve,key=keys/eve.key_secret \
        curve,domain=gone,key=keys/ann.key_secret curve,domain=none,key=keys/ann.key_secret
    [ "${lines[0]}" = "in '$key' ''" ]
    [ "${lines[1]}" = "in 'ann@example.org' 'email'" ]
    [[ ${lines[2]} == "in '"????????????????????????????????????????"' 'any'" ]]
    [ "${lines[3]}" = "out auth 400" ]
    [ "${lines[4]}" = "out auth 300" ]
    [ "${lines[5]}" = "out auth 400" ]
}

@test "in audit mode whoever came in does, and the trace says who would not" {
    certificates ann
    MODE=audit policy '{domain: closed, deny: [127.0.0.1]}' "{curve: $PWD/certs, plain: $PWD/users}"
    echo 'joe:{plain}x' >users
    cases null,domain=closed curve,key=keys/ann.key_secret plain,user=joe,password=x
    [[ ${lines[0]} == "in "*" 'closed'" ]]
    [[ ${lines[1]} == "in "* ]]
    [[ ${lines[2]} == "out "* ]]
    told 0 '.event == "refused"'
    told 2 '.event == "would_refuse"'
    told 1 '.event == "authentication" and .zap_status == 200'
}

@test "what nobody can be asked about is refused, and no handler of the program's own" {
    policy '{allow: [all]}'
    cat >handler.py <<'END'
import zmq
context = zmq.Context()
for kind, at in ((zmq.REP, "inproc://zeromq.zap.01"), (zmq.STREAM, "tcp://127.0.0.1:*"), (zmq.PULL, "inproc://zeromq.zap.02")):
    s = context.socket(kind)
    try:
        s.bind(at)
        print("bound")
    except zmq.ZMQError as error:
        print(error.errno)
END
    run -0 timeout 60 "$GSSTAP" run -p p.bin -o trace.pcapng -- "$PYTHON" handler.py
    [ "$output" = $'bound\n13\nbound' ]
    MODE=audit policy '{allow: [all]}'
    rm trace.pcapng
    run -0 timeout 60 "$GSSTAP" run -p p.bin -o trace.pcapng -- "$PYTHON" handler.py
    [ "$output" = $'bound\nbound\nbound' ]
    told 1 '.event == "would_refuse" and .rule == "zmq.auth"'
}

@test "a server that connects asks who it has found, and one that binds and connects asks of the other only as libzmq does" {
    policy '{bind: "*"}' "{domain: plain, plain: $PWD/users}" '{deny: [127.0.0.1]}'
    echo 'joe:{plain}x' >users
    cases null,server=connect null,domain=out,server=connect plain,domain=plain,user=joe,password=x,server=connect
    [ "${lines[0]}" = "in '-' ''" ]
    [ "${lines[1]}" = "out auth 400" ]
    [ "${lines[2]}" = "in 'joe' 'plain'" ]
    cat >both.py <<'END'
import zmq
context = zmq.Context()
s = context.socket(zmq.PUSH)
s.bind("ipc://mine")
s.connect("tcp://127.0.0.1:%d" % int(open("port").read()))
s.send(b"hello")
s.close()
context.term()
END
    cat >pull.py <<'END'
import zmq
s = zmq.Context().socket(zmq.PULL)
port = s.bind_to_random_port("tcp://127.0.0.1")
open("port.new", "w").write(str(port))
import os
os.rename("port.new", "port")
print(s.recv())
END
    start pull env -u GSSTAP_TRACE "$PYTHON" pull.py
    wait_until 20 test -e port
    rm trace.pcapng
    run -0 timeout 60 "$GSSTAP" run -p p.bin -o trace.pcapng -- "$PYTHON" both.py
    finish pull
    told 0 '.event == "refused"'
}

# life CODE: a program under a policy that lets in who has a domain; it ends in time, and leaves no thread.
life() {
    policy '{domain: "?*"}'
    cat >life.py - <<<"$1"
    run -0 timeout 120 "$GSSTAP" run -p p.bin -o trace.pcapng -- "$PYTHON" life.py
}

@test "a context ends at once with its handler, also many, and while peers come" {
    life '
import os, threading, zmq
def threads():
    return len(os.listdir("/proc/self/task"))
def used(n):
    c = zmq.Context()
    s, p = c.socket(zmq.PULL), c.socket(zmq.PUSH)
    s.linger = p.linger = 0
    s.zap_domain = b"d"
    p.connect("tcp://127.0.0.1:%d" % s.bind_to_random_port("tcp://127.0.0.1"))
    if n % 3 == 1:
        p.send(b"x")
        s.recv()
    s.close(), p.close()
    c.term()
used(0)
before = threads()
for n in range(100):
    used(n)
several = [threading.Thread(target=used, args=(n,)) for n in range(20)]
for t in several: t.start()
for t in several: t.join()
import time
until = time.monotonic() + 60
while threads() > before and time.monotonic() < until: # a thread of the interpreter ends after its join
    pass
print(threads() - before)'
    [ "$output" = 0 ]
}

@test "a program may end without its context, and a thread may wait for that" {
    life '
import threading, zmq
c = zmq.Context()
s = c.socket(zmq.PULL)
s.bind("tcp://127.0.0.1:*")
ends = threading.Thread(target=c.term)
ends.start()
try:
    s.recv()
except zmq.ContextTerminated:
    s.close(0)
ends.join()
left = zmq.Context()
t = left.socket(zmq.PULL)
t.bind("tcp://127.0.0.1:*")
print("ends", flush=True)
import os, ctypes
ctypes.CDLL(None).exit(0)'
    [ "$output" = ends ]
}

# ThreadSanitizer lets the child of a process with threads have none that is where its parent's was.
# bats test_tags=no_tsan
@test "a child of fork has handlers of its own, and its parent keeps those it has" {
    life '
import os, zmq
def talk(c):
    s, p = c.socket(zmq.PULL), c.socket(zmq.PUSH)
    s.linger = p.linger = 0
    s.zap_domain = b"d"
    p.connect("tcp://127.0.0.1:%d" % s.bind_to_random_port("tcp://127.0.0.1"))
    p.send(b"x")
    m = s.recv(copy=False)
    s.close(), p.close()
    return m.get("User-Id")
c = zmq.Context()
print(talk(c), flush=True)
child = os.fork()
if not child:
    d = zmq.Context()
    print(talk(d), flush=True)
    d.term()
    os._exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
print(talk(c))
c.term()'
    [ "$output" = $'anonymous\nanonymous\nanonymous' ]
}

@test "asyncio programs have one, too" {
    life '
import asyncio, zmq, zmq.asyncio
async def main():
    c = zmq.asyncio.Context()
    s, p = c.socket(zmq.REP), c.socket(zmq.REQ)
    s.zap_domain = b"d"
    p.connect("tcp://127.0.0.1:%d" % s.bind_to_random_port("tcp://127.0.0.1"))
    await p.send(b"x")
    print((await s.recv(copy=False)).get("User-Id"))
    s.close(0), p.close(0)
    c.term()
asyncio.run(main())'
    [ "$output" = anonymous ]
}

@test "in audit mode the handler that a program has is asked, with its domains" {
    MODE=audit policy '{}'
    cat >handler.py <<'END'
import zmq
from zmq.auth.thread import ThreadAuthenticator
import sys
context = zmq.Context()
auth = ThreadAuthenticator(context)
auth.start()
auth.deny("127.0.0.1")
s, p = context.socket(zmq.PULL), context.socket(zmq.PUSH)
s.linger = p.linger = 0
s.zap_domain = b"d"
monitor = s.get_monitor_socket(zmq.EVENT_HANDSHAKE_FAILED_AUTH | zmq.EVENT_HANDSHAKE_SUCCEEDED)
p.connect("tcp://127.0.0.1:%d" % s.bind_to_random_port("tcp://127.0.0.1"))
from zmq.utils.monitor import recv_monitor_message
print(recv_monitor_message(monitor)["value"])
auth.stop()
s.disable_monitor()
monitor.close(), s.close(), p.close()
context.term()
END
    run -0 timeout 60 "$GSSTAP" run -p p.bin -o trace.pcapng -- "$PYTHON" handler.py
    [ "$output" = 400 ]
}

@test "pyzmq's own cases pass without its authenticator" {
    mkdir certs
    policy '{domain: deny, deny: [127.0.0.1]}' '{domain: allow, allow: [127.0.0.1]}' "{domain: plain, plain: $PWD/users}" \
        '{domain: any, allow: [127.0.0.1], curve: any}' "{domain: certs, allow: [127.0.0.1], curve: $PWD/certs, user-id: id}" '{}'
    run -0 timeout 200 "$GSSTAP" run -p p.bin -o trace.pcapng -- "$PYTHON" "$TOP/tests/hosts/auth_pyzmq.py" "$PWD/users" "$PWD/certs"
    echo "$output"
    grep -q "^Ran 16 tests" <<<"$output"
    run -1 grep skipped <<<"$output"
}

# talks WORD...: a server under p.bin, with these words of zpair's, and two clients of whom it lets one in.
talks() {
    local client port
    port=$(free_port)
    rm -f up server.pcapng
    secured "$PWD/p.bin"
    start server "${WITH[@]}" GSSTAP_TRACE="$PWD/server.pcapng" "$BUILD/hosts/zpair" \
        socket REP "$@" bind "tcp://127.0.0.1:$port" touch up answer 1
    wait_until 20 test -e up
    secured "$BATS_FILE_TMPDIR/client.bin"
    for client in mallory alice; do
        start $client "${WITH[@]}" KRB5CCNAME="$GSSTAP_REALM/ccache/$client" "$BUILD/hosts/zpair" \
            socket REQ set linger 0 connect "tcp://127.0.0.1:$port" send "from $client" recv
        [ $client = alice ] || wait_until 30 a_trace '.event == "authentication" and .zap_status == 400'
    done
    finish alice
    finish server
    lives mallory
    halt mallory
    a_trace '.event == "authentication" and .zap_status == 200 and .user_id == "alice@GSSTAP.TEST" and .mechanism == "ZMQ_GSSAPI" and .address == "127.0.0.1"'
    a_trace '.event == "handshake" and .outcome == "refused" and (.reason | test("zmq.auth.gssapi .* does not list the principal"))'
}

@test "GSSAPI goes by principals and addresses, where a rule speaks it and where the program asks for it" {
    policy_for client
    printf 'version: 1\nzmq: {auth: [{domain: ours, gssapi: ["alice@*"], allow: [127.0.0.1]}], inject: [{bind: "*"}]}\n' >p.yaml
    "$GSSTAP" policy compile -o p.bin p.yaml
    talks set zap_domain ours
    talks set zap_domain ours set gssapi_server 1
    grep -qx "got from alice" server.out
}

@test "who may go without GSSAPI is asked about by address" {
    local port
    port=$(free_port)
    printf 'version: 1\nzmq: {auth: [{deny: [127.0.0.1]}], inject: [{bind: "*", phase: report}]}\n' >p.yaml
    "$GSSTAP" policy compile -o p.bin p.yaml
    secured "$PWD/p.bin"
    start server "${WITH[@]}" GSSTAP_TRACE="$PWD/server.pcapng" "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$port" touch up answer 1
    wait_until 20 test -e up
    start client env -u GSSTAP_TRACE "$BUILD/hosts/zpair" socket REQ set linger 0 connect "tcp://127.0.0.1:$port" send "from anybody" recv
    wait_until 30 a_trace '.event == "authentication" and .zap_status == 400 and .mechanism == "ZMQ_NULL"'
    halt client
    halt server
    run -1 grep "from anybody" server.out
}

# mixed MODE: who comes to the second endpoint of a socket, which a rule secures, when libzmq asks about its first.
mixed() {
    printf 'version: 1\nmode: %s\nzmq: {auth: [{bind: "tcp://*", deny: [ipc]}, {gssapi: ["alice@*"]}], inject: [{bind: "ipc://*", principal: "zmq@localhost"}, {connect: "ipc://*", service: "zmq@localhost"}]}\n' "$1" >p.yaml
    "$GSSTAP" policy compile -o p.bin p.yaml 2>warnings
    secured "$PWD/p.bin"
    timeout 60 "${WITH[@]}" KRB5CCNAME="$GSSTAP_REALM/ccache/alice" "$PYTHON" "$TOP/tests/hosts/auth_mixed.py" "tcp://127.0.0.1:*" "ipc://second" "${@:2}"
}

@test "a socket's endpoint that is secured is not asked about as another of its endpoints, and the program knows its peers" {
    for mode in enforce audit; do
        run -0 mixed $mode
        [ "$output" = "in alice@GSSTAP.TEST" ]
        run -0 mixed $mode connect
        [[ $output == in* ]]
    done
}

# routes MODE: how a ROUTER knows a peer who claims to be mallory, and is alice.
routes() {
    printf 'version: 1\nmode: %s\nzmq: {auth: [{routing-id: principal}], inject: [{bind: "*"}, {connect: "*", service: "zmq@localhost"}]}\n' "$1" >p.yaml
    "$GSSTAP" policy compile -o p.bin p.yaml
    cat >routes.py <<'END'
import zmq
context = zmq.Context()
router, dealer = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
router.rcvtimeo = dealer.rcvtimeo = 300000
dealer.routing_id = b"mallory@GSSTAP.TEST"
dealer.connect("tcp://127.0.0.1:%d" % router.bind_to_random_port("tcp://127.0.0.1"))
dealer.send(b"x")
name = router.recv_multipart()[0]
router.send_multipart([name, b"to you"])
print(name.decode(), dealer.recv().decode())
context.destroy(0)
END
    rm -f trace.pcapng
    run -0 timeout 60 env KRB5CCNAME="$GSSTAP_REALM/ccache/alice" "$GSSTAP" run -p p.bin -o trace.pcapng -- "$PYTHON" routes.py
}

@test "with routing-id: principal a ROUTER knows a peer by its principal, whatever it claims" {
    routes enforce
    [ "$output" = "alice@GSSTAP.TEST to you" ]
    routes audit
    [ "$output" = "mallory@GSSTAP.TEST to you" ]
    policy '{routing-id: principal}'
    cases null
    [ "${lines[0]}" = "out auth 400" ]
    told 1 '.event == "refused" and .rule == "zmq.auth.routing-id"'
}
