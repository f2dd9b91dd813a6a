#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""One socket with two endpoints, and a client of the second, in one process: auth_mixed.py FIRST SECOND.

The first is bound; the second is bound, or with "connect" for a third word connected, by the same socket. Says by whom
a message came that way, or "out" where the socket's monitor tells that the peer was not let in.
"""
import sys

import zmq
from zmq.utils.monitor import recv_monitor_message

first, second, *connects = sys.argv[1:]
context = zmq.Context()
server, client = context.socket(zmq.PULL), context.socket(zmq.PUSH)
server.linger = client.linger = 0
server.bind(first)
monitor = server.get_monitor_socket(
    zmq.EVENT_HANDSHAKE_SUCCEEDED
    | zmq.EVENT_HANDSHAKE_FAILED_AUTH
    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
    | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
)
for end, make in zip((client, server) if connects else (server, client), ("bind", "connect")):
    getattr(end, make)(second)
if recv_monitor_message(monitor)["event"] == zmq.EVENT_HANDSHAKE_SUCCEEDED:
    client.send(b"x")
    print("in", server.recv(copy=False).get("User-Id"))
else:
    print("out")
server.disable_monitor()
monitor.close()
context.destroy(0)
