#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# gss.acquire: credentials that programs leave to the defaults come from where a rule says. Which rule counts is in
# tests/unit/policy_acquire.c.

bats_require_minimum_version 1.5.0
load helper
load policy
load wire

setup_file() {
    realm_up -u alice -u bob -s host@localhost -s hdfs@localhost -s zmq@localhost
    export KEYS=$GSSTAP_REALM/krb5.keytab
}

teardown_file() {
    realm_down
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    kinit -c FILE:bob.cc -k -t "$GSSTAP_REALM/client/bob" bob
    cat >pair.py <<'END'
# pair.py SERVICE... : as many threads at once, each with contexts to its service; all credentials are the defaults.
import os, sys, threading, gssapi
mech = gssapi.OID.from_int_seq(os.environ.get("MECH", "1.2.840.113554.1.2.2"))
def meet(service, names):
    for _ in range(20):
        name = gssapi.Name(service, gssapi.NameType.hostbased_service)
        one = gssapi.SecurityContext(name=name, usage="initiate", mech=mech)
        other = gssapi.SecurityContext(usage="accept")
        token = None
        while not (one.complete and other.complete):
            token = one.step(token) or b""
            token = other.step(token) if not other.complete else None
        names.add(str(other.initiator_name))
found = [set() for _ in sys.argv[1:]]
threads = [threading.Thread(target=meet, args=(s, n)) for s, n in zip(sys.argv[1:], found)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(*(",".join(sorted(names)) for names in found))
END
}

teardown() {
    stop_all
}

# acquires RULE WORD...: the program under rules of gss.acquire, one a line from line 5 on.
acquires() {
    under "  acquire:"$'\n'"$1" "${@:2}"
}

@test "threads have the cache of the service that they talk to, at the same time" {
    local both=$'    - {service: "hdfs/*", ccache: "FILE:'$PWD/bob.cc$'"}\n    - {service: "host/localhost", ccache: "FILE:'$GSSTAP_REALM/ccache/alice'"}'
    export KRB5CCNAME=FILE:$PWD/none
    run "$PYTHON" pair.py hdfs@localhost host@localhost
    [[ $output != *GSSTAP.TEST* ]]
    for MECH in 1.2.840.113554.1.2.2 1.3.6.1.5.5.2; do
        export MECH
        acquires "$both" "$PYTHON" pair.py hdfs@localhost host@localhost
        [ "$output" = "bob@GSSTAP.TEST alice@GSSTAP.TEST" ]
        # as told by libkrb5
        jq -e -s --arg cache "FILE:$PWD/bob.cc" '[.[] | select(.event == "handshake" and .role == "initiator" and .initiator == "bob@GSSTAP.TEST")]
            | length == 20 and all(.ccache == $cache)' events
    done
}

@test "a service that no rule names has the program's own credential" {
    acquires '    - {service: "hdfs/*", ccache: "FILE:/nonexistent/cc"}' "$PYTHON" pair.py host@localhost
    [ "$output" = alice@GSSTAP.TEST ]
}

@test "a cache that is not there refuses, and nothing else is taken instead; in audit mode it is told" {
    local rule='    - {service: "hdfs/*", ccache: "FILE:/nonexistent/cc"}'
    acquires "$rule" "$PYTHON" pair.py hdfs@localhost
    [[ $output == *"refused by the gsstap policy: gss.acquire, line 5"* ]]
    jq -e -s 'map(select(.event == "refused")) | length == 1 and (.[0].reason
        | startswith("gss.acquire (policy line 5) has no credential to give, of ccache FILE:/nonexistent/cc: No credentials cache found"))' events
    jq -e -s 'any(.out_token != null) | not' events
    MECH=1.3.6.1.5.5.2 acquires "$rule" "$PYTHON" pair.py hdfs@localhost
    [[ $output == *"refused by the gsstap policy: gss.acquire, line 5"* ]]
    MODE=audit acquires "$rule" "$PYTHON" pair.py hdfs@localhost
    [ "$output" = alice@GSSTAP.TEST ]
    jq -e -s 'map(select(.event == "would_refuse")) | length == 20 and all(.rule == "gss.acquire" and .line == 5)' events
    # what could be had is not taken either
    MODE=audit acquires "    - {ccache: 'FILE:$PWD/bob.cc'}" "$PYTHON" pair.py hdfs@localhost
    [ "$output" = alice@GSSTAP.TEST ]
    jq -e -s 'any(.event == "would_refuse") | not' events
}

