#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# gsstap realm: what a command finds in its realm, how signals and exit statuses pass, and that nothing remains.

# What is in single quotes is expanded by the command in the realm; each test is a subshell.
# shellcheck disable=SC2016,SC2030,SC2031
bats_require_minimum_version 1.5.0
load helper

setup() {
    # A directory of the test's own: what remains in it is the realm's.
    export TMPDIR=$BATS_TEST_TMPDIR/tmp
    mkdir -p "$TMPDIR"
}

nothing_remains() {
    [ -z "$(ls -A "$TMPDIR")" ]
}

no_process() {
    ! kill -0 "$1" 2>/dev/null
}

teardown() {
    [ -z "${PID:-}" ] || kill -KILL "$PID" 2>/dev/null || :
}

# realm ARG...: in the background, with its own process id in PID; DIR and KDC are its directory and its KDC.
realm_in_background() {
    mkfifo "$BATS_TEST_TMPDIR/up"
    UP=$BATS_TEST_TMPDIR/up "$GSSTAP" realm "$@" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    PID=$!
    # <>: opening it does not wait for somebody who writes.
    read -r -t 20 DIR <>"$BATS_TEST_TMPDIR/up" || { cat "$BATS_TEST_TMPDIR/out"; return 1; }
    KDC=$(cat "$DIR/kdc.pid")
}

# ends STATUS: the realm in the background does, with this exit status.
ends() {
    local status=0
    wait_until 20 gone "$PID"
    wait "$PID" || status=$?
    unset PID
    [ $status = "$1" ] || { echo "exit status $status, not $1"; cat "$BATS_TEST_TMPDIR/out"; return 1; }
}

# Says where the realm is, and then waits for ever.
waiting='echo "$GSSTAP_REALM" >"$UP"; exec tail -f /dev/null'

@test "without options there is a user with a ticket and a key for host@localhost and for this machine" {
    run -0 "$GSSTAP" realm -- sh -c 'klist && kvno host/localhost "host/$(hostname | tr A-Z a-z)" && klist -k'
    [[ $output == *"Default principal: $(id -un)@GSSTAP.TEST"* ]]
    [[ $output == *" host/localhost@GSSTAP.TEST"* ]]
    nothing_remains
}

@test "it is quiet unless asked, and -v names the realm, the users and the services" {
    run -0 "$GSSTAP" realm -- true
    [ -z "$output" ]
    run -0 "$GSSTAP" realm -v -r OTHER.TEST -u carol -s ldap@localhost -- true
    [[ $output == *"realm OTHER.TEST: KDC "*"users: carol"*"services: ldap/localhost"* ]]
}

@test "every user has a ticket, a keytab and a password that work; the first is the default" {
    run -0 "$GSSTAP" realm -u alice -u bob/admin -s zmq@localhost -- sh -e -c '
        klist | grep "Default principal: alice@GSSTAP.TEST"
        cd "$GSSTAP_REALM"
        klist -c ccache/bob@admin | grep "Default principal: bob/admin@GSSTAP.TEST"
        export KRB5CCNAME=FILE:$GSSTAP_REALM/ccache/other
        kinit -kt client/bob@admin bob/admin && kinit alice <password/alice && kvno zmq/localhost'
    nothing_remains
}

@test "services are taken in both forms; each has a keytab of its own and all share KRB5_KTNAME" {
    run -0 "$GSSTAP" realm -s zmq@localhost -s HTTP/Web.Example.ORG -s zmq/localhost -s imap@%h -- sh -c '
        klist -k | sed 1,3d | sort -u; for f in "$GSSTAP_REALM"/keytab/*; do echo "${f##*/}"; klist -k "$f" | sed 1,3d | sort -u; done'
    host=$(hostname | tr '[:upper:]' '[:lower:]')
    [ "$(grep -c zmq/localhost@GSSTAP.TEST <<<"$output")" = 2 ]
    [ "$(grep -c HTTP/web.example.org@GSSTAP.TEST <<<"$output")" = 2 ]
    grep -qx "HTTP@web.example.org" <<<"$output"
    grep -qx "imap@$host" <<<"$output"
}

