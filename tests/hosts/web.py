# SPDX-License-Identifier: MIT
"""web.py PORT: a web server that asks for HTTP Negotiate (RFC 4559), and answers with who that was, or with its error."""
import base64
import http.server
import sys

import gssapi


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        token = self.headers.get("Authorization", "").partition(" ")[2]
        status, text = 401, "who is there?"
        if token:
            try:
                context = gssapi.SecurityContext(usage="accept")
                context.step(base64.b64decode(token))
                status, text = 200, str(context.initiator_name)
            except gssapi.exceptions.GSSError as error:
                status, text = 403, str(error)
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", "Negotiate")
        body = text.encode() + b"\n"
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
print("listens", flush=True)
server.serve_forever()
