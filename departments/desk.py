"""The stand-in's HTTP side: POST /queries takes a query in, POST /answers gives its answer."""

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from departments.envelope import Unreadable, unpack
from departments.office import Office

SLOW_S = 5
COME_AGAIN_S = "1"


def listen(office: Office, port: int) -> ThreadingHTTPServer:
    """Make a server of this office on a loopback port."""

    class Desk(BaseHTTPRequestHandler):
        """One request."""

        def do_POST(self) -> None:  # the library's name
            """Answer one request."""
            try:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                message = unpack(content, office.key)
            except (Unreadable, TypeError, ValueError):
                return self._reply(403)
            if office.errs("busy"):
                return self._reply(503)
            if office.errs("slow"):
                time.sleep(SLOW_S)
            return self._take(message) if self.path == "/queries" else self._answer(message)

        def _take(self, message: dict[str, Any]) -> None:
            office.take(message)
            self._reply(202)

        def _answer(self, message: dict[str, Any]) -> None:
            query = office.queries.get(message["id"])
            if query is None or office.errs("forget"):
                return self._reply(404)
            return self._reply(202) if office.errs("wait") else self._reply(200, office.answer(query))

        def _reply(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status == 503:
                self.send_header("Retry-After", COME_AGAIN_S)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Log nothing: a stand-in keeps no trace of whom it was asked about."""

    return ThreadingHTTPServer(("127.0.0.1", port), Desk)
