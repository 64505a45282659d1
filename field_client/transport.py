"""The only file that speaks to the network: HTTP to one office, and to nobody else.

It tells three things apart: the office answered, the office refused (`ServerRefused`, with its code), and there was no
answer (`NoConnection`). What the answers mean is left to `runner` and `uploads`. Proxies of the environment are not
used; certificates are the system's own (SSL_CERT_FILE included), as county networks have their own authority.
"""

import base64
import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx

from field_client.errors import BudgetSpent, FieldError, NoConnection, ServerRefused
from sync import packing
from sync.errors import SyncError

TIMEOUT = httpx.Timeout(60.0, connect=10.0)
PACK_FROM_BYTES = 64  # A shorter body does not shrink.
ANSWER_BYTES = 256 << 20  # One answer unpacked; far above what we ask for, as a transaction is never split.
SLICE_BYTES = 16 * 1024
UNBOUNDED = 1 << 62
TUS = {"Tus-Resumable": "1.0.0"}
LONGEST_WAIT_S = 3600  # Whatever the office, or something on the way to it, asks for: work waits no longer.
_BUSY = frozenset({423, 429, 502, 503, 504})
_FULL = 507
NO_CONTENT = 204
_GONE = frozenset({404, 410})
_UNKNOWN_CODING = 415


@dataclass(frozen=True)
class Login:
    """How a device opens its sessions: it signs a challenge with its own key."""

    device_id: str
    sign: Callable[[str], str]


@dataclass(frozen=True)
class Standing:
    """Where an upload stands on the server."""

    location: str
    offset: int


