# SPDX-License-Identifier: MIT
"""opened_fields.py GSSTAP TRACE KEYTAB: what gsstap and tshark each find in the first AP-REQ of a trace, and in the
first AP-REP, with the same keytab. Prints each field that is not the same in both, and how many are; fails on any
difference, and when either of them has opened nothing.

Fields are paths as in gsstap's JSON. Each path of one must be one of the other, but for those of OURS."""
import datetime
import json
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

# What tshark has no field for.
OURS = re.compile(r"\.opened_with$|\.pac_verified$|\.name_type$")
ENCTYPES = {"17": "aes128-cts-hmac-sha1-96", "18": "aes256-cts-hmac-sha1-96", "19": "aes128-cts-hmac-sha256-128",
            "20": "aes256-cts-hmac-sha384-192"}
CHECKSUMS = {"32771": "GSS-API", "15": "hmac-sha1-96-aes128", "16": "hmac-sha1-96-aes256",
             "19": "hmac-sha256-128-aes128", "20": "hmac-sha384-192-aes256"}
BUFFERS = {"1": "logon-info", "6": "server-checksum", "7": "privsvr-checksum", "10": "client-info",
           "12": "upn-dns-info", "13": "client-claims", "14": "device-info", "15": "device-claims",
           "16": "ticket-checksum", "17": "attributes"}
# Elements that are a group, by how it is called in ours.
GROUPS = {"encTicketPart": "ticket_opened", "transited": "transited", "cksum": "cksum", "subkey": "subkey",
          "krb_cred": "cksum.gss.delegated.krb_cred", "enc_part": "enc_part", "encKrbCredPart": "opened",
          "encAPRepPart": "opened", "ticket": "ticket"}
NAMES = {"cname": "CNameString", "sname": "SNameString", "pname": "KerberosString"}
PLAIN = set("pvno tkt_vno realm kvno crealm prealm srealm tr_type contents nonce usec cusec seq_number "
            "authenticator_vno".split())
TIMES = set("authtime starttime endtime renew_till ctime timestamp".split())
LOGON = {"Logon Count": "logon_count", "Bad PW Count": "bad_password_count", "User RID": "user_rid",
         "Acct Name": "effective_name", "Full Name": "full_name", "Server": "logon_server", "Domain": "logon_domain",
         "User Flags": "user_flags", "User Account Control": "user_account_control"}
LOGON_TIMES = {"Logon Time": "logon_time", "PWD Last Set": "password_set", "PWD Can Change": "password_can_change"}
FLAGS = {"SAM_NAME and SID Included": "extended", "PAC Requested": "pac-was-requested"}
PAC_TEXTS = {"Name": "name", "UPN Name": "upn", "DNS Name": "dns_domain", "sAMAccountName": "sam_name",
             "objectSid": "sid"}


def time_of(text):
    """'Nov 26, 2026 12:01:32.000000000 UTC' as ours, which has microseconds where there are any."""
    when = datetime.datetime.strptime(re.sub(r"\.\d+ ", " ", text), "%b %d, %Y %H:%M:%S UTC")
    micro = re.search(r"\.(\d{6})", text)
    return when.isoformat() + (f".{micro[1]}" if micro and int(micro[1]) else "") + "Z"


def label(node):
    return (node.get("showname") or node.get("show") or "").partition(":")[0].strip()


def text(node):
    return (node.get("showname") or node.get("show") or "").partition(":")[2].strip()


def below(node, end):
    return [n for n in node.iter("field") if (n.get("name") or "").endswith(end)]


def flags(node):
    """Names of the bits that are set, from the tree below."""
    return sorted(n.get("name").split(".", 2)[2].replace(".", "-") for n in node
                  if n.get("show") == "1" and ".unused" not in n.get("name"))


