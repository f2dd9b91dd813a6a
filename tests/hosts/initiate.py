# SPDX-License-Identifier: MIT
"""A handshake within one process: initiate.py SERVICE@HOST [NAME [KEY=VALUE...]]

The initiator asks for credentials of NAME (empty: of nobody in particular) with a credential store of these elements; the
acceptor takes whatever its keytab has. FLAGS in the environment names what is asked for besides, such as delegate_to_peer;
UNUSED whom a credential is acquired for that the acceptor does not use, KEYTAB what one that it uses is acquired from.
"""
import os
import sys

import gssapi

service, name, store = sys.argv[1], (sys.argv[2:] or [""])[0], dict(a.split("=", 1) for a in sys.argv[3:])
try:
    wanted = gssapi.Name(name, gssapi.NameType.kerberos_principal) if name else None
    creds = gssapi.Credentials(name=wanted, usage="initiate", store=store or None) if name or store else None
    flags = [gssapi.RequirementFlag.mutual_authentication]
    flags += [getattr(gssapi.RequirementFlag, flag) for flag in os.environ.get("FLAGS", "").split()]
    unused = os.environ.get("UNUSED")
    unused = unused and gssapi.Credentials(name=gssapi.Name(unused, gssapi.NameType.hostbased_service), usage="accept")
    initiator = gssapi.SecurityContext(name=gssapi.Name(service, gssapi.NameType.hostbased_service), creds=creds,
                                       flags=flags, usage="initiate", mech=gssapi.MechType.kerberos)
    keytab = os.environ.get("KEYTAB")
    own = gssapi.Credentials(usage="accept", store={"keytab": keytab}) if keytab else None
    acceptor = gssapi.SecurityContext(creds=own, usage="accept")
    token = None
    while not (initiator.complete and acceptor.complete):
        token = initiator.step(token)
        if token:
            token = acceptor.step(token)
except gssapi.exceptions.GSSError as error:
    sys.exit(error.gen_message())
print("established as", initiator.initiator_name)
