#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# gsstap doctor --service: a realm where all is well, then one defect each. The line it is about fails, and where its
# remedy is a command, that is run as it stands and the line is well again.

bats_require_minimum_version 1.5.0
load helper

setup_file() {
    realm_up -u alice -u bob -s zmq@localhost -s stale@localhost -s narrow@localhost -s old@localhost -s lost@localhost -s wrong@localhost \
        -s zmq@server.gsstap.test -s only@server.gsstap.test
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    # Each test has the ticket and the keytab to itself.
    cp "$GSSTAP_REALM/ccache/alice" "$GSSTAP_REALM/krb5.keytab" .
    chmod 600 alice krb5.keytab
    export KRB5CCNAME=FILE:$PWD/alice KRB5_KTNAME=FILE:$PWD/krb5.keytab
}

teardown() {
    [ -z "${OUTSIDE:-}" ] || rm -rf "$OUTSIDE"
    [ -z "${SERVER:-}" ] || kill "$SERVER" 2>/dev/null || :
}

# doctor STATUS ARG...: runs it and keeps its lines, which are JSON each, in the file lines.
doctor() {
    local expected=$1 status=0
    shift
    "$GSSTAP" doctor --format json "$@" >lines 2>errors || status=$?
    jq -r '[.check, .state, .seen] | @tsv' lines
    [ ! -s errors ] || { cat errors; return 1; }
    [ $status = "$expected" ] || { echo "exit status $status, not $expected"; return 1; }
}

# states: the checks that are not well, in order, each with its state: "tgt=fail service=skip".
states() {
    jq -r 'select(.check != "summary" and .state != "ok") | "\(.check)=\(.state)"' lines | paste -sd' '
}

# not_well STATES: exactly these checks are not well.
not_well() {
    [ "$(states)" = "$1" ] || { echo "not well: $(states)"; return 1; }
}

# line CHECK FILTER: jq's filter holds for the line of this check.
line() {
    jq -es "map(select(.check == \"$1\")) | any(.[]; $2)" lines >/dev/null || { echo "$1: not $2"; jq -c "select(.check == \"$1\")" lines; return 1; }
}

# apply CHECK: runs the commands of this line as they stand; alice's password is on their stdin.
apply() {
    jq -r "select(.check == \"$1\") | .commands[]" lines >commands
    [ -s commands ]
    cat commands
    bash -e commands <"$GSSTAP_REALM/password/alice" >applied 2>&1 || { cat applied; return 1; }
}

# config EXPRESSION...: a krb5.conf of the test's own, the realm's as sed changes it.
config() {
    sed "$@" "$GSSTAP_REALM/krb5.conf" >krb5.conf
    export KRB5_CONFIG=$PWD/krb5.conf
}

@test "where all is well every line says so, for both sides, and nothing is changed" {
    md5sum alice krb5.keytab >before
    doctor 0 --service zmq@localhost --keytab krb5.keytab
    not_well ""
    [ "$(jq -r .check lines | paste -sd' ')" = "config names realm kdc clock cache tgt service keytab key enctypes libzmq summary" ]
    line service '.server == "zmq/localhost@GSSTAP.TEST" and .kvno == 1 and .ticket_enctype == "aes256-cts-hmac-sha1-96"'
    line kdc '.udp_us > 0 and .tcp_us > 0 and .found_in == "config"'
    line clock '.ahead_of_kdc_seconds | . >= -1 and . <= 1'
    line keytab '.keys | index("zmq/localhost@GSSTAP.TEST 1 aes256-cts-hmac-sha1-96")'
    line summary '.ok == 12 and .fail == 0'
    # Every member is on the page.
    MANWIDTH=500 mandoc -Tutf8 -O width=500 "$TOP/doc/gsstap-doctor.1" | sed "s/.\x08//g" >page
    jq -r 'keys[]' lines | sort -u >members
    [ "$(wc -l <members)" -gt 30 ]
    while read -r member; do grep -qw -e "$member" page || { echo "not on the page: $member"; return 1; }; done <members
    md5sum -c before
}

@test "the text has a line a check in the same order, and a last one that counts" {
    run -0 --separate-stderr "$GSSTAP" doctor --service zmq@localhost
    [ -z "$stderr" ]
    [ "$(awk '$1 == "ok" {print $2}' <<<"$output" | paste -sd' ')" = "config names realm kdc clock cache tgt service enctypes libzmq" ]
    [ "${lines[-1]}" = "10 checks ok, 0 warnings, 0 failures" ]
    run ! grep -q $'\e' <<<"$output"
}

@test "a principal is taken as it is, and another service as well as zmq" {
    doctor 0 --service zmq/localhost@GSSTAP.TEST
    doctor 0 --service lost@localhost --keytab "FILE:$PWD/krb5.keytab"
    line key '.principal == "lost/localhost@GSSTAP.TEST"'
}

@test "the service's side alone needs no ticket: its key logs in" {
    rm alice
    doctor 0 --service zmq@localhost --as-server
    not_well ""
    [ "$(jq -r .check lines | paste -sd' ')" = "config names realm kdc clock service keytab key enctypes libzmq summary" ]
    line key '.kdc_kvno == 1 and .keytab_kvno == 1'
    [ ! -e alice ]
}

