#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is listed in two places must agree: exports with calls.def, commands and options with their pages, keywords and
# events with theirs, includes with the borders between the folders. Each test prints what is on one side only.

bats_require_minimum_version 1.5.0
load helper

# rows FILE MACRO=VALUE...: a .def file's rows, one a line, as the given macros print them; other macros print nothing.
rows() {
    local file=$1 macro
    shift
    {
        for macro in CALL EXEC EXCUSED EVENT FIELD COMMAND DIAGNOSIS; do
            case " $* " in
            *" $macro="*) ;;
            *) echo "#define $macro(...)" ;;
            esac
        done
        for macro in "$@"; do
            echo "#define ${macro%%=*}(a, b...) ${macro#*=}"
        done
        echo "#include \"$file\""
    } | gcc -E -P -x c -I"$TOP" - | sed 's/^ *//; s/ *$//' | grep .
}

calls() { rows trace/calls.def 'CALL=CALL_ROW(a, b)' | sed -E 's/.*, (\w+)\)$/\1/' | sort; }
excused() { rows trace/calls.def 'EXCUSED=a' | sort; }

# same WHAT FILE FILE: fails with the lines that only one has.
same() {
    local only
    only=$(diff "$2" "$3" | grep '^[<>]') || return 0
    echo "$1: < only in the first, > only in the second"
    echo "$only"
    return 1
}

library() {
    ldconfig -p | awk -v name="$1" '$1 == name {print $NF; exit}'
}

# functions LIBRARY PREFIX: its exported functions; data objects are none.
functions() {
    nm -D --defined-only "$(library "$1")" | awk '$2 ~ /^[TWi]$/ {sub(/@.*/, "", $3); print $3}' | grep "^$2" | sort -u
}

page() {
    MANWIDTH=200 mandoc -Tutf8 -O width=200 "$TOP/doc/$1" | sed "s/.\x08//g"
}

commands() { rows tools/commands.def 'COMMAND=a' | sort; }

# options COMMAND: its long options, but those that argp gives to every command.
options() {
    "$GSSTAP" "$1" --help | grep -E '^ +-' | grep -oE -- '--[a-z][a-z0-9-]*' | grep -vxE -- '--(help|usage|version)' | sort -u
}

@test "the shim exports the calls of calls.def and exec.def the loader's functions and a few of the C library's, and nothing else" {
    cd "$BATS_TEST_TMPDIR"
    { calls; rows shim/exec/exec.def 'EXEC=a'; printf '%s\n' dlsym dlvsym dlopen dlclose prctl syscall _exit _Exit epoll_create1 epoll_create; } | sort >listed
    nm -D --defined-only "$SHIM" | awk '{print $3}' | sort >exported
    same "rows, exports of the shim" listed exported
    [ "$(wc -l <exported)" -gt 120 ]
}

@test "every setting that the shim reads is put back where an environment lost it, and is on the page" {
    local wrong=0
    cd "$BATS_TEST_TMPDIR"
    grep -rhoE 'getenv\("GSSTAP_[A-Z_]+"\)' "$TOP/shim" | grep -oE 'GSSTAP_[A-Z_]+' | sort -u >asked
    grep -oE '"GSSTAP_[A-Z_]+="' "$TOP/shim/exec/settings.c" | grep -oE 'GSSTAP_[A-Z_]+' | sort -u >kept
    same "settings read, settings kept" asked kept
    page gsstap.1 >shown
    while read -r name; do
        grep -qE "^ *$name( |$)" shown || { wrong=1; echo "gsstap(1) does not describe $name"; }
    done <asked
    [ "$(wc -l <asked)" -ge 5 ]
    [ $wrong = 0 ]
}

