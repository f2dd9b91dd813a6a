#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A ZeroMQ client of something that is no ZeroMQ: raw_talk.py STREAM|ROUTER

The other end waits for a short question and answers with more bytes than a ZMTP greeting has. Another socket of the
program's is bound before, so that a policy may have something to secure. Prints "got COUNT".
"""
import socket
import sys
import threading

import zmq

QUESTION, ANSWER = b"hello", b"x" * 100


def answer(listener):
    peer = listener.accept()[0]
    got = b""
    while len(got) < len(QUESTION):
        got += peer.recv(64)
    peer.sendall(ANSWER)
    peer.recv(1)


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=answer, args=(listener,), daemon=True).start()
context = zmq.Context()
other = context.socket(zmq.REP)
other.bind("tcp://127.0.0.1:*")
raw = context.socket(zmq.STREAM if sys.argv[1] == "STREAM" else zmq.ROUTER)
raw.rcvtimeo = 15000
raw.linger = 0
if sys.argv[1] == "ROUTER":
    raw.setsockopt(zmq.ROUTER_RAW, 1)
    raw.setsockopt(zmq.CONNECT_ROUTING_ID, b"other end")
raw.connect("tcp://127.0.0.1:%d" % listener.getsockname()[1])
if sys.argv[1] == "STREAM":
    name = raw.recv_multipart()[0]
else:
    name = b"other end"
raw.send_multipart([name, QUESTION])
got = b""
while len(got) < len(ANSWER):
    got += raw.recv_multipart()[-1]
print("got", len(got))
context.destroy(linger=0)