@test "without a ticket cache: the remedy gets one, and then all is well" {
    rm alice
    doctor 1 --service zmq@localhost --client alice
    not_well "cache=fail tgt=fail service=skip"
    line cache '.reason == "missing" and (.seen | contains("KRB5CCNAME"))'
    line summary '.first == "cache"'
    apply cache
    doctor 0 --service zmq@localhost
}

@test "an expired ticket is told from a missing one, and the remedy gets another" {
    kinit -l 1s -kt "$GSSTAP_REALM/client/alice" alice
    expired() { ! klist -s; }
    wait_until 20 expired
    doctor 1 --service zmq@localhost
    not_well "tgt=fail service=skip"
    line tgt '.seen | test("^krbtgt/.* expired [0-9]+ s ago")'
    apply tgt
    doctor 0 --service zmq@localhost
}

@test "a ticket that is not valid yet is told" {
    faketime -f -1d "$GSSTAP" doctor --format json --service zmq@localhost >lines && return 1
    line tgt '.state == "fail" and (.seen | contains("is valid from"))'
    line clock '.state == "fail" and .ahead_of_kdc_seconds < -86000'
}

@test "a cache with service tickets only, or of somebody else, is told" {
    kinit -S zmq/localhost -kt "$GSSTAP_REALM/client/alice" alice
    doctor 1 --service zmq@localhost
    not_well "tgt=fail service=skip"
    cp "$GSSTAP_REALM/ccache/bob" alice
    doctor 1 --service zmq@localhost --client alice
    line cache '.state == "fail" and .client == "bob@GSSTAP.TEST" and (.seen | contains("none of alice@GSSTAP.TEST"))'
    apply cache
    doctor 0 --service zmq@localhost --client alice
}

@test "in a collection of caches the client's is looked for" {
    mkdir caches
    export KRB5CCNAME=DIR:$PWD/caches
    kinit -kt "$GSSTAP_REALM/client/alice" alice
    kinit -kt "$GSSTAP_REALM/client/bob" bob
    doctor 0 --service zmq@localhost
    line cache '.client == "bob@GSSTAP.TEST" and .type == "DIR"'
    doctor 0 --service zmq@localhost --client alice
    line cache '.client == "alice@GSSTAP.TEST"'
}

@test "looking at a collection of caches makes none, and no pipe in it is waited for" {
    export KRB5CCNAME=DIR:$PWD/caches
    doctor 1 --service zmq@localhost --client alice
    not_well "cache=fail tgt=fail service=skip"
    line cache '.reason == "missing" and (.seen | contains("no ticket cache DIR:"))'
    [ ! -e caches ]
    KRB5CCNAME=DIR::$PWD/caches/tkt doctor 1 --service zmq@localhost
    [ ! -e caches ]
    # One that is there gets no file.
    mkdir caches
    doctor 1 --service zmq@localhost
    line cache '.reason == "missing"'
    [ -z "$(ls caches)" ]
    cp alice caches/tkt
    doctor 0 --service zmq@localhost
    line cache '.client == "alice@GSSTAP.TEST"'
    [ "$(ls caches)" = tkt ]
    mkfifo caches/tkt2
    status=0
    timeout 20 "$GSSTAP" doctor --format json --service zmq@localhost --client bob >lines || status=$?
    [ $status = 1 ]
    line cache '.state == "fail" and .reason == "malformed" and (.seen | contains("caches/tkt2 is no regular file"))'
    rm -r caches
    doctor 1 --service zmq@localhost --client alice
    apply cache
    doctor 0 --service zmq@localhost
}

@test "where kinit can put no tickets a file is named" {
    for KRB5CCNAME in MEMORY: KCM: FOO:bar; do
        doctor 1 --service zmq@localhost --client alice
        line tgt ".state == \"fail\" and (.remedy | any(startswith(\"kinit gets none into $KRB5CCNAME\")))"
        line tgt '.commands[0] | startswith("export KRB5CCNAME=FILE:/tmp/")'
    done
}

@test "a cache that others can read is a warning, one that is none a failure" {
    chmod 644 alice
    doctor 0 --service zmq@localhost
    not_well "cache=warn"
    apply cache
    doctor 0 --service zmq@localhost
    not_well ""
    echo "no tickets in here" >alice
    doctor 1 --service zmq@localhost --client alice
    line cache '.state == "fail" and .reason == "malformed"'
    apply cache
    doctor 0 --service zmq@localhost
}

@test "a client that the KDC does not know is told" {
    doctor 1 --service zmq@localhost --client carol
    line tgt '.state == "fail" and (.seen | contains("the KDC does not know carol@GSSTAP.TEST"))'
    line tgt '.commands | any(contains("addprinc carol@GSSTAP.TEST"))'
}

