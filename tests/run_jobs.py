#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Signals and job control of `gsstap run`, on a real terminal (a pty) where one is needed. Used by run.bats.

run_jobs.py host                 the PROGRAM: prints every signal it gets, and when it is ready
run_jobs.py forward GSSTAP       what another process sends to gsstap reaches the host once
run_jobs.py group GSSTAP         what the host sends to its own process group does not come back to it
run_jobs.py interrupt GSSTAP     ^C reaches the host once
run_jobs.py hangup GSSTAP        a session leader's SIGHUP reaches the host when the terminal goes away
run_jobs.py suspend GSSTAP       the job stops for the shell when its program does, however; fg continues it

Waits for conditions with a deadline; exits with a sentence when one is not met.
"""
import atexit
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time

DEADLINE = 300
HOST = [sys.executable, os.path.abspath(__file__), "host"]
NAMES = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGCONT", "SIGWINCH"]


def host():
    # Taken one by one, as fast as can be: two of a kind that are both pending are one.
    wanted = {getattr(signal, name) for name in NAMES}
    signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
    print("READY", os.getpid(), os.getppid(), flush=True)
    if "--group" in sys.argv:
        os.killpg(0, signal.SIGUSR1)
    while True:
        print("GOT", signal.Signals(signal.sigwaitinfo(wanted).si_signo).name, flush=True)


class Lines:
    """Reads lines from a descriptor until one is there, or the deadline has passed."""

    def __init__(self, fd):
        self.fd, self.rest, self.seen = fd, b"", []

    def more(self, left):
        if not select.select([self.fd], [], [], max(0, left))[0]:
            return False
        try:
            data = os.read(self.fd, 4096)
        except OSError:  # a pty whose other side is gone
            data = b""
        self.rest += data
        return bool(data)

    def until(self, text):
        """All lines up to the first that has text in it."""
        end, lines = time.monotonic() + DEADLINE, []
        while True:
            while b"\n" in self.rest:
                line, self.rest = self.rest.split(b"\n", 1)
                lines.append(line.decode(errors="replace").strip())
                self.seen.append(lines[-1])
                if text in lines[-1]:
                    return lines
            if not self.more(end - time.monotonic()):
                sys.exit("no line with %r; lines: %r, rest: %r" % (text, self.seen, self.rest))


def expect(what, got, wanted):
    if got != wanted:
        sys.exit("%s: got %r, expected %r" % (what, got, wanted))


def signals(lines):
    return [line.rsplit("GOT ", 1)[1] for line in lines if "GOT " in line]


def remember(*pids):
    """What a failed check leaves behind goes with us."""
    for pid in pids:
        atexit.register(end, pid)


def end(pid):
    try:
        if b"run_jobs" in open("/proc/%d/cmdline" % pid, "rb").read():
            os.kill(pid, signal.SIGKILL)
    except OSError:
        pass


def start(gsstap, *more, **options):
    child = subprocess.Popen([gsstap, "run", "--level", "off", *HOST, *more], stdout=subprocess.PIPE, **options)
    lines = Lines(child.stdout.fileno())
    ready = lines.until("READY")[-1].split()
    remember(int(ready[1]))
    expect("the host's parent", int(ready[2]), child.pid)
    return child, lines, int(ready[1])


def forward(gsstap):
    child, lines, pid = start(gsstap, start_new_session=True)
    for name in ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGALRM", "SIGCONT", "SIGWINCH"]:
        child.send_signal(getattr(signal, name))
        expect(name, signals(lines.until("GOT")), [name])
        child.send_signal(signal.SIGUSR2)
        expect("after " + name, signals(lines.until("SIGUSR2")), ["SIGUSR2"])
    os.kill(pid, signal.SIGTERM)
    lines.until("SIGTERM")
    os.kill(pid, signal.SIGKILL)
    expect("the way gsstap ended", child.wait(DEADLINE), -signal.SIGKILL)


def group(gsstap):
    child, lines, pid = start(gsstap, "--group", start_new_session=True)
    expect("SIGUSR1", signals(lines.until("SIGUSR1")), ["SIGUSR1"])
    child.send_signal(signal.SIGUSR2)
    expect("the marker", signals(lines.until("SIGUSR2")), ["SIGUSR2"])
    os.kill(pid, signal.SIGKILL)
    child.wait(DEADLINE)


def on_terminal(command):
    """Starts a session leader on a new terminal: its process and the other side."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(command[0], command)
    return pid, fd


