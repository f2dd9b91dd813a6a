#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# zmq.auth and a ZAP handler of the program's own, where libzmq speaks the mechanism itself: both have to agree. Where
# the program itself asks for GSSAPI is zap.bats.
# timeout: 300

bats_require_minimum_version 1.5.0
load helper
load wire
load peers
load auth

setup_file() {
    realm_up -u alice -s zmq@localhost
}

teardown_file() {
    realm_down
}

setup() {
    fresh both
    echo 'joe:{plain}x' >users
    echo 'ann:{plain}x' >>users
    echo 'eve:{plain}x' >>users
}

teardown() {
    stop_all
}

# steps STEP...: under the policy; all end in time.
steps() {
    rm -f trace.pcapng
    run -0 timeout 60 "$GSSTAP" run -p p.bin -o trace.pcapng -- "$PYTHON" "$TOP/tests/hosts/auth_both.py" "$@"
    echo "$output"
    [ "${lines[-1]}" = ended ]
    unset "lines[-1]"
}

# told COUNT FILTER
told() {
    [ "$(trace_json trace.pcapng | jq -c "select($2)" | wc -l)" = "$1" ] || { trace_json trace.pcapng | grep authent; return 1; }
}

NOT_LISTED='.event == "authentication" and .zap_status == 400 and (.rule | test("^zmq.auth"))'
DENIED='.event == "authentication" and .zap_status == 400 and .rule == null and (.reason | test("the program.s ZAP handler denied the peer: 400 denied by the program"))'

@test "who comes in is let in by both, and is who the program's handler says, with its metadata" {
    policy '{domain: closed, deny: [127.0.0.1]}' "{plain: $PWD/users}"
    steps start null,domain=d null,domain=closed asked stop "start 400" null,domain=d stop \
        "start authenticator" plain,domain=d,user=joe,password=x plain,domain=d,user=eve,password=x plain,domain=d,user=mallory,password=x stop \
        null,domain=d "start authenticator" plain,domain=d,user=eve,password=x plain,domain=d,user=ann,password=x stop
    [ "${lines[0]}" = "in 'own' 'd' 'guest'" ]
    [ "${lines[1]}" = "out auth 400" ]
    [ "${lines[2]}" = "asked 1.0 1 d 127.0.0.1  NULL" ]
    [ "${lines[3]}" = "out auth 400" ]
    [ "${lines[4]}" = "in 'joe' 'd'" ]
    [ "${lines[5]}" = "out auth 400" ]
    [ "${lines[6]}" = "out auth 400" ]
    [ "${lines[7]}" = "in 'anonymous' 'd'" ]
    [ "${lines[8]}" = "out auth 400" ]
    [ "${lines[9]}" = "in 'ann' 'd'" ]
    told 2 "$NOT_LISTED"
    told 1 "$DENIED"
    told 1 '.event == "authentication" and .zap_status == 200 and .user_id == "own"'
    told 2 '.event == "authentication" and .zap_status == 400 and (.reason | test("ZAP handler denied the peer: 400 ")) and .mechanism == "ZMQ_PLAIN"'
}

@test "a handler is asked what libzmq itself asks, and about whom" {
    local asks=(start null "null,domain=d" "null,domain=d,at=ipc://here" "plain,domain=d,user=joe,password=x" "null,domain=d,server=connect"
        "curve,key=ann.key_secret" "curve,key=ann.key_secret,enforces=yes" "curve,key=ann.key_secret,domain=d,enforces=yes" asked)
    policy "{plain: $PWD/users, curve: any}"
    "$PYTHON" -c 'import zmq.auth; zmq.auth.create_certificates(".", "ann")'
    timeout 60 "$PYTHON" "$TOP/tests/hosts/auth_both.py" "${asks[@]}" >bare
    steps "${asks[@]}"
    echo "$output" >ours
    sed -i 's/:[0-9]*  NULL/:PID  NULL/' bare ours
    # By NULL without a domain, and by CURVE where one is asked for and there is none: nobody else has named them.
    sed -i "s/^in 'anonymous' ''/in '-' ''/; s/^in '[^']\{40\}' ''/in '-' ''/" ours
    diff bare ours
    grep -q "1.0 1 d 127.0.0.1  PLAIN joe x" ours
}

