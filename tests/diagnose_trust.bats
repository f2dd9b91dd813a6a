#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A trace is somebody else's word: what it names is looked at only where looking can do nothing.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup_file() {
    diagnose_up
    cd "$BATS_FILE_TMPDIR"
    # A library that leaves a mark where it is loaded.
    cat >mark.c <<'EOF'
#include <fcntl.h>
#include <unistd.h>
__attribute__((constructor)) static void mark(void) { close(open(MARK, O_CREAT | O_WRONLY, 0600)); }
EOF
    gcc -shared -fPIC -DMARK="\"$PWD/loaded\"" -o mark.so mark.c
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    CONFIG=$KRB5_CONFIG
    LOADED=$BATS_FILE_TMPDIR/loaded
    rm -f "$LOADED"
}

# left_alone WHY: doctor loaded nothing, and says of the keytab why it did not look.
left_alone() {
    [ -e "$LOADED" ] # the program itself did
    rm "$LOADED"
    doctor denied
    [ ! -e "$LOADED" ]
    only GT0099
    jq -es --arg why "$1" '[.[].not_looked_at // [] | .[]] | any(test($why))' found || { cat found; return 1; }
}

@test "a krb5.conf that names a module of libkrb5's is not read because a trace says so" {
    { echo "module $BATS_FILE_TMPDIR/mark.so:here"; cat "$CONFIG"; } >module.conf
    handshake denied S_KRB5_CONFIG="$PWD/module.conf" S_KRB5_KTNAME="FILE:$PWD/none"
    left_alone "keytab: the trace names $PWD/module.conf as KRB5_CONFIG, which has libkrb5 load a module"
    # It would be loaded: the caller's own choice.
    KRB5_CONFIG=$PWD/module.conf doctor denied
    [ -e "$LOADED" ]
}

@test "nor is one that has plugins" {
    { cat "$CONFIG"; printf '[plugins]\n\thostrealm = {\n\t\tmodule = mark:%s/mark.so\n\t}\n' "$BATS_FILE_TMPDIR"; } >plugins.conf
    handshake denied S_KRB5_CONFIG="$PWD/plugins.conf" S_KRB5_KTNAME="FILE:$PWD/none"
    left_alone 'load a module or read further files'
}

@test "nor is one that others can write, or that is neither the caller's nor root's" {
    cp "$CONFIG" open.conf
    handshake denied S_KRB5_CONFIG="$PWD/open.conf" S_KRB5_KTNAME="FILE:$PWD/none"
    doctor denied
    only GT0006 # nothing is wrong with it so far
    chmod 666 open.conf
    touch "$LOADED"
    left_alone 'open.conf as KRB5_CONFIG, which can be written by others'
    chmod 644 open.conf
    chown 12345 open.conf
    touch "$LOADED"
    left_alone "which is neither yours nor root's"
}

@test "what a trace calls a keytab is opened only if it is a file" {
    handshake denied S_KRB5_KTNAME="FILE:$PWD/none"
    mkfifo none
    timeout 20 "$GSSTAP" doctor denied >out || [ $? = 1 ]
    grep GT0006 out
    rm none
    ln -s /dev/zero none
    timeout 20 "$GSSTAP" doctor denied >out || [ $? = 1 ]
    grep GT0006 out
}

@test "no directory is made of what a trace calls a ticket cache" {
    handshake denied C_KRB5CCNAME="DIR:$PWD/made"
    rm -rf made
    doctor denied
    only GT0001
    finds GT0001 '.cause | test("DIR:.*/made.*, which does not exist")'
    [ ! -e made ]
    # Nor where the caller has the same setting.
    KRB5CCNAME=DIR:$PWD/made doctor denied
    only GT0001
    [ ! -e made ]
}

@test "a principal that looks like an option is none in a command" {
    kadmin.local -q 'addprinc -pw secret \-rogue'
    kinit -c FILE:rogue '\-rogue' <<<secret
    kvno -q -c FILE:rogue host/localhost
    kadmin.local -q 'cpw -randkey host/localhost'
    kadmin.local -q "ktadd -norandkey -k $PWD/new.keytab host/localhost"
    handshake old C_KRB5CCNAME="FILE:$PWD/rogue" S_KRB5_KTNAME="FILE:$PWD/new.keytab"
    doctor old
    only GT0009
    finds GT0009 ".remedy | any(.command == \"kinit -c FILE:$PWD/rogue -- '-rogue@GSSTAP.TEST'\")"
}
