#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A libzmq whose zmq_ calls are not seen: linked into a program, or into a module that was bound to it. Its connections are
# judged by their addresses, and secured as any other's. It talks to programs whose calls are seen, and to stock libzmq.
# network: npm's addon is fetched, which has a libzmq of its own
# timeout: 600

bats_require_minimum_version 1.5.0
load helper
load wire
load nogssapi

# The keys of zmq_curve(7).
CURVE_SERVER=(set curve_server 1 set curve_secretkey 'JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6')
CURVE_CLIENT=(set curve_serverkey 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7'
    set curve_publickey "Yne@\$w-vo<fVvi]a<NY6T1ed:M\$fCG*[IaLV{hID"
    set curve_secretkey 'D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs')
LIBZMQ_A=(-l:libzmq.a -lgssapi_krb5 -lstdc++ -lm -l:libsodium.so.23 -l:libpgm-5.3.so.0 -l:libnorm.so.1 -l:libbsd.so.0)

setup_file() {
    realm_up -u alice -s zmq@localhost
    cd "$BATS_FILE_TMPDIR"
    # As programs are linked: its slots are filled when they are needed, or before it begins and then write-protected.
    inside lazy -fPIE -pie -Wl,-z,lazy
    inside now -fPIE -pie -Wl,-z,now -Wl,-z,relro
    inside fixed -fno-PIE -no-pie -Wl,-z,lazy
    inside stripped -fPIE -pie -s
    # And with what other libraries in it keep: tables of the system's calls.
    cat >tables.c <<'END'
#include <sys/socket.h>
#include <unistd.h>

#define FOUR(name) (void *)name, (void *)name, (void *)name, (void *)name
void *const tables[] = {FOUR(close), FOUR(read), FOUR(write), FOUR(connect), FOUR(send), FOUR(recv)};
END
    inside tables -fPIE -pie -Wl,-z,now tables.c
    hidden_library
}

# hidden: libhidden.so, whose one function talk is zpair's main, with a libzmq in it of which it shows nothing. libzmq.a is
# not made for that, but for its references to data of other libraries.
hidden_library() {
    local name data=(stderr GSS_C_NT_USER_NAME GSS_C_NT_HOSTBASED_SERVICE __libc_single_threaded in6addr_any NORM_NODE_ANY
        NORM_INSTANCE_INVALID NORM_SESSION_INVALID NORM_OBJECT_INVALID)
    # shellcheck disable=SC2046 # two words each
    objcopy $(for name in "${data[@]}"; do echo "--redefine-sym $name=own_$name"; done) \
        "$(gcc -print-file-name=libzmq.a)" pic.a
    for name in "${data[@]}"; do
        echo "char own_${name}[16] __attribute__((visibility(\"hidden\"))) = {0};"
    done >data.c
    printf '{ global: talk; local: *; };\n' >hidden.map
    gcc -shared -fPIC -O2 -Dmain=talk -o libhidden.so "$TOP/tests/hosts/zpair.c" data.c pic.a -Wl,--version-script=hidden.map \
        -Wl,-Bstatic -lstdc++ -Wl,-Bdynamic "${LIBZMQ_A[@]:1}"
}

teardown_file() {
    realm_down
}

teardown() {
    stop_all
}

# inside NAME FLAG...: the program zpair with libzmq in it.
inside() {
    gcc -O2 -o "$1" "$TOP/tests/hosts/zpair.c" "${@:2}" "${LIBZMQ_A[@]}"
}

# policy TEXT: sets WITH: under this policy, of section zmq and more.
policy() {
    printf 'version: 1\nzmq:\n%s\n' "$1" >policy.yaml
    "$GSSTAP" policy compile -o policy.bin policy.yaml
    secured "$PWD/policy.bin"
}

