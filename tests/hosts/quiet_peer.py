#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A peer of which little is heard, on 127.0.0.1.

quiet_peer.py client|server PORT nothing|part|mechanism|slow|slow-token|hears
quiet_peer.py client PORT unanswered|leaves

It says nothing, a greeting's beginning, all of it but its end; or a byte each 200 ms of a greeting, or of a token after
its greeting; or it leaves when it has heard a greeting. Or it authenticates, as the default credential's, to zmq@localhost, and has no answer to the server's last token;
it waits, or leaves. Prints when it is there, and for each connection how long the other end kept it.
"""
import socket
import struct
import sys
import threading
import time

GREETING = b"\xff" + bytes(8) + b"\x7f\3\0" + b"GSSAPI".ljust(20, b"\0")
role, port, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]
server = role == "server"
greeting = GREETING + bytes([server]) + bytes(31)


def initiate(token):
    command = b"\x08INITIATE" + struct.pack(">I", len(token)) + token
    return b"\6" + struct.pack(">Q", len(command)) + command


def authentic():
    import gssapi

    name = gssapi.Name("zmq@localhost", gssapi.NameType.hostbased_service)
    return initiate(gssapi.SecurityContext(name=name, usage="initiate").step())


def drip(connection, data, over):
    try:
        for byte in data:
            connection.sendall(bytes([byte]))
            if over.wait(0.2):
                return
    except OSError:
        pass


def talk(connection):
    begun, over = time.monotonic(), threading.Event()
    said = {"nothing": b"", "part": greeting[:11], "mechanism": greeting[:40], "slow": b"", "slow-token": greeting, "unanswered": greeting,
            "leaves": greeting, "hears": greeting}[kind]
    connection.sendall(said)
    if kind.startswith("slow"):
        threading.Thread(target=drip, args=(connection, greeting if kind == "slow" else initiate(bytes(900)), over), daemon=True).start()
    if kind in ("unanswered", "leaves"):
        connection.sendall(authentic())
        heard = b""
        while b"INITIATE" not in heard:
            heard += connection.recv(65536)
        if kind == "leaves":
            connection.shutdown(socket.SHUT_WR)
    heard = 0
    try:
        while (count := len(connection.recv(65536))) and (kind != "hears" or heard + count < len(greeting)):
            heard += count
    except OSError:
        pass
    over.set()
    print("closed after %.1f s" % (time.monotonic() - begun), flush=True)
    connection.close()


if server:
    listener = socket.create_server(("127.0.0.1", port))
    print("there", flush=True)
    while True:
        talk(listener.accept()[0])
else:
    connection = socket.create_connection(("127.0.0.1", port))
    print("there", flush=True)
    talk(connection)
