#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0025: a program that gains privileges obeys no environment.

bats_require_minimum_version 1.5.0
load helper
load diagnose

teardown() {
    [ -z "${open:-}" ] || rm -r "$open"
}

# client: a copy of gss-client that others may execute, at $open/client.
client() {
    open=$(mktemp -d /tmp/diagnose-bats-XXXXXX)
    chmod 755 "$open"
    cp "$(command -v gss-client)" "$open/client"
}

# executes [COMMAND...]: a shell under these words executes the client and fails; the traces are in the fresh directory DIR.
executes() {
    mkdir "$DIR"
    chmod 777 "$DIR"
    run "$@" "$GSSTAP" run -o "$DIR/t-%p.pcapng" -- sh -c "$open/client -port 1 localhost host@localhost hello; :"
}

traces() {
    find "$1" -name '*.pcapng' | wc -l
}

@test "a set-user-ID program of Kerberos is found by who executed it, and can be seen without the bit" {
    client
    chown nobody "$open/client"
    chmod 4755 "$open/client"
    DIR=bit executes
    [[ $output == *"client ran unobserved: it gains privileges"* ]]
    doctor bit
    only GT0025
    finds GT0025 ".cause | test(\"$open/client gains privileges: KRB5CCNAME\")"
    finds GT0025 '.evidence | any(test("^sh executed it, and it left no trace$")) and any(test("is set-user-ID")) and any(test("linked with libgssapi_krb5.so.2"))'
    finds GT0025 '.initiator == null and .acceptor == null'
    run -0 "$GSSTAP" decode bit/*.pcapng
    [[ $output == *"executed $open/client by execve: it gains privileges, and its loader ignores the environment"* ]]
    doctor bit
    remedy GT0025 1
    DIR=none executes
    [[ $output != *unobserved* ]]
    [ "$(traces none)" = 0 ]
}

@test "so is one whose executor cleans the environment" {
    client
    chown nobody "$open/client"
    chmod 4755 "$open/client"
    mkdir bit
    "$GSSTAP" run --follow-exec -o bit/t-%p.pcapng -- sh -c "env -u LD_PRELOAD $open/client -port 1 localhost host@localhost hello; :"
    doctor bit
    only GT0025
}

@test "however it is executed, it fails or works as it does without gsstap" {
    client
    chown nobody "$open/client"
    chmod 4755 "$open/client"
    cat >spawn.py <<'END'
import os, subprocess, sys
print(subprocess.run([sys.argv[1]]).returncode, os.spawnlp(os.P_WAIT, sys.argv[1], sys.argv[1]), os.waitstatus_to_exitcode(os.waitpid(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)[1]))
os.chmod(sys.argv[1], 0o4600)
try:
    os.execv(sys.argv[1], sys.argv[1:])
except OSError as error:
    print(error.errno)
END
    mkdir with
    run "$PYTHON" spawn.py "$open/client"
    without=$output
    chmod 4755 "$open/client"
    run --separate-stderr "$GSSTAP" run -o with/t-%p.pcapng -- "$PYTHON" spawn.py "$open/client"
    diff <(echo "$without" | grep '^[0-9 ]*$') <(echo "$output" | grep '^[0-9 ]*$')
    trace_json with/*.pcapng | jq -c 'select(.event == "exec")'
    [ "$(trace_json with/*.pcapng | jq -s 'map(select(.event == "exec")) | length')" = 3 ]
}

@test "whether the kernel gives privileges is what counts: not to who has them, on a mount without them, or under no_new_privs" {
    client
    chmod 4755 "$open/client"
    DIR=owner executes
    [ "$(traces owner)" = 0 ]
    [[ $output != *unobserved* ]]
    chown nobody "$open/client"
    chmod 4755 "$open/client"
    DIR=noprivs executes setpriv --no-new-privs
    [ "$(traces noprivs)" = 0 ]
    [[ $output != *unobserved* ]]
    DIR=nosuid executes unshare -m sh -c 'mount --bind "$0" "$0" && mount -o remount,bind,nosuid "$0" && exec "$@"' "$open"
    [ "$(traces nosuid)" = 0 ]
    [[ $output != *unobserved* ]]
}

@test "file capabilities are privileges for who is not root" {
    client
    setcap cap_net_raw+ep "$open/client"
    DIR=root executes
    [ "$(traces root)" = 0 ]
    [[ $output != *unobserved* ]]
    DIR=$open/nobody executes setpriv --reuid nobody --clear-groups
    # Under a filter, such as a container's, they are not asked for.
    if ! grep -q '^Seccomp:.*0$' /proc/self/status; then
        [ "$(traces "$open/nobody")" = 0 ]
        return
    fi
    doctor "$open/nobody"
    only GT0025
    finds GT0025 '.evidence | any(test("has file capabilities"))'
}

@test "one that gains privileges and has nothing to do with Kerberos makes no trace" {
    client
    cp --preserve=all "$(command -v su)" "$open/client"
    DIR=$open/su executes setpriv --reuid nobody --clear-groups
    [[ $output == *"client ran unobserved: it gains privileges"* ]]
    [ "$(traces "$open/su")" = 0 ]
}

@test "a program that gains privileges and has nothing to do with Kerberos is none" {
    mkdir su
    "$GSSTAP" run --follow-exec -o su/t-%p.pcapng -- sh -c 'env -u LD_PRELOAD su -h >/dev/null; :'
    healthy su
}