@test "a KDC that hangs, and one that is gone, are told apart, and nobody is waited for long" {
    run -0 "$GSSTAP" realm -u alice -s zmq@localhost -- bash -c '
        kill -STOP "$(cat "$GSSTAP_REALM/kdc.pid")"
        "$GSSTAP" doctor --format json --service zmq@localhost; echo "status $?"
        kill -KILL "$(cat "$GSSTAP_REALM/kdc.pid")"
        until "$GSSTAP" doctor --format json --service zmq@localhost | tee gone | grep -q '\''"tcp_error":"ECONNREFUSED"'\''; do sleep 0.05; done'
    grep -qx "status 1" <<<"$output"
    grep '^{' <<<"$output" >lines
    not_well "kdc=fail clock=skip service=skip"
    line kdc '.udp_error == "ETIMEDOUT" and .tcp_error == "ETIMEDOUT" and (.remedy | length) == 2'
    cp gone lines
    line kdc '.tcp_error == "ECONNREFUSED"'
}

@test "an unreachable KDC beside one that answers is a warning; a wrong port alone a failure" {
    local port
    port=$(free_port)
    config "s/^\t\tkdc = .*/\t\tkdc = 127.0.0.1:$port\n&/"
    doctor 0 --service zmq@localhost
    not_well "kdc=warn"
    config "s/^\t\tkdc = .*/\t\tkdc = 127.0.0.1:$port/"
    doctor 1 --service zmq@localhost
    not_well "kdc=fail clock=skip service=skip"
    line kdc '.remedy[1] | contains("GSSTAP.TEST in [realms] of '"$PWD"'/krb5.conf")'
}

@test "where nobody listens on the only port there is, no socket that met itself is taken for a KDC" {
    config 's/^\t\tkdc = .*/\t\tkdc = 127.0.0.1:40000/'
    unshare -n "$PYTHON" "$TOP/tests/loopback.py" PORTS=40000-40000 "$GSSTAP" doctor --format json --service zmq@localhost >lines && return 1
    line kdc '.state == "fail" and .udp_error == "ECONNREFUSED" and .tcp_error == "ECONNREFUSED"'
}

@test "a KDC that only TCP gets through to is a warning, and tickets are got" {
    "$PYTHON" -c 'import os, socket, sys
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
open("port.new", "w").write(str(s.getsockname()[1]))
os.rename("port.new", "port")
while True:
    c = s.accept()[0]
    kdc = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    kdc.sendall(c.recv(9999))
    c.sendall(kdc.recv(9999))' "$(sed -n 's/.*kdc = 127.0.0.1://p' "$GSSTAP_REALM/krb5.conf")" 3>&- &
    SERVER=$!
    wait_until 20 test -e port
    config "s/^\t\tkdc = .*/\t\tkdc = 127.0.0.1:$(cat port)/"
    doctor 0 --service zmq@localhost
    not_well "kdc=warn"
    line kdc '.udp_error == "ECONNREFUSED" and .tcp_us > 0 and (.remedy | length) == 1 and (.remedy[0] | startswith("let UDP through to "))'
}

@test "a KDC whose datagrams get lost is asked again, and called slow" {
    "$PYTHON" -c 'import os, socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
open("port.new", "w").write(str(s.getsockname()[1]))
os.rename("port.new", "port")
kdc = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
kdc.connect(("127.0.0.1", int(sys.argv[1])))
s.recv(9999)
while True:
    request, client = s.recvfrom(9999)
    kdc.send(request)
    s.sendto(kdc.recv(9999), client)' "$(sed -n 's/.*kdc = 127.0.0.1://p' "$GSSTAP_REALM/krb5.conf")" 3>&- &
    SERVER=$!
    wait_until 20 test -e port
    config "s/^\t\tkdc = .*/\t\tkdc = 127.0.0.1:$(cat port)/"
    doctor 0 --service zmq@localhost
    not_well "kdc=warn"
    line kdc '.udp_us > 900000 and .udp_error == null and (.seen | contains("that is slow"))'
}

@test "what answers and is no KDC is told" {
    "$PYTHON" -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
open("port.new", "w").write(str(s.getsockname()[1]))
import os
os.rename("port.new", "port")
c = s.accept()[0]
c.recv(1)
c.send(b"\0\0\0\5hello" * 99)
c.recv(99999)
c.shutdown(1)
c.recv(1)' 3>&- &
    wait_until 20 test -e port
    config "s/^\t\tkdc = .*/\t\tkdc = 127.0.0.1:$(cat port)/"
    doctor 1 --service zmq@localhost
    line kdc '.state == "fail" and .tcp_error == "EPROTO"'
    wait
}

@test "a realm without a KDC, and a host of KDCs without an address, are told" {
    config '/^\t\tkdc = /d'
    doctor 1 --service zmq@localhost
    not_well "kdc=fail clock=skip service=skip"
    config 's/^\t\tkdc = .*/\t\tkdc = nowhere.invalid/'
    doctor 1 --service zmq@localhost
    line kdc '.named == "nowhere.invalid" and (.seen | contains("it has no address"))'
}

# name_server ARG...: dnsmasq on this file's own 127.0.0.1, which knows nothing but what these options say.
name_server() {
    "$(PATH=$PATH:/usr/sbin command -v dnsmasq)" --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --user=root \
        --pid-file= --listen-address=127.0.0.1 --bind-interfaces "$@" >dns 2>&1 3>&- &
    SERVER=$!
    echo 'nameserver 127.0.0.1' >resolv.conf
    config '/^\t\tkdc = /d; s/dns_lookup_kdc = .*/dns_lookup_kdc = true/'
}

