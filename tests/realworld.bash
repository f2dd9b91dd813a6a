# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Programs of Debian's that talk twice through a recorder: bare, where the secret must be readable on the wire (else the
# test could not fail), and under `gsstap run`, where it must have arrived and be unreadable. Loaded after helper.bash and
# wire.bash.

# realworld_up: for setup_file. A realm, and policy.yaml, by which everything is secured.
realworld_up() {
    realm_up -u alice -s zmq@localhost
    cd "$BATS_FILE_TMPDIR"
    cat >policy.yaml <<'EOF'
version: 1
zmq:
  unsecured: refuse
  inject:
    - {bind: "tcp://127.0.0.1:*", principal: "zmq@localhost"}
    - {bind: "ipc://*", principal: "zmq@localhost"}
    - {connect: "tcp://127.0.0.1:*", service: "zmq@localhost"}
    - {connect: "ipc://*", service: "zmq@localhost"}
EOF
}

# way bare|injected: sets WITH, which stands before each program of a pair.
way() {
    WITH=()
    [ "$1" = bare ] || WITH=("$GSSTAP" run -p "$BATS_FILE_TMPDIR/policy.yaml" -l messages -o %n-%p.pcapng --)
}

# seen WAY FILE...: on these wires the secret is what it has to be.
seen() {
    local file
    for file in "${@:2}"; do
        case $1 in
        bare) readable "$file" || { echo "$file: the secret never passed"; return 1; } ;;
        injected) hidden "$file" ;;
        esac
    done
}

# secured_by COUNT WAY: under gsstap this many connections were made, each end of which knows the other, and none without.
secured_by() {
    [ "$2" = injected ] || return 0
    recorded "$1" '.event == "handshake" and .outcome == "established" and .role == "acceptor" and .initiator == "alice@GSSTAP.TEST"'
    recorded "$1" '.event == "handshake" and .outcome == "established" and .role == "initiator" and (.acceptor | startswith("zmq/localhost"))'
    recorded 0 '.event == "refused" or .event == "dropped" or (.event == "handshake" and .outcome != "established")'
}

# listens ENDPOINT: somebody does, and was not disturbed to find out.
listens() {
    case $1 in
    tcp:*) grep -q ": 0100007F:$(printf %04X "${1##*:}") 00000000:0000 0A" /proc/net/tcp ;;
    ipc:*) grep -q " ${1#ipc://}$" /proc/net/unix ;;
    esac
}

# shellcheck disable=SC2153 # NEAR and FAR are set by endpoints
# ask_answer WAY TRANSPORT PROGRAM...: a pair of one program, which knows `answer ENDPOINT READY` and `ask ENDPOINT TEXT`.
ask_answer() {
    fresh "ask-$1-$2"
    way "$1"
    endpoints "$2"
    record wire "$FAR" "$NEAR"
    start answer "${WITH[@]}" "${@:3}" answer "$NEAR" "$PWD/up"
    wait_until 20 test -e up
    start ask "${WITH[@]}" "${@:3}" ask "$FAR" "$SECRET"
    finish ask
    finish answer
    stop_all
    [ "$(cat answer.out ask.out)" = "got $SECRET"$'\n'"got re $SECRET" ]
    seen "$1" wire
    secured_by 1 "$1"
}

# connection FILE TRANSPORT IP SHELL IOPUB STDIN CONTROL HEARTBEAT: a Jupyter connection file.
connection() {
    printf '{"transport": "%s", "ip": "%s", "shell_port": %s, "iopub_port": %s, "stdin_port": %s, "control_port": %s,
        "hb_port": %s, "signature_scheme": "hmac-sha256", "key": "%s"}\n' "${@:2}" "$BASHPID" >"$1"
}

# jupyter WAY TRANSPORT KERNEL...: this kernel and a client, with a recorder in front of the two channels that carry the
# secret.
jupyter() {
    local near ports
    fresh "jupyter-$1-$2"
    way "$1"
    read -ra ports < <(free_port 7)
    case $2 in
    tcp)
        near=tcp://127.0.0.1:
        connection kernel.json tcp 127.0.0.1 "${ports[@]:0:5}"
        connection client.json tcp 127.0.0.1 "${ports[@]:5:2}" "${ports[@]:2:3}"
        ;;
    ipc)
        near=ipc://$PWD/k-
        connection kernel.json ipc "$PWD/k" "${ports[@]:0:5}"
        connection client.json ipc "$PWD/k" "${ports[@]:5:2}" "${ports[@]:2:3}"
        ;;
    esac
    record shell "$near${ports[5]}" "$near${ports[0]}"
    record iopub "$near${ports[6]}" "$near${ports[1]}"
    # A home of its own: no history, no settings.
    start kernel env HOME="$PWD" IPYTHONDIR="$PWD/ipython" "${WITH[@]}" "${@:3}" -f kernel.json
    wait_until 20 listens "$near${ports[4]}"
    start client env HOME="$PWD" "${WITH[@]}" "$PYTHON" "$TOP/tests/realworld/jupyter.py" client.json "$SECRET"
    finish client
    finish kernel
    stop_all
    printf '%s\n' "iopub $SECRET" "shell ok" | diff - <(sort client.out)
    seen "$1" shell iopub
}
