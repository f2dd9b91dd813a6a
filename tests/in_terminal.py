# SPDX-License-Identifier: MIT
"""Runs a command in a terminal of its own of so many columns, and prints what it wrote there, its carriage returns
removed: in_terminal.py COLUMNS COMMAND [ARG...]. With `rows` before it: how many rows of the terminal that takes.
Exits as the command did."""
import fcntl
import os
import pty
import re
import struct
import sys
import termios
import unicodedata


def run(columns, command):
    pid, master = pty.fork()
    if not pid:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
        os.execvp(command[0], command)
    written = bytearray()
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # the last one that had it open is gone
            break
        if not part:
            break
        written += part
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return written.decode(errors="surrogateescape").replace("\r", ""), status


def width(line):
    """By Python's tables, which are not those that gsstap uses."""
    plain = re.sub("\033\\[[0-9;]*m", "", line)
    return sum(
        0 if unicodedata.category(c) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in plain
    )


def main():
    count = sys.argv[1] == "rows"
    columns = int(sys.argv[1 + count])
    written, status = run(columns, sys.argv[2 + count :])
    if count:
        print(sum(max(1, -(-width(line) // columns)) for line in written.splitlines()))
    else:
        sys.stdout.buffer.write(written.encode(errors="surrogateescape"))
    return status


sys.exit(main())
