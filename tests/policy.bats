#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# gsstap policy: what it says about right and wrong policies, and what it writes.

bats_require_minimum_version 1.5.0
load helper

setup() {
    cd "$BATS_TEST_TMPDIR"
}

good() {
    cat >"${1:-p.yaml}" <<'END'
version: 1
mode: enforce
capture: tokens
gss:
  delegation: strip
  peers:
    allow: ["alice@EXAMPLE.ORG", "*/worker@EXAMPLE.ORG"]
zmq:
  unsecured: refuse
  unsecured-ok: ["inproc://*", "ipc://*"]
  plaintext: encrypt
  inject:
    - {bind: "tcp://*:5555", principal: "zmq@%h"}
    - {connect: "tcp://db*:5555", service: "zmq@%H"}
END
}

# complains LINE:COLUMN TEXT, with the policy on stdin: check says exactly that about it, and exits with 2.
complains() {
    cat >p.yaml
    run "$GSSTAP" policy check p.yaml
    echo "$output"
    [ "$status" = 2 ]
    [ "$output" = "p.yaml:$1: error: $2" ]
}

# warns LINE:COLUMN TEXT, with the policy on stdin: check says that among other things, and still exits with 0.
warns() {
    cat >p.yaml
    run "$GSSTAP" policy check p.yaml
    echo "$output"
    [ "$status" = 0 ]
    grep -qxF "p.yaml:$1: warning: $2" <<<"$output"
    grep -qE '^p\.yaml: ok, ' <<<"$output"
}

@test "a right policy is ok, and its rules are counted" {
    good
    run "$GSSTAP" policy check p.yaml
    [ "$status" = 0 ]
    [ "$output" = "p.yaml: ok, 9 rules" ]
    echo 'version: 1' >least.yaml
    run "$GSSTAP" policy check least.yaml
    [ "$output" = "least.yaml: ok, 0 rules" ]
}

@test "a policy compiles beside itself, and the compiled file is found intact" {
    good
    run "$GSSTAP" policy compile p.yaml
    [ "$status" = 0 ]
    [ -z "$output" ]
    [ "$(stat -c %a p.bin)" = 644 ]
    run "$GSSTAP" policy check p.bin p.yaml
    [ "$status" = 0 ]
    [ "${lines[0]}" = "p.bin: ok, compiled, 9 rules" ]
    [ "${lines[1]}" = "p.yaml: ok, 9 rules" ]
    good q.yml
    "$GSSTAP" policy compile q.yml
    "$GSSTAP" policy check q.bin
    # The file's name is in it, its directory is not.
    mkdir other
    good other/p.yaml
    "$GSSTAP" policy compile other/p.yaml
    cmp p.bin other/p.bin
}

@test "compile replaces its output as a whole: who has the old file open keeps it" {
    good
    "$GSSTAP" policy compile p.yaml -o out.bin
    chmod 640 out.bin
    cp out.bin before
    exec 8<out.bin
    echo 'version: 1' >p.yaml
    "$GSSTAP" policy compile -o out.bin p.yaml
    cmp before - <&8
    exec 8<&-
    [ "$(cksum <before)" != "$(cksum <out.bin)" ]
    [ "$(stat -c %a out.bin)" = 640 ]
    [ "$(ls)" = "$(printf 'before\nout.bin\np.yaml')" ]
}

@test "a wrong policy compiles to nothing and leaves the old output alone" {
    good
    "$GSSTAP" policy compile p.yaml
    cp p.bin before
    echo 'mode: enforced' >>p.yaml
    run "$GSSTAP" policy compile p.yaml
    [ "$status" = 2 ]
    cmp before p.bin
}

