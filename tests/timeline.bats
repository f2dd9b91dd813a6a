#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# gsstap timeline: both sides of real handshakes beside each other, with their clocks, and contexts followed from process
# to process.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup_file() {
    diagnose_up
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# timeline ARGUMENT...: as JSON into the file `seen`; nothing is wrong with the traces.
timeline() {
    "$GSSTAP" timeline --format json "$@" >seen 2>errors
    cat errors
    [ ! -s errors ]
}

# sees FILTER: it is true of the only handshake.
sees() {
    jq -es "length == 1 and (.[0] | $1)" seen >/dev/null && return
    jq . seen
    echo "not so: $1"
    return 1
}

# order WORD...: the steps whose "side step call" is one of these come in this order.
order() {
    local steps
    steps=$(jq -r '.steps[] | [.side, .step, .call // .how // ""] | join(" ")' seen)
    printf '%s\n' "$@" >wanted
    grep -xFf wanted <<<"$steps" >found
    diff wanted found
}

@test "both sides of a handshake are one, with each token sent and received, waits, and messages" {
    handshake both
    timeline both
    sees '.kind == "handshake" and .outcome == "established" and .initiator.program == "gss-client" and .acceptor.program == "gss-server"'
    sees '.steps | any(.step == "token" and .side == "initiator" and .arrived and (.token.phrase | startswith("AP-REQ host/localhost@GSSTAP.TEST kvno 1 aes256")))'
    sees '.steps | any(.step == "token" and .side == "acceptor" and .arrived and (.token.phrase | startswith("AP-REP")))'
    sees '(.steps[] | select(.step == "wait")) | .side == "initiator" and .for == "acceptor" and .waited_ns > .other_worked_ns and .other_worked_ns > 0'
    sees '.steps | any(.call == "gss_wrap" and .length == 5 and .encrypted and .arrived)'
    sees '[.steps[].at_ns] | . == sort'
    sees '.acceptor_clock | .differs == false and .within_ns > 0'
    # The steps of the GSS-API guide's gss-server and gss-client.
    order "acceptor before gss_import_name" "acceptor before gss_acquire_cred" "initiator before gss_import_name" \
        "initiator call gss_init_sec_context" "acceptor call gss_accept_sec_context" "initiator message gss_wrap" \
        "acceptor message gss_unwrap" "acceptor message gss_get_mic" "initiator message gss_verify_mic" || {
        # The initiator's second call comes where the scheduler has it.
        grep -vx "initiator call gss_init_sec_context" found | diff <(grep -vx "initiator call gss_init_sec_context" wanted) -
    }
}

@test "a handshake of which one side was given says so" {
    handshake one
    "$GSSTAP" timeline one/server.pcapng >text
    grep -q "no initiator of it is in these traces" text
    grep -q "given AP-REQ host/localhost@GSSTAP.TEST" text
    timeline one/client.pcapng
    sees '.acceptor == null and .initiator.program == "gss-client" and .acceptor_clock == null'
    "$GSSTAP" timeline one/client.pcapng | grep -q "no acceptor of it is in these traces"
}

@test "SPNEGO is one handshake as well" {
    CLIENT=(-spnego)
    handshake spnego
    timeline spnego
    sees '.outcome == "established" and (.steps | any(.step == "token" and (.token.phrase | test("AP-REQ"))))'
}

