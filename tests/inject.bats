#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs that know no security talk by GSSAPI, and what the policy forbids is refused with the API's own error.
# Each exchange is first made without gsstap: its secret must be readable on the wire, else the test could not fail.
# timeout: 600

load helper
load wire

setup_file() {
    realm_up -u alice -u mallory -s zmq@localhost -s host@localhost
    cd "$BATS_FILE_TMPDIR"
    policy inject <<'EOF'
version: 1
zmq:
  unsecured: refuse
  inject:
    - {bind: "tcp://*", principal: "zmq@localhost"}
    - {bind: "ipc://*", principal: "zmq@localhost"}
    - {connect: "tcp://*", service: "zmq@localhost"}
    - {connect: "ipc://*", service: "zmq@localhost"}
EOF
}

teardown_file() {
    realm_down
}

teardown() {
    stop_all
}

# policy NAME: compiles a policy from stdin into NAME.bin of the file's directory.
policy() {
    cat >"$BATS_FILE_TMPDIR/$1.yaml"
    "$GSSTAP" policy compile -o "$BATS_FILE_TMPDIR/$1.bin" "$BATS_FILE_TMPDIR/$1.yaml"
}

# under POLICY: WITH for the compiled policy of that name.
under() {
    secured "$BATS_FILE_TMPDIR/$1.bin"
}

# every_way LANGUAGE PATTERN: bare it is readable; injected it is not, and both sides say who talked.
every_way() {
    local binder transport
    for transport in tcp ipc; do
        for binder in server client; do
            echo "$1 $2, the $binder binds, $transport"
            WITH=()
            talk "$1" "$2" $binder $transport
            readable wire
            under inject
            talk "$1" "$2" $binder $transport
            hidden wire
            recorded 1 ".event == \"inject\" and .role == \"$([ $binder = server ] && echo server || echo client)\" and (.endpoint | startswith(\"$transport\"))"
            recorded 2 '.event == "inject"'
            recorded 2 '.event == "handshake" and .outcome == "established" and .initiator == "alice@GSSTAP.TEST" and (.acceptor | startswith("zmq/localhost"))'
        done
    done
}

@test "C REQ/REP is secured over tcp and ipc, whichever side binds" { every_way C REQ/REP; }
@test "C PUSH/PULL is secured over tcp and ipc, whichever side binds" { every_way C PUSH/PULL; }
@test "C DEALER/ROUTER is secured over tcp and ipc, whichever side binds" { every_way C DEALER/ROUTER; }
@test "C PAIR is secured over tcp and ipc, whichever side binds" { every_way C PAIR; }
@test "Python REQ/REP is secured over tcp and ipc, whichever side binds" { every_way Python REQ/REP; }
@test "Python PUSH/PULL is secured over tcp and ipc, whichever side binds" { every_way Python PUSH/PULL; }
@test "Python DEALER/ROUTER is secured over tcp and ipc, whichever side binds" { every_way Python DEALER/ROUTER; }
@test "Python PAIR is secured over tcp and ipc, whichever side binds" { every_way Python PAIR; }

# both_ways LANGUAGE ORDER: a PULL that binds one endpoint and connects to another, each to a PUSH (facts Z6).
both_ways() {
    local ports bound connected
    fresh "both-$1-$2"
    read -ra ports < <(free_port 4)
    record bound "tcp://127.0.0.1:${ports[1]}" "tcp://127.0.0.1:${ports[0]}"
    record connected "tcp://127.0.0.1:${ports[3]}" "tcp://127.0.0.1:${ports[2]}"
    zpair "$1"
    bound=(bind "tcp://127.0.0.1:${ports[0]}") connected=(connect "tcp://127.0.0.1:${ports[3]}")
    start one "${PROGRAM[@]}" socket PUSH await up connect "tcp://127.0.0.1:${ports[1]}" send "$SECRET one"
    start two "${PROGRAM[@]}" socket PUSH bind "tcp://127.0.0.1:${ports[2]}" touch two-up send "$SECRET two"
    if [ "$2" = bind-first ]; then
        start both "${PROGRAM[@]}" socket PULL await two-up "${bound[@]}" "${connected[@]}" touch up recv recv
    else
        start both "${PROGRAM[@]}" socket PULL await two-up "${connected[@]}" "${bound[@]}" touch up recv recv
    fi
    finish one
    finish two
    finish both
    stop_all
    printf 'got %s\n' "$SECRET one" "$SECRET two" | diff - <(sort both.out)
}

