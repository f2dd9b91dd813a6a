#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Does audit mode tell just what enforce refuses of all that was recorded below a folder?

audit_agrees.py GSSTAP FOLDER    prints how many traces were judged; exit status 1: it does not, which is told

By some policies made at random, in both modes: their seed is told, and GSSTAP_SEED=NUMBER repeats them. Of traces that
tests have cut or broken, what can be read is judged; of how many that is nothing is told.
"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from generated_policies import Generator

POLICIES = 2
AT_ONCE = 5000  # paths that fit into one command line


def traces_below(folder):
    found = [os.path.join(path, name) for path, _, names in os.walk(folder) for name in names if name.endswith(".pcapng")]
    return sorted(path for path in found if os.path.isfile(path) and not os.path.islink(path))


class Judge:
    def __init__(self, gsstap, folder, rules):
        self.gsstap, self.rules = gsstap, rules
        self.modes = [os.path.join(folder, mode) for mode in ("enforce", "audit")]
        for path in self.modes:
            with open(path, "w") as out:
                out.write("version: 1\nmode: %s\n%s" % (os.path.basename(path), rules))

    def run(self, *words):
        """What it prints, and what it complains of; of a damaged trace as well, so that status 1 says nothing."""
        done = subprocess.run([self.gsstap, "policy", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode not in (0, 1):
            sys.exit("gsstap policy %s: exit status %d: %s" % (words[0], done.returncode, done.stderr))
        return done.stdout, done.stderr

    def difference(self, traces):
        """What the modes differ in, or "", and how many traces nothing could be read of."""
        said, complaints = self.run("diff", *self.modes, *traces)
        agree = re.match(r"Of .* the policies differ in 0\.\n", said)
        return "" if agree else said or complaints, len(re.findall(r"is empty: |is not a gsstap trace", complaints))

    def compare(self, traces):
        """How many could not be read, and what of them was judged, and refused; or the end."""
        difference, unreadable = self.difference(traces)
        if difference:
            trace = next((one for one in traces if self.difference([one])[0]), "not in one trace alone")
            sys.exit("audit mode does not tell just what enforce refuses: %s\n%s%s" % (trace, difference, self.rules))
        found = json.loads(self.run("test", "--format", "json", self.modes[0], *traces)[0])
        return [unreadable] + [found[key] for key in ("contexts", "endpoints", "refused", "changed")]


def main(gsstap, folder):
    seed = int(os.environ.get("GSSTAP_SEED") or random.randrange(1 << 31))
    generator, traces, refused = Generator(seed), traces_below(folder), []
    if not traces:
        return
    print("GSSTAP_SEED=%d" % seed, flush=True)
    with tempfile.TemporaryDirectory(dir=folder) as own:
        for _ in range(POLICIES):
            judge = Judge(gsstap, own, generator.policy())
            found = [judge.compare(traces[i:i + AT_ONCE]) for i in range(0, len(traces), AT_ONCE)]
            unreadable, contexts, endpoints, *counts = (sum(column) for column in zip(*found))
            refused.append("%d and %d" % tuple(counts))
    print("# %d traces judged in both modes (%d unreadable): %d contexts, %d endpoints; refused and changed by each policy: %s"
          % (len(traces) - unreadable, unreadable, contexts, endpoints, ", ".join(refused)))


if __name__ == "__main__":
    main(*sys.argv[1:])
