# SPDX-License-Identifier: MIT
"""Security contexts by python3-gssapi, both ends in one process unless said otherwise; prints what the program sees.

contexts.py init SERVICE [deleg]        one gss_init_sec_context: the length of its token, or the error
contexts.py both SERVICE [deleg] [use]  a whole handshake; with `use` the acceptor's credential is for both usages
contexts.py drop SERVICE                an initiator that throws its context away after the first token
contexts.py again SERVICE               the finished initiator's context is given one more token, three times
contexts.py bindings SERVICE            each end has channel bindings of its own
contexts.py acquire SERVICE             an acceptor's credential alone
contexts.py export SERVICE FILE         the acceptor's finished context goes to FILE
contexts.py import FILE                 and comes from there: who the other end is
contexts.py caches SERVICE CACHE...     an initiator's context out of each ticket cache, by a credential store
contexts.py environ SERVICE CACHE...    the same by KRB5CCNAME
contexts.py iakerb SERVICE              an acceptor of IAKERB is given Kerberos' AP-REQ in IAKERB's frame: MIT calls that complete, and has
                                        nothing of the context
contexts.py early SERVICE END           what calls give that protect messages or tell the key, at an end that is not complete and has a session
                                        key: the initiator of NTLM (SPNEGO's last MIC is still to come), or the acceptor of
                                        Kerberos (the initiator guessed another mechanism, so there will be a MIC)
"""
import os
import sys

import gssapi
import gssapi.raw


# GSS_C_INQ_SSPI_SESSION_KEY
SESSION_KEY = gssapi.OID.from_int_seq("1.2.840.113554.1.2.2.5.5")


def name_of(service):
    return gssapi.Name(service, gssapi.NameType.hostbased_service)


def initiator(service, words=(), **more):
    flags = gssapi.RequirementFlag.mutual_authentication
    if "deleg" in words:
        flags |= gssapi.RequirementFlag.delegate_to_peer
    return gssapi.SecurityContext(name=name_of(service), usage="initiate", flags=flags, **more)


def acceptor(words=(), **more):
    creds = gssapi.Credentials(usage="both" if "use" in words else "accept", mechs=[gssapi.MechType.kerberos])
    return gssapi.SecurityContext(creds=creds, usage="accept", **more)


def handshake(one, other):
    token = one.step()
    while token:
        token = other.step(token)
        token = one.step(token) if token else None


def ends(context):
    return "%s to %s, flags %d" % (context.initiator_name, context.target_name, int(context.actual_flags))


def init(service, *words):
    print("token of", len(initiator(service, words).step()), "bytes")


def both(service, *words):
    one, other = initiator(service, words), acceptor(words)
    handshake(one, other)
    print("initiator:", ends(one))
    delegated = gssapi.RequirementFlag.delegate_to_peer in other.actual_flags
    print("acceptor: %s, %s" % (ends(other), "delegated" if delegated else "not delegated"))


def drop(service):
    initiator(service).step()


def again(service):
    one, other = initiator(service), acceptor()
    handshake(one, other)
    for _ in range(3):
        try:
            gssapi.raw.init_sec_context(name_of(service), context=one, input_token=b"more")
        except gssapi.exceptions.GSSError as error:
            print("again:", error.maj_code)


def bindings(service):
    def bound(text):
        return gssapi.raw.ChannelBindings(application_data=text)

    one, other = initiator(service, channel_bindings=bound(b"here")), acceptor(channel_bindings=bound(b"there"))
    other.step(one.step())


def acquire(service):
    gssapi.Credentials(name=name_of(service), usage="accept", mechs=[gssapi.MechType.kerberos])


def export(service, path):
    one, other = initiator(service), acceptor()
    handshake(one, other)
    with open(path, "wb") as out:
        out.write(other.export())


def import_(path):
    with open(path, "rb") as token:
        print(gssapi.SecurityContext(token=token.read()).initiator_name)


def caches(service, *names):
    for name in names:
        initiator(service, creds=gssapi.Credentials(usage="initiate", store={"ccache": name})).step()


def environ(service, *names):
    for name in names:
        os.environ["KRB5CCNAME"] = name
        initiator(service).step()


def try_early(context):
    data = gssapi.raw.IOV(gssapi.raw.IOVBufferType.header, b"early", auto_alloc=True)
    calls = {"wrap": lambda: gssapi.raw.wrap(context, b"early"),
             "unwrap": lambda: gssapi.raw.unwrap(context, b"early"),
             "get_mic": lambda: gssapi.raw.get_mic(context, b"early"),
             "verify_mic": lambda: gssapi.raw.verify_mic(context, b"early", b"mic"),
             "wrap_aead": lambda: gssapi.raw.wrap_aead(context, b"early", b"associated"),
             "unwrap_aead": lambda: gssapi.raw.unwrap_aead(context, b"early", b"associated"),
             "wrap_iov": lambda: gssapi.raw.wrap_iov(context, data),
             "unwrap_iov": lambda: gssapi.raw.unwrap_iov(context, data),
             "session_key": lambda: gssapi.raw.inquire_sec_context_by_oid(context, SESSION_KEY)}
    for name, call in calls.items():
        try:
            call()
            print(name, "made")
        except gssapi.exceptions.GSSError as error:
            print(name, "%08x" % error.maj_code, str(error).replace("\n", " "))


def iakerb(service):
    kerberos, other = bytes.fromhex("06092a864886f712010202"), bytes.fromhex("06062b0601050205")
    token = initiator(service).step()
    inner = other + token[token.index(kerberos) + len(kerberos):]
    token = b"\x60\x82" + len(inner).to_bytes(2, "big") + inner
    cred = gssapi.raw.acquire_cred(None, usage="accept", mechs=[gssapi.OID.from_int_seq("1.3.6.1.5.2.5")]).creds
    result = gssapi.raw.accept_sec_context(token, cred)
    print("more steps" if result.more_steps else "complete")
    print(gssapi.raw.inquire_context(result.context).mech)


def early(service, where):
    spnego, ntlm = (gssapi.OID.from_int_seq(text) for text in ("1.3.6.1.5.5.2", "1.3.6.1.4.1.311.2.2.10"))
    kerberos = gssapi.MechType.kerberos
    offered, taken = ([ntlm], [ntlm]) if where == "initiator" else ([ntlm, kerberos], [kerberos])
    user = gssapi.Name("REALM\\carol", gssapi.NameType.user) if where == "initiator" else None
    creds = [gssapi.Credentials(name=name, usage=usage, mechs=[spnego])
             for name, usage in ((user, "initiate"), (None, "accept"))]
    for cred, mechs in zip(creds, (offered, taken)):
        gssapi.raw.set_neg_mechs(cred, mechs)
    one = gssapi.SecurityContext(name=name_of(service), usage="initiate", creds=creds[0], mech=spnego)
    other = gssapi.SecurityContext(usage="accept", creds=creds[1])
    token = None
    for end in (one, other, one) if where == "initiator" else (one, other, one, other):
        token = end.step(token)
    try_early(end)


if __name__ == "__main__":
    try:
        globals()[sys.argv[1] if sys.argv[1] != "import" else "import_"](*sys.argv[2:])
    except gssapi.exceptions.GSSError as error:
        sys.exit("failed: %s" % error)
