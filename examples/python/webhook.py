"""Takes the announcements of runs as a webhook, and prints one JSON line for each: docs/pipelines.md, "Results go out".

    WEBHOOK_SECRET=whsec_... python webhook.py 8080

Put TLS before it, as workers send to https alone. WEBHOOK_SECRET is that of the receivers file of the workers; while one
takes the place of another it has both, with a space between them. Answers 204 to what is signed with one of them, so that
it is not sent again, and 401 to all else. An announcement may come twice: what has an ID that was there is passed over.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRETS = [base64.b64decode(secret.removeprefix("whsec_")) for secret in os.environ.get("WEBHOOK_SECRET", "").split()]
# Whoever has recorded a request cannot send it again later.
OLDEST = 300
LARGEST = 256 * 1024
seen = set()


def verify(headers, body: bytes) -> str:
    """Returns the ID of what was sent, by whoever has the secret, within the last minutes. Raises ValueError."""
    webhook_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not webhook_id or abs(time.time() - int(timestamp)) > OLDEST:
        raise ValueError("it is too old, or says no time")
    content = f"{webhook_id}.{timestamp}.".encode() + body
    expected = [b"v1," + base64.b64encode(hmac.digest(secret, content, hashlib.sha256)) for secret in SECRETS]
    signatures = headers.get("webhook-signature", "").encode().split()
    if not any(hmac.compare_digest(one, other) for one in signatures for other in expected):
        raise ValueError("it is not signed with the secret")
    return webhook_id


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", "0"))
        body = self.rfile.read(length) if length <= LARGEST else b""
        try:
            webhook_id = verify(self.headers, body)
        except ValueError as error:
            print(f"refused: {error}", file=sys.stderr, flush=True)
            self.send_response(401)
            self.end_headers()
            return
        if webhook_id not in seen:
            take(json.loads(body))
            seen.add(webhook_id)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_args) -> None:
        pass


def take(announcement: dict) -> None:
    """Does what your team does with it: announcement.json has all fields."""
    run = announcement["data"]
    line = {
        "type": announcement["type"],
        "accountId": run["accountId"],
        "instanceArn": run.get("instanceArn"),
        "remedy": run.get("failure", {}).get("remedy"),
    }
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    if not SECRETS or len(sys.argv) != 2:
        sys.exit("Usage: WEBHOOK_SECRET=whsec_... python webhook.py PORT")
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
    print(f"listening on port {server.server_port}", file=sys.stderr, flush=True)
    server.serve_forever()
