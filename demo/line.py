"""A bad line between device and office: passes bytes both ways, counts what it sees, and can be cut in mid-upload."""

import contextlib
import re
import socket
import socketserver
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

PIECE_BYTES = 16 * 1024
_PATCH = re.compile(rb"PATCH (/files/[^ ]+) HTTP/1\.1\r\n(.*?)\r\n\r\n", re.S | re.I)
_OFFSET = re.compile(rb"upload-offset: *(\d+)", re.I)


@dataclass
class Line:
    """A loopback port that leads to the office's; `cut_after_bytes` cuts the next upload once, after so many bytes.

    `watch` is called with the direction (up, down) and each piece before it is passed on; tests use it to kill an end.
    """

    office_port: int
    port: int = 0
    cut_after_bytes: int | None = None
    watch: Callable[[str, bytes], None] | None = None
    cuts: int = 0
    resumed_offsets: list[int] = field(default_factory=list)
    _cut_path: bytes = b""

    def open(self) -> int:
        """Begin to serve; gives the port."""
        line = self

        class Connection(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                line._pass(self.request)

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", self.port), Connection)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def _pass(self, device: socket.socket) -> None:
        try:
            office = socket.create_connection(("127.0.0.1", self.office_port), timeout=5)
        except OSError:
            return  # The office is down: the device sees a line that closes at once.
        office.settimeout(None)
        answers = threading.Thread(target=self._answer, args=(office, device), daemon=True)
        answers.start()
        with contextlib.suppress(OSError):
            self._carry(device, office)
        for end in (device, office):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        answers.join(timeout=5)
        office.close()

    def _carry(self, device: socket.socket, office: socket.socket) -> None:
        uploaded, path = 0, b""
        while data := device.recv(PIECE_BYTES):
            if self.watch:
                self.watch("up", data)
            for head in _PATCH.finditer(data):
                path, uploaded = head[1], 0
                self._note_resumed(path, head[2])
            uploaded += len(data)
            office.sendall(data)
            if path and self.cut_after_bytes is not None and uploaded > self.cut_after_bytes:
                self._cut_path, self.cut_after_bytes, self.cuts = path, None, self.cuts + 1
                return

    def _note_resumed(self, path: bytes, headers: bytes) -> None:
        """Note when the upload that was cut goes on from where the office has it, not from its beginning."""
        offset = _OFFSET.search(headers)
        if offset and path == self._cut_path and int(offset[1]) > 0:
            self.resumed_offsets.append(int(offset[1]))
            self._cut_path = b""

    def _answer(self, office: socket.socket, device: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := office.recv(PIECE_BYTES):
                if self.watch:
                    self.watch("down", data)
                device.sendall(data)
        with contextlib.suppress(OSError):  # The office hung up or died: the device sees it too.
            device.shutdown(socket.SHUT_RDWR)
