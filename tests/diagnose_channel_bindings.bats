#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0019: each end binds to a channel of its own.

bats_require_minimum_version 1.5.0
load helper
load diagnose

# bound NAME ONE OTHER: a handshake of ends that bind to ONE and OTHER, traced and looked at in a fresh directory NAME. What
# they bind to is told by the environment, since a trace has the arguments.
bound() {
    local status=0
    mkdir "$1"
    ONE=$2 OTHER=$3 "$GSSTAP" run "${LEVEL[@]}" -o "$1/t.pcapng" -- "$PYTHON" "$TOP/tests/hosts/bound_channels.py" || status=$?
    doctor "$1"
    return "$status"
}

no_finding() {
    run ! jq -e 'select(.kind == "finding")' found
}

@test "bindings that differ are found, with the hashes of both, and equal ones pass" {
    run -1 bound apart here there
    only GT0019
    finds GT0019 '[.evidence[] | select(test("binds to")) | sub(".* hash "; "")] | length == 2 and .[0] != .[1]'
    finds GT0019 '.evidence | any(test("binds to 4 bytes of hash"))'
    finds GT0019 '.cause == "the initiator python3 and the acceptor python3 bind their handshake to different channels"'
    finds GT0019 '.evidence | any(test("gss_accept_sec_context in python3\\[.*\\] returned GSS_S_BAD_BINDINGS"))'
    finds GT0019 '.remedy | length == 1 and (.[0].text | test("such as a proxy"))'
    run -0 bound one here here
    no_finding
}

@test "what the library has no word for is not quoted as success: call, comment, timeline and finding say what the status means" {
    run -1 bound apart here there
    "$GSSTAP" decode -e gss_accept_sec_context apart/t.pcapng >said
    grep -q ' = GSS_S_BAD_BINDINGS (Incorrect channel bindings were supplied, minor [0-9]*)' said
    "$GSSTAP" timeline apart/t.pcapng >>said
    grep -q ': GSS_S_BAD_BINDINGS, Incorrect channel bindings were supplied, ' said
    grep -aq 'gss_accept_sec_context: Incorrect channel bindings were supplied' apart/t.pcapng
    finds GT0019 '.evidence | any(test("returned GSS_S_BAD_BINDINGS: Incorrect channel bindings were supplied$"))'
    run ! grep -a Success said found apart/t.pcapng
}

@test "of TLS the kinds are told and compared, and both ends have to take the same" {
    run -1 bound kinds tls-unique:Mumpitz tls-server-end-point:Firlefanz
    only GT0019
    finds GT0019 '.remedy | length == 1'
    finds GT0019 '.remedy[0].text | test("the same kind: the initiator takes tls-unique and the acceptor tls-server-end-point")'
    finds GT0019 '.evidence | any(test("binds to 18 bytes of tls-unique, hash"))'
    trace_json kinds/t.pcapng >events
    jq -es '[.[] | select(.channel_bindings) | [.call, .channel_bindings_kind]] | unique ==
        [["gss_accept_sec_context", "tls-server-end-point"], ["gss_init_sec_context", "tls-unique"]]' events
    # The remedy.
    run -0 bound same tls-server-end-point:Firlefanz tls-server-end-point:Firlefanz
    no_finding
    # One kind, and two channels: something is between the ends.
    run -1 bound proxy tls-exporter:Mumpitz tls-exporter:Firlefanz
    only GT0019
    finds GT0019 '.remedy | length == 1 and (.[0].text | test("such as a proxy"))'
}

@test "the kind of one end is what the other has to take, whose side is in no trace" {
    mkdir acceptor
    export ONE=tls-unique:Mumpitz OTHER=tls-exporter:Firlefanz
    "$GSSTAP" run -o initiator.pcapng -- "$PYTHON" "$TOP/tests/hosts/bound_channels.py" initiate >token
    run -1 "$GSSTAP" run -o acceptor/t.pcapng -- "$PYTHON" "$TOP/tests/hosts/bound_channels.py" accept <token
    doctor acceptor
    only GT0019
    finds GT0019 '.remedy[0].text == "both ends have to take the same kind: see that the initiator takes tls-exporter, too"'
    finds GT0019 '.not_looked_at == ["what the initiator binds to: no trace that was given has it"]'
    doctor acceptor initiator.pcapng
    only GT0019
    finds GT0019 '.remedy[0].text | test("the initiator takes tls-unique and the acceptor tls-exporter")'
}

@test "of channel bindings a trace has no more than the kind, where it is a registered one and bytes are asked for" {
    for LEVEL in tokens payload; do
        LEVEL=(-l "$LEVEL")
        run -1 bound "registered-${LEVEL[1]}" tls-unique:Mumpitz tls-server-end-point:Firlefanz
        run -1 bound "own-${LEVEL[1]}" Kokolores:Mumpitz Kokolores:Firlefanz
        run -1 bound "longer-${LEVEL[1]}" tls-unique-not:Mumpitz tls-unique
    done
    LEVEL=(-l calls)
    run -1 bound registered-calls tls-unique:Mumpitz tls-server-end-point:Firlefanz
    only GT0019
    [ "$(grep -laE 'Mumpitz|Firlefanz|Kokolores|unique' ./*/t.pcapng | wc -l)" = 0 ]
    for trace in */t.pcapng; do
        echo "${trace%/*} $(trace_json "$trace" | jq -rs '[.[] | .channel_bindings_kind // empty] | length')"
    done >kinds
    diff kinds - <<'END'
longer-payload 0
longer-tokens 0
own-payload 0
own-tokens 0
registered-calls 0
registered-payload 2
registered-tokens 2
END
}

@test "what would refuse the handshake after another cause is told with it, where both sides are known to differ" {
    kvno -q host/localhost
    kadmin.local -q 'cpw -randkey host/localhost'
    kadmin.local -q "ktadd -norandkey -k $PWD/new.keytab host/localhost"
    export KRB5_KTNAME=FILE:$PWD/new.keytab
    two() { # NAME ONE OTHER: the same in two processes, whose hashes have keys of their own
        mkdir "$1"
        export ONE=$2 OTHER=$3
        "$GSSTAP" run -o "$1/initiator.pcapng" -- "$PYTHON" "$TOP/tests/hosts/bound_channels.py" initiate >token
        run -1 "$GSSTAP" run -o "$1/acceptor.pcapng" -- "$PYTHON" "$TOP/tests/hosts/bound_channels.py" accept <token
        doctor "$1"
    }
    two kinds tls-unique:Mumpitz tls-exporter:Mumpitz
    only GT0009 GT0019
    finds GT0019 '.remedy[0].text | test("the initiator takes tls-unique and the acceptor tls-exporter")'
    finds GT0019 '.evidence[-1] | test("had failed before it compared them$")'
    two lengths here elsewhere
    only GT0009 GT0019
    two same tls-exporter:Mumpitz tls-exporter:Mumpitz
    only GT0009
    # Equal in kind and length: two processes' hashes tell nothing.
    two unknown here away
    only GT0009
    run -1 bound one here away
    only GT0009 GT0019
    run -1 bound equal here here
    only GT0009
    remedy GT0009 1
    run -1 bound mended here away
    only GT0019
    run -0 bound right here here
    no_finding
}