# What the C library makes of a name of its own is said here.
@test "a filter is asked about every system call that the recorder makes once it runs" {
    cd "$BATS_TEST_TMPDIR"
    gcc -E -dM -include asm/unistd_64.h -x c /dev/null | sed -n 's/^#define __NR_\([a-z0-9_]*\) .*/\1/p' | sort >exist
    { grep -rhoE '\bSYS_\w+' "$TOP"/trace "$TOP"/shim/{core,exec,loader} --exclude=seccomp.c | sed 's/SYS_//'
        find "$BUILD"/shim-obj/trace "$BUILD"/shim-obj/shim/{core,exec,loader} -name '*.o' -exec nm -u {} + |
            awk '{print $NF}' | sed -E 's/@.*//; s/^f?stat$/newfstatat/; s/^getrlimit$/prlimit64/; s/^pthread_mutex_lock$/futex/; s/^faccessat$/faccessat2/; s/^open$/openat/'
    } | sort -u | comm -12 - exist >made
    sed -n '/ \(more_\)*calls\[\] = {/,/^};/s/.*{SYS_\([a-z0-9_]*\),.*/\1/p' "$TOP/shim/core/seccomp.c" | sort -u >asked
    # At start alone; and the host's own, which is why we are asked.
    same "system calls made, system calls that seccomp.c asks about" <(grep -vxE 'execve(at)?|exit_group|prctl|seccomp' made) asked
    [ "$(wc -l <asked)" -gt 30 ]
}

@test "the shim's exports carry no symbol version" {
    nm -D --defined-only "$SHIM" >"$BATS_TEST_TMPDIR/exported"
    run ! grep @ "$BATS_TEST_TMPDIR/exported"
}

@test "every function of the installed GSSAPI and ZeroMQ is wrapped or excused" {
    cd "$BATS_TEST_TMPDIR"
    { calls; excused; } | sort -u >known
    { functions libgssapi_krb5.so.2 gss_; functions libzmq.so.5 zmq_; } | sort -u >installed
    [ "$(wc -l <installed)" -gt 160 ]
    run comm -13 known installed
    echo "neither wrapped nor excused: $output"
    [ -z "$output" ]
}

@test "nothing is excused that no installed library exports, that is wrapped, or that has no reason" {
    cd "$BATS_TEST_TMPDIR"
    { functions libgssapi_krb5.so.2 gss_; functions libzmq.so.5 zmq_; } | sort -u >installed
    calls >wrapped
    excused >excuses
    comm -23 excuses installed >only
    comm -12 excuses wrapped >>only
    rows trace/calls.def 'EXCUSED=a b' | awk 'length($0) - length($1) < 20 {print $1}' >>only
    cat only
    [ ! -s only ]
    [ -z "$(uniq -d excuses)" ]
}

@test "ids are explicit, unique and fit their fields" {
    local list
    for list in "trace/calls.def CALL=a" "trace/events.def EVENT=a" "trace/events.def FIELD=a"; do
        # shellcheck disable=SC2086 # a file and a macro
        rows $list >"$BATS_TEST_TMPDIR/ids"
        [ -s "$BATS_TEST_TMPDIR/ids" ]
        run sort "$BATS_TEST_TMPDIR/ids"
        run uniq -d <<<"$output"
        echo "$list: twice: $output"
        [ -z "$output" ]
        run ! grep -vxE '[1-9][0-9]{0,3}' "$BATS_TEST_TMPDIR/ids"
    done
    # Names of calls and events, and symbols of fields, are unique as well.
    [ -z "$(calls | uniq -d)" ]
    [ -z "$(rows trace/events.def 'EVENT=b' | sort | uniq -d)" ]
}

