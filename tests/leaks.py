#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""leaks.py SECRETS REALM FILE...: searches files for secrets. SECRETS has lines "NAME HEX", as tests/hosts/secrets.c
prints them. Prints each find as "NAME ENCODING FILE OFFSET STRETCH"; exits 1 when there is any, 2 when a secret is too short.

A secret counts as leaked when any 12 bytes in a row of it (all of it, when it is shorter) are found: raw, hexadecimal,
base64 at each alignment, or Z85. Stretches that hold no secret are left out: those that have more than 4 bytes of a
principal's name, of a mechanism's OID or of a path in the realm, and those with few different bytes, as padding has."""
import base64
import re
import sys

STRETCH = 12
Z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
PUBLIC = rb"(?:host/)?(?:localhost|alice|bob)?(?:@?%s)|localhost|krbtgt/|X-CACHECONF:|krb5_ccache_conf_data|(?:FILE:)?/[\w/.-]*gsstap-realm-[\w/.-]*|\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"


def z85(data):
    text = ""
    for at in range(0, len(data) - 3, 4):
        value = int.from_bytes(data[at:at + 4], "big")
        text += "".join(Z85[value // 85 ** i % 85] for i in range(4, -1, -1))
    return text.encode()


def encodings(part):
    yield "raw", part
    yield "hex", part.hex().encode()
    yield "HEX", part.hex().upper().encode()
    for shift in range(3):  # the first and last characters depend on the neighbours
        text = base64.b64encode(b"\0" * shift + part)
        inner = text[4 if shift else 0:len(text) - 4]
        yield "base64", inner
        yield "base64url", inner.replace(b"+", b"-").replace(b"/", b"_")
    for shift in range(4):
        text = z85(part[shift:])
        if len(text) >= 10:
            yield "z85", text


def stretches(secret, realm):
    if len(secret) <= STRETCH:
        yield secret
        return
    public = bytearray(len(secret))
    for match in re.finditer(PUBLIC % re.escape(realm), secret):
        public[match.start():match.end()] = b"\1" * len(match[0])
    for at in range(len(secret) - STRETCH + 1):
        part = secret[at:at + STRETCH]
        if len(set(part)) >= 8 and sum(public[at:at + STRETCH]) <= 4:
            yield part


def main(secrets, realm, *files):
    found = 0
    contents = {path: open(path, "rb").read() for path in files}
    for line in open(secrets):
        name, _, digits = line.partition(" ")
        secret = bytes.fromhex(digits)
        if len(secret) < 8:
            sys.exit("leaks.py: %s is too short to search for" % name)
        for part in stretches(secret, realm.encode()):
            for encoding, text in encodings(part):
                for path, content in contents.items():
                    at = content.find(text)
                    if at >= 0:
                        print(name, encoding, path, at, part)
                        found += 1
            if found > 20:
                return 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
