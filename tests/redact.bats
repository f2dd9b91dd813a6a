#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# timeout: 300
# A redacted trace gives nobody away, and is as good as it was for tshark, decode and doctor.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup_file() {
    diagnose_up -u mallory -s zmq@localhost
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    RUN_SERVER=(-l payload --krb5-trace) RUN_CLIENT=(-l payload --krb5-trace)
    mkdir out
    kinit -k -t "$GSSTAP_REALM/client/alice" alice # and with it no ticket of an older key
}

teardown() {
    [ -z "${SERVED:-}" ] || kill "$SERVED" 2>/dev/null || :
}

redact() {
    "$GSSTAP" redact "$@" 2>told || { cat told; return 1; }
}

# gone_from FILE WORD...: no such bytes in it, in no case and in UTF-16 neither.
gone_from() {
    local word
    for word in "${@:2}"; do
        ! grep -aqiF -- "$word" "$1" || { echo "$1 has $word"; return 1; }
        ! LC_ALL=C grep -aqiP -- "$(printf '%s' "$word" | sed 's/./&\\x00/g; s/\\x00$//')" "$1" || { echo "$1 has $word in UTF-16"; return 1; }
    done
}

# names FILE: what must not be in the redacted form of this trace: who is in the realm, and where it is.
names() {
    echo alice mallory GSSTAP.TEST gsstap-realm "${GSSTAP_REALM##*-}" "$(jq -r 'select(.boot).boot' <(trace_json "$1") | head -1)"
    echo "${TOP#/}" # as a whole: a folder's name alone may be a word of anything else
}

# as_many FILE FILE FILTER: packets of both for which a display filter holds.
as_many() {
    [ "$(tshark -r "$1" -Y "$3" 2>/dev/null | wc -l)" = "$(tshark -r "$2" -Y "$3" 2>/dev/null | wc -l)" ]
}

# safe_and_sound IN OUT: all that is asked of a redacted trace alone.
safe_and_sound() {
    # shellcheck disable=SC2046 # words
    gone_from "$2" $(names "$1") "hello"
    [ "$(stat -c %a "$2")" = 600 ]
    "$GSSTAP" decode "$2" >text 2>errors
    [ ! -s errors ]
    [ "$(trace_json "$1" | jq -r '[.event, .call, .time, .seq] | @tsv')" = "$(trace_json "$2" | jq -r '[.event, .call, .time, .seq] | @tsv')" ]
    as_many "$1" "$2" kerberos
    as_many "$1" "$2" gss-api
    as_many "$1" "$2" spnego
    as_many "$1" "$2" ntlmssp
    as_many "$1" "$2" _ws.malformed
    as_many "$1" "$2" '_ws.expert.severity >= 0x800000'
}

# holds FILE HEX: these bytes are somewhere in it. (grep finds none that have a line's end among them.)
holds() {
    "$PYTHON" -c 'import sys; sys.exit(bytes.fromhex(sys.argv[2]) not in open(sys.argv[1], "rb").read())' "$@"
}

# inner FILE: what tshark says of the tickets and encrypted parts in it.
inner() {
    tshark -r "$1" -Y kerberos -T fields -e kerberos.msg_type -e kerberos.etype -e kerberos.kvno -e kerberos.error_code 2>/dev/null | sort
}

@test "a handshake and its messages, plain and behind SPNEGO: no name, no cipher and no message is left, and all of it dissects" {
    handshake plain
    CLIENT=(-spnego)
    handshake spnego
    for name in plain spnego; do
        mkdir "out/$name"
        redact $name/client.pcapng $name/server.pcapng out/$name
        for side in client server; do
            safe_and_sound $name/$side.pcapng out/$name/$side.pcapng
            [ -n "$(inner $name/$side.pcapng)" ]
            [ "$(inner $name/$side.pcapng)" = "$(inner out/$name/$side.pcapng)" ]
        done
    done
    # The bytes that a ticket is encrypted to, anywhere.
    tshark -r plain/client.pcapng -Y kerberos.cipher -T fields -e kerberos.cipher 2>/dev/null | tr ',' '\n' | grep -E '.{64}' >ciphers
    [ -s ciphers ]
    while read -r cipher; do
        holds plain/client.pcapng "${cipher:0:32}"
        run -1 holds out/plain/client.pcapng "${cipher:0:32}"
    done <ciphers
}