@test "a damaged, cut or foreign compiled policy is refused with the reason" {
    good
    "$GSSTAP" policy compile p.yaml
    head -c 100 p.bin >cut.bin
    run "$GSSTAP" policy check cut.bin
    [ "$status" = 2 ]
    [ "$output" = "cut.bin: error: the compiled policy is cut off" ]
    { head -c 200 p.bin; printf 'X'; tail -c +202 p.bin; } >damaged.bin
    run "$GSSTAP" policy check damaged.bin
    [ "$status" = 2 ]
    [ "$output" = "damaged.bin: error: the compiled policy is damaged: its checksum is wrong" ]
    { head -c 8 p.bin; printf '\003'; tail -c +10 p.bin; } >later.bin
    run "$GSSTAP" policy check later.bin
    [ "$status" = 2 ]
    [ "$output" = "later.bin: error: it was compiled by another version of gsstap: compile it again" ]
    run "$GSSTAP" policy compile p.bin -o again.bin
    [ "$status" = 2 ]
    [ "$output" = "p.bin: error: this is a compiled policy already" ]
    [ ! -e again.bin ]
}

@test "an unknown keyword is named with its place and the one that was meant" {
    complains 2:1 "'moed' is no keyword; did you mean mode?" <<<$'version: 1\nmoed: audit'
    complains 3:3 "'unsecured_ok' is no keyword of zmq; did you mean zmq.unsecured-ok?" \
        <<<$'version: 1\nzmq:\n  unsecured_ok: []'
    complains 2:1 "'peers' is no keyword; did you mean gss.peers?" <<<$'version: 1\npeers: {allow: []}'
    complains 2:1 "'quux' is no keyword; 'gsstap policy list' prints them all" <<<$'version: 1\nquux: 1'
}

@test "a wrong value is named with its place and what was expected" {
    complains 2:7 "mode: expected enforce or audit, found 'enforced'" <<<$'version: 1\nmode: enforced'
    complains 1:10 "version: expected 1, found '2'" <<<'version: 2'
    complains 2:19 "gss.delegation: expected allow, strip or refuse, found a list" \
        <<<$'version: 1\ngss: {delegation: [strip]}'
    complains 2:18 "zmq.plaintext: expected allow, encrypt or refuse, found nothing" \
        <<<$'version: 1\nzmq: {plaintext: }'
    complains 2:21 'zmq.unsecured-ok: expected a list, [ ... ] or one item a line after "- ", found a mapping' \
        <<<$'version: 1\nzmq: {unsecured-ok: {ipc: x}}'
    complains 2:21 'zmq.unsecured-ok: expected a list, [ ... ] or one item a line after "- ", found nothing' \
        <<<$'version: 1\nzmq: {unsecured-ok: }'
    complains 2:6 "gss: expected a mapping of keywords, found 'strip'" <<<$'version: 1\ngss: strip'
    complains 1:1 "the policy: expected a mapping of keywords, found 'hello'" <<<'hello'
    complains 2:23 "gss.peers.allow: expected a pattern, found a mapping" \
        <<<$'version: 1\ngss: {peers: {allow: [{x: y}]}}'
}

@test "a policy without its version, an empty one and two in one file are refused" {
    complains 1:1 "version is missing; a policy begins with 'version: 1'" <<<'mode: audit'
    complains 1:1 "the policy is empty; it begins with 'version: 1'" <<<'# nothing'
    complains 2:1 "a policy is one document; a second one begins here" <<<$'version: 1\n---\nmode: audit'
}

@test "a keyword given twice is refused" {
    complains 3:1 "mode is given twice, first on line 2" <<<$'version: 1\nmode: audit\nmode: enforce'
    complains 4:1 "gss is given twice, first on line 2" <<<$'version: 1\ngss:\n  delegation: strip\ngss: {}'
}

@test "anchors, aliases, tags and merge keys are refused" {
    complains 2:7 "anchors (&name) are not used in a policy" <<<$'version: 1\nmode: &m audit'
    complains 2:7 "aliases are not used in a policy; a value that begins with * must stand in quotes" \
        <<<$'version: 1\nmode: *m'
    complains 2:7 "tags (!name) are not used in a policy" <<<$'version: 1\nmode: !!str audit'
    complains 2:1 "merge keys (<<) are not used in a policy" <<<$'version: 1\n<<: {mode: audit}'
}

