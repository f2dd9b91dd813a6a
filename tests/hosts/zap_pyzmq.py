#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A server with GSSAPI of its own, whose access is decided by pyzmq's ThreadAuthenticator.

zap_pyzmq.py DENIED-ADDRESS ENDPOINT READY: answers for ever; prints "got TEXT" for each message.
"""
import logging
import sys

import zmq
from zmq.auth.thread import ThreadAuthenticator

logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, format="%(message)s")
context = zmq.Context()
authenticator = ThreadAuthenticator(context, log=logging.getLogger())
authenticator.start()
authenticator.deny(sys.argv[1])
s = context.socket(zmq.REP)
s.zap_domain = b"global"
s.gssapi_server = 1
s.bind(sys.argv[2])
open(sys.argv[3], "w").close()
while True:
    print("got", s.recv_string(), flush=True)
    s.send_string("answer")
