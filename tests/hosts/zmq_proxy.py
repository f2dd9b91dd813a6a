#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What stands between two ends of a connection, and writes down when what happened.

zmq_proxy.py PORT TARGET LOG READY [FLIP | hold-client | hold-target]
    TARGET  a port to hand on to; silent: takes connections and says nothing; hang-up: closes each at once
    hold-client, hold-target
            that end's greeting is handed on up to its version, and the rest of it once the other end's has passed
    FLIP    once this many bytes have come from the target over one connection, one bit of the next is changed, once

LOG gets lines "NANOSECONDS CONNECTION EVENT": open, greeted (64 bytes have passed each way), flipped, closed. It ends when
killed.
"""
import socket
import sys
import threading
import time

GREETING = 64
VERSION = 12


class Connection:
    def __init__(self, number, client, log):
        self.number, self.client, self.log = number, client, log
        self.whole = {"client": threading.Event(), "target": threading.Event()}
        self.counts, self.lock, self.greeted, self.closed = {}, threading.Lock(), False, False

    def say(self, event):
        self.log.write(b"%d %d %s\n" % (time.time_ns(), self.number, event))

    def count(self, side, length):
        with self.lock:
            self.counts[side] = self.counts.get(side, 0) + length
            if self.counts[side] >= GREETING:
                self.whole[side].set()
            if not self.greeted and len(self.counts) == 2 and min(self.counts.values()) >= GREETING:
                self.greeted = True
                self.say(b"greeted")

    def close(self, *ends):
        with self.lock:
            if not self.closed:
                self.closed = True
                self.say(b"closed")
        for end in ends:
            stop(end, socket.SHUT_RDWR)


def stop(end, how):
    try:
        end.shutdown(how)
    except OSError:
        pass


class Proxy:
    def __init__(self, port, target, log, ready, flip=None):
        self.target, self.hold, self.flip = target, None, None
        if flip and flip.startswith("hold-"):
            self.hold = flip[len("hold-"):]
        elif flip:
            self.flip = int(flip)
        self.log = open(log, "ab", buffering=0)
        self.listener = socket.create_server(("127.0.0.1", int(port)), backlog=100)
        open(ready, "w").close()

    def pump(self, connection, side, source, sink):
        """Until source ends. What it sent before is delivered first, also when sink takes no more."""
        passed, takes = 0, True
        try:
            while data := source.recv(65536):
                if side == "target" and self.flip is not None and passed <= self.flip < passed + len(data):
                    data = bytearray(data)
                    data[self.flip - passed] ^= 4
                    self.flip = None
                    connection.say(b"flipped")
                try:
                    if self.hold == side and passed < VERSION:
                        sink.sendall(data[:VERSION - passed])
                        rest = data[VERSION - passed:]
                        if rest:
                            connection.whole["target" if side == "client" else "client"].wait(10)
                        sink.sendall(rest)
                    elif takes:
                        sink.sendall(data)
                except OSError:
                    takes = False
                passed += len(data)
                connection.count(side, len(data))
        except OSError:
            pass
        if side == "target":
            connection.close(source, sink)
        else:
            stop(sink, socket.SHUT_WR)

    def drain(self, connection):
        try:
            while data := connection.client.recv(65536):
                connection.count("client", len(data))
        except OSError:
            pass
        connection.close(connection.client)

    def take(self, connection):
        if self.target == "hang-up":
            connection.close(connection.client)
            connection.client.close()
            return
        if self.target == "silent":
            threading.Thread(target=self.drain, args=(connection,), daemon=True).start()
            return
        try:
            server = socket.create_connection(("127.0.0.1", int(self.target)))
        except OSError:
            connection.close(connection.client)
            connection.client.close()
            return
        for words in (("client", connection.client, server), ("target", server, connection.client)):
            threading.Thread(target=self.pump, args=(connection, *words), daemon=True).start()

    def serve(self):
        number = 0
        while True:
            client, _ = self.listener.accept()
            number += 1
            connection = Connection(number, client, self.log)
            connection.say(b"open")
            self.take(connection)


if __name__ == "__main__":
    if len(sys.argv) not in (5, 6):
        sys.exit(__doc__)
    Proxy(*sys.argv[1:]).serve()
