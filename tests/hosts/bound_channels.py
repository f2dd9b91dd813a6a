#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""bound_channels ONE OTHER: a handshake in one process whose initiator binds to ONE and whose acceptor binds to OTHER."""
import sys

import gssapi
import gssapi.raw


def main(one, other):
    name = gssapi.Name("host@localhost", gssapi.NameType.hostbased_service)
    initiator = gssapi.SecurityContext(name=name, usage="initiate",
                                       channel_bindings=gssapi.raw.ChannelBindings(application_data=one.encode()))
    acceptor = gssapi.SecurityContext(usage="accept",
                                      channel_bindings=gssapi.raw.ChannelBindings(application_data=other.encode()))
    initiator.step(acceptor.step(initiator.step()))
    print("established", acceptor.initiator_name)


try:
    main(*sys.argv[1:])
except gssapi.exceptions.GSSError as error:
    print(error)
    sys.exit(1)