@test "a cache that is renewed meanwhile counts at the next context, also in a process that holds none" {
    cat >renewed.py <<'END'
import subprocess, sys, gssapi
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
def step():
    try:
        one = gssapi.SecurityContext(name=name, usage="initiate")
        other = gssapi.SecurityContext(usage="accept")
        other.step(one.step())
        print(other.initiator_name)
    except gssapi.exceptions.GSSError as error:
        print(type(error).__name__)
step()
for user in "bob", "alice":
    subprocess.run(["kinit", "-c", sys.argv[1], "-k", "-t", sys.argv[2] + "/" + user, user], check=True)
    step()
END
    acquires "    - {ccache: 'FILE:$PWD/new.cc'}" "$PYTHON" renewed.py "FILE:$PWD/new.cc" "$GSSTAP_REALM/client"
    [ "$output" = $'UnauthorizedError\nbob@GSSTAP.TEST\nalice@GSSTAP.TEST' ]
}

@test "an initiator with keys gets its tickets itself, into the process or into a cache" {
    export KRB5CCNAME=FILE:$PWD/none
    acquires "    - {principal: bob@GSSTAP.TEST, client-keytab: '$GSSTAP_REALM/client/bob'}" "$PYTHON" pair.py host@localhost hdfs@localhost
    [ "$output" = "bob@GSSTAP.TEST bob@GSSTAP.TEST" ]
    [ ! -e none ]
    acquires "    - {client-keytab: '$GSSTAP_REALM/client/alice', ccache: 'FILE:$PWD/cc-%{uid}'}" "$PYTHON" pair.py host@localhost
    [ "$output" = alice@GSSTAP.TEST ]
    klist -c "FILE:cc-$(id -u)" | grep "Default principal: alice"
}

@test "a server finds its keys by rule, without a variable" {
    local port
    export KRB5_KTNAME=FILE:$PWD/none
    port=$(free_port)
    cat >acceptor.py <<'END'
import gssapi
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
for wanted in None, name:
    for usage in "accept", "both":
        creds = gssapi.Credentials(usage=usage, name=wanted) if usage == "accept" or not wanted else None
        one = gssapi.SecurityContext(name=name, usage="initiate")
        other = gssapi.SecurityContext(creds=creds, usage="accept")
        other.step(one.step())
        print(other.initiator_name, other.target_name)
END
    run "$PYTHON" acceptor.py
    [ "$status" != 0 ]
    acquires "    - {accept: 'host@*', keytab: '$KEYS'}" "$PYTHON" acceptor.py
    [ "$(sort -u <<<"$output")" = "alice@GSSTAP.TEST host/localhost@GSSTAP.TEST" ]
    # gss-server acquires what it accepts with, by its name.
    start server "$GSSTAP" run -p p.yaml -o server.pcapng -- gss-server -once -port "$port" host@localhost
    wait_until 20 has_line server.out starting
    gss-client -port "$port" localhost host@localhost "hello" >client.out
    grep "Signature verified" client.out
    finish server
    # Another name is no business of the rule's.
    acquires "    - {accept: 'HTTP@*', keytab: '$KEYS'}" "$PYTHON" acceptor.py
    [ "$status" != 0 ]
    acquires "    - {accept: '*', keytab: /nonexistent/keytab}" "$PYTHON" acceptor.py
    [[ $output == *"refused by the gsstap policy: gss.acquire, line 5"* ]]
    jq -e -s 'any(.event == "refused" and (.reason | test("/nonexistent/keytab")))' events
}

@test "who acquires a credential before the service is known has it by name, or from a rule for all" {
    cat >ahead.py <<'END'
import sys, gssapi
wanted = gssapi.Name(sys.argv[1], gssapi.NameType.kerberos_principal) if sys.argv[1:] else None
creds = gssapi.Credentials(usage="initiate", name=wanted)
print(creds.name)
END
    local rules="    - {service: 'hdfs/*', principal: bob@GSSTAP.TEST, ccache: 'FILE:$PWD/bob.cc'}"
    acquires "$rules" "$PYTHON" ahead.py
    [ "$output" = alice@GSSTAP.TEST ]
    acquires "$rules" "$PYTHON" ahead.py bob@GSSTAP.TEST
    [ "$output" = bob@GSSTAP.TEST ]
    acquires "${rules/service: \'hdfs\/*\', /}" "$PYTHON" ahead.py
    [ "$output" = bob@GSSTAP.TEST ]
    # A store that the program names itself is its own.
    cat >named.py <<'END'
import sys, gssapi
print(gssapi.Credentials(usage="initiate", store={"ccache": sys.argv[1]}).name)
END
    acquires "${rules/service: \'hdfs\/*\', /}" "$PYTHON" named.py "$KRB5CCNAME"
    [ "$output" = alice@GSSTAP.TEST ]
}

