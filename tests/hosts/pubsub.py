#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Subscribers and publishers, and what arrived: the same program for every mechanism, so that results can be compared.

pubsub.py SCENARIO SUBSCRIBER PUBLISHER BINDER [native]
    SCENARIO    a function below: life, restart, two_publishers, through, heartbeat, log
    SUBSCRIBER  SUB or XSUB; PUBLISHER: PUB or XPUB; BINDER: who binds, sub or pub
    native      the publisher sets up GSSAPI by itself, and nothing is preloaded in it

Prints one JSON line a step: which of the topics that were published in one round came in. A round counts once a topic that was
subscribed to after everything else comes in, so nothing is judged by time; PATIENCE (seconds, from the environment)
limits how long that is waited for, and then the step says "unsettled".
"""
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time

import zmq

PATIENCE = float(os.environ.get("PATIENCE", "300"))
PR_SET_PDEATHSIG = 1
SERVICE = b"zmq@localhost"
TOPICS = [b"A", b"AB", b"B", b"\x01A", b"\x01", b"\x00", b"\x00B", b"\x01\x01A", b"\x00\x00\x00", b"C" * 200, b"zz"]


def port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def publisher(kind, way, endpoint, native, heartbeat):
    """Obeys lines of stdin: {"publish": [topic...], "round": n} or {"log": true}; answers each with a line."""
    context = zmq.Context()
    s = context.socket(getattr(zmq, kind))
    s.sndhwm = s.rcvhwm = s.linger = 0
    if heartbeat:
        s.heartbeat_ivl, s.heartbeat_timeout = heartbeat, 2000
    if native and way == "bind":
        s.gssapi_server = 1
    elif native:
        s.gssapi_service_principal = SERVICE
    getattr(s, way)(endpoint)
    print("up", flush=True)
    log = []
    for line in sys.stdin:
        order = json.loads(line)
        for topic in order.get("publish", ()):
            s.send_multipart([bytes.fromhex(topic), b"%d" % order["round"]])
        while kind == "XPUB" and s.poll(order.get("wait", 0)):
            log.append(s.recv().hex())
        print(json.dumps(log if "log" in order else "done"), flush=True)


def forwarder(upstream, downstream):
    context = zmq.Context()
    front, back = context.socket(zmq.XSUB), context.socket(zmq.XPUB)
    for s in (front, back):
        s.sndhwm = s.rcvhwm = s.linger = 0
    back.bind(downstream)
    front.connect(upstream)
    print("up", flush=True)
    zmq.proxy(front, back)


class Child:
    """A program of this file; its end is that of its parent at the latest."""

    def __init__(self, *words, native=False):
        environment = dict(os.environ)
        if native:
            for name in ("LD_PRELOAD", "GSSTAP_POLICY", "GSSTAP_TRACE", "GSSTAP_LEVEL"):
                environment.pop(name, None)
        self.words = [sys.executable, __file__, *map(str, words)]
        self.environment = environment
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=self.environment)
        if self.process.stdout.readline() != "up\n":
            sys.exit("no child")

    def ask(self, **order):
        print(json.dumps(order), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Subscriber:
    def __init__(self, context, kind):
        self.kind, self.marks = kind, 0
        self.socket = context.socket(getattr(zmq, kind))
        self.socket.rcvhwm = self.socket.linger = 0
        self.mark = None

    def change(self, sign, topic):
        if self.kind == "XSUB":
            self.socket.send((b"\x01" if sign == "+" else b"\x00") + topic)
        elif sign == "+":
            self.socket.subscribe(topic)
        else:
            self.socket.unsubscribe(topic)

    def new_mark(self):
        """A topic subscribed to after all else: once it arrives, all else is in effect, in this order."""
        if self.mark:
            self.change("-", self.mark)
        self.marks += 1
        self.mark = b"\x02MARK%d.%d" % (id(self) % 1000003, self.marks)
        self.change("+", self.mark)


class Scene:
    def __init__(self, arguments, heartbeat=0):
        kind, self.publisher_kind, self.binder = arguments[:3]
        self.native = arguments[3:] == ["native"]
        self.context = zmq.Context()
        self.endpoint = "tcp://127.0.0.1:%d" % port()
        self.sub = Subscriber(self.context, kind)
        self.rounds, self.heartbeat = 0, heartbeat
        self.source = None

    def make_publisher(self):
        self.source = Child("publisher", self.publisher_kind, "bind" if self.binder == "pub" else "connect", self.endpoint,
                            int(self.native), self.heartbeat, native=self.native)

    def meet(self):
        """The binding side first."""
        s = self.sub.socket
        if self.binder == "sub":
            s.bind(self.endpoint)
        if not self.source:
            self.make_publisher()
        if self.binder == "pub":
            s.connect(self.endpoint)

    def round(self, sub, topics, wait_ms=50):
        """Publishes all topics and then the mark; gives what came of this round, and whether the mark did."""
        self.rounds += 1
        number, got = b"%d" % self.rounds, []
        self.source.ask(publish=[t.hex() for t in [*topics, sub.mark]], round=self.rounds)
        while sub.socket.poll(wait_ms):
            topic, of = sub.socket.recv_multipart()
            if of != number:
                continue
            if topic == sub.mark:
                return got, True
            got.append(topic)
        return got, False

    def rounds_until(self, enough, sub, topics):
        """Rounds until enough(what came, did the mark) says so; None when PATIENCE is at its end. Each waits longer for
        what is still under way, so that no machine is too slow; the first must not, since nobody may be connected yet."""
        end, wait_ms = time.monotonic() + PATIENCE, 50
        while time.monotonic() < end:
            got, marked = self.round(sub, topics, wait_ms)
            if enough(got, marked):
                return got
            wait_ms = min(2 * wait_ms, 2000)
        return None

    def settle(self, name, everything=False):
        sub, topics = self.sub, TOPICS
        sub.new_mark()
        nothing = b"\xfdNOBODY SUBSCRIBED TO THIS"
        got = self.rounds_until(lambda got, marked: marked and (everything or nothing not in got), sub, [*topics, nothing])
        if got is not None:
            got = self.rounds_until(lambda _, marked: marked, sub, topics)
        if got is None:
            print(json.dumps({"step": name, "unsettled": True}), flush=True)
            sys.exit(0)
        print(json.dumps({"step": name, "came": [t.hex() for t in got]}), flush=True)


def life(arguments):
    scene = Scene(arguments)
    sub = scene.sub
    for topic in (b"A", b"\x01A", b"\x00B", b"C" * 200, b"A"):
        sub.change("+", topic)
    scene.meet()
    scene.settle("before the connection")
    for name, changes in (
        ("late", ["+B"]),
        ("again", ["+A", "+A", "+B"]),
        ("one of four less", ["-A"]),
        ("one of two less", ["-B"]),
        ("the last less", ["-B"]),
        ("a byte of 1", ["+\x01"]),
        ("a byte of 0", ["+\x00"]),
        ("no longer", ["-\x00"]),
        ("never subscribed to", ["-zz"]),
        ("there and back", ["+zz", "-zz", "+zz"]),
        ("back", ["+B", "-B", "-zz"]),
    ):
        for change in changes:
            sub.change(change[0], change[1:].encode("latin-1"))
        scene.settle(name)
    sub.change("+", b"")
    scene.settle("everything", everything=True)
    sub.change("-", b"")
    scene.settle("no longer everything")
    sub.change("-", b"\x00B")
    scene.settle("without what began with 0")


def restart(arguments):
    scene = Scene(arguments)
    scene.sub.socket.reconnect_ivl = 20
    for topic in (b"A", b"\x01A", b"\x00B", b"B"):
        scene.sub.change("+", topic)
    scene.meet()
    scene.settle("at first")
    scene.sub.change("-", b"B")
    scene.sub.change("+", b"zz")
    scene.settle("changed")
    for name in ("killed and restarted", "once more"):
        scene.source.kill()
        scene.sub.change("-" if name == "once more" else "+", b"\x00")
        scene.source.start()
        scene.settle(name)


def two_publishers(arguments):
    """One socket with two connections: every change goes to both."""
    scene = Scene(arguments)
    scene.sub.change("+", b"A")
    scene.meet()
    first, scene.source = scene.source, None
    scene.endpoint = "tcp://127.0.0.1:%d" % port()
    scene.meet()
    second = scene.source
    for change in ("", "+B", "-A", "+\x01A"):
        if change:
            scene.sub.change(change[0], change[1:].encode("latin-1"))
        for name, scene.source in (("first", first), ("second", second)):
            scene.settle("%s after %s" % (name, change.encode("latin-1").hex()))


def through(arguments):
    """SUB, XPUB, XSUB, PUB: the device between is restarted."""
    scene = Scene(["SUB", "PUB", "pub"])
    scene.sub.socket.reconnect_ivl = 20
    upstream, scene.endpoint = scene.endpoint, "tcp://127.0.0.1:%d" % port()
    scene.source = Child("publisher", "PUB", "bind", upstream, 0, 0)
    device = Child("forwarder", upstream, scene.endpoint)
    for topic in (b"A", b"\x01A", b"\x00B"):
        scene.sub.change("+", topic)
    scene.meet()
    scene.settle("before the connection")
    scene.sub.change("+", b"B")
    scene.sub.change("-", b"A")
    scene.settle("changed")
    scene.source.kill()
    scene.source.start()
    scene.settle("the publisher restarted")
    device.kill()
    device.start()
    scene.settle("the device restarted")
    device.kill()


def heartbeat(arguments):
    scene = Scene(arguments, heartbeat=20)
    scene.sub.socket.heartbeat_ivl, scene.sub.socket.heartbeat_timeout = 20, 2000
    monitor = scene.sub.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    scene.sub.change("+", b"A")
    scene.meet()
    scene.settle("at first")
    end = time.monotonic() + 1.5  # some 70 heartbeats each way, while rounds go on
    while time.monotonic() < end:
        scene.round(scene.sub, TOPICS)
    scene.sub.change("+", b"B")
    scene.sub.change("-", b"A")
    scene.settle("after many heartbeats")
    print(json.dumps({"disconnected": bool(monitor.poll(0))}))


def log(arguments):
    """What an XPUB tells its program of its subscribers' wishes, and of messages that an XSUB has sent it."""
    scene = Scene(arguments)
    scene.meet()
    for change in ("+A", "+B", "-A", "+A", "+\x00B", "-B"):
        scene.sub.change(change[0], change[1:].encode("latin-1"))
        scene.settle(change)
    if scene.sub.kind == "XSUB":
        for message in (b"\x02hello", b"plain", b"\xff", b""):
            scene.sub.socket.send(message)
        scene.settle("messages")
    seen = [s for s in scene.source.ask(log=True) if b"MARK".hex() not in s]
    print(json.dumps({"told": seen}))


def main(words):
    if words[0] in ("publisher", "forwarder"):
        # However its parent ends.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if words[0] == "publisher":
        publisher(words[1], words[2], words[3], words[4] == "1", int(words[5]))
    elif words[0] == "forwarder":
        forwarder(*words[1:])
    else:
        globals()[words[0]](words[1:])
    sys.stdout.flush()
    os._exit(0)  # children see the end of their stdin, or are killed


if __name__ == "__main__":
    main(sys.argv[1:])
