#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# timeout: 240
# network: the npm package is fetched from its registry, once
#
# Every way a program reaches gss_ or zmq_ functions reaches us, and works as it does without us. Each test runs its
# program bare, then under a preload that is known to get the case wrong, then under the shim (tests/ways.bash).

load helper
load ways
load nogssapi

setup_file() {
    realm_up -u alice -s host@localhost
}

teardown_file() {
    realm_down
}

teardown() {
    [ -z "${daemon:-}" ] || kill "$daemon" 2>/dev/null || :
}

# handshake_traced: what the handshake host does, exactly.
handshake_traced() {
    traced gss_init_sec_context 2
    traced gss_accept_sec_context 1
    traced gss_wrap 2
    traced gss_unwrap 2
    traced gss_display_name 2
    traced gss_delete_sec_context 2
}

@test "a lazily bound program is recorded" {
    bare "$HOSTS/handshake"
    [ "$status" = 0 ]
    naive versioned "$HOSTS/handshake" # exports under a version node of its own: satisfies nobody
    [ "$status" = 0 ]
    missed gss_wrap
    tapped "$HOSTS/handshake"
    same
    handshake_traced
}

@test "a program linked -z now is recorded" {
    bare "$HOSTS/handshake_now"
    [ "$status" = 0 ]
    naive pltpatch "$HOSTS/handshake_now" # writes into a table that is read-only by then
    [ "$status" = 139 ]
    tapped "$HOSTS/handshake_now"
    same
    handshake_traced
}

@test "a program compiled -fno-plt is recorded" {
    bare "$HOSTS/handshake_noplt"
    [ "$status" = 0 ]
    naive pltpatch "$HOSTS/handshake_noplt" # looks for JUMP_SLOTs
    [ "$status" = 0 ]
    missed gss_wrap
    tapped "$HOSTS/handshake_noplt"
    same
    handshake_traced
}

@test "a plugin loaded RTLD_LOCAL keeps its libzmq, and is recorded" {
    bare "$HOSTS/plugin_user" local "$PLUGINS/zmq_plugin.so"
    [ "$output" = $'inproc://plugin type 4: 5 hello\nterm 0\ninproc://plugin type 4: 5 hello\nterm 0' ]
    naive naive "$HOSTS/plugin_user" local "$PLUGINS/zmq_plugin.so"
    [[ $output == *"no context: Success"* ]]
    tapped "$HOSTS/plugin_user" local "$PLUGINS/zmq_plugin.so"
    same
    traced zmq_ctx_new 2
    traced zmq_socket 4
    traced zmq_bind 2
    traced zmq_close 4
}

@test "a plugin loaded RTLD_LOCAL keeps its libgssapi, and is recorded" {
    bare "$HOSTS/plugin_user" local "$PLUGINS/gss_plugin.so"
    [ "$status" = 0 ]
    naive naive "$HOSTS/plugin_user" local "$PLUGINS/gss_plugin.so"
    [ "$status" = 1 ]
    tapped "$HOSTS/plugin_user" local "$PLUGINS/gss_plugin.so"
    same
    traced gss_wrap 2
    traced gss_accept_sec_context 2
}

@test "a plugin that hands out addresses of its library's functions, and tail-calls them, is recorded" {
    bare "$HOSTS/plugin_user" local "$PLUGINS/pointers_plugin.so"
    [ "$status" = 0 ]
    naive naive timeout 10 "$HOSTS/plugin_user" local "$PLUGINS/pointers_plugin.so"
    [ "$output" != "$expected" ]
    tapped timeout 10 "$HOSTS/plugin_user" local "$PLUGINS/pointers_plugin.so"
    same
    traced zmq_ctx_new 2
    traced zmq_socket 2
    traced zmq_close 2
    traced gss_import_name 2
}

@test "a plugin loaded RTLD_GLOBAL is recorded" {
    bare "$HOSTS/plugin_user" global "$PLUGINS/zmq_plugin.so"
    [ "$status" = 0 ]
    naive versioned "$HOSTS/plugin_user" global "$PLUGINS/gss_plugin.so"
    missed gss_wrap
    tapped "$HOSTS/plugin_user" global "$PLUGINS/zmq_plugin.so"
    same
    traced zmq_bind 2
}

@test "python3-zmq works and is recorded" {
    bare "$PYTHON" "$SOURCES/zmq_pair.py"
    [[ $output == *done ]]
    naive naive "$PYTHON" "$SOURCES/zmq_pair.py"
    [[ $output == *"ZMQError: Success"* ]]
    tapped "$PYTHON" "$SOURCES/zmq_pair.py"
    same
    traced zmq_ctx_new 1
    traced zmq_socket 2
    traced zmq_bind 1
    traced zmq_connect 2
    [ "$(events '.call == "zmq_connect" and .errno != null' | jq -c '[.result, .errno]')" = '[-1,22]' ]
}

