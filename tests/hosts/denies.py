#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A server with a ZAP handler that denies everybody: denies.py ENDPOINT FILE, which is there once it is bound."""
import sys

import zmq
from zmq.auth.thread import ThreadAuthenticator

context = zmq.Context()
handler = ThreadAuthenticator(context)
handler.start()
handler.deny("127.0.0.1")
server = context.socket(zmq.REP)
server.zap_domain = b"d"
server.bind(sys.argv[1])
open(sys.argv[2], "w").close()
server.recv()
