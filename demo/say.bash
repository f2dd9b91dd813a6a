# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# How the demo talks: headings, explanations, the commands it runs, what they say; colour on a terminal only. And how it
# waits, what it starts in the background (ended by its own id), and how it fails: by naming the step.

bold='' green='' red='' blue='' plain=''
if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' blue=$'\e[36m' plain=$'\e[0m'
fi

STEP=start
STARTED=()

step() {
    STEP=$1
    printf '\n%s%s  %s%s\n' "$bold$blue" "$1" "$2" "$plain"
}

say() {
    printf '   %s\n' "$@"
}

# command TEXT: a command as one would type it.
command_line() {
    printf '\n   %s$ %s%s\n' "$bold" "$1" "$plain"
}

# show [MARK]: indents what a program says. MARK, a pattern without a comma, is made to stand out.
# shellcheck disable=SC2120 # shellcheck does not see the calls with MARK, in tour.sh
show() {
    sed -E "s/^/     /${1:+; s,($1),$bold\\1$plain,g}"
}

ok() {
    printf '   %s✓ %s%s\n' "$green" "$1" "$plain"
}

fail() {
    printf '\n   %s✗ step %s: %s%s\n' "$bold$red" "$STEP" "$1" "$plain" >&2
    # shellcheck disable=SC2119
    [ ! -f "${2:-}" ] || { tail -n 20 "$2" | show; } >&2
    exit 1
}

# wait_for WHAT COMMAND...: polls COMMAND until it succeeds; fails after 20 s.
wait_for() {
    local what=$1 end=$((SECONDS + 20))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || fail "waited 20 s in vain for $what"
        sleep 0.02
    done
}

# background OUTPUT INPUT COMMAND...: a program, not a function: its id is then in PID, what it says in the file OUTPUT. A
# FIFO as INPUT keeps it waiting until there is a writer.
background() {
    local output=$1 input=$2
    shift 2
    {
        trap - ERR
        exec "$@" <"$input"
    } >"$output" 2>&1 &
    PID=$!
    STARTED+=("$PID")
}

# Ends what background started and has not ended.
end_all() {
    local pid
    for pid in "${STARTED[@]}"; do
        kill "$pid" 2>/dev/null || :
    done
    wait
    STARTED=()
}

# has_lines COUNT TEXT FILE: for wait_for.
has_lines() {
    [ "$(grep -cF -- "$2" "$3")" -ge "$1" ]
}

# listening PORT: does anybody? Asks the kernel: a connection would be taken for a client.
listening() {
    grep -qE "^ *[0-9]+: [0-9A-F]+:$(printf %04X "$1") [0-9A-F]+:0000 0A" /proc/net/tcp /proc/net/tcp6
}
