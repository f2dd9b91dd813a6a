#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# zmq.brake: peers that keep failing are turned away for a while, on the connections that gsstap speaks GSSAPI on and on
# those that libzmq asks about. What is counted for whom is in tests/unit/brake.c.
# timeout: 400

bats_require_minimum_version 1.5.0
load helper
load wire
load peers

setup_file() {
    realm_up -u alice -u mallory -s zmq@localhost
    policy_for client
    printf 'version: 1\nzmq: {engine: libzmq}\n' >"$BATS_FILE_TMPDIR/stock.yaml"
    "$GSSTAP" policy compile -o "$BATS_FILE_TMPDIR/stock.bin" "$BATS_FILE_TMPDIR/stock.yaml"
}

teardown_file() {
    realm_down
}

setup() {
    fresh brake
    echo 'joe:{plain}right' >users
}

teardown() {
    stop_all
}

# policy LINE...: p.bin, with these lines in zmq.
policy() {
    printf 'version: 1\nmode: %s\nzmq:\n' "${MODE:-enforce}" >p.yaml
    printf '  %s\n' "$@" >>p.yaml
    "$GSSTAP" policy compile -o p.bin p.yaml
}

# tries AT TRY...: what becomes of them under the policy.
tries() {
    run -0 timeout 300 "$GSSTAP" run -p p.bin -o server.pcapng -- "$PYTHON" "$TOP/tests/hosts/brake_tries.py" "$@"
}

# told COUNT FILTER
told() {
    [ "$(trace_json server.pcapng | jq -c "select($2)" | wc -l)" = "$1" ] || {
        trace_json server.pcapng | grep -E '"event":"(brake|authentication|handshake|refused)"'
        return 1
    }
}

# order COUNT FILTER WORD...: what the first so many of such events are, by their field of brake, zap_status or outcome.
order() {
    local count=$1 filter=$2
    shift 2
    trace_json server.pcapng | jq -r "select($filter) | .brake // .zap_status // .outcome" | head -"$count" | diff <(printf '%s\n' "$@") -
}

# times COUNT FILTER: for wait_until: there are so many such events at least.
times() {
    [ "$(trace_json server.pcapng 2>/dev/null | jq -c "select($2)" | wc -l)" -ge "$1" ]
}

# serves: a server with the policy, at PORT.
serves() {
    PORT=$(free_port)
    secured "$PWD/p.bin"
    start server "${WITH[@]}" GSSTAP_TRACE="$PWD/server.pcapng" "$BUILD/hosts/zpair" \
        socket REP bind "tcp://127.0.0.1:$PORT" touch up answer 1
    wait_until 20 test -e up
}

# client NAME POLICY PRINCIPAL SOURCE WORD...: one that has something to say.
client() {
    local name=$1 principal=$3 source=$4
    secured "$BATS_FILE_TMPDIR/$2.bin"
    shift 4
    start "$name" "${WITH[@]}" KRB5CCNAME="$GSSTAP_REALM/ccache/$principal" "$BUILD/hosts/zpair" \
        socket REQ set linger 0 "$@" connect "tcp://$source:0;127.0.0.1:$PORT" send "from $name" recv
}

@test "who is denied again and again is turned away, and nobody else" {
    policy 'brake: {max-retry: 3}' "auth: [{plain: $PWD/users}]"
    tries 'tcp://127.0.0.1:*' wrong@127.0.0.1+ wrong@127.0.0.1+ wrong@127.0.0.1+ right@127.0.0.1 wrong@127.0.0.2+ right@127.0.0.2+ right@127.0.0.1
    [ "$output" = $'denied\ndenied\ndenied\nturned away\ndenied\nin\nturned away' ]
    told 3 '.event == "authentication" and .zap_status == 400 and .address == "127.0.0.1"'
    told 0 '.event == "authentication" and .zap_status == 200 and .address == "127.0.0.1"'
    told 1 '.event == "brake"'
    told 1 '.event == "brake" and .brake == "begun" and .address == "127.0.0.1" and .failures == 3 and .ban_time == 600
        and .mode == "enforce" and .rule == "zmq.brake.max-retry" and .line == 4 and (.reason | test("does not have this password"))'
}

