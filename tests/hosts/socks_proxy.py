#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""socks_proxy.py PORT RECORD: a SOCKS5 proxy (RFC 1928) on 127.0.0.1. What passes is appended to the file RECORD. Its
answer to the first connection comes in one piece with the other end's first bytes, to the second byte by byte."""
import socket
import struct
import sys
import threading


def read(connection, count):
    got = b""
    while len(got) < count:
        more = connection.recv(count - len(got))
        if not more:
            raise EOFError
        got += more
    return got


def asked(client):
    version, methods = read(client, 2)
    read(client, methods)
    client.sendall(b"\5\0")
    version, command, reserved, kind = read(client, 4)
    assert (version, command) == (5, 1), (version, command)
    host = {1: lambda: socket.inet_ntoa(read(client, 4)), 3: lambda: read(client, read(client, 1)[0]).decode(),
            4: lambda: socket.inet_ntop(socket.AF_INET6, read(client, 16))}[kind]()
    return host, struct.unpack(">H", read(client, 2))[0]


def pump(source, sink, record):
    try:
        while data := source.recv(65536):
            with open(record, "ab") as file:
                file.write(data)
            sink.sendall(data)
    except OSError:
        pass
    for end in source, sink:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client, number, record):
    try:
        far = socket.create_connection(asked(client))
    except (EOFError, OSError):
        client.close()
        return
    answer = b"\5\0\0\3\x09localhost" + b"\0\0" if number % 2 else b"\5\0\0\1" + bytes(6)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if number % 2:
        for byte in answer:
            client.sendall(bytes([byte]))
    else:
        client.sendall(answer + far.recv(10))
    threading.Thread(target=pump, args=(client, far, record), daemon=True).start()
    pump(far, client, record)


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("there", flush=True)
number = 0
while True:
    threading.Thread(target=serve, args=(listener.accept()[0], number, sys.argv[2]), daemon=True).start()
    number += 1
