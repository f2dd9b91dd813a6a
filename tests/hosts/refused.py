#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A client that its peers refuse, in the ways in which programs wait.

refused.py send|poll|asyncio|thread|term|changed|monitor ENDPOINT: it connects and says how that ends, by the errno's name.
"""
import asyncio
import errno
import sys
import threading

import zmq
import zmq.asyncio
from zmq.utils.monitor import recv_monitor_message

HOPELESS_MS = 300000


def tried(call, *arguments):
    try:
        call(*arguments)
    except zmq.ContextTerminated:
        return "ETERM"
    except zmq.ZMQError as error:
        return errno.errorcode[error.errno]
    return "done"


def client(context, endpoint, kind=zmq.PUSH):
    s = context.socket(kind)
    s.linger = 0
    s.immediate = 1  # nothing is queued: who sends waits
    s.sndtimeo = s.rcvtimeo = HOPELESS_MS
    s.connect(endpoint)
    return s


def send(context, endpoint):
    with client(context, endpoint) as s:
        return tried(s.send, b"x")


def poll(context, endpoint):
    with client(context, endpoint, zmq.DEALER) as s:
        out, into = s.poll(HOPELESS_MS, zmq.POLLOUT), s.poll(HOPELESS_MS, zmq.POLLIN)
        return "%d %d %s %s" % (out, into, tried(s.send, b"x", zmq.NOBLOCK), tried(s.recv, zmq.NOBLOCK))


def thread(context, endpoint):
    with client(context, endpoint, zmq.DEALER) as s:
        said = []
        waits = threading.Thread(target=lambda: said.append(tried(s.recv)))
        waits.start()
        waits.join()
        return said[0]


def term(context, endpoint):
    """Its context ends while a thread sends, whatever it is told, until it is told of that."""
    s = client(context, endpoint, zmq.DEALER)
    refused, said = threading.Event(), []

    def work():
        while not said:
            error = tried(s.send, b"x")
            if error == "EACCES":
                refused.set()
            else:
                said.append(error)
        s.close()

    sends = threading.Thread(target=work)
    sends.start()
    refused.wait()
    context.term()
    sends.join()
    return said[0]


def changed(context, endpoint):
    """It is refused, and tries on until it is not."""
    with client(context, endpoint, zmq.DEALER) as s:
        tried(s.send, b"x")
        open("denied", "w").close()
        said = "EACCES"
        while said == "EACCES":
            said = tried(s.send, b"x", zmq.NOBLOCK)
        return "%s %s" % (said, tried(s.connect, endpoint))


def aio(_, endpoint):
    async def main():
        with client(zmq.asyncio.Context(), endpoint) as s:
            try:
                await asyncio.wait_for(s.send(b"x"), HOPELESS_MS / 1000)
            except zmq.ZMQError as error:
                return errno.errorcode[error.errno]

    return asyncio.run(main())


def monitor(context, endpoint):
    s = context.socket(zmq.PUSH)
    s.linger = 0
    told = s.get_monitor_socket(zmq.EVENT_HANDSHAKE_FAILED_AUTH)
    s.connect(endpoint)
    event = recv_monitor_message(told)
    said = tried(s.send, b"x")
    again = tried(s.connect, endpoint)
    elsewhere = tried(s.connect, "tcp://127.0.0.1:1")
    # One of its endpoints is still to be had: this waits there.
    said += " %s %s %s %d" % (again, elsewhere, tried(s.send, b"x", zmq.NOBLOCK), event["value"])
    s.disable_monitor()
    told.close()
    s.close()
    return said


WAYS = {"send": send, "poll": poll, "asyncio": aio, "thread": thread, "term": term, "changed": changed, "monitor": monitor}
context = zmq.Context()
print(WAYS[sys.argv[1]](context, sys.argv[2]), flush=True)
context.term()
