#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# timeout: 240
#
# What a policy cannot reach is refused: programs and libraries with a libzmq or libgssapi inside, whole or in part, under a
# policy with rules for those calls, but where the addresses of their connections are enough for it. Each is built by the link editor as programs are, out of Debian's libzmq.a.

bats_require_minimum_version 1.5.0
load helper

LIBZMQ_A=(-l:libzmq.a -lgssapi_krb5 -lstdc++ -lm -l:libsodium.so.23 -l:libpgm-5.3.so.0 -l:libnorm.so.1 -l:libbsd.so.0)

# shellcheck disable=SC2054 # the commas are the linker's
# The same for shared objects: libzmq.a is not made for them, but for its references to data of other libraries.
LIBZMQ_PIC=(data.c pic.a -Wl,-Bstatic -lstdc++ -Wl,-Bdynamic "${LIBZMQ_A[@]:1}")
LIBZMQ_DATA=(stderr GSS_C_NT_USER_NAME GSS_C_NT_HOSTBASED_SERVICE __libc_single_threaded in6addr_any NORM_NODE_ANY
    NORM_INSTANCE_INVALID NORM_SESSION_INVALID NORM_OBJECT_INVALID)

# library NAME SOURCE [FLAG...]: libNAME.so and NAME, a program that calls serve() in it.
library() {
    local name=$1 source=$2
    shift 2
    gcc -shared -fPIC -O2 -o "lib$name.so" "$source" "$@"
    gcc -o "$name" main.c -L. "-l$name" -Wl,-rpath,"$PWD"
}

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    cat >serve.c <<'END'
#include <stdio.h>
#include <zmq.h>

int serve(void)
{
	void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_REP);
	int failed = zmq_bind(socket, "tcp://127.0.0.1:*");

	printf("bind: %s\n", failed ? zmq_strerror(zmq_errno()) : "done");
	zmq_close(socket);
	return zmq_ctx_term(context);
}
END
    printf 'int serve(void);\nint main(void) { return serve(); }\n' >main.c
    printf '{ global: serve; local: *; };\n' >hidden.map
    printf '{ global: serve; zmq_*; local: *; };\n' >exported.map
    # shellcheck disable=SC2046 # two words each
    objcopy $(for name in "${LIBZMQ_DATA[@]}"; do echo "--redefine-sym $name=own_$name"; done) \
        "$(gcc -print-file-name=libzmq.a)" pic.a
    for name in "${LIBZMQ_DATA[@]}"; do
        echo "char own_${name}[16] __attribute__((visibility(\"hidden\"))) = {0};"
    done >data.c
    gcc -O2 -o shared main.c serve.c -lzmq
    gcc -O2 -o inside main.c serve.c "${LIBZMQ_A[@]}"
    gcc -O2 -rdynamic -o exports main.c serve.c "${LIBZMQ_A[@]}"
    strip -o stripped inside
    printf 'version: 1\nzmq: {unsecured: refuse, plaintext: refuse}\n' >zmq.yaml
    printf 'version: 1\nzmq: {unsecured: refuse}\n' >address.yaml
    printf 'version: 1\nzmq: {inject: [{bind: "tcp://127.0.0.1:*"}]}\n' >wire.yaml
    printf 'version: 1\ngss: {delegation: refuse}\n' >gss.yaml
    printf 'version: 1\nzmq: {unsecured: allow}\n' >nothing.yaml
    sed 's/^zmq/mode: audit\n&/' zmq.yaml >audit.yaml
}

setup() {
    cd "$BATS_FILE_TMPDIR"
}

# refused PROGRAM PATTERN [POLICY]: it is not started under the policy, and said why and what to do.
refused() {
    run -125 "$GSSTAP" run -p "${3:-zmq.yaml}" "$1"
    echo "$output"
    [[ $output != *"bind: "* ]]
    grep -qE "^gsstap: .*$2" <<<"$output"
    grep -qE "^gsstap: .* is not started: the policy has rules for ...?_ calls.*link it to the shared lib.*'mode: audit'" <<<"$output"
}

# judged PROGRAM: it runs under the policy, which refuses its bind.
judged() {
    run -0 --separate-stderr "$GSSTAP" run -p zmq.yaml -o "$BATS_TEST_TMPDIR/%n-%p.pcapng" "$1"
    echo "$output"
    [ "$output" = "bind: Permission denied" ]
}