@test "what is no YAML is named with its place, and a forgotten quote is guessed" {
    complains 4:14 "no legal YAML: did not find expected alphabetic or numeric character while scanning an alias; a value that begins with * or % must stand in quotes" \
        <<<$'version: 1\ngss:\n  peers:\n    allow: [*/worker@EXAMPLE.ORG]'
    complains 2:9 "no legal YAML: invalid trailing UTF-8 octet" < <(printf 'version: 1\nmode: a\xc3x\n')
}

@test "patterns that could never match are refused" {
    complains 2:23 "gss.peers.allow: a [ has no ]; write \\[ for the character itself" \
        <<<$'version: 1\ngss: {peers: {allow: ["a[b@X"]}}'
    complains 2:23 "gss.peers.allow: [z-a] has a range whose end comes before its beginning" \
        <<<$'version: 1\ngss: {peers: {allow: ["[z-a]@X"]}}'
    complains 2:22 "zmq.unsecured-ok: an endpoint begins with its transport, as in tcp://*:5555" \
        <<<$'version: 1\nzmq: {unsecured-ok: ["db:5555"]}'
    complains 2:22 "zmq.unsecured-ok: libzmq has no transport 'tpc'" \
        <<<$'version: 1\nzmq: {unsecured-ok: ["tpc://*"]}'
    complains 2:22 "zmq.unsecured-ok: after :// a [ opens an IPv6 address, so a set of characters cannot stand there; write one pattern for each character" \
        <<<$'version: 1\nzmq: {unsecured-ok: ["tcp://[ab]:1"]}'
    complains 2:23 'gss.peers.allow: expected a pattern ("*" matches everything), found nothing' \
        <<<$'version: 1\ngss: {peers: {allow: [""]}}'
    complains 2:23 "gss.peers.allow: control characters are not possible here" \
        <<<$'version: 1\ngss: {peers: {allow: ["a\\0b"]}}'
    complains 2:23 "gss.peers.allow: control characters are not possible here" \
        <<<$'version: 1\ngss: {peers: {allow: ["a\\x9bb"]}}'
}

@test "the parts of an injection rule must fit together" {
    complains 2:16 "a rule of zmq.inject has either bind or connect; this one has neither" \
        <<<$'version: 1\nzmq: {inject: [{principal: x}]}'
    complains 2:16 "a rule of zmq.inject has either bind or connect; this one has both" \
        <<<$'version: 1\nzmq: {inject: [{bind: "*", connect: "*", service: x}]}'
    complains 2:16 'a connect rule of zmq.inject needs the server'"'"'s name, as in service: "zmq@%H"' \
        <<<$'version: 1\nzmq: {inject: [{connect: "*"}]}'
    complains 2:28 "a bind rule of zmq.inject takes no service: its own name is its principal" \
        <<<$'version: 1\nzmq: {inject: [{bind: "*", service: x}]}'
    complains 2:28 "zmq.inject.principal-type says how to read a name that is not given" \
        <<<$'version: 1\nzmq: {inject: [{bind: "*", principal-type: krb5}]}'
    complains 2:23 "zmq.inject.bind: GSSAPI can be set on tcp:// and ipc:// endpoints, not on udp://" \
        <<<$'version: 1\nzmq: {inject: [{bind: "udp://*:1"}]}'
    complains 2:39 "zmq.inject.principal: after % expected h (this host), H (the endpoint's host) or %" \
        <<<$'version: 1\nzmq: {inject: [{bind: "*", principal: "zmq@%x"}]}'
    complains 2:37 "zmq.inject.service: %H is the host of a tcp:// endpoint, and ipc:// has none; %h is this host" \
        <<<$'version: 1\nzmq: {inject: [{connect: "ipc://*", service: "zmq@%H"}]}'
}

