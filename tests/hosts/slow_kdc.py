#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""slow_kdc.py PORT KDC MS: a KDC at the UDP port PORT of 127.0.0.1, which asks the one at port KDC. A question has its
answer after MS milliseconds, and those that come meanwhile have it at once. Prints "up"."""
import select
import socket
import sys
import time

port, kdc, wait = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) / 1000
front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
front.bind(("127.0.0.1", port))
print("up", flush=True)
held = None  # when it is due, the answer and whose it is


def answer(question):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as back:
        back.connect(("127.0.0.1", kdc))
        back.send(question)
        return back.recv(65536)


while True:
    left = max(0, held[0] - time.monotonic()) if held else None
    if select.select([front], [], [], left)[0]:
        question, who = front.recvfrom(65536)
        came = time.monotonic()
        reply = answer(question)
        if held:
            front.sendto(reply, who)
        else:
            held = came + wait, reply, who
    elif held:
        front.sendto(held[1], held[2])
        held = None