@test "where the handler names nobody zmq.auth does, and by what it answers that is no answer nobody comes in" {
    policy "{plain: $PWD/users}"
    steps "start nobody" null,domain=d plain,domain=d,user=joe,password=x stop "start 300" null,domain=d stop \
        "start 500" null,domain=d stop "start short" null,domain=d stop "start version" null,domain=d stop "start metadata" null,domain=d \
        stop "start id" null,domain=d
    [ "${lines[0]}" = "in 'anonymous' 'd' 'guest'" ]
    [ "${lines[1]}" = "in 'joe' 'd' 'guest'" ]
    [ "${lines[2]}" = "out auth 300" ]
    [ "${lines[3]}" = "out auth 500" ]
    for at in 4 5 6 7; do
        [[ ${lines[at]} == "out protocol"* ]]
    done
    told 4 '.event == "authentication" and .zap_status == null and (.reason | test("malformed answer"))'
    told 2 '.event == "authentication" and .zap_status == 200'
}

@test "a handler may come late, go, and come again, and the context ends while it still owes an answer" {
    policy '{}'
    steps null,domain=d start null,domain=d stop null,domain=d "start 400" null,domain=d stop "start silent" null,domain=d,ivl=500 \
        stop null,domain=d "start silent" null,domain=d,ivl=500
    [ "${lines[0]}" = "in 'anonymous' 'd'" ]
    [ "${lines[1]}" = "in 'own' 'd' 'guest'" ]
    [ "${lines[2]}" = "in 'anonymous' 'd'" ]
    [ "${lines[3]}" = "out auth 400" ]
    [[ ${lines[4]} == "out no-detail"* ]]
    [ "${lines[5]}" = "in 'anonymous' 'd'" ]
    [[ ${lines[6]} == "out no-detail"* ]]
    trace_json trace.pcapng | jq -se 'any(.[]; .event == "authentication" and .zap_status == null and (.reason | test("was closed before it answered")))'
}

@test "in audit mode the handler alone decides, and is asked about whom zmq.auth would refuse" {
    MODE=audit policy '{domain: closed, deny: [127.0.0.1]}' '{}'
    steps start null,domain=closed null,domain=d plain,domain=d,user=joe,password=x asked stop "start 400" null,domain=d stop null,domain=d
    [ "${lines[0]}" = "in 'own' 'closed' 'guest'" ]
    [ "${lines[1]}" = "in 'own' 'd' 'guest'" ]
    [ "${lines[2]}" = "in 'own' 'd' 'guest'" ]
    [[ ${lines[3]} == "asked "*closed*PLAIN* ]]
    [ "${lines[4]}" = "out auth 400" ]
    [ "${lines[5]}" = "in '' 'd'" ]
    told 0 '.event == "refused"'
    told 2 '.event == "would_refuse"'
}

@test "in audit mode a handler that comes late decides as if nobody had asked before, and is asked what it always was" {
    local steps=("late 400 null,domain=d" stop "late 400 null" stop "late 200 null,domain=d" asked stop "null,domain=d")
    MODE=audit policy '{deny: [127.0.0.1]}'
    timeout 60 "$PYTHON" "$TOP/tests/hosts/auth_both.py" "${steps[@]}" >bare
    steps "${steps[@]}"
    sed -i "s/^in '-'/in ''/" bare # audit mode answers that nobody is known
    diff bare - <<<"$output"
    [ "${lines[0]}" = "out auth 400" ]
    [ "${lines[1]}" = "in '' ''" ]
    told 0 '.event == "refused"'
}

# secured MODE PHASE: p.bin, which also secures what is local, in that mode.
secures() {
    printf 'version: 1\nmode: %s\nzmq: {auth: [{gssapi: ["alice@*"]}], inject: [{bind: "ipc://*", principal: "zmq@localhost"%s}, {connect: "ipc://*", service: "zmq@localhost"%s}]}\n' \
        "$1" "$2" "$2" >p.yaml
    "$GSSTAP" policy compile -o p.bin p.yaml 2>warnings
}

