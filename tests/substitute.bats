#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# timeout: 300
# network: the npm packages are fetched from their registry, once
#
# Programs that bring a libzmq of their own, built without GSSAPI: under an injecting policy it is replaced by the
# system's, or the program is not started. The addons are those of the npm registry. The wheel is Debian's pyzmq, made
# by patchelf as auditwheel makes one; the libzmq in it is the addon's: it exports zmq_*, node's functions are stubs.

bats_require_minimum_version 1.5.0
load helper
load wire
load nogssapi

setup_file() {
    export NAPI=$BUILD/npm-napi DRAFT=$BUILD/npm-draft WHEEL=$BATS_FILE_TMPDIR/wheel
    package "$DRAFT" 6.8.0
    make_wheel "$WHEEL"
    realm_up -u alice -s zmq@localhost
    cat >"$BATS_FILE_TMPDIR/inject.yaml" <<'EOF'
version: 1
zmq:
  inject:
    - {bind: "tcp://*", principal: "zmq@localhost"}
    - {connect: "tcp://*", service: "zmq@localhost"}
EOF
    printf 'version: 1\nzmq:\n  unsecured: allow\n' >"$BATS_FILE_TMPDIR/other.yaml"
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    export TMPDIR=$BATS_TEST_TMPDIR
    POLICY=$BATS_FILE_TMPDIR/inject.yaml
}

teardown() {
    stop_all
}

# as_wheel FILE: its references to libzmq go to the wheel's own, as auditwheel leaves them.
as_wheel() {
    # One change at a time: patchelf 0.14 mixes up strings that it moves together.
    patchelf --replace-needed libzmq.so.5 "$LIBRARY" "$1"
    patchelf --set-rpath "\$ORIGIN/../../../pyzmq.libs:\$ORIGIN/../../pyzmq.libs:$WHEEL/pyzmq.libs" "$1"
}

# make_wheel DIRECTORY: zmq/ and pyzmq.libs/ as pip lays them out.
make_wheel() {
    local file libs=$1/pyzmq.libs
    mkdir -p "$1"
    cp -r "$("$PYTHON" -c 'import os, zmq; print(os.path.dirname(zmq.__file__))')" "$1/zmq"
    make_library "$libs"
    find "$1/zmq" -name '*.so' | while read -r file; do
        as_wheel "$file"
    done
}

# says_replaced FILE PATTERN: run said of a library whose path matches that it is replaced.
says_replaced() {
    has_line "$1" "^gsstap: .*$2.*, built without GSSAPI, is replaced by /.*/libzmq\.so\.5$" || { cat "$1"; return 1; }
}

# of_ours PROGRAM...: WITH for programs with the system's libzmq; the others stand after gsstap run.
of_ours() {
    RUN=("$GSSTAP" run -p "$POLICY" -o "$PWD/%n-%p.pcapng" --)
    WITH=("${RUN[@]}")
}

# node_client: a script that asks once, beside its package.
node_client() {
    mkdir -p app
    ln -sfn "$1/node_modules" app/node_modules
    cat >app/client.js <<'EOF'
const fs = require("fs"), zmq = require("zeromq");

async function ask(endpoint, question) {
	const socket = new zmq.Request({receiveTimeout: 20000});
	socket.connect(endpoint);
	await socket.send(question);
	console.log("got", String((await socket.receive())[0]), zmq.capability.gssapi);
	socket.close();
}

fs.writeFileSync("started", "");
ask(...process.argv.slice(2)).catch((error) => { console.log(error.code); process.exit(4); });
EOF
}

@test "an addon without GSSAPI in it talks by GSSAPI all the same, where node finds it beside the script" {
    fresh node
    node_client "$NAPI"
    endpoints tcp
    record wire "$FAR" "$NEAR"
    zpair C
    start bare-server "${PROGRAM[@]}" socket REP bind "$NEAR" touch bare answer 1
    wait_until 20 test -e bare
    start bare-client node app/client.js "$FAR" "$SECRET"
    finish bare-client
    finish bare-server
    [ "$(cat bare-client.out)" = "got re $SECRET false" ]
    readable wire
    stop_all

    of_ours
    endpoints tcp
    record wire-2 "$FAR" "$NEAR"
    zpair C
    start server "${PROGRAM[@]}" socket REP bind "$NEAR" touch up answer 1
    wait_until 20 test -e up
    start client "${RUN[@]}" node app/client.js "$FAR" "$SECRET"
    finish client
    finish server
    grep -qx "got re $SECRET true" client.out
    says_replaced client.out 'the libzmq in /.*/node_modules/zeromq/.*\.node'
    [ "$(cat server.out)" = "got $SECRET" ]
    hidden wire-2
    recorded 2 '.event == "inject"'
}

@test "a script that keeps its libzmq is refused its connection" {
    fresh keeps
    node_client "$NAPI"
    run -4 "$GSSTAP" run -p "$POLICY" --replace-libzmq=no -o "$PWD/%n-%p.pcapng" -- node app/client.js tcp://127.0.0.1:9 x
    [ "$output" = EACCES ]
    recorded 1 '.event == "refused" and (.reason | contains("built without"))'
}