@test "every command has its source, its page, its line in the overview, in README, in help and in completion" {
    local name wrong=0
    "$GSSTAP" help >"$BATS_TEST_TMPDIR/help"
    "$GSSTAP" __complete "" >"$BATS_TEST_TMPDIR/completion"
    page gsstap.1 >"$BATS_TEST_TMPDIR/overview"
    for name in $(commands); do
        [ -f "$TOP/tools/cmd_$name.c" ] || { wrong=1; echo "no tools/cmd_$name.c"; }
        [ -f "$TOP/doc/gsstap-$name.1" ] || { wrong=1; echo "no doc/gsstap-$name.1"; }
        grep -q "^  $name " "$BATS_TEST_TMPDIR/help" || { wrong=1; echo "$name is not in help"; }
        grep -qx "$name" "$BATS_TEST_TMPDIR/completion" || { wrong=1; echo "$name is not completed"; }
        grep -q "gsstap-$name(1)" "$BATS_TEST_TMPDIR/overview" || { wrong=1; echo "gsstap(1) does not refer to gsstap-$name(1)"; }
        grep -q "(doc/gsstap-$name.1)" "$TOP/README.md" || { wrong=1; echo "README does not refer to doc/gsstap-$name.1"; }
    done
    for name in "$TOP"/tools/cmd_*.c; do
        name=${name##*/cmd_}
        commands | grep -qx "${name%.c}" || { wrong=1; echo "tools/cmd_$name has no row in commands.def"; }
    done
    [ "$(commands | wc -l)" -ge 5 ]
    [ $wrong = 0 ]
}

@test "every diagnosis has its source, its section in gsstap-findings(7) and an explanation" {
    local name wrong=0
    cd "$BATS_TEST_TMPDIR"
    rows tools/diagnose/diagnoses.def 'DIAGNOSIS=DIAGNOSIS_ROW(a, b)' | sed -E 's/.*\(([0-9]+), \w+, "(.*)"\)$/\1 \2/' >numbered
    awk '{ printf "GT%04d", $1; $1 = ""; print }' numbered | sort >exist
    sed -n 's/^\.Ss \(GT[0-9].*\)/\1/p' "$TOP/doc/gsstap-findings.7" | sort >described
    same "diagnoses: diagnoses.def, page" exist described
    "$GSSTAP" doctor --explain all | sort | same "diagnoses: page, --explain" described -
    # Each by a test that bears its name, which looks for its id.
    while read -r number name; do
        grep -qs "$(printf 'finds GT%04d' "$number")\|$(printf 'only GT%04d' "$number")" "$TOP/tests/diagnose_$name.bats" ||
            { wrong=1; printf 'no tests/diagnose_%s.bats finds GT%04d\n' "$name" "$number"; }
    done < <(rows tools/diagnose/diagnoses.def 'DIAGNOSIS=DIAGNOSIS_ROW(a, b)' | sed -E 's/.*\(([0-9]+), (\w+),.*/\1 \2/')
    while read -r name _; do
        [ "$("$GSSTAP" doctor --explain "$name" | wc -l)" -ge 3 ] || { wrong=1; echo "$name is not explained"; }
    done <exist
    [ "$(wc -l <exist)" -ge 10 ]
    [ $wrong = 0 ]
}

@test "every option is on its command's page, and every option of the page exists" {
    local name wrong=0
    cd "$BATS_TEST_TMPDIR"
    for name in $(commands); do
        options "$name" >exists
        page "gsstap-$name.1" >rendered
        grep -E '^ +-' rendered | grep -oE -- '--[a-z][a-z0-9-]*' | grep -vxE -- '--(help|usage|version)' | sort -u >described || :
        same "options of $name: --help, page" exists described || wrong=1
    done
    options run >exists
    [ "$(wc -l <exists)" -ge 3 ]
    [ $wrong = 0 ]
}

@test "every token decoder has samples with what they decode to, and every sample its decoder" {
    local name sample wrong=0
    cd "$TOP/tests/data/token"
    rows tools/token/decoders.def 'DECODER=a' >"$BATS_TEST_TMPDIR/decoders"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/decoders")" -ge 4 ]
    while read -r name; do
        [ -n "$(find "$name" -name '*.bin' 2>/dev/null)" ] || { wrong=1; echo "no tests/data/token/$name/*.bin"; }
    done <"$BATS_TEST_TMPDIR/decoders"
    for sample in */*; do
        grep -qx "${sample%%/*}" "$BATS_TEST_TMPDIR/decoders" || { wrong=1; echo "no decoder ${sample%%/*} in decoders.def"; }
        [ -e "${sample%.*}.bin" ] && [ -e "${sample%.*}.json" ] || { wrong=1; echo "$sample stands alone"; }
    done
    [ $wrong = 0 ]
}

@test "every key of JSON is on its command's page, those of tokens with what they lie in" {
    local keys="$TOP/tests/json_keys.py" page="$TOP/doc/gsstap"
    cd "$TOP"
    "$PYTHON" "$keys" "$page-doctor.1" tools/view/findings_json.c tools/doctor/*.c
    "$PYTHON" "$keys" "$page-timeline.1" tools/view/timeline_json.c
    "$PYTHON" "$keys" "$page-decode.1" tools/view/summary_json.c tools/view/event_json.c
    "$PYTHON" "$keys" "$page-inspect.1" tools/elf/json.c
    "$PYTHON" "$keys" "$page-policy.1" tools/replay/*.c
    "$PYTHON" tests/token_keys.py "$page-decode.1" tests/data/token/*/*.json tools/token/*.c
}

@test "a key that is on no page, or on one and nowhere else, is found" {
    cd "$BATS_TEST_TMPDIR"
    sed 's/ sname ,//' "$TOP/doc/gsstap-decode.1" >missing.1
    run -1 "$PYTHON" "$TOP/tests/token_keys.py" missing.1 "$TOP"/tests/data/token/*/*.json "$TOP"/tools/token/*.c
    [[ $output == *"ticket: sname is in a sample and not on the page"* ]]
    sed 's/^\.It Li ap_req$/&\n.Li nosuch ,/' "$TOP/doc/gsstap-decode.1" >more.1
    run -1 "$PYTHON" "$TOP/tests/token_keys.py" more.1 "$TOP"/tests/data/token/*/*.json "$TOP"/tools/token/*.c
    [ "$output" = "ap_req: nosuch is on the page, and neither in a sample nor in a decoder" ]
    sed 's/damaged/broken/' "$TOP/doc/gsstap-doctor.1" >missing.1
    run -1 "$PYTHON" "$TOP/tests/json_keys.py" missing.1 "$TOP/tools/view/findings_json.c"
    [ "$output" = damaged ]
}

@test "a short option means one thing in all commands" {
    local name
    for name in $(commands); do
        "$GSSTAP" "$name" --help | sed -nE 's/^ +-([a-zA-Z]), --([a-z-]+).*/\1 \2/p'
    done | sort -u >"$BATS_TEST_TMPDIR/short"
    cat "$BATS_TEST_TMPDIR/short"
    [ "$(cut -d' ' -f1 "$BATS_TEST_TMPDIR/short" | sort | uniq -d)" = "" ]
    for name in "e call" "f follow" "l level" "o output" "p policy"; do
        grep -qx "$name" "$BATS_TEST_TMPDIR/short"
    done
}

