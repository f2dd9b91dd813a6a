#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# gsstap inspect: what it says of real programs, checked against readelf, the dynamic loader and the kernel.

load helper

# build NAME SOURCE [FLAG...]: a program from tests/hosts, built in a way of its own.
build() {
    local name=$1 source=$2
    shift 2
    gcc -O2 -o "$BATS_FILE_TMPDIR/$name" "$TOP/tests/hosts/$source" "$@"
}

# A library of that name that defines two zmq_ functions and calls no GSSAPI.
small_libzmq() {
    printf 'int zmq_errno(void) { return 1; }\nint zmq_bind(void) { return zmq_errno(); }\n%s\n' \
        'void *zmq_ctx_new(void) { return 0; } void *zmq_socket(void) { return 0; }' >"$BATS_FILE_TMPDIR/small.c"
    gcc -shared -fPIC -Wl,-soname,libzmq.so.5 -o "$1" "$BATS_FILE_TMPDIR/small.c" "${@:2}"
}

libzmq_inside=(-l:libzmq.a -lgssapi_krb5 -lstdc++ -lm -l:libsodium.so.23 -l:libpgm-5.3.so.0 -l:libnorm.so.1
    -l:libbsd.so.0)

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    mkdir lib other
    build plain inspect_host.c -Wl,-z,lazy -lgssapi_krb5 -lzmq
    build now inspect_host.c -Wl,-z,now -lgssapi_krb5 -lzmq
    build noplt inspect_host.c -fno-plt -lgssapi_krb5 -lzmq
    build loads inspect_plain.c -DLOADS
    build inside inspect_host.c "${libzmq_inside[@]}"
    build exports inspect_host.c -rdynamic "${libzmq_inside[@]}"
    small_libzmq lib/libzmq.so.5
}

setup() {
    cd "$BATS_FILE_TMPDIR"
}

# inspected PROGRAM FILTER: what jq makes of the report.
inspected() {
    "$GSSTAP" inspect --format json "$1" >"$BATS_TEST_TMPDIR/report" || [ $? = 1 ]
    jq -r "$2" "$BATS_TEST_TMPDIR/report"
}

# judged VERDICT STATUS TEXT PROGRAM: the same in words and in JSON; TEXT is in one of the reasons.
judged() {
    run "$GSSTAP" inspect "$4"
    echo "$output"
    [ "$status" = "$2" ]
    [[ $output == *"$3"* ]]
    [ "$(inspected "$4" .verdict)" = "$1" ]
}

@test "a program is found through PATH, and gss-client is covered" {
    judged covered 0 "covered: every gss_ and zmq_ call that can be seen goes through libgsstap.so" gss-client
    [ "$(inspected gss-client .program.path)" = /usr/bin/gss-client ]
}

@test "what gss-client refers to, and through which relocation, is what readelf says" {
    readelf -rW /usr/bin/gss-client | sed -nE 's/.*R_X86_64_(\w+) .* (gss_\w+)@.*/\2 \1/p' | sort >"$BATS_TEST_TMPDIR/expected"
    inspected gss-client '.program.references[] | .symbol + " " + (.relocations[0] | ascii_upcase)' |
        sort >"$BATS_TEST_TMPDIR/found"
    [ "$(grep -c JUMP_SLOT "$BATS_TEST_TMPDIR/expected")" -gt 10 ]
    grep -q COPY "$BATS_TEST_TMPDIR/expected"
    diff "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/found"
}

@test "lazy binding, -z now, -fno-plt and an address in data are told apart" {
    [ "$(inspected ./plain .program.bind_now)" = false ]
    [ "$(inspected ./now .program.bind_now)" = true ]
    for each in plain:jump_slot now:jump_slot noplt:glob_dat; do
        how='.program.references[] | select(.symbol == "zmq_bind") | .relocations[]'
        [ "$(inspected "./${each%:*}" "$how")" = "${each#*:}" ]
    done
    how='.program.references[] | select(.symbol == "gss_release_buffer") | .relocations[]'
    [ "$(inspected ./plain "$how")" = absolute ]
}

# bound PROGRAM: "OBJECT SYMBOL" of every gss_ and zmq_ reference that the loader binds to the shim.
bound() {
    LD_DEBUG=bindings LD_BIND_NOW=1 LD_PRELOAD=$PRELOAD "$@" 2>&1 |
        sed -nE 's/.*binding file (\S+) \[0\] to \S*libgsstap.so \[0\]: normal symbol `((gss|zmq)_\w+)'"'"'.*/\1 \2/p' |
        grep -v libgsstap.so | sort -u
}