# by_address PROGRAM PATTERN: it is refused where rules ask for its calls, and started where the addresses of its
# connections are enough.
by_address() {
    local policy
    refused "$1" "$2"
    for policy in address wire; do
        run -0 "$GSSTAP" run -p $policy.yaml -o "$BATS_TEST_TMPDIR/%n-%p.pcapng" "$1"
        echo "$output"
        [[ $output == *"bind: done"* ]]
        grep -qE "^gsstap: .*$2.* its connections are judged by address" <<<"$output"
    done
}

@test "a program with libzmq linked into it is refused under rules for its calls, and not under those for its connections" {
    judged ./shared
    by_address ./inside 'inside has [0-9]+ zmq_ functions linked into it'
    by_address ./exports 'exports has [0-9]+ zmq_ functions linked into it'
    by_address ./stripped 'stripped seems to have libzmq linked into it'
}

@test "where nothing is refused it runs, and what is not seen is named: no policy, audit mode, no rule for these calls" {
    run -0 "$GSSTAP" run ./inside
    [[ $output == *"bind: done"* ]]
    grep -qE '^gsstap: ./inside: inside has [0-9]+ zmq_ functions linked into it' <<<"$output"
    run -0 "$GSSTAP" run -p audit.yaml ./inside
    [[ $output == *"bind: done"* ]]
    grep -qE '^gsstap: ./inside: inside has [0-9]+ zmq_ functions linked into it' <<<"$output"
    run -0 "$GSSTAP" run -p gss.yaml ./inside
    [[ $output == *"bind: done"* ]]
    run -0 "$GSSTAP" run -p nothing.yaml ./inside
    [[ $output == *"bind: done"* ]]
    run -0 --separate-stderr "$GSSTAP" run ./shared
    [[ $stderr != *gsstap:* ]]
}

@test "a program with one zmq_ function of its own is refused: its calls of that one are not seen" {
    printf '#include <dlfcn.h>\nint zmq_bind(void *s, const char *e) { return ((int (*)(void *, const char *))dlsym(RTLD_NEXT, "zmq_bind"))(s, e); }\n' >own.c
    gcc -D_GNU_SOURCE -O2 -Wl,-z,now -o partly main.c serve.c own.c -lzmq
    gcc -D_GNU_SOURCE -O2 -Wl,-z,now -rdynamic -o partly_exports main.c serve.c own.c -lzmq
    refused ./partly 'partly has 1 zmq_ function linked into it \(zmq_bind\)'
    refused ./partly 'partly has 1 zmq_ function linked into it \(zmq_bind\)' address.yaml
    refused ./partly_exports 'has 1 zmq_ function linked into it \(zmq_bind\)'
}

@test "a library with a hidden libzmq inside is refused, stripped or not" {
    library hidden serve.c -Wl,--version-script=hidden.map "${LIBZMQ_PIC[@]}"
    by_address ./hidden 'libhidden.so has [0-9]+ zmq_ functions linked into it'
    strip libhidden.so
    by_address ./hidden 'libhidden.so seems to have libzmq linked into it'
}

@test "a library that was bound to the libzmq inside it is refused, one that asks the loader is judged" {
    library asks serve.c -Wl,--version-script=exported.map "${LIBZMQ_PIC[@]}"
    judged ./asks
    library symbolic serve.c -Wl,-Bsymbolic -Wl,--version-script=exported.map "${LIBZMQ_PIC[@]}"
    by_address ./symbolic 'libsymbolic.so .*do not reach'
    library functions serve.c -Wl,-Bsymbolic-functions -Wl,--version-script=exported.map "${LIBZMQ_PIC[@]}"
    by_address ./functions 'libfunctions.so has [0-9]+ zmq_ functions of its own .*-Bsymbolic-functions'
}

@test "a libzmq that was linked with -Bsymbolic is judged: what it calls of itself does not matter" {
    mkdir -p own
    printf '{ global: zmq_*; local: *; };\n' >zmq.map
    gcc -shared -o own/libzmq.so.5 -Wl,-soname,libzmq.so.5 -Wl,-Bsymbolic -Wl,--version-script=zmq.map \
        data.c -Wl,--whole-archive pic.a -Wl,--no-whole-archive "${LIBZMQ_PIC[@]:2}"
    gcc -O2 -o symbolic_libzmq main.c serve.c own/libzmq.so.5 -Wl,-rpath,"$PWD/own"
    judged ./symbolic_libzmq
}