@test "a GSSAPI client and server work in it" {
    run -0 "$GSSTAP" realm -u alice -s host@localhost -- "$PYTHON" -c '
import gssapi
client = gssapi.SecurityContext(usage="initiate", name=gssapi.Name("host@localhost", gssapi.NameType.hostbased_service))
server = gssapi.SecurityContext(usage="accept")
client.step(server.step(client.step()))
print(server.initiator_name, server.target_name)'
    [ "$output" = "alice@GSSTAP.TEST host/localhost@GSSTAP.TEST" ]
}

@test "old encryption types work where they are asked for: a handshake with each" {
    local enctype
    for enctype in arcfour-hmac des3-cbc-sha1 aes128-cts-hmac-sha1-96; do
        run -0 "$GSSTAP" realm -u alice -s host@localhost --enctypes $enctype -- bash -c '
            server=$2/$3
            gss-server -once -port "$1" host@localhost >"$server" 2>&1 3>&- &
            # It says that it starts before it listens.
            until grep -q "$(printf ":%04X 00000000:0000 0A" "$1")" /proc/net/tcp; do sleep 0.05; done
            gss-client -port "$1" localhost host@localhost hello && wait && klist -e' bash "$(free_port)" "$BATS_TEST_TMPDIR" $enctype
        echo "$output"
        [[ $output == *"Signature verified"* ]]
        # The name that klist has for it stands for ticket and session key.
        case $enctype in arcfour*) name='(DEPRECATED:)?arcfour-hmac' ;; des3*) name='(DEPRECATED:)?des3-cbc-sha1' ;; *) name=$enctype ;; esac
        grep -A2 'host/localhost@' <<<"$output" | grep -qE "Etype \(skey, tkt\): $name, $name"
    done
}

@test "--lifetime limits every ticket, --enctypes every key" {
    run -0 "$GSSTAP" realm --lifetime 90s -- "$PYTHON" -c 'import gssapi; print(60 < gssapi.Credentials(usage="initiate").lifetime <= 90)'
    [ "$output" = True ]
    run -0 "$GSSTAP" realm --enctypes aes256-cts-hmac-sha384-192,aes128-cts -- sh -c 'klist -ke; kvno host/localhost; klist -e'
    [[ $output == *aes256-cts-hmac-sha384-192* && $output == *aes128-cts-hmac-sha1-96* ]]
    [[ $output != *aes256-cts-hmac-sha1-96* ]]
}

@test "the command's exit status is handed on, a signal as 128 and its number" {
    run -7 "$GSSTAP" realm -- sh -c 'exit 7'
    run -0 "$GSSTAP" realm true
    run -137 "$GSSTAP" realm -- sh -c 'kill -KILL $$'
    nothing_remains
}

@test "a command that is not there gives 127, one that is no program 126" {
    run -127 "$GSSTAP" realm -- no-such-program
    [[ $output == "gsstap: cannot run no-such-program: No such file or directory" ]]
    run -126 "$GSSTAP" realm -- "$TMPDIR"
    nothing_remains
}

@test "a command's own options are left to it, and so are its stdin and its output" {
    run -0 bash -c '"$1" realm -- cat -A - <<<"from outside"' bash "$GSSTAP"
    [ "$output" = 'from outside$' ]
    run -0 "$GSSTAP" realm printf '%s|' -v --keep x
    [ "$output" = '-v|--keep|x|' ]
}