class Theirs:
    """Fields of tshark's PDML under our paths."""

    def __init__(self):
        self.fields = {}
        self.counts = {}

    def put(self, path, value):
        assert path not in self.fields, path
        self.fields[path] = value

    def item(self, path):
        number = self.counts[path] = self.counts.get(path, -1) + 1
        return f"{path}[{number}]"

    def pac(self, node, path):
        for buffer in (n for n in node.iter("field") if n.get("name") == "kerberos.pac.type"):
            self.buffer(buffer, self.item(path))

    def buffer(self, node, path):
        kind = re.search(r"\((\d+)\)", node.get("showname"))[1]
        self.put(f"{path}.type", BUFFERS[kind])
        self.put(f"{path}.length", int(below(node, "pac.size")[0].get("show")))
        if kind == "1":
            self.logon(node, path)
            return
        for n in node.iter("field"):
            if label(n) in PAC_TEXTS and text(n):
                self.put(f"{path}.{PAC_TEXTS[label(n)]}", text(n).split("  (")[0])
            elif label(n) == "ClientID":
                self.put(f"{path}.client_id", time_of(n.get("show")))
            elif (n.get("name") or "").endswith("pac.signature.type"):
                self.put(f"{path}.signature_type", CHECKSUMS[n.get("show")])
            elif label(n) == "Flags":
                self.put(f"{path}.flags", sorted(FLAGS[name.strip()] for name in text(n).split(",")[1:]))

    def logon(self, node, path):
        sids, rids = [], []
        for n in node.iter("field"):
            if label(n) in LOGON and text(n) and n.get("name") not in ("", "dcerpc.ndr"):
                value = text(n)
                if not value.startswith("1-2-3"):  # a part of the SID that is called so as well
                    self.fields[f"{path}.{LOGON[label(n)]}"] = int(value, 0) if re.fullmatch(r"\d+|0x[0-9a-f]+", value) else value
            elif label(n) in LOGON_TIMES:
                self.put(f"{path}.{LOGON_TIMES[label(n)]}", time_of(n.get("show")))
            elif label(n) == "Group RID":
                rids.append(int(text(n)))
            elif label(n) == "Domain SID":
                sids.append(text(n).split("  (")[0])
        domain, extra, resource = sids
        self.put(f"{path}.domain_sid", domain)
        self.put(f"{path}.primary_group_rid", rids[0])
        self.put(f"{path}.groups", sorted(f"{domain}-{rid}" for rid in rids[1:-1]))
        self.put(f"{path}.extra_sids", [extra])
        self.put(f"{path}.resource_groups", [f"{resource}-{rids[-1]}"])

    def gss(self, node, path):
        """The bindings' hash, flags and lengths stand beside the checksum."""
        found = {n.get("name"): n.get("show") for n in node.iter("field") if ".gssapi." in (n.get("name") or "")}
        if not found:
            return
        path += ".cksum.gss"
        bindings = found["kerberos.gssapi.bdn"].replace(":", "")
        self.put(f"{path}.channel_bindings", bindings if int(bindings, 16) else "none")
        names = {n.rpartition(".")[2]: v for n, v in found.items() if ".checksum.flags." in n}
        self.put(f"{path}.flags", sorted(n.replace("-", "_") for n, v in names.items() if v == "1"))
        if "kerberos.gssapi.dlgopt" in found:
            self.put(f"{path}.delegated.option", int(found["kerberos.gssapi.dlgopt"]))
            self.put(f"{path}.delegated.length", int(found["kerberos.gssapi.dlglen"]))

    def walk(self, node, path):
        for n in node:
            self.one(n, (n.get("name") or "").removeprefix("kerberos."), path)

    def one(self, node, name, path):
        show, element = node.get("show"), name.removesuffix("_element")
        if name == "authenticator_element":
            # First the encrypted one, then what is in it, which is called the same.
            inner = [n for n in below(node, ".authenticator_element") if n is not node]
            self.walk(node, f"{path}.authenticator" if inner else f"{path.removesuffix('.authenticator')}.authenticator_opened")
        elif element in NAMES:
            self.put(f"{path}.{element}_type", re.sub("^kRB5-", "", text(below(node, ".name_type")[0]).split(" (")[0]))
            self.put(f"{path}.{element}", "/".join(n.get("show") for n in below(node, NAMES[element])))
        elif element == "key":
            where = "session_key" if path.endswith("ticket_opened") else "key"
            self.put(f"{path}.{where}.enctype", ENCTYPES[below(node, ".keytype")[0].get("show")])
        elif element == "encTicketPart":
            self.walk(node, path.removesuffix(".ticket.enc_part") + ".ticket_opened")
        elif element in ("encKrbCredPart", "encAPRepPart"):
            self.walk(node, path.removesuffix(".enc_part") + ".opened")
        elif element in GROUPS:
            if element == "cksum":
                self.gss(node, path)
            self.walk(node, f"{path}.{GROUPS[element]}" if element != "krb_cred" else f"{path}.gss.delegated.krb_cred")
        elif element == "HostAddress":
            where = self.item(f"{path}.caddr")
            self.put(f"{where}.addr_type", re.sub("^(n|i)", lambda m: m[0].upper(), text(node[0]).split(" (")[0]).replace("NETBIOS", "NetBIOS"))
            self.put(f"{where}.address", bytes.fromhex(node[1].get("value")).decode() if node[0].get("show") == "20" else node[1].get("show"))
        elif element in ("Ticket", "KrbCredInfo"):
            self.walk(node, self.item(path + (".tickets" if element == "Ticket" else ".ticket_info")))
        elif element == "AuthorizationData_item":
            self.walk(node, self.item(f"{path}.authorization_data"))
        elif name == "flags":
            self.put(f"{path}.flags", flags(node))
        elif name == "ap_options":
            self.put(f"{path}.ap_options", flags(node))
        elif name in PLAIN:
            self.put(f"{path}.{name}", int(show) if re.fullmatch(r"-?\d+", show) else show)
        elif name in TIMES:
            self.put(f"{path}.{name}", time_of(show))
        elif name in ("etype", "keytype"):
            self.put(f"{path}.{'enctype' if name == 'keytype' else name}", ENCTYPES[show])
        elif name == "msg_type":
            self.put(f"{path}.{name}", text(node).split(" (")[0].upper().replace("KRB-AP", "AP"))
        elif name == "cksumtype":
            self.put(f"{path}.{name}", CHECKSUMS[show])
        elif name == "ad_type":
            self.put(f"{path}.{name}", text(node).split(" (")[0].upper())
        else:
            if name == "cipher":
                self.put(f"{path}.{name}.len", len(show.split(":")))
            if name == "ad_data" and below(node, "pac.entries") and not below(node, ".AuthorizationData_item_element"):
                self.pac(node, f"{path}.pac")
            else:
                self.walk(node, path)


