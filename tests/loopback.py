# SPDX-License-Identifier: MIT
"""loopback.py [PORTS=FIRST-LAST] COMMAND...: brings up the loopback interface, which is down at first in a network of one's
own (unshare --net), and runs the command. PORTS are those that the kernel gives to connections."""
import fcntl
import os
import socket
import struct
import sys

SIOCSIFFLAGS, UP_RUNNING = 0x8914, 0x1 | 0x40


def up():
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", UP_RUNNING))


def main(*command):
    up()
    if command[0].startswith("PORTS="):
        with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as ports:
            ports.write(command[0][6:].replace("-", " "))
        command = command[1:]
    os.execvp(command[0], command)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
