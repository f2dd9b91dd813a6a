#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A SUB by hand, as libzmq and gsstap of several versions say what they want of a topic: topics.py PORT KIND [FILE]

With FILE it says "established", and no READY before that file is there.
Over GSSAPI a message is one byte of flags and a body; flags 1: more, 2: a command. KIND is a row of the table below. The
last wish of each is a topic that is too long for one read of libzmq's. It ends when the other end does.
"""
import os
import socket
import struct
import sys
import time

import gssapi

LONG = b"T" * 20000
KINDS = {  # minor version of ZMTP, flags of READY, and of each message its flags and body
    "stock-4.1": (0, 0, ((0, b"\x01A"), (0, b"\x00A"), (0, b"\x01\x01"), (0, b"\x01" + LONG))),
    "stock-4.3.4": (1, 0, ((0, b"A"), (0, b"\x01"), (0, LONG))),
    "stock-4.3.6": (1, 0, ((4, b"A"), (8, b"A"), (4, b"\x01"), (4, LONG))),
    "gsstap-4.1": (0, 2, ((0, b"\x01A"), (0, b"\x00A"), (0, b"\x01\x01"), (0, b"\x01" + LONG))),
    "gsstap-4.3.4": (1, 2, ((2, b"\x09SUBSCRIBEA"), (2, b"\x06CANCELA"), (2, b"\x09SUBSCRIBE\x01"), (2, b"\x09SUBSCRIBE" + LONG))),
    "malformed": (1, 0, ()),  # its READY is none
    # The other end's libzmq is old, so that this one's says it as ZMTP 3.0 does.
    "gsstap-4.3.4-to-4.1": (1, 2, ((0, b"\x01A"), (0, b"\x00A"), (0, b"\x01\x01"), (0, b"\x01" + LONG))),
}


def frame(flags, body):
    if len(body) > 255:
        return struct.pack(">BQ", flags | 2, len(body)) + body
    return bytes((flags, len(body))) + body


def command(name, token):
    return bytes((len(name),)) + name + struct.pack(">I", len(token)) + token


def read(count):
    got = b""
    while len(got) < count:
        more = peer.recv(count - len(got))
        if not more:
            sys.exit("the connection was ended")
        got += more
    return got


def read_token():
    flags = read(1)[0]
    body = read(struct.unpack(">Q", read(8))[0] if flags & 2 else read(1)[0])
    return body[body[0] + 5:]


def wrapped(flags, body):
    return command(b"MESSAGE", context.wrap(bytes((flags,)) + body, True).message)


minor, ready, wishes = KINDS[sys.argv[2]]
peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
peer.sendall(b"\xff" + bytes(7) + b"\x01\x7f\x03" + bytes((minor,)) + b"GSSAPI".ljust(20, b"\0") + bytes(32))
read(64)
context = gssapi.SecurityContext(name=gssapi.Name("zmq@localhost", gssapi.NameType.hostbased_service), usage="initiate")
token = context.step()
while token:
    peer.sendall(frame(4, command(b"INITIATE", token)))
    token = context.step(read_token())
if len(sys.argv) > 3:
    print("established", flush=True)
    until = time.monotonic() + 300
    while not os.path.exists(sys.argv[3]) and time.monotonic() < until:
        time.sleep(0.005)  # polls for the file
peer.sendall(frame(4, b""))
read_token()  # its READY
peer.sendall(frame(4, wrapped(ready, (b"\x05READ?" if sys.argv[2] == "malformed" else b"\x05READY") + command(b"Socket-Type", b"SUB"))))
for flags, body in wishes:
    peer.sendall(frame(0, wrapped(flags, body)))
peer.recv(1)