@test "why a handshake failed stands in its row, red, and --failed finds it among others" {
    local hash
    handshake good
    kvno -q host/localhost
    kadmin.local -q 'cpw -randkey host/localhost'
    rm "$GSSTAP_REALM/krb5.keytab"
    kadmin.local -q "ktadd -norandkey -k $GSSTAP_REALM/krb5.keytab host/localhost"
    handshake bad
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
    timeline --failed good bad
    sees '.outcome == "failed" and (.steps | any(.call == "gss_accept_sec_context" and (.minor_text // "" | test("kvno|key version"; "i"))))'
    hash=$(jq -r .handshake seen)
    timeline --handshake "${hash:0:10}" good bad
    sees ".handshake == \"$hash\""
    timeline good bad
    [ "$(jq -s length seen)" = 2 ]
    TERM=xterm script -qc "stty cols 120; '$GSSTAP' timeline --failed good bad" /dev/null >shown
    # What the other side's failure came of is told first.
    [ "$(grep -oE 'failed by the (initiator|acceptor)' shown | head -1)" = "failed by the acceptor" ]
    grep -q $'\033\[1;31m.*gss_accept_sec_context.*GSS_S_FAILURE' shown
}

@test "credentials that could not be had are a block of their own" {
    run -1 env KRB5_KTNAME="FILE:$PWD/absent" "$GSSTAP" run -o none.pcapng -- "$PYTHON" "$TOP/tests/hosts/contexts.py" acquire host@localhost
    timeline --failed none.pcapng
    sees '.kind == "credential" and .outcome == "failed" and (.steps | any(.call == "gss_acquire_cred" and .minor_text != null))'
}

# A wall clock is a machine's: what a second one would have written is the same trace, moved in time.
@test "the difference of two hosts' clocks is found from their tokens, and the rows stay in order" {
    RUN_SERVER=()
    handshake two
    editcap -t 5 two/server.pcapng two/ahead.pcapng
    mv two/server.pcapng same.pcapng
    timeline two
    sees '.acceptor_clock | .differs and (.ahead_ns - 5000000000 | fabs) <= .within_ns'
    sees '.steps | map(select(.step == "token" or .step == "call")) | map(.side) | . == ["initiator", "initiator", "acceptor", "acceptor", "initiator"]'
    "$GSSTAP" timeline two | grep -qE "the acceptor's clock is (49|50)[0-9]{2}\.[0-9]{3} ms ahead"
    mv two/ahead.pcapng .
    editcap -t -3600 same.pcapng two/behind.pcapng
    timeline two
    sees '.acceptor_clock | .differs and (.ahead_ns + 3600000000000 | fabs) <= .within_ns'
}

@test "two containers of one host are told apart" {
    handshake inside
    mv inside/client.pcapng .
    "$PYTHON" - client.pcapng inside/client.pcapng <<'EOF'
import os, struct, sys
space = struct.pack("<HHQ", 191, 8, os.stat("/proc/self/ns/pid").st_ino)
data = open(sys.argv[1], "rb").read()
assert space in data
open(sys.argv[2], "wb").write(data.replace(space, struct.pack("<HHQ", 191, 8, 4026539999)))
EOF
    "$GSSTAP" timeline inside >text
    grep -qE '^  initiator: gss-client\[[0-9]+\] on .*, in the container pid:\[4026539999\]$' text
    grep -qE '^  acceptor: gss-server\[[0-9]+\] on .*, in the container pid:\[[0-9]+\]$' text
}

@test "two hosts whose clocks agree are told to agree" {
    handshake agree
    # The same trace, of a host with another name.
    "$PYTHON" - agree/server.pcapng <<'EOF'
import socket, sys
name, path = socket.gethostname().encode(), sys.argv[1]
data = open(path, "rb").read()
assert name in data
open(path, "wb").write(data.replace(name, name[:-1] + bytes([name[-1] ^ 1])))
EOF
    "$GSSTAP" timeline agree >text
    grep -qE "the acceptor's clock is [0-9.]+ ms (ahead of|behind) the initiator's, by [0-9.]+ ms either way$" text
}