@test "the parts of a rule about who comes in must fit together" {
    complains 2:34 "a rule of zmq.auth has either allow or deny; who is not in the one it has is the other's" \
        <<<$'version: 1\nzmq: {auth: [{allow: [10.0.0.1], deny: [10.0.0.2]}]}'
    complains 2:23 "zmq.auth.allow: '10.0.0' is no address; expected one such as 10.0.0.7, 10.0.0.0/8, fd00::/8, ipc:uid=1000, ipc:gid=100, ipc or all" \
        <<<$'version: 1\nzmq: {auth: [{allow: [10.0.0]}]}'
    complains 2:22 "zmq.auth.plain: a path begins with /" <<<$'version: 1\nzmq: {auth: [{plain: users}]}'
    complains 2:22 "zmq.auth.curve: expected the path of a directory, which begins with /, or any" \
        <<<$'version: 1\nzmq: {auth: [{curve: all}]}'
    complains 2:15 "zmq.auth.user-id: a field is one of a certificate's, which takes a directory of them (curve)" \
        <<<$'version: 1\nzmq: {auth: [{user-id: email, curve: any}]}'
    warns 2:22 "zmq.auth.deny: 10.0.0.1/8 has bits behind its prefix, which count for nothing" \
        <<<$'version: 1\nzmq: {auth: [{deny: [10.0.0.1/8]}, {domain: a}, {domain: a, deny: [10.0.0.1/8]}]}'
    [ "$(grep -c warning <<<"$output")" = 2 ]
}

@test "keywords that are no more are passed over with what to do, or refused where they meant another endpoint" {
    for value in all none '[zap]' '[laek, {a: b}]'; do
        warns 2:7 "zmq.repairs has no effect any more: libzmq's GSSAPI is not used any more, so nothing of it is put right; programs that ask for GSSAPI themselves are served as engine: wire says" \
            < <(printf 'version: 1\nzmq: {repairs: %s}\n' "$value")
    done
    warns 2:7 "zmq.prefetch has no effect any more: no I/O thread waits for tickets any more, so none is fetched ahead" <<<$'version: 1\nzmq: {prefetch: yes}'
    complains 2:39 "zmq.inject.migrate is no more: one endpoint serves clients with GSSAPI and without; leave it out, say phase: report, and connect to the program's own endpoint" \
        <<<$'version: 1\nzmq: {inject: [{bind: "tcp://*:5555", migrate: "tcp://%H:5556"}]}'
    run -0 "$GSSTAP" policy list
    [[ $output != *repairs* && $output != *prefetch* && $output != *migrate* ]]
}

@test "a rule has a phase either way, and says of a handler what there is to say" {
    complains 2:43 "zmq.inject.phase: expected report or require, found 'prefer'" \
        <<<$'version: 1\nzmq: {inject: [{bind: "tcp://*:1", phase: prefer}]}'
    complains 2:41 "zmq.inject.zap: expected ask or skip, found 'no'" \
        <<<$'version: 1\nzmq: {inject: [{bind: "tcp://*:1", zap: no}]}'
    complains 2:51 "a connect rule of zmq.inject takes no zap: a handler is asked by the server" \
        <<<$'version: 1\nzmq: {inject: [{connect: "tcp://*:1", service: x, zap: skip}]}'
    printf 'version: 1\nzmq: {inject: [{bind: "tcp://*:1", zap: skip, phase: report}, {connect: "*", service: x, phase: report}]}\n' >p.yaml
    run -0 "$GSSTAP" policy check p.yaml
    [ "$output" = "p.yaml: ok, 2 rules" ]
}

@test "all errors are reported, not only the first" {
    printf 'version: 2\nmode: x\ngss: {delegation: y, peers: {alow: []}}\nzmq: {inject: [1, 2]}\n' >p.yaml
    run "$GSSTAP" policy check p.yaml
    echo "$output"
    [ "$status" = 2 ]
    [ "${#lines[@]}" = 6 ]
    [ "$(grep -c ': error: ' <<<"$output")" = 6 ]
}