@test "it comes in when its time is over, which is told once" {
    policy 'brake: {max-retry: 2, ban-time: 2}' "auth: [{plain: $PWD/users}]"
    tries 'tcp://127.0.0.1:*' wrong@127.0.0.1+ wrong@127.0.0.1+ right@127.0.0.1+ wrong@127.0.0.1+
    [ "$output" = $'denied\ndenied\nin\ndenied' ]
    order 6 '.event == "brake" or .event == "authentication"' 400 begun 400 ended 200 400
    told 1 '.event == "brake" and .brake == "ended" and .address == "127.0.0.1" and .turned_away > 0 and .ban_time == 2'
}

@test "peers at ipc count by their user" {
    policy 'brake: {max-retry: 2}' 'auth: [{deny: [ipc]}]'
    tries "ipc://$PWD/here" @ @ @
    [ "$output" = $'denied\ndenied\nturned away' ]
    told 1 '.event == "brake" and .brake == "begun" and .address == "ipc:uid='$UID'"'
}

@test "of addresses that are to be ignored nothing is counted" {
    policy 'brake: {max-retry: 2, ignore-ip: ["::ffff:127.0.0.0/120"]}' "auth: [{plain: $PWD/users}]"
    tries 'tcp://127.0.0.1:*' wrong@127.0.0.1+ wrong@127.0.0.1+ wrong@127.0.0.1+ wrong@127.0.1.1+ wrong@127.0.1.1+ right@127.0.1.1
    [ "$output" = $'denied\ndenied\ndenied\ndenied\ndenied\nturned away' ]
    told 1 '.event == "brake"'
}

@test "in audit mode nobody is delayed or turned away, and it is told who would be" {
    MODE=audit policy 'brake: {max-retry: 3, ban-time: 1h}' 'auth: [{deny: [127.0.0.1]}]'
    tries 'tcp://127.0.0.1:*' @127.0.0.1 @127.0.0.1 @127.0.0.1 @127.0.0.1 @127.0.0.1
    [ "$output" = $'in\nin\nin\nin\nin' ]
    told 1 '.event == "brake"'
    told 1 '.event == "brake" and .brake == "begun" and .mode == "audit" and .ban_time == 3600'
    told 5 '.event == "would_refuse"'
}

@test "another policy lets go of who is held" {
    policy 'brake: {max-retry: 2}' "auth: [{plain: $PWD/users}]"
    start server env -u GSSTAP_TRACE "$GSSTAP" run -p p.bin -o server.pcapng -- "$PYTHON" "$TOP/tests/hosts/brake_tries.py" 'tcp://127.0.0.1:*' \
        wrong@127.0.0.1+ wrong@127.0.0.1+ right@127.0.0.1 touch held await changed right@127.0.0.1+
    wait_until 60 test -e held
    policy 'brake: {max-retry: 4}' "auth: [{plain: $PWD/users}]"
    touch changed
    finish server
    [ "$(cat server.out)" = $'denied\ndenied\nturned away\nin' ]
    told 1 '.event == "brake" and .brake == "ended" and (.reason | test("another policy"))'
}

@test "a client that GSSAPI denies storms no more, and what it was denied for is let in when its time is over" {
    policy 'brake: {max-retry: 3, ban-time: 3}' 'inject: [{bind: "*"}]'
    printf 'gss: {peers: {deny: ["mallory@*"]}}\n' >>p.yaml
    "$GSSTAP" policy compile -o p.bin p.yaml
    serves
    client mallory stock mallory 127.0.0.1 set gssapi_service_principal zmq@localhost
    wait_until 60 a_trace '.event == "brake" and .brake == "ended" and .address == "127.0.0.1" and .turned_away > 5'
    order 5 '(.event == "handshake" and .outcome == "refused") or .address' refused refused refused begun ended
    halt mallory
    client alice client alice 127.0.0.1
    finish alice
    finish server
    grep -qx "got from alice" server.out
}

@test "a principal is held wherever it comes from, and others of its address's are not" {
    policy 'brake: {max-retry: 3}' 'auth: [{gssapi: ["alice@*"]}]' 'inject: [{bind: "*"}]'
    serves
    client mallory client mallory 127.0.0.2
    wait_until 60 a_trace '.event == "brake" and .brake == "begun" and .principal == "mallory@GSSTAP.TEST"'
    told 1 '.event == "brake" and .brake == "begun" and .address == "127.0.0.2"'
    halt mallory
    client mallory client mallory 127.0.0.3
    wait_until 60 a_trace '.event == "handshake" and .outcome == "refused" and (.reason | test("zmq.brake: its principal"))'
    told 0 '.event == "authentication" and .address == "127.0.0.3"'
    told 3 '.event == "authentication" and .zap_status == 400'
    client alice client alice 127.0.0.3
    finish alice
    finish server
    grep -qx "got from alice" server.out
}