@test "a context is followed through export and import from process to process, and stays one" {
    "$GSSTAP" run -o export.pcapng -- "$PYTHON" "$TOP/tests/hosts/contexts.py" export host@localhost context
    "$GSSTAP" run -o import.pcapng -- "$PYTHON" "$TOP/tests/hosts/contexts.py" import context
    timeline export.pcapng import.pcapng
    sees '.acceptor.pid as $first | [.steps[] | select(.side == "acceptor" and (.step == "end" or .step == "import"))] |
        length == 3 and .[0].how == "exported" and .[0].pid == $first and .[1].step == "import" and .[1].pid != $first and
        .[1].after_export_ns > 0 and .[1].again == false and .[2].how == "deleted" and .[2].pid == .[1].pid'
    # A copy is not what RFC 2743 has in mind.
    "$GSSTAP" run -o again.pcapng -- "$PYTHON" "$TOP/tests/hosts/contexts.py" import context
    timeline export.pcapng import.pcapng again.pcapng
    sees '[.steps[] | select(.step == "import") | .again] == [false, true]'
    # By a clock that is behind, the import comes first.
    editcap -t -60 import.pcapng earlier.pcapng
    timeline export.pcapng earlier.pcapng
    sees '[.steps[] | select(.step == "import")] | length == 1'
    timeline import.pcapng
    sees '.kind == "imported_context"'
    "$GSSTAP" timeline import.pcapng | grep -q "its export is in none of these traces"
}

@test "a context that a server exports and imports itself is followed as well" {
    SERVER_OPTIONS=(-export)
    handshake self
    timeline self
    sees '([.steps[] | select(.step == "import")] | length) > 0 and ([.steps[] | select(.again == true)] | length) == 0'
    sees '.steps[-1].step == "end" or .steps[-2].how == "deleted"'
}

@test "a context is followed into the children that a server forks, each into its own" {
    "$GSSTAP" run -o "fork-%p.pcapng" -- "$BUILD/hosts/forks"
    timeline fork-*.pcapng
    # Every message arrived in the handshake that it was sent in, in a child that is no other's.
    jq -es 'length == 3 and all(.[]; .kind == "handshake" and (.steps |
            any(.call == "gss_wrap" and .arrived) and (map(select(.call == "gss_unwrap")) | length == 1))) and
        (map(.steps[] | select(.step == "fork").pid) | unique | length == 3)' seen
    jq -es 'all(.[]; .acceptor.pid as $server | (.steps[] | select(.step == "fork").pid) as $child | $server != $child and
        ([.steps[] | select(.side == "acceptor" and (.step == "fork" or .call == "gss_unwrap" or .step == "end")) |
            [.step, .pid]] == [["end", $server], ["fork", $child], ["message", $child], ["end", $child]]))' seen
    "$GSSTAP" timeline fork-*.pcapng >text
    [ "$(grep -cE 'acceptor +fork: the context is also in forks\[[0-9]+\] on ' text)" = 3 ]
    # Without the parent's trace nobody knows what they got.
    mkdir children
    jq -r '.steps[] | select(.step == "fork") | "fork-\(.pid).pcapng"' seen | xargs mv -t children
    timeline children
    [ ! -s seen ]
}

# A child's calls with a handle at which the parent had one context after another. FORK: what the process event of the child says.
forked() {
    "$PYTHON" "$TOP/tests/forge.py" forged.pcapng '
identity = dict(boot="b", pid_namespace=1, host="h", command="server", exe="/server")
process(started=10, **identity)
for number in 1, 2, 3:
    handshake(role=2, outcome=1, handshake=bytes([number] * 16), context=7, initiator="client%d" % number)
    if number > 1:
        call("gss_delete_sec_context", context=7, major=0)
        event("context", context=7)
process(pid=5000, started=11, '"$1"', **identity)
call("gss_unwrap", pid=5000, context=7, major=0)
'
    timeline forged.pcapng
    jq -r 'select(any(.steps[]; .step == "fork")).acceptor.initiator' seen
}