# by_name_server: doctor asks it; for wait_until, since it is no server at once.
by_name_server() {
    unshare -m sh -c 'mount --bind resolv.conf "$(readlink -f /etc/resolv.conf)" && exec "$0" "$@"' \
        "$GSSTAP" doctor --format json --service zmq@localhost >lines
}

@test "KDCs are found by DNS where krb5.conf has none" {
    local port
    port=$(sed -n 's/.*kdc = 127.0.0.1://p' "$GSSTAP_REALM/krb5.conf")
    name_server --address=/kdc.gsstap.test/127.0.0.1 --srv-host=_kerberos._udp.gsstap.test,kdc.gsstap.test,"$port" \
        --srv-host=_kerberos._tcp.gsstap.test,kdc.gsstap.test,"$port"
    wait_until 20 by_name_server
    line kdc '.found_in == "dns" and .named == "kdc.gsstap.test:'"$port"'" and .address == "127.0.0.1:'"$port"'" and .udp_us > 0 and .tcp_us > 0'
}

@test "a KDC that libkrb5 alone finds, by a URI record, is no failure" {
    local port uri
    port=$(sed -n 's/.*kdc = 127.0.0.1://p' "$GSSTAP_REALM/krb5.conf")
    uri=$(printf '\0\1\0\1krb5srv:m:udp:127.0.0.1:%s' "$port" | od -An -v -tx1 | tr -d ' \n')
    name_server --dns-rr=_kerberos.gsstap.test,256,"$uri"
    wait_until 20 by_name_server
    not_well ""
    line kdc '.found_in == "libkrb5" and .library_us > 0'
    line clock '.ahead_of_kdc_seconds | . >= -1 and . <= 1'
}

@test "a proxy that nobody reaches a KDC through is told" {
    config "s,^\t\tkdc = .*,\t\tkdc = https://127.0.0.1:$(free_port)/KdcProxy,"
    doctor 1 --service zmq@localhost
    not_well "kdc=fail clock=skip service=skip"
    line kdc '.seen | contains("is a proxy for GSSTAP.TEST; libkrb5 reaches no KDC through it")'
}

@test "name services that do not answer hold it up for seconds only, and are told" {
    "$PYTHON" -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 53))
open("up", "w")
while True: s.recv(512)' 3>&- &
    SERVER=$!
    wait_until 20 test -e up
    echo 'nameserver 127.0.0.1' >resolv.conf
    config '/^\t\tkdc = /d; s/dns_lookup_kdc = .*/dns_lookup_kdc = true/'
    SECONDS=0
    unshare -m sh -c 'mount --bind resolv.conf "$(readlink -f /etc/resolv.conf)" && exec "$0" "$@"' \
        "$GSSTAP" doctor --format json --service zmq@elsewhere.gsstap.test >lines && return 1
    [ $SECONDS -le "$(slack 12)" ]
    line names '.state == "fail" and (.seen | contains("name services do not answer"))'
    line kdc '.state == "fail" and (.seen | contains("do not tell in time"))'
}

@test "a clock that is ahead: a minute is a warning, more than is allowed a failure" {
    faketime -f +100s "$GSSTAP" doctor --format json --service zmq@localhost >lines
    not_well "clock=warn"
    faketime -f +400s "$GSSTAP" doctor --format json --service zmq@localhost >lines && return 1
    not_well "clock=fail service=fail"
    line clock '.ahead_of_kdc_seconds | . >= 399 and . <= 401'
    line service '.seen | contains("Clock skew too great")'
}

@test "a service that the KDC does not know: the remedy makes it and gives the host its key" {
    doctor 1 --service made@localhost --keytab krb5.keytab
    not_well "service=fail keytab=fail key=skip"
    line service '.seen == "the KDC gives no ticket for made/localhost@GSSTAP.TEST: it does not know it, or has locked it"'
    line keytab '.seen | contains("has no key of made/localhost@GSSTAP.TEST, but of ")'
    apply service
    doctor 0 --service made@localhost --keytab krb5.keytab
    line key '.kdc_kvno == .keytab_kvno'
    # The same by the service's own key, and by another's of the keytab when it is gone.
    doctor 0 --service made@localhost --as-server
    kadmin.local -q "modprinc -allow_tix made/localhost" >/dev/null
    doctor 1 --service made@localhost --as-server
    line key '.state == "fail" and (.seen | contains("has locked made/localhost@GSSTAP.TEST"))'
    kadmin.local -q "delprinc -force made/localhost" >/dev/null
    doctor 1 --service made@localhost --as-server
    not_well "service=fail key=skip"
    line service '.code == -1765328377'
}

@test "a key of a realm whose database is elsewhere is asked for there" {
    config 's/^\[domain_realm\]/&\n\tlocalhost = THERE.TEST/; s/^\tdefault_realm = .*/\tdefault_realm = HERE.TEST/'
    doctor 1 --service made@localhost --keytab krb5.keytab
    line keytab ".commands[0] == \"kadmin -r THERE.TEST -q 'ktadd -norandkey -k krb5.keytab made/localhost@THERE.TEST'\""
    line keytab '.remedy | any(contains("extract-keys"))'
}

