#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A server whose ZAP handler never answers about the domain "silent", and always about "answered".

Peers of the first come, and stay or go; each time one of the second says whether it is let in. Then the handler is
closed, and the context ends, while peers of the first still wait.
"""
import socket
import threading

import zmq
from zmq.utils.monitor import recv_monitor_message

GREETING = b"\xff" + 8 * b"\0" + b"\x7f\x03\0NULL" + 48 * b"\0"
AT_ONCE = 100

context = zmq.Context()
asked = threading.Semaphore(0)


def handle():
    """Until it is told to go."""
    handler, over = context.socket(zmq.ROUTER), context.socket(zmq.PULL)
    handler.linger = 0
    handler.bind("inproc://zeromq.zap.01")
    over.bind("inproc://over")
    poller = zmq.Poller()
    poller.register(handler, zmq.POLLIN)
    poller.register(over, zmq.POLLIN)
    ready.set()
    while over not in dict(poller.poll()):
        address, empty, version, number, domain = handler.recv_multipart()[:5]
        if domain == b"answered":
            handler.send_multipart([address, empty, version, number, b"200", b"OK", domain, b""])
        else:
            asked.release()
    handler.close()
    over.close()


def bound(domain):
    server = context.socket(zmq.PULL)
    server.linger = 0
    server.zap_domain = domain
    return server, server.bind_to_random_port("tcp://127.0.0.1")


def silent_peers():
    peers = [socket.create_connection(("127.0.0.1", silent_port)) for _ in range(AT_ONCE)]
    for peer in peers:
        peer.sendall(GREETING)
    for peer in peers:
        assert asked.acquire(timeout=60)
    return peers


def say_who_comes_in():
    client = context.socket(zmq.PUSH)
    client.linger = 0
    client.connect("tcp://127.0.0.1:%d" % answered_port)
    client.send(b"x")
    print("in:", answered.recv(copy=False).get("User-Id"), flush=True)
    client.close()


ready = threading.Event()
thread = threading.Thread(target=handle)
thread.start()
ready.wait()
silent, silent_port = bound(b"silent")
answered, answered_port = bound(b"answered")
monitor = silent.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
stay = silent_peers()
say_who_comes_in()
for _ in range(22):
    for peer in silent_peers():
        peer.close()
say_who_comes_in()
go = context.socket(zmq.PUSH)
go.connect("inproc://over")
go.send(b"")
thread.join()
assert not monitor.poll(0)
silent.disable_monitor()
monitor.close()
context.destroy(0)
print("ended")