@test "of several contexts at one address a child has the one that was there when it was forked" {
    [ "$(forked 'forked_pid=4711, forked_tid=4711, forked_seq=2')" = client1 ]
    [ "$(forked 'forked_pid=4711, forked_tid=4711, forked_seq=3')" = client2 ]
    [ "$(forked 'forked_pid=4711, forked_tid=4711, forked_seq=6')" = client3 ]
    # Before any, and after one was deleted there is none; nor where it is not known when that was, or of what process.
    [ "$(forked 'forked_pid=4711, forked_tid=4711, forked_seq=1')" = "" ]
    [ "$(forked 'forked_pid=4711, forked_tid=4711, forked_seq=5')" = "" ]
    [ "$(forked 'forked_pid=4711, forked_tid=4711, forked_seq=7')" = "" ]
    [ "$(forked 'forked_pid=4711')" = "" ]
    [ "$(forked 'forked_pid=4712, forked_tid=4711, forked_seq=2')" = "" ]
    [ "$(forked 'ppid=4711')" = "" ]
}

# threads EVENTS FORK: whose context a child has, of what the parent's threads 4711, which forks, and 4800 did before the child was seen.
threads() {
    "$PYTHON" "$TOP/tests/forge.py" forged.pcapng '
identity = dict(boot="b", pid_namespace=1, host="h", command="server", exe="/server")
process(started=10, **identity)
def begin(number, tid):
    handshake(role=2, outcome=1, handshake=bytes([number] * 16), context=7, initiator="client%d" % number, tid=tid)
def end(tid):
    call("gss_delete_sec_context", context=7, major=0, tid=tid)
    event("context", context=7, tid=tid)
'"$1"'
process(pid=5000, started=11, forked_pid=4711, forked_tid=4711, forked_seq='"$2"', **identity)
call("gss_unwrap", pid=5000, context=7, major=0)
'
    timeline forged.pcapng
    jq -r 'select(any(.steps[]; .step == "fork")).acceptor.initiator' seen
}

@test "a child has no context that another thread of its parent may have established after the fork" {
    [ "$(threads 'begin(1, 4800)' 1)" = "" ]
    [ "$(threads 'begin(1, 4711); end(4800); begin(2, 4800)' 2)" = "" ]
    # There was one, and it was still there after the fork: so the other came later.
    [ "$(threads 'begin(1, 4711)' 2)" = client1 ]
    [ "$(threads 'begin(1, 4711); end(4711); begin(2, 4800)' 2)" = client1 ]
}

# seconds_of_children COUNT FORK CHILDREN: what a timeline takes of a parent with so many contexts at one handle, and of so many calls with it in children.
seconds_of_children() {
    "$PYTHON" "$TOP/tests/forge.py" many.pcapng '
identity = dict(boot="b", pid_namespace=1, host="h", command="server", exe="/server")
process(started=10, **identity)
for number in range('"$1"'):
    handshake(role=2, outcome=1, handshake=number.to_bytes(16, "big"), context=7, initiator="c")
    event("context", context=7)
for number in range('"$1"'):
    pid = 5000 + number % '"$3"'
    if pid == 5000 + number:
        process(pid=pid, started=11, '"$2"' **identity)
    call("gss_unwrap", pid=pid, context=7, major=0)
'
    "$PYTHON" - "$GSSTAP" <<'END'
import resource, subprocess, sys
subprocess.run([sys.argv[1], "timeline", "--format", "json", "many.pcapng"], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime)
END
}

@test "what a child asks of its parent's handles costs the same however often it asks, and however many children do" {
    local children own inherited
    for children in 1 20000; do
        own=$(seconds_of_children 20000 "" $children)
        inherited=$(seconds_of_children 20000 "forked_pid=4711, forked_tid=4711, forked_seq=1," $children)
        echo "$children: $own s, inherited: $inherited s"
        "$PYTHON" -c "assert $inherited < 3 * $own + 0.3"
    done
}