@test "both ends of a failed handshake are joined as before, under the same other names" {
    kvno -q host/localhost
    kadmin.local -q 'cpw -randkey host/localhost'
    rm "$GSSTAP_REALM/krb5.keytab"
    kadmin.local -q "ktadd -norandkey -k $GSSTAP_REALM/krb5.keytab host/localhost zmq/localhost"
    handshake old
    doctor old
    only GT0009
    redact old/client.pcapng old/server.pcapng out
    safe_and_sound old/client.pcapng out/client.pcapng
    safe_and_sound old/server.pcapng out/server.pcapng
    doctor out
    # By what the acceptor answered: the trace is from another machine now, whose keytab nobody can look into.
    only GT0009
    finds GT0009 '.initiator.program == "gss-client" and .acceptor.program == "gss-server" and .count == 1'
    finds GT0009 '.cause | test("host/localhost@[A-Z]{6}\\.[A-Z]{4}")'
    # One realm, in fields and tokens of both.
    trace_json out/*.pcapng | grep -oE '@[A-Z]{6}\.[A-Z]{4}' | sort -u >realms
    trace_json out/*.pcapng | jq -r '.. | .realm? // empty | strings | "@" + .' | sort -u | diff - realms
    [ "$(wc -l <realms)" = 1 ]
}

@test "what is found by a trace alone is found in its redacted form" {
    initiate unknown nosuch@localhost
    doctor unknown
    jq -r 'select(.kind == "finding").id' found >before
    [ -s before ]
    redact unknown/client.pcapng out/client.pcapng
    gone_from out/client.pcapng nosuch alice GSSTAP.TEST
    doctor out
    jq -r 'select(.kind == "finding").id' found | diff before -
}

@test "NTLM: names in UTF-16 and responses" {
    dpkg -L gss-ntlmssp | grep '/gssntlmssp\.so$' | sed 's/^/gssntlmssp_v1 1.3.6.1.4.1.311.2.2.10 /' >mech
    echo 'REALM:carol:opensesame' >ntlm
    GSS_MECH_CONFIG=$PWD/mech NTLM_USER_FILE=$PWD/ntlm "$GSSTAP" run -l payload -o ntlm.pcapng -- "$BUILD/hosts/ntlm" >printed
    grep -aqP 'c\x00a\x00r\x00o\x00l' ntlm.pcapng
    redact ntlm.pcapng out/ntlm.pcapng
    gone_from out/ntlm.pcapng carol opensesame
    run -1 grep -q '"REALM' <(trace_json out/ntlm.pcapng)
    safe_and_sound ntlm.pcapng out/ntlm.pcapng
    trace_json out/ntlm.pcapng | jq -se 'any(.[]; .. | .ntlm_authenticate? | objects | .user | test("^[a-z]{5}$"))'
}

@test "a path is the same in a sentence as elsewhere, and of a name that is joined by signs no part is left" {
    # Words that libkrb5 says, as parts of names: "realm" and "ticket" stay where they stand alone.
    mkdir ticket-qxhrz
    cp "$GSSTAP_REALM/ccache/alice" "$PWD/ticket-qxhrz/cache-cc"
    export KRB5CCNAME=FILE:$PWD/ticket-qxhrz/cache-cc
    handshake plain
    redact plain/client.pcapng out/client.pcapng
    sentences() {
        trace_json "$1" | jq -r 'select(.event == "krb5_trace").text'
    }
    sentences plain/client.pcapng | grep -F "(filename: $PWD/ticket-qxhrz/cache-cc)"
    sentences out/client.pcapng >lines
    run ! grep -E 'ticket-|cache-' lines
    # FILE:PATH and the PATH of the parenthesis.
    grep -F '(filename: ' lines | sed -E 's/.* FILE:([^ ]*) .*\(filename: ([^)]*)\).*/\1 \2/' >paths
    [ -s paths ]
    while read -r one other; do
        [ "$one" = "$other" ]
    done <paths
    grep 'with session key' lines
}

