#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The recorder of tests/recorder.py as another machine: migrate_wire.py SOURCE RECORD READY LISTEN TARGET [LISTEN TARGET]

What comes to 127.0.0.1:LISTEN goes on to 127.0.0.1:TARGET from the address SOURCE (127.0.0.2 ...), so that the server
sees a client of its own; both ways into RECORD. READY is made once all ports accept.
"""
import os
import socket
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from recorder import pump  # noqa: E402


def forward(listener, target, source, record):
    while True:
        client, _ = listener.accept()
        try:
            server = socket.create_connection(("127.0.0.1", target), source_address=(source, 0))
        except OSError:
            client.close()
            continue
        for pair in ((client, server), (server, client)):
            threading.Thread(target=pump, args=(*pair, record), daemon=True).start()


def main(source, path, ready, *ports):
    record = open(path, "ab", buffering=0)
    threads = []
    for listen, target in zip(ports[::2], ports[1::2]):
        listener = socket.create_server(("127.0.0.1", int(listen)))
        threads.append(threading.Thread(target=forward, args=(listener, int(target), source, record), daemon=True))
    for thread in threads:
        thread.start()
    open(ready, "w").close()
    threads[0].join()


if __name__ == "__main__":
    main(*sys.argv[1:])