@test "a service is the same in other spellings, and a call without a store is one for the defaults" {
    local rule='    - {service: "host/LocalHost.", ccache: "FILE:/nonexistent/cc"}'
    cat >first.py <<'END'
import sys, gssapi
for service in sys.argv[1:]:
    name = gssapi.Name(service, gssapi.NameType.hostbased_service)
    try:
        gssapi.SecurityContext(name=name, usage="initiate").step()
        print(service)
    except gssapi.exceptions.UnauthorizedError:
        print("refused")
END
    acquires "$rule" "$PYTHON" first.py host@localhost host@LOCALHOST host@localhost. hdfs@localhost
    [ "$output" = $'refused\nrefused\nrefused\nhdfs@localhost' ]
    acquires '    - {service: "host/*", ccache: "FILE:/nonexistent/cc"}' "$PYTHON" first.py host@localhost host
    [ "$output" = $'refused\nrefused' ]
    # A principal that is written with a \ which it does not need.
    sed 's/hostbased_service/kerberos_principal/' first.py >principal.py
    acquires "$rule" "$PYTHON" principal.py 'host/localhost' 'host/loc\alhost' 'h\ost/localhost@GSSTAP.TEST'
    [ "$output" = $'refused\nrefused\nrefused' ]
    cat >named.py <<'END'
import gssapi
from gssapi.raw import acquire_cred, acquire_cred_from, add_cred, add_cred_from
name = gssapi.Name("host@LOCALHOST", gssapi.NameType.hostbased_service)
for call in (lambda: acquire_cred(name, usage="accept"), lambda: acquire_cred_from(None, name, usage="accept"),
             lambda: add_cred(None, name, gssapi.MechType.kerberos, "accept"),
             lambda: add_cred_from(None, None, name, gssapi.MechType.kerberos, "accept")):
    try:
        call()
        print("found")
    except gssapi.exceptions.UnauthorizedError:
        print("refused")
END
    acquires "    - {accept: 'host@localhost', keytab: /nonexistent/keytab}" "$PYTHON" named.py
    [ "$output" = $'refused\nrefused\nrefused\nrefused' ]
    KRB5_KTNAME=FILE:$PWD/none acquires "    - {accept: 'host@LOCALHOST.', keytab: '$KEYS'}" "$PYTHON" named.py
    [ "$output" = $'found\nfound\nfound\nfound' ]
}

@test "another object identifier of Kerberos, or one that is not known, is no way round a rule" {
    cat >reframed.py <<'END'
import gssapi
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
krb5 = bytes.fromhex("2a864886f712010202")
for other in "2a864886f712010202", "2a864882f712010202", "2a864886f712010242":
    token = gssapi.SecurityContext(name=name, usage="initiate").step().replace(krb5, bytes.fromhex(other), 1)
    try:
        gssapi.SecurityContext(usage="accept").step(token)
        print("accepted")
    except gssapi.exceptions.GSSError as error:
        print(type(error).__name__)
END
    acquires "    - {accept: '*', keytab: /nonexistent/keytab}" "$PYTHON" reframed.py
    [ "$(sort -u <<<"$output")" = UnauthorizedError ]
    KRB5_KTNAME=FILE:$PWD/none acquires "    - {accept: '*', keytab: '$KEYS'}" "$PYTHON" reframed.py
    [ "$(head -n 2 <<<"$output")" = $'accepted\naccepted' ]
}

@test "a cache that is gone after the first token is no matter to Kerberos" {
    cat >second.py <<'END'
import os, sys, gssapi
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
one = gssapi.SecurityContext(name=name, usage="initiate", flags=gssapi.RequirementFlag.mutual_authentication)
reply = gssapi.SecurityContext(usage="accept").step(one.step())
os.unlink(sys.argv[1])
one.step(reply)
print(one.complete, one.initiator_name)
END
    export KRB5CCNAME=FILE:$PWD/none
    acquires "    - {service: 'host/*', ccache: 'FILE:$PWD/bob.cc'}" "$PYTHON" second.py bob.cc
    [ "$output" = "True bob@GSSTAP.TEST" ]
}