@test "a keytab that is out of date: the remedy brings the key of now" {
    cp krb5.keytab before
    kadmin.local -q "cpw -randkey stale/localhost" >/dev/null
    doctor 1 --service stale@localhost --keytab krb5.keytab
    not_well "key=fail"
    line key '.kdc_kvno == 2 and .keytab_kvno == 1 and (.seen | contains("out of date"))'
    doctor 1 --service stale@localhost --as-server
    line key '.state == "fail" and (.seen | contains("another key of stale/localhost@GSSTAP.TEST"))'
    kadmin.local -q "modprinc +requires_preauth stale/localhost" >/dev/null
    doctor 1 --service stale@localhost --as-server
    line key '.state == "fail" and (.seen | contains("another key of stale/localhost@GSSTAP.TEST"))'
    # It would ask clients' tickets for it, too.
    kadmin.local -q "modprinc -requires_preauth stale/localhost" >/dev/null
    apply key
    doctor 0 --service stale@localhost --keytab krb5.keytab
    doctor 0 --service stale@localhost --as-server
}

@test "a key that is another one of the same version is taken out, as far as it is in the way, and the right one put in" {
    kadmin.local -q "ktadd -norandkey -k both.keytab wrong/localhost zmq/localhost" >/dev/null
    kadmin.local -q "cpw -randkey wrong/localhost" >/dev/null
    kadmin.local -q "modprinc -kvno 1 wrong/localhost" >/dev/null
    for flag in -requires_preauth +requires_preauth; do
        cp both.keytab same.keytab
        kadmin.local -q "modprinc $flag wrong/localhost" >/dev/null
        KRB5_KTNAME=same.keytab doctor 1 --service wrong@localhost --as-server
        line key '.state == "fail" and (.seen | contains("another key of wrong/localhost@GSSTAP.TEST"))'
        KRB5_KTNAME=same.keytab apply key
        cmp both.keytab same.keytab.old
        kadmin.local -q "modprinc -requires_preauth wrong/localhost" >/dev/null
        KRB5_KTNAME=same.keytab doctor 0 --service wrong@localhost --as-server
        line key '.kdc_kvno == 1 and .keytab_kvno == 1'
        [ "$(klist -k same.keytab | grep -c zmq/localhost)" = 2 ]
    done
}

@test "without the KDC's database at hand a remedy is kadmin's, and its line says what that needs" {
    KRB5_KDC_PROFILE=$PWD/none.conf doctor 1 --service zmq@localhost --keytab none.keytab
    line keytab '.commands[0] == "kadmin -q '"'ktadd -norandkey -k none.keytab zmq/localhost@GSSTAP.TEST'"'"'
    line keytab '.remedy | any(contains("the privilege extract-keys") and contains("keytabs with the old one are of no use"))'
    # The KDC's package brings a kdc.conf, and no database.
    sed "s:$GSSTAP_REALM/principal:$PWD/absent:" "$GSSTAP_REALM/kdc.conf" >packaged.conf
    KRB5_KDC_PROFILE=$PWD/packaged.conf doctor 1 --service zmq@localhost --keytab none.keytab
    line keytab '.commands[0] | startswith("kadmin -q")'
    printf '[realms]\n GSSTAP.TEST = {\n database_name = %s/absent\n }\n' "$PWD" >packaged.conf
    KRB5_KDC_PROFILE=$PWD/packaged.conf doctor 1 --service zmq@localhost --keytab none.keytab
    line keytab '.commands[0] | startswith("kadmin -q")'
    doctor 1 --service zmq@localhost --keytab none.keytab
    line keytab '(.commands[0] | startswith("kadmin.local -q")) and (.remedy | all(contains("extract-keys") | not))'
}

@test "a keytab without the ticket's encryption type: the remedy brings it" {
    kadmin.local -q "ktadd -norandkey -k all.keytab narrow/localhost" >/dev/null
    # ktutil's list: the key of aes256 goes.
    printf 'rkt all.keytab\ndelent 1\nwkt narrow.keytab\n' | ktutil >/dev/null
    doctor 1 --service narrow@localhost --keytab narrow.keytab
    not_well "key=fail"
    line key '.kdc_enctype == "aes256-cts-hmac-sha1-96" and (.seen | contains("not with that"))'
    apply key
    doctor 0 --service narrow@localhost --keytab narrow.keytab
}

@test "a keytab that is ahead of the KDC is told" {
    kadmin.local -q "ktadd -norandkey -k one.keytab lost/localhost" >/dev/null
    kadmin.local -q "ktadd -k ahead.keytab lost/localhost" >/dev/null
    # The database goes back to what it was, as on a replica that lags behind.
    printf 'rkt ahead.keytab\nwkt two.keytab\n' | ktutil >/dev/null
    kadmin.local -q "delprinc -force lost/localhost" >/dev/null
    kadmin.local -q "addprinc -randkey lost/localhost" >/dev/null
    doctor 1 --service lost@localhost --keytab two.keytab
    line key '.kdc_kvno == 1 and .keytab_kvno == 2 and (.seen | contains("is ahead"))'
}

