# SPDX-License-Identifier: MIT
"""What is watched to get tokens: both ends of a handshake by python3-gssapi. make.py runs it under gsstap in a realm.

programs.py both MECH [FLAG...]      a whole handshake by krb5, iakerb, ntlm or spnego, then a message each way
programs.py spnego MECH,MECH MECH    SPNEGO: what the initiator offers, what the acceptor has
programs.py init FILE                the first token into FILE
programs.py accept FILE              the acceptor gets it; that it refuses is expected
programs.py serve PORT MECH          an acceptor for gss-client, up to the end of the handshake
programs.py cred                     a ticket that is handed on, by libkrb5: KRB-CRED
programs.py told                     exported names and contexts, one a line: what it is, its bytes
FLAG: a name of gssapi.RequirementFlag; `bindings`: with channel bindings; `clear`: messages are not encrypted.
"""
import ctypes
import socket
import struct
import sys

import gssapi
import gssapi.raw

MECHS = {
    "krb5": gssapi.OID.from_int_seq("1.2.840.113554.1.2.2"),
    "iakerb": gssapi.OID.from_int_seq("1.3.6.1.5.2.5"),
    "ntlm": gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10"),
    "spnego": gssapi.OID.from_int_seq("1.3.6.1.5.5.2"),
}
SERVICE = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)


def credential(mech, usage):
    name = None
    if mech == "ntlm" and usage == "initiate":
        name = gssapi.Name("REALM\\carol", gssapi.NameType.user)
    return gssapi.Credentials(name=name, usage=usage, mechs=[MECHS[mech]])


def credentials(mechs, usage):
    """For SPNEGO, which may use these mechanisms."""
    creds = gssapi.Credentials(usage=usage)
    gssapi.raw.set_neg_mechs(creds, [MECHS[m] for m in mechs])
    return creds


def shake_hands(one, other):
    try:
        token = one.step()
        while token:
            token = other.step(token)
            token = one.step(token) if token else None
    except gssapi.exceptions.GSSError as e:
        print("failed:", e)
        return False
    return True


def talk(one, other, encrypt):
    for a, b in ((one, other), (other, one)):
        b.unwrap(a.wrap(b"hello, this is a message of 40 bytes.....", encrypt).message)
        b.verify_signature(b"signed", a.get_signature(b"signed"))


def both(mech, *words):
    flags = gssapi.RequirementFlag.mutual_authentication | gssapi.RequirementFlag.confidentiality
    flags |= gssapi.RequirementFlag.integrity | gssapi.RequirementFlag.out_of_sequence_detection
    bindings = None
    for word in words:
        if word == "bindings":
            bindings = gssapi.raw.ChannelBindings(application_data=b"tls-exporter:" + bytes(range(32)))
        elif word != "clear":
            flags |= getattr(gssapi.RequirementFlag, word)
    one = gssapi.SecurityContext(name=SERVICE, usage="initiate", mech=MECHS[mech], flags=flags,
                                 creds=credential(mech, "initiate"), channel_bindings=bindings)
    other = gssapi.SecurityContext(usage="accept", creds=credential(mech, "accept"), channel_bindings=bindings)
    if shake_hands(one, other):
        talk(one, other, "clear" not in words)
    return one, other


def spnego(offered, had):
    flags = gssapi.RequirementFlag.mutual_authentication | gssapi.RequirementFlag.integrity
    one = gssapi.SecurityContext(name=SERVICE, usage="initiate", mech=MECHS["spnego"], flags=flags,
                                 creds=credentials(offered.split(","), "initiate"))
    shake_hands(one, gssapi.SecurityContext(usage="accept", creds=credentials(had.split(","), "accept")))


def init(path):
    one = gssapi.SecurityContext(name=SERVICE, usage="initiate", mech=MECHS["krb5"],
                                 flags=gssapi.RequirementFlag.mutual_authentication)
    open(path, "wb").write(one.step())


def accept(path):
    try:
        gssapi.SecurityContext(usage="accept").step(open(path, "rb").read())
    except gssapi.exceptions.GSSError as e:
        print("refused:", e)


def serve(port, mech):
    """gss-client's tokens: flags in a byte, a length in four."""
    server = socket.create_server(("127.0.0.1", int(port)))
    print("port", server.getsockname()[1], flush=True)
    talk_to = server.accept()[0].makefile("rwb")
    acceptor = gssapi.SecurityContext(usage="accept", creds=credential(mech, "accept"))
    talk_to.read(5)
    while not acceptor.complete:
        flags, length = struct.unpack(">BI", talk_to.read(5))
        token = acceptor.step(talk_to.read(length))
        if token:
            talk_to.write(struct.pack(">BI", flags, len(token)) + token)
            talk_to.flush()


def cred():
    krb5 = ctypes.CDLL("libkrb5.so.3")

    def call(name, *args):
        error = getattr(krb5, name)(*args)
        if error:
            sys.exit("%s: %d" % (name, error))

    context, auth, ccache, client, server = (ctypes.c_void_p() for _ in range(5))

    class Data(ctypes.Structure):
        _fields_ = [("magic", ctypes.c_int), ("length", ctypes.c_uint), ("data", ctypes.c_void_p)]

    data = Data()
    call("krb5_init_context", ctypes.byref(context))
    call("krb5_auth_con_init", context, ctypes.byref(auth))
    call("krb5_cc_default", context, ctypes.byref(ccache))
    call("krb5_cc_get_principal", context, ccache, ctypes.byref(client))
    call("krb5_parse_name", context, b"host/localhost", ctypes.byref(server))
    call("krb5_fwd_tgt_creds", context, auth, b"localhost", client, server, ccache, 1, ctypes.byref(data))
    print("cred", ctypes.string_at(data.data, data.length).hex())


def told():
    one, other = both("krb5")
    print("name", one.initiator_name.canonicalize(MECHS["krb5"]).export().hex())
    print("composite", one.initiator_name.canonicalize(MECHS["krb5"]).export(composite=True).hex())
    print("context", other.export().hex())


globals()[sys.argv[1]](*sys.argv[2:])