@test "ctypes, which looks every function up with dlsym, is recorded" {
    bare "$PYTHON" "$SOURCES/ctypes_ffi.py"
    [ "$status" = 0 ]
    naive naive "$PYTHON" "$SOURCES/ctypes_ffi.py"
    [ "$status" = 0 ]
    missed zmq_bind
    missed gss_import_name
    tapped "$PYTHON" "$SOURCES/ctypes_ffi.py"
    same
    traced zmq_bind 1
    traced zmq_connect 2
    traced zmq_close 2
    [ "$(events '.call == "gss_import_name" and .depth == 0' | wc -l)" = 1 ]
    [ "$(events '.call == "gss_display_name" and .depth == 0' | wc -l)" = 1 ]
}

@test "ruby-ffi-rzmq is recorded" {
    bare ruby "$SOURCES/ffi_rzmq.rb"
    [ "$status" = 0 ]
    naive naive ruby "$SOURCES/ffi_rzmq.rb"
    [ "$status" = 0 ]
    missed zmq_bind
    tapped ruby "$SOURCES/ffi_rzmq.rb"
    same
    traced zmq_bind 1
    traced zmq_connect 2
    traced zmq_close 2
}

# A sanitizer's dlopen ends a program that asks for RTLD_DEEPBIND.
# bats test_tags=bare
@test "a plugin loaded RTLD_DEEPBIND is recorded" {
    bare "$HOSTS/plugin_user" deepbind "$PLUGINS/zmq_plugin.so" "$PLUGINS/gss_plugin.so"
    [ "$status" = 0 ]
    naive naive "$HOSTS/plugin_user" deepbind "$PLUGINS/zmq_plugin.so" "$PLUGINS/gss_plugin.so"
    [ "$status" = 0 ]
    missed zmq_bind
    missed gss_wrap
    tapped "$HOSTS/plugin_user" deepbind "$PLUGINS/zmq_plugin.so" "$PLUGINS/gss_plugin.so"
    same
    traced zmq_bind 2
    traced gss_wrap 2
}

# A sanitizer's dlopen ends a program that asks for RTLD_DEEPBIND.
# bats test_tags=bare
@test "a plugin loaded RTLD_DEEPBIND is recorded, also where there is no memory meanwhile" {
    bare "$HOSTS/plugin_user" starved "$PLUGINS/zmq_plugin.so"
    [ "$status" = 0 ]
    tapped "$HOSTS/plugin_user" starved "$PLUGINS/zmq_plugin.so"
    same
    traced zmq_bind 2
}

# A sanitizer's dlopen ends a program that asks for RTLD_DEEPBIND, as PHP does for each extension.
# bats test_tags=bare
@test "php-zmq, an extension loaded RTLD_DEEPBIND, is recorded" {
    bare php "$SOURCES/deepbind.php"
    [ "$status" = 0 ]
    naive naive php "$SOURCES/deepbind.php"
    [ "$status" = 0 ]
    missed zmq_bind
    tapped php "$SOURCES/deepbind.php"
    same
    traced zmq_bind 1
    traced zmq_connect 2
}

@test "two libzmq in one process, each linked by a plugin, keep their own objects" {
    bare "$HOSTS/two_libzmq" "$PLUGINS/two_a.so" "$PLUGINS/two_b.so"
    [[ $output == *"A binds inproc://one: yes"*"B binds inprok://two: yes"*"B at inprok://two, linger 1"* ]]
    naive naive "$HOSTS/two_libzmq" "$PLUGINS/two_a.so" "$PLUGINS/two_b.so"
    [ "$output" != "$expected" ]
    tapped "$HOSTS/two_libzmq" "$PLUGINS/two_a.so" "$PLUGINS/two_b.so"
    same
    traced zmq_bind 4
    traced zmq_close 4
}

@test "two libzmq in one process, each tail-called by a plugin, keep their own objects" {
    bare "$HOSTS/two_libzmq" "$PLUGINS/two_tail_a.so" "$PLUGINS/two_tail_b.so"
    [[ $output == *"A binds inproc://one: yes"*"B binds inprok://two: yes"*"B at inprok://two, linger 1"* ]]
    naive naive "$HOSTS/two_libzmq" "$PLUGINS/two_tail_a.so" "$PLUGINS/two_tail_b.so"
    [ "$output" != "$expected" ]
    tapped "$HOSTS/two_libzmq" "$PLUGINS/two_tail_a.so" "$PLUGINS/two_tail_b.so"
    same
    traced zmq_bind 4
    traced zmq_close 4
}

