#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# timeout: 240
#
# gss-server and gss-client of krb5-gss-samples, unmodified, with each of their options: same output and exit status of
# both with nothing asked for and with everything recorded as without the shim.

bats_require_minimum_version 1.5.0
load helper
load ways

setup_file() {
    realm_up -u alice -s host@localhost
    kadmin.local addprinc -pw opensesame dora >/dev/null
    echo "words in a file" >"$BATS_FILE_TMPDIR/words"
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    SERVER=(gss-server -once) CLIENT=() SERVICE=host@localhost TEXT="a message" SERVED=
}

listens() {
    grep -q "$(printf ':%04X 00000000:0000 0A' "$1")" /proc/net/tcp /proc/net/tcp6
}

# mask: what differs from one run to the next. A time or a sequence number of an authenticator may
# take a byte more, so sizes of tokens do as well.
mask() {
    sed -E -e "s/lifetime [0-9]+/lifetime N/; s/port $PORT/port P/; s/pid [0-9]+/pid N/g; s/0x[0-9a-f]{6,}/ADDRESS/g" \
        -e 's/^[0-9a-f]{8,64}$/PAC/' -e 's/size=[0-9]+/size=N/' \
        -e 's/^([0-9a-f]{2} ?)+$/BYTES/' | awk '$0 != "BYTES" || last != $0; { last = $0 }'
}

said_goodbye() {
    [ "$(grep -c '^NOOP token' server.out)" = "$1" ]
}

# talk VAR=VALUE...: a server and a client with these settings; what both said and how they ended is $output.
talk() {
    local server client=0
    PORT=$(free_port)
    command timeout "$(patience 60)" env "$@" stdbuf -oL "${SERVER[@]}" -port "$PORT" "$SERVICE" >server.out 2>&1 3>&- &
    server=$!
    wait_until 20 listens "$PORT"
    if [ "${CLIENT[0]}" = python ]; then
        env "$@" "$PYTHON" "$SOURCES/bad_tokens.py" "$PORT" "${CLIENT[1]}" >client.out 2>&1 || client=$?
    else
        env "$@" gss-client -port "$PORT" "${CLIENT[@]}" localhost "${WANTED:-$SERVICE}" "$TEXT" >client.out 2>&1 || client=$?
    fi
    if [ -n "$SERVED" ]; then # it goes on: its last line is that many times a client's farewell
        wait_until 20 said_goodbye "$SERVED"
        kill "$server"
    fi
    wait "$server" && server=0 || server=$?
    output="client $client
$(mask <client.out)
server $server
$(mask <server.out)"
    status=0
}

# alike: the same talk bare, under the shim alone, and with everything recorded.
alike() {
    talk NONE=
    expected=$output expected_status=0
    talk LD_PRELOAD="$PRELOAD"
    same
    [ ! -e trace ]
    mkdir trace
    talk LD_PRELOAD="$PRELOAD" GSSTAP_TRACE="$PWD/trace/%n-%p.pcapng" GSSTAP_LEVEL=payload GSSTAP_CALLS='*'
    same
}

# established COUNT: that many handshakes on each side.
established() {
    [ "$(events '.event == "handshake" and .role == "initiator" and .outcome == "established"' | wc -l)" = "$1" ]
    [ "$(events '.event == "handshake" and .role == "acceptor" and .outcome == "established"' | wc -l)" = "$1" ]
}

@test "gss-client without options" {
    alike
    [[ $output == *"client 0"*"Signature verified"*"server 0"*'Received message: "a message"'* ]]
    established 1
}

@test "gss-client's whole life fits on two screens of 24 rows and 80 columns" {
    talk NONE=
    mkdir trace
    talk LD_PRELOAD="$PRELOAD" GSSTAP_TRACE="$PWD/trace/%n.pcapng"
    run "$GSSTAP" decode trace/gss-client.pcapng
    [ "$status" = 0 ]
    [ "${#lines[@]}" -ge 8 ]
    [ "$(fold -w 80 <<<"$output" | wc -l)" -le 48 ]
    [[ $output == *"handshake established"*"gss_wrap("*"gss_delete_sec_context("* ]]
    [[ $output != *gss_release_* ]]
}

@test "only the calls that GSSTAP_CALLS names are recorded, and every handshake" {
    mkdir trace
    talk LD_PRELOAD="$PRELOAD" GSSTAP_TRACE="$PWD/trace/%n-%p.pcapng" GSSTAP_CALLS='gss_release_*,gss_w[r]ap'
    [ "$(events '.event == "call"' | jq -r .call | grep -cvE '^gss_(release_[a-z_]+|wrap)$' || :)" = 0 ]
    traced gss_wrap 1
    traced gss_release_buffer
    established 1
}

