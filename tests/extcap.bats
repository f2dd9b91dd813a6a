#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# gsstap extcap: what Wireshark asks, and what tshark captures live from programs that go on meanwhile.

bats_require_minimum_version 1.5.0
load helper

# For root, Wireshark takes extcap programs out of the system's directory alone. Somebody else who can open root's files
# is not root to it; but access(2), by which it looks for them, goes by the user: so a place that all can reach.
setup_file() {
    export WIRESHARK_EXTCAP_DIR SHARK_TMP
    WIRESHARK_EXTCAP_DIR=$(mktemp -d /tmp/extcap-test-XXXXXX)
    SHARK_TMP=$(mktemp -d /tmp/extcap-test-XXXXXX)
    cp "$BUILD/gsstap" "$WIRESHARK_EXTCAP_DIR/gsstap-extcap"
    chmod 755 "$WIRESHARK_EXTCAP_DIR"
    chmod 777 "$SHARK_TMP"
}

teardown_file() {
    rm -r "$WIRESHARK_EXTCAP_DIR" "$SHARK_TMP"
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    PLAIN=()
    [ "$(id -u)" != 0 ] ||
        PLAIN=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps +dac_override --ambient-caps +dac_override)
    STARTED=()
}

teardown() {
    local pid
    for pid in "${STARTED[@]}"; do
        kill "$pid" 2>/dev/null || :
        wait_until 20 gone "$pid"
    done
}

# start COMMAND...: in the background, until the test ends; its id is $!.
start() {
    "${PLAIN[@]}" "$@" 3>&- &
    STARTED+=($!)
}

# talker NAME [OPTION...]: a program that is traced to NAME.pcapng, by run with these options. For each line that is
# written to NAME.go it binds a socket, or sets as many options as it says; it goes on until "end".
talker() {
    mkfifo "$1.go"
    start "$GSSTAP" run "${@:2}" -o "$1.pcapng" -- "$PYTHON" -c 'import os, sys, zmq
context = zmq.Context()
sockets = [context.socket(zmq.PAIR)]
for line in os.fdopen(os.open(sys.argv[1], os.O_RDWR)):
    if line == "end\n":
        break
    if line.strip().isdigit():
        for i in range(int(line)):
            sockets[0].setsockopt(zmq.LINGER, i)
    else:
        sockets.append(context.socket(zmq.PAIR))
        sockets[-1].bind("inproc://" + line.strip())' "$1.go"
}

extcap() {
    "${PLAIN[@]}" "$BUILD/gsstap" extcap "$@"
}

# interface FILE: that of the process which writes this trace.
interface() {
    extcap --extcap-interfaces | sed -n "s|^interface {value=\([^}]*\)}{display=gsstap: [^}]*, $PWD/$1}\$|\1|p"
}

listed() {
    [ -n "$(interface "$1")" ]
}

# shark NAME ARG...: captures in the background into the file NAME, a line a packet.
shark() {
    start env TMPDIR="$SHARK_TMP" tshark -X "lua_script:$BUILD/gsstap.lua" -l -T fields -E separator=' ' -e gsstap.event -e gsstap.call -e gsstap.endpoint \
        -e kerberos.msg_type "${@:2}" >"$1" 2>"$1.err"
}

@test "tshark lists gsstap and each program that is being traced" {
    talker one
    echo first >one.go
    wait_until 20 listed one.pcapng
    "${PLAIN[@]}" tshark -D >list 2>/dev/null
    cat list
    grep -qE '^[0-9]+\. gsstap \(gsstap: ' list
    grep -qE "^[0-9]+\. $(interface one.pcapng) \(gsstap: python3 \([0-9]+\), $PWD/one.pcapng\)$" list
    "${PLAIN[@]}" tshark -i gsstap -L 2>&1 | grep -q 'WIRESHARK_UPPER_PDU'
}

@test "a running program's calls arrive while it goes on, and the capture ends with it" {
    local shark
    talker one
    echo first >one.go
    wait_until 20 listed one.pcapng
    shark seen -i "$(interface one.pcapng)"
    shark=$!
    wait_until 30 has_line seen '^call zmq_bind inproc://first'
    run ! grep second seen
    echo second >one.go
    wait_until 30 has_line seen '^call zmq_bind inproc://second'
    kill -0 "$shark"
    echo end >one.go
    wait "$shark"
    grep -q '^process ' seen
    [ "$(wc -l <seen)" = "$(tshark -r one.pcapng 2>/dev/null | wc -l)" ]
}