@test "a socket that binds and connects is server of the one and client of the other, in either order" {
    local language order
    for language in C Python; do
        for order in bind-first connect-first; do
            WITH=()
            both_ways $language $order
            readable bound
            readable connected
            under inject
            both_ways $language $order
            hidden bound
            hidden connected
            recorded 2 '.event == "inject" and .role == "server"'
            recorded 2 '.event == "inject" and .role == "client"'
        done
    done
}

# two_endpoints ORDER: a PULL with one endpoint that the policy injects and one, over ipc, that it leaves alone and that
# a program without gsstap connects to.
two_endpoints() {
    local tcp=() ipc=(bind "ipc://$BATS_TEST_TMPDIR/plain")
    fresh "two-$1"
    endpoints tcp
    record wire "$FAR" "$NEAR"
    tcp=(bind "$NEAR")
    zpair C
    if [ "$1" = injected-first ]; then
        start pull "${PROGRAM[@]}" socket PULL "${tcp[@]}" "${ipc[@]}" touch up recv recv
    else
        start pull "${PROGRAM[@]}" socket PULL "${ipc[@]}" "${tcp[@]}" touch up recv recv
    fi
    start secured "${PROGRAM[@]}" socket PUSH await up connect "$FAR" send "$SECRET over tcp"
    start plain "$BUILD/hosts/zpair" socket PUSH await up connect "ipc://$BATS_TEST_TMPDIR/plain" send "over ipc"
    finish secured
    finish plain
    finish pull
    stop_all
    printf 'got %s\n' "over ipc" "$SECRET over tcp" | diff - <(sort pull.out)
}

@test "a second endpoint of a socket that is not injected stays as the program made it, in either order" {
    local order
    policy tcp-only <<'EOF'
version: 1
zmq:
  unsecured: refuse
  unsecured-ok: ["ipc://*"]
  inject:
    - {bind: "tcp://*", principal: "zmq@localhost"}
    - {connect: "tcp://*", service: "zmq@localhost"}
EOF
    for order in injected-first plain-first; do
        WITH=()
        two_endpoints $order
        readable wire
        under tcp-only
        two_endpoints $order
        hidden wire
        recorded 2 '.event == "inject" and (.endpoint | startswith("tcp://"))'
        recorded 2 '.event == "inject"'
    done
}

@test "a socket that connects to an injected and then to a plain endpoint reaches both" {
    policy one-port <<'EOF'
version: 1
zmq:
  inject:
    - {bind: "tcp://*", principal: "zmq@localhost"}
    - {connect: "tcp://*", service: "zmq@localhost"}
EOF
    under one-port
    fresh connects
    endpoints tcp
    record wire "$FAR" "$NEAR"
    zpair C
    start secured "${PROGRAM[@]}" socket PULL bind "$NEAR" touch up recv
    start plain "$BUILD/hosts/zpair" socket PULL bind "ipc://$PWD/plain" touch plain-up recv
    start push "${PROGRAM[@]}" socket PUSH await up await plain-up \
        connect "$FAR" connect "ipc://$PWD/plain" send "$SECRET" send "$SECRET"
    finish push
    finish secured
    finish plain
    hidden wire
    [ "$(cat secured.out plain.out)" = "$(printf 'got %s\n' "$SECRET" "$SECRET")" ]
}