@test "thousands of errors end in a few lines" {
    { echo 'version: 1'; for i in $(seq 3000); do echo "key$i: 1"; done; } >p.yaml
    run "$GSSTAP" policy check p.yaml
    [ "$status" = 2 ]
    [ "${#lines[@]}" -lt 50 ]
    [ "${lines[-1]}" = "p.yaml: more errors are not shown" ]
}

@test "a text nested a million deep is refused at once" {
    { printf 'version: 1\nx: '; head -c 1000000 /dev/zero | tr '\0' '['; } >p.yaml
    run timeout 20 "$GSSTAP" policy check p.yaml
    echo "$output"
    [ "$status" = 2 ]
    [[ ${lines[-1]} = p.yaml:2:*": error: nested deeper than any policy" ]]
}

@test "what comes from the file cannot talk to the terminal" {
    printf 'version: 1\n"\\e]0;x\\a\\n": 1\nmode: "\\e[2J"\n' >p.yaml
    run "$GSSTAP" policy check p.yaml
    [ "$status" = 2 ]
    [[ $output = *'\x1b]0;x\x07\x0a'* ]]
    [[ $output != *$'\e'* ]]
}

@test "rules that can never decide are warned about" {
    warns 4:9 'gss.peers.allow: "bob*/worker@X" can never decide: "*/worker@X" on line 3 (gss.peers.allow) matches all of it first' \
        <<<$'version: 1\ngss: {peers: {allow: [\n  "*/worker@X",\n        "bob*/worker@X"]}}'
    warns 2:23 'gss.peers.allow: "bob@X" can never decide: "bob@*" on line 2 (gss.peers.deny) matches all of it first' \
        <<<$'version: 1\ngss: {peers: {allow: ["bob@X", "a@X"], deny: ["bob@*"]}}'
    warns 5:8 'zmq.inject.bind: "tcp://*:5555" can never decide: "tcp://*" on line 4 (zmq.inject.bind) matches all of it first' \
        <<<$'version: 1\nzmq:\n  inject:\n    - {bind: "tcp://*"}\n    - {bind: "tcp://*:5555"}'
    good
    run "$GSSTAP" policy check p.yaml
    [ "$output" = "p.yaml: ok, 9 rules" ]
}

@test "what is legal and will surprise is warned about" {
    warns 2:1 "mode: audit records what would be refused and refuses nothing" <<<$'version: 1\nmode: audit'
    warns 2:15 "gss.peers.allow is empty: every peer is refused" <<<$'version: 1\ngss: {peers: {allow: []}}'
    warns 2:7 "zmq.unsecured-ok has no effect without 'unsecured: refuse'" <<<$'version: 1\nzmq: {unsecured-ok: ["ipc://*"]}'
    warns 3:7 "zmq.plaintext: allow lets GSSAPI without encryption pass 'unsecured: refuse'" \
        <<<$'version: 1\nzmq: {unsecured: refuse,\n      plaintext: allow}'
    warns 2:23 "gss.peers.allow: principals come with their realm; bob alone will hardly match (bob@REALM, bob@*)" \
        <<<$'version: 1\ngss: {peers: {allow: [bob]}}'
    warns 2:37 "zmq.inject.service looks like a Kerberos principal but is read as service@host; say service-type: krb5" \
        <<<$'version: 1\nzmq: {inject: [{connect: "tcp://*", service: "zmq/db@X"}]}'
}

