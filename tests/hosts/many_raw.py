#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A program with very many raw sockets, and one that is not: many_raw.py COUNT. Prints the last endpoint's port."""
import sys

import zmq

context = zmq.Context()
context.set(zmq.MAX_SOCKETS, int(sys.argv[1]) + 10)
kept = []
for _ in range(int(sys.argv[1])):
    kept.append(context.socket(zmq.ROUTER))
    kept[-1].setsockopt(zmq.ROUTER_RAW, 1)
plain = context.socket(zmq.REP)
plain.bind("tcp://127.0.0.1:*")
print(plain.last_endpoint.decode())
context.destroy(linger=0)