@test "the first inject rule that matches counts, and %h and %H are expanded" {
    policy first <<'EOF'
version: 1
zmq:
  inject:
    - {bind: "tcp://127.0.0.1:*", principal: "zmq@localhost"}
    - {bind: "tcp://*", principal: "nobody@nowhere"}
    - {connect: "tcp://localhost:*", service: "zmq@%H"}
    - {connect: "tcp://*", service: "nobody@nowhere"}
EOF
    under first
    fresh first
    endpoints tcp
    zpair C
    start server "${PROGRAM[@]}" socket REP bind "$NEAR" touch up answer 1
    start client "${PROGRAM[@]}" socket REQ await up connect "${NEAR/127.0.0.1/localhost}" send hello recv
    finish client
    finish server
    recorded 1 '.event == "inject" and .role == "client" and .service == "zmq@localhost"'
}

# refused WORD...: the program's socket call fails with EACCES, and the trace says why; without gsstap it does not.
refused() {
    fresh refused
    WITH=()
    zpair C
    run "${PROGRAM[@]}" "$@"
    [[ $output != *"Permission denied"* ]]
    under "${POLICY:-refuse}"
    zpair C
    run "${PROGRAM[@]}" "$@"
    echo "$output"
    [ "$status" = 4 ]
    [[ $output == *"Permission denied"* ]]
    recorded 1 '.event == "refused" and (.rule | length) > 0 and (.reason | length) > 10 and .line > 0 and (.call | startswith("zmq_"))'
    recorded 1 '.event == "call" and .errno == 13 and .result == -1'
}

refuse_policy() {
    policy refuse <<'EOF'
version: 1
zmq:
  unsecured: refuse
  unsecured-ok: ["ipc:///*/allowed"]
EOF
}

@test "unsecured: refuse: a socket without a mechanism can neither bind nor connect" {
    refuse_policy
    refused socket REP bind "tcp://127.0.0.1:*"
    refused socket REQ connect "tcp://127.0.0.1:9"
    refused socket PUB bind "ipc://$BATS_TEST_TMPDIR/socket"
}

@test "unsecured: refuse: PLAIN encrypts nothing, so it is refused" {
    refuse_policy
    refused socket REP set plain_server 1 bind "tcp://127.0.0.1:*"
    refused socket REQ set plain_username bob set plain_password secret connect "tcp://127.0.0.1:9"
}

@test "unsecured: refuse: STREAM and raw ROUTER sockets carry no mechanism" {
    refuse_policy
    refused socket STREAM bind "tcp://127.0.0.1:*"
    refused socket STREAM connect "tcp://127.0.0.1:9"
    refused socket ROUTER set router_raw 1 bind "tcp://127.0.0.1:*"
}

@test "a STREAM and a raw ROUTER socket talk to what is no ZeroMQ, whatever the policy says of others" {
    local type policy
    policy gss-only <<<$'version: 1\ngss: {delegation: refuse}'
    policy inject-only <<<$'version: 1\nzmq: {inject: [{bind: "tcp://*"}, {connect: "tcp://*", service: "zmq@localhost"}]}'
    for policy in gss-only inject-only; do
        for type in STREAM ROUTER; do
            fresh "$policy-$type"
            under "$policy"
            [ "$("${WITH[@]}" "$PYTHON" "$TOP/tests/hosts/raw_talk.py" $type)" = "got 100" ]
            recorded 0 '.event == "handshake" or .event == "unsecured"'
        done
    done
}