class Transport:
    """A connection to the office, with what it has cost so far; bytes are counted as they travel, bodies only."""

    def __init__(self, server: str, *, login: Login | None = None, token: str = "") -> None:
        address = urlsplit(server)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise FieldError("server.address")
        self.token = token
        self.bytes_sent = 0
        self.bytes_received = 0
        self.max_bytes: int | None = None  # of bodies, both ways together; never passed by what we send
        self._login = login
        self._coding = packing.CODINGS[0]
        self._client = httpx.Client(
            base_url=server,
            timeout=TIMEOUT,
            trust_env=False,
            verify=ssl.create_default_context()
            if address.scheme == "https"
            else False,  # Plain HTTP has nothing to verify.
            headers={"Accept-Encoding": "gzip", "User-Agent": "zhangshangban-field"},
        )

    def __enter__(self) -> "Transport":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def bytes_left(self) -> int:
        """Say how many bytes may still travel, both ways together."""
        return UNBOUNDED if self.max_bytes is None else self.max_bytes - self.bytes_sent - self.bytes_received

    def sign_in(self, username: str, password: str) -> None:
        """Sign a user in, for enrolling a device. Raises ServerRefused("session.wrong_password")."""
        self.token = self._json("POST", "/api/v1/sessions", {"username": username, "password": password})[
            "access_token"
        ]

    def sign_out(self) -> None:
        """End the user's session; the device's own key opens its sessions from now on."""
        self._json("DELETE", "/api/v1/sessions", None)
        self.token = ""

    def register_device(self, facts: Mapping[str, str]) -> dict[str, Any]:
        """Register a device by its name and public keys."""
        return self._json("POST", "/api/v1/devices", facts)

    def exchange(self, body: bytes) -> Iterator[bytes]:
        """Send a request and give the answer as it comes; an answer that is cut simply ends.

        Raises NoConnection when no answer begins, ServerRefused when it is a refusal.
        """
        with self._exchanged(body) as response:
            coding = response.headers.get("Content-Encoding", packing.IDENTITY)
            if coding in packing.OURS:
                self._coding = coding  # What the office writes it also reads.
            try:
                yield from packing.unpack_pieces(response.iter_raw(), coding, limit_bytes=ANSWER_BYTES)
            except (httpx.TransportError, SyncError):
                return

    def begin_upload(self, sha256: str, size: int, kind: str) -> Standing:
        """Begin an upload, or find the one begun before, and say how far it is (tus creation)."""
        metadata = f"sha256 {_base64(sha256)},kind {_base64(kind)}"
        headers = TUS | {"Upload-Length": str(size), "Upload-Metadata": metadata}
        with self._answer("POST", "/files/", headers=headers) as response:
            location = urlsplit(response.headers.get("Location", "")).path
            return Standing(location, _offset(response))

    def upload_offset(self, location: str) -> int | None:
        """Ask how far an upload is; None when the server no longer knows it."""
        try:
            with self._answer("HEAD", location, headers=TUS) as response:
                return _offset(response)
        except ServerRefused as refusal:
            if refusal.status in _GONE:
                return None
            raise

    def send_piece(self, location: str, offset: int, piece: bytes, digest: bytes) -> int:
        """Send bytes at an offset with their SHA-256; gives the new offset.

        Raises ServerRefused with status 409 (other offset) or 460 (bytes damaged on the way).
        """
        headers = TUS | {
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
            "Upload-Checksum": f"sha256 {base64.b64encode(digest).decode()}",
        }
        with self._answer("PATCH", location, content=piece, headers=headers) as response:
            return _offset(response)

    @contextmanager
    def _exchanged(self, body: bytes) -> Iterator[httpx.Response]:
        """Send a request packed by our dictionary; an office that does not have it gets it by plain zstd from then on."""
        try:
            with self._answer("POST", "/sync/v1/exchange", **self._packed(body)) as response:
                yield response
                return
        except ServerRefused as refusal:
            if refusal.status != _UNKNOWN_CODING or self._coding == packing.ZSTD:
                raise
        self._coding = packing.ZSTD
        with self._answer("POST", "/sync/v1/exchange", **self._packed(body)) as response:
            yield response

    def _packed(self, body: bytes) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Accept-Encoding": ", ".join(packing.CODINGS[:-1])}
        if len(body) < PACK_FROM_BYTES:
            return {"content": body, "headers": headers}
        return {"content": packing.pack(body, self._coding), "headers": headers | {"Content-Encoding": self._coding}}

    def begin_farewell(self, device_id: str, sign: Callable[[str], str]) -> dict[str, Any]:
        """Begin to hand over what is unsent, as a device that has no sessions any more.

        Raises ServerRefused("farewell.not_asked") when it is not asked for.
        """
        self.token, self._login = "", None
        path = f"/api/v1/devices/{device_id}"
        challenge = _given(self._plain(f"{path}/challenge", {}), "challenge")
        begun = self._plain(f"{path}/farewell", {"challenge": challenge, "signature": sign(challenge)})
        self.token = _given(begun, "token")
        return begun

    def hand_over(self, device_id: str, name: str, sealed: bytes) -> None:
        """Hand a sealed piece over; again is harmless."""
        headers = {"Content-Type": "application/octet-stream"}
        path = f"/api/v1/devices/{device_id}/farewell/pieces/{name}"
        with self._checked(self._send("PUT", path, headers, sealed)):
            return

    def end_salvage(self, device_id: str, names: list[str], farewell_key: str) -> str:
        """Ask the office to confirm that it holds every piece; gives its signature. Raises ServerRefused when it does not."""
        body = {"names": names, "farewell_key": farewell_key}
        return _given(self._plain(f"/api/v1/devices/{device_id}/farewell/salvage", body), "signature")

    def say_wiped(self, device_id: str, signature: str) -> None:
        """Say, signed, that this device is wiped. Raises NoConnection also when somebody else answered in the office's place."""
        body = {"signature": signature}
        path = f"/api/v1/devices/{device_id}/farewell/wiped"
        with self._checked(self._send("POST", path, **_json_body(body))) as response:
            if response.status_code != NO_CONTENT:
                raise NoConnection("server.unreadable")

    def recheck_face(self, visit_id: str, entry_id: str, sealed: bytes) -> None:
        """Ask the office for its second look at one comparison, with its photographs sealed; what it finds stays there."""
        headers = {"Content-Type": "application/octet-stream"}
        with self._answer(
            "POST", f"/api/v1/visits/{visit_id}/face-rechecks/{entry_id}", headers=headers, content=sealed
        ):
            return

    def _json(self, method: str, path: str, body: Any) -> dict[str, Any]:
        with self._answer(method, path, **_json_body(body)) as response:
            return _object(response) if response.status_code != 204 else {}

    @contextmanager
    def _answer(
        self, method: str, path: str, *, headers: Mapping[str, str], content: bytes | None = None
    ) -> Iterator[httpx.Response]:
        """Ask, open the device's session where there is none or it has ended, and hand out a good answer."""
        if not self.token and self._login:
            self._open_session(self._login)
        response = self._send(method, path, headers, content)
        if response.status_code == 401 and self._login:
            response.close()
            self._open_session(self._login)
            response = self._send(method, path, headers, content)
        with self._checked(response):
            yield response

    @contextmanager
    def _checked(self, response: httpx.Response) -> Iterator[httpx.Response]:
        """Hand out an answer unless it is a refusal; count what it cost and close it."""
        try:
            if response.status_code >= 300:
                raise _refusal(response)
            yield response
        finally:
            self.bytes_received += response.num_bytes_downloaded
            response.close()

    def _open_session(self, login: Login) -> None:
        self.token = ""
        path = f"/api/v1/devices/{login.device_id}"
        challenge = _given(self._plain(f"{path}/challenge", {}), "challenge")
        answer = {"challenge": challenge, "signature": login.sign(challenge)}
        self.token = _given(self._plain(f"{path}/sessions", answer), "access_token")

    def _plain(self, path: str, body: Any) -> dict[str, Any]:
        """Ask without a session: this is how one is opened."""
        with self._checked(self._send("POST", path, **_json_body(body))) as response:
            return _object(response)

    def _send(self, method: str, path: str, headers: Mapping[str, str], content: bytes | None) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if content and len(content) > self.bytes_left():
            raise BudgetSpent
        length = {"Content-Length": str(len(content))} if content else {}
        leaving = self._leaving(content) if content else None
        request = self._client.build_request(method, path, headers={**headers, **bearer, **length}, content=leaving)
        try:
            return self._client.send(request, stream=True)
        except httpx.TransportError as error:
            raise NoConnection("connection.none") from error

    def _leaving(self, content: bytes) -> Iterator[bytes]:
        """Give a body slice by slice and count each as it leaves: when the line is cut, what had left has cost its bytes."""
        for start in range(0, len(content), SLICE_BYTES):
            part = content[start : start + SLICE_BYTES]
            self.bytes_sent += len(part)
            yield part