# secures TRANSPORT: sets NEAR and FAR as endpoints does, and a policy that secures these two addresses alone.
secures() {
    endpoints "$1"
    policy "  inject:
    - {bind: \"$NEAR\", principal: \"zmq@localhost\"}
    - {connect: \"$FAR\", service: \"zmq@localhost\"}"
}

# stock ROLE: sets STOCK to zpair without us, and GSSAPI to what makes its sockets use libzmq's own GSSAPI.
stock() {
    STOCK=(env -u GSSTAP_TRACE "$BUILD/hosts/zpair")
    GSSAPI=(set gssapi_server 1)
    [ "$1" = server ] || GSSAPI=(set gssapi_service_principal zmq@localhost)
}

# talked: what both have printed, and that nothing of it could be read in between.
talked() {
    finish client
    finish server
    stop_all
    [ "$(cat server.out)" = "got $SECRET" ]
    [ "$(cat client.out)" = "got re $SECRET" ]
    hidden wire
}

@test "a program with libzmq inside is secured in both roles, however it was linked, over tcp and ipc, also by an abstract name" {
    local program transport seen=$BUILD/hosts/zpair server client
    for transport in tcp ipc abstract; do
        for program in lazy now fixed stripped tables; do
            [ $transport != abstract ] || [ $program = now ] || continue
            for server in "$BATS_FILE_TMPDIR/$program" "$seen"; do
                client=$BATS_FILE_TMPDIR/$program
                echo "$transport: ${server##*/} and ${client##*/}"
                fresh "$transport-${server##*/}-$program"
                secures $transport
                record wire "$FAR" "$NEAR"
                start server "${WITH[@]}" "$server" socket REP bind "$NEAR" touch up answer 1
                start client "${WITH[@]}" "$client" socket REQ await up connect "$FAR" send "$SECRET" recv
                talked
                recorded 2 '.event == "handshake" and .outcome == "established" and .initiator == "alice@GSSTAP.TEST"'
                recorded 1 ".event == \"inject\" and .role == \"server\" and .endpoint == \"$NEAR\" and .principal == \"zmq@localhost\""
                recorded 1 ".event == \"inject\" and .role == \"client\" and .endpoint == \"$FAR\" and .service == \"zmq@localhost\""
            done
        done
    done
}

@test "gsstap run starts it under a policy that is enforced, says how it is judged, and it is secured" {
    fresh run
    secures tcp
    record wire "$FAR" "$NEAR"
    RUN=(env -u GSSTAP_TRACE "$GSSTAP" run -p policy.yaml -o "$PWD/%n-%p.pcapng" --)
    start server "${RUN[@]}" "$BATS_FILE_TMPDIR/now" socket REP bind "$NEAR" touch up answer 1
    start client "${RUN[@]}" "$BATS_FILE_TMPDIR/lazy" socket REQ await up connect "$FAR" send "$SECRET" recv
    finish client
    finish server
    grep -qx "got $SECRET" server.out
    grep -q 'now has .* zmq_ functions linked into it .*its connections are judged by address' server.out
    grep -qx "got re $SECRET" client.out
    hidden wire
    recorded 2 '.event == "handshake" and .outcome == "established"'
    run -0 "$GSSTAP" decode --summary ./*.pcapng
    [[ $output == *"bind $NEAR"* && $output == *"connect $FAR"* ]]
}

@test "it talks to libzmq's own GSSAPI, in both roles" {
    fresh stock-server
    secures tcp
    stock server
    record wire "$FAR" "$NEAR"
    start server "${STOCK[@]}" socket REP "${GSSAPI[@]}" bind "$NEAR" touch up answer 1
    start client "${WITH[@]}" "$BATS_FILE_TMPDIR/now" socket REQ await up connect "$FAR" send "$SECRET" recv
    talked
    fresh stock-client
    secures tcp
    stock client
    record wire "$FAR" "$NEAR"
    start server "${WITH[@]}" "$BATS_FILE_TMPDIR/lazy" socket REP bind "$NEAR" touch up answer 1
    start client "${STOCK[@]}" socket REQ await up "${GSSAPI[@]}" connect "$FAR" send "$SECRET" recv
    talked
}

# addon [within]: the npm package; with a word, one whose addon was bound to the libzmq inside it. Sets NODE_PATH.
addon() {
    local packages=$BUILD/npm file
    package "$packages" 6.8.0
    export NODE_PATH=$packages/node_modules
    [ $# = 1 ] || return 0
    rm -rf node_modules
    cp -r "$NODE_PATH" node_modules
    export NODE_PATH=$PWD/node_modules
    for file in node_modules/zeromq/build/linux/x64/node/*/addon.node; do
        "$PYTHON" "$TOP/tests/bound_within.py" "$file" bound
        mv bound "$file"
    done
}

@test "npm's zeromq in node is secured in both roles, with its calls seen and not seen" {
    local kind role node=("$(type -P node)" "$TOP/tests/hosts/npm_pair.js") seen=("$BUILD/hosts/zpair")
    for kind in "" within; do
        for role in rep req; do
            fresh "node-$kind-$role"
            # shellcheck disable=SC2086 # a word or none
            addon $kind
            secures tcp
            record wire "$FAR" "$NEAR"
            WITH+=(LD_BIND_NOW=1)
            if [ $role = rep ]; then
                start server "${WITH[@]}" "${node[@]}" rep "$NEAR"
                wait_until 60 test -e up
                start client "${WITH[@]}" "${seen[@]}" socket REQ connect "$FAR" send "$SECRET" recv
            else
                start server "${WITH[@]}" "${seen[@]}" socket REP bind "$NEAR" touch up answer 1
                wait_until 60 test -e up
                start client "${WITH[@]}" "${node[@]}" req "$FAR" "$SECRET"
            fi
            talked
            recorded 2 '.event == "handshake" and .outcome == "established"'
            recorded 2 '.event == "inject"'
            # That its own calls are seen, or are not.
            recorded $((${#kind} ? 0 : 1)) '.event == "call" and .call == "zmq_socket" and (.caller_object // .caller | tostring | test("addon.node"))'
        done
    done
}

# A sanitizer's dlopen ends a program that asks for RTLD_DEEPBIND.
# bats test_tags=bare
@test "a libzmq of another name that a program loads beside all others is secured" {
    fresh private
    secures tcp
    cp "$(gcc -print-file-name=libzmq.so.5)" libprivate-1234.so.5
    patchelf --set-soname libprivate-1234.so.5 libprivate-1234.so.5
    record wire "$FAR" "$NEAR"
    start server "${WITH[@]}" "$PYTHON" "$TOP/tests/hosts/private_zmq.py" "$PWD/libprivate-1234.so.5" rep "$NEAR"
    wait_until 60 test -e up
    start client "${WITH[@]}" "$PYTHON" "$TOP/tests/hosts/private_zmq.py" "$PWD/libprivate-1234.so.5" req "$FAR" "$SECRET"
    talked
    recorded 2 '.event == "handshake" and .outcome == "established"'
}

# within MODE WORD...: HOST, which says these words to the hidden library, loaded in that mode.
within() {
    HOST=("${WITH[@]}" "$PYTHON" -c '
import ctypes, os, sys
words = [word.encode() for word in ["talk"] + sys.argv[3:]]
library = ctypes.CDLL(sys.argv[1], mode=os.RTLD_NOW | os.RTLD_LOCAL | getattr(os, sys.argv[2]))
sys.exit(library.talk(len(words), (ctypes.c_char_p * (len(words) + 1))(*words)))' "$BATS_FILE_TMPDIR/libhidden.so" "$@")
}

# A sanitizer's dlopen ends a program that asks for RTLD_DEEPBIND.
# bats test_tags=bare
@test "a module with libzmq inside is secured, in whatever way it is loaded" {
    local mode
    for mode in RTLD_LAZY RTLD_DEEPBIND; do
        fresh $mode
        secures tcp
        record wire "$FAR" "$NEAR"
        within $mode socket REP bind "$NEAR" touch up answer 1
        start server "${HOST[@]}"
        within $mode socket REQ await up connect "$FAR" send "$SECRET" recv
        start client "${HOST[@]}"
        talked
        recorded 2 '.event == "handshake" and .outcome == "established"'
        recorded 0 '.event == "call" and .call == "zmq_socket"'
    done
}

@test "an address that no rule secures is left as it is" {
    fresh untouched
    secures tcp
    endpoints tcp
    record wire "$FAR" "$NEAR"
    start server "${WITH[@]}" "$BATS_FILE_TMPDIR/now" socket REP bind "$NEAR" touch up answer 1
    start client "${WITH[@]}" "$BATS_FILE_TMPDIR/lazy" socket REQ await up connect "$FAR" send "$SECRET" recv
    finish client
    finish server
    readable wire
    # Nothing was to be told, so there is no trace.
    [ -z "$(ls ./*.pcapng 2>/dev/null)" ] || recorded 0 '.event == "inject" or .event == "handshake" or .event == "refused"'
}

@test "a listener that somebody else has made is secured as well" {
    local port
    fresh use-fd
    read -r port < <(free_port)
    policy "  inject: [{bind: \"tcp://127.0.0.1:$port\", principal: \"zmq@localhost\"}, {connect: \"*\", service: \"zmq@localhost\"}]"
    start server "${WITH[@]}" "$PYTHON" -c '
import os, socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[2])))
os.set_inheritable(listener.fileno(), True)
os.execv(sys.argv[1], ["zpair", "socket", "REP", "set", "use_fd", str(listener.fileno()), "bind", "tcp://127.0.0.1:*", "touch", "up", "answer", "1"])' \
        "$BATS_FILE_TMPDIR/now" "$port"
    wait_until 60 test -e up
    run -0 "${WITH[@]}" "$BUILD/hosts/zpair" socket REQ connect "tcp://127.0.0.1:$port" send "$SECRET" recv
    [ "$output" = "got re $SECRET" ]
    finish server
    recorded 1 ".event == \"inject\" and .role == \"server\" and .endpoint == \"tcp://127.0.0.1:$port\""
    recorded 2 '.event == "handshake" and .outcome == "established"'
}

@test "an IPv4 address is the same for a socket that knows IPv6" {
    fresh mapped
    secures tcp
    record wire "$FAR" "$NEAR"
    start server "${WITH[@]}" "$BATS_FILE_TMPDIR/now" socket REP set ipv6 1 bind "$NEAR" touch up answer 1
    start client "${WITH[@]}" "$BATS_FILE_TMPDIR/lazy" socket REQ set ipv6 1 await up connect "$FAR" send "$SECRET" recv
    talked
    recorded 1 ".event == \"inject\" and .endpoint == \"$FAR\""
}

@test "all interfaces match as an address and as programs name them" {
    local port pattern
    for pattern in 'tcp://0.0.0.0:' 'tcp://\\*:'; do
        fresh any
        read -r port < <(free_port)
        policy "  inject:
    - {bind: \"$pattern$port\", principal: \"zmq@localhost\"}
    - {connect: \"tcp://127.0.0.1:$port\", service: \"zmq@localhost\"}"
        start server "${WITH[@]}" "$BATS_FILE_TMPDIR/now" socket REP bind "tcp://*:$port" touch up answer 1
        wait_until 60 test -e up
        run -0 "${WITH[@]}" "$BATS_FILE_TMPDIR/lazy" socket REQ connect "tcp://127.0.0.1:$port" send "$SECRET" recv
        [ "$output" = "got re $SECRET" ]
        finish server
        recorded 2 '.event == "handshake" and .outcome == "established"'
    done
}

refused_there() {
    trace_json ./*.pcapng 2>/dev/null | jq -se "any(.[]; .event == \"refused\" and .subject == \"$1\")" >/dev/null
}

@test "where unsecured ZeroMQ is refused, a connection without security carries nothing, and one with CURVE works" {
    fresh refused
    endpoints tcp
    policy "  unsecured: refuse"
    record wire "$FAR" "$NEAR"
    # A bare server, so that it is the client's connection that is refused; and the other way round.
    start server env -u GSSTAP_TRACE "$BUILD/hosts/zpair" socket REP bind "$NEAR" touch up recv
    start client "${WITH[@]}" "$BATS_FILE_TMPDIR/now" socket REQ set linger 0 await up connect "$FAR" send "$SECRET" recv
    wait_until 60 refused_there "$FAR"
    run ! readable wire
    recorded 1 '.event == "refused" and .rule == "zmq.unsecured" and .role == "client"'
    stop_all
    fresh refused-server
    endpoints tcp
    policy "  unsecured: refuse"
    record wire "$FAR" "$NEAR"
    start server "${WITH[@]}" "$BATS_FILE_TMPDIR/lazy" socket REP bind "$NEAR" touch up recv
    start client env -u GSSTAP_TRACE "$BUILD/hosts/zpair" socket REQ set linger 0 await up connect "$FAR" send "$SECRET" recv
    wait_until 60 refused_there "$NEAR"
    run ! readable wire
    stop_all
    fresh curve
    endpoints tcp
    policy "  unsecured: refuse"
    start server "${WITH[@]}" "$BATS_FILE_TMPDIR/now" socket REP "${CURVE_SERVER[@]}" bind "$NEAR" touch up answer 1
    wait_until 60 test -e up
    run -0 "${WITH[@]}" "$BATS_FILE_TMPDIR/lazy" socket REQ "${CURVE_CLIENT[@]}" connect "$NEAR" send "$SECRET" recv
    [ "$output" = "got re $SECRET" ]
    finish server
}

# unencrypted POLICY: a bare server and a client with libzmq inside under the policy, whose own GSSAPI encrypts nothing.
unencrypted() {
    fresh unencrypted
    endpoints tcp
    policy "$1"
    record wire "$FAR" "$NEAR"
    stock server
    start server "${STOCK[@]}" socket REP "${GSSAPI[@]}" set gssapi_plaintext 1 bind "$NEAR" touch up answer 1
    stock client
    start client "${WITH[@]}" "$BATS_FILE_TMPDIR/now" socket REQ set linger 0 "${GSSAPI[@]}" set gssapi_plaintext 1 await up \
        connect "$FAR" send "$SECRET" recv
}

@test "where unsecured ZeroMQ is refused, GSSAPI of its own carries nothing, as no greeting says whether it encrypts" {
    unencrypted "  unsecured: refuse"
    wait_until 60 refused_there "$FAR"
    run ! readable wire
    recorded 1 '.event == "refused" and .rule == "zmq.unsecured" and (.reason | test("not known whether"))'
    stop_all
    unencrypted $'  unsecured: refuse\n  plaintext: allow'
    finish client
    finish server
    readable wire
}

@test "a mechanism of the program's own is left to it where a rule secures the address, as for calls that are seen" {
    local program
    for program in "$BUILD/hosts/zpair" "$BATS_FILE_TMPDIR/now"; do
        fresh own-mechanism
        secures tcp
        start server "${WITH[@]}" "$program" socket REP "${CURVE_SERVER[@]}" bind "$NEAR" touch up answer 1
        wait_until 60 test -e up
        run -0 "${WITH[@]}" "$program" socket REQ "${CURVE_CLIENT[@]}" connect "$NEAR" send "$SECRET" recv
        [ "$output" = "got re $SECRET" ]
        finish server
    done
}

@test "in audit mode what would be refused is told, and passes" {
    fresh audit
    endpoints tcp
    printf 'version: 1\nmode: audit\nzmq: {unsecured: refuse}\n' >policy.yaml
    "$GSSTAP" policy compile -o policy.bin policy.yaml
    secured "$PWD/policy.bin"
    start server "${WITH[@]}" "$BATS_FILE_TMPDIR/now" socket REP bind "$NEAR" touch up answer 1
    wait_until 60 test -e up
    run -0 "${WITH[@]}" "$BATS_FILE_TMPDIR/lazy" socket REQ connect "$NEAR" send "$SECRET" recv
    [ "$output" = "got re $SECRET" ]
    finish server
    recorded 2 ".event == \"would_refuse\" and .rule == \"zmq.unsecured\" and .subject == \"$NEAR\""
}

@test "a policy that cannot be used lets nothing of it through" {
    fresh broken
    endpoints tcp
    echo broken >policy.bin
    secured "$PWD/policy.bin"
    record wire "$FAR" "$NEAR"
    start server env -u GSSTAP_TRACE "$BUILD/hosts/zpair" socket REP bind "$NEAR" touch up recv
    start client "${WITH[@]}" "$BATS_FILE_TMPDIR/now" socket REQ set linger 0 await up connect "$FAR" send "$SECRET" recv
    wait_until 60 refused_there "$FAR"
    run ! readable wire
}

# echo_server PORT: answers each connection with what it says, in the background.
echo_server() {
    start echo "$PYTHON" -c '
import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
open("listening", "w").close()
while True:
    peer = listener.accept()[0]
    got = b""
    while more := peer.recv(100):
        got += more
    print(got.decode(), flush=True)
    if got:
        try:
            peer.sendall(b"echo " + got)
        except OSError:
            pass
    peer.close()' "$1"
    wait_until 60 test -e listening
}

@test "sockets of the program's own are refused at a secured address, and untouched at others" {
    local ports call mode
    fresh own-sockets
    read -ra ports < <(free_port 2)
    policy "  inject: [{connect: \"tcp://127.0.0.1:${ports[0]}\", service: \"zmq@localhost\"}]"
    for call in send write writev sendmsg sendto; do
        for mode in "" nonblock; do
            rm -f listening
            echo_server "${ports[0]}"
            # shellcheck disable=SC2086 # a word or none
            run -0 "${WITH[@]}" "$BUILD/hosts/other_sockets" $call "${ports[0]}" "$SECRET" $mode
            echo "$call $mode: $output"
            if [ -z "$mode" ]; then
                [ "$output" = "connect: Connection refused" ]
            else
                [ "$output" = "$call: Connection reset by peer" ]
            fi
            stop_all
            run ! readable echo.out
            rm -f listening
            echo_server "${ports[1]}"
            # shellcheck disable=SC2086 # a word or none
            run -0 "${WITH[@]}" "$BUILD/hosts/other_sockets" $call "${ports[1]}" "$SECRET" $mode
            echo "$call $mode: $output"
            [ "$output" = "got echo $SECRET" ]
            stop_all
        done
    done
    [ "$(events '.event == "refused" and (.reason | test("speaks no ZMTP"))' | wc -l)" = 5 ]
    [ "$(events '.event == "handshake" and (.reason | test("speaks no ZMTP"))' | wc -l)" = 5 ]
}

@test "with phase: report what has no security goes on and is told, ZeroMQ or not, and the others are secured" {
    local ports client
    fresh report
    read -ra ports < <(free_port 2)
    policy "  inject:
    - {bind: \"tcp://127.0.0.1:${ports[0]}\", principal: \"zmq@localhost\", phase: report}
    - {connect: \"tcp://127.0.0.1:*\", service: \"zmq@localhost\", phase: report}"
    start server "${WITH[@]}" "$BATS_FILE_TMPDIR/now" socket REP bind "tcp://127.0.0.1:${ports[0]}" touch up answer 2
    wait_until 60 test -e up
    run -0 env -u GSSTAP_TRACE "$BUILD/hosts/zpair" socket REQ connect "tcp://127.0.0.1:${ports[0]}" send bare recv
    [ "$output" = "got re bare" ]
    run -0 "${WITH[@]}" "$BATS_FILE_TMPDIR/lazy" socket REQ connect "tcp://127.0.0.1:${ports[0]}" send secured recv
    [ "$output" = "got re secured" ]
    finish server
    recorded 2 '.event == "handshake" and .outcome == "established"'
    # Its beginning and its end.
    recorded 2 '.event == "unsecured" and .role == "server"'
    for client in "send " "send nonblock" "write " "write nonblock"; do
        rm -f listening
        echo_server "${ports[1]}"
        # shellcheck disable=SC2086 # a word or none
        run -0 "${WITH[@]}" "$BUILD/hosts/other_sockets" ${client% *} "${ports[1]}" "$SECRET" ${client#* }
        [ "$output" = "got echo $SECRET" ]
        stop_all
    done
    recorded 4 '.event == "unsecured" and .role == "client" and (.reason | test("speaks no ZMTP"))'
}

@test "sockets of the program's own are untouched where unsecured ZeroMQ is refused" {
    local port call
    fresh own-sockets-denied
    read -r port < <(free_port)
    policy "  unsecured: refuse"
    for call in send write; do
        for mode in "" nonblock; do
            rm -f listening
            echo_server "$port"
            # shellcheck disable=SC2086 # a word or none
            run -0 "${WITH[@]}" "$BUILD/hosts/other_sockets" $call "$port" "$SECRET" $mode
            [ "$output" = "got echo $SECRET" ]
            stop_all
        done
    done
}
