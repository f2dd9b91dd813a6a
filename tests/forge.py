# SPDX-License-Identifier: MIT
"""Makes a trace by hand, for what no real program does on demand: forge.py FILE CODE.

CODE is Python with process(), call(NAME), handshake(), inject() and event(NAME), whose keywords are the names of fields
as in events.def (outcome_text is the text of that name; a token is its length and hash, or its bytes, of one a call), and
pid, tid, time (ms). Each event is a second after the one before. The file is as mergecap would leave it: packets, no extents.
"""
import hashlib
import os
import re
import struct
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
rows = open(TOP + "/trace/events.def").read()
EVENTS = {name: int(number) for number, name in re.findall(r"^EVENT\((\d+), (\w+)\)", rows, re.M)}
FIELDS = {symbol.lower(): (int(number), kind) for number, symbol, kind in
          re.findall(r"^FIELD\((\d+), (\w+), \w+, (\w+)\)", rows, re.M)}
CALLS = {name: int(number) for number, name in re.findall(r"^CALL\((\d+), [^)]*?\b(\w+)\)", open(TOP + "/trace/calls.def").read(), re.M)}
TIME = 1_000
now, packets = TIME, []


def hash_of(token):
    return hashlib.md5(token).digest()  # any of 16 bytes


def field(name, value):
    number, kind = FIELDS[name]
    if kind == "TEXTS":
        data = b"".join(each.encode() + b"\0" for each in value)
    elif kind == "TOKEN":
        kept = len(value) if isinstance(value, bytes) else 0
        data = struct.pack("<Q16sII", *((kept, hash_of(value)) if kept else value), 0, kept)
    elif kind in ("TEXT", "HASH", "HEX", "OID"):
        data = value.encode("latin-1") if isinstance(value, str) else value
    else:
        data = struct.pack("<Q" if kind in ("HANDLE", "UINT") else "<i" if -1 << 31 <= value < 1 << 31 else "<q", value)
    return struct.pack("<HH", number, len(data)) + data + b"\0" * (-len(data) % 4)


def event(name, /, *, pid=4711, tid=None, time=None, call=0, **fields):
    global now
    now = max(now + 1000, time or 0) if time is None else time
    whole = [each for each in ("in_token", "out_token") if isinstance(fields.get(each), bytes)]
    flags = ["in_token", "out_token"].index(whole[0]) + 1 if whole else 0
    body = struct.pack("<BBHHHIIQQQ", 1, 0, EVENTS[name], call, flags, pid, tid or pid, len(packets), 0, 0)
    body += b"".join(field(*each) for each in fields.items())
    data = struct.pack(">HH", 0x4753, len(body)) + body + struct.pack(">HH", 0, 0)
    data += b"".join(fields[each] for each in whole)
    length = len(data)
    data += b"\0" * (-length % 4)
    stamp = (1_767_323_045_000 + now) * 1_000_000
    block = struct.pack("<IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, length, length) + data
    packets.append((now, len(packets), struct.pack("<II", 6, len(block) + 12) + block + struct.pack("<I", len(block) + 12)))


def process(**fields): event("process", **fields)
def handshake(**fields): event("handshake", **fields)
def inject(**fields): event("inject", **fields)
def call(name, /, **fields): event("call", call=CALLS[name], **fields)


exec(sys.argv[2])
with open(sys.argv[1], "wb") as out:
    out.write(struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28))
    out.write(struct.pack("<IIHHIHHBxxxHHI", 1, 32, 252, 0, 0, 9, 1, 9, 0, 0, 32))
    out.write(b"".join(packet for _, _, packet in sorted(packets)))