@test "names that are not ASCII have as many characters as before" {
    kadmin.local -q 'addprinc -pw secret müller字' >&2
    kinit -c FILE:wide.cc müller字 <<<secret
    handshake wide C_KRB5CCNAME="FILE:$PWD/wide.cc"
    trace_json wide/server.pcapng | jq -se 'any(.[]; .initiator == "müller字@GSSTAP.TEST")'
    redact wide/client.pcapng wide/server.pcapng out
    for side in client server; do
        safe_and_sound wide/$side.pcapng out/$side.pcapng
        gone_from out/$side.pcapng müller ller 字
    done
    trace_json out/client.pcapng out/server.pcapng | jq -r '.initiator // empty' | sort -u >initiators
    [ "$(wc -l <initiators)" = 1 ]
    grep -xP '[a-z][à-ö][a-z]{4}.@[A-Z]{6}\.[A-Z]{4}' initiators
}

# forged: two processes, and what has addresses of IPv6, names that are not ASCII and control groups in it.
forged() {
    "$PYTHON" "$TOP/tests/forge.py" forged.pcapng '
SIX, BIG = "2001:db8:85a3::8a2e:370:7334", "2001:DB8:85A3::8A2E:370:7334"
POD = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0aa5ee54_7f45.slice/cri-containerd-%s.scope" % ("9f86d081" * 8)
USER = "/user.slice/user-31337.slice/user@31337.service/app.slice/app-org.geheim.Term-5512.scope"
process(host="büro-7.example.org".encode(), exe="/opt/größe/dienst".encode(), cgroup=POD, uid=31337)
for peer in SIX, BIG, "fe80::1ff:fe23:4567:890a%eth7", "::ffff:203.0.113.77", "::1":
    handshake(role=1, initiator="müller@EXAMPLE.ORG".encode(), acceptor="zmq/büro-7.example.org@EXAMPLE.ORG".encode(),
        peer="tcp://[%s]:5555" % peer, reason=("Cannot contact %s, or [%s]:88, for müller@EXAMPLE.ORG: größe." % (SIX, BIG)).encode())
process(pid=2, host=b"b\xfcro", exe=b"/home/m\xfcller/x", cgroup=USER, uid=31337)
handshake(pid=2, role=1, initiator="用户名@領域.TEST".encode(), acceptor="😀smile@領域.TEST".encode(), peer="tcp://[%s]:5555" % SIX, reason="Server 用户名@領域.TEST not found".encode())
'
}

@test "names that differ in case alone stay the same but for case, in every alphabet that has any" {
    # What is of one name a line. The last but one has U+212A, a K of three bytes.
    cat >names <<'E'
alice ALICE Alice
ärger ÄRGER Ärger
größe GRÖẞE
οδυσσευς ΟΔΥΣΣΕΥΣ οδυσσευσ
жук ЖУК
ḁḃ ḀḂ
𐐨𐐩 𐐀𐐁
kelly Kelly
用户 用户
E
    "$PYTHON" "$TOP/tests/forge.py" forged.pcapng '
process()
for name in open("names", encoding="utf-8").read().split():
    handshake(role=1, initiator=(name + "@EXAMPLE.ORG").encode())
'
    redact forged.pcapng out/forged.pcapng
    trace_json out/forged.pcapng | jq -r '.initiator // empty' >redacted
    "$PYTHON" - <<'E'
after = iter(line.split("@")[0] for line in open("redacted", encoding="utf-8"))
seen = []
for line in open("names", encoding="utf-8"):
    names = line.split()
    others = [next(after) for _ in names]
    print(names, others)
    for name, other in zip(names, others):
        assert [(c.islower(), c.isupper(), len(c.encode())) for c in name] == [(c.islower(), c.isupper(), len(c.encode())) for c in other]
        assert name.lower() != other.lower()
    # Bytes are as many as before, so of a letter whose cases are not as long two come.
    for at, letters in enumerate(zip(*names)):
        if len({len(c.encode()) for c in letters}) == 1:
            assert len({other[at].lower() for other in others}) == 1, at
    seen.append(others[0].lower())
assert len(set(seen)) == len(seen)
E
}

