#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""send_token PORT HOW [FILE]: an initiator for gss-server whose token comes to harm on the way; prints what comes back.

HOW: whole, cut, longer, empty, base64, base64-twice, header, garbage; again (the token in FILE once it is there, else a new
one that is kept there); spnego (whole, by SPNEGO, with whatever credentials there are).
"""
import base64
import os
import socket
import struct
import sys

import gssapi

NOOP, CONTEXT, CONTEXT_NEXT = 1, 2, 16
CHANGES = {
    "cut": lambda token: token[:400],
    "longer": lambda token: token + b"\r\n",
    "empty": lambda token: b"",
    "base64": base64.b64encode,
    "base64-twice": lambda token: base64.b64encode(base64.b64encode(token)),
    "header": lambda token: b"Negotiate " + base64.b64encode(token),
    "garbage": lambda token: bytes(range(128, 256)),
}


def framed(flags, data):
    return struct.pack(">BI", flags, len(data)) + data


def read_token(server):
    head = server.recv(5, socket.MSG_WAITALL)
    if len(head) < 5:
        return None
    return server.recv(struct.unpack(">BI", head)[1], socket.MSG_WAITALL)


def new_token(how):
    name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
    mech = gssapi.OID.from_int_seq("1.3.6.1.5.5.2") if how == "spnego" else None
    return gssapi.SecurityContext(name=name, usage="initiate", mech=mech).step()


def token_for(how, file):
    if how != "again":
        return CHANGES.get(how, lambda token: token)(new_token(how))
    if not os.path.exists(file):
        with open(file, "wb") as kept:
            kept.write(new_token(how))
    with open(file, "rb") as kept:
        return kept.read()


def main(port, how, file=None):
    token = token_for(how, file)
    server = socket.create_connection(("127.0.0.1", int(port)))
    server.sendall(framed(NOOP | CONTEXT_NEXT, b"") + framed(CONTEXT, token))
    server.shutdown(socket.SHUT_WR)
    try:
        answer = read_token(server)
        print("answer of", "no" if answer is None else len(answer), "bytes")
    except ConnectionResetError:
        print("reset")


main(*sys.argv[1:])