@test "what became of a connection is told of the context that it was of, though its first token was replayed since" {
    "$PYTHON" "$TOP/tests/forge.py" forged.pcapng '
process(started=10, boot="b", host="h", command="server", exe="/server")
connection = dict(role=2, handshake=bytes([5] * 16), endpoint="tcp://*:1")
handshake(outcome=1, context=7, rounds=1, initiator="alice", **connection)
handshake(outcome=2, context=9, rounds=1, reason="Request is a replay", **connection)
handshake(outcome=3, context=7, reason="denied: 400", initiator="alice", **connection)
'
    timeline forged.pcapng
    jq -es 'map([.outcome, .repeated, .acceptor.reason]) == [["refused", false, "denied: 400"], ["failed", true, "Request is a replay"]]' seen
}

@test "on a terminal of 120 columns there are two columns, on one of 70 there is one, and no line is longer" {
    local width
    handshake shown
    for width in 70 100 120 200; do
        TERM=dumb script -qc "stty cols $width; '$GSSTAP' timeline shown" /dev/null | tr -d '\r' >at-$width
        [ -s at-$width ]
        run awk -v most=$width 'length($0) > most' at-$width
        echo "$output"
        [ -z "$output" ]
    done
    grep -qE '^ +ms  initiator +acceptor$' at-100
    grep -qE '^ +ms  initiator +acceptor$' at-120
    run ! grep -qE 'initiator +acceptor$' at-70
    grep -qE '^ +-?[0-9.]+  acceptor   --> gss_accept' at-70
    # Of two columns the right one begins in the middle.
    grep -qE '^ +[0-9.]+ {50,}--> gss_accept_sec_context' at-120
    COLUMNS=120 "$GSSTAP" timeline shown | diff at-120 -
    "$GSSTAP" timeline shown | grep -q 'acceptor   --> gss_accept_sec_context .*GSS_S_COMPLETE'
}

@test "at level audit there are no calls, and what the handshake's event says is shown" {
    RUN_SERVER=(-l audit) RUN_CLIENT=(-l audit)
    handshake audit
    timeline audit
    sees '.outcome == "established" and ([.steps[] | select(.step == "outcome") | .side] | sort) == ["acceptor", "initiator"]'
    RUN_SERVER=() RUN_CLIENT=()
}

@test "a trace that ends in the middle of a handshake shows what there was" {
    handshake cut
    mv cut/client.pcapng whole.pcapng
    "$GSSTAP" decode --format json whole.pcapng >events
    # What was written until the event after the first token.
    editcap -B "$(grep -A1 -m1 '"call":"gss_init_sec_context"' events | tail -1 | jq -r .time)" whole.pcapng cut/client.pcapng
    timeline cut/client.pcapng
    sees '.outcome == "unfinished" and .handshake != null and (.steps | any(.step == "token"))'
    timeline cut
    sees '.outcome == "unfinished" and .acceptor.outcome == "established"'
}

@test "what a call with a message says besides that it was made is told, of those that are only counted, too" {
    cat >gaps.py <<'END'
import gssapi
flags = gssapi.RequirementFlag.out_of_sequence_detection | gssapi.RequirementFlag.mutual_authentication
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
one, other = gssapi.SecurityContext(name=name, usage="initiate", flags=flags), gssapi.SecurityContext(usage="accept")
token = None
while not one.complete:
    token = one.step(token)
    token = other.step(token) if token else None
messages = [gssapi.raw.wrap(one, b"hello").message for _ in range(6)]
for number in 0, 2, 3, 5:
    try:
        gssapi.raw.unwrap(other, messages[number])
    except gssapi.raw.TokenTooEarlyError: # what comes after a gap is unwrapped all the same
        pass
END
    "$GSSTAP" run -o gaps.pcapng -- "$PYTHON" gaps.py
    timeline gaps.pcapng
    sees '[.steps[] | select(.call == "gss_unwrap") | [.step, .major_name]] == [["message", null], ["message", "GSS_S_GAP_TOKEN"], ["messages", "GSS_S_GAP_TOKEN"]]'
    sees '.outcome == "established"'
    "$GSSTAP" timeline gaps.pcapng >text
    grep -q 'gss_unwrap of 5 bytes, encrypted, [0-9]* bytes: GSS_S_GAP_TOKEN' text
    grep -q 'gss_unwrap: 2 more until now, 20 bytes in all, of them some: GSS_S_GAP_TOKEN' text
    run ! grep 'gss_wrap.*GSS_S_' text
}