def press(fd, key):
    """Types a key that sends a signal. By default its echo goes in between the answer, or discards it."""
    mode = termios.tcgetattr(fd)
    mode[3] = mode[3] & ~termios.ECHO | termios.NOFLSH
    termios.tcsetattr(fd, termios.TCSANOW, mode)
    os.write(fd, key)


def interrupt(gsstap):
    gsstap_pid, fd = on_terminal([gsstap, "run", "--level", "off", *HOST])
    lines = Lines(fd)
    pid = int(lines.until("READY")[-1].split()[1])
    remember(pid)
    for _ in range(30):  # a second one may hide behind the first, but not every time
        press(fd, b"\x03")
        expect("^C", signals(lines.until("GOT")), ["SIGINT"])
        os.kill(gsstap_pid, signal.SIGUSR2)
        expect("after ^C", signals(lines.until("SIGUSR2")), ["SIGUSR2"])
    os.kill(pid, signal.SIGKILL)
    expect("the way gsstap ended", os.waitstatus_to_exitcode(os.waitpid(gsstap_pid, 0)[1]), -signal.SIGKILL)


def hangup(gsstap):
    told, tell = os.pipe()
    os.set_inheritable(tell, True)
    program = "import os,signal\nsignal.signal(signal.SIGHUP, lambda *_: (os.write(%d, b'HANGUP\\n'), os._exit(9)))\n" \
              "os.write(%d, b'READY\\n')\nwhile True: signal.pause()\n" % (tell, tell)
    gsstap_pid, fd = on_terminal([gsstap, "run", "--level", "off", sys.executable, "-c", program])
    lines = Lines(told)
    lines.until("READY")
    os.close(fd)
    lines.until("HANGUP")
    expect("the exit status", os.waitstatus_to_exitcode(os.waitpid(gsstap_pid, 0)[1]), 9)


def suspend(gsstap):
    shell_pid, fd = on_terminal(["/bin/bash", "--norc", "--noprofile", "--noediting", "-i"])
    lines = Lines(fd)
    os.write(fd, b"PS1=; stty -echo\n%s run --level off %s %s host\n" % tuple(map(os.fsencode, [gsstap, *HOST[:2]])))
    # Without echo still to come, the first READY can only be the host's.
    pid, gsstap_pid = map(int, lines.until("READY ")[-1].split("READY ")[1].split()[:2])
    remember(pid)
    for stop in [lambda: press(fd, b"\x1a"), lambda: os.kill(pid, signal.SIGSTOP),
                 lambda: os.kill(gsstap_pid, signal.SIGTSTP)]:
        stop()
        lines.until("Stopped")
        state = open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()[0]
        expect("the host's state", state, "T")
        os.write(fd, b"fg\n")
        expect("fg", signals(lines.until("GOT")), ["SIGCONT"])
        os.kill(gsstap_pid, signal.SIGUSR2)
        expect("after fg", signals(lines.until("SIGUSR2")), ["SIGUSR2"])
    press(fd, b"\x03")
    lines.until("GOT SIGINT")
    os.kill(pid, signal.SIGTERM)
    lines.until("GOT SIGTERM")
    os.kill(pid, signal.SIGKILL)
    lines.until("Killed")
    os.write(fd, b"exit 0\n")
    expect("the shell", os.waitstatus_to_exitcode(os.waitpid(shell_pid, 0)[1]), 0)


if __name__ == "__main__":
    globals()[sys.argv[1]](*(sys.argv[2:] if sys.argv[1] != "host" else []))
