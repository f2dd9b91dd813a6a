#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A client that knows nothing of security: migrate_client.py REQ|PUSH ENDPOINT

Sends "TEXT 1", "TEXT 2" ... a hundred times a second and prints "sent N" for each; REQ waits for the answer first and
checks it. TEXT is a variable of the environment, since a command line is recorded. Words on standard input: `pause`
(answered by "paused N"), `go`, and `quit` or its end, at which the program ends with nothing left to send.
"""
import os
import select
import sys

import zmq

PATIENCE_MS = 300000


def exchange(client, text):
    client.send_string(text)
    if client.type == zmq.REQ and client.recv_string() != "re " + text:
        sys.exit("a wrong answer to " + text)


def talk(kind, endpoint, text):
    context = zmq.Context()
    client = context.socket(getattr(zmq, kind))
    client.linger = 30000
    client.rcvtimeo = client.sndtimeo = PATIENCE_MS
    client.connect(endpoint)
    count, running = 0, True
    while True:
        if select.select([sys.stdin], [], [], 0.01 if running else None)[0]:
            word = sys.stdin.readline().strip()
            if word in ("", "quit"):
                break
            running = word == "go"
            if not running:
                print("paused", count, flush=True)
            continue
        count += 1
        exchange(client, "%s %d" % (text, count))
        print("sent", count, flush=True)
    client.close()
    context.term()  # until all is sent


if __name__ == "__main__":
    talk(*sys.argv[1:], os.environ["TEXT"])