@test "two libzmq in one process, each looked up with dlsym, keep their own objects" {
    bare "$HOSTS/two_libzmq" "$BUILD/two/libzmA.so.5" "$BUILD/two/libzmB.so.5"
    [[ $output == *"A binds inproc://one: yes"*"B binds inprok://two: yes"* ]]
    naive naive "$HOSTS/two_libzmq" "$BUILD/two/libzmA.so.5" "$BUILD/two/libzmB.so.5"
    missed zmq_bind
    tapped "$HOSTS/two_libzmq" "$BUILD/two/libzmA.so.5" "$BUILD/two/libzmB.so.5"
    same
    traced zmq_bind 4
    traced zmq_close 4
}

@test "two libzmq in one process, one linked by a plugin and one looked up, keep their own objects" {
    bare "$HOSTS/two_libzmq" "$PLUGINS/two_a.so" "$BUILD/two/libzmB.so.5"
    [[ $output == *"A binds inproc://one: yes"*"B binds inprok://two: yes"* ]]
    naive naive "$HOSTS/two_libzmq" "$PLUGINS/two_a.so" "$BUILD/two/libzmB.so.5"
    [ "$output" != "$expected" ]
    tapped "$HOSTS/two_libzmq" "$PLUGINS/two_a.so" "$BUILD/two/libzmB.so.5"
    same
    traced zmq_bind 4
}

@test "a Heimdal program shakes hands in an MIT realm, and is recorded" {
    bare "$HOSTS/heimdal_handshake"
    [[ $output == *"initiator alice@"*"2 messages"* ]]
    naive versioned "$HOSTS/heimdal_handshake"
    missed gss_wrap
    tapped "$HOSTS/heimdal_handshake"
    same
    handshake_traced
    run env LD_PRELOAD="$SHIM" ldd "$HOSTS/heimdal_handshake"
    [[ $output != *libgssapi_krb5* ]]
}

@test "MIT and Heimdal side by side keep their own contexts" {
    bare "$HOSTS/plugin_user" local "$PLUGINS/gss_plugin.so" "$PLUGINS/heimdal_plugin.so"
    [ "$(grep -c 'alice@.* spoke' <<<"$output")" = 4 ]
    naive naive "$HOSTS/plugin_user" local "$PLUGINS/gss_plugin.so" "$PLUGINS/heimdal_plugin.so"
    [ "$output" != "$expected" ]
    tapped "$HOSTS/plugin_user" local "$PLUGINS/gss_plugin.so" "$PLUGINS/heimdal_plugin.so"
    same
    traced gss_wrap 4
    traced gss_inquire_context 4
}

@test "a mechanism plugin that lacks methods is unavailable, not a crash" {
    export GSS_MECH_CONFIG=$BATS_TEST_TMPDIR/mech
    echo "stub 1.3.6.1.4.1.9999.99 $PLUGINS/stub_mech.so" >"$GSS_MECH_CONFIG"
    bare "$HOSTS/mech_missing"
    [[ $output == "gss_init_sec_context 00100000"* ]] # GSS_S_UNAVAILABLE
    [ "$(grep -c 00100000 <<<"$output")" -ge 6 ]
    naive naive "$HOSTS/mech_missing"
    [ "$status" = 139 ] # the mechglue calls itself until the stack ends
    tapped "$HOSTS/mech_missing"
    same
    [ "$(events '.call == "gss_init_sec_context"' | jq -r .major_name)" = GSS_S_UNAVAILABLE ]
}

@test "gss-ntlmssp shakes hands and keeps what it lacks unavailable" {
    local plugin
    plugin=$(dpkg -L gss-ntlmssp | grep '/gssntlmssp\.so$')
    export GSS_MECH_CONFIG=$BATS_TEST_TMPDIR/mech NTLM_USER_FILE=$BATS_TEST_TMPDIR/users
    echo "gssntlmssp_v1 1.3.6.1.4.1.311.2.2.10 $plugin" >"$GSS_MECH_CONFIG"
    echo 'REALM:carol:swordfish' >"$NTLM_USER_FILE"
    bare "$HOSTS/ntlm"
    [[ $output == *"3 tokens"*"gss_pseudo_random 00100000"* ]]
    naive naive "$HOSTS/ntlm"
    [ "$status" = 139 ]
    tapped "$HOSTS/ntlm"
    same
    [ "$(events '.call == "gss_init_sec_context" and .depth == 0' | wc -l)" = 2 ]
}

