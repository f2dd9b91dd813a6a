#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every socket pattern between a server that binds and a client that connects: fallback_peer.py server|client ENDPOINT...

Four endpoints: ROUTER, PULL, XPUB and SUB bind, DEALER, PUSH, SUB or XSUB and PUB connect. The client prints what came of
each exchange, the same at each run; both send and get messages of all the sizes at which a frame's form changes, and
enough of them that the kernel's buffers fill up.
"""
import hashlib
import sys

import zmq

PATIENCE_MS = 300000
SIZES = [0, 1, *range(238, 262), 8178, 8192, 65535, 65536, 1000000, 3000000]
FLOOD = 20000


def body(n, size):
    seed = b"%d " % n
    return (seed * (size // len(seed) + 1))[:size]


def digest(messages):
    whole = hashlib.sha256()
    for message in messages:
        for part in message:
            whole.update(b"%d:" % len(part) + part)
    return whole.hexdigest()[:16]


class Ends:
    def __init__(self, binds):
        self.context, self.binds, self.all = zmq.Context(), binds, []

    def socket(self, kind, endpoint, **options):
        one = self.context.socket(kind)
        one.linger = 30000
        one.rcvtimeo = one.sndtimeo = PATIENCE_MS
        for name, value in options.items():
            one.setsockopt(getattr(zmq, name), value)
        (one.bind if self.binds else one.connect)(endpoint)
        self.all.append(one)
        return one

    def close(self):
        for one in self.all:
            one.close()
        self.context.term()


def echo(router):
    while True:
        message = router.recv_multipart()
        router.send_multipart(message)
        if message[-1] == b"end":
            return


def server(endpoints):
    ends = Ends(True)
    router = ends.socket(zmq.ROUTER, endpoints[0], SNDHWM=0, RCVHWM=0)  # it would drop what does not fit
    pull = ends.socket(zmq.PULL, endpoints[1])
    xpub = ends.socket(zmq.XPUB, endpoints[2], XPUB_VERBOSE=1)
    sub = ends.socket(zmq.SUB, endpoints[3])
    sub.subscribe("")
    print("bound", flush=True)
    echo(router)
    # What was pushed goes back as one digest, so that the client prints it.
    pushed = digest(pull.recv_multipart() for _ in range(FLOOD))
    router.send_multipart([router.recv_multipart()[0], pushed.encode()])
    for kind in ("SUB", "XSUB"):
        # Each subscription and cancellation is answered on the other way, then served.
        for _ in range(4):
            word = xpub.recv()
            router.send_multipart([router.recv_multipart()[0], word])
        for topic in (b"a", b"b", b"\x01A", b""):
            xpub.send_multipart([topic + b"|" + kind.encode(), body(7, 70000)])
        xpub.send(b"b end")
        for _ in range(2):
            xpub.recv()  # the socket goes, and so do its two subscriptions
        router.send_multipart(router.recv_multipart())
    published = digest(sub.recv_multipart() for _ in range(100))
    router.send_multipart([router.recv_multipart()[0], published.encode()])
    echo(router)
    ends.close()


def exchanges(dealer):
    for size in SIZES:
        message = [body(1, size), b"", body(2, size)]
        dealer.send_multipart(message)
        print("echo", size, dealer.recv_multipart() == message, flush=True)
    # Both ways at one time, until both ends' buffers are full again and again.
    for n in range(FLOOD):
        dealer.send_multipart([body(n, n % 3000)])
    got = [dealer.recv_multipart() for _ in range(FLOOD)]
    print("flood", got == [[body(n, n % 3000)] for n in range(FLOOD)], flush=True)
    dealer.send(b"end")
    dealer.recv()


def answered(dealer):
    dealer.send(b"?")
    return dealer.recv()


def subscribes(dealer, one, say):
    """One says its subscriptions, and takes one back; the server tells what came of each."""
    for word in (b"\x01a", b"\x01b", b"\x01\x01A"):
        say(word)
    words = sorted(answered(dealer) for _ in range(3))
    say(b"\x00a")
    print(one.type.name, words, answered(dealer), flush=True)
    return one


def receive(dealer, one):
    messages = [one.recv_multipart()]
    while messages[-1] != [b"b end"]:
        messages.append(one.recv_multipart())
    print("published", [m[0] for m in messages], digest(messages), flush=True)
    one.close()
    answered(dealer)


def client(endpoints):
    ends = Ends(False)
    # Heartbeats among all else; without a time limit of their own it would be 20 ms, which large messages exceed.
    dealer = ends.socket(zmq.DEALER, endpoints[0], HEARTBEAT_IVL=20, HEARTBEAT_TIMEOUT=PATIENCE_MS, SNDHWM=0, RCVHWM=0)
    exchanges(dealer)
    push = ends.socket(zmq.PUSH, endpoints[1])
    messages = [[body(n, n * 7 % 5000)] + [b"part"] * (n % 3) for n in range(FLOOD)]
    for message in messages:
        push.send_multipart(message)
    print("pushed", answered(dealer).decode() == digest(messages), flush=True)
    sub = ends.socket(zmq.SUB, endpoints[2])
    receive(dealer, subscribes(dealer, sub, lambda w: (sub.subscribe if w[0] else sub.unsubscribe)(w[1:])))
    xsub = ends.socket(zmq.XSUB, endpoints[2])
    receive(dealer, subscribes(dealer, xsub, xsub.send))
    pub = ends.socket(zmq.XPUB, endpoints[3])
    print("subscribed by", pub.recv(), flush=True)
    messages = [[body(n, n * 100)] for n in range(100)]
    for message in messages:
        pub.send_multipart(message)
    print("published", answered(dealer).decode() == digest(messages), flush=True)
    dealer.send(b"end")
    dealer.recv()
    ends.close()


if __name__ == "__main__":
    {"server": server, "client": client}[sys.argv[1]](sys.argv[2:])
