# SPDX-License-Identifier: MIT
"""private_zmq.py LIBRARY rep|req ENDPOINT [TEXT]: one request and its answer through a libzmq that the program loads for
itself, as wheels do, before all others in its own sight (RTLD_DEEPBIND)."""
import ctypes
import os
import sys

zmq = ctypes.CDLL(sys.argv[1], mode=os.RTLD_NOW | os.RTLD_LOCAL | os.RTLD_DEEPBIND)
for name in ("zmq_ctx_new", "zmq_socket"):
    getattr(zmq, name).restype = ctypes.c_void_p
context = ctypes.c_void_p(zmq.zmq_ctx_new())
socket = ctypes.c_void_p(zmq.zmq_socket(context, 4 if sys.argv[2] == "rep" else 3))


def receive():
    text = ctypes.create_string_buffer(200)
    size = zmq.zmq_recv(socket, text, 200, 0)
    print("got " + text.raw[:size].decode(), flush=True)
    return text.raw[:size]


def send(text):
    if zmq.zmq_send(socket, text, len(text), 0) < 0:
        sys.exit("send failed")


if sys.argv[2] == "rep":
    if zmq.zmq_bind(socket, sys.argv[3].encode()):
        sys.exit("bind failed")
    open("up", "w").close()
    send(b"re " + receive())
else:
    if zmq.zmq_connect(socket, sys.argv[3].encode()):
        sys.exit("connect failed")
    send(sys.argv[4].encode())
    receive()
zmq.zmq_close(socket)
zmq.zmq_ctx_term(context)