@test "options and their texts are in their columns" {
    local name
    for name in $(commands); do
        "$GSSTAP" "$name" --help | sed -n '/^ *-/,$p' | sed '/^  -?/,$d' | sed "s/^/$name: /"
    done >"$BATS_TEST_TMPDIR/options"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/options")" -gt 50 ]
    # argp loses its count where a line ends right at the margin: such a text is worded otherwise.
    run ! grep -vE '^[a-z]+: (  -., --|      --| {29}[^ ])' "$BATS_TEST_TMPDIR/options"
}

@test "every option is completed" {
    local name wrong=0
    cd "$BATS_TEST_TMPDIR"
    for name in $(commands); do
        options "$name" >exists
        "$GSSTAP" __complete "$name" -- | grep -vxE -- '--(help|usage|version)' | grep '^--' | sort -u >completed || :
        same "options of $name: --help, completion" exists completed || wrong=1
    done
    [ $wrong = 0 ]
}

# items PAGE: the keywords that head an item of a list, with those of the list around: zmq.inject, zmq.inject.bind.
items() {
    awk '/^\.S[hs] / { depth = 0; name[0] = "" }
        /^\.Bl / { depth++; name[depth] = "" }
        /^\.El/ { depth-- }
        /^\.It (Cm|Ic) / { name[depth] = (name[depth - 1] == "" ? "" : name[depth - 1] ".") $3; print name[depth] }' "$TOP/doc/$1"
}

@test "every policy keyword heads an item of gsstap-policy(5)" {
    cd "$BATS_TEST_TMPDIR"
    "$GSSTAP" policy --list | awk '{print $1}' | sort >exist
    [ "$(wc -l <exist)" -ge 8 ]
    items gsstap-policy.5 | sort -u >described
    comm -23 exist described >only
    echo "gsstap-policy(5) has no item for: $(cat only)"
    [ ! -s only ]
}

# table PAGE SECTION: the rows of the list in this section of the page: id and name, and what else stands in it.
table() {
    awk -v section="$2" '/^\.S[hs] / { inside = substr($0, 5) == section }
        inside && /^\.It [0-9]/ { gsub(/ Ta( |$)/, " "); sub(/^\.It /, ""); sub(/ +$/, ""); print }' "$TOP/doc/$1"
}

