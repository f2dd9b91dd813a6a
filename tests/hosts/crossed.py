# SPDX-License-Identifier: MIT
"""crossed.py HOW SECURED OTHER: makes one of libzmq's descriptors another one of its own, and puts it back among those that
libzmq waits for, so that it goes on by it. HOW:

  listener   binds both; what listens at OTHER becomes what listens at SECURED, of which libzmq is done
  given      the same, where the program has given libzmq what listens at OTHER
  connected  is connected to both, and has had an answer; the connection to OTHER becomes that to SECURED, and the secret is
             said there

Makes the file "crossed" then. Prints what is heard at OTHER within 3 s, and "lives".
"""
import ctypes
import os
import re
import socket
import sys

import zmq

SECRET = b"the wire must not show this"


class Event(ctypes.Structure):
    if os.uname().machine == "x86_64":
        _pack_ = 1
    _fields_ = [("events", ctypes.c_uint32), ("data", ctypes.c_uint64)]


def descriptor(endpoint, state):
    """libzmq's socket of this state (as the kernel writes it) whose own port, or peer's, is that of the endpoint."""
    port = ":%04X" % int(endpoint.rpartition(":")[2])
    column = 1 if state == "0A" else 2
    with open("/proc/self/net/tcp") as table:
        rows = [row.split() for row in table]
    inodes = {"socket:[%s]" % row[9] for row in rows if row[3] == state and row[column].endswith(port)}
    return next(fd for fd in descriptors() if link(fd) in inodes)


def descriptors():
    return sorted(int(name) for name in os.listdir("/proc/self/fd"))


def link(fd):
    try:
        return os.readlink("/proc/self/fd/%d" % fd)
    except OSError:
        return ""


def waits(fd):
    """The set of descriptors that this one is in, and what libzmq has said of it there."""
    for poller in descriptors():
        if link(poller) == "anon_inode:[eventpoll]":
            with open("/proc/self/fdinfo/%d" % poller) as info:
                found = re.search(r"tfd: +%d events: +([0-9a-f]+) data: +([0-9a-f]+)" % fd, info.read())
            if found:
                return poller, Event(*(int(number, 16) for number in found.groups()))


def cross(source, target):
    poller, event = waits(target)
    os.dup2(source, target)
    if ctypes.CDLL(None).epoll_ctl(poller, 1, target, ctypes.byref(event)):
        sys.exit("it is not waited for")


def main(how, secured, other):
    context = zmq.Context()
    kind = zmq.DEALER if how == "connected" else zmq.PULL
    ends = [context.socket(kind), context.socket(kind)]
    if how == "given":
        listener = socket.create_server(("127.0.0.1", int(other.rpartition(":")[2])))
        ends[1].setsockopt(zmq.USE_FD, listener.fileno())
    for end, endpoint in zip(ends, (secured, other)):
        if kind == zmq.PULL:
            end.bind(endpoint)
        else:
            end.connect(endpoint)
            end.send(b"hello")
            assert end.recv() == b"re hello"
    state = "0A" if kind == zmq.PULL else "01"
    cross(descriptor(secured, state), descriptor(other, state))
    if kind == zmq.PULL:
        ends[0].unbind(secured)
    else:
        ends[1].send(SECRET)
    open("crossed", "w").close()
    if ends[1].poll(3000):
        print("heard", ends[1].recv().decode(), flush=True)
    print("lives", flush=True)
    os._exit(0)


main(*sys.argv[1:])
