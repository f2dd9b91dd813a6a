# SPDX-License-Identifier: MIT
"""SPNEGO within one process: neg_mechs.py SERVICE@HOST OFFERED TAKEN

The initiator offers these mechanisms alone, the acceptor takes these alone: krb5, ntlm.
"""
import sys

import gssapi

MECHS = {"krb5": gssapi.MechType.kerberos, "ntlm": gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")}
SPNEGO = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")

service, words = gssapi.Name(sys.argv[1], gssapi.NameType.hostbased_service), sys.argv[2:4]
creds = [gssapi.Credentials(usage=usage, mechs=[SPNEGO]) for usage in ("initiate", "accept")]
for cred, word in zip(creds, words):
    gssapi.raw.set_neg_mechs(cred, [MECHS[word]])
initiator = gssapi.SecurityContext(name=service, usage="initiate", creds=creds[0], mech=SPNEGO)
acceptor = gssapi.SecurityContext(usage="accept", creds=creds[1])
token = None
try:
    while not (initiator.complete and acceptor.complete):
        token = initiator.step(token)
        if token:
            token = acceptor.step(token)
except gssapi.exceptions.GSSError as error:
    sys.exit(error.gen_message())
print("established as", initiator.initiator_name)
