#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The wire without a proxy: writes down what passes over the loopback interface by TCP, whoever talks.

sniffer.py RECORD READY: RECORD becomes a directory with a file for each direction of each connection. READY is made once
it listens. When it is told to end (SIGTERM) it writes down what has passed until then, and in READY "whole", or "lost" when the
kernel has left something out.
"""
import os
import signal
import socket
import struct
import sys

ETH_P_ALL, SOL_PACKET, PACKET_STATISTICS, SO_RCVBUFFORCE = 3, 263, 6, 33


def payload(packet):
    """Of a TCP segment: the name of its direction, and its bytes."""
    packet = packet[14:]
    if packet[:1] and packet[0] >> 4 == 4 and packet[9] == 6:
        header, end = (packet[0] & 15) * 4, struct.unpack_from(">H", packet, 2)[0]
        ends = packet[12:20]
    elif packet[:1] and packet[0] >> 4 == 6 and packet[6] == 6:
        header, end = 40, 40 + struct.unpack_from(">H", packet, 4)[0]
        ends = packet[8:40]
    else:
        return None, b""
    segment = packet[header:end]
    return ends.hex() + segment[:4].hex(), segment[(segment[12] >> 4) * 4:]


def serve(record, ready):
    os.mkdir(record)
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    wire.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    wire.bind(("lo", ETH_P_ALL))
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: (ended.append(1), wire.setblocking(False)))
    open(ready, "w").close()
    while True:
        try:
            packet, address = wire.recvfrom(1 << 17)
        except BlockingIOError:
            break
        name, data = payload(packet) if address[2] != socket.PACKET_OUTGOING else (None, b"")  # each comes twice
        if data:
            with open(os.path.join(record, name), "ab") as file:
                file.write(data)
    dropped = struct.unpack("II", wire.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]
    with open(ready, "w") as end:
        end.write("lost" if dropped else "whole")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    serve(*sys.argv[1:])
