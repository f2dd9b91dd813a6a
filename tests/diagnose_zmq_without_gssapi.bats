#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0105: a program that sets up GSSAPI by itself brings a libzmq that has none.
# network: the npm package is fetched from its registry, once

bats_require_minimum_version 1.5.0
load helper
load wire
load diagnose
load nogssapi

setup_file() {
    make_library "$BATS_FILE_TMPDIR/lib"
    realm_up -u alice -s zmq@localhost
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    LIB=$BATS_FILE_TMPDIR/lib
    cp "$BUILD/hosts/zpair" zpair
    patchelf --replace-needed libzmq.so.5 "$LIBRARY" zpair
    patchelf --set-rpath "$LIB" zpair
}

teardown() {
    stop_all
}

# serve NAME OPTION... -- WORD...: a server traced by gsstap run with these options, whose socket is set up by these words.
serve() {
    local name=$1 options=()
    shift
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    "$GSSTAP" run "${options[@]}" -o "$name.pcapng" -- "$PWD/zpair" socket REP "${@:2}" bind "tcp://127.0.0.1:*" >"$name.out" 2>&1
}

@test "a libzmq without GSSAPI is found by what it refuses, and a policy needs none" {
    run -4 serve wrong -- set gssapi_server 1 set gssapi_principal zmq@localhost
    grep -q '^gssapi_server: Invalid argument' wrong.out
    doctor wrong.pcapng
    only GT0105
    finds GT0105 '.cause == "the libzmq of zpair, '"$LIB/$LIBRARY"', was built without GSSAPI"'
    finds GT0105 '.evidence | any(test("zmq_setsockopt of ZMQ_GSSAPI_SERVER failed with EINVAL"))'
    finds GT0105 '.remedy | any(.text // "" | test("zmq.inject"))'
    printf 'version: 1\nzmq: {inject: [{bind: "tcp://*", principal: "zmq@localhost"}]}\n' >policy.yaml
    run -0 serve right -p policy.yaml --
    healthy right.pcapng
}

@test "a value that makes no sense to a libzmq with GSSAPI says nothing of it" {
    run -4 "$GSSTAP" run -o value.pcapng -- "$BUILD/hosts/zpair" socket REP set gssapi_server 7 bind "tcp://127.0.0.1:*"
    [[ $output == *"gssapi_server: Invalid argument"* ]]
    healthy value.pcapng
}

@test "a libzmq that Python loads later is looked at in its file" {
    printf 'import ctypes\nz = ctypes.CDLL("%s")\nz.zmq_socket.restype = z.zmq_ctx_new.restype = ctypes.c_void_p\ns = ctypes.c_void_p(z.zmq_socket(ctypes.c_void_p(z.zmq_ctx_new()), 3))\none = ctypes.c_int(%%s)\nz.zmq_setsockopt(s, 62, ctypes.byref(one), 4)\n' "$LIB/$LIBRARY" >late.py
    sed -i 's/%s/1/' late.py
    run -0 "$GSSTAP" run -o late.pcapng -- "$PYTHON" late.py
    doctor late.pcapng
    only GT0105
    # Where that is gone nothing proves it.
    sed "s|$LIB/$LIBRARY|libzmq.so.5|; s/c_int(1)/c_int(7)/" late.py >value.py
    run -0 "$GSSTAP" run -o value.pcapng -- "$PYTHON" value.py
    healthy value.pcapng
}