@test "every reference that is said to be reached is bound to the shim by the loader, and no other" {
    for program in /usr/bin/gss-client ./plain ./noplt ./exports; do
        bound "$program" >"$BATS_TEST_TMPDIR/bound"
        inspected "$program" '(.program, .libraries[]) | .path as $path | .references[] | select(.reached)
            | $path + " " + .symbol' | sort -u >"$BATS_TEST_TMPDIR/said"
        [ -s "$BATS_TEST_TMPDIR/bound" ]
        diff "$BATS_TEST_TMPDIR/bound" "$BATS_TEST_TMPDIR/said"
    done
}

# same_libraries PROGRAM: the loader and inspect find the same files.
same_libraries() {
    local loader
    loader=$(inspected "$1" .interpreter)
    "$loader" --list "$(realpath "$1")" | sed -nE 's/^\t(\S+) => (.*) \(0x.*/\1 \2/p' | grep -v '^/lib64/ld-' | sort >"$BATS_TEST_TMPDIR/listed"
    inspected "$1" '.libraries[] | select(.found_by != "interpreter") | .name + " " + .path' |
        sort >"$BATS_TEST_TMPDIR/found"
    [ -s "$BATS_TEST_TMPDIR/listed" ]
    diff "$BATS_TEST_TMPDIR/listed" "$BATS_TEST_TMPDIR/found"
}

@test "libraries are found where the dynamic loader finds them" {
    for program in gss-client gss-server php python3 tshark bash; do
        same_libraries "$(readlink -f "$(PATH=/usr/bin:/bin command -v "$program")")"
    done
}

@test "RUNPATH, RPATH, \$ORIGIN and LD_LIBRARY_PATH count as they do for the loader" {
    build runpath inspect_host.c -lgssapi_krb5 -lzmq -Wl,--enable-new-dtags,-rpath,"\$ORIGIN/lib"
    build rpath inspect_host.c -lgssapi_krb5 -lzmq -Wl,--disable-new-dtags,-rpath,"/nonexistent:\${ORIGIN}/lib"
    by='.libraries[] | select(.name == "libzmq.so.5") | .found_by + " " + .path'
    same_libraries ./runpath
    [ "$(inspected ./runpath "$by")" = "runpath $PWD/lib/libzmq.so.5" ]
    same_libraries ./rpath
    [ "$(inspected ./rpath "$by")" = "rpath $PWD/lib/libzmq.so.5" ]
    small_libzmq other/libzmq.so.5
    export LD_LIBRARY_PATH=/nonexistent:$PWD/other
    same_libraries ./runpath
    [ "$(inspected ./runpath "$by")" = "ld_library_path $PWD/other/libzmq.so.5" ]
    same_libraries ./rpath
    [ "$(inspected ./rpath "$by")" = "rpath $PWD/lib/libzmq.so.5" ]
}

@test "the RPATH of a program counts for the libraries of its libraries, its RUNPATH does not" {
    mkdir deep
    small_libzmq deep/libdeep.so.1 -Wl,-soname,libdeep.so.1
    echo 'int middle(void) { return 0; }' >middle.c
    gcc -shared -fPIC -Wl,--no-as-needed -Wl,-soname,libmiddle.so.1 -o deep/libmiddle.so.1 middle.c deep/libdeep.so.1
    build deep_rpath inspect_plain.c -Wl,--no-as-needed deep/libmiddle.so.1 -Wl,-rpath-link,deep \
        -Wl,--disable-new-dtags,-rpath,"$PWD/deep"
    build deep_runpath inspect_plain.c -Wl,--no-as-needed deep/libmiddle.so.1 -Wl,-rpath-link,deep \
        -Wl,--enable-new-dtags,-rpath,"$PWD/deep"
    same_libraries ./deep_rpath
    judged not_covered 1 "libdeep.so.1, which libmiddle.so.1 needs, is not found" ./deep_runpath
    status=0
    ./deep_runpath || status=$?
    [ "$status" = 127 ]
}

@test "a libzmq without GSSAPI is pointed out, the stock one is not" {
    build nogss inspect_host.c -lgssapi_krb5 -lzmq -Wl,-rpath,"\$ORIGIN/lib"
    [[ $(inspected ./nogss '.notes[]') == *"libzmq.so.5 was built without GSSAPI"* ]]
    [[ $(inspected ./plain '.notes[]') != *"without GSSAPI"* ]]
    [ "$(inspected ./plain '.libraries[] | select(.name == "libzmq.so.5") | .libzmq_gssapi')" = true ]
}

@test "programs that load what they call are covered, and their hints are shown" {
    judged covered 0 "names libzmq.so.5" ./loads
    [ "$(inspected ./loads '.program.function_names[]')" = zmq_bind ]
    [ "$(inspected ./loads '.program.loads_with | join(" ")')" = "dlopen dlsym" ]
    judged covered 0 "those it loads are reached" /usr/bin/python3
    judged covered 0 "those it loads are reached" php
    judged covered 0 "loads nothing" true
}