@test "the interface gsstap has every program that is traced, also one that starts later" {
    local shark
    talker one
    shark seen -i gsstap -f 'zmq_b*'
    shark=$!
    echo earlier >one.go
    wait_until 30 has_line seen 'zmq_bind inproc://earlier'
    talker two
    echo later >two.go
    wait_until 30 has_line seen 'zmq_bind inproc://later'
    run ! grep -v '^call zmq_bind' seen
    kill -INT "$shark"
    wait "$shark"
}

@test "a handshake is captured with its tokens, which stay Kerberos'" {
    local port
    realm_up -u alice -s host@localhost
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
    port=$(free_port)
    shark seen -i gsstap -o "extcap.gsstap.trace:$PWD"
    start "$GSSTAP" run -o server.pcapng -- gss-server -port "$port" host@localhost >server.out 2>&1
    wait_until 20 grep -q "$(printf ':%04X 00000000:0000 0A' "$port")" /proc/net/tcp /proc/net/tcp6
    gss-client -port "$port" localhost host@localhost hello
    # The token that was given and the one that was made are two packets.
    wait_until 30 has_line seen '^handshake '
    grep -q '^token gss_accept_sec_context  14$' seen
    grep -q '^call gss_accept_sec_context  15$' seen
    realm_down
}

# reading FILE COUNT: the packets that were written to it so far can be read, and are that many.
reading() {
    [ "$("$GSSTAP" decode --format json "$1" 2>/dev/null | wc -l)" = "$2" ]
}

@test "what is streamed says the same as the traces of a directory, also of those that come later" {
    mkdir traces
    cp "$TOP/tests/data/model/client.pcapng" traces/
    : >out.pcapng
    start "$BUILD/gsstap" extcap --capture --extcap-interface gsstap --trace traces --fifo out.pcapng
    wait_until 20 reading out.pcapng "$(trace_json traces | wc -l)"
    cp "$TOP/tests/data/model/server.pcapng" traces/later
    mv traces/later traces/server.pcapng
    wait_until 20 reading out.pcapng "$(trace_json traces | wc -l)"
    trace_json traces | sort >expected
    trace_json out.pcapng | sort | diff expected -
    [ "$(wc -l <expected)" -gt 20 ]
    # Both had a process of one pid, which only their interfaces tell apart.
    [ "$(capinfos -I out.pcapng | grep -c 'Interface #')" = 2 ]
    tshark -r out.pcapng 2>&1 >/dev/null | grep -v 'Running as user "root"' >said || :
    [ ! -s said ]
}

@test "damage is left out, and what is streamed can be read all the same" {
    : >out.pcapng
    "$PYTHON" "$TOP/tests/damage.py" "$TOP/tests/data/reader/native.pcapng" damaged.pcapng
    start "$BUILD/gsstap" extcap --capture --extcap-interface gsstap --trace damaged.pcapng --fifo out.pcapng 2>said
    wait_until 20 has_line said 'more is wrong'
    wait_until 20 reading out.pcapng "$("$GSSTAP" decode --format json damaged.pcapng 2>/dev/null | wc -l)"
    tshark -r out.pcapng 2>&1 >/dev/null | grep -v 'Running as user "root"' >shark || :
    cat shark
    [ ! -s shark ]
}

@test "a trace that is rotated is followed into its next file" {
    talker one --max-size 64K,9
    echo 10 >one.go
    wait_until 20 listed one.pcapng
    shark seen -i "$(interface one.pcapng)"
    wait_until 30 has_line seen zmq_setsockopt
    echo 1000 >one.go
    echo last >one.go
    wait_until 30 has_line seen 'zmq_bind inproc://last'
    [ -e one-2.pcapng ]
}

# two_seconds_old PID: it runs for two seconds or more.
two_seconds_old() {
    "$PYTHON" -c 'import os, sys
ticks = os.sysconf("SC_CLK_TCK")
start = int(open("/proc/%s/stat" % sys.argv[1]).read().rsplit(")", 1)[1].split()[19]) / ticks
sys.exit(float(open("/proc/uptime").read().split()[0]) - start < 2)' "$1"
}

