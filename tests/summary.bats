#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# gsstap decode --summary: who is secured, who is not, and who fails, out of the traces of real programs. A migration as
# a whole is in migrate.bats.
# timeout: 180

bats_require_minimum_version 1.5.0
load helper
load wire

setup_file() {
    realm_up -u alice -s zmq@localhost -s host@localhost
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir traces
    export GSSTAP_TRACE="$PWD/traces/%n-%p.pcapng"
}

teardown() {
    stop_all
}

# policy NAME: compiles a policy from stdin into NAME.bin.
policy() {
    cat >"$1.yaml"
    "$GSSTAP" policy compile -o "$1.bin" "$1.yaml"
}

injecting() {
    policy inject <<END
version: 1
zmq:
  unsecured: refuse
  inject:
    - {bind: "tcp://*", principal: "zmq@localhost"}
    - {connect: "tcp://*", service: "zmq@localhost"}
END
}

# under POLICY COMMAND...: under the shim, with a policy unless that is "none".
under() {
    local policy=()
    [ "$1" = none ] || policy=(GSSTAP_POLICY="$PWD/$1.bin")
    shift
    under_shim "${policy[@]}" "$@"
}

# exec_under POLICY COMMAND...: the same for start: what it ends is the program, and not a shell before it.
exec_under() {
    local policy=()
    [ "$1" = none ] || policy=(GSSTAP_POLICY="$PWD/$1.bin")
    shift
    exec env LD_PRELOAD="$PRELOAD" "${policy[@]}" "$@"
}

# pair SERVER-POLICY CLIENT-POLICY: a REP and a REQ that want one answer; leaves PORT.
pair() {
    PORT=$(free_port)
    rm -f up
    start server exec_under "$1" "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" touch up answer 1
    start client exec_under "$2" "$BUILD/hosts/zpair" socket REQ await up connect "tcp://localhost:$PORT" send hello recv
    finish client
    finish server
}

# summary: of the traces, as JSON in the file of that name.
summary() {
    "$GSSTAP" decode --summary --format json "${@:-traces}" >summary
}

# says FILTER: one line of it does.
says() {
    jq -se "any(.[]; $1)" summary >/dev/null || { echo "nothing says $1:"; cat summary; return 1; }
}

@test "both sides of a secured connection are listed, with principals and encryption type" {
    injecting
    pair inject inject
    summary
    says '.kind == "endpoint" and .role == "server" and .state == "secured" and .established == 1 and .accepts_unsecured == false'
    says '.kind == "endpoint" and .role == "client" and .state == "secured" and .endpoint == "tcp://localhost:'"$PORT"'"'
    says '.kind == "peer" and .role == "server" and .principal == "alice@GSSTAP.TEST" and .session_enctype == "aes256-cts-hmac-sha1-96"'
    says '.kind == "peer" and .role == "client" and (.principal | startswith("zmq/localhost@")) and .unwrapped >= 2 and .wrapped >= 2'
    says '.kind == "program" and .program == "zpair" and .processes == 2 and .dropped == 0'
    run -0 "$GSSTAP" decode --summary traces
    [ "${lines[0]}" = "Nothing that was seen is unsecured, and nothing fails." ]
    [[ $output == *"  bind tcp://127.0.0.1:$PORT: secured"* ]]
}

