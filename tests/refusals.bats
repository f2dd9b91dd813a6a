#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What people read when a policy refuses: by the words of ssh and sshd, curl and a web server, psql and PostgreSQL, and
# programs in Python, each told which rule it was, and where.
# timeout: 240

# shellcheck disable=SC2154 # $stderr is set by run --separate-stderr
bats_require_minimum_version 1.5.0
load helper
load wire

REFUSED="refused by the gsstap policy"

setup_file() {
    [ "$(id -u)" = 0 ]
    mkdir -p /run/sshd
    realm_up -u root -s host@localhost -s HTTP@localhost -s postgres@localhost
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    printf 'version: 1\ngss:\n  peers:\n    allow: [nobody@GSSTAP.TEST]\n' >peers.yaml
    printf 'version: 1\ngss:\n  enctypes: {ticket: rc4}\n' >tickets.yaml
    port=$(free_port)
}

teardown() {
    stop_all
    [ -z "${open:-}" ] || rm -r "$open"
}

# under POLICY COMMAND...: its words come in $output.
under() {
    run "$GSSTAP" run -l off -p "$1.yaml" -- "${@:2}"
    echo "$output"
}

@test "curl tells which rule refused its web server, and a web server which rule refused its client" {
    start web "$PYTHON" "$TOP/tests/hosts/web.py" "$port"
    wait_until 60 has_line web.out listens
    local ask=(curl -v -sS --noproxy '*' --negotiate -u : "http://localhost:$port/")
    run -0 "${ask[@]}"
    [[ $output == *root@GSSTAP.TEST* ]]
    under peers "${ask[@]}"
    [[ $output == *"gss_init_sec_context() failed: The operation is forbidden by local security policy. $REFUSED: gss.peers.allow, line 4 of peers.yaml."* ]]
    under tickets "${ask[@]}"
    [[ $output == *"$REFUSED: gss.enctypes.ticket, line 3 of tickets.yaml."* ]]
    [[ $output != *"Authorization: Negotiate"* ]]
    stop_all
    port=$(free_port)
    start judged "$GSSTAP" run -l off -p peers.yaml -- "$PYTHON" "$TOP/tests/hosts/web.py" "$port"
    wait_until 60 has_line judged.out listens
    run -0 curl -sS --noproxy '*' --negotiate -u : "http://localhost:$port/"
    [[ $output == *"$REFUSED: gss.peers.allow, line 4 of peers.yaml" ]]
}

@test "ssh and sshd tell which rule refused a login" {
    ssh-keygen -q -t ed25519 -N '' -f hostkey
    printf '%s\n' "Port $port" 'ListenAddress 127.0.0.1' "HostKey $PWD/hostkey" 'GSSAPIAuthentication yes' \
        'GSSAPIStrictAcceptorCheck no' 'PasswordAuthentication no' 'KbdInteractiveAuthentication no' \
        'PubkeyAuthentication no' 'UsePAM no' 'PermitRootLogin yes' 'StrictModes no' 'PidFile none' 'LogLevel DEBUG' >sshd_config
    local login=(ssh -v -F none -p "$port" -o BatchMode=yes -o GSSAPIAuthentication=yes -o PreferredAuthentications=gssapi-with-mic
        -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@localhost)
    start bare /usr/sbin/sshd -D -e -f "$PWD/sshd_config"
    wait_until 60 has_line bare.out 'Server listening'
    run -0 "${login[@]}" true
    under peers "${login[@]}" true
    [ "$status" = 255 ]
    [[ $output == *"$REFUSED: gss.peers.allow, line 4 of peers.yaml"* ]]
    stop_all
    start judged "$GSSTAP" run -l off -p peers.yaml -- /usr/sbin/sshd -D -e -f "$PWD/sshd_config"
    wait_until 60 has_line judged.out 'Server listening'
    run -255 "${login[@]}" true
    wait_until 60 has_line judged.out "$REFUSED: gss.peers.allow, line 4 of peers.yaml"
}