def _json_body(body: Any) -> dict[str, Any]:
    if body is None:
        return {"headers": {}, "content": None}
    return {"headers": {"Content-Type": "application/json"}, "content": json.dumps(body, ensure_ascii=False).encode()}


def _refusal(response: httpx.Response) -> FieldError:
    if response.status_code in _BUSY:
        return NoConnection("server.busy", after_s=_asked_to_wait(response.headers))
    if response.status_code == _FULL:
        return NoConnection("server.full", after_s=_asked_to_wait(response.headers))
    try:
        problem = _object(response)
    except FieldError:
        return ServerRefused("server.unreadable", status=response.status_code)
    words = {name: str(problem.get(name) or "") for name in ("title", "detail")}
    return ServerRefused(str(problem.get("code") or "server.unreadable"), status=response.status_code, **words)


def _asked_to_wait(headers: Mapping[str, str]) -> int:
    """Read Retry-After (RFC 9110, 10.2.3) in seconds, within bounds; 0 where it is missing or makes no sense.

    A date is taken by the clock of whoever wrote it, never by ours.
    """
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return min(int(said[:9]), LONGEST_WAIT_S)
    try:
        until, now = (parsedate_to_datetime(text) for text in (said, headers.get("Date", "")))
        return max(0, min(int((until - now).total_seconds()), LONGEST_WAIT_S))
    except (ValueError, TypeError, OverflowError):
        return 0


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        response.read()
        plain = response.json()
    except httpx.TransportError as error:
        raise NoConnection("connection.cut") from error
    except (ValueError, httpx.DecodingError):
        plain = None
    if not isinstance(plain, dict):
        raise FieldError("server.unreadable")
    return plain


def _given(plain: Mapping[str, Any], name: str) -> str:
    if not isinstance(plain.get(name), str):
        raise FieldError("server.unreadable")
    return str(plain[name])


def _offset(response: httpx.Response) -> int:
    text = response.headers.get("Upload-Offset", "")
    if not text.isdigit():
        raise FieldError("server.unreadable")
    return int(text)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
