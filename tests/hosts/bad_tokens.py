#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""bad_tokens PORT CASE: a client of gss-server that sends what no client should, and prints what comes back.

A token of that protocol is a byte of flags, four of length, and the bytes. Cases: nothing, garbage, empty, cut, huge,
other-mech, wrap (a whole handshake, then a damaged message), lies (a sound message).
"""
import socket
import struct
import sys

import gssapi

NOOP, CONTEXT, DATA, CONTEXT_NEXT, WRAPPED, ENCRYPTED, SEND_MIC = 1, 2, 4, 16, 32, 64, 128


def token(flags, data, length=None):
    return struct.pack(">BI", flags, len(data) if length is None else length) + data


def read_token(server):
    head = server.recv(5, socket.MSG_WAITALL)
    if len(head) < 5:
        return None
    return server.recv(struct.unpack(">BI", head)[1], socket.MSG_WAITALL)


def handshake(server):
    name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
    context = gssapi.SecurityContext(name=name, usage="initiate")
    out = context.step()
    while out:
        server.sendall(token(CONTEXT, out))
        if context.complete:
            break
        out = context.step(read_token(server))
    return context


def main(port, case):
    server = socket.create_connection(("127.0.0.1", int(port)))
    if case == "nothing":
        return
    server.sendall(token(NOOP | CONTEXT_NEXT, b""))
    if case == "garbage":
        server.sendall(token(CONTEXT, b"\x60\x82\xff\xff" + bytes(range(256)) * 8))
    elif case == "empty":
        server.sendall(token(CONTEXT, b""))
    elif case == "cut":
        server.sendall(token(CONTEXT, b"\x60\x10", length=5000))
    elif case == "huge":
        server.sendall(token(CONTEXT, b"\x60" * 2000000))
    elif case == "other-mech":
        server.sendall(token(CONTEXT, b"\x60\x0c\x06\x08\x2b\x06\x01\x04\x01\xce\x0f\x63\x00\x00"))
    else:
        context = handshake(server)
        message = bytearray(context.wrap(b"a message", True).message)
        if case == "wrap":
            message[-1] ^= 1
        server.sendall(token(DATA | WRAPPED | ENCRYPTED | SEND_MIC, bytes(message)))
    server.shutdown(socket.SHUT_WR)
    try:
        answer = read_token(server)
        print("answer", "none" if answer is None else "of some bytes" if answer else "empty")
    except ConnectionResetError:
        print("reset")


main(*sys.argv[1:])
