#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""send_token PORT HOW [FILE]: an initiator for gss-server whose token comes to harm on the way; prints what comes back.

HOW: whole, cut, longer, empty, base64, base64-cut, base64-twice, header, garbage, words; end (which is missing), rest (what cut leaves out),
before (its length is before it), line-ends (CR LF for LF), ticket, authenticator (one byte of it is another); again (the
token in FILE once it is there, else a new one that is kept there); spnego, ntlm (whole, by that mechanism, with whatever
credentials there are), ntlm-header; answer-HOW (what comes back comes to such harm, and the token to none); killed-HOW (and that is the end of the initiator);
spnego-HOW (by that mechanism).
"""
import base64
import os
import signal
import socket
import struct
import sys

import gssapi

NOOP, CONTEXT, CONTEXT_NEXT = 1, 2, 16


def flipped(token, at):
    return token[:at] + bytes([token[at] ^ 1]) + token[at + 1 :]


CHANGES = {
    "cut": lambda token: token[:400],
    "longer": lambda token: token + b"\r\n",
    "empty": lambda token: b"",
    "base64": base64.b64encode,
    "base64-cut": lambda token: base64.b64encode(token)[:400],
    "base64-twice": lambda token: base64.b64encode(base64.b64encode(token)),
    "header": lambda token: b"Negotiate " + base64.b64encode(token),
    "rest": lambda token: token[400:],
    "before": lambda token: struct.pack(">I", len(token)) + token,
    "line-ends": lambda token: token.replace(b"\n", b"\r\n"),
    "ticket": lambda token: flipped(token, 300),
    "authenticator": lambda token: flipped(token, len(token) - 5),
    "ntlm-header": lambda token: b"NTLM " + base64.b64encode(token),
    "end": lambda token: token[:-20],
    "garbage": lambda token: bytes(range(128, 256)),
    "words": lambda token: b"null and void",
}
MECHANISMS = {"spnego": "1.3.6.1.5.5.2", "ntlm": "1.3.6.1.4.1.311.2.2.10", "ntlm-header": "1.3.6.1.4.1.311.2.2.10"}


def framed(flags, data):
    return struct.pack(">BI", flags, len(data)) + data


def read_token(server):
    head = server.recv(5, socket.MSG_WAITALL)
    if len(head) < 5:
        return None
    return server.recv(struct.unpack(">BI", head)[1], socket.MSG_WAITALL)


def new_context(how, mechanism):
    name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
    mech = gssapi.OID.from_int_seq(MECHANISMS[mechanism]) if mechanism in MECHANISMS else None
    context = gssapi.SecurityContext(name=name, usage="initiate", mech=mech)
    return context, context.step()


def token_for(how, mechanism, file):
    if how != "again":
        context, token = new_context(how, mechanism)
        while how == "line-ends" and b"\n" not in token:
            context, token = new_context(how, mechanism)
        return context, CHANGES.get(how, lambda token: token)(token)
    if not os.path.exists(file):
        with open(file, "wb") as kept:
            kept.write(new_context(how, mechanism)[1])
    with open(file, "rb") as kept:
        return None, kept.read()


def take(context, how, answer):
    try:
        context.step(CHANGES.get(how.removeprefix("answer-"), bytes)(answer) if how.startswith("answer-") else answer)
    except gssapi.exceptions.GSSError as error:
        print(error)


def main(port, how, file=None):
    killed, how = how.startswith("killed-"), how.removeprefix("killed-")
    mechanism, how = "spnego" if how.startswith("spnego-") else how, how.removeprefix("spnego-")
    context, token = token_for(how, mechanism, file)
    server = socket.create_connection(("127.0.0.1", int(port)))
    server.sendall(framed(NOOP | CONTEXT_NEXT, b"") + framed(CONTEXT, token))
    server.shutdown(socket.SHUT_WR)
    try:
        answer = read_token(server)
        print("answer of", "no" if answer is None else len(answer), "bytes")
        if killed:
            os.kill(os.getpid(), signal.SIGKILL)
        if context and answer:
            take(context, how, answer)
    except ConnectionResetError:
        print("reset")


main(*sys.argv[1:])
