# SPDX-License-Identifier: MIT
"""What libzmq says on a connection, and to a ZAP handler. make.py runs it in a realm.

wire.py MECHANISM...    each of null, plain, gssapi, subscribe, heartbeat: one line for each end: its name, its bytes
A ZAP request or reply is written as the ZMTP frames that it would be.
"""
import socket
import sys
import threading

import zmq


def frames(parts):
    """As ZMTP frames: RFC 23."""
    out = b""
    for i, part in enumerate(parts):
        out += bytes([1 if i + 1 < len(parts) else 0, len(part)]) + part
    return out


class Between:
    """Passes on what two ends say to each other, and keeps it."""

    def __init__(self, port):
        self.said = {"client": b"", "server": b""}
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.target = self.listener.getsockname()[1], port
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        client = self.listener.accept()[0]
        server = socket.create_connection(("127.0.0.1", self.target))
        threading.Thread(target=self.copy, args=("client", client, server), daemon=True).start()
        self.copy("server", server, client)

    def copy(self, who, one, other):
        try:
            while True:
                got = one.recv(65536)
                if not got:
                    break
                self.said[who] += got
                other.sendall(got)
        except OSError:
            pass


def handler(context, ready):
    socket_ = context.socket(zmq.REP)
    socket_.bind("inproc://zeromq.zap.01")
    ready.set()
    request = socket_.recv_multipart()
    reply = [b"1.0", request[1], b"200", b"OK", b"carol", b"\4role\0\0\0\5admin"]
    print("zap_request_" + request[5].decode().lower(), frames(request).hex())
    print("zap_reply", frames(reply).hex(), flush=True)
    socket_.send_multipart(reply)


def prepare(mechanism, server, client):
    server.zap_domain = b"tests"
    if mechanism == "plain":
        server.plain_server = 1
        client.plain_username, client.plain_password = b"carol", b"swordfish"
    elif mechanism == "gssapi":
        server.setsockopt(zmq.GSSAPI_SERVER, 1)
        client.setsockopt(zmq.GSSAPI_SERVICE_PRINCIPAL, b"host@localhost")
        client.setsockopt(zmq.GSSAPI_SERVICE_PRINCIPAL_NAMETYPE, 0)
    elif mechanism == "heartbeat":
        client.heartbeat_ivl = 50


def record(mechanism):
    context, ready = zmq.Context(), threading.Event()
    subscribe = mechanism == "subscribe"
    threading.Thread(target=handler, args=(context, ready), daemon=True).start()
    ready.wait()
    server = context.socket(zmq.XPUB if subscribe else zmq.REP)
    client = context.socket(zmq.SUB if subscribe else zmq.REQ)
    client.routing_id = b"me"
    prepare(mechanism, server, client)
    between = Between(server.bind_to_random_port("tcp://127.0.0.1"))
    client.connect("tcp://127.0.0.1:%d" % between.port)
    server.rcvtimeo = client.rcvtimeo = 60000
    if subscribe:
        client.subscribe("topic")
        server.recv()
        client.unsubscribe("topic")
        server.recv()
    else:
        client.send_multipart([b"hello", b"world"])
        server.send(b"answer to " + server.recv_multipart()[0])
        client.recv()
    while mechanism == "heartbeat" and b"\4PONG" not in between.said["server"]:
        client.poll(10)
    for end in ("client", "server"):
        print("%s_%s" % (mechanism, end), between.said[end].hex())
    context.destroy(linger=0)


for word in sys.argv[1:]:
    record(word)