@test "files that cannot be read are named with the reason" {
    mkfifo fifo
    mkdir dir.yaml
    for each in 'nothing.yaml: No such file or directory' 'dir.yaml: it is a directory' 'fifo: it is not a regular file'; do
        run timeout 20 "$GSSTAP" policy check "${each%%:*}"
        [ "$status" = 2 ]
        [ "$output" = "${each%%:*}: error: cannot read the policy: ${each#*: }" ]
    done
    truncate -s 1G huge.yaml
    run "$GSSTAP" policy check huge.yaml
    [ "$status" = 2 ]
    [[ $output = *"larger than any policy"* ]]
}

@test "one wrong file among several gives exit status 2, and the others are still checked" {
    good
    run "$GSSTAP" policy check nothing.yaml p.yaml
    [ "$status" = 2 ]
    [ "${lines[1]}" = "p.yaml: ok, 9 rules" ]
}

@test "an output that cannot be written is named with the reason" {
    good
    run "$GSSTAP" policy compile p.yaml -o nowhere/p.bin
    [ "$status" = 1 ]
    [ "$output" = "gsstap: cannot write nowhere/p.bin: No such file or directory" ]
    run "$GSSTAP" policy compile p.yaml -o p.yaml
    [ "$status" = 2 ]
    [[ $output = *"OUT is the policy itself"* ]]
    head -1 p.yaml | grep -qx 'version: 1'
    cp p.yaml plain
    run "$GSSTAP" policy compile plain
    [ "$status" = 2 ]
    [[ $output = *"say where to with -o OUT"* ]]
}

@test "a write that fails half way leaves the old output and no debris" {
    good
    "$GSSTAP" policy compile p.yaml
    cp p.bin before
    {
        printf 'version: 1\ngss:\n  peers:\n    allow:\n'
        seq -f '      - user%g@EXAMPLE.ORG' 2000
    } >p.yaml
    # Without SIGXFSZ the limit is an error of write, as a full disk is.
    # shellcheck disable=SC2016 # expanded by the inner shell
    run bash -c 'trap "" XFSZ; ulimit -f 8; exec "$GSSTAP" policy compile p.yaml'
    echo "$output"
    [ "$status" = 1 ]
    [ "$output" = "gsstap: cannot write p.bin: File too large" ]
    cmp before p.bin
    [ "$(ls)" = "$(printf 'before\np.bin\np.yaml')" ]
    "$GSSTAP" policy compile p.yaml
}

@test "compiling over a file keeps its owner, group, mode and access list" {
    [ "$(id -u)" = 0 ] || { echo "must be root"; return 1; }
    good
    echo old >p.bin
    chown nobody:nogroup p.bin
    chmod 640 p.bin
    "$GSSTAP" policy compile p.yaml -o p.bin
    [ "$(stat -c '%U:%G %a' p.bin)" = "nobody:nogroup 640" ]
    "$GSSTAP" policy check p.bin
    # An entry for user 1 (daemon), mask and others, as setfacl -m u:daemon:r makes it.
    "$PYTHON" -c 'import os, struct
entries = (1, 6, -1), (2, 4, 1), (4, 4, -1), (16, 4, -1), (32, 0, -1)
os.setxattr("p.bin", "system.posix_acl_access", struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *e) for e in entries))'
    acl='import os; print(os.getxattr("p.bin", "system.posix_acl_access").hex())'
    before=$("$PYTHON" -c "$acl")
    "$GSSTAP" policy compile p.yaml -o p.bin
    [ "$("$PYTHON" -c "$acl")" = "$before" ]
}

@test "compiling over a link writes what it leads to, and leaves the link" {
    good
    mkdir real
    echo old >real/p.bin
    ln -s real/p.bin p.bin
    "$GSSTAP" policy compile p.yaml -o p.bin
    [ "$(readlink p.bin)" = real/p.bin ]
    "$GSSTAP" policy check real/p.bin
    [ "$(ls real)" = p.bin ]
    ln -s nowhere lost
    run "$GSSTAP" policy compile p.yaml -o lost
    [ "$status" = 1 ]
    [ "$output" = "gsstap: cannot write lost: it is a link to a file that is not there" ]
}