# secured_steps STEP...: as alice, under that policy.
secured_steps() {
    rm -f trace.pcapng
    secured "$PWD/p.bin"
    run -0 timeout 60 "${WITH[@]}" GSSTAP_TRACE="$PWD/trace.pcapng" KRB5CCNAME="$GSSTAP_REALM/ccache/alice" "$PYTHON" "$TOP/tests/hosts/auth_both.py" "$@"
    echo "$output"
}

@test "whom a rule secures the handler is asked about as of NULL, and who names nobody leaves the principal" {
    local mode phase at=domain=d,at=ipc:// # each its own: a closed socket's path is free when libzmq has come to it
    for mode in enforce audit; do
        for phase in "" ", phase: report"; do
            secures $mode "$phase"
            secured_steps "null,${at}a" start "null,${at}b" asked stop "late nobody null,${at}c" stop "late 400 null,${at}d" stop "late id null,${at}e" stop null,at=ipc://f
            [ "${lines[0]}" = "in 'alice@GSSTAP.TEST' 'd'" ]
            [ "${lines[1]}" = "in 'own' 'd' 'guest'" ]
            [[ ${lines[2]} == "asked 1.0 1 d localhost:"*"  NULL" ]]
            [ "${lines[3]}" = "in 'alice@GSSTAP.TEST' 'd' 'guest'" ]
            [ "${lines[4]}" = "out auth 400" ]
            [[ ${lines[5]} == "out protocol"* ]]
            [ "${lines[6]}" = "in 'alice@GSSTAP.TEST' ''" ]
            told 0 '.event == "refused" or .event == "would_refuse"'
        done
    done
}

@test "who goes without GSSAPI is asked about, too, by a handler that comes late" {
    local mode at=domain=d,at=ipc://
    printf 'version: 1\nmode: enforce\nzmq: {auth: [{allow: [ipc]}], inject: [{bind: "ipc://*", principal: "zmq@localhost", phase: report}]}\n' >p.yaml
    "$GSSTAP" policy compile -o p.bin p.yaml
    for mode in enforce audit; do
        sed -i "s/^mode: .*/mode: $mode/" p.yaml
        "$GSSTAP" policy compile -o p.bin p.yaml 2>warnings
        secured_steps "late 400 null,${at}a" stop "late 200 null,${at}b" stop "null,${at}c"
        [ "${lines[0]}" = "out auth 400" ]
        [ "${lines[1]}" = "in 'own' 'd' 'guest'" ]
        [[ ${lines[2]} == "in "* ]]
    done
}

@test "who waits for an answer waits alone: others are asked about, however many wait, are there or have gone" {
    policy '{}'
    run -0 timeout 120 "$GSSTAP" run -p p.bin -o trace.pcapng -- "$PYTHON" "$TOP/tests/hosts/auth_silent.py"
    echo "$output"
    [ "${lines[0]}" = "in: answered" ]
    [ "${lines[1]}" = "in: answered" ]
    [ "${lines[2]}" = ended ]
    told 0 '.event == "authentication" and .domain == "silent" and .zap_status != null'
    trace_json trace.pcapng | jq -r 'select(.domain == "silent").reason' | sort | uniq -c >reasons
    grep "gave no answer, and its place" reasons
}

@test "where no socket is left nobody comes in unasked, and in audit mode the program goes on as it is" {
    local mode
    cat >full.py <<'END'
import sys, zmq
from zmq.utils.monitor import recv_monitor_message
context = zmq.Context()
def fill():
    sockets = []
    try:
        while True:
            sockets.append(context.socket(zmq.PAIR))
    except zmq.ZMQError:
        return sockets
public, secret = zmq.curve_keypair()
def curve(s):
    s.linger = 0
    s.curve_publickey, s.curve_secretkey = public, secret
    return s
server, client = curve(context.socket(zmq.PULL)), curve(context.socket(zmq.PUSH))
server.curve_server, client.curve_serverkey = 1, public
server.zap_domain = b"d"
monitor = server.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_HANDSHAKE_FAILED_AUTH | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL)
if sys.argv[1] == "handler":
    handler = context.socket(zmq.REP)
    handler.bind("inproc://zeromq.zap.01")
more = fill()
try:
    port = server.bind_to_random_port("tcp://127.0.0.1")
    client.connect("tcp://127.0.0.1:%d" % port)
    event = recv_monitor_message(monitor)
    print("in" if event["event"] == zmq.EVENT_HANDSHAKE_SUCCEEDED else "out", event["value"])
