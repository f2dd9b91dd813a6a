#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A server without a ZAP handler and a client of it, in one process: who is let in.

auth_pair.py CASE...: a case is a mechanism and settings, as plain,domain=admin,user=joe,password=x or
curve,key=FILE (the client's secret certificate) or null,at=ipc://path,server=connect. Each says "in USER-ID DOMAIN",
with what the program sees of its own domain (and the property X-Role, where a handler gave one), or "out EVENT STATUS",
as the server's monitor has it. ivl=MS bounds the handshake.
"""
import sys

import zmq
import zmq.auth
from zmq.utils.monitor import recv_monitor_message

ENDS = {
    zmq.EVENT_HANDSHAKE_SUCCEEDED: "in",
    zmq.EVENT_HANDSHAKE_FAILED_AUTH: "auth",
    zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL: "no-detail",
    zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL: "protocol",
}
PUBLIC, SECRET = zmq.curve_keypair()


def secure(mechanism, server, client, said):
    if mechanism == "plain":
        server.plain_server = 1
        client.plain_username = said["user"].encode()
        client.plain_password = said["password"].encode()
    if mechanism == "curve":
        server.curve_server = 1
        server.curve_publickey, server.curve_secretkey = PUBLIC, SECRET
        client.curve_publickey, client.curve_secretkey = zmq.auth.load_certificate(said["key"])
        client.curve_serverkey = PUBLIC


def named(message, name):
    try:
        return message.get(name)
    except zmq.ZMQError:
        return "-"


def answer(context, mechanism, said, between):
    with context.socket(zmq.PULL) as server, context.socket(zmq.PUSH) as client:
        server.linger = client.linger = 0
        if "domain" in said:
            server.zap_domain = said["domain"].encode()
        if "ivl" in said:
            server.handshake_ivl = int(said["ivl"])
        server.setsockopt(zmq.ZAP_ENFORCE_DOMAIN, int("enforces" in said))
        secure(mechanism, server, client, said)
        monitor = server.get_monitor_socket()
        binds, connects = (client, server) if said.get("server") == "connect" else (server, client)
        at = said.get("at", "tcp://127.0.0.1:*")
        try:
            binds.bind(at)
            between()
            connects.connect(binds.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode())
        except zmq.ZMQError as error:
            return "refused %d" % error.errno
        while (event := recv_monitor_message(monitor))["event"] not in ENDS:
            pass
        server.disable_monitor()
        monitor.close()
        if ENDS[event["event"]] != "in":
            return "out %s %d" % (ENDS[event["event"]], event["value"])
        client.send(b"x")
        message = server.recv(copy=False)
        seen = [named(message, "User-Id"), server.zap_domain.decode(), named(message, "X-Role")]
        return "in " + " ".join("'%s'" % each for each in (seen if seen[2] != "-" else seen[:2]))


def told(context, case, between=lambda: None):
    """between: what happens when the endpoint is bound, and before a peer comes."""
    mechanism, *settings = case.split(",")
    return answer(context, mechanism, dict(s.split("=", 1) for s in settings), between)


if __name__ == "__main__":
    context = zmq.Context()
    for case in sys.argv[1:]:
        print(told(context, case), flush=True)
    context.term()
