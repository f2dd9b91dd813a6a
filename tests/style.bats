#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a machine can say about the text of the sources: layout, scripts, pages, forbidden calls, fixed waits.

bats_require_minimum_version 1.5.0
load helper

sources() {
    (cd "$TOP" && find . \( -name .git -o -name 'build*' -type d -o -name node_modules -o -path ./tests/data \) -prune -o -type f "$@" -print)
}

@test "C is laid out as .clang-format says" {
    cd "$TOP"
    sources -name '*.[ch]' >"$BATS_TEST_TMPDIR/list"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/list")" -gt 30 ]
    xargs clang-format --dry-run -Werror <"$BATS_TEST_TMPDIR/list" 2>"$BATS_TEST_TMPDIR/wrong" || {
        echo "make format lays these out; lines:"
        grep -oE '^[^:]+:[0-9]+:[0-9]+: error' "$BATS_TEST_TMPDIR/wrong" | cut -d: -f1 | sort | uniq -c
        return 1
    }
}

@test "shellcheck has nothing to say about any script" {
    cd "$TOP"
    {
        sources \( -name '*.sh' -o -name '*.bash' -o -name '*.bats' \)
        sources ! -name '*.*' | xargs grep -lE '^#!.*/(ba)?sh$' || :
        echo ./.ci/run
        echo ./.ci/missing
    } | sort -u >"$BATS_TEST_TMPDIR/list"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/list")" -gt 10 ]
    # SC1091: `load helper` is not followed. SC2030, SC2031: each test is a subshell of its own, that is the point.
    # SC2034, SC2154: variables shared with a file that is loaded. SC2016: code for an inner shell.
    # SC2164: Bats ends a test when cd fails. SC2317: functions that Bats or wait_until calls by name.
    xargs shellcheck -x -e SC1091,SC2016,SC2030,SC2031,SC2034,SC2154,SC2164,SC2317 <"$BATS_TEST_TMPDIR/list"
}

@test "Python sources compile without a warning" {
    cd "$TOP"
    { sources -name '*.py'; echo tests/run; } >"$BATS_TEST_TMPDIR/list"
    "$PYTHON" -W error - "$BATS_TEST_TMPDIR/list" <<'EOF'
import sys
for path in open(sys.argv[1]).read().split():
    compile(open(path).read(), path, "exec")
EOF
}

@test "mandoc has nothing to say about any page" {
    cd "$TOP"
    ls doc/*.[1-8]
    mandoc -Tlint -W warning doc/*.[1-8]
}

@test "text files end their lines as .editorconfig says" {
    cd "$TOP"
    # No blanks at the end of a line, no carriage return, a newline at the end of the file.
    run bash -c "grep -rnIE '[[:blank:]]+$|'\$'\r' --include='*.[chS1-8]' --include='*.def' --include='*.mk' --include='*.bats' \
        --include='*.bash' --include='*.sh' --include='*.py' --include='*.lua' --include=Makefile Makefile .ci demo doc policy shim tests tools trace wireshark | grep -v '^tests/data/'"
    echo "$output"
    [ -z "$output" ]
    run bash -c "find Makefile .ci demo doc policy shim tests tools trace wireshark -type f -name '*.[chS1-8]' -exec sh -c '[ -z \"\$(tail -c1 \"\$1\")\" ] || echo \"\$1\"' sh {} \;"
    echo "$output"
    [ -z "$output" ]
}

@test "no test waits for a time: it waits for a condition" {
    cd "$TOP"
    # A pause inside a polling loop says so in its line, or is one of hundredths of a second in shell.
    run bash -c "grep -rnE '\b(u|nano|clock_nano)?sleep *\(|time\.sleep|\bsleep +[0-9.]' tests demo --include='*.[ch]' --include='*.bats' \
        --include='*.bash' --include='*.sh' --include='*.py' --include='*.rb' --include='*.js' --include='*.php' \
        --include='*.pl' --include='*.R' |
        grep -vE '\bpoll|\bsleep 0\.0[0-9]+\b|^tests/style\.bats:'"
    echo "$output"
    [ -z "$output" ]
}

@test "the shim never calls what would end, print in, or change its host" {
    local forbidden='exit|_exit|_Exit|quick_exit|abort|__assert(_fail|_perror_fail)?|(__)?v?f?printf(_chk)?|puts|fputs|putchar|putc|fputc|fwrite|perror|std(in|out|err)'
    forbidden="$forbidden|v?(err|warn)x?|v?syslog|__v?syslog_chk|signal|sigaction|sigset|bsd_signal|setenv|putenv|unsetenv|clearenv|setlocale"
    forbidden="$forbidden|system|popen|fork|vfork|exec[lv].*|chdir|fchdir|umask|atexit|on_exit|strtok|localtime|gmtime|rand|srand|setrlimit|raise|kill"
    nm -D --undefined-only "$SHIM" | awk '{sub(/@.*/, "", $2); print $2}' >"$BATS_TEST_TMPDIR/calls"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/calls")" -gt 5 ]
    # SIGUSR2 of a trace with a limit is what the user has asked for.
    [ "$(nm -A --undefined-only "$BUILD"/shim-obj/shim/*/*.o | awk '$NF == "sigaction" {sub(".*/", ""); print $1}')" = rotate.c.o: ]
    run grep -xE "$forbidden" <(grep -vx sigaction "$BATS_TEST_TMPDIR/calls")
    echo "$output"
    [ -z "$output" ]
}

@test "digits are written in one place, and in one for policy/, which includes nothing of ours" {
    cd "$TOP"
    run -0 grep -rlE "'0' \+ .*% 10" shim trace policy
    [ "$(sort <<<"$output")" = "policy/say.c"$'\n'"trace/decimal.h" ]
}

@test "no file names a place on one machine" {
    cd "$TOP"
    run bash -c "grep -rnIE '/wor[k]/|/tmp/b-|/home/[a-z]+/' Makefile .ci demo doc policy shim tests tools trace wireshark ./*.md | grep -vE '^tests/(style\.bats|data/)'"
    echo "$output"
    [ -z "$output" ]
}