@test "addresses of IPv6 stay addresses, each the same everywhere, and those of a kind of that kind" {
    forged
    redact forged.pcapng out/forged.pcapng
    # A group alone may be one of an invented address as well.
    gone_from out/forged.pcapng 2001:db8 85a3::8a2e 8a2e:370 370:7334 1ff:fe23 4567:890a 203.0.113 0.113.77 eth7
    trace_json out/forged.pcapng | jq -r '.peer // empty' >peers
    "$PYTHON" -c 'import ipaddress, re, sys
six, big, link, four, loop, again = (ipaddress.ip_address(re.fullmatch(r"tcp://\[(.*)\]:5555", line.strip())[1]) for line in open("peers"))
assert six == big == again and not six.is_loopback
assert link.is_link_local and link.scope_id and four.ipv4_mapped and loop.is_loopback' || { cat peers; return 1; }
    six=$(sed -n '1s/.*\[\(.*\)\].*/\1/p' peers)
    trace_json out/forged.pcapng | jq -r '.reason // empty' | head -1 >reason
    grep -qxF "Cannot contact $six, or [$(sed -n '2s/.*\[\(.*\)\].*/\1/p' peers)]:88, for $(trace_json out/forged.pcapng | jq -r '.initiator // empty' | head -1): $(sed 's/.*: \(.*\)\./\1/' reason)." reason
}

@test "of a path of control groups what every machine has stays, and a user's number is that of its other places" {
    forged
    redact forged.pcapng out/forged.pcapng
    gone_from out/forged.pcapng 31337 0aa5ee54 7f45 9f86d081 geheim Term 5512 büro größe müller 用户名 領域 smile
    trace_json out/forged.pcapng | jq -r 'select(.cgroup) | [.cgroup, .uid] | @tsv' >groups
    grep -qP '^/kubepods\.slice/kubepods-burstable\.slice/kubepods-burstable-[a-z0-9]{11}_[a-z0-9]{4}\.slice/[a-z]{3}-containerd-[a-z0-9]{64}\.scope\t[1-9][0-9]{4}$' groups
    grep -qP '^/user\.slice/user-([1-9][0-9]{4})\.slice/user@\1\.service/app\.slice/app-[a-z]{3}\.[a-z]{6}\.[A-Z][a-z]{3}-[0-9]{4}\.scope\t\1$' groups
    trace_json out/forged.pcapng | jq -se '[.[] | .uid // empty] | unique | length == 1'
}

@test "a trace that mergecap has joined is redacted as its parts are" {
    handshake plain
    mergecap -w joined.pcapng plain/client.pcapng plain/server.pcapng
    redact joined.pcapng out/joined.pcapng
    safe_and_sound joined.pcapng out/joined.pcapng
    "$GSSTAP" timeline --format json plain >before
    "$GSSTAP" timeline --format json out >after
    for shown in before after; do jq -S '[.acceptor.program, .initiator.program, (.steps | map([.side, .call, .step, .major]))]' $shown >$shown.shape; done
    [ "$(jq 'flatten | length' before.shape)" -gt 20 ]
    diff before.shape after.shape
}

