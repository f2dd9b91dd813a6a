#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""metadata.py bind|connect ENDPOINT END: a PAIR that says much of itself in its handshake (20 kB). Who binds speaks first.
Prints how much the peer said of itself. Where END is own or stock it asks libzmq for GSSAPI itself."""
import sys

import zmq

METADATA, COUNT, LENGTH = 95, 80, 250
context = zmq.Context()
s = context.socket(zmq.PAIR)
s.rcvtimeo = 300000
for number in range(COUNT):
    s.setsockopt(METADATA, b"X-%03d:" % number + b"v" * LENGTH)
binds = sys.argv[1] == "bind"
if sys.argv[3] in ("own", "stock") and binds:
    s.gssapi_server = 1
elif sys.argv[3] in ("own", "stock"):
    s.gssapi_service_principal = b"zmq@localhost"
(s.bind if binds else s.connect)(sys.argv[2])
if binds:
    s.send(b"hello")
message = s.recv(copy=False)
print(sum(len(message.get("X-%03d" % number) or "") for number in range(COUNT)), flush=True)
if not binds:
    s.send(b"hello, too")
s.close()
context.term()
