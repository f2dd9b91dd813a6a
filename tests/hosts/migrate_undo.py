#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Binds and connects, and undoes it: migrate_undo.py bind|connect|retry ENDPOINT [UNDONE]

bind: prints "bound LAST_ENDPOINT", and at the end of standard input unbinds UNDONE (ENDPOINT when not given, what was
printed when it is "last") and prints "unbound". connect: sends one message, prints "sent", disconnects at the end of
standard input and prints "disconnected" once no peer is left to send to. retry: binds, which is to fail, prints how, and
binds again at the end of standard input.
"""
import errno
import sys

import zmq

PATIENCE_MS = 300000


def bind(context, endpoint, undone):
    server = context.socket(zmq.PULL)
    server.rcvtimeo = PATIENCE_MS
    server.bind(endpoint)
    last = server.getsockopt_string(zmq.LAST_ENDPOINT)
    print("bound", last, flush=True)
    sys.stdin.read()
    server.unbind(last if undone == "last" else undone or endpoint)
    print("unbound", flush=True)
    server.poll(PATIENCE_MS)  # lives on: what it no longer serves is looked at from outside


def connect(context, endpoint):
    client = context.socket(zmq.PUSH)
    client.sndtimeo = PATIENCE_MS
    client.linger = 20000
    client.connect(endpoint)
    client.send_string("before")
    print("sent", flush=True)
    sys.stdin.read()
    client.disconnect(endpoint)
    # Nobody to send to any more, once the connection is gone.
    while client.poll(10, zmq.POLLOUT):
        pass
    print("disconnected", flush=True)
    client.close()
    context.term()


def retry(context, endpoint):
    server = context.socket(zmq.PULL)
    try:
        server.bind(endpoint)
        print("bound", flush=True)
    except zmq.ZMQError as error:
        print("not bound:", errno.errorcode[error.errno], flush=True)
    sys.stdin.read()
    server.bind(endpoint)
    print("bound", server.getsockopt_string(zmq.LAST_ENDPOINT), flush=True)
    server.poll(PATIENCE_MS)


if __name__ == "__main__":
    if sys.argv[1] == "bind":
        bind(zmq.Context(), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
    elif sys.argv[1] == "retry":
        retry(zmq.Context(), sys.argv[2])
    else:
        connect(zmq.Context(), sys.argv[2])