@test "a context that went from process to process is followed in redacted traces as well" {
    "$GSSTAP" run -o export.pcapng -- "$PYTHON" "$TOP/tests/hosts/contexts.py" export host@localhost context
    "$GSSTAP" run -o import.pcapng -- "$PYTHON" "$TOP/tests/hosts/contexts.py" import context
    redact export.pcapng import.pcapng out
    chain() { "$GSSTAP" timeline --format json "$@" | jq -c '[.steps[] | select(.step == "import" or .step == "end") | [.step, .how, .pid, .side]]'; }
    [ "$(chain export.pcapng import.pcapng)" = "$(chain out)" ]
    [[ $(chain out) = *exported*import* ]]
    exported() { trace_json "$1" | jq -r '.exported // empty' | sort -u; }
    [ "$(exported out/export.pcapng)" = "$(exported out/import.pcapng)" ]
    [ "$(exported out/export.pcapng)" != "$(exported export.pcapng)" ]
    [ -n "$(exported out/export.pcapng)" ]
}

@test "ZeroMQ under a policy: endpoints and peers, refused ones as well" {
    local port
    read -r port < <(free_port)
    cat >policy.yaml <<EOF
version: 1
gss:
  peers: {allow: ["mallory@GSSTAP.TEST", "zmq/localhost@GSSTAP.TEST"]}
zmq:
  unsecured: refuse
  inject:
    - {bind: "tcp://*:$port", principal: "zmq@localhost"}
    - {connect: "tcp://localhost:$port", service: "zmq@%H"}
EOF
    "$GSSTAP" run -l payload -p policy.yaml -o server.pcapng -- "$PYTHON" "$TOP/demo/server.py" "tcp://*:$port" >server.out 2>&1 3>&- &
    SERVED=$!
    wait_until 60 listens "$port"
    echo hello | KRB5CCNAME=FILE:$PWD/cc "$SHELL" -c 'kinit -k -t "$GSSTAP_REALM/client/mallory" mallory && "$0" run -l payload -p policy.yaml -o client.pcapng -- "$1" "$2/demo/client.py" "tcp://localhost:$3"' \
        "$GSSTAP" "$PYTHON" "$TOP" "$port" >client.out
    kill "$SERVED"
    wait_until 60 gone "$SERVED"
    redact client.pcapng server.pcapng out
    for side in client server; do
        safe_and_sound $side.pcapng out/$side.pcapng
        "$GSSTAP" decode --summary --format json $side.pcapng | jq -S 'paths | map(select(type == "string"))' >before
        "$GSSTAP" decode --summary --format json out/$side.pcapng | jq -S 'paths | map(select(type == "string"))' | diff before -
    done
}

@test "nothing that is there is written to: neither a trace, nor a file, nor what a link names" {
    handshake plain
    cp plain/client.pcapng before
    run -2 "$GSSTAP" redact plain/client.pcapng plain/client.pcapng
    [[ $output = *"plain/client.pcapng exists, and is not overwritten: give a new name" ]]
    ln -s nowhere link
    run -2 "$GSSTAP" redact plain/client.pcapng link
    [ ! -e nowhere ]
    touch out/client.pcapng
    run -2 "$GSSTAP" redact plain/server.pcapng plain/client.pcapng out
    [ "$(ls out)" = client.pcapng ]
    cmp before plain/client.pcapng
}

@test "wrong usage is told" {
    run -2 "$GSSTAP" redact
    run -2 "$GSSTAP" redact one.pcapng
    [[ $output = *"give a trace, and the file that its redacted form goes to"* ]]
    run -2 "$GSSTAP" redact a.pcapng b.pcapng c.pcapng
    [[ $output = *"c.pcapng is no directory: several traces go into one that is there"* ]]
    run -2 "$GSSTAP" redact a/x.pcapng b/x.pcapng out
    [[ $output = *"a/x.pcapng and b/x.pcapng would become the same file in out"* ]]
    run -2 "$GSSTAP" redact out new.pcapng
    [[ $output = *"out is a directory: name the traces"* ]]
    run -2 "$GSSTAP" redact nosuch.pcapng new.pcapng
    [[ $output = *"nosuch.pcapng"* ]]
    [ ! -e new.pcapng ]
    echo "no trace at all, but long enough to look at" >other
    run -1 "$GSSTAP" redact other new.pcapng
    [[ $output = *"new.pcapng: not written: no event could be read"* ]]
    [ ! -e new.pcapng ]
}