@test "the tables of gsstap-trace(5) have every type, event, field and call, and no other" {
    local wrong=0
    cd "$BATS_TEST_TMPDIR"
    rows trace/events.def 'EVENT=a b' | awk '{print $1, $2}' | sort >exist
    table gsstap-trace.5 Events | awk '{print $1, $2}' | sort >described
    same "events: events.def, page" exist described || wrong=1
    rows trace/events.def 'FIELD=FIELD_ROW(a, b)' | sed -E 's/FIELD_ROW\(([0-9]+), \w+, (\w+), (\w+).*/\1 \2 \3/' | sort >exist
    table gsstap-trace.5 "Fields by id" | awk '{print $1, $2, $3}' | sort >described
    same "fields: events.def, page" exist described || wrong=1
    rows trace/calls.def 'CALL=CALL_ROW(a, b)' | sed -E 's/CALL_ROW\(([0-9]+),.*\<(\w+)\)$/\1 \2/' | sort >exist
    table gsstap-trace.5 "Calls by id" | awk '{print $1, $2}' | sort >described
    same "calls: calls.def, page" exist described || wrong=1
    [ "$(wc -l <exist)" -gt 120 ]
    sed -nE 's/^\tTR_TYPE_(\w+)( = 1)?,.*/\1/p' "$TOP/trace/format.h" | sort >exist
    sed -nE '/^\.It Em Type Ta Em Length/,/^\.El/s/^\.It ([A-Z_]+) .*/\1/p' "$TOP/doc/gsstap-trace.5" | sort >described
    same "types: format.h, page" exist described || wrong=1
    [ "$(wc -l <exist)" -gt 20 ]
    [ $wrong = 0 ]
}

@test "no include crosses a border that the table in CONTRIBUTING.md draws between the folders" {
    "$PYTHON" "$TOP/tests/borders.py" "$TOP"
}

@test "an include that crosses a border is found, in every room" {
    local room rooms
    cd "$BATS_TEST_TMPDIR"
    cp "$TOP/CONTRIBUTING.md" .
    for room in trace policy shim tools wireshark tests doc; do
        (cd "$TOP" && find "$room" -type d) | xargs mkdir -p
    done
    "$PYTHON" "$TOP/tests/borders.py" .
    rooms=$(cd "$TOP" && find trace policy shim tools wireshark -type d)
    [ "$(wc -l <<<"$rooms")" -gt 20 ]
    for room in $rooms; do
        echo '#include "tests/unit/pieces.h"' >"$room/crosses.c"
        run -1 "$PYTHON" "$TOP/tests/borders.py" .
        [ "$output" = "$room/crosses.c includes tests/unit/pieces.h" ]
        rm "$room/crosses.c"
    done
    # includes STATUS ROOM INCLUDE: whether that is found.
    includes() {
        echo "  #  include $3" >"$2/crosses.def"
        run "-$1" "$PYTHON" "$TOP/tests/borders.py" .
        rm "$2/crosses.def"
    }
    includes 1 tools/token '"tools/doctor/acceptor_name.h"'
    includes 1 tools/model '"tools/view/event.h"'
    includes 1 tools/model '"tools/model/../view/event.h"'
    includes 1 trace '<gssapi/gssapi.h>'
    includes 1 policy '"trace/reader.h"'
    includes 1 shim/core '<zmq.h>'
    includes 1 shim/gss '"shim/exec/exec.h"'
    includes 1 shim/wire '"trace/reader.h"'
    includes 0 tools/token '"tools/names/names.h"'
    includes 0 tools/model '"trace/reader.h"'
    includes 0 tools '"tools/view/event.h"'
    includes 0 shim/wire '<zmq.h>'
    includes 0 trace '<stdio.h>'
    mkdir tools/room
    echo >tools/room/new.c
    run -1 "$PYTHON" "$TOP/tests/borders.py" .
    [ "$output" = "tools/room/ has no row in CONTRIBUTING.md" ]
}