@test "settings that say nothing known are told of, in the trace and to who listens" {
    mkdir trace
    : >hello
    under_shim GSSTAP_TRACE="$PWD/trace/t.pcapng" GSSTAP_HELLO="$PWD/hello" GSSTAP_CALLS='gss_wrpa,gss_wrap' GSSTAP_LEVEL=loud \
        GSSTAP_MAX_SIZE=some "$BUILD/hosts/careless" >/dev/null
    said='GSSTAP_LEVEL=loud is no level; GSSTAP_CALLS=gss_wrpa is the name of no call that can be recorded; GSSTAP_MAX_SIZE=some is no size'
    [[ $(trace_json trace/t.pcapng | jq -r 'select(.event == "process") | .bad_settings') == "$said"* ]]
    [ "$(grep -c '^problem [0-9]* GSSTAP_' hello)" = 3 ]
    under_shim GSSTAP_TRACE="$PWD/trace/u.pcapng" GSSTAP_CALLS='gss_*,failures' "$BUILD/hosts/careless" >/dev/null
    [ "$(trace_json trace/u.pcapng | jq -r 'select(.event == "process") | .bad_settings')" != null ]
    under_shim GSSTAP_TRACE="$PWD/trace/v.pcapng" GSSTAP_CALLS='gss_*' "$BUILD/hosts/careless" >/dev/null
    [ "$(trace_json trace/v.pcapng | jq -r 'select(.event == "process") | .bad_settings')" = null ]
}

@test "run -e and --all say which calls are recorded" {
    local all few
    PORT=$(free_port)
    "$GSSTAP" run -o all.pcapng --all -- "${SERVER[@]}" -port "$PORT" "$SERVICE" >/dev/null 2>&1 3>&- &
    wait_until 20 listens "$PORT"
    "$GSSTAP" run -o few.pcapng -e 'gss_get_mic' -e 'gss_w?ap' -- gss-client -port "$PORT" localhost "$SERVICE" "$TEXT" >/dev/null
    wait "$!"
    all=$(trace_json all.pcapng | jq -r 'select(.event == "call") | .call' | sort -u)
    few=$(trace_json few.pcapng | jq -r 'select(.event == "call") | .call' | sort -u)
    [[ $all == *gss_release_buffer*gss_unwrap* ]]
    [ "$few" = gss_wrap ]
    run -2 "$GSSTAP" run -e gss_init -- true
    [[ $output == *"no call has a name like 'gss_init'"*gss_init_sec_context* ]]
}

@test "a call that only frees is recorded when it fails" {
    mkdir trace
    LD_PRELOAD="$PRELOAD" GSSTAP_TRACE="$PWD/trace/%n-%p.pcapng" GSSTAP_LEVEL=calls "$BUILD/hosts/careless" >out
    [ "$(events '.call == "gss_release_name"' | jq -r .major_name | sort -u | grep -c GSS_S_COMPLETE)" = 0 ]
    [ "$(events '.call == "gss_display_name" and .major != 0' | wc -l)" -ge 1 ]
}

@test "gss-client -krb5 and the mechanism by its number" {
    CLIENT=(-krb5)
    alike
    rm -r trace
    CLIENT=(-mech '{ 1 2 840 113554 1 2 2 }')
    alike
    established 1
}

@test "gss-client -spnego" {
    CLIENT=(-spnego)
    alike
    [[ $output == *"Signature verified"* ]]
    established 1
}

@test "gss-client -iakerb with a password" {
    SERVER=(gss-server -once -iakerb) CLIENT=(-iakerb -user dora -pass opensesame)
    alike
    [[ $output == *"client 0"* ]]
}

@test "gss-client -user and -pass" {
    CLIENT=(-user dora -pass opensesame)
    alike
    [[ $output == *"dora@"*"Signature verified"* ]]
    established 1
    run grep -c opensesame -r trace
    [ "$status" = 1 ]
}

@test "gss-client with a wrong password" {
    CLIENT=(-user dora -pass wrong)
    alike
    [[ $output == *"client 1"* ]]
}

@test "gss-client -dce" {
    CLIENT=(-dce)
    alike
}

