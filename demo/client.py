#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""An ordinary ZeroMQ client: each line of its input is a question. Nothing in it knows of security, or of gsstap.

client.py ENDPOINT <QUESTIONS
"""
import sys

import zmq

socket = zmq.Context().socket(zmq.REQ)
socket.setsockopt(zmq.LINGER, 0)
socket.setsockopt(zmq.RCVTIMEO, 5000)
socket.connect(sys.argv[1])
for question in sys.stdin:
    try:
        socket.send_string(question.strip())
        print(socket.recv_string(), flush=True)
    except zmq.Again:
        sys.exit("no answer within 5 s: giving up")