@test "psql and PostgreSQL tell which rule refused a connection" {
    local bin ask judged who as=(setpriv --reuid nobody --clear-groups)
    bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | tail -1)
    open=$(mktemp -d /tmp/refusals-bats-XXXXXX)
    cp "$KRB5_CONFIG" "$open/krb5.conf"
    cp "$GSSTAP_REALM/krb5.keytab" peers.yaml "$open"
    chown -R nobody "$open"
    export PGHOST=localhost PGHOSTADDR=127.0.0.1 PGPORT=$port PGUSER=root PGDATABASE=postgres PGGSSENCMODE=require
    ask=(psql -Atc 'select principal, encrypted from pg_stat_gssapi where pid = pg_backend_pid()')
    (cd "$open" && "${as[@]}" "$bin/initdb" -D "$open/data" -A trust -U root --no-sync >initdb.out)
    echo 'hostgssenc all all 127.0.0.1/32 gss include_realm=0' >"$open/data/pg_hba.conf"
    cd "$open"
    for who in bare judged; do
        judged=()
        [ $who = bare ] || judged=("$GSSTAP" run -l off -p peers.yaml --)
        start $who "${as[@]}" env TMPDIR="$open" KRB5_CONFIG="$open/krb5.conf" "${judged[@]}" "$bin/postgres" -D "$open/data" -p "$port" -k "$open" \
            -c listen_addresses=127.0.0.1 -c krb_server_keyfile="$open/krb5.keytab" -c fsync=off
        wait_until 60 has_line $who.out 'ready to accept connections'
        if [ $who = bare ]; then
            run -0 "${ask[@]}"
            [ "$output" = "root@GSSTAP.TEST|t" ]
            under peers "${ask[@]}"
            [ "$status" = 2 ]
            [[ $output == *"could not initiate GSSAPI security context: "*"$REFUSED: gss.peers.allow, line 4 of peers.yaml" ]]
        else
            run -2 "${ask[@]}"
            wait_until 60 has_line $who.out "could not accept GSSAPI security context|$REFUSED: gss.peers.allow, line 4 of peers.yaml"
        fi
        kill -INT "${PID[$who]}"
        finish $who
    done
    cat judged.out
    grep "$REFUSED: gss.peers.allow, line 4 of peers.yaml" judged.out
}

@test "Python tells which rule refused a context, and ZeroMQ that it is not permitted" {
    under peers "$PYTHON" -c 'import gssapi
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
gssapi.SecurityContext(name=name, usage="initiate").step()'
    [[ $output == *"gssapi.raw.exceptions.UnauthorizedError: "*"$REFUSED: gss.peers.allow, line 4 of peers.yaml" ]]
    printf 'version: 1\nzmq: {unsecured: refuse}\n' >unsecured.yaml
    under unsecured "$PYTHON" -c 'import errno, zmq
s = zmq.Context().socket(zmq.REP)
for call in s.bind, s.connect:
    try:
        call("tcp://127.0.0.1:5555")
    except zmq.ZMQError as error:
        print(error, error.errno == errno.EACCES, zmq.strerror(error.errno))'
    [ "$output" = "Permission denied True Permission denied"$'\n'"Permission denied True Permission denied" ]
}

@test "the file is named by what it was compiled from, and not any more when another policy is in force" {
    "$GSSTAP" policy compile -o p.bin peers.yaml
    mkdir elsewhere
    mv p.bin elsewhere
    cat >twice.py <<'E'
import os, sys, time, gssapi
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
def told():
    try:
        gssapi.SecurityContext(name=name, usage="initiate").step()
    except gssapi.exceptions.GSSError as error:
        return str(error)
print(told())
os.rename("new.bin", "elsewhere/p.bin")
while ".allow" in (text := told()):
    time.sleep(0.05)  # poll
print(text)
E
    printf 'version: 1\ngss:\n  peers:\n    deny: ["*"]\n' >others.yaml
    "$GSSTAP" policy compile -o new.bin others.yaml
    run -0 timeout 60 env LD_PRELOAD="$PRELOAD" GSSTAP_POLICY="$PWD/elsewhere/p.bin" "$PYTHON" twice.py
    echo "$output"
    [[ ${lines[0]} == *"$REFUSED: gss.peers.allow, line 4 of peers.yaml" ]]
    [[ ${lines[1]} == *"$REFUSED: gss.peers.deny, line 4" ]]
}