def theirs(trace, keytab):
    """In the order of time, which is not that of the file: an answer is opened by what the request before it has told."""
    with tempfile.NamedTemporaryFile(suffix=".pcapng") as ordered:
        subprocess.run(["reordercap", trace, ordered.name], stdout=subprocess.DEVNULL, check=True)
        pdml = subprocess.run(["tshark", "-o", "kerberos.decrypt:TRUE", "-o", f"kerberos.file:{keytab}", "-r", ordered.name,
                               "-T", "pdml", "-Y", "kerberos"], stdout=subprocess.PIPE, check=True).stdout
    found = {}
    for packet in ElementTree.fromstring(pdml):
        for kind in "ap_req", "ap_rep":
            for node in [n for n in packet.iter("field") if n.get("name") == f"kerberos.{kind}_element"][:1]:
                fields = Theirs()
                fields.walk(node, kind)
                found.setdefault(kind, fields.fields)
    return {path: value for fields in found.values() for path, value in fields.items()}


def flatten(value, path, to):
    if isinstance(value, dict):
        for key, inner in value.items():
            flatten(inner, f"{path}.{key}", to)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for number, inner in enumerate(value):
            flatten(inner, f"{path}[{number}]", to)
    else:
        to[path] = sorted(value) if isinstance(value, list) else value
    return to


def ours(gsstap, trace, keytab):
    lines = subprocess.run([gsstap, "decode", "--format", "json", "--keytab", keytab, trace], stdout=subprocess.PIPE,
                           check=True).stdout.splitlines()
    found = {}
    for event in map(json.loads, lines):
        for where in "in_token", "out_token":
            inner = event.get(where, {}).get("token", {}).get("gss", {})
            for kind in "ap_req", "ap_rep":
                if kind in inner:
                    found.setdefault(kind, flatten(inner[kind], kind, {}))
    return {path: value for fields in found.values() for path, value in fields.items() if not OURS.search(path)}


def main(gsstap, trace, keytab):
    one, other = ours(gsstap, trace, keytab), theirs(trace, keytab)
    same = 0
    for path in sorted(one.keys() | other.keys()):
        a, b = one.get(path), other.get(path)
        if isinstance(a, list) and path.endswith("gss.flags"):
            a = [flag for flag in a if flag != "trans"]  # tshark knows the flags of RFC 4121
        if a == b and a is not None:
            same += 1
        else:
            print(f"{path}: gsstap {a}, tshark {b}")
    print(f"{same} fields are the same")
    opened = {path.split(".")[1] for path in other}
    wrong = same != len(one.keys() | other.keys())
    return wrong or not {"ticket_opened", "authenticator_opened", "opened"} <= opened


sys.exit(main(*sys.argv[1:]))
