#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A question and an answer over python3-zmq, whose extension loads libzmq with RTLD_LOCAL (facts I1)."""
import zmq

context = zmq.Context()
rep, req = context.socket(zmq.REP), context.socket(zmq.REQ)
rep.linger = req.linger = 0
port = rep.bind_to_random_port("tcp://127.0.0.1")
req.connect("tcp://127.0.0.1:%d" % port)
req.send(b"question")
print(rep.recv().decode(), rep.type, req.getsockopt(zmq.LINGER))
rep.send(b"answer")
print(req.recv().decode())
try:
    req.connect("nonsense://")
except zmq.ZMQError as error:
    print(error.errno, error)
req.close()
rep.close()
context.term()
print("done")
