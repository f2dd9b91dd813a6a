#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The wire: a proxy that writes down every byte that passes, both ways, in the order of arrival.

recorder.py LISTEN TARGET RECORD READY: an endpoint is tcp://127.0.0.1:PORT, ipc://PATH or ipc://@NAME, as ZeroMQ writes them. READY
is made once LISTEN accepts. A connection is opened to TARGET for each that comes in; it ends when killed.
"""
import socket
import sys
import threading


def parse(endpoint):
    scheme, _, rest = endpoint.partition("://")
    if scheme == "ipc":
        return socket.AF_UNIX, rest.replace("@", "\0", 1) if rest.startswith("@") else rest
    host, _, port = rest.rpartition(":")
    return socket.AF_INET, (host, int(port))


def pump(source, sink, record):
    try:
        while data := source.recv(65536):
            record.write(data)
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)  # the other direction's pump ends as well
        except OSError:
            pass


def serve(listen, target, path, ready):
    family, address = parse(listen)
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
    listener.listen()
    record = open(path, "ab", buffering=0)
    open(ready, "w").close()
    while True:
        client, _ = listener.accept()
        family, address = parse(target)
        server = socket.socket(family)
        try:
            server.connect(address)
        except OSError:
            client.close()
            continue
        for pair in ((client, server), (server, client)):
            threading.Thread(target=pump, args=(*pair, record), daemon=True).start()


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    serve(*sys.argv[1:])