@test "wrong options end with 2 and say what was expected" {
    local case
    while IFS='|' read -r arguments expected; do
        # shellcheck disable=SC2086 # split on purpose
        run -2 "$GSSTAP" realm $arguments
        case=$output
        [[ $case == *"$expected"* ]] || { echo "$arguments: $case"; return 1; }
    done <<'END'
|no COMMAND to run
-u a@B -- true|'a@B' is no user
-u ../x -- true|'../x' is no user
-u -- true|'--' is no user
-u a/ -- true|'a/' is no user
-s host -- true|'host' is no service
-s @host -- true|'@host' is no service
-s a/b/c -- true|'a/b/c' is no service
-r a/b -- true|'a/b' is no name for a realm
--lifetime 5x -- true|'5x' is no time
--lifetime 0 -- true|'0' is no time
--port 0 -- true|'0' is no port
--port 99999 -- true|'99999' is no port
--enctypes aes256-cts,rot13 -- true|'rot13' is no encryption type
--enctypes , -- true|names no encryption type
END
    nothing_remains
}

@test "names with quotes, blanks, control characters or a backslash never reach kadmin.local" {
    local name
    for name in $'a b' 'a"b' "a'b" 'a\b' $'a\nb' $'\xff' '' '-pw' 'a*' 'ä'; do
        run -2 "$GSSTAP" realm -u "$name" -- true
        run -2 "$GSSTAP" realm -s "$name@localhost" -- true
    done
    nothing_remains
}

@test "missing administration tools give 125 and the apt-get line" {
    command -v unshare >/dev/null
    # Nothing but this directory is where a tool could be.
    mkdir "$BATS_TEST_TMPDIR/empty"
    run -125 unshare -rm sh -c 'for d in /usr/sbin /usr/local/sbin; do mount --bind "$1" "$d"; done; PATH=/usr/bin exec "$2" realm -- true' \
        sh "$BATS_TEST_TMPDIR/empty" "$GSSTAP"
    [[ $output == *"is missing"*"apt-get install krb5-kdc krb5-admin-server"* ]]
}

@test "the tools need not be on PATH, and a user without privileges can make a realm" {
    local bin left become=()
    [ "$(id -u)" != 0 ] || become=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    # nobody may not enter the test's directories: a copy and a temporary directory outside.
    bin=$(mktemp -d /tmp/gsstap-test-XXXXXX)
    chmod 1777 "$bin"
    cp "$BUILD/gsstap" "$bin/gsstap"
    run "${become[@]}" env PATH=/usr/bin:/bin TMPDIR="$bin" "$bin/gsstap" realm -- \
        sh -c 'stat -c %a "$GSSTAP_REALM"; kvno host/localhost'
    left=$(ls "$bin")
    rm -rf "$bin"
    [ "$status" = 0 ]
    [[ $output == 700$'\n'*"kvno = 1"* ]]
    [ "$left" = gsstap ]
}

@test "everything in the directory is for its owner only, and no secret is in the arguments or the environment" {
    run -0 "$GSSTAP" realm -u alice -- sh -c 'cd "$GSSTAP_REALM" && find . ! -type d -perm /077; env | grep -cFf password/alice; grep -cFf password/alice *.log *.conf env || :'
    [ "$output" = $'0\n'"$(printf '%s:0\n' admin.log kdc.log kdc.conf krb5.conf env)" ] || { echo "$output"; return 1; }
}

@test "nothing of the caller's Kerberos set-up reaches the command, and KRB5_TRACE is the command's alone" {
    export KRB5_CLIENT_KTNAME=/nonexistent/k KRB5CCNAME=/nonexistent/c KRB5_TRACE=$BATS_TEST_TMPDIR/krb5.trace
    run -0 "$GSSTAP" realm -- sh -c '! env | grep nonexistent'
    [ ! -e "$KRB5_TRACE" ]
    "$GSSTAP" realm -- kvno host/localhost
    [ -s "$KRB5_TRACE" ]
}

@test "env joins a second shell to the realm, whatever characters are in the directory's name" {
    export TMPDIR="$BATS_TEST_TMPDIR/it's a \"strange\" place"
    mkdir "$TMPDIR"
    run -0 "$GSSTAP" realm -u alice -s host@localhost -- sh -c 'env -i PATH="$PATH" D="$GSSTAP_REALM" sh -c ". \"\$D/env\" && kvno host/localhost && klist"'
    [[ $output == *alice@GSSTAP.TEST* ]]
    nothing_remains
}

