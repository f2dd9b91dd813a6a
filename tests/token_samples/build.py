# SPDX-License-Identifier: MIT
"""Makes the samples that no program here makes, from the structures of the specification that is named at each:
tests/token_samples/build.py. Their names begin with built_.
"""
import os
import struct

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "token")
KRB5 = bytes.fromhex("2a864886f712010202")
KRB5_U2U = KRB5 + b"\3"


def keep(name, token):
    folder, leaf = name.split("/")
    os.makedirs(os.path.join(DATA, folder), exist_ok=True)
    with open(os.path.join(DATA, folder, "built_%s.bin" % leaf), "wb") as file:
        file.write(token)


def der(first, *parts):
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([first, len(body)]) + body
    length = len(body).to_bytes(2, "big") if len(body) > 255 else bytes([len(body)])
    return bytes([first, 0x80 | len(length)]) + length + body


def context(number, *parts):
    return der(0xa0 + number, *parts)


def integer(number):
    return der(2, bytes([number]))


def sequence(*parts):
    return der(0x30, *parts)


def octets(value):
    return der(4, value)


def general(text):
    return der(0x1b, text.encode())


def framed(oid, token):
    return der(0x60, der(6, oid), token)


def principal(kind, *parts):
    return sequence(context(0, integer(kind)), context(1, sequence(*map(general, parts))))


def user_to_user():
    """draft-swift-win2k-krb-user2user-03, sections 3 and 4; the encrypted part is no real one."""
    ticket = der(0x61, sequence(context(0, integer(5)), context(1, general("EXAMPLE.ORG")),
                                context(2, principal(2, "krbtgt", "EXAMPLE.ORG")),
                                context(3, sequence(context(0, integer(18)), context(1, integer(2)),
                                                    context(2, octets(bytes(range(200))))))))
    keep("gss/tgt_req", framed(KRB5_U2U, b"\4\0" + sequence(
        context(0, integer(5)), context(1, integer(16)), context(2, principal(1, "bob")),
        context(3, general("EXAMPLE.ORG")))))
    keep("gss/tgt_rep", framed(KRB5_U2U, b"\4\1" + sequence(context(0, integer(5)), context(1, integer(17)),
                                                         context(2, ticket))))


def delete():
    """RFC 1964, section 1.2.3, with RC4 (RFC 4757): a MIC of nothing."""
    keep("gss/delete_1964", framed(KRB5, b"\1\2" + b"\x11\0" + b"\xff" * 4 + bytes(range(16))))


user_to_user()
delete()