@test "a ticket of an old key in the client's cache is told, and thrown away by the remedy" {
    kvno -q old/localhost
    doctor 0 --service old@localhost
    line ticket '.state == "ok" and .kvno == 1'
    kadmin.local -q "ktadd -k krb5.keytab old/localhost" >/dev/null
    doctor 0 --service old@localhost
    not_well "ticket=warn"
    # The keytab keeps the old key, until somebody takes it out.
    doctor 0 --service old@localhost --keytab krb5.keytab
    not_well ""
    kadmin.local -q "ktrem -k krb5.keytab old/localhost old" >/dev/null
    doctor 1 --service old@localhost --keytab krb5.keytab
    not_well "ticket=fail"
    apply ticket
    doctor 0 --service old@localhost --keytab krb5.keytab
    not_well ""
}

@test "a keytab that is missing, empty, no keytab or everybody's is told" {
    doctor 1 --service zmq@localhost --keytab none.keytab
    line keytab '.state == "fail" and .reason == "missing"'
    line key '.state == "skip"'
    apply keytab
    doctor 0 --service zmq@localhost --keytab none.keytab
    : >empty.keytab
    doctor 1 --service zmq@localhost --keytab empty.keytab
    line keytab '.state == "fail" and .reason == "empty"'
    apply keytab
    doctor 0 --service zmq@localhost --keytab empty.keytab
    echo "no keytab" >text.keytab
    doctor 1 --service zmq@localhost --keytab text.keytab
    line keytab '.state == "fail" and .reason == "malformed"'
    apply keytab
    doctor 0 --service zmq@localhost --keytab text.keytab
    mkfifo pipe.keytab
    doctor 1 --service zmq@localhost --keytab pipe.keytab
    line keytab '.state == "fail" and (.seen | contains("pipe.keytab is no regular file"))'
    # Keytabs elsewhere are what they were.
    doctor 0 --service zmq@localhost --as-server
    line key '.kdc_kvno == 1'
    chmod 644 krb5.keytab
    doctor 0 --service zmq@localhost --as-server
    not_well "keytab=warn"
    apply keytab
    doctor 0 --service zmq@localhost --as-server
    not_well ""
}

# A keytab cut anywhere is no keytab, or one with fewer keys: never a crash.
@test "every beginning of a keytab and of a ticket cache is survived" {
    local size
    for size in $(seq 0 17 "$(stat -c %s krb5.keytab)"); do
        head -c "$size" "$GSSTAP_REALM/krb5.keytab" >krb5.keytab
        head -c "$size" "$GSSTAP_REALM/ccache/alice" >alice
        status=0
        "$GSSTAP" doctor --service zmq@localhost --keytab krb5.keytab >text 2>errors || status=$?
        [ $status -le 1 ]
        tail -n 1 text | grep -q ' ok, '
    done
}

@test "a keytab that the program's user may not read is told, and the remedy gives it away" {
    local dir
    # Not below the test's own directory: nobody may not enter that.
    dir=$(mktemp -d /tmp/doctor.XXXXXX)
    OUTSIDE=$dir
    chmod 755 "$dir"
    cp krb5.keytab "$GSSTAP_REALM/krb5.conf" "$GSSTAP" "$dir"
    chmod 644 "$dir/krb5.conf"
    chmod 600 "$dir/krb5.keytab"
    as_nobody() {
        KRB5_CONFIG=$dir/krb5.conf KRB5_KTNAME=$dir/krb5.keytab setpriv --reuid=nobody --regid=nogroup --clear-groups \
            "$dir/gsstap" doctor --format json --service zmq@localhost --as-server >lines
    }
    ! as_nobody || return 1
    not_well "service=skip keytab=fail key=skip"
    line keytab '.reason == "denied" and .owner == "root" and .mode == "0600"'
    apply keytab
    as_nobody
    not_well ""
    chmod 600 "$dir/krb5.conf"
    chown root "$dir/krb5.conf"
    as_nobody || :
    not_well "config=fail"
    line config '.seen | contains("krb5.conf cannot be read by this user; libkrb5 cannot be used: Permission denied")'
    apply config
    as_nobody
}

@test "an address instead of a host: the name is told, and works" {
    doctor 1 --service zmq@127.0.0.1
    line names '.state == "fail" and .is_address'
    line service '.state == "fail" and (.remedy[0] | contains("not for its address"))'
    jq -r 'select(.check == "names") | .commands[0]' lines | sed "s,^gsstap,\"$GSSTAP\"," >commands
    bash -e commands >text
    grep -q '^ok   service' text
}

@test "a host without an address is a warning: Kerberos does not need one" {
    config 's/^\[domain_realm\]/&\n\tserver.gsstap.test = GSSTAP.TEST/'
    doctor 0 --service zmq@server.gsstap.test
    not_well "names=warn"
}

