#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# zmq.inject.on-failure: what becomes of a program whose peers refuse it.
# timeout: 400

bats_require_minimum_version 1.5.0
load helper
load wire
load peers

setup_file() {
    realm_up -u alice -u mallory -s zmq@localhost
    cd "$BATS_FILE_TMPDIR"
    printf 'version: 1\ngss: {peers: {deny: ["mallory@*"]}}\nzmq: {inject: [{bind: "*"}]}\n' >server.yaml
    printf 'version: 1\nzmq: {inject: [{bind: "*"}]}\n' >mended.yaml
    client_policy enforce error >error.yaml
    client_policy audit error >audit.yaml
    client_policy enforce wait >wait.yaml
    for policy in *.yaml; do
        "$GSSTAP" policy compile -o "${policy%.yaml}.bin" "$policy"
    done
}

# client_policy MODE WORD
client_policy() {
    printf 'version: 1\nmode: %s\nzmq: {inject: [{connect: "*", service: "zmq@localhost", on-failure: %s}]}\n' "$@"
}

teardown_file() {
    realm_down
}

setup() {
    fresh refused
    AT="tcp://127.0.0.1:$(free_port)"
}

teardown() {
    stop_all
}

# serve POLICY WORD...: a server under it; with these words of zpair's.
serve() {
    secured "$BATS_FILE_TMPDIR/$1.bin"
    rm -f up
    start server "${WITH[@]}" GSSTAP_TRACE="$PWD/server.pcapng" "$BUILD/hosts/zpair" socket "${KIND:-REP}" bind "$AT" touch up "${@:2}"
    wait_until 60 test -e up
}

# as NAME POLICY: WITH for a client, with his tickets.
as() {
    secured "$BATS_FILE_TMPDIR/$2.bin"
    WITH+=(KRB5CCNAME="$GSSTAP_REALM/ccache/$1" GSSTAP_TRACE="$PWD/client.pcapng" GSSTAP_LEVEL=audit)
}

