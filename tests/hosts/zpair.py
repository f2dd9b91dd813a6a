#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""An ordinary pyzmq program, told what to do by its arguments: the twin of zpair.c, which lists the words.
Here are those that the injection tests use; like it, it prints a failed call and goes on, then ends with 4."""
import os
import sys
import time

import zmq

PATIENCE_MS = 300000


class Program:
    def __init__(self):
        self.context, self.sockets, self.current, self.failed = zmq.Context(), [], None, False

    def socket(self, kind):
        self.current = self.context.socket(getattr(zmq, kind))
        self.current.rcvtimeo = self.current.sndtimeo = PATIENCE_MS
        self.current.linger = 20000
        self.sockets.append(self.current)

    def use(self, number):
        self.current = self.sockets[int(number)]

    def bind(self, endpoint):
        self.current.bind(endpoint)

    def connect(self, endpoint):
        self.current.connect(endpoint)

    def touch(self, path):
        with open(path, "w"):
            pass

    def wait_for(self, path):
        end = time.monotonic() + PATIENCE_MS / 1000
        while not os.path.exists(path):
            if time.monotonic() > end:
                sys.exit("zpair: %s never came" % path)
            time.sleep(0.005)  # polls for the file

    def send(self, text):
        self.current.send_string(text)

    def recv(self):
        print("got", self.current.recv_multipart()[-1].decode(), flush=True)

    def answer(self, times):
        for _ in range(int(times)):
            *identity, text = self.current.recv_multipart()
            print("got", text.decode(), flush=True)
            self.current.send_multipart([*identity, b"re " + text])

    def run(self, words):
        words = iter(words)
        for word in words:
            do = {"await": self.wait_for}.get(word) or getattr(self, word)
            arguments = [] if word == "recv" else [next(words)]
            try:
                do(*arguments)
            except zmq.ZMQError as error:
                print("%s: %s" % (word, os.strerror(error.errno)), flush=True)
                self.failed = True
        for each in self.sockets:
            each.close()
        self.context.term()
        return 4 if self.failed else 0


if __name__ == "__main__":
    sys.exit(Program().run(sys.argv[1:]))