@test "gssproxy's interposing plugin works with and without its daemon" {
    local plugin socket=$BATS_TEST_TMPDIR/gp.sock
    plugin=$(dpkg -L gssproxy | grep '/proxymech\.so$')
    export GSS_MECH_CONFIG=$BATS_TEST_TMPDIR/mech GSS_USE_PROXY=yes GSSPROXY_SOCKET=$socket
    echo "gssproxy_v1 2.16.840.1.113730.3.8.15.1 $plugin <interposer>" >"$GSS_MECH_CONFIG"
    bare "$HOSTS/handshake"
    [ "$status" = 0 ]
    tapped "$HOSTS/handshake"
    same
    traced gss_wrap
    printf '[gssproxy]\n[service/test]\n mechs = krb5\n cred_store = keytab:%s\n cred_store = ccache:%s\n cred_usage = both\n euid = %s\n' \
        "${KRB5_KTNAME#FILE:}" "$KRB5CCNAME" "$(id -u)" >"$BATS_TEST_TMPDIR/gp.conf"
    env -u GSS_USE_PROXY GSS_MECH_CONFIG=/dev/null gssproxy -i -c "$BATS_TEST_TMPDIR/gp.conf" -s "$socket" \
        >"$BATS_TEST_TMPDIR/gp.log" 2>&1 3>&- &
    daemon=$!
    wait_until 10 test -S "$socket"
    bare "$HOSTS/handshake"
    [ "$status" = 0 ]
    rm -r "$BATS_TEST_TMPDIR/trace"
    tapped "$HOSTS/handshake"
    same
    traced gss_wrap
    kill "$daemon"
}

@test "calls that the library makes itself are recorded below the program's own" {
    bare "$HOSTS/handshake" spnego
    [ "$status" = 0 ]
    naive naive "$HOSTS/handshake" spnego
    [ "$(grep -c gss_wrap "$BATS_TEST_TMPDIR/naive")" -gt 2 ] # cannot tell the library's calls from the program's
    tapped "$HOSTS/handshake" spnego
    same
    [ "$(events '.call == "gss_init_sec_context" and .depth == 0' | wc -l)" = 2 ]
    [ "$(events '.call == "gss_accept_sec_context" and .depth == 0' | wc -l)" = 1 ]
    [ "$(events '.call == "gss_init_sec_context" and .depth >= 1' | wc -l)" -ge 1 ]
    [ "$(events '.call == "gss_wrap" and .depth == 0' | wc -l)" = 2 ]
    [ "$(events '.event == "handshake" and .outcome == "established"' | wc -l)" = 2 ]
}

@test "the npm package zeromq, with a libzmq of its own inside, is recorded" {
    local packages=$BUILD/npm
    package "$packages" 6.8.0
    export NODE_PATH=$packages/node_modules
    bare node "$SOURCES/npm_zeromq.js"
    [ "$output" = $'question\nanswer 4.3.5 true false\nEINVAL' ]
    naive naive node "$SOURCES/npm_zeromq.js"
    [ "$status" != 0 ]
    tapped node "$SOURCES/npm_zeromq.js"
    same
    traced zmq_socket 2
    traced zmq_bind 1
    traced zmq_connect 2
}

@test "look-ups that are not ours give what they give without us" {
    bare "$HOSTS/lookups"
    [[ $output == *"malloc_trim: default libc.so.6, next libc.so.6"* ]]
    tapped "$HOSTS/lookups"
    same
    traced zmq_bind 4
}

# With a sanitizer every dlopen is its own, so that the asking object is always its runtime.
# bats test_tags=bare
@test "what the loader answers depends on the asking object, as without us" {
    bare "$HOSTS/plugin_user" local "$PLUGINS/lookup_plugin.so"
    [[ $output == *"dlopen libzmA.so.5: yes"*"libzmB.so.5: yes"* ]]
    naive lookup "$HOSTS/plugin_user" local "$PLUGINS/lookup_plugin.so"
    [ "$output" != "$expected" ]
    [[ $output == *"dlopen libzmA.so.5: no"* ]]
    tapped "$HOSTS/plugin_user" local "$PLUGINS/lookup_plugin.so"
    same
}

@test "another preload finds the next function, in front of us and behind us" {
    bare env LD_PRELOAD="$SANITIZER $PLUGINS/second_preload.so" "$HOSTS/lookups"
    [ "$(grep -c '^second preload: zmq_bind' <<<"$output")" = 3 ]
    run env LD_PRELOAD="$BUILD/naive/lookup.so $PLUGINS/second_preload.so" bash -c '"$1" | head -c 20000' bash "$HOSTS/lookups"
    [ "$(grep -c '^second preload: zmq_bind' <<<"$output")" -gt 100 ] # it found itself, again and again
    LD_PRELOAD=$PLUGINS/second_preload.so tapped "$HOSTS/lookups"
    [ "$(sed '/^second preload: zmq_bind/d; s/second_preload.so/SECOND/' <<<"$output")" = \
        "$(sed '/^second preload: zmq_bind/d; s/second_preload.so/SECOND/' <<<"$expected")" ]
    [ "$(grep -c '^second preload: zmq_bind' <<<"$output")" -ge 3 ]
    traced zmq_bind
    PRELOAD="$PLUGINS/second_preload.so $PRELOAD" tapped "$HOSTS/lookups"
    same
    traced zmq_bind
}