@test "unsecured: refuse: an endpoint that libzmq does not take fails with libzmq's own error" {
    refuse_policy
    fresh none
    zpair C
    long=$(printf '%0120d' 0)
    local line words=()
    for line in "socket REP bind ''" "socket REQ connect ''" "socket REP bind 'tcp://*'" "socket REP bind 'tcp://*:'" \
        "socket REQ connect 'tcp://*:'" 'socket REQ connect tcp://localhost' 'socket REQ connect tcp://127.0.0.1' \
        'socket REQ connect tcp://127.0.0.1:http' 'socket REP bind tcp://127.0.0.1:http' 'socket REP bind tcp://nosuchif:5005' \
        "socket REP bind ipc:///tmp/$long" "socket REQ connect ipc:///tmp/$long" 'socket REP bind tcp:' 'socket REQ connect tcp:' 'socket REP bind foo://bar' 'socket REQ connect foo://bar' \
        'socket REP bind ://bar' 'socket REQ connect tcp://' 'socket REP bind nowhere' \
        'socket DISH bind udp://127.0.0.1' 'socket DISH bind udp://127.0.0.1:x' 'socket DISH bind udp://nosuch:5555' \
        'socket RADIO connect udp://127.0.0.1' 'socket RADIO connect udp://*:5555' 'socket PUB connect udp://127.0.0.1:9' \
        'socket REP bind ws://127.0.0.1' 'socket REP bind ws://127.0.0.1:x' 'socket REQ connect ws://127.0.0.1' \
        'socket REQ connect tcp://*:5555' 'socket REQ connect wss://127.0.0.1' 'socket REQ connect pgm://127.0.0.1' 'socket REP bind vsock://x'; do
        WITH=(env -u GSSTAP_TRACE)
        zpair C
        eval "words=($line)"
        "${PROGRAM[@]}" "${words[@]}" >bare.out 2>&1 && return 1
        under refuse
        zpair C
        "${PROGRAM[@]}" "${words[@]}" >with.out 2>&1 && return 1
        diff bare.out with.out || { echo "$line"; return 1; }
    done
    recorded 0 '.event == "refused"'
    # What is only unknown to the policy is refused as before.
    refused socket REP bind 'ipc://'"$PWD"'/there'
    refused socket REQ connect 'tcp://127.0.0.1:1'
    refused socket REP bind 'tcp://lo:*'
}

# odd_endpoints POLICY WORD...: what became of odd endpoints, by POLICY, and where the shim is by WORD...; into that file.
odd_endpoints() {
    local TMPDIR
    fresh "odd-$1"
    mkdir folder temporary
    touch file
    ln -s loop loop
    ln -s nowhere dangling
    export TMPDIR=$PWD/temporary
    WITH=(env)
    [ "$1" = bare ] || under "$1"
    "${@:2}" env -u GSSTAP_TRACE "${WITH[@]}" "$BUILD/hosts/odd_endpoints" "$SEED" 100 >../"$1".out
}

@test "whatever the endpoint, what fails without a policy fails as it does without, and nothing else is opened" {
    SEED=${GSSTAP_SEED:-$RANDOM}
    echo "GSSTAP_SEED=$SEED"
    refuse_policy
    policy look-on <<<$'version: 1\nmode: audit\nzmq: {unsecured: refuse}'
    policy everywhere <<<$'version: 1\nzmq: {unsecured: refuse, inject: [{bind: "*"}, {connect: "*", service: "zmq@localhost"}]}'
    odd_endpoints bare
    odd_endpoints look-on
    odd_endpoints everywhere
    odd_endpoints refuse strace -qq -f --seccomp-bpf -e trace=listen,connect -o "$PWD/opened"
    [ ! -s opened ]
    cd ..
    [ "$(grep -c ' ok$' bare.out)" -gt 500 ]
    [ "$(grep -vc ' ok$' bare.out)" -gt 5000 ]
    diff bare.out look-on.out
    # What a name is nobody asks, nor for an address of an interface where IPv6 is wanted, nor OpenPGM.
    local by unsure='connect (ws|udp)://|1 (bind|connect) udp://lo;| e?pgm://'
    for by in refuse everywhere; do
        awk -v by=$by -v unsure="$unsure" '
            { error = $NF; sub(/ [^ ]+$/, "") }
            NR == FNR { bare[FNR] = error; what[FNR] = $0; next }
            $0 != what[FNR] { print "not asked the same:", $0; next }
            bare[FNR] == "ok" ? error == "EACCES" || (by == "everywhere" && error == "ok" && / (tcp|ipc):/) : error == bare[FNR] { next }
            error == "EACCES" && $0 ~ unsure { next }
            { print by, $0, bare[FNR], error }' bare.out $by.out >differs
        cat differs
        [ ! -s differs ]
        [ "$(wc -l <$by.out)" = "$(wc -l <bare.out)" ]
    done
}