@test "both sides are listed whether messages are recorded or not" {
    local level
    for level in audit messages; do
        injecting
        export GSSTAP_LEVEL=$level
        rm -f traces/*
        pair inject inject
        summary
        says '.kind == "endpoint" and .role == "server" and .state == "secured" and .established == 1 and .ready == 1'
        says '.kind == "endpoint" and .role == "client" and .state == "secured" and .endpoint == "tcp://localhost:'"$PORT"'" and .ready == 1'
        says '.kind == "peer" and .role == "server" and .state == "secured" and .principal == "alice@GSSTAP.TEST" and .ready == 1'
        says '.kind == "peer" and .role == "client" and .state == "secured" and (.principal | startswith("zmq/localhost@")) and .wrapped == 3 and .unwrapped == 3'
        jq -se '[.[] | select(.kind == "peer" or .kind == "endpoint")] | length == 4' summary
    done
}

@test "a connection is secured since its READY was unwrapped, and not since its handshake succeeded" {
    local start='process(exe="/srv/a", host="box", command="server", level="calls"); inject(endpoint="tcp://*:5555", role=3)'
    local shake='handshake(endpoint="tcp://*:5555", role=2, outcome=1, initiator="alice@R", context=5, handshake="3" * 16, zmtp="3.1", peer_mechanism="GSSAPI")'
    local ready='event("connection", endpoint="tcp://*:5555", role=3, mechanism=3, initiator="alice@R", context=5, zmtp="3.1")'
    local ended='event("context", context=5, wrapped=3, unwrapped=1)'
    forge shaken.pcapng "$start; $shake; $ended"
    summary shaken.pcapng
    says '.kind == "peer" and .state == "unobserved" and .established == 1 and (has("ready") or has("last_established") | not) and (.reason | test("READY"))'
    says '.kind == "endpoint" and .state == "unobserved"'
    run -0 "$GSSTAP" decode --summary shaken.pcapng
    [[ $output != *"nothing fails"* && $output != *": secured"* ]]
    forge ready.pcapng "$start; $shake; $ready; $ended"
    summary ready.pcapng
    says '.kind == "peer" and .state == "secured" and .principal == "alice@R" and .established == 1 and .ready == 1 and has("last_established")'
    says '.kind == "endpoint" and .state == "secured"'
    run -0 "$GSSTAP" decode --summary ready.pcapng
    [ "${lines[0]}" = "Nothing that was seen is unsecured, and nothing fails." ]
    # It stays so when another one is on its way; it fails when that comes to nothing, and one without security is none.
    forge another.pcapng "$start; $shake; $ready; $shake"
    summary another.pcapng
    says '.kind == "peer" and .state == "secured" and .established == 2 and .ready == 1'
    forge fails.pcapng "$start; $shake; $ready; $shake; "'handshake(endpoint="tcp://*:5555", role=2, outcome=2, initiator="alice@R", reason="no READY", zmtp="3.1")'
    summary fails.pcapng
    says '.kind == "peer" and .state == "failing" and .reason == "no READY"'
    forge null.pcapng "$start; "'event("connection", endpoint="tcp://*:5555", role=3, mechanism=0, peer="tcp://10.0.0.7:4000", zmtp="3.1")'
    summary null.pcapng
    says '.kind == "endpoint" and .state != "secured" and .established == 0'
    # What a peer sends without encryption is not taken, and is nothing that passed.
    forge refused.pcapng "$start; $shake; call('gss_unwrap', context=5, major=0, conf=0); $ended; $shake; $ready"
    summary refused.pcapng
    says '.kind == "peer" and .state == "secured"'
    says '.kind == "endpoint" and .state == "secured"'
    # The other end gave up: it has its own truth, and what the acceptor says is none about it.
    forge gave_up.pcapng 'process(exe="/srv/b", host="box", command="client", level="calls"); inject(endpoint="tcp://srv:5555", role=4)
handshake(endpoint="tcp://srv:5555", role=1, outcome=4, acceptor="zmq/srv@R", handshake="3" * 16, zmtp="3.1", reason="given up")'
    summary ready.pcapng gave_up.pcapng
    says '.kind == "peer" and .role == "client" and .state == "unobserved" and .abandoned == 1 and .established == 0'
}

@test "what goes without security is named first, and is so until it is secured" {
    injecting
    pair none none
    summary
    says '.kind == "endpoint" and .role == "server" and .state == "unsecured" and .accepts_unsecured'
    says '.kind == "endpoint" and .role == "client" and .state == "unsecured"'
    run -0 "$GSSTAP" decode --summary traces
    [ "${lines[0]}" = "Still to be secured: 2" ]
    [[ ${lines[1]} == "  zpair on "*" binds tcp://127.0.0.1:$PORT: 1 unsecured"* ]]
    [[ ${lines[2]} == "  zpair on "*" connects to tcp://localhost:$PORT: 1 unsecured"* ]]

    start server exec_under inject "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" touch up2 answer 1
    start client exec_under inject "$BUILD/hosts/zpair" socket REQ await up2 connect "tcp://localhost:$PORT" send hello recv
    finish client
    finish server
    summary
    says '.kind == "endpoint" and .role == "server" and .state == "secured" and .unsecured == 1'
    says '.kind == "endpoint" and .role == "client" and .state == "secured"'
    run -0 "$GSSTAP" decode --summary traces
    [ "${lines[0]}" = "Nothing that was seen is unsecured, and nothing fails." ]
}

@test "who went without security where that is allowed, and came again in vain, is still to be secured" {
    local start='process(exe="/srv/a", host="box", command="server", level="calls"); inject(endpoint="tcp://*:5555", role=3, mode="report")'
    local clear='event("unsecured", endpoint="tcp://*:5555", role=3, mechanism=0, peer="tcp://10.0.0.7:4000")'
    local over='event("unsecured", endpoint="tcp://*:5555", role=3, mechanism=0, peer="tcp://10.0.0.7:4000", age=10)'
    local fails='handshake(endpoint="tcp://*:5555", role=2, outcome=2, peer="tcp://10.0.0.7:4001", reason="silent", zmtp="3.1")'
    forge again.pcapng "$start; $clear; $over; $fails"
    summary again.pcapng
    says '.kind == "peer" and .state == "unsecured" and .failed == 1'
    run -0 "$GSSTAP" decode --summary again.pcapng
    [ "${lines[0]}" = "Still to be secured: 1" ]
    # Where none is let in without any more it fails, and is not unsecured.
    forge strict.pcapng "$start; $clear; $over; inject(endpoint='tcp://*:5555', role=3); $fails"
    summary strict.pcapng
    says '.kind == "peer" and .state == "failing"'
    # Who was seen with GSSAPI since fails with that.
    forge moved.pcapng "$start; $clear; $over; "'event("connection", endpoint="tcp://*:5555", role=3, mechanism=3, initiator="alice@R", peer="tcp://10.0.0.7:4002", context=5, zmtp="3.1")'"; $fails"
    summary moved.pcapng
    run -1 says '.kind == "peer" and .state == "unsecured"'
}

@test "a program's own CURVE is not called secured, its PLAIN is unsecured, and inproc is not listed" {
    under none "$PYTHON" -c '
import zmq
context = zmq.Context()
public, secret = zmq.curve_keypair()
curve, plain, inproc = (context.socket(zmq.REP) for _ in range(3))
curve.curve_secretkey, curve.curve_publickey, curve.curve_server = secret, public, True
plain.plain_server = True
curve.bind("ipc://curve")
plain.bind("ipc://plain")
inproc.bind("inproc://near")'
    summary
    says '.endpoint == "ipc://curve" and .state == "curve" and .mechanism == "ZMQ_CURVE"'
    says '.endpoint == "ipc://plain" and .state == "unsecured" and .mechanism == "ZMQ_PLAIN"'
    [ "$(jq -s '[.[] | select(.kind == "endpoint")] | length' summary)" = 2 ]
    run -0 "$GSSTAP" decode --summary traces
    [[ $output == *"CURVE set, keys not observed: 1"* ]]
    [[ $output == *" binds ipc://curve: no connection seen; "* ]]
    [[ $output != *": ;"* ]]
    [[ $output != *"nothing fails"* ]]
}

# talk_by_libzmq PLAINTEXT: one message there and one back, by libzmq's own GSSAPI.
talk_by_libzmq() {
    rm -f up
    PORT=$(free_port)
    for role in server client; do
        cat >$role.py <<END
import os, sys, time, zmq
socket = zmq.Context().socket(zmq.REP if "$role" == "server" else zmq.REQ)
socket.setsockopt(zmq.RCVTIMEO, 20000)
socket.gssapi_plaintext = $1
if "$role" == "server":
    socket.gssapi_server = True
    socket.bind("tcp://127.0.0.1:$PORT")
    open("up", "w").close()
    socket.send(socket.recv())
else:
    socket.gssapi_service_principal = b"zmq@localhost"
    while not os.path.exists("up"): time.sleep(0.01) # poll
    socket.connect("tcp://127.0.0.1:$PORT")
    socket.send(b"in clear")
    assert socket.recv() == b"in clear"
END
    done
    start server exec_under none "$PYTHON" server.py
    start client exec_under none "$PYTHON" client.py
    finish client
    finish server
    summary
}

@test "GSSAPI whose messages pass in clear is authenticated, and not called secured" {
    local role
    talk_by_libzmq True
    says '.kind == "endpoint" and .role == "server" and .state == "unencrypted" and .plaintext'
    for role in initiator acceptor; do
        says '.kind == "pair" and .role == "'$role'" and .state == "authenticated" and (.reason | startswith("libzmq has wrapped nothing"))'
    done
    run ! says '.state == "secured"'
    run -0 "$GSSTAP" decode --summary traces
    [[ $output == *"Authenticated, but not encrypted: "* ]]
    [[ $output == *"Authenticated, and nothing seen to be protected: 2"* ]]
    [[ $output != *"nothing fails"* ]]
}

@test "libzmq's own GSSAPI that wraps its messages is secured" {
    talk_by_libzmq False
    says '.kind == "pair" and .role == "initiator" and .state == "secured"'
    says '.kind == "pair" and .role == "acceptor" and .state == "secured"'
    run ! says '.state == "authenticated"'
}

# forge FILE CODE: makes a trace out of hand-made events; see forge.py.
forge() {
    "$PYTHON" "$TOP/tests/forge.py" "$@"
}

@test "two programs of one command name and one endpoint are two, and a name is told beyond a NUL" {
    forge a.pcapng 'process(exe="/srv/a", host="box", command="server"); inject(endpoint="tcp://*:5555", role=3)
handshake(endpoint="tcp://*:5555", role=2, outcome=1, initiator="alice@R\0x", handshake="1" * 16)'
    forge b.pcapng 'process(exe="/srv/b", host="box", command="server")
call("zmq_bind", socket=1, endpoint="tcp://*:5555", result=0)'
    summary a.pcapng b.pcapng
    says '.kind == "endpoint" and .exe == "/srv/a" and .state == "secured"'
    says '.kind == "endpoint" and .exe == "/srv/b" and .state == "unsecured"'
    says '.kind == "peer" and .principal == "alice@R\u0000x"'
}

@test "two services of one interpreter are two programs, and a process is told from all others" {
    for name in one two; do
        printf 'import zmq\ns = zmq.Context().socket(zmq.REP)\ns.bind("ipc://%s/same")\n' "$PWD" >$name.py
        under none "$PYTHON" -W ignore $name.py
    done
    under none "$PYTHON" -c 'import zmq; zmq.Context().socket(zmq.REP).bind("inproc://x")' one.py
    summary
    [ "$(jq -r 'select(.kind == "endpoint") | .script' summary | xargs)" = "one.py two.py" ]
    trace_json -e process traces >started
    [ "$(jq -r .boot started | sort -u)" = "$(cat /proc/sys/kernel/random/boot_id)" ]
    [ "pid:[$(jq -r .pid_namespace started | sort -u)]" = "$(readlink /proc/self/ns/pid)" ]
    [ "$(jq -r '[.pid, .started] | @tsv' started | sort -u | wc -l)" = 3 ]
}

@test "a process is one in however many files, and two of one pid are two" {
    local first='process(exe="/srv/a", host="box", command="a", boot="b1", pid_namespace=1, started=7)'
    forge one.pcapng "$first; call('zmq_socket', socket=1); call('zmq_setsockopt', socket=1, option=44, value_int=1)
process(exe='/srv/a', host='box', command='a', boot='b1', pid_namespace=1, started=7, time=100000)"
    forge two.pcapng "$first; call('zmq_bind', socket=1, endpoint='tcp://*:1', time=200000, result=0)"
    summary one.pcapng two.pcapng
    says '.kind == "program" and .processes == 1'
    # What the one set on its socket does not count for the other, whose socket has the same address.
    for other in "boot='b2'" "started=8" "boot='b2', pid_namespace=2"; do
        forge again.pcapng "process(exe='/srv/a', host='box', command='a', **(dict(boot='b1', pid_namespace=1, started=7) | dict($other)), time=150000)
call('zmq_bind', socket=1, endpoint='tcp://*:1', time=200000, result=0)"
        mergecap -I all -w both.pcapng one.pcapng again.pcapng
        summary both.pcapng
        [ "$(jq -s 'map(select(.kind == "program") | .processes) | add' summary)" = 2 ]
        says '.kind == "endpoint" and .mechanism == "ZMQ_NULL"'
    done
}

@test "events of one pid on two hosts, or in two containers, in traces that were joined so, are nobody's" {
    forge box.pcapng 'process(exe="/srv/a", host="box", command="a", boot="b1", started=7)
handshake(role=1, outcome=1, initiator="alice@R", acceptor="host/h@R", handshake="1" * 16, time=100000)'
    forge fox.pcapng 'process(exe="/srv/b", host="fox", command="b", boot="b2", started=7, time=50000)'
    forge den.pcapng 'process(exe="/srv/b", host="box", command="b", boot="b1", pid_namespace=2, started=7, time=50000)'
    for other in fox den; do
        mergecap -I all -w both.pcapng box.pcapng $other.pcapng
        summary both.pcapng
        says '.kind == "not_observed" and .what == "mixed"'
        says '.kind == "pair" and .host == null and .program == null'
        [ "$(jq -s 'map(select(.kind == "program") | .exe // "?") | sort | join(" ")' summary)" = '"/srv/a /srv/b ?"' ]
    done
}

@test "who gave a context up did not fail, and with the other end's trace it is known to have worked" {
    forge curl.pcapng 'process(exe="/usr/bin/curl", host="box", command="curl")
handshake(role=1, outcome=4, initiator="alice@R", acceptor="HTTP/web@R", handshake="7" * 16, reason="given up")'
    summary curl.pcapng
    says '.kind == "pair" and .state == "unobserved" and .failed == 0 and .abandoned == 1'
    run -0 "$GSSTAP" decode --summary curl.pcapng
    [[ $output != *[Ff]ailing* && $output != *"nothing fails"* ]]
    local order
    run -0 "$GSSTAP" decode --summary curl.pcapng
    [[ $output == *"not observed, 1 given up; "*": given up"* ]]
    forge web.pcapng 'process(exe="/usr/sbin/httpd", host="web", command="httpd", time=1)
handshake(role=2, outcome=1, initiator="alice@R", acceptor="HTTP/web@R", handshake="7" * 16, time=TIME)'
    forge late.pcapng 'process(exe="/usr/sbin/httpd", host="web", command="httpd")
handshake(role=2, outcome=1, initiator="alice@R", acceptor="HTTP/web@R", handshake="7" * 16, time=9000)'
    for order in "curl.pcapng web.pcapng" "curl.pcapng late.pcapng"; do
        # shellcheck disable=SC2086 # two files
        summary $order
        says '.kind == "pair" and .role == "initiator" and .state == "authenticated" and .established == 1 and .abandoned == 0 and .unproven == 1'
        # shellcheck disable=SC2086
        run -0 "$GSSTAP" decode --summary $order
        [ "${lines[0]}" = "Authenticated, and nothing seen to be protected: 2" ]
        [[ $output == *"1 handshake (1 given up by the initiator before it saw the acceptor's proof)"* ]]
    done
}

@test "who gave a context up, or sent the only token of it, fails where the acceptor's trace says that it was not taken" {
    local order theirs
    forge gave_up.pcapng 'process(exe="/usr/bin/curl", host="box", command="curl")
handshake(role=1, outcome=4, initiator="alice@R", acceptor="HTTP/web@R", handshake="7" * 16)'
    forge one_way.pcapng 'process(exe="/usr/bin/curl", host="box", command="curl")
handshake(role=1, outcome=1, initiator="alice@R", acceptor="HTTP/web@R", handshake="7" * 16, flags_ret=0x20)'
    for theirs in failed:2 refused:3; do
        forge before.pcapng 'process(exe="/usr/sbin/httpd", host="web", command="httpd", time=1)
handshake(role=2, outcome='"${theirs#*:}"', acceptor="HTTP/web@R", handshake="7" * 16, reason="Incorrect channel bindings", time=TIME)'
        forge behind.pcapng 'process(exe="/usr/sbin/httpd", host="web", command="httpd")
handshake(role=2, outcome='"${theirs#*:}"', acceptor="HTTP/web@R", handshake="7" * 16, reason="Incorrect channel bindings", time=9000)'
        for order in "gave_up.pcapng before.pcapng" "gave_up.pcapng behind.pcapng" "one_way.pcapng before.pcapng" "one_way.pcapng behind.pcapng"; do
            # shellcheck disable=SC2086 # two files
            summary $order
            says '.kind == "pair" and .role == "initiator" and .state == "failing" and .established == 0 and .abandoned == 0 and .failed == 1 and .reason == "'"${theirs%:*}"' by the acceptor: Incorrect channel bindings"'
        done
    done
}

@test "an acceptor that took a token with one of its credentials did not fail to the initiator by those before" {
    local client order
    local client_established='handshake(role=1, outcome=1, initiator="alice@R", acceptor="HTTP/web@R", handshake="7" * 16, flags_ret=0x20)'
    local client_gave_up='handshake(role=1, outcome=4, initiator="alice@R", acceptor="HTTP/web@R", handshake="7" * 16)'
    forge tries.pcapng 'process(exe="/usr/sbin/httpd", host="web", command="httpd", time=1)
handshake(role=2, outcome=2, acceptor="HTTP/a@R", handshake="7" * 16, reason="Wrong principal", time=TIME + 2000)
handshake(role=2, outcome=2, acceptor="HTTP/b@R", handshake="7" * 16, reason="Wrong principal", time=TIME + 4000)
handshake(role=2, outcome=1, acceptor="HTTP/web@R", handshake="7" * 16, initiator="alice@R", time=TIME + 6000)'
    for client in "$client_established" "$client_gave_up"; do
        for order in 1 3 5 7; do
            forge client.pcapng "process(exe='/usr/bin/curl', host='box', command='curl', time=1)
${client%)}, time=TIME + ${order}000)"
            summary client.pcapng tries.pcapng
            says '.kind == "pair" and .role == "initiator" and .state == "authenticated" and .established == 1 and .failed == 0 and .abandoned == 0'
        done
    done
}

# begun CODE PROGRAM COUNT: of that program so many handshakes are told as begun and without an end, and of none other any.
begun() {
    forge begun.pcapng "
identity = dict(host='h', boot='b', pid_namespace=1, level='tokens')
def calls(major, **fields): call('gss_init_sec_context', context=7, major=major, acceptor='host/h@R', **fields)
def ended(outcome, **fields): handshake(context=7, role=1, outcome=outcome, acceptor='host/h@R', handshake='7' * 16, **fields)
process(command='starter', exe='/starter', started=5, **identity)
$1"
    summary begun.pcapng
    jq -es --arg program "$2" --argjson count "$3" 'map(select(.kind == "not_observed" and .what == "handshake")) | map([.program, .count]) == if $count > 0 then [[$program, $count]] else [] end' summary ||
        { cat summary; return 1; }
}

@test "a handshake without an end is told of the program that began it, though it executed another" {
    begun 'calls(1); process(command="innocent", exe="/innocent", started=5, **identity)' starter 1
}

@test "a handshake that a child of fork goes on with is the child's" {
    local child='process(pid=4712, forked_pid=4711, forked_tid=4711, forked_seq=2, command="child", exe="/child", started=6, **identity)'
    begun "calls(1); $child; calls(0, pid=4712); ended(1, pid=4712)" "" 0
    begun "calls(1); $child; calls(0xd0000, pid=4712); ended(2, pid=4712)" "" 0
    begun "calls(1); $child; calls(1, pid=4712)" child 1
    # It has thrown its copy away, has one of its own, or came before.
    begun "calls(1); $child; ended(4, pid=4712)" starter 1
    begun "$child; calls(1); ended(1, pid=4712)" starter 1
    begun "${child/forked_seq=2/forked_seq=1}; calls(1); ended(1, pid=4712)" starter 1
}

@test "a handshake after which nothing was wrapped is authenticated, and not called secured" {
    cat >login.py <<'END'
import gssapi, sys
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
one, other = gssapi.SecurityContext(name=name, usage="initiate"), gssapi.SecurityContext(usage="accept")
token = None
while not one.complete:
    token = one.step(token)
    token = other.step(token) if token else None
if "wrap" in sys.argv:
    other.unwrap(one.wrap(b"hello", True).message)
END
    under none "$PYTHON" login.py
    summary
    says '.kind == "pair" and .role == "initiator" and .state == "authenticated" and .established == 1 and (.reason | test("^nothing was seen to be wrapped"))'
    says '.kind == "pair" and .role == "acceptor" and .state == "authenticated"'
    run -0 "$GSSTAP" decode --summary traces
    [ "${lines[0]}" = "Authenticated, and nothing seen to be protected: 2" ]
    [[ $output != *secured* ]]
    under none "$PYTHON" login.py wrap
    summary
    says '.kind == "pair" and .role == "initiator" and .state == "secured"'
    says '.kind == "pair" and .role == "acceptor" and .state == "secured"'
    run -0 "$GSSTAP" decode --summary traces
    [ "${lines[0]}" = "Nothing that was seen is unsecured, and nothing fails." ]
}

@test "a context that another process imports is protected by what passes there" {
    cat >one.py <<'END'
import gssapi
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
one, other = gssapi.SecurityContext(name=name, usage="initiate"), gssapi.SecurityContext(usage="accept")
token = None
while not one.complete:
    token = one.step(token)
    token = other.step(token) if token else None
open("message", "wb").write(one.wrap(b"hello", True).message)
open("context", "wb").write(other.export())
END
    cat >other.py <<'END'
import gssapi
print(gssapi.SecurityContext(token=open("context", "rb").read()).unwrap(open("message", "rb").read()).message)
END
    under none "$PYTHON" one.py
    summary
    says '.kind == "pair" and .role == "acceptor" and .state == "authenticated" and .unwrapped == null'
    under none "$PYTHON" other.py
    summary
    says '.kind == "pair" and .role == "initiator" and .state == "secured" and .wrapped == 1'
    says '.kind == "pair" and .role == "acceptor" and .state == "secured" and .unwrapped == 1 and .unwrapped_bytes == 5'
    run -0 "$GSSTAP" decode --summary traces
    [ "${lines[0]}" = "Nothing that was seen is unsecured, and nothing fails." ]
}

@test "what was not observed is said first, and nothing is called well beside it" {
    local secured='handshake(role=1, outcome=1, initiator="alice@R", acceptor="host/h@R", handshake="2" * 16, context=7); call("gss_wrap", context=7, major=0)'
    local start='process(exe="/srv/a", host="box", command="server", level="tokens")'
    forge well.pcapng "$start; $secured"
    run -0 "$GSSTAP" decode --summary well.pcapng
    [ "${lines[0]}" = "Nothing that was seen is unsecured, and nothing fails." ]
    # gap EVENTS WHAT SENTENCE
    gap() {
        forge gap.pcapng "$1"
        summary gap.pcapng
        [ "$(jq -r '.kind + " " + (.what // "")' summary | head -1)" = "not_observed $2" ]
        run -0 "$GSSTAP" decode --summary gap.pcapng
        [ "${lines[0]}" = "${4:-Gaps in what was observed}: 1" ]
        [[ ${lines[1]} == *"$3"* ]]
        [[ $output != *"nothing fails"* ]]
    }
    gap "$start; $secured; event('coverage', object='/srv/plugin.so', library='libzmq.so.5', reached=0, how='deepbind')" \
        coverage "calls of /srv/plugin.so to libzmq.so.5 do not reach gsstap: deepbind"
    gap "$start; $secured; event('coverage', object='/srv/plugin.so', family='gss', reached=1, how='preload'); event('coverage', object='/srv/plugin.so', family='zmq', reached=0, how='deepbind')" \
        coverage "zmq_ calls of /srv/plugin.so to a library do not reach gsstap: deepbind"
    says '.kind == "coverage" and .family == "gss" and .reached and .object == "/srv/plugin.so" and .how == "preload" and .count == 1'
    says '.kind == "coverage" and .family == "zmq" and .reached == false'
    gap "$start; $secured; event('exec', path='/usr/bin/env', function='execve', restored=1)
event('exec', path='/srv/tool', function='execve', restored=0, reason='nobody asks for it')" \
        exec "what became of /srv/tool, which it executed without gsstap 1 time: nobody asks for it"
    gap "$start; $secured; event('policy', path='/p', outcome_text='broken', reason='cut')" policy "policy that could not be used"
    gap "$start; $secured; event('dropped', count=17, why='disk full')" lost "events that were lost: 17: disk full"
    gap "process(exe='/srv/a', host='box', command='server', level='audit'); $secured" level "its trace is of level audit" "Not recorded"
    gap "$secured" start "no process event"
    cp well.pcapng hurt.pcapng
    printf 'garbage' >>hurt.pcapng
    run -1 --separate-stderr "$GSSTAP" decode --summary hurt.pcapng
    [ "${lines[0]}" = "Gaps in what was observed: 1" ]
}

@test "of many gaps a screenful is shown, and JSON has them all" {
    forge many.pcapng 'process(exe="/srv/a", host="box", command="server", level="tokens")
for i in range(300): event("coverage", object="/srv/%d.so" % i, family="zmq", reached=0, how="deepbind")'
    run -0 "$GSSTAP" decode --summary many.pcapng
    [ "${lines[0]}" = "Gaps in what was observed: 300" ]
    [ "${lines[11]}" = "  and 290 more, which --format json lists" ]
    [ "${#lines[@]}" -lt 24 ]
    summary many.pcapng
    [ "$(jq -s 'map(select(.kind == "not_observed")) | length' summary)" = 300 ]
}

@test "whom a ZAP handler denies, or never answers, is not called secured" {
    local start='process(exe="/srv/a", host="box", command="server")
call("zmq_bind", socket=1, endpoint="inproc://zeromq.zap.01", result=0)
inject(endpoint="tcp://*:5555", role=3)'
    local shake='handshake(endpoint="tcp://*:5555", role=2, outcome=1, initiator="alice@R", context=5, handshake="3" * 16)'
    forge silent.pcapng "$start; $shake; event('context', context=5, wrapped=0, unwrapped=1)"
    summary silent.pcapng
    says '.kind == "peer" and .state == "failing" and (.reason | test("ZAP handler"))'
    forge denied.pcapng "$start; $shake
handshake(endpoint='tcp://*:5555', role=2, outcome=3, initiator='alice@R', reason='denied by the handler')"
    summary denied.pcapng
    says '.kind == "endpoint" and .refused == 1 and .established == 1'
    says '.kind == "peer" and .state == "refused" and .reason == "denied by the handler"'
    forge served.pcapng "$start; $shake; event('context', context=5, wrapped=3, unwrapped=1)"
    summary served.pcapng
    says '.kind == "peer" and .state == "secured"'
}

@test "what a process knows itself is told before what it supposes of its peer" {
    forge server.pcapng 'process(exe="/srv/a", host="box", command="server"); inject(endpoint="tcp://*:5555", role=3)
event("handshake", outcome=2, endpoint="tcp://0.0.0.0:5555", peer="tcp://10.0.0.7:4000", reason="one-sided: the peer offers NULL")
event("handshake", outcome=2, role=2, endpoint="tcp://*:5555", peer="tcp://10.0.0.7:4001", reason="no key for zmq/box in the keytab")
event("handshake", outcome=2, endpoint="tcp://0.0.0.0:5555", peer="tcp://10.0.0.7:4002", reason="one-sided: the peer offers NULL")'
    summary server.pcapng
    says '.kind == "peer" and .state == "failing" and .address == "10.0.0.7" and .reason == "no key for zmq/box in the keytab" and (.supposed | test("one-sided"))'
}

@test "time and memory grow with the traces, not with the product of what is in them" {
    # seconds COUNT: that a summary of so many programs, endpoints and connections without security takes.
    seconds() {
        forge many.pcapng "
for i in range($1):
    pid = 1000 + i
    process(pid=pid, exe='/srv/%d' % i, host='box', command='p%d' % i)
    call('zmq_bind', pid=pid, socket=1, endpoint='tcp://*:5555', result=0)
process(pid=1, exe='/srv/one', host='box', command='one')
for i in range($1):
    inject(pid=1, endpoint='tcp://10.1.%d.%d:5555' % (i >> 8, i & 255), role=4)
for i in range($1):
    inject(pid=2, endpoint='tcp://*:%d' % i, role=3)
    handshake(pid=2, endpoint='tcp://*:%d' % i, role=2, outcome=1, initiator='alice@R')
for i in range($1):
    handshake(pid=2, endpoint='tcp://*:%d' % i, role=2, outcome=3, initiator='alice@R', reason='no')
for i in range($1):
    event('unsecured', pid=1, endpoint='tcp://10.9.9.9:4%d' % (1000 + i % 1000), peer='tcp://10.1.%d.%d:5555' % (i >> 8, i & 255), role=4)"
        "$PYTHON" - "$GSSTAP" <<'END'
import resource, subprocess, sys
subprocess.run([sys.argv[1], "decode", "--summary", "-o", "/dev/null", "many.pcapng"], check=True)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(usage.ru_utime + usage.ru_stime)
END
    }
    few=$(seconds 2000)
    many=$(seconds 16000)
    echo "2000: $few s, 16000: $many s"
    # Linear is 8 times as much, a product 64 times.
    "$PYTHON" -c "assert $many < 20 * $few + 0.2"
}

@test "a one-sided retrofit is named at the endpoint and by the address, on the side that is secured" {
    injecting
    PORT=$(free_port)
    start server exec_under inject "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" touch up answer 1
    start client env -u LD_PRELOAD "$BUILD/hosts/zpair" socket REQ set rcvtimeo 300000 await up \
        connect "tcp://127.0.0.1:$PORT" send hello recv
    failing() {
        summary 2>/dev/null && says '.kind == "peer" and .state == "failing" and .endpoint == "tcp://127.0.0.1:'"$PORT"'" and (.reason | startswith("one-sided"))' >/dev/null
    }
    wait_until 20 failing
    run -0 "$GSSTAP" decode --summary traces
    [ "${lines[0]}" = "Failing: 1" ]
    [[ ${lines[1]} == "  127.0.0.1 at tcp://127.0.0.1:$PORT of zpair on "*": one-sided"* ]]
}

@test "a client whose server is not secured is failing at the name that it connects to" {
    injecting
    PORT=$(free_port)
    start server env -u LD_PRELOAD "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" touch up answer 1
    start client exec_under inject "$BUILD/hosts/zpair" socket REQ set rcvtimeo 300000 await up \
        connect "tcp://localhost:$PORT" send hello recv
    failing() {
        summary 2>/dev/null && says '.kind == "endpoint" and .role == "client" and .state == "failing" and .endpoint == "tcp://localhost:'"$PORT"'"' >/dev/null
    }
    wait_until 20 failing
}

@test "what the policy refuses is listed with its rule, and what it would refuse in audit mode too" {
    policy refuse <<<$'version: 1\nzmq: {unsecured: refuse}'
    policy audit <<<$'version: 1\nmode: audit\nzmq: {unsecured: refuse}'
    run under refuse "$BUILD/hosts/zpair" socket REP bind "ipc://$PWD/no"
    run under audit "$BUILD/hosts/zpair" socket REP bind "ipc://$PWD/yes"
    summary
    says '.kind == "refusal" and .call == "zmq_bind" and .rule == "zmq.unsecured" and .line == 2 and .count == 1'
    says '.kind == "would_refuse" and .subject == "ipc://'"$PWD"'/yes"'
    says '.kind == "endpoint" and .state == "refused" and .endpoint == "ipc://'"$PWD"'/no"'
    says '.kind == "endpoint" and .state == "unsecured" and .endpoint == "ipc://'"$PWD"'/yes"'
    run -0 "$GSSTAP" decode --summary traces
    [ "${lines[0]}" = "Still to be secured: 1" ]
    [ "${lines[2]}" = "Refused: 1" ]
}

@test "an endpoint that libzmq refused is none" {
    local port level
    read -r port < <(free_port)
    injecting
    start holder "$PYTHON" -c 'import signal, socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
open("held", "w").close()
signal.pause()' "$port"
    wait_until 20 test -e held
    for level in audit calls; do
        GSSTAP_LEVEL=$level run -4 under inject "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$port"
        [ "$output" = "bind: Address already in use" ]
        GSSTAP_LEVEL=$level run -4 under inject "$BUILD/hosts/zpair" socket REQ connect tcp://127.0.0.1
    done
    summary
    jq -se 'all(.[]; .kind != "endpoint")' summary || { cat summary; return 1; }
}

@test "contexts outside ZeroMQ are pairs of initiator and acceptor" {
    under none "$BUILD/hosts/handshake"
    KRB5CCNAME=FILE:$PWD/none run under none "$BUILD/hosts/handshake"
    summary
    says '.kind == "pair" and .state == "secured" and .role == "initiator" and .initiator == "alice@GSSTAP.TEST" and .mech == "krb5" and .session_enctype == "aes256-cts-hmac-sha1-96"'
    says '.kind == "pair" and .state == "secured" and .role == "acceptor"'
    says '.kind == "pair" and .state == "failing" and (.reason | length) > 0'
    run -0 "$GSSTAP" decode --summary traces
    [ "${lines[0]}" = "Failing: 1" ]
    [[ $output == *"alice@GSSTAP.TEST -> "* ]]
}

@test "one process of many traces can be asked for, and a file stands for itself" {
    pair none none
    local pid
    pid=$(trace_json traces | jq -r 'select(.call == "zmq_connect") | .pid')
    summary --pid "$pid" traces
    [ "$(jq -s '[.[] | select(.kind == "endpoint") | .role] | join(" ")' summary)" = '"client"' ]
    summary "traces/zpair-$pid.pcapng"
    [ "$(jq -s '[.[] | select(.kind == "endpoint") | .role] | join(" ")' summary)" = '"client"' ]
}

@test "memory does not grow with the number of events" {
    local few many
    # peak COUNT: the most private memory, in KB, that a summary of so many connections takes.
    peak() {
        rm -f traces/*
        under none "$PYTHON" -c 'import sys, zmq
for i in range(int(sys.argv[1]) // 100):
    context = zmq.Context()
    for j in range(100):
        socket = context.socket(zmq.PUSH)
        socket.linger = 0
        socket.connect("tcp://127.0.0.1:9")
        socket.close()
    context.term()' "$1"
        "$PYTHON" - "$GSSTAP" <<'END'
import resource, subprocess, sys
def works(kilobytes):
    limit = lambda: resource.setrlimit(resource.RLIMIT_DATA, (kilobytes << 10,) * 2)
    return not subprocess.run([sys.argv[1], "decode", "--summary", "traces"], preexec_fn=limit,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
low, high = 0, 65536
while high - low > 64:
    middle = (low + high) // 2
    low, high = (low, middle) if works(middle) else (middle, high)
print(high)
END
    }
    few=$(peak 100)
    many=$(peak 10000)
    echo "100 connections: $few KB, 10000: $many KB"
    summary
    says '.kind == "endpoint" and .unsecured == 10000'
    # A sanitizer reserves so much by itself that no limit can be set.
    [ -n "${SAN:-}" ] || [ "$few" -lt 60000 ]
    [ "$many" -le $((few + 256)) ]
}

@test "a damaged trace is said to be so, and never ends the command otherwise" {
    injecting
    pair inject inject
    cp traces/*.pcapng .
    "$PYTHON" - "$GSSTAP" zpair-*.pcapng <<'END'
import random, subprocess, sys
random.seed(7)
whole = [open(path, "rb").read() for path in sys.argv[2:]]
seen = set()
for turn in range(120):
    data = bytearray(random.choice(whole))
    used = len(data.rstrip(b"\0"))
    for _ in range(random.choice((1, 5, 100))):
        data[random.randrange(used)] = random.choice((0, 1, 0x1b, 0x7f, 0xff, random.randrange(256)))
    open("hurt.pcapng", "wb").write(data[:random.randrange(1, len(data))] if turn % 3 == 0 else data)
    for form in ("text", "json"):
        run = subprocess.run([sys.argv[1], "decode", "--summary", "--format", form, "hurt.pcapng"], capture_output=True)
        assert run.returncode in (0, 1, 2), (turn, run)
        assert b"\x1b" not in run.stdout, (turn, run.stdout)
        if run.returncode:
            assert run.stderr, turn
        seen.add(run.returncode)
assert {0, 1} <= seen, seen
END
}

@test "why there are no credentials is said once, also where they were acquired without any for Kerberos" {
    local port
    run -1 under none env KRB5CCNAME=FILE:/nonexistent "$PYTHON" -c 'import gssapi; gssapi.Credentials(usage="initiate")'
    "$GSSTAP" decode --summary traces >summary
    [ "$(head -2 summary | grep -o 'No Kerberos credentials available' | wc -l)" = 1 ]
    rm traces/*
    port=$(free_port)
    start server env LD_PRELOAD="$PRELOAD" KRB5_KTNAME=FILE:/nokeytab gss-server -port "$port" host@localhost
    wait_until 20 has_line server.out starting
    run -1 timeout 60 gss-client -port "$port" localhost host@localhost hello
    stop_all
    "$GSSTAP" decode --summary traces >summary
    grep "seen by gss-server.*this program has no credentials: Key table file '/nokeytab' not found; No credentials" summary
    "$GSSTAP" decode --summary --format json traces | jq -es 'any(.kind == "program" and .credentials == "Key table file '"'/nokeytab'"' not found")'
}

@test "options that are for events do not go with --summary" {
    local option
    for option in --follow --caller --call=gss_wrap; do
        run -2 "$GSSTAP" decode --summary $option traces
        [[ $output == *"--summary prints no events"* ]]
    done
    run -2 "$GSSTAP" decode --summary traces
    [[ $output == *"no *.pcapng in this directory"* ]]
}
