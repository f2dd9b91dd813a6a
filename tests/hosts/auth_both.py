#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A server with a ZAP handler of its own, and a client of it, in one process: who is let in.

auth_both.py STEP...: a step is
  start [HOW]   the handler is bound: HOW it answers is "authenticator" (pyzmq's ThreadAuthenticator, which knows joe and
                ann by PLAIN in the domain d), a status, "silent", or a word of reply() below
  stop          it is closed
  late HOW case the handler is bound when the endpoint has been
  case          as of auth_pair.py, in the same context: null,domain=d or plain,domain=d,user=joe,password=x
  forbid N case when the endpoint has been bound the program is killed for that system call
  dealer        a handler is bound that answers in turn
  asked         what the handler was asked since, or "nothing"
At last the context ends, and it says "ended".
"""
import itertools
import sys
import threading
import time

import auth_pair
import confined
import zmq
from zmq.auth.thread import ThreadAuthenticator

ZAP = "inproc://zeromq.zap.01"
NUMBERS = itertools.count()


def reply(how, request):
    """The frames of an answer; request: from the version on."""
    said = {
        "short": [b"1.0", request[1], b"200", b"OK", b"own"],
        "version": [b"2.0", request[1], b"200", b"OK", b"own", b""],
        "id": [b"1.0", b"2", b"200", b"OK", b"own", b""],
        "metadata": [b"1.0", request[1], b"200", b"OK", b"own", b"\x09none"],
        "nobody": [b"1.0", request[1], b"200", b"OK", b"", b"\x06X-Role\0\0\0\x05guest"],
        "200": [b"1.0", request[1], b"200", b"OK", b"own", b"\x06X-Role\0\0\0\x05guest"],
    }
    return said.get(how, [b"1.0", request[1], how.encode(), b"denied by the program", b"", b""])


class Handler:
    def __init__(self, context, how, kind=zmq.REP):
        self.asked, self.how = [], how
        self.socket = context.socket(kind)
        self.socket.linger = 0
        self.socket.bind(ZAP)
        assert self.socket.last_endpoint.rstrip(b"\0").decode() == ZAP
        over = "inproc://over-%d" % next(NUMBERS)  # of a closed socket the name is not free at once
        self.over = context.socket(zmq.PAIR)
        self.over.bind(over)
        self.end = context.socket(zmq.PAIR)
        self.end.connect(over)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        poller = zmq.Poller()
        poller.register(self.socket, zmq.POLLIN)
        poller.register(self.over, zmq.POLLIN)
        while self.over not in dict(poller.poll()):
            request = self.socket.recv_multipart()
            self.asked.append(b" ".join(request).decode(errors="backslashreplace").replace("\0", "\\0"))
            if self.how != "silent":
                self.socket.send_multipart(reply(self.how, request))
            else:
                poller.unregister(self.socket)
        self.socket.close()
        self.over.close()

    def stop(self):
        self.end.send(b"")
        self.thread.join()
        self.end.close()


def free(context):
    """A closed socket's name is free when libzmq has come to it."""
    until = time.monotonic() + 30
    with context.socket(zmq.REP) as s:
        while time.monotonic() < until:
            try:
                s.bind(ZAP)
                return s.unbind(ZAP)
            except zmq.ZMQError:
                pass


def started(context, how):
    free(context)
    if how != "authenticator":
        return Handler(context, how)
    auth = ThreadAuthenticator(context)
    auth.start()
    auth.allow("127.0.0.1")
    auth.configure_plain(domain="d", passwords={"joe": "x", "ann": "x"})
    return auth


def main():
    context, handler = zmq.Context(), None
    for step in sys.argv[1:]:
        word, _, rest = step.partition(" ")
        if word == "start":
            handler = started(context, rest or "200")
        elif word == "stop":
            handler.stop()
            free(context)  # who came before that would be asked about by a handler that is closing
            handler = None
        elif word == "late":
            how, _, case = rest.partition(" ")
            made = []
            print(auth_pair.told(context, case, lambda: made.append(started(context, how))), flush=True)
            handler = made[0]
        elif word == "forbid":
            number, _, case = rest.partition(" ")
            print(auth_pair.told(context, case, lambda: confined.forbid([int(number)])), flush=True)
        elif word == "dealer":
            with context.socket(zmq.DEALER) as s:
                try:
                    s.bind(ZAP)
                    print("bound", flush=True)
                except zmq.ZMQError as error:
                    print("refused", error.errno, flush=True)
        elif word == "asked":
            print("asked", "; ".join(handler.asked) or "nothing", flush=True)
            handler.asked.clear()
        else:
            print(auth_pair.told(context, step), flush=True)
    if handler:
        handler.stop()
    context.term()
    print("ended")


main()
