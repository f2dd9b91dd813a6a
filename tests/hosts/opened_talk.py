# SPDX-License-Identifier: MIT
"""opened_talk.py WORD...: both ends of a security context in one process, and messages of every kind both ways.

Words: bindings (channel bindings), spnego, fork (the acceptor's end goes on in a child), nomutual, iov.
"""
import os
import sys

import gssapi
from gssapi.raw import ChannelBindings

words = sys.argv[1:]
bindings = ChannelBindings(application_data=b"tls-unique:0123456789") if "bindings" in words else None
mech = gssapi.OID.from_int_seq("1.3.6.1.5.5.2" if "spnego" in words else "1.2.840.113554.1.2.2")
flags = gssapi.RequirementFlag.replay_detection
if "nomutual" not in words:
    flags |= gssapi.RequirementFlag.mutual_authentication
name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
initiator = gssapi.SecurityContext(name=name, mech=mech, flags=flags, usage="initiate", channel_bindings=bindings)
acceptor = gssapi.SecurityContext(usage="accept", channel_bindings=bindings)
token = None
while not initiator.complete or not acceptor.complete:
    token = initiator.step(token)
    if token is None:
        break
    token = acceptor.step(token)


def talk(one, other, what):
    for sealed in True, False:
        text = f"{what}, {'sealed' if sealed else 'in clear'}".encode()
        assert other.unwrap(one.wrap(text, sealed).message).message == text
    other.verify_signature(what.encode(), one.get_signature(what.encode()))
    assert other.unwrap(one.wrap(b"", True).message).message == b""


if "fork" in words:
    text = "from a process that the context was born in"
    message = initiator.wrap(text.encode(), True).message
    if os.fork() == 0:
        print(acceptor.unwrap(message).message.decode(), flush=True)
        os._exit(0)
    sys.exit(os.wait()[1])
talk(initiator, acceptor, "to the acceptor")
talk(acceptor, initiator, "to the initiator")
print("established")
