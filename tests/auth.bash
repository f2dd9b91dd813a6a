# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Policies with rules of zmq.auth. Loaded after helper.bash.

# policy LINE...: p.bin, with these rules of zmq.auth.
policy() {
    printf 'version: 1\nmode: %s\nzmq:\n  auth:\n' "${MODE:-enforce}" >p.yaml
    printf '    - %s\n' "$@" >>p.yaml
    "$GSSTAP" policy compile -o p.bin p.yaml
}