@test "a call on a context that is established is no handshake of its own" {
    cat >again.py <<'END'
import gssapi
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
one, other = gssapi.SecurityContext(name=name, usage="initiate"), gssapi.SecurityContext(usage="accept")
token = None
while not one.complete:
    token = one.step(token)
    token = other.step(token) if token else None
moved = gssapi.SecurityContext(token=other.export())
for call in (lambda: gssapi.raw.init_sec_context(name, context=one), lambda: gssapi.raw.accept_sec_context(b"junk", context=moved)):
    for _ in range(3):
        try:
            call()
            raise SystemExit("it did not fail")
        except gssapi.exceptions.GSSError:
            pass
END
    "$GSSTAP" run -o again.pcapng -- "$PYTHON" again.py
    timeline again.pcapng
    sees '.outcome == "established"'
    sees '[.steps[] | select(.step == "failed_call") | [.side, .call]] | unique == [["acceptor", "gss_accept_sec_context"], ["initiator", "gss_init_sec_context"]]'
    "$GSSTAP" doctor --format json again.pcapng | jq -es '.[-1] | .established > 0 and .unfinished == 0 and .failed == 0'
}

# What curl does with Negotiate: the context of a request that was answered is thrown away.
@test "what the initiator gave up and the acceptor established is one handshake in every view, and established" {
    cat >gives_up.py <<'END'
import gssapi, sys
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
if sys.argv[1] == "initiator":
    one = gssapi.SecurityContext(name=name, usage="initiate", flags=gssapi.RequirementFlag.mutual_authentication)
    open("token", "wb").write(one.step())
else:
    gssapi.SecurityContext(usage="accept").step(open("token", "rb").read())
END
    "$GSSTAP" run -o one.pcapng -- "$PYTHON" gives_up.py initiator
    "$GSSTAP" run -o other.pcapng -- "$PYTHON" gives_up.py acceptor
    timeline one.pcapng other.pcapng
    sees '.outcome == "established" and .initiator.outcome == "abandoned" and .acceptor.outcome == "established"'
    "$GSSTAP" timeline one.pcapng other.pcapng >text
    grep -q '^[0-9T:-]* alice@GSSTAP.TEST to host/localhost@GSSTAP.TEST: established after' text
    grep -q "^  given up by the initiator before it saw the acceptor's proof: " text
    run "$GSSTAP" timeline --failed one.pcapng other.pcapng
    [ -z "$output" ]
    run -0 "$GSSTAP" doctor one.pcapng other.pcapng
    [ "${lines[0]}" = "Handshakes seen: 1 established (1 given up by the initiator before it saw the acceptor's proof)." ]
    [ "${lines[1]}" = "Nothing was found." ]
    "$GSSTAP" doctor --format json one.pcapng other.pcapng |
        jq -es '.[0] | .established == 1 and .unproven == 1 and .abandoned == 0 and .left_alone == null'
    "$GSSTAP" report -o report.html one.pcapng other.pcapng
    grep -q '<b>0</b> given up' report.html
    grep -q '<b>1</b> established' report.html
    # Of one side alone it is what that knows.
    run -0 "$GSSTAP" doctor one.pcapng
    [ "${lines[0]}" = "Handshakes seen: 1 given up." ]
    [[ ${lines[1]} == *"the trace of its peer may tell." ]]
}