@test "of a damaged trace what can be read is redacted" {
    handshake plain
    cp plain/client.pcapng torn.pcapng
    printf '\377\377\377\377' | dd of=torn.pcapng bs=1 seek=$((4096 + 64 + 4)) conv=notrunc status=none
    run -1 "$GSSTAP" redact torn.pcapng out/torn.pcapng
    [[ $output = *"torn.pcapng"* ]]
    "$GSSTAP" decode out/torn.pcapng >text
    gone_from out/torn.pcapng alice GSSTAP.TEST
}

# What of the shim's sources is a sentence, or a policy's keyword: one a line, as they stand in traces.
own_sentences() {
    "$PYTHON" - "$TOP" "$BUILD" <<'E'
import os, re, sys
top, build = sys.argv[1:]
parts = re.compile(r"""//[^\n]*|/\*.*?\*/|'(?:[^'\\]|\\.)+'|((?:"(?:[^"\\]|\\.)*"\s*)+)""", re.S)
for folder, _, files in os.walk(build + "/shim-obj"):
    for name in files:
        source = os.path.join(top, os.path.relpath(folder, build + "/shim-obj"), name.removesuffix(".o"))
        if not name.endswith(".c.o") or not os.path.exists(source) or name == "trusted.c.o": # a key, and what it encrypts
            continue
        code = re.sub(r"^#include.*?$|_Static_assert\(.*?\);", "", open(source).read(), flags=re.M | re.S)
        for literal in filter(None, (found[1] for found in parts.finditer(code))):
            text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literal))
            if re.search("[a-z]{2} [a-z]{2}", text):
                print(text)
print(*re.findall(r'^KEYWORD\(\d+, \w+, "([^"]+)"', open(top + "/policy/keywords.def").read(), re.M), sep="\n")
E
}

@test "gsstap's own sentences and keywords stay word for word" {
    own_sentences | sort -u >sentences
    [ "$(wc -l <sentences)" -gt 100 ]
    grep -x 'the program gave the context up before it was established' sentences
    grep -x 'zmq.inject.bind' sentences
    "$PYTHON" "$TOP/tests/forge.py" own.pcapng '
process()
for each in open("sentences"):
    handshake(role=1, reason=each.rstrip("\n"))
'
    redact own.pcapng out/own.pcapng
    trace_json out/own.pcapng | jq -r '.reason // empty' | diff sentences -
}

@test "the types of caches and keytabs, and the keys of credential stores, stay" {
    printf '%s\n' file2: dfl: none: FILE: DIR: DIR:: KEYRING:persistent: KCM: MEMORY: API: WRFILE: >types
    printf '%s\n' ccache keytab client_keytab rcache verify password >keys
    "$PYTHON" "$TOP/tests/forge.py" types.pcapng '
process()
for each in open("types").read().split():
    event("configuration", krb5rcachename=each, krb5ccname=each + "/home/alice")
for each in open("keys").read().split():
    event("call", key=each)
'
    redact types.pcapng out/types.pcapng
    gone_from out/types.pcapng alice
    trace_json out/types.pcapng | jq -r '.KRB5RCACHENAME // empty' | diff types -
    trace_json out/types.pcapng | jq -r '.key // empty' | diff keys -
}

@test "what was done is told, and what could not be judged" {
    handshake plain
    redact plain/client.pcapng out/client.pcapng
    grep -qE '^gsstap: events written: [0-9]+; different names and parts of names replaced: [0-9]+; tokens redacted: [1-9][0-9]*; bytes zeroed: [1-9][0-9]*$' told
    grep -qE '^gsstap: messages zeroed as a whole: [1-9]' told
    grep -qE '^gsstap: arguments of programs made unreadable: [1-9]' told
}