except zmq.ZMQError as error:
    print("refused", error.errno)
server.disable_monitor()
context.destroy(0)
END
    policy '{curve: any}'
    run -0 timeout 60 "$GSSTAP" run -p p.bin -o trace.pcapng -- "$PYTHON" full.py none
    [ "$output" = "refused 13" ]
    told 1 '.event == "refused" and (.reason | test("no socket could be made to answer"))'
    rm trace.pcapng
    run -0 timeout 60 "$GSSTAP" run -p p.bin -o trace.pcapng -- "$PYTHON" full.py handler
    [ "$output" = "out 300" ]
    told 1 '.event == "authentication" and .zap_status == 300 and (.reason | test("ZAP handler could not be asked"))'
    MODE=audit policy '{curve: any}'
    rm trace.pcapng
    run -0 timeout 60 "$GSSTAP" run -p p.bin -o trace.pcapng -- "$PYTHON" full.py none
    [ "$output" = "in 0" ]
    told 1 '.event == "would_refuse" and (.reason | test("no socket could be made to answer"))'
}

# 290 is eventfd2, which libzmq makes each socket with, 257 openat.
@test "where asking would be the end of a program that has forbidden it to itself nobody comes in, and it lives" {
    policy "{plain: $PWD/users}"
    steps start "forbid 290 plain,domain=d,user=joe,password=x"
    [ "$output" = $'out auth 300\nended' ]
    told 1 '.event == "authentication" and .reason == "the program'"'"'s ZAP handler could not be asked"'
    # The recorder needs it as well, and says so.
    run -0 --separate-stderr timeout 60 "$GSSTAP" run -p p.bin -o trace.pcapng -- "$PYTHON" "$TOP/tests/hosts/auth_both.py" \
        "forbid 257 plain,domain=d,user=joe,password=x"
    [ "$output" = $'out auth 300\nended' ]
}

@test "a handler whose answers may be to others is refused" {
    policy "{plain: $PWD/users}"
    steps dealer
    [ "$output" = $'refused 13\nended' ]
    told 1 '.event == "refused" and (.reason | startswith("a ZAP handler is a REP or a ROUTER: "))'
}

@test "the program finds its handler by the name that it has given it" {
    policy '{}'
    cat >names.py <<'END'
import zmq
ZAP = "inproc://zeromq.zap.01"
context = zmq.Context()
def bound(s):
    try:
        s.bind(ZAP)
        return s.getsockopt(zmq.LAST_ENDPOINT)
    except zmq.ZMQError as error:
        return error.errno == zmq.EADDRINUSE
one, two = context.socket(zmq.REP), context.socket(zmq.ROUTER)
print(bound(one), bound(one), bound(two))
one.unbind(ZAP)
print(one.getsockopt(zmq.LAST_ENDPOINT), bound(two))
two.disconnect(ZAP) # libzmq makes no difference
print(bound(one))
try:
    two.unbind(ZAP)
except zmq.ZMQError as error:
    print(error.errno)
try:
    print(len(one.getsockopt(zmq.LAST_ENDPOINT)))
finally:
    context.destroy(0)
END
    "$PYTHON" names.py >bare
    run -0 timeout 60 "$GSSTAP" run -p p.bin -o trace.pcapng -- "$PYTHON" names.py
    diff bare - <<<"$output"
    grep -q "b'inproc://zeromq.zap.01" bare
}

@test "without zmq.auth a handler is where it was bound, and libzmq asks it itself" {
    printf 'version: 1\nzmq: {unsecured: allow}\n' >p.yaml
    "$GSSTAP" policy compile -o p.bin p.yaml
    cat >where.py <<'END'
import zmq
context = zmq.Context()
s, c = context.socket(zmq.REP), context.socket(zmq.REQ)
s.bind("inproc://zeromq.zap.01")
c.connect("inproc://zeromq.zap.01")
c.send(b"x")
print(s.poll(10000) == zmq.POLLIN and s.recv())
context.destroy(0)
END
    run -0 timeout 60 "$GSSTAP" run -p p.bin -o trace.pcapng -- "$PYTHON" where.py
    [ "$output" = "b'x'" ]
    steps start null null,domain=d asked
    [ "${lines[1]}" = "in 'own' 'd' 'guest'" ]
    told 0 '.event == "authentication"'
}

