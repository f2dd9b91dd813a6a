#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# More of Debian's own programs, unchanged, that bring ZeroMQ by other bindings and languages: Perl by libffi, R by an
# extension, condure in Rust, a Jupyter kernel in C++ (xeus), uWSGI by a plugin that its master loads, and
# Mongrel2 on coroutines' stacks. As in realworld.bats each talks twice through a recorder, bare and under `gsstap run`.
# timeout: 240

load helper
load wire
load realworld

setup_file() {
    realworld_up
}

teardown_file() {
    realm_down
}

teardown() {
    stop_all
}

@test "ZMQ::FFI in Perl: DEALER to ROUTER, over tcp and ipc" {
    local transport way
    for transport in tcp ipc; do
        for way in bare injected; do
            ask_answer $way $transport perl "$TOP/tests/realworld/talk.pl"
        done
    done
}

@test "pbdZMQ in R: REQ to REP, over tcp and ipc" {
    local transport way
    for transport in tcp ipc; do
        for way in bare injected; do
            ask_answer $way $transport Rscript "$TOP/tests/realworld/talk.R"
        done
    done
}

# post URL: sends the secret there by HTTP, and prints the answer.
post() {
    "$PYTHON" -c 'import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1], sys.argv[2].encode(), 60).read().decode())' "$1" "$SECRET"
}

# shellcheck disable=SC2153 # NEAR and FAR are set by endpoints
@test "condure, in Rust: an HTTP request becomes a ZHTTP request to a handler, over tcp and ipc" {
    local transport way port
    for transport in tcp ipc; do
        for way in bare injected; do
            fresh "condure-$way-$transport"
            way $way
            endpoints $transport
            record wire "$FAR" "$NEAR"
            read -r port < <(free_port)
            start handler "${WITH[@]}" "$PYTHON" "$TOP/tests/realworld/zhttp.py" "$NEAR" "$PWD/up"
            start condure "${WITH[@]}" condure --listen "127.0.0.1:$port,req" --zclient-connect --zclient-req "$FAR"
            wait_until 20 test -e up
            wait_until 20 listens "tcp://127.0.0.1:$port"
            post "http://127.0.0.1:$port/" >answer
            finish handler
            kill "${PID[condure]}"
            finish condure
            stop_all
            [ "$(cat handler.out answer)" = "got $SECRET"$'\n'"re $SECRET" ]
            seen $way wire
            secured_by 1 $way
        done
    done
}

@test "xpython, a Jupyter kernel in C++: every channel, over tcp" {
    jupyter bare tcp xpython
    jupyter injected tcp xpython
    secured_by 5 injected # shell, iopub, stdin, control, heartbeat
}

# The master has loaded the plugin, and forks its workers, one of which says it: their words reach the socket through it.
@test "uWSGI: what it logs it pushes to a collector" {
    local way words=()
    while [ ${#words[@]} -lt 100 ]; do words+=(recv); done # more than it says
    for way in bare injected; do
        fresh "uwsgi-$way"
        way $way
        endpoints tcp
        record wire "$FAR" "$NEAR"
        zpair Python
        start collector "${PROGRAM[@]}" socket PULL bind "$NEAR" touch up "${words[@]}"
        wait_until 20 test -e up
        start uwsgi "${WITH[@]}" uwsgi --master --socket "$PWD/app" --plugin logzmq --log-zeromq "$FAR" \
            --hook-accepting1-once "print:$SECRET"
        wait_until 20 has_line collector.out "^got $SECRET$"
        kill -INT "${PID[uwsgi]}"
        finish uwsgi
        stop_all
        seen $way wire
        secured_by 1 $way
    done
}

# mongrel2_config PUSH SUB PORT: config.sqlite. m2sh asks the environment who runs it; Mongrel2 as root confines itself to a
# directory, here to all.
mongrel2_config() {
    cat >mongrel2.conf <<EOF
main = Server(uuid="main", access_log="$PWD/access.log", error_log="$PWD/error.log", pid_file="$PWD/mongrel2.pid", chroot="/",
    default_host="127.0.0.1", name="main", bind_addr="127.0.0.1", port=$3, hosts=[Host(name="127.0.0.1", routes={
        '/': Handler(send_spec='$1', send_ident='main', recv_spec='$2', recv_ident='')})])
servers = [main]
settings = {"server.daemonize": 0, "control_port": "ipc://$PWD/control"}
EOF
    env LOGNAME=alice m2sh load -config mongrel2.conf -db config.sqlite
}

# A task of Mongrel2's that serves a client calls libzmq on a stack of 32 KB of its own.
@test "Mongrel2, in C with coroutines: an HTTP request by PUSH to a handler, the answer by PUB to SUB" {
    local way port
    for way in bare injected; do
        fresh "mongrel2-$way"
        way $way
        read -r port < <(free_port)
        endpoints tcp
        record requests "$FAR" "$NEAR"
        mongrel2_config "$NEAR" "ipc://$PWD/near" "$port"
        record answers "ipc://$PWD/far" "ipc://$PWD/near"
        start mongrel2 "${WITH[@]}" mongrel2 config.sqlite main
        wait_until 20 listens "tcp://127.0.0.1:$port"
        start handler "${WITH[@]}" "$PYTHON" "$TOP/tests/realworld/mongrel2.py" "$FAR" "ipc://$PWD/far" "$PWD/up"
        wait_until 20 test -e up
        post "http://127.0.0.1:$port/" >answer
        finish handler
        kill "${PID[mongrel2]}"
        finish mongrel2
        stop_all
        [ "$(cat handler.out answer)" = "got $SECRET"$'\n'"re $SECRET" ]
        seen $way requests answers
        secured_by 2 $way
    done
}
