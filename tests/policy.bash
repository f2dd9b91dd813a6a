# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# A program under a policy about GSSAPI. Loaded after helper.bash.

# under LINES WORD...: the program under the lines below gss: of p.yaml, in the mode MODE; what it says is $output, its
# events are in `events`, and of what was decided event, rule and call in `told`.
under() {
    printf 'version: 1\nmode: %s\ngss:\n%s\n' "${MODE:-enforce}" "$1" >p.yaml
    rm -f trace.pcapng
    run "$GSSTAP" run -p p.yaml -o trace.pcapng -- "${@:2}"
    echo "$output"
    trace_json trace.pcapng >events
    jq -c 'select(.event == "refused" or .event == "would_refuse" or .event == "changed") | [.event, .rule, .call]' events >told
}
