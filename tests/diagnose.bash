# SPDX-License-Identifier: MIT
# For tests/diagnose_*.bats: a cause is made with a real KDC and real programs, found with its names and its remedy, and
# gone once the remedy was applied.
# shellcheck shell=bash

SERVICE=host@localhost

# diagnose_up [OPTION...]: realm_up for handshakes with SERVICE.
# shellcheck disable=SC2119,SC2120 # the options are given by the files that load this
diagnose_up() {
    realm_up -u alice -u bob -s host@localhost "$@"
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
}

# What a file has that says nothing else of it: a realm for all its tests, and each test in a directory of its own.
# shellcheck disable=SC2119
setup_file() {
    diagnose_up
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
}

listens() {
    grep -q "$(printf ':%04X 00000000:0000 0A' "$1")" /proc/net/tcp /proc/net/tcp6
}

up_or_gone() {
    listens "$1" || gone "$2"
}

# handshake NAME [VAR=VALUE...]: gss-server, then gss-client with the words of CLIENT, both traced, in a fresh directory
# NAME; variables S_X=Y are set for the server as X, C_X=Y for the client. How they ended is $SERVER and $CLIENT_STATUS.
# SEND is what tests/hosts/send_token.py sends in gss-client's place; SERVER_AS becomes the user that gss-server runs as.
handshake() {
    local for_server=() for_client=() word port pid trace=server.pcapng
    mkdir "$1"
    [ -z "${SERVER_AS[*]}" ] || { chmod 777 "$1"; trace=%n-%p.pcapng; }
    for word in "${@:2}"; do
        case $word in
        S_*) for_server+=("${word#S_}") ;;
        C_*) for_client+=("${word#C_}") ;;
        esac
    done
    read -r port < <(free_port)
    local client=(gss-client -port "$port" "${CLIENT[@]}" localhost "${WANTED:-$SERVICE}" hello)
    # shellcheck disable=SC2206 # words
    [ -z "${SEND:-}" ] || client=("$PYTHON" "$TOP/tests/hosts/send_token.py" "$port" $SEND)
    env "${for_server[@]}" "$GSSTAP" run "${RUN_SERVER[@]}" -o "$1/$trace" -- "${SERVER_AS[@]}" gss-server -once -port "$port" "${SERVER_OPTIONS[@]}" "$SERVICE" \
        >"$1/server.out" 2>&1 3>&- &
    pid=$!
    wait_until 60 up_or_gone "$port" "$pid"
    CLIENT_STATUS=0
    env "${for_client[@]}" "$GSSTAP" run "${RUN_CLIENT[@]}" -o "$1/client.pcapng" -- "${client[@]}" \
        >"$1/client.out" 2>&1 || CLIENT_STATUS=$?
    # A client that never came leaves the server waiting.
    gone "$pid" || wait_until 10 gone "$pid" 2>/dev/null || pkill -P "$pid"
    SERVER_STATUS=0
    wait "$pid" || SERVER_STATUS=$?
}

# initiate NAME SERVICE [CLIENT [KEY=VALUE...]]: tests/hosts/initiate.py, traced in a fresh directory NAME; how it ended is
# $CLIENT_STATUS. RUN_AS is what runs it, such as setpriv.
initiate() {
    mkdir "$1"
    CLIENT_STATUS=0
    "${RUN_AS[@]}" "$GSSTAP" run -o "$1/client.pcapng" -- "$PYTHON" "$TOP/tests/hosts/initiate.py" "${@:2}" >"$1.out" 2>&1 || CLIENT_STATUS=$?
    cat "$1.out"
}

# doctor TRACE...: asked as JSON into the file `found`.
doctor() {
    local status=0
    "$GSSTAP" doctor --format json "$@" >found 2>errors || status=$?
    cat errors
    jq -es 'all(.[].not_looked_at // empty; length == (unique | length))' found >/dev/null || { cat found; return 1; }
    [ ! -s errors ] && [ "$status" -le 1 ] && [ "$status" = "$(jq -s 'map(select(.kind == "finding")) | length | if . > 0 then 1 else 0 end' found)" ]
}

# finds ID [FILTER]: exactly one finding has this id; of it the jq filter is true.
finds() {
    jq -es --arg id "$1" 'map(select(.id == $id)) | length == 1' found >/dev/null &&
        jq -es --arg id "$1" "map(select(.id == \$id))[0] | ${2:-true}" found >/dev/null && return
    cat found
    echo "not so: $1 ${2:-}"
    return 1
}

# only ID...: these findings, and no other.
only() {
    [ "$(jq -r 'select(.kind == "finding") | .id' found | sort | tr '\n' ' ')" = "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" ] || { cat found; return 1; }
}

healthy() {
    doctor "$@"
    run jq -c 'select(.kind == "finding")' found
    echo "$output"
    [ -z "$output" ]
}

# remedy ID NUMBER: runs the command of a finding as it stands, the first is 1; the passwords of alice and bob are on its stdin,
# and alice is who only its user can know.
remedy() {
    local command
    command=$(jq -r --arg id "$1" --argjson n "$2" 'select(.id == $id) | [.remedy[].command | values][$n - 1]' found)
    echo "remedy: $command"
    command=${command/%PRINCIPAL/alice}
    case $command in
    kinit*bob* | *\ kinit*bob*) eval "$command" <"$GSSTAP_REALM/password/bob" ;;
    *) eval "$command" <"$GSSTAP_REALM/password/alice" ;;
    esac
}

# remedies ID: all of its commands, in order.
remedies() {
    local number count
    count=$(jq -r --arg id "$1" 'select(.id == $id) | [.remedy[].command | values] | length' found)
    [ "$count" != 0 ]
    for number in $(seq "$count"); do
        remedy "$1" "$number"
    done
}

# setting ID: writes the line of a configuration that a finding asks for, in place of one with the same name.
setting() {
    local text section file line
    text=$(jq -r --arg id "$1" 'select(.id == $id) | [.remedy[].text // "" | select(test("^write into \\["))][0]' found)
    echo "remedy: $text"
    [[ $text =~ ^write\ into\ \[([a-z_]+)\]\ of\ ([^:]+):\ (.+)$ ]]
    section=${BASH_REMATCH[1]} file=${BASH_REMATCH[2]} line=${BASH_REMATCH[3]}
    sed -i -e "/^[[:space:]]*${line%% *} *=/d" -e "s/^\[$section\]/&\n\t${line//\//\\/}/" "$file"
}

# config EXPRESSION...: a krb5.conf of the test's own, the realm's as sed changes it.
config() {
    sed "$@" "$GSSTAP_REALM/krb5.conf" >krb5.conf
    export KRB5_CONFIG=$PWD/krb5.conf
}
