#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""One I/O thread, two connections: goes on with the one while the other cannot be made.

beside.py ENDPOINT STUCK COUNT: a REQ to each; COUNT questions to ENDPOINT are answered while the one to STUCK waits for
its answer. Prints how many were, and whether the stuck one still is; then closes both and ends.
"""
import sys

import zmq

endpoint, stuck, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
context = zmq.Context(io_threads=1)
waiting, talking = context.socket(zmq.REQ), context.socket(zmq.REQ)
waiting.linger = talking.linger = 0
talking.rcvtimeo = 300000
waiting.connect(stuck)
waiting.send(b"is anybody there")
talking.connect(endpoint)
for number in range(count):
    talking.send(b"%d" % number)
    talking.recv()
print("%d answered, the other %s" % (count, "was answered" if waiting.poll(0) else "waits"), flush=True)
waiting.close()
talking.close()
context.term()
print("ended", flush=True)
