#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""hoarder.py PORT COUNT: so many connections to 127.0.0.1, on each a greeting and all but the end of a first token of
250 kB. Prints when all is sent that the other end takes; stays."""
import select
import signal
import socket
import struct
import sys

SIZE = 250000
port, count = int(sys.argv[1]), int(sys.argv[2])
greeting = b"\xff" + bytes(8) + b"\x7f\3\0" + b"GSSAPI".ljust(20, b"\0") + bytes(32)
head = b"\6" + struct.pack(">Q", 13 + SIZE) + b"\x08INITIATE" + struct.pack(">I", SIZE)
data = greeting + head + bytes(SIZE - 1)
left = {}
for _ in range(count):
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setblocking(False)
    left[connection] = memoryview(data)
kept = list(left)  # so that none is closed
while left:
    for connection in select.select([], list(left), [])[1]:
        try:
            left[connection] = left[connection][connection.send(left[connection]):]
        except OSError:
            left[connection] = b""
        if not left[connection]:
            del left[connection]

print("sent", flush=True)
signal.pause()