# circles ROOM OBJECTS ALLOWED...: fails with the circles among files that hold one that is not allowed. An allowed one
# is a file without its suffix, or a folder for all in it; one that is in no circle any more fails as well.
circles() {
    local room=$1 objects=$2 wrong=0 file allowed
    shift 2
    "$PYTHON" "${circles_py:-$TOP/tests/circles.py}" "$TOP" "$BUILD/$objects" "$room" >"$BATS_TEST_TMPDIR/circles"
    while read -r file; do
        for allowed in "$@"; do
            case $file in "$allowed" | "$allowed"/*) continue 2 ;; esac
        done
        wrong=1
        echo "$file is in a circle: its files need each other (includes and calls)"
    done < <(tr ' ' '\n' <"$BATS_TEST_TMPDIR/circles")
    for allowed in "$@"; do
        tr ' ' '\n' <"$BATS_TEST_TMPDIR/circles" | grep -qE "^$allowed(/|$)" && continue
        wrong=1
        echo "$allowed is allowed to be in a circle, and is in none: take it out of the list"
    done
    cat "$BATS_TEST_TMPDIR/circles"
    return $wrong
}

@test "no files of the tools need each other in a circle" {
    circles tools tools-obj
}

@test "no files of the shim need each other in a circle" {
    circles shim shim-obj
}

@test "a circle among files is found" {
    cd "$BATS_TEST_TMPDIR"
    mkdir -p room objects/room
    echo 'int b(void); int a(void); int a(void) { return b(); }' >room/a.c
    echo 'int a(void); int b(void); int b(void) { return a(); }' >room/b.c
    echo 'int a(void); int c(void); int c(void) { return a(); }' >room/c.c
    for name in a b c; do gcc -c -o objects/room/$name.c.o room/$name.c; done
    [ "$("$PYTHON" "$TOP/tests/circles.py" . objects room)" = "room/a room/b" ]
}

@test "a circle that is allowed and is none any more is found" {
    cd "$BATS_TEST_TMPDIR"
    mkdir -p room/two objects/room/two
    echo 'int b(void); int a(void); int a(void) { return b(); }' >room/two/a.c
    echo 'int a(void); int b(void); int b(void) { return a(); }' >room/two/b.c
    for name in a b; do gcc -c -o objects/room/two/$name.c.o room/two/$name.c; done
    circles_py=$TOP/tests/circles.py
    TOP=$BATS_TEST_TMPDIR BUILD=$BATS_TEST_TMPDIR
    run ! circles room objects
    [[ $output == *"room/two/a is in a circle"* ]]
    circles room objects room/two
    circles room objects room/two/a room/two/b
    run ! circles room objects room/two room/t
    [[ $output == *"room/t is allowed to be in a circle, and is in none"* ]]
}

@test "the shim's objects call nothing of the tools' side" {
    local object wrong=0
    # What is in policy/ and trace/ for the tools only must not be linked in: YAML, JSON, ELF, argp, krb5.
    nm -D --undefined-only "$SHIM" | awk '{print $2}' >"$BATS_TEST_TMPDIR/wanted"
    grep -q '^mmap' "$BATS_TEST_TMPDIR/wanted"
    for object in yaml_ json_ elf_ gelf_ krb5_ argp_ gss_ zmq_; do
        grep "^$object" "$BATS_TEST_TMPDIR/wanted" && wrong=1
    done
    [ $wrong = 0 ]
}

@test "the shim needs libc and no other library" {
    readelf -d "$SHIM" | grep -q NEEDED
    run bash -c "readelf -d '$SHIM' | grep NEEDED | grep -oE '\[[^]]*\]' | grep -vE '^\[(libc\.so\.6|ld-linux-x86-64\.so\.2|libasan\.so.*|libubsan\.so.*)\]$'"
    echo "$output"
    [ -z "$output" ]
}

@test "every source says its licence in its first lines" {
    local file wrong=0 count=0
    while read -r file; do
        count=$((count + 1))
        head -3 "$file" | grep -q 'SPDX-License-Identifier: MIT' || { wrong=1; echo "$file"; }
    done < <(cd "$TOP" && find .ci demo doc policy shim tests tools trace wireshark -type f \
        \( -name '*.[chS]' -o -name '*.def' -o -name '*.in' -o -name '*.py' -o -name '*.lua' -o -name '*.rb' -o -name '*.js' -o -name '*.mk' \
        -o -name '*.sh' -o -name '*.bash' -o -name '*.bats' -o -name '*.[1-8]' -o -path .ci/run -o -path .ci/missing \
        -o -path tests/run -o -path tests/bench/run \) ! -path 'tests/data/*' | sed "s,^,$TOP/,")
    [ $count -gt 50 ]
    [ $wrong = 0 ]
}
