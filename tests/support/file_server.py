"""A server of one file with the habits, good and bad, of real ones."""

import hashlib
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from explorer.records.models import WeightsSpec

CONTENT = bytes(range(256)) * 8192  # 2 MiB: several pieces


class Server(ThreadingHTTPServer):
    """Serves `content` under any name.

    Attributes:
        ranges: Whether it understands Range requests.
        shift: By how many bytes the start of a partial answer is wrong.
        lies: Whether it answers everything as a part that was not asked for.
        length: Whether it says how long an answer is; if not, the end of the connection is the end of the file.
        send: How many bytes of an answer it sends before it hangs up; None for all.
        error: The status it answers with instead of a file; None for none.
        location: Where it redirects to; None for nowhere.
        seen: The Range headers it was sent.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = CONTENT
        self.ranges = True
        self.shift = 0
        self.lies = False
        self.length = True
        self.send: int | None = None
        self.error: int | None = None
        self.location: str | None = None
        self.seen: list[str | None] = []

    def spec(self, content: bytes = CONTENT) -> WeightsSpec:
        digest = hashlib.sha256(content).hexdigest()[:8]
        url = f"http://127.0.0.1:{self.server_port}/net-{digest}.pth"
        return WeightsSpec(url, f"net-{digest}.pth", digest, len(content))


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server = self.server
        asked = self.headers.get("Range")
        server.seen.append(asked)
        start = int(re.findall(r"\d+", asked)[0]) if asked and server.ranges else 0
        if server.error or server.location:
            self.send_response(server.error or 302)
            if server.location:
                self.send_header("Location", server.location)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif server.lies:
            self._send(start + 7, partial=True)
        elif start and start >= len(server.content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(server.content)}")
            self.end_headers()
        else:
            self._send(start + server.shift if start else 0, partial=bool(start))

    def _send(self, start: int, partial: bool) -> None:
        body = self.server.content[start:]
        self.send_response(206 if partial else 200)
        if self.server.length:
            self.send_header("Content-Length", str(len(body)))
        if partial:
            last = len(self.server.content) - 1
            self.send_header("Content-Range", f"bytes {start}-{last}/{last + 1}")
        self.end_headers()
        self.wfile.write(body[: self.server.send])

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True  # the client cancelled

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output clean."""