@test "a signal to gsstap reaches the command, and the realm is removed" {
    local signal
    for signal in TERM HUP INT; do
        rm -f "$BATS_TEST_TMPDIR/up"
        # A shell's background job ignores INT, and what nohup started HUP.
        realm_in_background -- env --default-signal sh -c "$waiting"
        kill -$signal "$PID"
        ends $((128 + $(kill -l $signal)))
        nothing_remains
        no_process "$KDC"
    done
}

@test "a command may refuse to end: gsstap waits for it" {
    realm_in_background -- bash -c 'trap "echo caught; exit 3" TERM; echo "$GSSTAP_REALM" >"$UP"; while :; do read -r -t 1 <> <(:); done'
    kill "$PID"
    ends 3
    grep -qx caught "$BATS_TEST_TMPDIR/out"
    nothing_remains
}

@test "Ctrl-C on a terminal reaches the command once" {
    run -0 timeout 30 "$PYTHON" - "$GSSTAP" <<'END'
import os, pty, signal, sys
pid, terminal = pty.fork()
command = """
import os, signal
wanted = {signal.SIGINT, signal.SIGUSR1}
signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
print("ready", flush=True)
print("first", signal.sigwait(wanted).name, flush=True)
print("then", signal.sigwait(wanted).name, flush=True)
"""
if not pid:
    os.execv(sys.argv[1], [sys.argv[1], "realm", "--", sys.executable, "-c", command])
seen = b""
def until(what):
    global seen
    while what not in seen:
        seen += os.read(terminal, 1000)
until(b"ready")
os.write(terminal, b"\x03")
until(b"first SIGINT")
# gsstap would have handed on a SIGINT before it hands on this.
os.kill(pid, signal.SIGUSR1)
until(b"then SIGUSR1")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
}

@test "a terminal that hangs up ends the command and the realm" {
    run -129 timeout 30 "$PYTHON" - "$GSSTAP" <<'END'
import os, pty, sys
pid, terminal = pty.fork()
if not pid:
    os.execv(sys.argv[1], [sys.argv[1], "realm", "--", "sh", "-c", "echo ready; exec tail -f /dev/null"])
seen = b""
while b"ready" not in seen:
    seen += os.read(terminal, 1000)
os.close(terminal)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
    nothing_remains
}

@test "after SIGKILL of gsstap the KDC, the command and the directory go as well" {
    realm_in_background -- sh -c "$waiting"
    kill -KILL "$PID"
    wait "$PID" || :
    wait_until 10 nothing_remains
    wait_until 10 gone "$KDC"
}

@test "a killed guard does not keep the directory from being removed" {
    run -0 "$GSSTAP" realm -- sh -c 'for p in $(cat /proc/$PPID/task/$PPID/children); do [ "$p" = $$ ] || [ "$p" = "$(cat "$GSSTAP_REALM/kdc.pid")" ] || kill -KILL "$p"; done'
    nothing_remains
}

@test "when the KDC ends that is said, the command goes on and everything is removed" {
    run -0 "$GSSTAP" realm -u alice -- sh -c 'kill -KILL "$(cat "$GSSTAP_REALM/kdc.pid")"; kinit -kt "$GSSTAP_REALM/client/alice" alice || echo went on'
    [[ $output == *"this realm's KDC has ended (signal 9)"* && $output == *"went on"* ]]
    nothing_remains
}

@test "a stopped KDC does not hold up the end" {
    run -0 timeout 20 "$GSSTAP" realm -- sh -c 'kill -STOP "$(cat "$GSSTAP_REALM/kdc.pid")"'
    nothing_remains
}