@test "a host's name that libkrb5 replaces by another is told, and the remedy keeps it" {
    # What /etc/hosts calls it comes first on its line.
    printf '127.0.0.1 localhost server.gsstap.test\n' >hosts
    config 's/dns_canonicalize_hostname = .*/dns_canonicalize_hostname = true/'
    replaced() {
        unshare -m sh -c 'mount --bind hosts /etc/hosts && exec "$0" "$@"' "$GSSTAP" doctor --format json --service "$1" >lines
    }
    # Where the other name is known as well it is how many realms live.
    replaced zmq@server.gsstap.test
    line names '.principal == "zmq/localhost@GSSTAP.TEST"'
    replaced only@server.gsstap.test && return 1
    not_well "names=warn service=fail"
    line names '.remedy[0] | endswith("dns_canonicalize_hostname = false")'
    config 's/x/x/'
    replaced only@server.gsstap.test
    not_well ""
    line names '.principal == "only/server.gsstap.test@GSSTAP.TEST"'
}

@test "no default realm: a failure where the host has none either, and the remedy is a line of krb5.conf" {
    config '/default_realm/d'
    doctor 0 --service zmq@localhost
    not_well "realm=warn"
    jq -r 'select(.check == "realm") | .remedy[0] | sub(".*: "; "")' lines >setting
    config '/default_realm/d; /localhost = /d'
    doctor 0 --service zmq@localhost
    line realm '.state == "warn" and (.seen | contains("the KDC says: zmq/localhost@GSSTAP.TEST"))'
    doctor 1 --service zmq@localhost --as-server
    line realm '.state == "fail" and (.seen | contains("there is no default realm"))'
    config "s/.*default_realm.*/$(cat setting)/"
    doctor 0 --service zmq@localhost
    not_well ""
}

@test "a krb5.conf that libkrb5 does not take: the line is named" {
    config 's/x/x/'
    printf '# the end\n[realms\n[domain_realm]\n' >>krb5.conf
    doctor 1 --service zmq@localhost
    [ "$(jq -r .check lines | paste -sd' ')" = "config libzmq summary" ]
    number=$(grep -n '^\[realms$' krb5.conf | cut -d: -f1)
    line config ".state == \"fail\" and (.seen | contains(\"krb5.conf, line $number: \"))"
    EDITOR=$BATS_TEST_TMPDIR/editor
    printf '#!/bin/sh\nexec sed -i "${1#+}d" "$2"\n' >editor
    chmod +x editor
    export EDITOR
    apply config
    doctor 0 --service zmq@localhost
}

@test "a configuration that is not there is told" {
    KRB5_CONFIG=$PWD/none.conf doctor 1 --service zmq@localhost
    line config '.state == "warn" and (.seen | contains("none.conf does not exist"))'
    KRB5_CONFIG=$PWD/none.conf:$KRB5_CONFIG doctor 0 --service zmq@localhost
    not_well "config=warn"
}

@test "encryption types that one side does not permit are told, and the remedy permits them" {
    config 's/^\[libdefaults\]/&\n\tpermitted_enctypes = aes128-cts-hmac-sha256-128/'
    doctor 1 --service zmq@localhost --as-server
    line enctypes '.state == "fail" and .permitted == ["aes128-cts-hmac-sha256-128"] and (.seen | contains("none is"))'
    line enctypes '.remedy | any(contains("all keytabs with the old one are of no use"))'
    apply enctypes
    doctor 0 --service zmq@localhost --as-server
    line enctypes '.state == "ok"'
    kadmin.local -q "cpw -randkey -e aes256-cts:normal,aes128-cts:normal zmq/localhost" >/dev/null
    kadmin.local -q "modprinc -kvno 1 zmq/localhost" >/dev/null
    rm krb5.keytab
    kadmin.local -q "ktadd -norandkey -k krb5.keytab zmq/localhost" >/dev/null
    config 's/^\[libdefaults\]/&\n\tpermitted_enctypes = aes128-cts-hmac-sha1-96/'
    doctor 1 --service zmq@localhost --keytab krb5.keytab
    not_well "tgt=fail service=fail key=skip"
    line tgt '.seen | contains("its session key is of aes256-cts-hmac-sha1-96, which is not permitted here")'
    apply tgt
    doctor 1 --service zmq@localhost --keytab krb5.keytab
    not_well "enctypes=fail"
    line enctypes '.state == "fail" and (.remedy[0] | startswith("add aes256-cts-hmac-sha1-96 to permitted_enctypes"))'
}

@test "the list of encryption types that a KDC is asked with counts, whatever is permitted, and so does a service's own" {
    config 's/^\[libdefaults\]/&\n\tdefault_tgs_enctypes = aes128-cts/'
    doctor 1 --service zmq@localhost
    line tgt '.seen | contains("its session key is of aes256-cts-hmac-sha1-96, which is not permitted here")'
    line tgt ".remedy == [\"add aes256-cts-hmac-sha1-96 to default_tgs_enctypes in [libdefaults] of $PWD/krb5.conf, or remove that line\"]"
    sed -i '/default_tgs_enctypes/s/$/ aes256-cts-hmac-sha1-96/' krb5.conf
    doctor 0 --service zmq@localhost
    kadmin.local -q 'setstr zmq/localhost session_enctypes arcfour-hmac'
    doctor 1 --service zmq@localhost
    not_well "service=fail"
    line service '.seen | contains("takes none of the encryption types that it is asked with for a session key of zmq/localhost@GSSTAP.TEST")'
    line service '[.commands[] | select(contains("delstr"))] == ["kadmin.local -q '"'delstr zmq/localhost@GSSTAP.TEST session_enctypes'"'"]'
    kadmin.local -q 'delstr zmq/localhost@GSSTAP.TEST session_enctypes'
    doctor 0 --service zmq@localhost
}

