#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""bound_channels [initiate|accept]: a handshake whose initiator binds to $ONE and whose acceptor binds to $OTHER, of one
token; without a word both ends are in one process, else the initiator prints the token and the acceptor reads it."""
import os
import sys

import gssapi
import gssapi.raw


def bindings(variable):
    return gssapi.raw.ChannelBindings(application_data=os.environb[variable])


def initiate():
    name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
    return gssapi.SecurityContext(name=name, usage="initiate", flags=gssapi.RequirementFlag.integrity,
                                  channel_bindings=bindings(b"ONE")).step()


def accept(token):
    acceptor = gssapi.SecurityContext(usage="accept", channel_bindings=bindings(b"OTHER"))
    acceptor.step(token)
    if not acceptor.complete:  # what MIT answers is a KRB-ERROR
        sys.exit("refused")
    print("established", acceptor.initiator_name)


def main(end=None):
    if end == "initiate":
        print(initiate().hex())
    else:
        accept(initiate() if end is None else bytes.fromhex(sys.stdin.read()))


try:
    main(*sys.argv[1:])
except gssapi.exceptions.GSSError as error:
    print(error)
    sys.exit(1)