@test "no process of the realm holds the caller's output open" {
    # Whoever reads that output to its end would wait for the KDC.
    run -0 timeout 20 bash -c '"$1" realm -- sh -c "ls -l /proc/\$(cat \$GSSTAP_REALM/kdc.pid)/fd" | cat' bash "$GSSTAP"
    [[ $output == *"socket:"* && $output != *"pipe:"* ]] || { echo "$output"; return 1; }
}

@test "it works with stdin, stdout and stderr closed" {
    "$GSSTAP" realm --keep "$TMPDIR/kept" -- sh -c 'kvno host/localhost >"$1" 2>&1' sh "$BATS_TEST_TMPDIR/out" <&- >&- 2>&-
    grep -q "kvno = 1" "$BATS_TEST_TMPDIR/out"
}

@test "the command's descriptors, signal mask and dispositions are the caller's" {
    local show='grep -E "^Sig(Blk|Ign|Cgt)" /proc/self/status; ls /proc/self/fd'
    run -0 sh -c "trap '' HUP; exec sh -c '$show'"
    local bare=$output
    run -0 sh -c "trap '' HUP; exec \"\$0\" realm -- sh -c '$show'" "$GSSTAP"
    [ "$output" = "$bare" ] || { printf '%s\n--\n%s\n' "$bare" "$output"; return 1; }
}

@test "--keep leaves the files where it was told, and never writes into what is there" {
    run -0 "$GSSTAP" realm --keep "$TMPDIR/kept" -u alice -- sh -c 'echo "$GSSTAP_REALM"'
    [ "$output" = "$TMPDIR/kept" ]
    [ "$(stat -c %a "$TMPDIR/kept")" = 700 ]
    klist -k "$TMPDIR/kept/client/alice" | grep -q alice@GSSTAP.TEST
    run -125 "$GSSTAP" realm --keep "$TMPDIR/kept" -- true
    [[ $output == *"exists already"* ]]
    run -125 "$GSSTAP" realm --keep "$TMPDIR/no/such" -- true
}

@test "--port is used, and one that is taken is an error" {
    local port
    port=$(free_port)
    run -0 "$GSSTAP" realm --port "$port" -- sh -c 'grep kdc.= "$KRB5_CONFIG"; "$1" realm --port "$2" -- true; echo $?' sh "$GSSTAP" "$port"
    [[ $output == *"127.0.0.1:$port"* ]]
    [[ $output == *"--port: $port on 127.0.0.1 is not to be had"*125 ]]
}

@test "many realms at the same time do not answer for each other" {
    local n pids=() status=0
    for n in 1 2 3 4 5 6 7 8; do
        "$GSSTAP" realm -r "R$n.TEST" -u "user$n" -s "zmq@localhost" -- sh -c "kvno zmq/localhost && klist" >"$BATS_TEST_TMPDIR/$n" 2>&1 3>&- &
        pids+=($!)
    done
    for n in "${pids[@]}"; do
        wait "$n" || status=$?
    done
    tail -n +1 "$BATS_TEST_TMPDIR"/[1-8]
    [ $status = 0 ]
    for n in 1 2 3 4 5 6 7 8; do
        grep -q "user$n@R$n.TEST" "$BATS_TEST_TMPDIR/$n"
    done
    nothing_remains
}

@test "where ports are few, no request to the KDC meets itself before the KDC listens" {
    run -0 unshare -n "$PYTHON" "$TOP/tests/loopback.py" PORTS=40000-40015 bash -c '
        for n in {1..40}; do "$1" realm true || exit; done' bash "$GSSTAP"
    [ -z "$output" ]
}

@test "a network namespace whose loopback interface is down is named as such, at once" {
    run -125 unshare -n timeout 10 "$GSSTAP" realm -- true
    [[ $output == *"127.0.0.1"*"unreachable"*"ip link set lo up"* ]]
    nothing_remains
}

@test "a place that cannot be written gives 125 and says what to set" {
    TMPDIR=/nonexistent run -125 "$GSSTAP" realm -- true
    [[ $output == *"/nonexistent"*"set TMPDIR"* ]]
}