@test "a wheel with a libzmq of its own talks by GSSAPI all the same" {
    local version='import zmq; print(zmq.zmq_version(), zmq.has("gssapi"))'
    fresh wheel
    [ "$(PYTHONPATH=$WHEEL "$PYTHON" -c "$version")" = "4.3.2 False" ]
    export PYTHONPATH=$WHEEL
    WITH=()
    talk Python REQ/REP server tcp
    readable wire
    of_ours
    # talk counts what is printed: what run says goes to a file of its own.
    WITH=(bash -c 'exec "$@" 2>"$PWD/said-$$"' bash "${RUN[@]}")
    talk Python REQ/REP server tcp
    hidden wire
    cat said-* >said
    says_replaced said "$LIBRARY"
    [ "$(grep -c "is replaced by" said)" = 2 ]
}

@test "a wheel is found in the virtual environment whose python is run" {
    local site
    fresh venv
    site=venv/lib/$("$PYTHON" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')/site-packages
    mkdir -p venv/bin "$site"
    ln -s "$PYTHON" venv/bin/python
    printf 'home = /usr/bin\ninclude-system-site-packages = false\n' >venv/pyvenv.cfg
    cp -r "$WHEEL"/* "$site/"
    printf '#!%s\nimport zmq\nprint(zmq.zmq_version(), zmq.has("gssapi"))\n' "$PWD/venv/bin/python" >tool
    chmod +x tool
    [ "$(./tool)" = "4.3.2 False" ]
    run -0 --separate-stderr "$GSSTAP" run -p "$POLICY" -o "$PWD/%n-%p.pcapng" -- ./tool
    [[ $output == *" True" ]]
    [[ $stderr == *"$LIBRARY, built without GSSAPI, is replaced by "* ]]
}

@test "a program that is linked to a libzmq without GSSAPI gets the system's" {
    fresh linked
    cp "$BUILD/hosts/zpair" zpair-own
    as_wheel zpair-own
    run -4 "$GSSTAP" run -p "$POLICY" --replace-libzmq=no -o "$PWD/%n-%p.pcapng" -- ./zpair-own socket REP bind "tcp://127.0.0.1:*"
    [[ $output == *"bind: Permission denied"* ]]
    run -0 "$GSSTAP" run -p "$POLICY" -o "$PWD/%n-%p.pcapng" -- ./zpair-own socket REP bind "tcp://127.0.0.1:*"
    [[ $output == *"$LIBRARY, built without GSSAPI, is replaced by "* ]]
    recorded 1 '.event == "inject" and .role == "server"'
}

@test "a libzmq without GSSAPI in LD_LIBRARY_PATH is passed over for the system's" {
    fresh path
    mkdir lib
    cp "$WHEEL/pyzmq.libs/libnode-stubs.so" lib/
    cp "$WHEEL/pyzmq.libs/$LIBRARY" lib/libzmq.so.5
    LD_LIBRARY_PATH=$PWD/lib run -0 "$GSSTAP" run -p "$POLICY" -o "$PWD/%n-%p.pcapng" -- "$BUILD/hosts/zpair" socket REP \
        bind "tcp://127.0.0.1:*"
    [[ $output == *"$PWD/lib/libzmq.so.5, built without GSSAPI, is replaced by "*"/libzmq.so.5" ]]
    [[ $output != *"replaced by $PWD"* ]]
    recorded 1 '.event == "inject"'
}

@test "an object that run cannot know of is named" {
    local print='import zmq; print(zmq.has("gssapi"))' object
    fresh named
    export PYTHONPATH=$WHEEL
    run -0 "$GSSTAP" run -p "$POLICY" -o "$PWD/%n-%p.pcapng" -- sh -c '"$@"' sh "$PYTHON" -c "$print"
    [ "$output" = False ]
    for object in "$WHEEL/pyzmq.libs/$LIBRARY" "$WHEEL"/zmq/backend/cython/socket.*.so; do
        run -0 "$GSSTAP" run -p "$POLICY" --replace-libzmq="$object" -o "$PWD/%n-%p.pcapng" -- \
            sh -c '"$@"' sh "$PYTHON" -c "$print"
        [[ $output == *"$LIBRARY, built without GSSAPI, is replaced by "*$'\n'True ]]
    done
}

@test "an addon whose libzmq has more functions than the system's keeps its program from being started" {
    local missing="zmq_ctx_set_ext, zmq_join, zmq_leave, zmq_msg_group," named
    fresh draft
    node_client "$DRAFT"
    run -125 "$GSSTAP" run -p "$POLICY" -o "$PWD/%n-%p.pcapng" -- node app/client.js tcp://127.0.0.1:9 x
    [[ $output == *"/libzmq.so.5 lacks what "*"/addon.node"*" refers to: $missing"*", zmq_socket_monitor_versioned"* ]]
    [[ $output == *"gsstap: node is not started: the libzmq in "*"/addon.node"*"cannot be replaced by a libzmq with GSSAPI"* ]]
    [ ! -e started ]
    # Injection is carried out in audit mode, too.
    sed 's/^zmq:/mode: audit\n&/' "$POLICY" >audit.yaml
    run -125 "$GSSTAP" run -p audit.yaml -o "$PWD/%n-%p.pcapng" -- node app/client.js tcp://127.0.0.1:9 x
    [ ! -e started ]
    # Nothing is listed that the system's libzmq does have.
    sed -n 's/.* refers to: //p' <<<"$output" | tr -s ', ' '\n' | sort -u >listed
    [ "$(wc -l <listed)" -ge 18 ]
    nm -D --defined-only "$(ldconfig -p | awk '$1 == "libzmq.so.5" {print $NF; exit}')" | awk '{print $NF}' | sort -u >there
    [ -z "$(comm -12 listed there)" ]
    named=$DRAFT/node_modules/zeromq/build/linux/x64/node/glibc-115-Release/addon.node
    run -125 "$GSSTAP" run --replace-libzmq="$named" -o "$PWD/%n-%p.pcapng" -- touch started
    [[ $output == *"lacks what $named refers to: $missing"* ]]
    [ ! -e started ]
}

@test "an object that calls its own zmq_ functions past the loader is not taken for replaced" {
    local flag source='int zmq_bind(void *, const char *); int zmq_bind(void *s, const char *e) { return !s || !e; }
int use(void *s); int use(void *s) { return zmq_bind(s, "tcp://*:1"); }'
    fresh bound
    for flag in -Wl,-Bsymbolic -fvisibility=hidden; do
        # -O0 keeps the call.
        gcc -x c -O0 -shared -fPIC $flag -o bound.so - <<<"$source"
        run -125 "$GSSTAP" run --replace-libzmq=bound.so -o "$PWD/%n-%p.pcapng" -- touch started
        [[ $output == *"$PWD/bound.so has libzmq linked into it where nothing that is preloaded is met (zmq_bind)"* ]]
        [ ! -e started ]
    done
    gcc -x c -O0 -shared -fPIC -o bound.so - <<<"$source"
    run -0 "$GSSTAP" run --replace-libzmq=bound.so -o "$PWD/%n-%p.pcapng" -- touch started
    [ -e started ]
}

@test "where nothing is injected, nothing is replaced" {
    local print='import zmq; print(zmq.zmq_version())'
    fresh other
    export PYTHONPATH=$WHEEL
    run -0 "$GSSTAP" run -o "$PWD/%n-%p.pcapng" -- "$PYTHON" -c "$print"
    [ "$output" = 4.3.2 ]
    run -0 "$GSSTAP" run -p "$BATS_FILE_TMPDIR/other.yaml" -o "$PWD/%n-%p.pcapng" -- "$PYTHON" -c "$print"
    [ "$output" = 4.3.2 ]
    # A program with the system's libzmq keeps it without a word.
    unset PYTHONPATH
    run -0 "$GSSTAP" run -p "$POLICY" -o "$PWD/%n-%p.pcapng" -- "$PYTHON" -c 'import os, zmq; print(os.environ["LD_PRELOAD"].count("libzmq"))'
    [ "$output" = 0 ]
}

@test "the system's libzmq is loaded right behind the shim, once, before other preloads" {
    local show='import os; print(os.environ["LD_PRELOAD"])' other=$BUILD/plugins/second_preload.so
    fresh order
    export PYTHONPATH=$WHEEL
    run -0 --separate-stderr env LD_PRELOAD="$other" "$GSSTAP" run -p "$POLICY" -o "$PWD/%n-%p.pcapng" -- "$PYTHON" -c "$show"
    [[ $output =~ /libgsstap\.so:(/[^:]*/libzmq\.so\.5):$other$ ]]
    run -0 --separate-stderr "$GSSTAP" run -o "$PWD/%n-%p.pcapng" -- "$GSSTAP" run -p "$POLICY" -o "$PWD/%n-%p.pcapng" -- "$PYTHON" -c "$show"
    [[ $output =~ /libgsstap\.so:(/[^:]*/libzmq\.so\.5)$ ]]
    [ "$(grep -o libgsstap <<<"$output" | wc -l)" = 1 ]
}

@test "an object that cannot be meant is refused with what it is" {
    local arm=$DRAFT/node_modules/zeromq/build/linux/arm64/node/glibc-127-Release/addon.node
    echo text >text
    run -2 "$GSSTAP" run --replace-libzmq=nothing.so true
    [[ $output == *"--replace-libzmq=nothing.so: No such file or directory"* ]]
    run -2 "$GSSTAP" run --replace-libzmq=text true
    [[ $output == *"--replace-libzmq=$PWD/text: not an ELF file"* ]]
    run -2 "$GSSTAP" run --replace-libzmq="$arm" true
    [[ $output == *"--replace-libzmq=$arm: it is built for another architecture"* ]]
    run -2 "$GSSTAP" run --replace-libzmq=/bin/true true
    [[ $output == *"it refers to no zmq_ function: name the addon, extension or library that calls libzmq"* ]]
    run -2 "$GSSTAP" run --replace-libzmq=no --replace-libzmq="$(addon)" true
    [[ $output == *"'no' and an object were given: say one of them"* ]]
}
