# SPDX-License-Identifier: MIT
"""Makes the samples that no program here makes, from the structures of the specification that is named at each:
tests/token_samples/build.py. Their names begin with built_.
"""
import os
import struct
import uuid

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


def utf16(text):
    return text.encode("utf-16-le")


def guid(text):
    return uuid.UUID(text).bytes_le


def negoex_message(kind, sequence_number, fixed, payload=b""):
    """MS-NEGOEX, section 2.2.6: signature, type, sequence, length of the head, of the message, conversation."""
    head = 40 + len(fixed)
    return (b"NEGOEXTS" + struct.pack("<IIII", kind, sequence_number, head, head + len(payload)) +
            guid("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0") + fixed + payload)


SCHEMES = ["11111111-2222-3333-4444-555555555555", "01234567-89ab-cdef-0123-456789abcdef"]


def negoex():
    """Sections 2.2.6.1 to 2.2.6.6."""
    random = bytes(range(32))
    schemes = b"".join(map(guid, SCHEMES))
    nego = negoex_message(0, 0, random + struct.pack("<QIHHIHH", 0, 96, 2, 0, 0, 0, 0), schemes)
    meta = negoex_message(2, 1, guid(SCHEMES[0]) + struct.pack("<II", 64, 8), b"metadata")
    request = negoex_message(5, 4, guid(SCHEMES[1]) + struct.pack("<II", 64, 7), b"request")
    verify = negoex_message(6, 5, guid(SCHEMES[1]) + struct.pack("<IIIII", 20, 1, 16, 76, 12), bytes(12))
    alert = negoex_message(7, 6, guid(SCHEMES[1]) + struct.pack("<IIHH", 0xc000006d, 0, 0, 0))
    keep("negoex/nego", nego + meta)
    keep("negoex/request", request + verify)
    keep("negoex/alert", alert)
    return nego + meta


def negotiation_by_windows(negoex_token):
    """MS-SPNG, section 2.2.1: NegTokenInit2 with hints, and one that offers NegoEx, Kerberos by both OIDs and NTLM."""
    oids = [der(6, bytes.fromhex(o)) for o in ("2b06010401823702021e", "2a864882f712010202", "2a864886f712010202",
                                               "2b06010401823702020a")]
    hints = sequence(context(0, general("not_defined_in_RFC4178@please_ignore")))
    spnego = bytes.fromhex("2b0601050502")
    keep("gss/spnego_init2", framed(spnego, context(0, sequence(context(0, sequence(*oids)), context(3, hints)))))
    keep("gss/spnego_negoex", framed(spnego, context(0, sequence(
        context(0, sequence(*oids)), context(1, der(3, b"\1\x46")), context(2, octets(negoex_token))))))
    error = framed(KRB5, b"\3\0" + der(0x7e, sequence(
        context(0, integer(5)), context(1, integer(30)), context(4, der(0x18, b"20260102030405Z")),
        context(5, integer(7)), context(6, integer(41)), context(9, general("EXAMPLE.ORG")),
        context(10, principal(2, "HTTP", "web.example.org")))))
    keep("spnego/reject_with_error", context(1, sequence(context(0, der(10, b"\2")), context(2, octets(error)))))


def av(number, value):
    return struct.pack("<HH", number, len(value)) + value


def ntlm():
    """MS-NLMP, section 2.2.1.2, as a member of a domain of Windows' answers; and one whose offsets lie."""
    target = utf16("EXAMPLE")
    info = (av(2, target) + av(1, utf16("WEB")) + av(4, utf16("example.org")) + av(3, utf16("web.example.org")) +
            av(5, utf16("example.org")) + av(6, struct.pack("<I", 2)) + av(7, struct.pack("<Q", 133485408000000000)) +
            av(8, bytes(48)) + av(9, utf16("HTTP/web.example.org")) + av(10, bytes(16)) + av(77, b"later") + av(0, b""))

    def challenge(target_at, info_at, info_length):
        return (b"NTLMSSP\0" + struct.pack("<IHHII", 2, len(target), len(target), target_at, 0xe2898215) +
                bytes.fromhex("0123456789abcdef") + bytes(8) + struct.pack("<HHI", info_length, info_length, info_at) +
                bytes([10, 0, 0x63, 0x45, 0, 0, 0, 15]) + target + info)

    keep("ntlm/windows_challenge", challenge(56, 56 + len(target), len(info)))
    keep("ntlm/lying_challenge", challenge(56, 0xfffffff0, 0xffff))