@test "a plugin by itself is judged as a part of the program that loads it" {
    plugin=$(echo /usr/lib/python3/dist-packages/zmq/backend/cython/socket.*.so)
    judged covered 0 "it is covered where the program that loads it is" "$plugin"
    [ "$(inspected "$plugin" .type)" = shared_library ]
    how='.program.references[] | select(.symbol == "zmq_setsockopt") | "\(.reached) \(.provider)"'
    [[ $(inspected "$plugin" "$how") == "true /"*/libzmq.so.5 ]]
}

@test "static programs are not covered" {
    build static inspect_plain.c -static
    build static_pie inspect_plain.c -static-pie
    judged not_covered 1 "statically linked" ./static
    judged not_covered 1 "statically linked" ./static_pie
    [ "$(inspected ./static_pie .type)" = static_pie ]
}

@test "a program of another C library is not covered" {
    musl-gcc -o musl "$TOP/tests/hosts/inspect_plain.c"
    judged not_covered 1 "its dynamic loader is /lib/ld-musl-" ./musl
}

@test "a file of another architecture is not covered" {
    judged not_covered 1 "built for 32-bit i386, libgsstap.so for 64-bit" "$TOP/tests/data/elf/i386"
}

@test "a Go program that calls no C library is only partly covered" {
    build go inspect_plain.c -DGO
    judged partly 1 "a Go program that imports no gss_ function: a Go package for Kerberos" ./go
    judged partly 1 "a Go program that imports no zmq_ function: a Go package for ZeroMQ" ./go
    [ "$(inspected ./go .go)" = true ]
    # Its build id can be left out.
    printf 'const char table[] __attribute__((section(".gopclntab"))) = "functions";' >table.c
    build go_unnamed inspect_plain.c table.c
    for section in .gopclntab .data.rel.ro.gopclntab .go.buildinfo; do
        objcopy --rename-section .gopclntab=$section go_unnamed go_by_section
        judged partly 1 "a Go program" ./go_by_section
    done
    # A program that knows how Go marks its programs is none.
    [ "$(inspected "$BUILD/gsstap" .go)" = false ]
}

@test "a libzmq inside the program is not reached: with symbols, exported, and stripped" {
    judged partly 1 "zmq_ functions linked into it" ./inside
    judged partly 1 "zmq_ functions linked into it" ./exports
    strip -o stripped inside
    judged partly 1 "seems to have libzmq linked into it" ./stripped
}

@test "a library that prefers its own definitions is pointed out" {
    mkdir symbolic
    small_libzmq symbolic/libzmq.so.5 -Wl,-Bsymbolic
    build symbolic_user inspect_host.c -lgssapi_krb5 -lzmq -Wl,-rpath,"\$ORIGIN/symbolic"
    [[ $(inspected ./symbolic_user '.notes[]') == *"libzmq.so.5 was linked with -Bsymbolic"* ]]
}

@test "AT_SECURE is foretold for root and nobody, set-ID bits, capabilities and no_new_privs" {
    [ "$(id -u)" = 0 ] || { echo "must be root"; return 1; }
    # Not below the test's own directory: nobody may not enter that.
    dir=$(mktemp -d /tmp/gsstap-inspect-XXXXXX)
    chmod 755 "$dir"
    cp "$BUILD/gsstap" "$dir/gsstap"
    for name in none suid_root suid_nobody sgid_root sgid_noexec cap_effective cap_permitted cap_inheritable; do
        cp plain "$dir/$name"
    done
    chown nobody "$dir/suid_nobody"
    chmod u+s "$dir/suid_root" "$dir/suid_nobody"
    chmod 2755 "$dir/sgid_root"
    chmod 2705 "$dir/sgid_noexec"
    setcap cap_net_bind_service+ep "$dir/cap_effective"
    setcap cap_net_bind_service+p "$dir/cap_permitted"
    setcap cap_net_bind_service+i "$dir/cap_inheritable"
    failed=0
    for as in root "nobody setpriv --reuid=nobody --regid=nogroup --clear-groups" \
        "held setpriv --reuid=nobody --regid=nogroup --clear-groups --no-new-privs"; do
        read -r who command <<<"$as"
        for file in "$dir"/*_* "$dir/none"; do
            # shellcheck disable=SC2086 # command is several words, or none
            real=$($command "$file" | sed 's/AT_SECURE //')
            # shellcheck disable=SC2086
            said=$($command "$dir/gsstap" inspect --format json "$file" | jq '.at_secure.secure | if . then 1 else 0 end')
            echo "$who ${file##*/}: $real, foretold $said" | tee -a "$BATS_TEST_TMPDIR/all"
            [ "$real" = "$said" ] || failed=1
        done
    done
    # shellcheck disable=SC2086
    run $command "$dir/gsstap" inspect "$dir/none"
    covered=$status
    run setpriv --reuid=nobody --regid=nogroup --clear-groups "$dir/gsstap" inspect "$dir/suid_root"
    rm -r "$dir"
    [ "$covered" = 0 ]
    [ "$status" = 1 ]
    [[ $output == *"LD_PRELOAD is ignored"*"gains privileges when started"* ]]
    [ $failed = 0 ]
    # Both answers were right at times.
    grep -q "foretold 1" "$BATS_TEST_TMPDIR/all"
    grep -q "foretold 0" "$BATS_TEST_TMPDIR/all"
}

