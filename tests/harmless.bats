#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a command was given on its command line, or finds in a file's name, cannot act on the terminal that shows it.

load helper

# ESC, CSI as one character (U+009B), and a change of direction (U+202E); the second word would begin a line of its own.
ACTS=$'a\e]0;x\a\xc2\x9b31m\xe2\x80\xae'
LINES=$'b\ngsstap: all is well'

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# harmless WORD...: the command says something of it, and nothing that acts on a terminal.
harmless() {
    echo "$@" | cat -v
    timeout 60 "$GSSTAP" "$@" </dev/null >said 2>&1 || :
    cat -v said
    [ -s said ]
    if LC_ALL=C grep -qaP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae|^gsstap: all is well' said; then
        return 1
    fi
}

@test "an option's value that is wrong is told harmlessly" {
    local word
    for word in "$ACTS" "$LINES"; do
        for option in decode:format decode:colour decode:call decode:pid run:level run:format run:max-size run:call \
            realm:lifetime realm:port realm:enctypes realm:user doctor:format doctor:service inspect:format timeline:format; do
            case $option in
            run:*) harmless run "--${option#*:}=$word" -o x.pcapng -- true ;;
            realm:*) harmless realm "--${option#*:}=$word" -- true ;;
            *) harmless "${option%:*}" "--${option#*:}=$word" x.pcapng ;;
            esac
        done
    done
}

@test "a word that is no option, no command and no file is told harmlessly" {
    local word command
    harmless "$ACTS"
    harmless "$LINES"
    harmless help "$ACTS"
    for command in decode run realm doctor inspect timeline report redact policy kick cert extcap; do
        harmless $command "--$ACTS"
        harmless $command $'-\e' x
        for word in "$ACTS" "$LINES"; do
            harmless $command "$word" "$word" "$word"
        done
    done
    harmless extcap --extcap-interface gsstap --extcap-capture-filter "$ACTS"
    harmless run -- "$ACTS"
    harmless run -o "$ACTS/x" -- true
    harmless realm -- "$ACTS"
}

@test "so is the name of a policy, and what is in it" {
    local word
    for word in "$ACTS" "$LINES"; do
        harmless policy check "$word"
        harmless run -p "$word" -- true
        printf 'version: 1\n"%s": 1\n' "${word//$'\n'/\\n}" >"$word"
        harmless policy check "$word"
        harmless run -p "$word" -- true
        harmless policy compile "$word"
        printf 'version: 1\nmode: audit\n' >"$word"
        harmless policy check "$word"
        harmless policy compile "$word"
        "$GSSTAP" policy compile -o c.bin "$word"
        cp c.bin "$word"
        harmless policy check "$word"
        harmless policy compile "$word"
        head -c 50 c.bin >"$word"
        harmless policy check "$word"
        harmless run -p "$word" -- true
    done
}

@test "what is no control is shown as it is" {
    printf 'version: 1\n"schlüssel": 1\n' >prüfung.yaml
    run "$GSSTAP" policy check prüfung.yaml
    [[ $output = "prüfung.yaml:2:1: error: "* ]]
    run "$GSSTAP" decode --format "größe" x.pcapng
    [[ $output = *"'größe'"* ]]
}