@test "waiting costs little, and ends when nobody reads any more" {
    local reader extcap used
    mkdir traces
    mkfifo fifo
    start cat fifo >got
    reader=$!
    start "$BUILD/gsstap" extcap --capture --extcap-interface gsstap --trace traces --fifo fifo
    extcap=$!
    # Wireshark waits for the section's header.
    wait_until 20 [ -s got ]
    wait_until 20 two_seconds_old "$extcap"
    used=$(awk '{ print $14 + $15 }' "/proc/$extcap/stat")
    [ "$used" -lt 50 ]
    kill "$reader"
    wait "$extcap"
}

@test "SIGTERM, by which Wireshark ends a capture, is no failure" {
    mkfifo fifo
    start cat fifo >got
    start "$BUILD/gsstap" extcap --capture --extcap-interface gsstap --trace "$PWD" --fifo fifo
    wait_until 20 [ -s got ]
    kill -TERM $!
    wait $!
}

@test "names in the list cannot break it" {
    mkdir 'a} {value=evil}'
    start "$GSSTAP" run -o "a} {value=evil}/t.pcapng" -- "$PYTHON" -c 'import zmq
zmq.Context()
open("/proc/self/comm", "w").write("x}{y")
__import__("signal").pause()'
    wait_until 20 bash -c '"$1" extcap --extcap-interfaces | grep -q evil' bash "$BUILD/gsstap"
    extcap --extcap-interfaces >list
    cat list
    grep -q 'display=gsstap: x)(y ([0-9]*), .*/a) (value=evil)/t.pcapng}$' list
    run ! grep -vE '^(extcap|interface) (\{[a-z]+=[^{}]*\})+$' list
}

@test "what run prints and gives back is in no list" {
    talker one
    start "$GSSTAP" run -- "$PYTHON" -c 'import zmq
zmq.Context()
__import__("signal").pause()' >printed 2>&1
    echo first >one.go
    wait_until 20 has_line printed zmq_ctx_new
    wait_until 20 listed one.pcapng
    run ! grep -E 'gsstap-[0-9]+-' <(extcap --extcap-interfaces)
}

@test "a wrong command line is refused with what to do" {
    run -2 extcap
    [[ $output == *"--extcap-interfaces shows what there is"* ]]
    run -2 extcap --capture --fifo fifo
    [[ $output == *"--extcap-interface is missing"* ]]
    run -2 extcap --capture --extcap-interface gsstap
    [[ $output == *"--fifo is missing"* ]]
    run -2 extcap --extcap-dlts --extcap-interface eth0
    [[ $output == *"'eth0' is none of gsstap's"* ]]
    run -2 extcap --extcap-config --extcap-interface gsstap-12 --trace x
    run -2 extcap --capture --extcap-interface gsstap --fifo none
    [[ $output == *"none: No such file or directory"* ]]
    run -2 extcap --capture --extcap-interface gsstap --fifo /dev/null --trace none
    [[ $output == *"none: No such file or directory"* ]]
    run -1 extcap --capture --extcap-interface gsstap-2147483647 --fifo /dev/null
    [[ $output == *"process 2147483647 writes no trace"* ]]
    run -2 extcap --capture --extcap-interface gsstap --fifo /dev/null --extcap-capture-filter nonsense
}

@test "a capture filter is judged for Wireshark: silence is consent" {
    run -0 extcap --extcap-interface gsstap --extcap-capture-filter 'gss_*'
    [ -z "$output" ]
    run -0 extcap --extcap-capture-filter '' --extcap-interface gsstap
    [ -z "$output" ]
    run -0 extcap --extcap-interface gsstap --extcap-capture-filter 'tcp port 80'
    [[ $output == *"no call and no event has a name like 'tcp port 80'"* ]]
}

@test "a link called gsstap-NAME is that command" {
    ln -s "$BUILD/gsstap" gsstap-decode
    ln -s "$BUILD/gsstap" gsstap-extcap
    run -2 ./gsstap-decode
    [[ $output == *"give one or more traces"* ]]
    run -0 ./gsstap-extcap --extcap-interface gsstap --extcap-dlts
    [ "$output" = "dlt {number=252}{name=WIRESHARK_UPPER_PDU}{display=Wireshark's exported PDU}" ]
}
