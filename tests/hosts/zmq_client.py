#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""An ordinary client, told what to do by its arguments; it goes on until it is killed.

zmq_client.py retry ENDPOINT            a numbered message each tenth of a second; prints "answered N" for each answer
zmq_client.py options ENDPOINT [NAME=VALUE...]
                                           sets socket options, connects, prints all timers as the program finds them
zmq_client.py monitor ENDPOINT          connects with a monitor of its own, sends, prints the names of the events and
                                           "got TEXT"
"""
import sys

import zmq
from zmq.utils.monitor import recv_monitor_message

TIMERS = ("HANDSHAKE_IVL", "RECONNECT_IVL", "RECONNECT_IVL_MAX", "LINGER")


def retry(endpoint):
    s = zmq.Context().socket(zmq.DEALER)
    s.connect(endpoint)
    number = 0
    while True:
        number += 1
        s.send(b"%d" % number)
        while s.poll(100):
            print("answered", s.recv().decode(), flush=True)


def options(endpoint, *settings):
    s = zmq.Context().socket(zmq.DEALER)
    for setting in settings:
        name, value = setting.split("=")
        s.setsockopt(getattr(zmq, name), int(value))
    s.connect(endpoint)
    print(*("%s=%d" % (name, s.getsockopt(getattr(zmq, name))) for name in TIMERS), flush=True)
    s.poll()


def monitor(endpoint):
    s = zmq.Context().socket(zmq.DEALER)
    events = s.get_monitor_socket()
    s.connect(endpoint)
    s.send(b"hello")
    while True:
        if events.poll(20):
            event = recv_monitor_message(events)
            print(event["event"].name, flush=True)
        if s.poll(20):
            print("got", s.recv().decode(), flush=True)


if __name__ == "__main__":
    {"retry": retry, "options": options, "monitor": monitor}[sys.argv[1]](*sys.argv[2:])
