#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The cases of pyzmq's own test_auth, with zmq.auth instead of pyzmq's authenticator.

auth_pyzmq.py USERS CERTIFICATES: the file and the directory of the rules, which are one a domain: deny, allow, plain,
any, certs; and one for all others. What a case configures picks the rule, by the domain that its next sockets get.
test_curve_callback is left out: rules call no code.
"""
import os
import sys
import unittest

import zmq
import zmq.auth
from zmq.tests import test_auth

users, certificates = sys.argv[1:]


class Injected:
    """What the cases call of an authenticator."""

    domain = None

    def __init__(self):
        self.certified = None

    def start(self):
        Injected.domain = None

    stop = start

    def allow(self, address):
        assert address == "127.0.0.1"
        Injected.domain = b"allow"

    def deny(self, address):
        assert address == "127.0.0.1"
        Injected.domain = b"deny"

    def configure_plain(self, domain, passwords):
        with open(users, "w") as file:
            for user in passwords.items():
                file.write("%s:{plain}%s\n" % user)
        Injected.domain = b"plain"

    def configure_curve(self, domain, location):
        Injected.domain = b"any"
        if location != zmq.auth.CURVE_ALLOW_ANY:
            Injected.domain = b"certs"
            self.certified = zmq.auth.load_certificate(os.path.join(location, "client.key"))[0].decode()
            self.certify(self.certified)

    def certify(self, user):
        with open(os.path.join(certificates, "client.key"), "w") as file:
            file.write('metadata\n    id = "%s"\ncurve\n    public-key = "%s"\n' % (user, self.certified))

    curve_user_id = property(None, lambda self, user: self.certify(user(self.certified)))


def with_domain(real):
    def call(self, *arguments):
        if Injected.domain:
            self.zap_domain = Injected.domain
        return real(self, *arguments)

    return call


zmq.Socket.bind_to_random_port = with_domain(zmq.Socket.bind_to_random_port)
zmq.Socket.connect = with_domain(zmq.Socket.connect)


class Thread(test_auth.TestThreadAuthentication):
    test_curve_callback = None

    def make_auth(self):
        return Injected()


class Loop(test_auth.TestIOLoopAuthentication):
    def make_auth(self):
        return Injected()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2, defaultTest=["Thread", "Loop"])
