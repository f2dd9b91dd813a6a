#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A handler of Mongrel2's: answers one HTTP request, which comes by PUSH, by publishing the answer.

mongrel2.py REQUESTS ANSWERS READY: connects to both, makes the file READY once Mongrel2 has subscribed to the answers,
prints "got " and the request's body, answers "re " and that."""
import sys

import zmq

PATIENCE_MS = 60000


def main(requests, answers, ready):
    context = zmq.Context()
    pull, publish = context.socket(zmq.PULL), context.socket(zmq.XPUB)
    for socket, endpoint in (pull, requests), (publish, answers):
        socket.rcvtimeo = socket.sndtimeo = socket.linger = PATIENCE_MS
        socket.connect(endpoint)
    publish.recv()  # a subscription
    open(ready, "w").close()
    server, connection, _, rest = pull.recv().split(b" ", 3)
    length, rest = rest.split(b":", 1)  # the headers, a comma, the body's length
    body = rest[int(length) + 1 :].split(b":", 1)[1][:-1]
    print("got", body.decode(), flush=True)
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\nre %s" % (len(b"re " + body), body)
    publish.send(b"%s %d:%s, %s" % (server, len(connection), connection, answer))
    context.destroy(PATIENCE_MS)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
