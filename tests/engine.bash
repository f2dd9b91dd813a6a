# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the tests of `engine: wire` share: policies, and programs under them. Loaded after helper.bash and wire.bash.

# policy_for NAME LINE [MORE]: NAME.bin, which secures everything; MORE goes into each rule.
policy_for() {
    cat >"$BATS_FILE_TMPDIR/$1.yaml" <<END
version: 1
zmq:
  $2
  inject:
    - {bind: "*", principal: "zmq@localhost"${3:-}}
    - {connect: "*", service: "zmq@localhost"${3:-}}
END
    "$GSSTAP" policy compile -o "$BATS_FILE_TMPDIR/$1.bin" "$BATS_FILE_TMPDIR/$1.yaml"
}

# with NAME: WITH for this policy; nothing at all for "bare". Messages are not sealed by gsstap itself where each call is
# recorded: for "sealed" they are not.
with() {
    WITH=(env -u GSSTAP_TRACE)
    [ "$1" = bare ] || secured "$BATS_FILE_TMPDIR/$1.bin"
    [ "$1" != sealed ] || WITH+=(GSSTAP_LEVEL=audit)
}

# a_trace FILTER [FILE]: for wait_until: the trace of this name, server.pcapng, has such an event.
a_trace() {
    trace_json "${2:-server.pcapng}" 2>/dev/null | jq -se "any(.[]; $1)" >/dev/null
}
