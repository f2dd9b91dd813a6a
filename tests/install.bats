#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# make install: into a DESTDIR, run from there, run from where it was moved to; make uninstall leaves nothing.

load helper

setup_file() {
    export DESTDIR=$BATS_FILE_TMPDIR/dest PREFIX=/opt/gsstap
    make_target install
}

make_target() {
    # -o all: what is installed is what the other tests have tested, not what changed since.
    env -u MAKEFLAGS -u MAKELEVEL make -C "$TOP" -o all --no-print-directory BUILD="$BUILD" SAN="${SAN:-}" PREFIX="$PREFIX" \
        DESTDIR="$DESTDIR" "$1" >"$BATS_FILE_TMPDIR/log" 2>&1 || { cat "$BATS_FILE_TMPDIR/log" >&2; return 1; }
}

# traces GSSTAP: does this command find its shim: a program run by it must be watched.
traces() {
    cd "$BATS_TEST_TMPDIR"
    env LD_PRELOAD="${PRELOAD%"$SHIM"}" "$1" run -o "$BATS_TEST_TMPDIR/%n.pcapng" -- "$PYTHON" -c 'import zmq; zmq.Context().term()'
    env LD_PRELOAD="${PRELOAD%"$SHIM"}" "$1" decode --format json "$BATS_TEST_TMPDIR"/*.pcapng | grep -q '"zmq_ctx_new"'
}

@test "an installed gsstap finds its shim" {
    traces "$DESTDIR$PREFIX/bin/gsstap"
}

@test "an installed gsstap finds its shim when the whole prefix was moved" {
    cp -r "$DESTDIR$PREFIX" "$BATS_TEST_TMPDIR/moved"
    traces "$BATS_TEST_TMPDIR/moved/bin/gsstap"
}

@test "the plugin for Wireshark is installed whole" {
    cmp "$DESTDIR$PREFIX/lib/gsstap/wireshark/gsstap.lua" "$BUILD/gsstap.lua"
    "$DESTDIR$PREFIX/lib/gsstap/wireshark/gsstap-extcap" --extcap-interfaces | grep -q '^interface {value=gsstap}'
}

@test "what is installed has the usual modes and no file of the tests" {
    [ "$(stat -c %a "$DESTDIR$PREFIX/bin/gsstap")" = 755 ]
    [ "$(stat -c %a "$DESTDIR$PREFIX/lib/gsstap/libgsstap.so")" = 644 ]
    run find "$DESTDIR" -type f -not -path "$DESTDIR$PREFIX/*"
    [ -z "$output" ]
}

@test "man finds every installed page" {
    local page count=0
    for page in "$TOP"/doc/*.[1-8]; do
        page=${page##*/}
        man -M "$DESTDIR$PREFIX/share/man" -w "${page##*.}" "${page%.*}"
        count=$((count + 1))
    done
    [ $count -ge 6 ]
}

@test "the installed completion completes with the installed command" {
    # shellcheck disable=SC1090 # installed a moment ago
    run bash -c "PATH='$DESTDIR$PREFIX/bin':\$PATH; . '$DESTDIR$PREFIX/share/bash-completion/completions/gsstap'
        complete -p gsstap"
    [ "$status" = 0 ]
}

@test "uninstall removes every file that install made" {
    cp -r "$DESTDIR" "$BATS_TEST_TMPDIR/copy"
    [ "$(find "$BATS_TEST_TMPDIR/copy" -type f | wc -l)" -ge 10 ]
    DESTDIR=$BATS_TEST_TMPDIR/copy make_target uninstall
    run find "$BATS_TEST_TMPDIR/copy" -type f
    echo "$output"
    [ -z "$output" ]
}
