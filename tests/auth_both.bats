#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# zmq.auth and a ZAP handler of the program's own, where libzmq speaks the mechanism itself: both have to agree. Where
# gsstap speaks GSSAPI is zap.bats.
# timeout: 300

bats_require_minimum_version 1.5.0
load helper
load wire
load peers

setup() {
    fresh both
    echo 'joe:{plain}x' >users
    echo 'ann:{plain}x' >>users
    echo 'eve:{plain}x' >>users
}

teardown() {
    stop_all
}

# policy LINE...: p.bin, with these rules of zmq.auth.
policy() {
    printf 'version: 1\nmode: %s\nzmq:\n  auth:\n' "${MODE:-enforce}" >p.yaml
    printf '    - %s\n' "$@" >>p.yaml
    "$GSSTAP" policy compile -o p.bin p.yaml
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
    local asks=(start null "null,domain=d" "null,domain=d,at=ipc://here" "plain,domain=d,user=joe,password=x" "null,domain=d,server=connect" asked)
    policy "{plain: $PWD/users}"
    timeout 60 "$PYTHON" "$TOP/tests/hosts/auth_both.py" "${asks[@]}" >bare
    steps "${asks[@]}"
    echo "$output" >ours
    sed -i 's/:[0-9]*  NULL/:PID  NULL/' bare ours
    sed -i "s/^in 'anonymous' ''/in '-' ''/" ours # by NULL without a domain: nobody else has named it
    diff bare ours
    grep -q "1.0 1 d 127.0.0.1  PLAIN joe x" ours
}

@test "where the handler names nobody zmq.auth does, and by what it answers that is no answer nobody comes in" {
    policy "{plain: $PWD/users}"
    steps "start nobody" null,domain=d plain,domain=d,user=joe,password=x stop "start 300" null,domain=d stop \
        "start 500" null,domain=d stop "start short" null,domain=d stop "start version" null,domain=d stop "start metadata" null,domain=d
    [ "${lines[0]}" = "in 'anonymous' 'd' 'guest'" ]
    [ "${lines[1]}" = "in 'joe' 'd' 'guest'" ]
    [ "${lines[2]}" = "out auth 300" ]
    [ "${lines[3]}" = "out auth 500" ]
    [[ ${lines[4]} == "out protocol"* ]]
    [[ ${lines[5]} == "out protocol"* ]]
    [[ ${lines[6]} == "out protocol"* ]]
    told 3 '.event == "authentication" and .zap_status == 500 and (.reason | test("malformed answer"))'
}

@test "a handler may come late, go, and come again, and the context ends while it still owes an answer" {
    policy '{}'
    steps null,domain=d start null,domain=d stop null,domain=d "start 400" null,domain=d stop "start silent" null,domain=d,ivl=500
    [ "${lines[0]}" = "in 'anonymous' 'd'" ]
    [ "${lines[1]}" = "in 'own' 'd' 'guest'" ]
    [ "${lines[2]}" = "in 'anonymous' 'd'" ]
    [ "${lines[3]}" = "out auth 400" ]
    [[ ${lines[4]} == "out no-detail"* ]]
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