@test "one socket among more than a thousand raw ones is injected all the same" {
    fresh many
    under inject
    "${WITH[@]}" "$PYTHON" "$TOP/tests/hosts/many_raw.py" 1100 >many.out
    recorded 1 '.event == "inject" and .endpoint == "tcp://127.0.0.1:*"'
}

@test "unsecured: refuse: STREAM sockets are refused where others would be injected" {
    POLICY=inject refused socket STREAM bind "tcp://127.0.0.1:*"
    POLICY=inject refused socket ROUTER set router_raw 1 connect "tcp://127.0.0.1:9"
}

@test "unsecured: refuse: datagrams and multicast carry no mechanism" {
    refuse_policy
    refused socket DISH bind "udp://127.0.0.1:9"
    refused socket PUB connect "pgm://127.0.0.1;239.192.1.1:9"
}

@test "a rule that matches where no GSSAPI is spoken refuses, and says so" {
    policy everywhere <<<$'version: 1\nzmq: {inject: [{bind: "*"}, {connect: "*", service: "zmq@localhost"}]}'
    POLICY=everywhere refused socket REP bind "ws://127.0.0.1:*"
    recorded 1 '.event == "refused" and .rule == "zmq.inject" and (.reason | contains("no GSSAPI is spoken on this transport"))'
    POLICY=everywhere refused socket DISH bind "udp://127.0.0.1:9"
    POLICY=everywhere refused socket REQ connect "ws://127.0.0.1:9/x"
}

@test "unsecured-ok: what is listed there goes on unsecured, and inproc is never judged" {
    refuse_policy
    under refuse
    fresh ok
    zpair C
    run "${PROGRAM[@]}" socket PULL bind "ipc://$PWD/allowed" bind inproc://anything socket PUSH connect "ipc://$PWD/allowed" \
        send hello use 0 recv
    [ "$status" = 0 ]
    [ "$output" = "got hello" ]
    recorded 0 '.event == "refused" or .event == "inject"'
}

@test "CURVE that a program set up itself is left alone, where an inject rule matches" {
    local keys server_public server_secret client_public client_secret
    read -ra keys < <("$PYTHON" -c 'import zmq; print(*(k.decode() for k in zmq.curve_keypair() + zmq.curve_keypair()))')
    server_public=${keys[0]} server_secret=${keys[1]} client_public=${keys[2]} client_secret=${keys[3]}
    under inject
    fresh curve
    endpoints tcp
    record wire "$FAR" "$NEAR"
    zpair C
    start server "${PROGRAM[@]}" socket REP set curve_server 1 set curve_secretkey "$server_secret" bind "$NEAR" touch up answer 1
    start client "${PROGRAM[@]}" socket REQ set curve_serverkey "$server_public" set curve_publickey "$client_public" \
        set curve_secretkey "$client_secret" await up connect "$FAR" send "$SECRET" recv
    finish client
    finish server
    [ "$(cat client.out)" = "got re $SECRET" ]
    grep -qaF CURVE wire
    run readable wire
    [ "$status" = 1 ]
    recorded 0 '.event == "inject" or .event == "refused"'
}

# plaintext POLICY: programs that set up GSSAPI themselves and ask for no encryption.
plaintext() {
    under "$1"
    fresh "plaintext-$1"
    endpoints tcp
    record wire "$FAR" "$NEAR"
    zpair C
    start server "${PROGRAM[@]}" socket REP set gssapi_server 1 set gssapi_plaintext 1 bind "$NEAR" touch up answer 1
    start client "${PROGRAM[@]}" socket REQ set gssapi_service_principal zmq@localhost set gssapi_plaintext 1 \
        await up connect "$FAR" send "$SECRET" recv
}

