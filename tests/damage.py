# SPDX-License-Identifier: MIT
"""Writes a trace in which packets of another one are damaged: damage.py TRACE OUT.

Each packet is there cut after every byte, and with every byte of its first 600 changed. The blocks stay whole, so that
whoever reads them meets the damage inside. Prints how many packets it wrote.
"""
import struct
import sys

MOST = 600
data = open(sys.argv[1], "rb").read()
heads, packets, at = [], [], 0
while len(data) - at >= 12:
    kind, length = struct.unpack_from("<II", data, at)
    if length < 12:
        break  # zeros up to the end
    if kind == 6:
        captured = struct.unpack_from("<I", data, at + 20)[0]
        packets.append((data[at + 8:at + 20], data[at + 28:at + 28 + captured]))
    elif kind in (0x0A0D0D0A, 1):
        heads.append(data[at:at + length])
    at += length


def block(head, packet):
    body = head + struct.pack("<II", len(packet), len(packet)) + packet + b"\0" * (-len(packet) % 4)
    return struct.pack("<II", 6, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


count = 0
with open(sys.argv[2], "wb") as out:
    out.write(b"".join(heads))
    for head, packet in packets:
        for i in range(16, min(len(packet), MOST)):  # after the first tag, without which it is no exported PDU
            out.write(block(head, packet[:i]))
            count += 1
            if i == 16:
                continue  # the version: what is newer, a reader does not read on
            for value in (0xFF, packet[i] ^ 1):
                out.write(block(head, packet[:i] + bytes([value]) + packet[i + 1:]))
                count += 1
print(count)
