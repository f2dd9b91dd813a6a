#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A server that knows nothing of security: migrate_server.py REP|PULL ENDPOINT...

Prints "bound ENDPOINT" with what ZMQ_LAST_ENDPOINT says for each, then "got TEXT" for every message, which REP answers
with "re TEXT". SIGTERM ends it once nothing more is waiting.
"""
import signal
import sys

import zmq


def serve(kind, endpoints):
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
    context = zmq.Context()
    server = context.socket(getattr(zmq, kind))
    server.linger = 2000
    for endpoint in endpoints:
        server.bind(endpoint)
        print("bound", server.getsockopt_string(zmq.LAST_ENDPOINT), flush=True)
    while server.poll(50) or not stop:
        try:
            text = server.recv_string(zmq.NOBLOCK)
        except zmq.Again:
            continue
        print("got", text, flush=True)
        if kind == "REP":
            server.send_string("re " + text)
    server.close()
    context.term()


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2:])