@test "plaintext: allow lets GSSAPI without encryption be, encrypt encrypts it, refuse refuses the option" {
    local choice
    for choice in allow encrypt refuse; do
        printf 'version: 1\nzmq:\n  plaintext: %s\n' $choice | policy plaintext-$choice
    done
    plaintext plaintext-allow
    finish client
    finish server
    readable wire
    recorded 0 '.event == "refused"'
    plaintext plaintext-encrypt
    finish client
    finish server
    hidden wire
    [ "$(cat client.out)" = "got re $SECRET" ]
    recorded 0 '.event == "refused"'
    recorded 2 '.event == "changed" and .rule == "zmq.plaintext" and .line == 3 and .subject == "ZMQ_GSSAPI_PLAINTEXT"'
    # A legacy program that goes on after the refusal is not made unsafe by it: the option stayed off.
    plaintext plaintext-refuse
    finish client 4
    finish server 4
    grep -q "^gssapi_plaintext: Permission denied" client.out
    hidden wire
    recorded 2 '.event == "refused" and .rule == "zmq.plaintext" and .line == 3'
}

@test "unsecured: refuse: GSSAPI without encryption is refused, but where plaintext: allow is written" {
    local name rules='inject: [{bind: "tcp://*", principal: "zmq@localhost"}, {connect: "tcp://*", service: "zmq@localhost"}]'
    printf 'version: 1\nzmq:\n  unsecured: refuse\n' | policy clear
    printf 'version: 1\nzmq:\n  unsecured: refuse\n  engine: libzmq\n  %s\n' "$rules" | policy clear-rules
    printf 'version: 1\nzmq:\n  unsecured: refuse\n  plaintext: allow\n' | policy clear-allowed
    printf 'version: 1\nmode: audit\nzmq:\n  unsecured: refuse\n' | policy clear-audit
    for name in clear clear-rules; do
        plaintext $name
        # They go on after it, and wait for each other.
        wait_until 20 grep -q "^bind: Permission denied" server.out
        wait_until 20 grep -q "^connect: Permission denied" client.out
        stop_all
        run readable wire
        [ "$status" = 1 ]
        recorded 2 '.event == "refused" and .rule == "zmq.unsecured" and .line == 3 and (.reason | endswith("the socket'"'"'s GSSAPI does not encrypt (ZMQ_GSSAPI_PLAINTEXT)"))'
    done
    for name in clear-allowed clear-audit; do
        plaintext $name
        finish client
        finish server
        readable wire
        recorded 0 '.event == "refused"'
        recorded "$([ $name = clear-audit ] && echo 2 || echo 0)" '.event == "would_refuse" and .rule == "zmq.unsecured"'
    done
}

peers_policy() {
    policy "$1" <<EOF
version: 1
gss:
  peers:
    allow: ["$2"]
EOF
}

# delegate POLICY [deleg]: a handshake in one process.
delegate() {
    fresh "delegate-$1"
    under "$1"
    run "${WITH[@]}" "$BUILD/hosts/delegate" "${@:2}"
    echo "$output"
}

@test "a peer that is not listed is refused on the acceptor's side, and its error tells the rule and line" {
    peers_policy acceptor "host/*"
    delegate acceptor
    [ "$status" = 1 ]
    [[ $output == *"acceptor: major 0xf0000"*"peers.allow"*"4"* ]]
    [[ $output != *"acceptor: established"* ]]
    recorded 1 '.event == "refused" and .call == "gss_accept_sec_context" and .rule == "gss.peers.allow" and .line == 4'
    recorded 1 '.event == "handshake" and .role == "acceptor" and .outcome == "refused" and .initiator == "alice@GSSTAP.TEST"'
}