@test "a file whose owner cannot be kept, or that is none, is an error, and stays as it was" {
    [ "$(id -u)" = 0 ] || { echo "must be root"; return 1; }
    good
    # Not below the test's own directory: nobody may not enter that.
    dir=$(mktemp -d /tmp/gsstap-policy-XXXXXX)
    cp p.yaml "$BUILD/gsstap" "$dir"
    echo old >"$dir/p.bin"
    chown nobody "$dir"
    chmod 755 "$dir" "$dir/p.yaml"
    run setpriv --reuid=nobody --regid=nogroup --clear-groups "$dir/gsstap" policy compile "$dir/p.yaml" -o "$dir/p.bin"
    echo "$output"
    left=$(cd "$dir" && echo * && stat -c '%U:%G' p.bin && cat p.bin)
    rm -r "$dir"
    [ "$status" = 1 ]
    [[ $output == "gsstap: cannot write $dir/p.bin: its owner and group (0:0) cannot be kept: "*"as root" ]]
    [ "$left" = $'gsstap p.bin p.yaml\nroot:root\nold' ]
    mkfifo pipe
    run "$GSSTAP" policy compile p.yaml -o pipe
    [ "$status" = 1 ]
    [ -p pipe ]
    [ "$output" = "gsstap: cannot write pipe: it is there and no regular file" ]
}

@test "compile writes to a pipe that is its standard output as into a file" {
    good
    "$GSSTAP" policy compile p.yaml
    "$GSSTAP" policy compile -o /dev/stdout p.yaml | cmp p.bin -
    "$GSSTAP" policy compile -o /dev/stdout p.yaml >there.bin
    cmp p.bin there.bin
}

@test "what a policy holds cannot act on the terminal, neither from an error nor from a warning" {
    printf 'version: 1\ngss: {peers: {allow: ["a\\u202eb@R", "a\\u202eb@R"]}}\n' >p.yaml
    run "$GSSTAP" policy check p.yaml
    [ "$status" = 0 ]
    [[ $output == *'"a\u{00202e}b@R" can never decide'* ]]
    [[ $output != *$'\u202e'* ]]
    printf 'version: 1\ngss: {delegation: "\\e[31m\\u009b"}\n' >p.yaml
    run "$GSSTAP" policy check p.yaml
    [ "$status" = 2 ]
    [[ $output == *'found '*'\x1b[31m\xc2\x9b'* ]]
    [[ $output != *$'\033'* ]]
}

@test "the keywords can be listed, with and without their meaning" {
    run "$GSSTAP" policy --list
    [ "$status" = 0 ]
    [ "${lines[1]}" = "mode  enforce | audit" ]
    [ "${#lines[@]}" = "$(grep -c '^KEYWORD' "$TOP/policy/keywords.def")" ]
    run "$GSSTAP" policy list
    [ "$status" = 0 ]
    [[ $output = *"Refuse what the policy forbids"* ]]
}

@test "wrong usage is explained and exits with 2" {
    for words in '' frobnicate check compile 'compile a.yaml b.yaml' 'check -o x p.yaml' '--list check' '--no-such'; do
        # shellcheck disable=SC2086 # words are words
        run "$GSSTAP" policy $words
        echo "$words: $output"
        [ "$status" = 2 ]
        [[ $output = *--help* ]]
    done
}

@test "every example in gsstap-policy(5) is a right policy" {
    # Each display that begins with "version: 1" is a whole policy.
    awk '/^\.Bd -literal/ { inside = 1; getline; whole = $0 == "version: 1"; n += whole }
        /^\.Ed/ { inside = whole = 0 }
        inside && whole { gsub(/\\e/, "\\"); gsub(/\\&/, ""); print >("example" n ".yaml") }' "$TOP/doc/gsstap-policy.5"
    [ -e example8.yaml ]
    run "$GSSTAP" policy check example*.yaml
    echo "$output"
    [ "$status" = 0 ]
}