@test "a client without security storms no more" {
    policy 'brake: {max-retry: 4, ban-time: 2}' 'inject: [{bind: "*"}]'
    serves
    start bare env -u GSSTAP_TRACE "$BUILD/hosts/zpair" socket REQ set linger 0 connect "tcp://127.0.0.1:$PORT" send "from bare" recv
    wait_until 60 a_trace '.event == "brake" and .brake == "ended" and .turned_away > 5'
    halt bare
    order 6 '.event == "brake" or (.event == "handshake" and (.reason | test("one-sided")))' failed failed failed begun failed ended
}

@test "who fails for want of a key here is not counted" {
    policy 'brake: {max-retry: 2}' 'inject: [{bind: "*"}]'
    PORT=$(free_port)
    : >empty.keytab
    secured "$PWD/p.bin"
    start server "${WITH[@]}" GSSTAP_TRACE="$PWD/server.pcapng" KRB5_KTNAME="$PWD/empty.keytab" "$BUILD/hosts/zpair" \
        socket REP bind "tcp://127.0.0.1:$PORT" touch up answer 1
    wait_until 20 test -e up
    client alice client alice 127.0.0.1
    wait_until 60 times 4 '.event == "handshake" and .outcome == "failed"'
    halt alice
    told 0 '.event == "brake"'
}

@test "fail2ban reads the line, by the expression that the page has" {
    policy 'brake: {max-retry: 2}' "auth: [{plain: $PWD/users}]"
    tries 'tcp://127.0.0.1:*' wrong@127.0.0.7+ wrong@127.0.0.7+
    "$GSSTAP" decode --format json -e brake server.pcapng >brake.log
    lines 1 brake.log .
    mandoc -T utf8 "$TOP/doc/gsstap-policy.5" | col -b | sed -n 's/^[[:space:]]*\(\(failregex\|datepattern\) = .*\)/\1/p' >filter
    "$PYTHON" - <<'END'
import re
filter = dict(line.rstrip("\n").split(" = ", 1) for line in open("filter"))
for name, pattern in (("%%Y", r"\d{4}"), ("%%m", r"\d\d"), ("%%d", r"\d\d"), ("%%H", r"\d\d"), ("%%M", r"\d\d"), ("%%S", r"\d\d"), ("%%z", r"(?:Z|[+-]\d{4})")):
    filter["datepattern"] = filter["datepattern"].replace(name, pattern)
line, = open("brake.log")
date = re.search(filter["datepattern"], line)
# fail2ban takes the date out before it looks for the rest.
rest = line[:date.start()] + line[date.end():]
subnet = r"(?P<host>(?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f:]+)(?:/(?P<cidr>\d+))?"
expression = re.compile(filter["failregex"].replace("<SUBNET>", subnet))
assert expression.search(rest)["host"] == "127.0.0.7"
six = expression.search(rest.replace("127.0.0.7", "2001:db8:1:2::/64"))
assert six["host"] == "2001:db8:1:2::" and six["cidr"] == "64"
assert not expression.search(rest.replace("begun", "ended"))
assert not expression.search(rest.replace('"enforce"', '"audit"'))
assert not expression.search(rest.replace("127.0.0.7", "ipc:uid=1000"))
END
    if command -v fail2ban-regex; then
        { echo '[Definition]'; cat filter; } >filter.conf
        run -0 fail2ban-regex "$PWD/brake.log" "$PWD/filter.conf" # a name without a / it takes for an expression
        [[ $output == *"1 matched"* ]]
    fi
}

@test "counted is the principal that was proved, whatever the program's ZAP handler calls it" {
    policy 'engine: wire' 'brake: {max-retry: 1}'
    PORT=$(free_port)
    secured "$PWD/p.bin"
    start server "${WITH[@]}" GSSTAP_TRACE="$PWD/server.pcapng" "$BUILD/hosts/zap_server" REP 400 nobody "tcp://127.0.0.1:$PORT" "ipc://$PWD/gives" up
    wait_until 20 test -e up
    start alice env KRB5CCNAME="$GSSTAP_REALM/ccache/alice" "$PYTHON" "$TOP/tests/hosts/topics.py" "$PORT" malformed
    wait_until 30 a_trace '.event == "brake" and .principal'
    has_line server.out "^asked .* 'alice@GSSTAP.TEST'"
    told 1 '.event == "brake" and .principal == "alice@GSSTAP.TEST" and (.reason | test("READY is malformed"))'
}
