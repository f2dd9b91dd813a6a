#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bash completion: the function is sourced and called as readline would, with and without the bash-completion package.

bats_require_minimum_version 1.5.0
load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    touch trace-one.pcapng policy.yaml 'with space.yaml'
    mkdir traces
    # shellcheck source=tools/completion.bash
    source "$TOP/tools/completion.bash"
}

# The shell's own works only while readline is completing.
compopt() { :; }

# typed WORD...: what is offered for the last word; the words are split as readline splits them at "=".
typed() {
    COMP_WORDS=("$GSSTAP" "$@")
    COMP_CWORD=$#
    COMP_LINE="${COMP_WORDS[*]}"
    COMP_POINT=${#COMP_LINE}
    COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
    COMPREPLY=()
    set +e # as in a user's shell
    _gsstap gsstap "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    set -e
}

offered() {
    local wanted=$1 each
    for each in "${COMPREPLY[@]}"; do
        [ "$each" = "$wanted" ] && return 0
    done
    echo "'$wanted' is not among: ${COMPREPLY[*]}"
    return 1
}

# readline offers each once.
exactly() {
    local got
    got=$(printf '%s\n' "${COMPREPLY[@]}" | sort -u | tr '\n' ' ')
    [ "$got" = "$1 " ] || {
        echo "offered: $got"
        return 1
    }
}

@test "commands are completed" {
    typed ""
    for name in run decode inspect policy realm help; do
        offered $name
    done
    typed de
    exactly decode
    typed --
    exactly "--help --version"
    typed help ru
    exactly run
}

@test "options are completed, and those of no other command" {
    typed run --
    offered --output
    offered --policy
    offered --level
    run ! offered --follow
    typed decode --fo
    offered --follow
    offered --format
}

@test "values of options are completed" {
    typed run --level ""
    exactly "audit calls messages off payload tokens"
    typed run -l to
    exactly tokens
    typed run --format ""
    exactly "json text"
    typed decode --format j
    exactly json
}

@test "values after an equals sign are completed as readline wants them" {
    typed run --level = ""
    exactly "audit calls messages off payload tokens"
    typed run --level = pay
    exactly payload
    typed run --policy = pol
    exactly policy.yaml
}

@test "files are completed where files are wanted" {
    typed run -p pol
    exactly policy.yaml
    typed run -p with
    exactly "with space.yaml"
    [ ${#COMPREPLY[@]} = 1 ]
    typed decode tr
    exactly "trace-one.pcapng traces"
}

@test "the words of policy are completed" {
    typed policy ""
    offered check
    offered compile
    typed policy check pol
    exactly policy.yaml
}

@test "after run come commands, and then what they take" {
    typed run mkfif
    exactly mkfifo
    typed run -p policy.yaml -- mkfif
    exactly mkfifo
    typed run --level=calls cat trace-
    exactly trace-one.pcapng
    typed realm -u alice -- mkfif
    exactly mkfifo
    # Options after the program are not run's.
    typed run cat --le
    run ! offered --level
}

@test "with the bash-completion package a program's own completion is used" {
    # shellcheck source=/dev/null
    source /usr/share/bash-completion/bash_completion
    _tool() { COMPREPLY=("$2-of-word-$COMP_CWORD"); }
    complete -F _tool tool
    typed run -p policy.yaml tool first sec
    exactly sec-of-word-2
    typed run --level = calls tool sec
    exactly sec-of-word-1
    typed run -p policy.yaml mkfif
    exactly mkfifo
}

@test "a gsstap that fails offers nothing and says nothing" {
    GSSTAP=/no/such/gsstap
    run -0 typed run ""
    [ -z "$output" ]
}

@test "it is registered for gsstap" {
    [ "$(complete -p gsstap)" = "complete -F _gsstap gsstap" ]
}
