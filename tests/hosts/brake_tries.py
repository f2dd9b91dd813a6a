#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A server that asks for a password, and clients of it in one process, one after the other, from several addresses.

brake_tries.py AT TRY...: AT is what the server binds, TRY a password, @ and the client's own address ("" for its own
choice); with a + behind it the client waits for as long as it takes. Of each is said what it comes to: in; denied, as the
server's answer has it; or turned away, when so many connections were closed without one. A try "touch" PATH makes a file, "await" PATH waits for one.
"""
import os
import sys
import time

import zmq
from zmq.utils.monitor import recv_monitor_message

CLOSED_MOST = 20
ENDS = {zmq.EVENT_HANDSHAKE_SUCCEEDED: "in", zmq.EVENT_HANDSHAKE_FAILED_AUTH: "denied"}


def outcome(monitor, waits):
    closed = 0
    while waits or closed < CLOSED_MOST:
        event = recv_monitor_message(monitor)["event"]
        if event in ENDS:
            return ENDS[event]
        closed += event == zmq.EVENT_DISCONNECTED
    return "turned away"


def attempt(context, endpoint, password, source, waits):
    with context.socket(zmq.REQ) as client:
        client.linger = 0
        if password:
            client.plain_username, client.plain_password = b"joe", password.encode()
        monitor = client.get_monitor_socket()
        client.connect(endpoint.replace("tcp://", "tcp://%s:0;" % source) if source else endpoint)
        result = outcome(monitor, waits)
        client.disable_monitor()
        monitor.close()
        return result


def main():
    context = zmq.Context()
    server = context.socket(zmq.REP)
    words = iter(sys.argv[2:])
    if any(w.partition("@")[0] for w in sys.argv[2:] if "@" in w):
        server.plain_server = 1
    server.bind(sys.argv[1])
    endpoint = server.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode()
    for word in words:
        if word == "touch":
            open(next(words), "w").close()
        elif word == "await":
            path, end = next(words), time.monotonic() + 300
            while not os.path.exists(path):
                if time.monotonic() > end:
                    sys.exit("%s never came" % path)
                time.sleep(0.005)  # polls for the file
        else:
            password, _, source = word.rstrip("+").partition("@")
            print(attempt(context, endpoint, password, source, word.endswith("+")), flush=True)
    server.close(0)
    context.term()


main()
