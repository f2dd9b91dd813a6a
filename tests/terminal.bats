#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Events on a terminal: each is a line of it, and what matters has room there.

bats_require_minimum_version 1.5.0
load helper

setup_file() {
    realm_up -u alice -s host@localhost
    cd "$BATS_FILE_TMPDIR"
    life run -o client.pcapng
    export CLIENT=$PWD/client.pcapng
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# in_terminal COLUMNS COMMAND...: what the command wrote to a terminal that is so wide.
in_terminal() {
    "$PYTHON" "$TOP/tests/in_terminal.py" "$@"
}

# life [COLUMNS] run ARG...: gss-client's, as gsstap run shows it, on a terminal where one is given.
life() {
    local port terminal=()
    port=$(free_port)
    gss-server -once -port "$port" host@localhost >server.log 2>&1 3>&- &
    SERVER=$!
    wait_until 60 has_line server.log starting
    [ "$1" = run ] || { terminal=(in_terminal "$1"); shift; }
    # shellcheck disable=SC2016 # expanded by the inner shell
    "${terminal[@]}" "$GSSTAP" "$@" -- sh -c 'exec gss-client -port "$1" localhost host@localhost hello >/dev/null' sh "$port"
    wait "$SERVER" || :
}

# fits FILE COLUMNS: as many rows as lines, no more than a screen has.
fits() {
    [ "$("$PYTHON" "$TOP/tests/in_terminal.py" rows "$2" cat "$1")" = "$(wc -l <"$1")" ]
    [ "$(wc -l <"$1")" -ge 10 ]
    [ "$(wc -l <"$1")" -le 24 ]
}

# tells FILE: who authenticated to whom, by what, and how each call ended.
tells() {
    sed $'s/\033\\[[0-9;]*m//g' "$1" >told
    cat told
    grep -qE ' handshake established.*: alice@GSSTAP.TEST -> host/local.*, krb5' told
    grep -qE ' gss_init_sec_context\(.*\[AP-REQ .*\) = (GSS_S_)?CONTINUE_NEEDED <[0-9.]+(us|ms|s)?>$' told
    grep -qE ' gss_init_sec_context\(.*\[AP-REP .*\) = (GSS_S_)?COMPLETE <[0-9.]+(us|ms|s)?>$' told
    grep -qE ' started .*/gss-client.*: gss-client -port ' told
    run ! grep -vE ' gss_[a-z_]+\(.*\) = [A-Z_]+ <[0-9.]+(us|ms|s)?>$' <(grep ' gss_[a-z_]*(' told)
}

@test "gss-client's whole life fits on one screen while it lives" {
    local columns
    for columns in 80 120; do
        life $columns run >at-$columns
        fits at-$columns $columns
        tells at-$columns
    done
    [ "$(grep -c … at-80)" -ge 5 ]
}

@test "gss-client's whole life fits on one screen when it is decoded" {
    local columns
    for columns in 80 120; do
        in_terminal $columns "$GSSTAP" decode "$CLIENT" >at-$columns
        fits at-$columns $columns
        tells at-$columns
    done
}

@test "a failure says why at 80 columns" {
    KRB5CCNAME=FILE:$PWD/none life 80 run >shown || :
    cat shown
    [ "$("$PYTHON" "$TOP/tests/in_terminal.py" rows 80 cat shown)" = "$(wc -l <shown)" ]
    grep -qF 'handshake failed -> host@localhost: No Kerberos ' shown
    grep -qF 'gss_init_sec_context(…) =' shown
    grep -qF 'NO_CRED ("No Kerberos ' shown
}

@test "nothing is cut where it is not asked for: in a file, with --full, with -v" {
    "$GSSTAP" decode --colour never "$CLIENT" >whole
    run ! grep -q … whole
    [ "$(awk 'length($0) > 200' whole | wc -l)" -ge 3 ]
    COLUMNS=80 "$GSSTAP" decode "$CLIENT" | diff whole -
    in_terminal 80 "$GSSTAP" decode --colour never --full "$CLIENT" | diff whole -
    in_terminal 80 "$GSSTAP" decode --colour never -v "$CLIENT" >verbose
    grep -vE '^ ' verbose | diff whole -
    grep -q '^    out_token:' verbose
    in_terminal 80 "$GSSTAP" decode -o kept "$CLIENT"
    diff whole kept
    life 80 run --full >lived
    tells lived
    run ! grep -q … lived
    life 80 run --text kept
    run ! grep -q … kept
    run -2 "$GSSTAP" run --full -o kept.pcapng -- true
    [[ $output == *"--full is for printing, and -o prints nothing"* ]]
    run -2 "$GSSTAP" decode --summary --full "$CLIENT"
    [[ $output == *"--summary prints no events"* ]]
}

@test "COLUMNS says how wide a terminal is" {
    COLUMNS=60 in_terminal 120 "$GSSTAP" decode "$CLIENT" >shown
    fits shown 60
    COLUMNS=120 in_terminal 80 "$GSSTAP" decode "$CLIENT" | diff - <(in_terminal 120 "$GSSTAP" decode "$CLIENT")
    COLUMNS=wide in_terminal 80 "$GSSTAP" decode "$CLIENT" | diff - <(in_terminal 80 "$GSSTAP" decode "$CLIENT")
}

@test "where the locale has no ellipsis there are three dots" {
    LC_ALL=C in_terminal 80 "$GSSTAP" decode "$CLIENT" >shown
    fits shown 80
    grep -qF '...' shown
    run ! grep -qP '[\x80-\xff]' shown
}

@test "wide characters, and those that combine, are counted, and no colour is left on, at any width" {
    local columns
    "$PYTHON" "$TOP/tests/forge.py" wide.pcapng '
name = ("管理者" * 4 + "e\u0301" * 9 + "@例え.TEST").encode()
process(command="c", exe=name, host="a", boot="b", started=1)
call("gss_init_sec_context", context=7, acceptor=name, mech=b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02", major=0x000d0000, minor=1, minor_text=name * 3)
call("gss_import_name", name=name * 9, major=0)
handshake(role=1, outcome=2, context=7, handshake=b"0123456789abcdef", initiator=name, acceptor=name, reason=name)'
    for columns in 20 21 30 41 52 63 74 80 81 82 83 99 100 101 120 133 200; do
        in_terminal $columns "$GSSTAP" decode --colour always wide.pcapng >shown
        [ "$(wc -l <shown)" = 5 ]
        [ "$("$PYTHON" "$TOP/tests/in_terminal.py" rows $columns cat shown)" = 5 ] || { cat shown; false; }
        run ! grep -vE $'^([^\033]|\033\\[[0-9;]+m[^\033]*\033\\[0m)*$' shown
    done
    in_terminal 80 "$GSSTAP" decode --colour never wide.pcapng | grep -qF 'handshake failed: 管理者'
}

@test "what is shown live has colours on a terminal, and none without" {
    life 80 run >shown
    grep -q $'\033\\[32mhandshake established' shown
    NO_COLOR=1 life 80 run >plain
    grep -q 'handshake established' plain
    run ! grep -q $'\033' plain
}

@test "a line that is cut is as wide as the terminal, and an errno's words come after names" {
    "$PYTHON" "$TOP/tests/forge.py" cut.pcapng '
process(command="c", exe="c", host="a", boot="b", started=1)
call("gss_get_name_attribute", attribute="urn:" + "a" * 90, secret=(144, b"s" * 16), major=0)
call("zmq_bind", socket=7, endpoint="tcp://a.host.of:5556", result=-1, errno=13)'
    in_terminal 80 "$GSSTAP" decode --colour never cut.pcapng >shown
    cat shown
    grep -qE '^.*gss_get_name_attribute\(attribute=urn:a+…\) = COMPLETE <0us>$' shown
    grep gss_get_name_attribute shown | grep -qE '^.{80}$'
    grep -qE 'zmq_bind\(.*endpoint=tcp://a.host.of:5556.*\) = -1 EACCES' shown
}
