#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs one test file and sees that nothing outlives it.

guard.py SECONDS NETWORK REPORT COMMAND...
    Exit status is that of COMMAND; REPORT gets one line a finding.

Root gives it a /dev/shm of its own and, unless NETWORK is "shared", a network namespace of its own: there is nothing but
loopback in it, and no port is somebody else's. Who may not make them goes without.

What COMMAND starts stays below this process, which takes in orphans (PR_SET_CHILD_SUBREAPER): what is still there a
while after its end is named, with the test that started it, and killed by its id. So are files that are left in its
own TMPDIR and in its own /dev/shm. SECONDS is for hangs: on a busy machine they are longer, by its load. When this
process is ended, or its parent is, all that it started goes with it.
"""
import ctypes
import os
import re
import select
import shutil
import signal
import sys
import tempfile
import time

import loopback

GRACE = float(os.environ.get("GRACE", "5"))  # for what has been told to end, or notices the end of its stdin
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
CLONE_NEWNS, CLONE_NEWNET, MS_REC, MS_PRIVATE = 0x00020000, 0x40000000, 0x4000, 0x40000
LIBC = ctypes.CDLL(None)


def crowd():
    """How many times longer something takes here than on an idle machine."""
    return max(1.0, os.getloadavg()[0] / os.cpu_count())


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def descendants():
    """Living processes below this one, parents before their children."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            state, parent = (read("/proc/%s/stat" % entry).rpartition(b") ")[2].split() + [b"Z", b"0"])[:2]
            if state not in b"ZX":
                parents[int(entry)] = int(parent)
    found, new = [], {os.getpid()}
    while new:
        new = {pid for pid, parent in parents.items() if parent in new}.difference(found)
        found += new
    return found


def described(pid):
    words = read("/proc/%d/cmdline" % pid).replace(b"\0", b" ").decode(errors="replace").strip()
    test = re.search(rb"\0BATS_TEST_NAME=test_([^\0]*)", b"\0" + read("/proc/%d/environ" % pid))
    # Bats writes other characters than letters and digits as -2d, and blanks as _.
    name = re.sub("-([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), test[1].decode().replace("_", " ")) if test else ""
    return "process %d outlives its test: %s%s" % (pid, words or "?", name and ", of the test: " + name)


def own_network():
    if LIBC.unshare(CLONE_NEWNET) == 0:
        loopback.up()


def own_shared_memory():
    """True: what is in /dev/shm from now on is of this process and those below it."""
    return (LIBC.unshare(CLONE_NEWNS) == 0 and LIBC.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None) == 0
            and LIBC.mount(b"tmpfs", b"/dev/shm", b"tmpfs", 0, b"mode=1777") == 0)


class Guard:
    def __init__(self, seconds):
        self.left, self.status, self.command = seconds, None, 0
        self.wake, wake = os.pipe()
        for end in (self.wake, wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.ended)
        LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)

    def ended(self, number, _):
        self.kill_all()
        shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
        os._exit(128 + number)

    def turn(self, seconds):
        """Waits for the end of a child, or so long, and takes in whoever has ended."""
        select.select([self.wake], [], [], seconds)
        try:
            os.read(self.wake, 4096)
        except BlockingIOError:
            pass
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            if pid == self.command:
                self.status = os.waitstatus_to_exitcode(status)

    def start(self, command):
        """In a session of its own. No test finds a signal ignored because our caller ignores it, as nohup does."""
        self.command = os.fork()
        if not self.command:
            os.setsid()
            os.execvp("env", ["env", "--default-signal", *command])

    def wait(self):
        """Until the command has ended; false when it ran out of time."""
        while self.status is None and self.left > 0:
            begun = time.monotonic()
            self.turn(1.0)
            self.left -= (time.monotonic() - begun) / crowd()
        return self.status is not None

    def kill_all(self):
        """By their ids, until none is left; one that may not be killed, as one of another user, is let go.

        Parents first: one that saw the end of its child would go on, as Bats does with the next test.
        """
        end = time.monotonic() + GRACE
        while (pids := descendants()) and time.monotonic() < end:
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:
                    pass
            self.turn(0.05)

    def outliving(self):
        end = time.monotonic() + GRACE * crowd()
        while (pids := descendants()) and time.monotonic() < end:
            self.turn(0.1)
        found = [described(pid) for pid in sorted(pids)]
        self.kill_all()
        return found


def left_behind(*directories):
    return ["left behind in %s: %s" % (directory, name) for directory in directories for name in sorted(os.listdir(directory))]


def main(seconds, network, report, *command):
    guard = Guard(float(seconds))
    if network == "own":
        own_network()
    looked_at = ["/dev/shm"] if own_shared_memory() else []
    # A short name: sockets have paths in it.
    os.environ["TMPDIR"] = tempfile.mkdtemp(prefix="t", dir="/tmp")
    guard.start(command)
    if guard.wait():
        findings = guard.outliving() + left_behind(os.environ["TMPDIR"], *looked_at)
    else:
        guard.kill_all()
        findings = ["ran into its time limit"]
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
    with open(report, "w") as out:
        out.writelines(line.replace("\n", " ") + "\n" for line in findings)
    status = 1 if guard.status is None else guard.status
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
