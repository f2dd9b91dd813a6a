# SPDX-License-Identifier: MIT
"""Forbids itself system calls, and talks on: confined.py ENDPOINT CALL... (their numbers)

Binds a PULL, connects a PUSH, and from the first message on is killed for these calls. Prints how many of 200 messages come
then; whether another PUSH, which connects after that, is heard, or refused; and, when a peer that only greets by GSSAPI has
come and was let go, "lives".
"""
import ctypes
import os
import socket
import struct
import sys

import zmq

ALLOW, KILL = 0x7FFF0000, 0x80000000


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def forbid(numbers):
    code = struct.pack("HBBI", 0x20, 0, 0, 0)  # the call's number
    for number in numbers:
        code += struct.pack("HBBI", 0x15, 0, 1, number) + struct.pack("HBBI", 6, 0, 0, KILL)
    code += struct.pack("HBBI", 6, 0, 0, ALLOW)
    kept = ctypes.create_string_buffer(code)
    libc = ctypes.CDLL(None)
    libc.prctl(38, 1, 0, 0, 0)  # no new privileges
    program = Program(len(code) // 8, ctypes.addressof(kept))
    assert libc.syscall(317, 1, 1, ctypes.byref(program)) == 0  # seccomp, for all threads


def main(endpoint, *numbers):
    context = zmq.Context()
    pull, push, late = context.socket(zmq.PULL), context.socket(zmq.PUSH), context.socket(zmq.PUSH)
    pull.rcvtimeo = 60000
    pull.bind(endpoint)
    push.connect(endpoint)
    push.send(b"first")
    pull.recv()
    forbid([int(number) for number in numbers])
    push.send(bytes(100000))
    assert pull.recv() == bytes(100000)
    for number in range(200):
        push.send(b"%d" % number)
    print(sum(pull.recv() == b"%d" % number for number in range(200)), flush=True)
    try:
        late.connect(endpoint)
        late.send(b"late")
        print(pull.recv().decode(), flush=True)
    except zmq.ZMQError as error:
        print(error, flush=True)
    peer = socket.socket()
    peer.connect(("127.0.0.1", int(endpoint.rpartition(":")[2])))
    peer.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"GSSAPI".ljust(20, b"\0") + bytes(32))
    while peer.recv(64):
        pass
    print("lives", flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
