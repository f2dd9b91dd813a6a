# SPDX-License-Identifier: MIT
"""What a domain's KDC says of a logon (KERB_VALIDATION_INFO of MS-PAC), in hexadecimal digits, as tests/plugins/kdb_pac.c wants it.

logon_info.py DOMAIN USER GROUP... [extra SID...] [resource SID...]: GROUP is a relative id, of which the first is the
primary group; one with a ! behind it is there to be denied by alone.
"""
import struct
import sys

DENY_ONLY = 0x14
ENABLED = 7


def sid(text):
    parts = [int(part) for part in text.split("-")[2:]]
    return struct.pack("<IBB6s%dI" % (len(parts) - 1), len(parts) - 1, 1, len(parts) - 1, parts[0].to_bytes(6, "big"), *parts[1:])


def pairs(groups):
    return struct.pack("<I", len(groups)) + b"".join(
        struct.pack("<II", int(group.rstrip("!")), DENY_ONLY if group.endswith("!") else ENABLED) for group in groups)


def text(value):
    return struct.pack("<III", len(value), 0, len(value)) + value.encode("utf-16-le") + bytes(2 * len(value) % 4)


def words_after(words, key):
    """Those between this key and the next one."""
    if key not in words:
        return []
    rest = words[words.index(key) + 1:]
    return rest[:next((i for i, word in enumerate(rest) if word in ("extra", "resource")), len(rest))]


def logon(domain, user, groups, extra, resource):
    pointers = iter(range(0x20004, 0x30000, 4))
    head = lambda value: struct.pack("<HHI", 2 * len(value), 2 * len(value), next(pointers))
    names = ["alice", "Alice", "", "", "", ""]
    resources = [one.rsplit("-", 1)[1] for one in resource]
    body = bytes(48) + b"".join(map(head, names)) + struct.pack(
        "<HHIIIII16x", 1, 0, int(user), int(groups[0].rstrip("!")), len(groups), next(pointers), 0x20)
    body += head("DC") + head("DOMAIN") + struct.pack("<I8xI28x", next(pointers), 0x210)
    body += struct.pack("<II", len(extra), next(pointers) if extra else 0)
    body += struct.pack("<III", next(pointers) if resource else 0, len(resources), next(pointers) if resource else 0)
    body += b"".join(map(text, names)) + pairs(groups) + text("DC") + text("DOMAIN") + sid(domain)
    if extra:
        body += struct.pack("<I", len(extra)) + b"".join(struct.pack("<II", next(pointers), ENABLED) for _ in extra)
        body += b"".join(map(sid, extra))
    if resource:
        body += sid(resource[0].rsplit("-", 1)[0]) + pairs(resources)
    body = struct.pack("<I", 0x20000) + body
    body += bytes(-len(body) % 8)
    return struct.pack("<BBHIII", 1, 0x10, 8, 0xcccccccc, len(body), 0) + body


given = sys.argv[1:]
plain = given[:next((i for i, word in enumerate(given) if word in ("extra", "resource")), len(given))]
print(logon(plain[0], plain[1], plain[2:], words_after(given, "extra"), words_after(given, "resource")).hex())
