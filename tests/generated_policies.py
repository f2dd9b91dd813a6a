#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Policies made at random about what the tests' programs do, without their mode; a seed repeats them.

generated_policies.py SEED COUNT    writes them as rules-NUMBER.yaml
"""
import random
import sys

NAMES = ["alice@*", "*@GSSTAP.TEST", "*", "host/*@*", "{alice,bob}@GSSTAP.TEST", "nobody@*", "host/localhost@GSSTAP.TEST", "zmq/*"]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        one = self.random.choice
        self.keys = {
            "peers": lambda: "{%s: ['%s', '%s']%s}" % (one(["allow", "deny"]), one(NAMES), one(NAMES), one(
                ["", "", ", allow-groups: [S-1-1-0]", ", deny-groups: [S-1-1-0]"])),
            "delegation": lambda: one(["allow", "strip", "refuse"]),
            "constrained-delegation": lambda: one(["allow", "strip", "refuse"]),
            "mechanisms": lambda: one(["[krb5]", "[ntlm]", "['*']"]),
            "require": lambda: one(["[mutual]", "[confidentiality, integrity]", "[replay]", "[sequence, mutual]"]),
            "enctypes": lambda: "{%s: [%s]}" % (one(["ticket", "session"]), one(["aes", "rc4", "aes256-cts"])),
            "channel-bindings": lambda: one(["allow", "require"]),
            "stores": lambda: "{allow: ['%s']}" % one(["FILE:*", "*", "KCM:*"]),
            "lifetime": lambda: one(["60", "8h", "52w"]),
            "unprotected": lambda: one(["allow", "encrypt", "refuse"]),
            "max-context-age": lambda: one(["1s", "60", "8h"]),
            "credentials": lambda: one(["[]", "[password]", "[store, s4u]", "[import]"])}
        self.keys |= {key: lambda: one(["allow", "refuse"]) for key in
                      ("export-context", "import-context", "lucid-export", "session-key")}
        self.asks = {
            "role": lambda: one(["initiator", "acceptor"]),
            "peer": lambda: "'%s'" % one(NAMES),
            "service": lambda: "'%s'" % one(NAMES),
            "program": lambda: "'%s'" % one(["*/delegate", "*/gss-*", "*python*", "*", "/x"]),
            "user": lambda: one(["root", "nobody"]),
            "mechanism": lambda: one(["krb5", "ntlm"])}

    def some(self, part):
        return self.random.random() < part

    def match(self):
        asks = ["role: " + self.asks["role"]()]
        asks += ["%s: %s" % (k, v()) for k, v in self.asks.items() if k != "role" and self.some(0.3)]
        says = ["%s: %s" % (k, v()) for k, v in self.keys.items() if self.some(0.3)] or ["delegation: refuse"]
        return "    - " + "\n      ".join(asks + says)

    def zmq(self):
        one = self.random.choice
        lines = ["zmq:", "  unsecured: " + one(["allow", "refuse"]), "  plaintext: " + one(["allow", "encrypt", "refuse"])]
        if self.some(0.5):
            lines.append("  unsecured-ok: ['%s']" % one(["ipc://*", "tcp://127.0.0.1:*", "*"]))
        if self.some(0.5):
            lines.append("  inject: [{bind: '%s'}, {connect: 'tcp://*', service: 'zmq@localhost'}]" % one(["tcp://*", "ipc://*"]))
        return lines

    def policy(self):
        lines = ["gss:", "  delegation: " + self.keys["delegation"]()]
        lines += ["  %s: %s" % (k, v()) for k, v in self.keys.items() if k != "delegation" and self.some(0.2)]
        if self.some(0.6):
            lines.append("  match:")
            lines += [self.match() for _ in range(self.random.randint(1, 3))]
        return "\n".join(lines + self.zmq()) + "\n"


if __name__ == "__main__":
    generator = Generator(int(sys.argv[1]))
    for number in range(int(sys.argv[2])):
        with open("rules-%d.yaml" % number, "w") as out:
            out.write(generator.policy())