# ends NAME: when it has, its output is in `output`.
ends() {
    wait_until 60 gone "${PID[$1]}" || { tail -n +1 ./*.out; return 1; }
    wait "${PID[$1]}" || :
    unset "PID[$1]"
    output=$(cat "$1.out")
}

@test "who is refused hears so when it sends, receives, and connects again; it is told once" {
    serve server answer 1
    as mallory error
    start client "${WITH[@]}" "$BUILD/hosts/zpair" socket DEALER set linger 0 connect "$AT" recv send first connect "$AT"
    ends client
    [ "$output" = $'recv: Permission denied\nsend: Permission denied\nconnect: Permission denied' ]
    trace_json client.pcapng | jq -se '[.[] | select(.event == "refused" and .rule == "zmq.inject.on-failure" and .line == 3)] | length == 2'
    # The handshakes that it took, and no more.
    [ "$(trace_json server.pcapng | jq -c 'select(.event == "handshake")' | wc -l)" -lt 6 ]
}

@test "programs that wait are woken, in each way to wait" {
    serve server answer 1
    as mallory error
    local way
    for way in send poll asyncio thread term; do
        start $way "${WITH[@]}" GSSTAP_TRACE="$PWD/$way.pcapng" "$PYTHON" "$TOP/tests/hosts/refused.py" $way "$AT"
    done
    ends send && [ "$output" = EACCES ]
    ends poll && [ "$output" = "2 1 EACCES EACCES" ]
    ends asyncio && [ "$output" = EACCES ]
    ends thread && [ "$output" = EACCES ]
    ends term && [ "$output" = ETERM ]
}

@test "what is in a socket already is received, in each way" {
    secured "$BATS_FILE_TMPDIR/mended.bin"
    start server "${WITH[@]}" "$BUILD/hosts/zpair" socket PUSH bind "$AT" touch up await tried send m0 send m1 send m2
    wait_until 60 test -e up
    as mallory error
    start client "${WITH[@]}" "$BUILD/hosts/zpair" socket PULL set rcvtimeo 20 connect "$AT" recv set rcvtimeo 60000 touch tried \
        await refused recv recv recv
    finish server
    KIND=PUSH serve server await end
    wait_until 60 a_trace '.event == "refused"' client.pcapng
    touch refused
    ends client
    [ "$output" = $'recv: Resource temporarily unavailable\ngot m0\ngot m1\ngot m2' ]
}

@test "a policy that is changed to only look on lets it go on" {
    serve server answer 1
    as mallory error
    cp "$BATS_FILE_TMPDIR/error.bin" live.bin
    start client "${WITH[@]}" GSSTAP_POLICY="$PWD/live.bin" "$PYTHON" "$TOP/tests/hosts/refused.py" changed "$AT"
    wait_until 60 test -e denied
    cp "$BATS_FILE_TMPDIR/audit.bin" new.bin
    lives client
    mv new.bin live.bin
    ends client
    [ "$output" = "EAGAIN done" ]
}

@test "another spelling of the endpoint takes it away as well" {
    serve server answer 1
    as mallory error
    start client "${WITH[@]}" "$BUILD/hosts/zpair" socket DEALER set linger 0 connect "$AT" recv \
        disconnect "tcp://localhost:${AT##*:}" connect "$AT"
    ends client
    [ "$output" = "recv: Permission denied" ]
}

@test "the monitor is told of HANDSHAKE_FAILED_AUTH, and a socket with another endpoint goes on" {
    serve server answer 1
    as mallory error
    start client "${WITH[@]}" "$PYTHON" "$TOP/tests/hosts/refused.py" monitor "$AT"
    ends client
    [ "$output" = "EACCES EACCES done done 400" ]
}

@test "of two endpoints the one that lets it in gets all" {
    local other
    other="tcp://127.0.0.1:$(free_port)"
    serve server answer 1
    secured "$BATS_FILE_TMPDIR/mended.bin"
    start other "${WITH[@]}" GSSTAP_TRACE="$PWD/other.pcapng" "$BUILD/hosts/zpair" socket PULL bind "$other" touch other-up recv recv recv recv
    wait_until 60 test -e other-up
    as mallory error
    start client "${WITH[@]}" "$BUILD/hosts/zpair" socket PUSH set immediate 1 connect "$AT" connect "$other" send one await refused send two send three send four
    wait_until 60 a_trace '.event == "refused"' client.pcapng
    touch refused
    finish client
    finish other
    [ "$(wc -l <other.out)" = 4 ]
}

@test "without the word, or with wait, it waits; in audit mode, too, and the trace says what would be" {
    local policy
    serve server answer 1
    for policy in wait audit; do
        as mallory $policy
        start $policy "${WITH[@]}" GSSTAP_TRACE="$PWD/$policy.pcapng" "$BUILD/hosts/zpair" socket REQ set linger 0 connect "$AT" send first recv
    done
    wait_until 60 a_trace '.event == "would_refuse" and .rule == "zmq.inject.on-failure"' audit.pcapng
    wait_until 60 bash -c "[ \$('$GSSTAP' decode --format json wait.pcapng | grep -c '\"event\":\"handshake\"') -gt 4 ]"
    lives wait
    lives audit
    halt wait
    halt audit
    [ ! -s wait.out ] && [ ! -s audit.out ]
    run ! a_trace '.event == "would_refuse" or .event == "refused"' wait.pcapng
}

@test "a peer that lets it in later does so after a disconnect, and on a new socket" {
    serve server answer 1
    as mallory error
    start client "${WITH[@]}" "$BUILD/hosts/zpair" socket PUSH set immediate 1 connect "$AT" send first touch denied await mended \
        disconnect "$AT" connect "$AT" send second close socket PUSH set immediate 1 connect "$AT" send third
    wait_until 60 test -e denied
    halt server
    KIND=PULL serve mended recv recv
    touch mended
    ends client
    [ "$output" = "send: Permission denied" ]
    finish server
    [ "$(sort server.out)" = $'got second\ngot third' ]
}

@test "a server that is not there, or is started again, or a KDC that is not, refuses nobody" {
    as alice error
    start client "${WITH[@]}" "$BUILD/hosts/zpair" socket REQ connect "$AT" send first recv await again send second recv
    serve server answer 1
    wait_until 60 grep -q "got re first" client.out
    finish server
    serve server answer 1
    touch again
    ends client
    [ "$output" = $'got re first\ngot re second' ]
    serve server answer 1
    sed 's/kdc = .*/kdc = 127.0.0.1:1/' "$GSSTAP_REALM/krb5.conf" >krb5.conf
    kinit -k -t "$GSSTAP_REALM/client/alice" -c "$PWD/cache" alice
    rm -f client.pcapng
    as alice error
    start client "${WITH[@]}" KRB5CCNAME="$PWD/cache" KRB5_CONFIG="$PWD/krb5.conf" "$BUILD/hosts/zpair" socket REQ set linger 0 connect "$AT" send first recv
    wait_until 60 bash -c "[ \$('$GSSTAP' decode --format json client.pcapng | grep -c '\"event\":\"handshake\"') -gt 4 ]"
    lives client
    halt client
}

@test "a peer without GSSAPI refuses as well, and who connects once hears at once" {
    start server env -u GSSTAP_TRACE "$BUILD/hosts/zpair" socket REP bind "$AT" touch up answer 1
    wait_until 60 test -e up
    as alice error
    start client "${WITH[@]}" "$PYTHON" "$TOP/tests/hosts/refused.py" monitor "$AT"
    ends client
    [ "$output" = "EACCES EACCES done done 400" ]
    halt server
    serve server answer 1
    as mallory error
    local once count=0
    for once in "reconnect_ivl -1" "reconnect_stop 2"; do
        # shellcheck disable=SC2086
        start client "${WITH[@]}" "$BUILD/hosts/zpair" socket DEALER set linger 0 set $once connect "$AT" recv
        ends client
        [ "$output" = "recv: Permission denied" ]
        [ "$(trace_json server.pcapng | jq -c 'select(.event == "handshake")' | wc -l)" = $((++count)) ]
    done
}

@test "who is refused before zmq_connect has come back hears so, too" {
    KIND=PULL serve server recv
    as mallory error
    start client "${WITH[@]}" LD_PRELOAD="$PRELOAD:$BUILD/plugins/late_connect.so" "$BUILD/hosts/zpair" socket PUSH set linger 0 \
        set reconnect_ivl -1 connect "$AT" send first
    wait_until 60 a_trace '.event == "refused" and .rule == "zmq.inject.on-failure"' client.pcapng
    touch goes-on
    ends client
    [ "$output" = "send: Permission denied" ]
}

@test "a server that has no patience while a KDC hangs refuses nobody" {
    kinit -k -t "$GSSTAP_REALM/client/alice" -c "$PWD/cache" alice
    start quiet "$PYTHON" "$TOP/tests/hosts/quiet_peer.py" server "${AT##*:}" hears
    wait_until 60 lines 1 quiet.out there
    kill -STOP "$(cat "$GSSTAP_REALM/kdc.pid")"
    as alice error
    start client "${WITH[@]}" KRB5CCNAME="$PWD/cache" "$BUILD/hosts/zpair" socket PUSH set linger 0 set immediate 1 connect "$AT" send first
    while_kdc_hangs lines 6 quiet.out closed
    kdc_goes_on
    lives client
    halt client
    run ! a_trace '.event == "refused"' client.pcapng
}

@test "who is denied by the ZAP handler of the peer's program hears so at once" {
    secured "$BATS_FILE_TMPDIR/mended.bin"
    start server "${WITH[@]}" GSSTAP_TRACE="$PWD/server.pcapng" "$PYTHON" "$TOP/tests/hosts/denies.py" "$AT" up
    wait_until 60 test -e up
    as alice error
    start client "${WITH[@]}" "$PYTHON" "$TOP/tests/hosts/refused.py" monitor "$AT"
    ends client
    [ "$output" = "EACCES EACCES done done 400" ]
    [ "$(trace_json server.pcapng | jq -c 'select(.event == "handshake" and .outcome == "established")' | wc -l)" = 1 ] || { trace_json server.pcapng | jq -c 'select(.event == "handshake")'; return 1; }
}

@test "a bind rule takes no on-failure" {
    printf 'version: 1\nzmq: {inject: [{bind: "*", on-failure: error}]}' >bind.yaml
    run -2 "$GSSTAP" policy compile -o x.bin bind.yaml
    [[ $output == *"takes no on-failure: who binds is not refused"* ]]
}