@test "gss-client -seq, -noreplay, -nomutual and all of them" {
    for CLIENT in "-seq" "-noreplay" "-nomutual" "-seq -noreplay -nomutual"; do
        read -r -a CLIENT <<<"$CLIENT"
        rm -rf trace
        alike
        [[ $output == *"Signature verified"* ]]
        established 1
    done
}

@test "gss-client -d" {
    CLIENT=(-d)
    alike
}

@test "gss-client -f, -q and -v1" {
    TEXT=$BATS_FILE_TMPDIR/words CLIENT=(-f)
    alike
    [[ $output == *"words in a file"* ]]
    TEXT="a message"
    rm -rf trace
    CLIENT=(-q)
    alike
    established 1
    rm -rf trace
    CLIENT=(-v1) # a dialect that this server no longer speaks: both say so
    alike
    [[ $output == *"Expected NOOP token"* ]]
}

@test "gss-client -na, -nw, -nx and -nm" {
    for CLIENT in "-nw" "-nx" "-nm" "-nw -nx -nm"; do
        read -r -a CLIENT <<<"$CLIENT"
        rm -rf trace
        alike
        established 1
    done
    rm -rf trace
    CLIENT=(-na)
    alike
    none=$(events '.call == "gss_init_sec_context"')
    [ -z "$none" ]
}

@test "gss-client -mcount" {
    CLIENT=(-mcount 5)
    alike
    established 1
    [ "$(events '.call == "gss_wrap" and .depth == 0' | wc -l)" = 5 ]
}

@test "gss-client -ccount against a server that goes on" {
    SERVER=(gss-server) CLIENT=(-ccount 3 -mcount 2) SERVED=3
    alike
    [ "$(grep -c 'Received message: "a message"' <<<"$output")" = 6 ]
    established 3
}

@test "gss-server -export" {
    SERVER=(gss-server -once -export)
    alike
    [[ $output == *"Signature verified"* ]]
    traced gss_export_sec_context
    traced gss_import_sec_context
}

@test "gss-server -verbose, -logfile and -keytab" {
    SERVER=(gss-server -once -verbose)
    alike
    rm -rf trace
    SERVER=(gss-server -once -logfile "$PWD/log")
    alike
    [ "$(mask <log | sort | uniq -c | awk '$1 % 3' | wc -l)" = 0 ] # the log grew by the same lines three times
    rm -rf trace
    SERVER=(gss-server -once -keytab "${KRB5_KTNAME#FILE:}")
    alike
    established 1
}

@test "gss-server -inetd" {
    inetd() {
        PORT=$(free_port)
        env "$@" "$PYTHON" "$SOURCES/inetd.py" "$PORT" gss-server -inetd "$SERVICE" 3>&- &
        wait_until 20 listens "$PORT"
        run env "$@" gss-client -port "$PORT" localhost "$SERVICE" "$TEXT"
        wait "$!"
        output=$(mask <<<"$output")
    }
    inetd NONE=
    expected=$output expected_status=$status
    [[ $output == *"Signature verified"* ]]
    inetd LD_PRELOAD="$PRELOAD"
    same
    mkdir trace
    inetd LD_PRELOAD="$PRELOAD" GSSTAP_TRACE="$PWD/trace/%n-%p.pcapng" GSSTAP_LEVEL=payload
    same
    established 1
}

@test "gss-client without a server" {
    PORT=$(free_port)
    for way in NONE= LD_PRELOAD="$PRELOAD"; do
        run timeout 20 env "$way" gss-client -port "$PORT" localhost "$SERVICE" "$TEXT"
        [ "$way" != NONE= ] || expected=$output expected_status=$status
        same
        [ "$status" = 1 ]
    done
}

@test "gss-server without a key for the client's ticket" {
    SERVER=(gss-server -once -keytab "$PWD/none")
    alike
    [[ $output == *"client 1"*"No credentials were supplied"* ]]
    [ "$(events '.event == "handshake" and .role == "acceptor" and .outcome == "failed"' | wc -l)" -ge 1 ]
}

@test "gss-client for a service that the realm does not know" {
    WANTED=ldap@localhost
    alike
    [[ $output == *"client 1"*"not found in Kerberos database"* ]]
    [ "$(events '.event == "handshake" and .outcome == "failed"' | wc -l)" -ge 1 ]
}

@test "gss-server survives tokens that no client should send" {
    for case in garbage empty cut huge other-mech wrap lies nothing; do
        rm -rf trace
        CLIENT=(python "$case")
        alike
        [[ $output == *"server 0"* ]]
    done
}
