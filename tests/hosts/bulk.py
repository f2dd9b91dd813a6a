#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Messages of every size that may matter to frames, buffers and batches, through small buffers and a slow reader.

bulk.py send ENDPOINT END        a PUSH that connects; where END is own or stock it asks libzmq for GSSAPI itself
bulk.py recv ENDPOINT END        a PULL that binds; prints how many messages came, and a hash of all
bulk.py expect                   prints what recv has to print
"""
import hashlib
import random
import sys

import zmq


def messages():
    seeded = random.Random(1)
    sizes = [*range(0, 600), *(size + off for size in (1024, 4096, 8192, 16384, 65536) for off in range(-80, 20, 7)),
             200000, 1 << 20, (1 << 20) + 1, 3 << 20]
    for size in sizes:
        yield [seeded.randbytes(size)]
    for _ in range(20):
        yield [seeded.randbytes(seeded.choice((0, 1, 7, 255, 256, 3000, 20000))) for _ in range(seeded.randrange(1, 40))]
    yield [b""] * 200
    yield [seeded.randbytes(1500000), b"", seeded.randbytes(1500000)]


def digest(all_of_them):
    count, total = 0, hashlib.sha256()
    for parts in all_of_them:
        count += 1
        for part in parts:
            total.update(b"%d:" % len(part))
            total.update(part)
        total.update(b"/%d" % len(parts))
    return "%d messages, %s" % (count, total.hexdigest())


def socket(kind):
    s = zmq.Context.instance().socket(kind)
    s.sndbuf = 4096  # the kernel takes and gives little at a time; a receive buffer as small makes TCP crawl, by its timer
    s.sndhwm = s.rcvhwm = 10
    return s


def send(endpoint, asks):
    s = socket(zmq.PUSH)
    if asks:
        s.gssapi_service_principal = b"zmq@localhost"
    s.connect(endpoint)
    for parts in messages():
        s.send_multipart(parts)
    s.close()
    zmq.Context.instance().term()


def recv(endpoint, asks):
    s = socket(zmq.PULL)
    s.rcvtimeo = 300000
    if asks:
        s.gssapi_server = 1
    s.bind(endpoint)

    def came():
        for n, _ in enumerate(messages()):
            if n % 50 == 0:
                hashlib.pbkdf2_hmac("sha256", b"", b"", 50000)  # takes its time: both ends' buffers fill up
            yield s.recv_multipart()
    print(digest(came()))
    s.close()
    zmq.Context.instance().term()


if __name__ == "__main__":
    if sys.argv[1] == "expect":
        print(digest(messages()))
    else:
        {"send": send, "recv": recv}[sys.argv[1]](sys.argv[2], sys.argv[3] in ("own", "stock"))
