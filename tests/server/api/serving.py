"""A real HTTP server in a thread, a raw socket that can be cut, and uploads through either client."""

import base64
import hashlib
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import WSGIRequestHandler, make_server

TUS = {"Tus-Resumable": "1.0.0"}
BODY = {"Content-Type": "application/offset+octet-stream"}


class Quiet(WSGIRequestHandler):
    """A handler that writes no log lines."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


@dataclass
class Serving:
    """Where the server listens."""

    host: str
    port: int

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"


@contextmanager
def serving(app: Flask) -> Iterator[Serving]:
    """Serve an app on a free port of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Serving("127.0.0.1", server.server_port)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send_and_cut(serving: Serving, request: bytes) -> None:
    """Send bytes, cut the line, and wait until the server has noticed and gone its way."""
    with socket.create_connection((serving.host, serving.port)) as line:
        line.sendall(request)
        line.shutdown(socket.SHUT_WR)
        while line.recv(65536):
            pass


def raw_patch(path: str, token: str, offset: int, body: bytes, *, length: int, more: Mapping[str, str] = {}) -> bytes:
    """Write a PATCH request that announces `length` bytes, with those that are at hand."""
    headers = {**TUS, **BODY, "Authorization": f"Bearer {token}", "Upload-Offset": str(offset), **more}
    head = [f"PATCH {path} HTTP/1.1", "Host: x", f"Content-Length: {length}", "Connection: close"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def metadata(data: bytes, **more: str) -> str:
    """Write the Upload-Metadata of some bytes."""
    pairs = {"sha256": hashlib.sha256(data).hexdigest(), "kind": "photo", **more}
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs.items())


def create(client: FlaskClient, token: str, data: bytes, **more: Any) -> Any:
    """Begin an upload of some bytes."""
    headers = {
        **TUS,
        "Authorization": f"Bearer {token}",
        "Upload-Length": str(len(data)),
        "Upload-Metadata": metadata(data),
    }
    return client.post("/files/", headers={**headers, **more})


def patch(client: FlaskClient, token: str, location: str, offset: int, data: bytes, **more: str) -> Any:
    """Send a piece."""
    headers = {**TUS, **BODY, "Authorization": f"Bearer {token}", "Upload-Offset": str(offset)}
    return client.patch(location, data=data, headers={**headers, **more})


def head(client: FlaskClient, token: str, location: str) -> Any:
    """Ask how far an upload is."""
    return client.head(location, headers={**TUS, "Authorization": f"Bearer {token}"})


def upload(client: FlaskClient, token: str, data: bytes) -> Any:
    """Send some bytes whole."""
    return patch(client, token, create(client, token, data).headers["Location"], 0, data)


def checksum(data: bytes, algorithm: str = "sha256") -> dict[str, str]:
    """Write the Upload-Checksum of a piece."""
    return {"Upload-Checksum": f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"}