@test "scripts are followed to their interpreter, through env as well" {
    printf '#!/usr/bin/env -S bash -e\ntrue\n' >script
    printf '#!%s/script\n' "$PWD" >nested
    printf '#!/usr/bin/env -S -i bash\ntrue\n' >bare
    chmod +x script nested bare
    judged covered 0 "is a script for $PWD/script" ./nested
    [ "$(inspected ./nested '.scripts | length')" = 2 ]
    [ "$(inspected ./nested '.program.path')" = "$(command -v bash)" ]
    judged not_covered 1 "drops LD_PRELOAD" ./bare
}

@test "a missing library is named" {
    mkdir gone
    small_libzmq gone/libzmq.so.5 -Wl,-soname,libgone.so.7
    build missing inspect_plain.c -Wl,--no-as-needed gone/libzmq.so.5
    judged not_covered 1 "libgone.so.7, which missing needs, is not found" ./missing
}

@test "what is not a program that can be read is an error: 2, and what is wrong" {
    printf '#!/usr/bin/env nosuchprogram\n' >lost
    echo text >text
    chmod +x lost
    truncate -s 30 cut && dd if=plain of=cut bs=30 count=1 conv=notrunc status=none
    for each in "nosuchprogram:no such program in PATH" "./nosuch:No such file" "./text:neither an ELF file nor" \
        "/:Is a directory" "./lost:env finds no program 'nosuchprogram'" "./cut:damaged ELF file" \
        "/dev/null:Permission denied"; do
        run "$GSSTAP" inspect "${each%%:*}"
        echo "$output"
        [ "$status" = 2 ]
        [[ $output == "gsstap: "*"${each#*:}"* ]]
    done
}

@test "a wrong command line is an error: 2" {
    for arguments in "" "a b" "--format xml a" "--nosuch a"; do
        # shellcheck disable=SC2086
        run "$GSSTAP" inspect $arguments
        [ "$status" = 2 ]
    done
}

@test "nothing that is inspected is executed, libraries neither" {
    mkdir marks
    printf '#include <fcntl.h>\n__attribute__((constructor)) static void mark(void) { open("%s/ran", 65, 0600); }\n' \
        "$PWD/marks" >mark.c
    gcc -shared -fPIC -Wl,-soname,libmark.so -o marks/libmark.so mark.c
    build marked inspect_plain.c mark.c -Wl,--no-as-needed marks/libmark.so -Wl,-rpath,"$PWD/marks"
    run "$GSSTAP" inspect ./marked
    [ "$status" = 0 ]
    [ ! -e marks/ran ]
    ./marked
    [ -e marks/ran ]
}

@test "names in a file cannot act on the terminal, and JSON stays JSON" {
    mkdir hostile
    small_libzmq hostile/libzmq.so.5 -Wl,-soname,"$(printf 'lib\033[31m\377evil.so')"
    build evil inspect_plain.c -Wl,--no-as-needed hostile/libzmq.so.5 -Wl,-rpath,"$(printf '/\033]0;title\007')"
    run "$GSSTAP" inspect ./evil
    [ "$status" = 1 ]
    [[ $output == *evil.so* ]]
    [[ $output != *$'\033'* && $output != *$'\007'* ]]
    [ "$(inspected ./evil '.libraries[] | select(.found_by == "not_found") | .name')" = "$(printf 'lib\033[31m\\xffevil.so')" ]
}

@test "a script's first line cannot act on the terminal" {
    printf '#!/no/such\033[31m\302\233interpreter\n' >script
    chmod +x script
    run "$GSSTAP" inspect ./script
    [ "$status" = 2 ]
    [[ $output == *'/no/such\x1b[31m\u{00009b}interpreter'* ]]
    [[ $output != *$'\033'* && $output != *$'\u009b'* ]]
}

@test "output is coloured on a terminal only" {
    run script -qec "'$GSSTAP' inspect ./plain" /dev/null
    [[ $output == *$'\033[1;32m'covered* ]]
    run "$GSSTAP" inspect ./plain
    [[ $output != *$'\033'* ]]
}
