#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A handler of condure's: answers one HTTP request over a REP socket, by ZHTTP (a T, and a tnetstring).

zhttp.py ENDPOINT READY: binds, makes the file READY, prints "got " and the request's body, answers "re " and that."""
import sys

import zmq

PATIENCE_MS = 60000


def packed(value):
    if isinstance(value, dict):
        body, kind = b"".join(packed(one) for item in value.items() for one in item), b"}"
    elif isinstance(value, int):
        body, kind = b"%d" % value, b"#"
    else:
        body, kind = value, b","
    return b"%d:%s%s" % (len(body), body, kind)


def unpacked(data):
    """The first value of data, and what is behind it. Lists and dictionaries are lists of their members."""
    length, _, rest = data.partition(b":")
    body, kind, rest = rest[: int(length)], rest[int(length) : int(length) + 1], rest[int(length) + 1 :]
    if kind in b"}]":
        members = []
        while body:
            member, body = unpacked(body)
            members.append(member)
        body = members
    return body, rest


def main(endpoint, ready):
    context = zmq.Context()
    socket = context.socket(zmq.REP)
    socket.rcvtimeo = socket.sndtimeo = socket.linger = PATIENCE_MS
    socket.bind(endpoint)
    open(ready, "w").close()
    members, _ = unpacked(socket.recv()[1:])
    request = dict(zip(members[::2], members[1::2]))
    print("got", request[b"body"].decode(), flush=True)
    answer = {b"id": request[b"id"], b"code": 200, b"reason": b"OK", b"body": b"re " + request[b"body"]}
    socket.send(b"T" + packed(answer))
    socket.close()
    context.term()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
