#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# sshd, which executes itself again, writes its title over its environment, parts into processes of which one is in a
# seccomp sandbox, and gives the session an environment of its own: a login with GSSAPI and a delegated ticket.

# shellcheck disable=SC2154 # $stderr is set by run --separate-stderr
bats_require_minimum_version 1.5.0
load helper

setup_file() {
    [ "$(id -u)" = 0 ]
    mkdir -p /run/sshd
    realm_up -u root -s host@localhost
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ssh-keygen -q -t ed25519 -N '' -f hostkey
    port=$(free_port)
    cat >sshd_config <<E
Port $port
ListenAddress 127.0.0.1
HostKey $PWD/hostkey
GSSAPIAuthentication yes
GSSAPIStrictAcceptorCheck no
PasswordAuthentication no
KbdInteractiveAuthentication no
PubkeyAuthentication no
UsePAM no
PermitRootLogin yes
StrictModes no
PidFile none
E
}

teardown() {
    [ -z "${pid:-}" ] || { kill "$pid" 2>/dev/null || :; wait "$pid" || :; }
}

# sshd_up COMMAND...: runs sshd under this, until stop_sshd.
sshd_up() {
    rm -f sshd.log # what the one before said is not to be taken for this one's
    "$@" /usr/sbin/sshd -D -e -f "$PWD/sshd_config" 2>sshd.log 3>&- &
    pid=$!
    wait_until 20 has_line sshd.log 'Server listening'
}

sshd_down() {
    local status=0
    kill "$pid"
    wait "$pid" || status=$?
    pid=
    return $status
}

log_in() {
    ssh -F none -p "$port" -o BatchMode=yes -o GSSAPIAuthentication=yes -o GSSAPIDelegateCredentials=yes \
        -o PreferredAuthentications=gssapi-with-mic -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
        -o LogLevel=ERROR root@localhost "$@"
}

@test "what a login delegates is kept by rule, beside what sshd keeps of it" {
    mkdir kept
    printf 'version: 1\ngss: {match: [{program: /usr/sbin/sshd, store: "FILE:%s/kept/%%principal"}]}\n' "$PWD" >p.yaml
    sshd_up "$GSSTAP" run -p p.yaml -o sshd-%p.pcapng
    run -0 --separate-stderr log_in 'klist | grep ^Default'
    [[ $output == *root@GSSTAP.TEST ]]
    klist -c "FILE:$PWD/kept/root@GSSTAP.TEST" | grep krbtgt
    [ "$(stat -c %a kept/*)" = 600 ]
    sshd_down || :
}

# The sanitizer's runtime makes system calls of its own in sshd's sandbox, which kills for them.
# bats test_tags=bare
@test "a login by ssh with a delegated ticket is in the trace, and works as without" {
    sshd_up
    run -0 --separate-stderr log_in 'klist -s && env | cut -d= -f1 | sort'
    bare=$output
    [[ $bare == *KRB5CCNAME* ]]
    sshd_down || :
    sshd_up "$GSSTAP" run -o sshd-%p.pcapng
    run -0 --separate-stderr log_in 'klist -s && env | cut -d= -f1 | sort'
    [ "$output" = "$bare" ]
    [ -z "$stderr" ]
    sshd_down || :
    # The sandboxed child, which a forbidden system call would kill, has come to its end.
    run ! grep -iE 'killed|seccomp|audit.*sig=31|fatal' sshd.log
    grep -q 'Accepted gssapi-with-mic for root' sshd.log
    trace_json sshd-*.pcapng >events
    # By its name at start, not by the titles that it writes over all of that: what stood behind may be anything.
    jq -e -s 'map(select(.event == "process").args) | length > 0 and all((.[0] | endswith("/sshd")) and all(.[1:][]; . == "(hidden)"))' events
    jq -se 'any(.[]; .event == "handshake" and .outcome == "established" and .role == "acceptor"
        and .initiator == "root@GSSTAP.TEST" and (.flags_ret | index("deleg")))' events
    jq -se 'any(.[]; .event == "call" and .call == "gss_verify_mic" and .major == 0)' events
    # The session's shell got an environment without us: recorded, and named.
    jq -se 'any(.[]; .event == "exec" and .function == "execve" and (.missing | test("LD_PRELOAD")))' events
    grep -q 'ran unobserved: it was given an environment' sshd.log
    # A policy that is made of what sshd did allows it.
    "$GSSTAP" policy suggest sshd-*.pcapng >suggested.yaml
    run -0 --separate-stderr "$GSSTAP" policy test suggested.yaml sshd-*.pcapng
    [[ ${lines[0]} == *" none would have been refused." ]]
}

@test "what a login executes is followed where that is asked for" {
    sshd_up "$GSSTAP" run --follow-exec -o sshd-%p.pcapng
    run -0 --separate-stderr log_in 'echo "$LD_PRELOAD $GSSTAP_TRACE"'
    [[ $output == *libgsstap.so*" $PWD/sshd-%p.pcapng" ]]
    sshd_down || :
    run ! grep unobserved sshd.log
}
