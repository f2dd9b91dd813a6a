#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""One I/O thread: goes on with one connection while others cannot be made.

beside.py ENDPOINT STUCK COUNT [WAITING FILE]: WAITING of REQ (1), none like another, to STUCK, and nothing more until
FILE is there; COUNT questions to ENDPOINT are answered while those to STUCK wait for their answers. Prints
how many were, and whether the others still wait; then closes all and ends.
"""
import os
import sys
import time

import zmq

endpoint, stuck, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
context = zmq.Context(io_threads=1)
talking, waiting = context.socket(zmq.REQ), []
talking.linger, talking.rcvtimeo = 0, 300000
for number in range(int(sys.argv[4]) if len(sys.argv) > 4 else 1):
    waiting.append(context.socket(zmq.REQ))
    waiting[number].linger, waiting[number].maxmsgsize = 0, 100000 + number
    waiting[number].connect(stuck)
    waiting[number].send(b"is anybody there")
while len(sys.argv) > 5 and not os.path.exists(sys.argv[5]):
    time.sleep(0.005)  # polls for the file
talking.connect(endpoint)
for number in range(count):
    talking.send(b"%d" % number)
    talking.recv()
print("%d answered, the other %s" % (count, "was answered" if any(w.poll(0) for w in waiting) else "waits"), flush=True)
for w in waiting:
    w.close()
talking.close()
context.term()
print("ended", flush=True)