@test "a handshake that was seen from both ends is counted once, by the end that has the worse to tell" {
    handshake good
    run -0 "$GSSTAP" doctor good
    [ "${lines[0]}" = "Handshakes seen: 1 established." ]
    printf 'version: 1\ngss: {peers: {deny: [alice@GSSTAP.TEST]}}\n' >deny.yaml
    # The initiator is done before the acceptor refuses it: it asks for no proof.
    cat >refused.py <<'END'
import gssapi
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
one, other = gssapi.SecurityContext(name=name, usage="initiate", flags=0), gssapi.SecurityContext(usage="accept")
token = one.step()
try:
    other.step(token)
except gssapi.exceptions.GSSError:
    print("refused")
END
    [ "$("$GSSTAP" run -p deny.yaml -o refused.pcapng -- "$PYTHON" refused.py)" = refused ]
    run -0 "$GSSTAP" doctor refused.pcapng
    [ "${lines[0]}" = "Handshakes seen: 1 refused." ]
    # What became of a connection is told of its handshake; a token that comes again makes another one.
    "$PYTHON" "$TOP/tests/forge.py" again.pcapng '
process(started=10, boot="b", host="h", command="server", exe="/server")
connection = dict(role=2, handshake=bytes([5] * 16), endpoint="tcp://*:1")
handshake(outcome=1, context=7, rounds=1, initiator="alice", **connection)
handshake(outcome=2, context=9, rounds=1, reason="Request is a replay", **connection)
handshake(outcome=3, context=7, reason="denied: 400", initiator="alice", **connection)
'
    "$GSSTAP" doctor --format json again.pcapng | jq -es '.[-1] | [.established, .failed, .refused] == [0, 1, 1]'
}

@test "a hundred thousand messages cost a count" {
    "$PYTHON" "$TOP/tests/forge.py" many.pcapng '
process(command="server", host="a", boot="b", started=1)
handshake(role=2, outcome=1, context=7, handshake=b"0123456789abcdef")
for i in range(100000):
    call("gss_wrap", context=7, major=0)
event("context", context=7, role=2, wrapped=100000, wrapped_bytes=1)'
    timeline many.pcapng
    sees '.steps | any(.step == "messages" and .more == 99998)'
    sees '[.steps[] | select(.step == "message")] | length == 2'
}

@test "a text from a trace acts on no terminal" {
    "$PYTHON" "$TOP/tests/forge.py" evil.pcapng '
process(command="e\x1b[2J", host="h\nforged", boot="b", started=1)
call("gss_init_sec_context", context=7, major=0x000d0000, minor=1, minor_text="\x1b]0;x\x07 text", acceptor="a\rb")
handshake(role=1, outcome=2, context=7, handshake=b"0123456789abcdef", initiator="\xe2\x80\xaeevil", reason="r\x1b[31m")'
    COLUMNS=100 "$GSSTAP" timeline evil.pcapng >text
    [ -s text ]
    run ! grep -qP '[\x00-\x08\x0b-\x1f\x7f]' text
    run ! grep -q '^forged' text
    "$GSSTAP" timeline --format json evil.pcapng | jq -e '.initiator.host == "h\nforged"'
}

@test "wrong usage says what to do" {
    run -2 --separate-stderr "$GSSTAP" timeline
    [[ $stderr == *"give the traces of both sides"* ]]
    run -2 --separate-stderr "$GSSTAP" timeline --handshake xyz a.pcapng
    [[ $stderr == *"no beginning of a hash"* ]]
    run -2 --separate-stderr "$GSSTAP" timeline --format xml a.pcapng
    [[ $stderr == *"neither text nor json"* ]]
    run -2 --separate-stderr "$GSSTAP" timeline absent.pcapng
    [[ $stderr == *absent.pcapng* ]]
    handshake usage
    run -1 --separate-stderr "$GSSTAP" timeline --handshake 0000000000 usage
    [[ $stderr == *"whose hash begins with 0000000000"* ]]
}
