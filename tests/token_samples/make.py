# SPDX-License-Identifier: MIT
"""Makes the samples of tests/data/token/ that real programs make, again: tests/token_samples/make.py [GSSTAP]

Each is what a program gave to or got from its library under `gsstap run`, in a realm of `gsstap realm`, as it stands in
the trace; build.py makes those that no program here makes. What the samples decode to is written beside them by
tests/unit/token_samples.c (GSSTAP_SAMPLES=write).
"""
import json
import os
import socket
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "data", "token")
GSSTAP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "..", "..", "build", "gsstap"))
PYTHON = "/usr/bin/python3"
PROGRAMS = [PYTHON, os.path.join(HERE, "programs.py")]


def keep(name, token):
    path = os.path.join(DATA, name + ".bin")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(token)
    print("%6d %s" % (len(token), name))


def watched(command, level="messages", **more):
    """Runs it under gsstap; the events of its trace."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([GSSTAP, "run", "-l", level, "-o", folder + "/%p.pcapng", "--", *command], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, **more})
        return events(folder)


def events(folder):
    out = subprocess.run([GSSTAP, "decode", "--format", "json", folder], check=True, stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in out.splitlines()]


def tokens(found, call, field, depth=0):
    return [bytes.fromhex(e[field]["hex"]) for e in found
            if e.get("call") == call and e["depth"] == depth and "hex" in e.get(field, {})]


def handshake(name, found, *samples):
    """samples: what each token in turn is kept as, None for not at all."""
    sent = [(e["time"], bytes.fromhex(e["out_token"]["hex"])) for e in found if e["event"] == "call" and
            e["call"] in ("gss_init_sec_context", "gss_accept_sec_context") and e["depth"] == 0
            and "hex" in e.get("out_token", {})]
    for sample, (_, token) in zip(samples, sorted(sent)):
        if sample:
            keep(sample % name, token)


def messages(name, found, where):
    calls = (("gss_wrap", "wrap"), ("gss_get_mic", "mic"))
    for call, what in calls[:1] if "clear" in name else calls:
        for token, end in zip(tokens(found, call, "out_token"), ("initiator", "acceptor")):
            keep("%s/%s_%s_by_%s" % (where, name, what, end), token)


def kerberos():
    found = watched([*PROGRAMS, "both", "krb5"])
    handshake("aes256", found, "gss/%s_ap_req", "gss/%s_ap_rep")
    messages("aes256", found, "krb5_message")
    messages("aes256_clear", watched([*PROGRAMS, "both", "krb5", "clear"]), "krb5_message")
    handshake("dce", watched([*PROGRAMS, "both", "krb5", "dce_style"]), "krb5/%s_ap_req", "krb5/%s_ap_rep",
              "krb5/%s_ap_rep_back")
    handshake("delegated", watched([*PROGRAMS, "both", "krb5", "delegate_to_peer"]), "gss/%s_ap_req")
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run([*PROGRAMS, "init", file.name], check=True)
        skewed = watched(["faketime", "-f", "+2h", *PROGRAMS, "accept", file.name])
    keep("gss/skew_krb_error", tokens(skewed, "gss_accept_sec_context", "out_token")[0])


def old(enctype):
    found = watched([*PROGRAMS, "both", "krb5"])
    handshake(enctype, found, "gss/%s_ap_req", "gss/%s_ap_rep")
    messages(enctype, found, "gss")
    messages(enctype + "_clear", watched([*PROGRAMS, "both", "krb5", "clear"]), "gss")


def iakerb():
    subprocess.run(["kadmin.local", "-q", "cpw -pw swordfish alice"], check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen([GSSTAP, "run", "-o", folder + "/%p.pcapng", "--", *PROGRAMS, "serve", "0", "iakerb"],
                                  stdout=subprocess.PIPE, text=True)
        port = server.stdout.readline().split()[1]
        subprocess.run(["gss-client", "-port", port, "-iakerb", "-user", "alice", "-pass", "swordfish", "localhost",
                        "host@localhost", "hello"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        server.wait()
        found = events(folder)
    for sample, token in zip(("gss/iakerb_as_req", "iakerb/tgs_req", "gss/iakerb_ap_req"),
                             tokens(found, "gss_accept_sec_context", "in_token")):
        keep(sample, token)
    for sample, token in zip(("iakerb/as_rep", "iakerb/tgs_rep"), tokens(found, "gss_accept_sec_context", "out_token")):
        keep(sample, token)


def others(ntlm):
    with tempfile.TemporaryDirectory() as folder:
        plugin = next(p for p in subprocess.run(["dpkg", "-L", "gss-ntlmssp"], stdout=subprocess.PIPE, text=True,
                                                check=True).stdout.split() if p.endswith("/gssntlmssp.so"))
        with open(folder + "/mech", "w") as file:
            file.write("gssntlmssp_v1 1.3.6.1.4.1.311.2.2.10 %s\n" % plugin)
        with open(folder + "/users", "w") as file:
            file.write("REALM:carol:swordfish\n")
        os.environ.update(GSS_MECH_CONFIG=folder + "/mech", NTLM_USER_FILE=folder + "/users")
        ntlm()


def negotiated():
    found = watched([*PROGRAMS, "both", "ntlm"])
    messages("ntlm", found, "ntlm_message")
    handshake("", found, "ntlm/negotiate%s", "ntlm/challenge%s", "ntlm/authenticate%s")
    handshake("krb5", watched([*PROGRAMS, "spnego", "krb5", "krb5"]), "gss/spnego_%s_init", "spnego/%s_completed")
    handshake("other", watched([*PROGRAMS, "spnego", "ntlm,krb5", "krb5"]), "gss/spnego_%s_init",
              "spnego/%s_request_mic", "spnego/%s_ap_req", "spnego/%s_ap_rep_mic", "spnego/%s_mic")
    handshake("ntlm", watched([*PROGRAMS, "spnego", "ntlm", "ntlm"]), "gss/spnego_%s_init", "spnego/%s_challenge",
              "spnego/%s_authenticate", "spnego/%s_completed")
    handshake("refused", watched([*PROGRAMS, "spnego", "ntlm", "krb5"]), None, "spnego/%s_reject")


def lines(command):
    for line in subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines():
        name, token = line.split()
        yield name, bytes.fromhex(token)


def told():
    for name, token in lines([*PROGRAMS, "cred"]):
        keep("krb5/" + name, token)
    for name, token in lines([*PROGRAMS, "told"]):
        keep("exported_context/krb5" if name == "context" else "exported_name/" + name, token)
    for name, token in lines([PYTHON, os.path.join(HERE, "wire.py"), "null", "plain", "gssapi", "subscribe", "heartbeat"]):
        keep(("zap/" if name.startswith("zap") else "zmtp/") + name, token)


def ssh():
    """A login: what sshd's MIC is about. By root only."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder + "/key"], check=True)
        os.makedirs("/run/sshd", exist_ok=True)
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = str(server.getsockname()[1])
        settings = dict(Port=port, ListenAddress="127.0.0.1", HostKey=folder + "/key", GSSAPIAuthentication="yes",
                        GSSAPIStrictAcceptorCheck="no", PermitRootLogin="yes", PidFile="none", UsePAM="no")
        sshd = subprocess.Popen([GSSTAP, "run", "-l", "payload", "-o", folder + "/%p.pcapng", "--", "/usr/sbin/sshd", "-D",
                                 "-e", "-f", "/dev/null", *("-o%s=%s" % item for item in settings.items())],
                                stderr=subprocess.PIPE, text=True)
        while "listening" not in sshd.stderr.readline():
            pass
        subprocess.run(["ssh", "-F", "none", "-p", port, *("-o" + o for o in (
            "BatchMode=yes", "GSSAPIAuthentication=yes", "PreferredAuthentications=gssapi-with-mic",
            "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null")), "root@localhost", "true"], check=True,
            stderr=subprocess.DEVNULL)
        sshd.terminate()
        sshd.wait()
        keep("ssh_signed/login", tokens(events(folder), "gss_verify_mic", "message")[0])


if os.environ.get("GSSTAP_REALM"):
    exec(os.environ["SAMPLES"])
else:
    for options, samples in ((["-u", "alice"], "kerberos(); iakerb(); others(negotiated); told()"),
                             (["-u", "alice", "--enctypes", "arcfour-hmac"], "old('rc4')"),
                             (["-u", "alice", "--enctypes", "des3-cbc-sha1"], "old('des3')"),
                             (["-u", "root"], "ssh()")):
        subprocess.run([GSSTAP, "realm", "-s", "host@localhost", *options, "--", PYTHON, __file__, GSSTAP],
                       check=True, env={**os.environ, "SAMPLES": samples})
