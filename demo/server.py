#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""An ordinary ZeroMQ server: it answers whatever it is asked. Nothing in it knows of security, or of gsstap.

server.py ENDPOINT
"""
import sys

import zmq

socket = zmq.Context().socket(zmq.REP)
socket.bind(sys.argv[1])
print("serving", flush=True)
while True:
    question = socket.recv_string()
    socket.send_string(f"{question} With 31-41-59, but tell nobody.")
