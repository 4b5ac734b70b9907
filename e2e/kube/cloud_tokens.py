"""Stands in for a cloud's IAM: a token webhook for the API server that turns access tokens into users.

The API server asks it in every TokenReview whose token is none of its own, as GKE's asks Google.
"""

import http.server
import json
import threading

from common.ports import LOOPBACK
from common.private import write_private


class CloudTokens:
    def __init__(self, file):
        self._file = file  # token -> user; read for each question
        self._changes = threading.Lock()
        write_private(file, "{}")
        self._server = http.server.ThreadingHTTPServer((LOOPBACK, 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://{LOOPBACK}:{self._server.server_port}/"

    def add(self, token, user, groups):
        with self._changes:
            users = self._users()
            users[token] = {"username": user, "groups": groups}
            write_private(self._file, json.dumps(users))

    def revoke(self, token):
        with self._changes:
            users = self._users()
            users.pop(token, None)
            write_private(self._file, json.dumps(users))

    def review(self, token):
        user = self._users().get(token)
        return {"authenticated": True, "user": user} if user else {"authenticated": False}

    def _users(self):
        return json.loads(self._file.read_text())


def _handler(tokens):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = {
                "apiVersion": review["apiVersion"],
                "kind": "TokenReview",
                "status": tokens.review(review["spec"]["token"]),
            }
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    return Handler