@test "a peer that is not listed is refused on the initiator's side" {
    peers_policy initiator "alice@*"
    delegate initiator
    [ "$status" = 1 ]
    [[ $output == *"initiator: major 0xf0000"*"peers.allow"* ]]
    [[ $output != *"initiator: established"* ]]
    recorded 1 '.event == "refused" and .call == "gss_init_sec_context" and .rule == "gss.peers.allow"'
}

@test "peers that are listed talk" {
    policy both <<'EOF'
version: 1
gss:
  peers:
    allow: ["alice@GSSTAP.TEST", "host/localhost@GSSTAP.TEST"]
    deny: ["mallory@*"]
EOF
    delegate both
    [ "$status" = 0 ]
    recorded 0 '.event == "refused"'
    recorded 2 '.event == "handshake" and .outcome == "established"'
}

@test "a refused ZeroMQ client gets nothing, and the next one is served" {
    policy peers <<'EOF'
version: 1
gss:
  peers:
    allow: ["alice@GSSTAP.TEST", "zmq/*"]
zmq:
  unsecured: refuse
  inject:
    - {bind: "tcp://*", principal: "zmq@localhost"}
    - {connect: "tcp://*", service: "zmq@localhost"}
EOF
    under peers
    fresh peers
    endpoints tcp
    zpair C
    start server "${PROGRAM[@]}" socket REP bind "$NEAR" touch up answer 1
    start mallory env KRB5CCNAME="$GSSTAP_REALM/ccache/mallory" "${PROGRAM[@]}" socket REQ set rcvtimeo 3000 set linger 0 \
        await up connect "$NEAR" send "from mallory" recv touch refused
    start alice "${PROGRAM[@]}" socket REQ await refused connect "$NEAR" send "from alice" recv
    finish mallory 4
    finish alice
    finish server
    [ "$(cat server.out)" = "got from alice" ]
    grep -q "^recv: " mallory.out
    events '.event == "handshake" and .outcome == "refused" and .initiator == "mallory@GSSTAP.TEST"' | grep -q peers
}

# forwardable: a ticket of that kind for alice, and the policies about delegation.
forwardable() {
    local choice
    kinit -f -k -t "$GSSTAP_REALM/client/alice" alice
    for choice in allow strip refuse; do
        printf 'version: 1\ngss:\n  delegation: %s\n' $choice | policy delegation-$choice
    done
}

@test "delegation: strip takes the credential away and lets the handshake be, refuse refuses it" {
    forwardable
    delegate delegation-allow deleg
    [ "$status" = 0 ]
    [[ $output == *"acceptor: established, delegated, credential"* ]]
    delegate delegation-strip deleg
    [ "$status" = 0 ]
    [[ $output == *"acceptor: established, not delegated, no credential"* ]]
    delegate delegation-refuse deleg
    [ "$status" = 1 ]
    [[ $output == *"initiator: major 0xf0000"*"delegation"* ]]
    recorded 1 '.event == "refused" and .rule == "gss.delegation" and .line == 3'
    # Without delegation there is nothing to refuse.
    delegate delegation-refuse
    [ "$status" = 0 ]
}

@test "delegation that an initiator without a policy grants is taken away or refused on the acceptor's side" {
    forwardable
    cd "$BATS_TEST_TMPDIR"
    "$BUILD/hosts/delegate" to token
    "$BUILD/hosts/delegate" from token | grep -q "established, delegated, credential"
    "$BUILD/hosts/delegate" to "$PWD/token"
    delegate delegation-strip from "$BATS_TEST_TMPDIR/token"
    [ "$status" = 0 ]
    [[ $output == *"established, not delegated, no credential"* ]]
    delegate delegation-refuse from "$BATS_TEST_TMPDIR/token"
    [ "$status" = 1 ]
    [[ $output == *"acceptor: major 0xf0000"*"delegation"* ]]
    recorded 1 '.event == "refused" and .rule == "gss.delegation" and .call == "gss_accept_sec_context"'
}

