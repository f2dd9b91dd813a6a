#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# gsstap report: one page of all that traces come to, looked at in a real browser.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup_file() {
    diagnose_up
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# two_and_one: two handshakes that are established and one that fails, in the directory traces.
two_and_one() {
    mkdir traces
    for each in one two; do
        handshake $each
        [ "$CLIENT_STATUS" = 0 ]
        cp $each/client.pcapng traces/$each-client.pcapng
        cp $each/server.pcapng traces/$each-server.pcapng
    done
    WANTED=nosuch@localhost handshake three
    [ "$CLIENT_STATUS" != 0 ]
    cp three/client.pcapng traces/three-client.pcapng
}

@test "the page is filtered, sorted and opened by clicks, and can be read on a phone and without scripts" {
    two_and_one
    run -0 --separate-stderr "$GSSTAP" report -o report.html traces
    [ -z "$output$stderr" ]
    [ "$(stat -c %a report.html)" = 600 ]
    HOME=$PWD XDG_CONFIG_HOME=$PWD TMPDIR=$PWD timeout 100 "$PYTHON" "$TOP/tests/browse.py" report.html shot.png
    [ "$(stat -c %s shot.png)" -gt 20000 ]
}

@test "it says what went wrong first, then all handshakes, refusals, encryption types, coverage" {
    two_and_one
    "$GSSTAP" report -o - traces >report.html
    grep -o 'GT0003\|<h2>[A-Za-z ]*' report.html | uniq >order
    cat order
    cmp order - <<'END'
<h2>What went wrong
GT0003
<h2>Handshakes
<h2>Refusals
<h2>Encryption types of sessions over time
<h2>Coverage
END
    grep -q 'aes256-cts-hmac-sha1-96: 2' report.html
    grep -q 'AP-REQ host/localhost@GSSTAP.TEST kvno' report.html
    grep -q "gss-client calls gss_ functions of libgssapi_krb5.so.2: seen" report.html
}

@test "of a failed handshake the heading has both names, as the table has" {
    printf '%s\n' 'addent -password -p host/localhost@GSSTAP.TEST -k 1 -e aes256-cts' wrong "wkt $PWD/wrong.keytab" | ktutil
    handshake wrong S_KRB5_KTNAME="FILE:$PWD/wrong.keytab"
    "$GSSTAP" report -o report.html wrong
    grep -E '^<tr>.*<td>alice@GSSTAP.TEST</td><td>host/localhost@GSSTAP.TEST</td>' report.html
    grep -E '<summary><span class=bad>.*</time> alice@GSSTAP.TEST &rarr; host/localhost@GSSTAP.TEST</summary>' report.html
}

@test "no name in a trace becomes markup" {
    "$PYTHON" "$TOP/tests/forge.py" t.pcapng '
evil = "<script>owned=1</script>\"><img src=x onerror=owned=1>\x27&\x1b[31m"
process(exe=evil, command=evil, host=evil, boot="b", started=1)
event("coverage", object=evil, family=evil, library=evil, reached=1, how=evil)
event("refused", call=CALLS["gss_wrap"], subject=evil, rule=evil, reason=evil)
handshake(role=1, outcome=2, initiator=evil, acceptor=evil, reason=evil, major=851968)
handshake(role=2, outcome=1, initiator=evil, acceptor=evil)'
    "$GSSTAP" report -o report.html t.pcapng
    [ "$(grep -c '<script>' report.html)" = 1 ]
    [ "$(grep -o '<img' report.html | wc -l)" = 0 ]
    run ! grep -q $'\033' report.html
    grep -q '&lt;script&gt;owned=1&lt;/script&gt;' report.html
}

@test "traces without a handshake, damaged ones, and wrong usage are told" {
    "$PYTHON" "$TOP/tests/forge.py" t.pcapng 'process(exe="/x", command="x")'
    "$GSSTAP" report -o report.html t.pcapng
    grep -q 'Nothing was found in what was observed' report.html
    grep -q 'None is in these traces' report.html
    { cat t.pcapng; head -c 100 t.pcapng; } >cut.pcapng
    run -1 "$GSSTAP" report -o report.html cut.pcapng
    [[ $output == *cut.pcapng* ]]
    grep -q 'Not all of the traces could be read' report.html
    run -1 --separate-stderr "$GSSTAP" doctor cut.pcapng
    [[ $output == *"Not all of the traces could be read: there may be more."* ]]
    run -2 "$GSSTAP" report t.pcapng
    [[ $output == *"-o FILE is missing"* ]]
    run -2 "$GSSTAP" report -o x.html
    [[ $output == *"give the traces"* ]]
    run -2 "$GSSTAP" report -o t.pcapng t.pcapng
    [[ $output == *"is one of the traces"* ]]
    run -1 "$GSSTAP" report -o /nodir/x.html t.pcapng
    [[ $output == *"/nodir/x.html: No such file"* ]]
}