@test "encryption that can be broken is a warning" {
    run -0 "$GSSTAP" realm -u alice -s zmq@localhost --enctypes arcfour-hmac -- "$GSSTAP" doctor --format json --service zmq@localhost
    cat >lines <<<"$output"
    line service '.state == "warn" and .ticket_enctype == "arcfour-hmac"'
}

@test "a libzmq that cannot be loaded is a failure for zmq, and none for another service" {
    mkdir lib
    : >lib/libzmq.so.5
    LD_LIBRARY_PATH=$PWD/lib doctor 1 --service zmq@localhost
    not_well "libzmq=fail"
    line libzmq '(tostring | test("apt-get install libzmq5")) and (.remedy | any(test("zmq.inject")))'
    LD_LIBRARY_PATH=$PWD/lib doctor 0 --service lost@localhost
    not_well "libzmq=skip"
}

@test "names may hold anything: the terminal is spared, and commands quote them" {
    run -1 "$GSSTAP" doctor --service $'zmq@a\e[31mb' --keytab "it's; touch bad"
    [[ $output == *'\x1b[31mb'* ]]
    [[ $output != *$'\e'* ]]
    doctor 1 --service zmq@localhost --keytab "it's; touch bad"
    apply keytab
    [ -s "it's; touch bad" ]
    [ ! -e bad ]
}

@test "wrong usage says what to do instead" {
    local wrong
    run -2 "$GSSTAP" doctor
    [[ $output == *"say which service to check, such as --service zmq@"* ]]
    for wrong in zmq zmq@ @localhost zmq@a@b zmq/ zmq/a@b@c ""; do
        run -2 "$GSSTAP" doctor --service "$wrong"
        [[ $output == *"--service: '$wrong' is no service: SERVICE@HOST"* ]]
    done
    run -2 "$GSSTAP" doctor --service zmq@localhost --format xml
    [[ $output == *"--format is text or json"* ]]
    run -2 "$GSSTAP" doctor --service zmq@localhost --as-server --client alice
    [[ $output == *"--client is about the client's side"* ]]
    run -2 "$GSSTAP" doctor --service zmq@localhost --keytab ""
    [[ $output == *"--keytab names no file"* ]]
    for wrong in "" a@b@c a/b@c@d; do
        run -2 "$GSSTAP" doctor --service zmq@localhost --client "$wrong"
        [[ $output == *"--client: '$wrong' is no principal, such as alice"* ]]
    done
    run -2 "$GSSTAP" doctor zmq@localhost
    [[ $output == *"zmq@localhost: No such file or directory"*"a service is named by --service"* ]]
    run -2 "$GSSTAP" doctor --service zmq@localhost trace.pcapng
    [[ $output == *"--service looks at no traces"* ]]
    run -2 "$GSSTAP" doctor --keytab /etc/krb5.keytab trace.pcapng
    [[ $output == *"go with --service"* ]]
    run -2 "$GSSTAP" doctor --explain GT4711
    [[ $output == *"'GT4711' is no finding; --explain all lists them"* ]]
}

@test "on a terminal it says what it waits for, and takes that away again" {
    script -qec '"$GSSTAP" doctor --service zmq@localhost >text' typescript
    grep -q 'asking the KDCs \.\.\.' typescript
    # The last of it erases the line.
    [ "$(grep -a -v '^Script' typescript | tr -d '\r\n' | tail -c 3)" = $'\e[K' ]
    run ! grep -q asking text
}

# Two realms, of which the second believes the first's tickets and has the service.
@test "a service in another realm: the KDCs of both are asked" {
    "$GSSTAP" realm -r HERE.TEST -u alice -s host@here.test -- bash -e -c '
        export FIRST=$GSSTAP_REALM FIRST_CACHE=$KRB5CCNAME
        kadmin.local -q "addprinc -pw shared krbtgt/THERE.TEST@HERE.TEST" >/dev/null
        "$GSSTAP" realm -r THERE.TEST -u bob -s zmq@localhost -- bash -e -c "
            kadmin.local -q \"addprinc -pw shared krbtgt/THERE.TEST@HERE.TEST\" >/dev/null
            export KRB5CCNAME=\$FIRST_CACHE KRB5_CONFIG=\$KRB5_CONFIG:\$FIRST/krb5.conf
            \"\$GSSTAP\" doctor --format json --service zmq@localhost >both"' >text 2>&1 || { cat text both; return 1; }
    cp both lines
    not_well ""
    line kdc '.realm == "HERE.TEST"'
    line kdc '.realm == "THERE.TEST"'
    line service '.server == "zmq/localhost@THERE.TEST"'
}

@test "a report that cannot be written is an error" {
    run -1 bash -c '"$GSSTAP" doctor --service zmq@localhost >/dev/full'
    [[ $output == *"writing the report: No space left on device"* ]]
}
