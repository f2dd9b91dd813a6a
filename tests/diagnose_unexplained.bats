#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0099: what no other diagnosis knows is told all the same.

bats_require_minimum_version 1.5.0
load helper
load diagnose

@test "a failure that nothing explains is told with what was said, and with how to see more" {
    handshake odd C_KRB5CCNAME=NONSENSE:here
    doctor odd
    only GT0099
    finds GT0099 '.cause | test("gss-client.* could not establish a security context, .*: No Kerberos credentials available .default cache: NONSENSE:here")'
    finds GT0099 '.evidence | any(test("gss_init_sec_context in gss-client.* said"))'
    finds GT0099 '.remedy | any(.command // "" | test("gsstap run --krb5-trace"))'
    handshake right
    healthy right
}

@test "of which mechanism it is, is told: an initiator of NTLM has no user" {
    mkdir ntlm
    run "$GSSTAP" run -o ntlm/%n-%p.pcapng -- env -u NTLM_USER_FILE HOME="$PWD" "$PYTHON" "$TOP/tests/hosts/send_token.py" 1 ntlm
    [ "$status" != 0 ]
    doctor ntlm
    only GT0099
    finds GT0099 '.cause | test("^python3 could not establish a security context of ntlmssp, .*: No such file or directory$")'
    finds GT0099 '.evidence | any(test("^of ntlmssp gss_init_sec_context in python3.* said"))'
}

@test "of an initiator whose peer closed the connection it is said how far it came, and nothing is found" {
    read -r port < <(free_port)
    "$PYTHON" - "$port" 3>&- <<'END' &
import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
connection, _ = listener.accept()
got = b""
while len(got) < 600:
    got += connection.recv(4096)
END
    wait_until 60 listens "$port"
    mkdir closed
    run -1 "$GSSTAP" run -o closed/client.pcapng -- gss-client -port "$port" localhost "$SERVICE" hello
    run -0 "$GSSTAP" doctor closed
    [[ ${lines[0]} == "Handshakes seen: 1 "* ]]
    [[ ${lines[1]} =~ ^gss-client\[[0-9]+\]\ on\ .*\ sent\ a\ token\ of\ [0-9]+\ bytes\ and\ called\ nothing ]]
    [ "${lines[2]}" = "Nothing was found." ]
    doctor closed
    jq -es '.[0].left_alone | .program == "gss-client" and .sent_length > 500' found
    # Of one that ended nothing is said.
    handshake right
    run -0 "$GSSTAP" doctor right
    [ "${lines[1]}" = "Nothing was found." ]
}

@test "of a call that was wrong, and of what it was asked, both are told" {
    "$PYTHON" "$TOP/tests/forge.py" both.pcapng '
process(command="client", host="h", boot="b", started=1)
call("gss_init_sec_context", context=7, major=0x01020000)
handshake(context=7, role=1, outcome=2, major=0x01020000)'
    doctor both.pcapng
    finds GT0099 '.evidence == ["gss_init_sec_context in client[4711] returned GSS_S_CALL_INACCESSIBLE_READ|GSS_S_BAD_NAME: A required input parameter could not be read; An invalid name was supplied"]'
}
