#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""inetd PORT COMMAND...: serves one connection as inetd does, COMMAND with the connection as 0, 1 and 2."""
import os
import socket
import sys

listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
connection, _ = listener.accept()
listener.close()
for fd in 0, 1, 2:
    os.dup2(connection.fileno(), fd)
os.execvp(sys.argv[2], sys.argv[2:])
