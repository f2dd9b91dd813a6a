#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0101 where two programs set up their security by themselves, and not both alike.

bats_require_minimum_version 1.5.0
load helper
load wire
load diagnose
load diagnose_zmq

CLIENT=(set gssapi_service_principal zmq@localhost)
SERVER=(set gssapi_server 1)

connected() {
    trace_json "$1/client.pcapng" 2>/dev/null | jq -se 'any(.[]; .call == "zmq_connect")' >/dev/null
}

# rule WAY: policy.yaml, by which the endpoint of this way is secured.
rule() {
    case $1 in
    bind) printf 'version: 1\nzmq: {inject: [{bind: "tcp://*", principal: "zmq@localhost"}]}\n' ;;
    connect) printf 'version: 1\nzmq: {inject: [{connect: "tcp://*", service: "zmq@localhost"}]}\n' ;;
    esac >policy.yaml
}

@test "a client without security is found by what both have set, and talks once it has a rule" {
    pair wrong "${SERVER[@]}" --
    wait_until 60 connected wrong
    doctor wrong/*.pcapng
    only GT0101
    finds GT0101 '.cause | test("^zpair, which binds tcp://127.0.0.1:[0-9]+, has GSSAPI; zpair, which connects to tcp://127.0.0.1:[0-9]+, has NULL, no security$")'
    finds GT0101 '.evidence == ["zpair set options of GSSAPI before zmq_bind", "zpair set no mechanism on that socket before zmq_connect"]'
    # One of them alone is no pair.
    healthy wrong/client.pcapng
    healthy wrong/server.pcapng
    stop_all
    rule connect
    C_RUN=(-p policy.yaml)
    pair right "${SERVER[@]}" --
    talks
    healthy right/*.pcapng
}

@test "where nothing tells that the server still ran, the client may have met another one" {
    pair wrong "${SERVER[@]}" --
    wait_until 60 connected wrong
    stop_all
    healthy wrong/*.pcapng
    pair told "${SERVER[@]}" set rcvtimeo 3000 --
    wait_until 60 connected told
    finish server 4
    stop_all
    doctor told/*.pcapng
    only GT0101
}

@test "a client with GSSAPI that met nobody has not met who was there before" {
    mkdir gone
    read -r PORT < <(free_port)
    start server "$GSSTAP" run -o gone/server.pcapng -- "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" touch up answer 1
    wait_until 60 test -e up
    stop_all
    start client "$GSSTAP" run -o gone/client.pcapng -- "$BUILD/hosts/zpair" socket REQ set linger 0 "${CLIENT[@]}" connect "tcp://127.0.0.1:$PORT" send hello recv
    wait_until 60 connected gone
    healthy gone/*.pcapng
}

@test "what many processes have opened is compared as long as there is time for" {
    "$PYTHON" "$TOP/tests/forge.py" many.pcapng '
for pid in range(1, 12001):
    process(pid=pid, command="p", host="h", boot="b", started=pid, pid_namespace=1)
    call("zmq_ctx_new", pid=pid, zmq_context=5)
    call("zmq_socket", pid=pid, zmq_context=5, socket=16, socket_type=1)
    for port in range(4):
        call("zmq_connect", pid=pid, socket=16, socket_type=1, endpoint=f"tcp://10.0.0.1:{port + 1}", result=0)'
    "$PYTHON" - "$GSSTAP" <<'END'
import resource, subprocess, sys
subprocess.run([sys.argv[1], "doctor", "many.pcapng"], check=True, stdout=subprocess.DEVNULL)
spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
print(spent, "s")
assert spent < 1
END
}

@test "a server without security is found, and talks once it is set up, or has a rule" {
    pair wrong -- "${CLIENT[@]}"
    wait_until 60 connected wrong
    doctor wrong/*.pcapng
    only GT0101
    finds GT0101 '.cause | test("^zpair, which binds .*, has NULL, no security; zpair, which connects to .*, has GSSAPI$")'
    stop_all
    pair right "${SERVER[@]}" -- "${CLIENT[@]}"
    talks
    healthy right/*.pcapng
    rule bind
    S_RUN=(-p policy.yaml)
    pair ruled -- "${CLIENT[@]}"
    talks
    healthy ruled/*.pcapng
}

@test "what is set after bind does not count" {
    mkdir late
    read -r PORT < <(free_port)
    start server "$GSSTAP" run -o late/server.pcapng -- "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" "${SERVER[@]}" touch up answer 1
    wait_until 60 test -e up
    start client "$GSSTAP" run -o late/client.pcapng -- "$BUILD/hosts/zpair" socket REQ set linger 0 "${CLIENT[@]}" connect "tcp://127.0.0.1:$PORT" send hello recv
    wait_until 60 connected late
    doctor late/*.pcapng
    only GT0101
    finds GT0101 '[.remedy[].text] | any(test("before it calls zmq_bind, for what is set later does not count"))'
}

@test "PLAIN is another mechanism than GSSAPI, and than none" {
    pair plain set plain_server 1 -- "${CLIENT[@]}"
    wait_until 60 connected plain
    doctor plain/*.pcapng
    only GT0101
    finds GT0101 '.cause | test("has PLAIN; .* has GSSAPI$")'
    stop_all
    pair none set plain_server 1 --
    wait_until 60 connected none
    doctor none/*.pcapng
    only GT0101
    finds GT0101 '.cause | test("has PLAIN; .* has NULL, no security$")'
    finds GT0101 '[.remedy[].text] == ["let both set one mechanism, each before it binds or connects"]'
}

@test "a server with two sockets, one of them secured, is met by each client at the right one" {
    local ports
    mkdir two
    read -r -a ports <<<"$(free_port 2)"
    start server "$GSSTAP" run -o two/server.pcapng -- "$BUILD/hosts/zpair" socket REP "${SERVER[@]}" bind "tcp://127.0.0.1:${ports[0]}" \
        socket REP bind "tcp://*:${ports[1]}" touch up answer 1 use 0 answer 1
    wait_until 60 test -e up
    run -0 "$GSSTAP" run -o two/bare.pcapng -- "$BUILD/hosts/zpair" socket REQ connect "tcp://127.0.0.1:${ports[1]}" send hello recv
    run -0 "$GSSTAP" run -o two/secured.pcapng -- "$BUILD/hosts/zpair" socket REQ "${CLIENT[@]}" connect "tcp://127.0.0.1:${ports[0]}" send hello recv
    finish server
    healthy two/*.pcapng
}

@test "an endpoint that was without security before, or is afterwards, is no other end's" {
    mkdir turn
    read -r PORT < <(free_port)
    start server "$GSSTAP" run -o turn/server.pcapng -- "$BUILD/hosts/zpair" socket REP bind "tcp://127.0.0.1:$PORT" touch up answer 1
    wait_until 60 test -e up
    start client "$GSSTAP" run -o turn/bare.pcapng -- "$BUILD/hosts/zpair" socket REQ set linger 0 connect "tcp://127.0.0.1:$PORT" send hello recv await over
    finish server
    start server "$GSSTAP" run -o turn/again.pcapng -- "$BUILD/hosts/zpair" socket REP "${SERVER[@]}" bind "tcp://127.0.0.1:$PORT" touch again answer 1
    wait_until 60 test -e again
    run -0 "$GSSTAP" run -o turn/secured.pcapng -- "$BUILD/hosts/zpair" socket REQ "${CLIENT[@]}" connect "tcp://127.0.0.1:$PORT" send hello recv
    touch over
    finish client
    finish server
    healthy turn/*.pcapng
}

@test "within a process there is no mechanism, and a relative path is another one elsewhere" {
    run -0 "$GSSTAP" run -o inproc.pcapng -- "$BUILD/hosts/zpair" socket PAIR "${SERVER[@]}" bind inproc://here \
        socket PAIR connect inproc://here send hello use 0 recv
    healthy inproc.pcapng
    mkdir here there ipc
    (cd here && exec "$GSSTAP" run -o ../ipc/server.pcapng -- "$BUILD/hosts/zpair" socket REP bind ipc://near)
    (cd there && exec "$GSSTAP" run -o ../ipc/client.pcapng -- "$BUILD/hosts/zpair" socket REQ set linger 0 "${CLIENT[@]}" connect ipc://near)
    healthy ipc/*.pcapng
}

@test "where the trace has no word of what was set, nothing was set is not said" {
    RUN=(-e zmq_bind -e zmq_connect -e zmq_close)
    pair few "${SERVER[@]}" -- "${CLIENT[@]}"
    talks
    healthy few/*.pcapng
    S_RUN=(-e 'zmq_*')
    pair one "${SERVER[@]}" --
    wait_until 60 connected one
    healthy one/*.pcapng
}

@test "where gsstap has seen the greetings, they are what is told" {
    rule bind
    S_RUN=(-p policy.yaml)
    pair ruled --
    is_stuck server '.event == "handshake" and (.reason // "" | startswith("one-sided"))'
    doctor ruled/*.pcapng
    only GT0101
    finds GT0101 '.cause | test("only this end is secured by GSSAPI$")'
}

@test "an endpoint is a text within the rule that is told, whatever it says" {
    export ODD='ipc:///tmp/x", principal: "p"}, {bind: "*", phase: report}]} #[?\ end'
    "$PYTHON" "$TOP/tests/forge.py" odd.pcapng '
identity = dict(host="h", boot="b", pid_namespace=1, level="tokens")
process(command="server", started=5, **identity)
call("zmq_ctx_new", zmq_context=5)
call("zmq_socket", zmq_context=5, socket=16, socket_type=4)
call("zmq_bind", socket=16, socket_type=4, endpoint=os.environ["ODD"], result=0)
process(command="client", pid=4712, started=6, **identity)
call("zmq_ctx_new", pid=4712, zmq_context=5)
call("zmq_socket", pid=4712, zmq_context=5, socket=32, socket_type=3)
call("zmq_setsockopt", pid=4712, socket=32, option=64, value_text="zmq@h", result=0)
call("zmq_connect", pid=4712, socket=32, socket_type=3, endpoint=os.environ["ODD"], result=0)
call("zmq_close", socket=16, result=0)'
    doctor odd.pcapng
    only GT0101
    (echo "version: 1"; jq -r '.remedy[]?.text | select(startswith("zmq: "))' found) >odd.yaml
    cat odd.yaml
    run -0 "$GSSTAP" policy check odd.yaml
    [[ $output == *"ok, 1 rule" ]]
    "$PYTHON" -c 'import fnmatch, os, re
pattern = re.search("bind: \"([^\"]*)\"", open("odd.yaml").read())[1]
assert fnmatch.fnmatchcase(os.environ["ODD"], pattern)
assert not fnmatch.fnmatchcase(os.environ["ODD"].replace("*", "others"), pattern)'
}