@test "no cache is written in audit mode, and none with the keys of the environment" {
    local rule="    - {ccache: 'FILE:$PWD/new.cc', client-keytab: '$GSSTAP_REALM/client/bob'}"
    MODE=audit acquires "$rule" "$PYTHON" pair.py host@localhost
    [ "$output" = alice@GSSTAP.TEST ]
    [ ! -e new.cc ]
    jq -e -s 'any(.event == "would_refuse") | not' events
    # tickets that are there do, whatever the keys are
    MODE=audit acquires "    - {ccache: 'FILE:$PWD/bob.cc', client-keytab: /nonexistent/keytab}" "$PYTHON" pair.py host@localhost
    jq -e -s 'any(.event == "would_refuse") | not' events
    MODE=audit acquires "${rule/client\/bob/none}" "$PYTHON" pair.py host@localhost
    jq -e -s 'map(select(.event == "would_refuse")) | length == 20 and all(.reason | test("of ccache FILE:.*/new.cc, client_keytab "))' events
    export KRB5_CLIENT_KTNAME=FILE:$GSSTAP_REALM/client/alice
    for MODE in audit enforce; do
        acquires "    - {ccache: 'FILE:$PWD/new.cc'}" "$PYTHON" pair.py host@localhost
        [ ! -e new.cc ]
        jq -e -s --arg last "of ccache FILE:$PWD/new.cc: No credentials cache found" \
            'any((.event == "refused" or .event == "would_refuse") and (.reason | contains($last)))' events
    done
}

@test "a rule is for a program, a script or a user" {
    local where="ccache: 'FILE:$PWD/bob.cc'"
    for asks in "script: '$PWD/pair.py'" "user: $(id -u)" "program: '*/python*'"; do
        acquires "    - {$asks, $where}" "$PYTHON" pair.py host@localhost
        [ "$output" = bob@GSSTAP.TEST ]
    done
    for asks in "script: '/x/pair.py'" "user: nobody" "program: '*/curl'"; do
        acquires "    - {$asks, $where}" "$PYTHON" pair.py host@localhost
        [ "$output" = alice@GSSTAP.TEST ]
    done
}

@test "GSSAPI on the wire has the credentials of its rules from there, by principal or by service" {
    local port
    cat >over.py <<'END'
import sys, zmq
context = zmq.Context()
pull, push = context.socket(zmq.PULL), context.socket(zmq.PUSH)
pull.rcvtimeo, push.linger = 40000, 0
port = pull.bind_to_random_port("tcp://127.0.0.1")
push.connect("tcp://127.0.0.1:%d" % port)
push.send(b"hello")
print(pull.recv(copy=False).get("User-Id"))
END
    export KRB5_KTNAME=FILE:$PWD/none
    export KRB5CCNAME=FILE:$PWD/none
    for principal in "" ", principal: bob@GSSTAP.TEST, principal-type: krb5"; do
        acquires "    - {service: 'zmq/*', ccache: 'FILE:$PWD/bob.cc'}
    - {accept: 'zmq@localhost', keytab: '$KEYS'}
zmq:
  inject: [{bind: '*', principal: zmq@localhost}, {connect: '*', service: zmq@localhost$principal}]" "$PYTHON" over.py
        [ "$output" = bob@GSSTAP.TEST ]
    done
}

@test "errors of rules are named with their place" {
    complains() {
        printf 'version: 1\ngss: {acquire: [%s]}\n' "$2" >p.yaml
        run "$GSSTAP" policy check p.yaml
        echo "$output"
        [ "$status" = 2 ]
        [ "$output" = "p.yaml:2:$1" ]
    }
    complains "17: error: a rule of gss.acquire needs a ccache or a client-keytab, or with accept a keytab" '{service: "hdfs/*"}'
    complains "17: error: a rule of gss.acquire with accept needs a keytab" '{accept: "*"}'
    complains "32: error: gss.acquire.ccache is for initiators; a rule with accept is for acceptors" \
        '{accept: "*",  ccache: "FILE:/cc", keytab: /k}'
    complains "18: error: gss.acquire.keytab is for acceptors; say accept: \"service@%h\" as well" '{keytab: /k}'
    complains "26: error: gss.acquire.ccache: expected a ccache such as FILE:/run/service.cc" '{ccache: service.cc}'
    complains "26: error: gss.acquire.ccache: after % expected h (this host), {uid} (the user's number) or %" '{ccache: "FILE:/run/%H"}'
    complains "44: error: gss.acquire.keytab: expected a keytab such as /etc/service.keytab" '{accept: "zmq@%h", keytab: "FILE:k"}'
    complains "26: error: gss.acquire.accept: expected service@host, without a realm, as in \"zmq@%h\"" '{accept: "zmq/h@R", keytab: /k}'
    complains "18: error: 'peer' is no keyword of gss.acquire; did you mean gss.match.peer?" '{peer: alice@R, ccache: "KCM:"}'
    printf 'version: 1\ngss: {match: [{acquire: []}]}\n' >p.yaml
    run "$GSSTAP" policy check p.yaml
    [ "$output" = "p.yaml:2:16: error: 'acquire' is no keyword of gss.match; did you mean gss.acquire?" ]
}