@test "an extension of Python's package zmq with a hidden libzmq is refused where the script finds it" {
    mkdir -p app/zmq
    gcc -shared -fPIC -O2 -o app/zmq/_zmq.so serve.c -Wl,--version-script=hidden.map "${LIBZMQ_PIC[@]}"
    touch app/zmq/__init__.py
    printf 'import ctypes, os\nctypes.CDLL(os.path.dirname(__file__) + "/zmq/_zmq.so").serve()\n' >app/main.py
    run -0 "$PYTHON" app/main.py
    [ "$output" = "bind: done" ]
    run -125 "$GSSTAP" run -p zmq.yaml "$PYTHON" app/main.py
    [[ $output == *"_zmq.so has "*"zmq_ functions linked into it"*"is not started"* ]]
}

@test "a libgssapi inside a program is refused under rules for gss_ calls, and left alone under others" {
    cat >gss.c <<'END'
#include <gssapi/gssapi.h>
#include <stdio.h>

int main(void)
{
	gss_cred_id_t cred = GSS_C_NO_CREDENTIAL;
	OM_uint32 minor, major = gss_acquire_cred(&minor, GSS_C_NO_NAME, 0, GSS_C_NO_OID_SET, GSS_C_INITIATE, &cred, 0, 0);

	return printf("bind: no, but %u\n", major) < 0;
}
END
    gcc -O2 -isystem /usr/include/heimdal -o gss_inside gss.c -L"$(dirname "$(gcc -print-file-name=heimdal/libgssapi.a)")" \
        -Wl,-Bstatic -lgssapi -lkrb5 -lheimntlm -lhx509 -lasn1 -lhcrypto -lwind -lroken -lheimbase -Wl,-Bdynamic \
        -l:libcom_err.so.2 -l:libsqlite3.so.0 -lcrypt -ldl -lresolv -lpthread
    refused ./gss_inside 'gss_inside has [0-9]+ gss_ functions linked into it' gss.yaml
    run -0 "$GSSTAP" run -p zmq.yaml ./gss_inside
    [ "$(grep -c 'bind: no' <<<"$output")" = 1 ]
    strip -o gss_stripped gss_inside
    refused ./gss_stripped 'gss_stripped seems to have a libgssapi linked into it' gss.yaml
}

@test "a Go program makes its calls itself but for those that it imports: told, refused under rules for them, and 125 with --strict" {
    gcc -DGO -o go "$TOP/tests/hosts/inspect_plain.c"
    gcc -o go-zmq -include stdio.h -x c - -DGO -lzmq < <(sed 's/int main/int zmq_errno(void);&/; s/puts("ran")/printf("ran %d\\n", zmq_errno())/' "$TOP/tests/hosts/inspect_plain.c")
    run -0 "$GSSTAP" run -o t.pcapng ./go
    [[ $output == *"go is a Go program that imports no gss_ function: a Go package for Kerberos makes no C call"* ]]
    [[ $output == *"go is a Go program that imports no zmq_ function: a Go package for ZeroMQ makes no C call"* ]]
    run -125 "$GSSTAP" run --strict -o t.pcapng ./go
    [[ $output == *"exit status 125: --strict, and calls of ./go may have been made unobserved"* ]]
    run -125 "$GSSTAP" run -p gss.yaml -o t.pcapng ./go
    [[ $output == *"./go is not started: the policy has rules for gss_ calls"* ]]
    [[ $output != *ran* ]]
    run -0 "$GSSTAP" run -p nothing.yaml -o t.pcapng ./go
    run -125 "$GSSTAP" run --strict -p nothing.yaml -o t.pcapng ./go
    # What it calls through cgo is seen.
    run -0 "$GSSTAP" run -p zmq.yaml -o t.pcapng ./go-zmq
    [[ $output == *"ran 0"* ]]
    run -125 "$GSSTAP" run -p gss.yaml -o t.pcapng ./go-zmq
    # What is not reached is unobserved in other programs, too.
    run -125 "$GSSTAP" run --strict -o t.pcapng ./inside
    run -0 "$GSSTAP" run --strict -o t.pcapng ./shared
}
