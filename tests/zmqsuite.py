#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs the test suite that python3-zmq installs, and compares runs of it test by test.

zmqsuite.py run XML [NAME...]            the suite, or the tests named as compare prints them, or whole files of it
                                         (zmq.tests.test_log); results in XML; the environment says how (bare, preload)
zmqsuite.py compare BARE... -- OTHER...  exit 0 when each test had, in one of the runs OTHER, a result that it also had
                                         in one of the runs BARE; else the tests that had not, with their results
zmqsuite.py count XML                    how many tests there were

A test's result is passed, failure, error or skipped, with the reason of a skip. None is left out.
"""
import importlib.util
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import loopback


def results(path):
    """What became of each test; the same name twice in one file is an error of this program."""
    found = {}
    for case in ElementTree.parse(path).iter("testcase"):
        outcome = "passed"
        for child in case:
            if child.tag in ("failure", "error", "skipped"):
                outcome = child.tag if child.tag != "skipped" else "skipped: " + child.get("message", "")
        name = case.get("classname") + "::" + case.get("name")
        if outcome == "passed" and name in found:
            continue  # an error of its teardown is a second entry
        found[name] = outcome
    return found


def run(path, *tests):
    loopback.up()  # in the network of its own that it is run in
    packages = os.path.dirname(os.path.dirname(importlib.util.find_spec("zmq").origin))
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", packages,
                           "--junitxml=" + path, "--pyargs", *(tests or ["zmq.tests"])]).returncode


def node(name):
    """zmq.tests.test_poll.TestPoll::test_pair as pytest wants it, among --pyargs."""
    classname, _, test = name.partition("::")
    parts = classname.split(".")
    end = next(i for i, part in enumerate(parts) if part.startswith("test_")) + 1
    return "::".join([".".join(parts[:end]), *parts[end:], *filter(None, [test])])


def compare(bare, other):
    bare, other = ([results(path) for path in paths] for paths in (bare, other))
    differing = 0
    for name in sorted(set().union(*bare, *other)):
        expected, got = ({run[name] for run in runs if name in run} or {"absent"} for runs in (bare, other))
        if not expected & got:
            differing += 1
            print("%s\t%s\t%s" % (name, ", ".join(sorted(expected)), ", ".join(sorted(got))))
    return 1 if differing else 0


def main(verb, *arguments):
    if verb == "run":
        return run(arguments[0], *map(node, arguments[1:]))
    if verb == "count":
        print(len(results(arguments[0])))
        return 0
    middle = arguments.index("--")
    return compare(arguments[:middle], arguments[middle + 1:])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