@test "audit: all of it passes, and the trace says what would have been refused" {
    policy audit <<'EOF'
version: 1
mode: audit
gss:
  peers:
    allow: ["nobody@*"]
  delegation: refuse
zmq:
  unsecured: refuse
  plaintext: refuse
EOF
    delegate audit deleg
    [ "$status" = 0 ]
    recorded 0 '.event == "refused"'
    recorded 2 '.event == "would_refuse" and .rule == "gss.peers.allow"'
    events '.event == "would_refuse" and .rule == "gss.delegation"' | grep -q .
    under audit
    fresh audit
    zpair C
    run "${PROGRAM[@]}" socket PULL bind "tcp://127.0.0.1:*" set gssapi_plaintext 1
    [ "$status" = 0 ]
    [ -z "$output" ]
    recorded 1 '.event == "would_refuse" and .rule == "zmq.unsecured"'
    recorded 1 '.event == "would_refuse" and .rule == "zmq.plaintext"'
    recorded 0 '.event == "refused"'
}

# broken FILE: with this as the policy everything judged is denied, and the trace says once that and why.
broken() {
    echo "broken: $1"
    fresh broken
    secured "$1"
    zpair C
    run "${PROGRAM[@]}" socket PULL bind "tcp://127.0.0.1:*" bind "tcp://127.0.0.1:*" bind inproc://x socket PUSH connect inproc://x \
        send hello use 0 recv
    echo "$output"
    [ "$status" = 4 ]
    [ "$output" = "$(printf 'bind: Permission denied\nbind: Permission denied\ngot hello')" ]
    recorded 2 '.event == "refused"'
    recorded 1 '.event == "policy" and (.reason | length) > 10'
    delegate_broken "$1"
}

delegate_broken() {
    fresh broken
    secured "$1"
    run "${WITH[@]}" "$BUILD/hosts/delegate"
    echo "$output"
    [ "$status" = 1 ]
    [[ $output == *"major 0xf0000"* ]]
    [[ $output != *"acceptor: established"* ]]
    recorded 1 '.event == "policy" and (.reason | length) > 10'
}

@test "a policy that is missing, empty, truncated, tampered with or no policy denies everything judged, and says so once" {
    local good=$BATS_FILE_TMPDIR/inject.bin size at bad=$BATS_TEST_TMPDIR/bad
    size=$(stat -c %s "$good")
    broken "$BATS_TEST_TMPDIR/there-is-none"
    : >"$bad"
    broken "$bad"
    head -c $((size - 1)) "$good" >"$bad"
    broken "$bad"
    head -c 16 "$good" >"$bad"
    broken "$bad"
    for at in 0 9 $((size / 2)) $((size - 2)); do
        "$PYTHON" -c 'import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[int(sys.argv[3])] ^= 1
open(sys.argv[2], "wb").write(data)' "$good" "$bad" $at
        broken "$bad"
    done
    cp "$BATS_FILE_TMPDIR/inject.yaml" "$bad"
    broken "$bad"
    mkdir "$BATS_TEST_TMPDIR/directory"
    broken "$BATS_TEST_TMPDIR/directory"
}

@test "a policy that is in order is taken into use, and the trace says so" {
    fresh good
    under inject
    zpair C
    run "${PROGRAM[@]}" socket PULL bind "tcp://127.0.0.1:*"
    [ "$status" = 0 ]
    recorded 1 '.event == "policy" and (.path | endswith("inject.bin"))'
}

@test "the policy's capture is the level when nothing else says one" {
    printf 'version: 1\ncapture: audit\n' | policy capture
    fresh capture
    secured "$BATS_FILE_TMPDIR/capture.bin"
    run "${WITH[@]}" env -u GSSTAP_LEVEL "$BUILD/hosts/delegate"
    [ "$status" = 0 ]
    recorded 0 '.event == "call"'
    recorded 2 '.event == "handshake"'
}