@test "pyzmq's authenticator for asyncio decides as well, in each of two contexts and in a child of fork" {
    policy "{plain: $PWD/users}"
    cat >loop.py <<'END'
import asyncio, os, zmq, zmq.asyncio
from zmq.auth.asyncio import AsyncioAuthenticator
from zmq.utils.monitor import recv_monitor_message
async def comes_in(context, user):
    s, c = context.socket(zmq.PULL), context.socket(zmq.PUSH)
    s.linger = c.linger = 0
    s.plain_server, s.zap_domain = 1, b"d"
    c.plain_username, c.plain_password = user, b"x"
    monitor = s.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_HANDSHAKE_FAILED_AUTH)
    c.connect("tcp://127.0.0.1:%d" % s.bind_to_random_port("tcp://127.0.0.1"))
    event = await recv_monitor_message(monitor)
    s.disable_monitor()
    for each in (monitor, s, c):
        each.close()
    return event["event"] == zmq.EVENT_HANDSHAKE_SUCCEEDED
async def talk(*known):
    context = zmq.asyncio.Context()
    auth = AsyncioAuthenticator(context)
    auth.start()
    auth.configure_plain(domain="d", passwords={user: "x" for user in known})
    print([await comes_in(context, user) for user in (b"joe", b"ann", b"mallory")], flush=True)
    auth.stop()
    context.term()
async def both():
    await asyncio.gather(talk("joe", "mallory"), talk("joe", "mallory"))
asyncio.run(both())
if not (child := os.fork()):
    asyncio.run(talk("ann"))
    os._exit(0)
os.waitpid(child, 0)
END
    run -0 timeout 60 "$GSSTAP" run -p p.bin -o trace.pcapng -- "$PYTHON" loop.py
    [ "$output" = $'[True, False, False]\n[True, False, False]\n[False, True, False]' ]
}

@test "many questions at once, answered out of order, reach whom they are about" {
    policy '{}'
    cat >many.py <<'END'
import threading, zmq
context = zmq.Context()
handler = context.socket(zmq.ROUTER)
handler.linger = 0
handler.bind("inproc://zeromq.zap.01")
COUNT = 80
def answer(request):
    address, empty, version, number = request[:4]
    denied = request[4] == b"odd"
    handler.send_multipart([address, empty, version, number, b"400" if denied else b"200", b"", b"of " + request[4], b""])
def handle():
    held, answered = [], 0
    while answered < COUNT:
        if handler.poll(500):
            held.append(handler.recv_multipart())
        if len(held) == 16 or (held and not handler.poll(500)):
            while held:
                answer(held.pop())
                answered += 1
    handler.close()
thread = threading.Thread(target=handle)
thread.start()
from zmq.utils.monitor import recv_monitor_message
servers, clients = [], []
for n in range(COUNT):
    s, c = context.socket(zmq.PULL), context.socket(zmq.PUSH)
    s.linger = c.linger = 0
    s.zap_domain = b"odd" if n % 2 else b"even"
    m = s.get_monitor_socket(zmq.EVENT_HANDSHAKE_FAILED_AUTH | zmq.EVENT_HANDSHAKE_SUCCEEDED)
    c.connect("tcp://127.0.0.1:%d" % s.bind_to_random_port("tcp://127.0.0.1"))
    servers.append((s, m))
    clients.append(c)
for n, (s, m) in enumerate(servers):
    assert recv_monitor_message(m)["event"] == (zmq.EVENT_HANDSHAKE_FAILED_AUTH if n % 2 else zmq.EVENT_HANDSHAKE_SUCCEEDED)
    s.disable_monitor()
    m.close()
for n, (s, m) in enumerate(servers):
    if not n % 2:
        clients[n].send(b"x")
        assert s.recv(copy=False).get("User-Id") == "of even"
thread.join()
context.destroy(0)
print("all")
END
    run -0 timeout 60 "$GSSTAP" run -p p.bin -o trace.pcapng -- "$PYTHON" many.py
    echo "$output"
    [ "$output" = all ]
}