def ssh_oids():
    """RFC 4462, sections 3.2 and 3.3; what paramiko's ssh_gss_oids gives for a client and for a server."""
    oid = der(6, KRB5)
    keep("oids/ssh_offer", struct.pack(">II", 1, len(oid)) + oid)
    keep("oids/ssh_two", struct.pack(">II", 2, len(oid)) + oid + struct.pack(">I", 8) + bytes.fromhex("06062b0601050502"))
    keep("oids/ssh_choice", struct.pack(">I", len(oid)) + oid)
    keep("oids/one", oid)
    keep("oids/several", oid + bytes.fromhex("06062b0601050502"))


def bindings():
    """RFC 5929, RFC 9266."""
    for kind, data in (("tls-unique", bytes(range(12))), ("tls-server-end-point", bytes(range(32))),
                       ("tls-exporter", bytes(range(32)))):
        keep("bindings/" + kind.replace("-", "_"), kind.encode() + b":" + data)


def to_a_kdc():
    """RFC 4120, section 7.2.2, and MS-KKDCP, section 2.2.2, around the AS-REQ of gss-client's that IAKERB carries; and an
    answer of a KDC that wants proof first (section 7.5.1), and one of Windows' (MS-KILE, section 2.2.2).
    """
    iakerb = open(os.path.join(DATA, "gss", "iakerb_as_req.bin"), "rb").read()
    request = iakerb[iakerb.index(b"\x6a\x81"):]
    framed_request = struct.pack(">I", len(request)) + request
    keep("kdc_wire/tcp", framed_request)
    keep("kdc_wire/proxy", sequence(context(0, octets(framed_request)), context(1, general("EXAMPLE.ORG"))))

    def error(code, data):
        return der(0x7e, sequence(
            context(0, integer(5)), context(1, integer(30)), context(4, der(0x18, b"20260102030405Z")),
            context(5, integer(7)), context(6, integer(code)), context(9, general("EXAMPLE.ORG")),
            context(10, principal(2, "krbtgt", "EXAMPLE.ORG")), context(12, octets(data))))

    wanted = sequence(*(sequence(context(1, der(2, number)), context(2, octets(b""))) for number in
                        (b"\x02", b"\x13", b"\x00\x97")))
    keep("krb5/error_preauth_required", error(25, wanted))
    keep("krb5/error_of_windows", error(18, sequence(context(1, integer(3)), context(2, octets(
        struct.pack("<III", 0xc0000072, 0, 1))))))


def ssh_keyex():
    """RFC 4462, section 4."""
    string = lambda text: struct.pack(">I", len(text)) + text
    keep("ssh_signed/keyex", string(bytes(range(64))) + b"\x32" + string(b"alice") + string(b"ssh-connection") +
         string(b"gssapi-keyex"))


def zmtp_commands():
    """RFC 23: ERROR; and a command that nobody knows behind it. RFC 37: PONG alone, which begins as a delete token does."""
    keep("zmtp/error", b"\4\x16\5ERROR\17Not authorized.\4\7\5HALLO.")
    keep("zmtp/pong", b"\4\5\4PONG")


user_to_user()
delete()
negotiation_by_windows(negoex())
ntlm()
ssh_oids()
bindings()
ssh_keyex()
to_a_kdc()
zmtp_commands()
