"""The line between a phone and the office: it loses, repeats, delays and cuts, and sometimes somebody else answers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Protocol

import httpx

from sync.protocol import SCHEMA, Request
from tests.simulation.disk import ROOMS, room_for
from tests.simulation.server import Answer, Crash, Server

FAULTS = {
    "request lost": 6,
    "answer lost": 6,
    "answer cut": 14,
    "request cut": 4,
    "request damaged": 8,
    "repeated": 6,
    "late again": 6,
    "busy": 3,
    "portal": 6,
    "server crash": 12,
    "server full": 5,
    "another first": 10,
    "crowded": 14,
}
CROWDS = (5, 7)  # Others who are answered at once: as many as close the photos' lane, and as many as close the pulls'.
PORTAL = Answer(200, {"Content-Type": "text/html"}, "<html>请先登录本酒店的无线网络</html>\n".encode())
CRASH_WITHIN = 60  # statements of one request


@dataclass(frozen=True)
class Letter:
    """A request as it travels."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Tap(Protocol):
    """Who listens to a line."""

    def left(self, letter: Letter, fault: str) -> None:
        """Hear a request that leaves the phone, and which fault it will meet."""

    def arrived(self, letter: Letter) -> None:
        """Hear a request that reached the office."""

    def committed(self) -> None:
        """Hear that the office may have committed something."""

    def answered(self, letter: Letter, answer: Answer, fault: str) -> None:
        """Hear what the office says to it, and which fault the letter or its answer meets."""


@dataclass
class Line(httpx.BaseTransport):
    """One phone's line for one conversation; `badness` is the share of requests that meet a fault, `pieces` that
    of a photo's pieces: records come through by a word, a photo takes a while.

    `schema` is what the phone's release says that it knows.
    """

    server: Server
    tap: Tap
    chance: Random
    badness: float
    pieces: float
    faults: Mapping[str, int]
    later: Callable[[Letter], None]
    meanwhile: Callable[[], None]
    schema: int = SCHEMA
    _meets: str = ""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request, as far as it comes; a phone's full disk is no matter here."""
        with room_for(None):
            return self._handle(request)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        headers = {name: value for name, value in request.headers.items() if name != "accept-encoding"}
        letter = self._released(Letter(request.method, request.url.raw_path.decode(), headers, request.read()))
        fault = self._fault(letter)
        self.tap.left(letter, fault)
        self._meets = fault
        match fault:
            case "request lost":
                raise httpx.ConnectError(fault)
            case "busy":
                return httpx.Response(503)
            case "portal":
                return _response(PORTAL)
            case "answer lost":
                self._carry(letter)
                raise httpx.ReadError(fault)
            case "request cut":
                self._carry(letter, letter.body[: self.chance.randrange(len(letter.body))])
                raise httpx.WriteError(fault)
            case "request damaged":
                at = self.chance.randrange(len(letter.body))
                damaged = letter.body[:at] + bytes([letter.body[at] ^ 1]) + letter.body[at + 1 :]
                return _response(self._carry(letter, damaged))
            case "repeated":
                self._carry(letter)
            case "late again":
                self.later(letter)
            case "server crash":
                return self._crashing(letter)
            case "crowded":
                with self.server.crowded(self.chance.choice(CROWDS)):
                    return _response(self._carry(letter))
            case "server full":
                with room_for(self.chance.choice(ROOMS)):
                    return _response(self._carry(letter))
        answer = self._carry(letter, between=self.meanwhile if fault == "another first" else lambda: None)
        return _response(answer, self._cut(answer) if fault == "answer cut" else None)

    def _fault(self, letter: Letter) -> str:
        if self.chance.random() >= (self.pieces if letter.method == "PATCH" else self.badness):
            return ""
        known = {name: weight for name, weight in self.faults.items() if _can_meet(letter, name)}
        return self.chance.choices(list(known), list(known.values()))[0]

    def _released(self, letter: Letter) -> Letter:
        """Let a request say what the phone's release knows."""
        if self.schema == SCHEMA or not letter.path.startswith("/sync"):
            return letter
        return replace(letter, body=replace(Request.decode(letter.body), schema=self.schema).encode())

    def _carry(
        self,
        letter: Letter,
        body: bytes | None = None,
        *,
        between: Callable[[], None] = lambda: None,
        crash_at: int | None = None,
    ) -> Answer:
        def then() -> None:
            self.tap.committed()
            between()

        announced = None if body is None else len(letter.body)
        self.tap.arrived(letter)
        try:
            answer = self.server.serve(
                letter.method,
                letter.path,
                letter.headers,
                letter.body if body is None else body,
                announced=announced,
                crash_at=crash_at,
                between=then,
            )
        finally:
            self.tap.committed()
        self.tap.answered(letter, answer, self._meets)
        return answer

    def _crashing(self, letter: Letter) -> httpx.Response:
        try:
            answer = self._carry(letter, crash_at=self.chance.randrange(CRASH_WITHIN))
        except Crash:
            raise httpx.ReadError("server crash") from None
        return _response(answer, None if answer.is_whole else len(answer.body))

    def _cut(self, answer: Answer) -> int:
        return self.chance.randrange(len(answer.body) + 1)


def _can_meet(letter: Letter, fault: str) -> bool:
    match fault:
        case "request damaged":  # Records travel under TLS alone, pieces have a sum.
            return letter.method == "PATCH"
        case "request cut":
            return bool(letter.body)
        case "crowded":
            return letter.path.startswith("/sync")
        case _:
            return True


class _Bytes(httpx.SyncByteStream):
    """An answer's bytes, up to where the line was cut."""

    def __init__(self, body: bytes, cut: int | None) -> None:
        self.body, self.cut = body, cut

    def __iter__(self) -> Iterator[bytes]:
        yield self.body[: self.cut]
        if self.cut is not None:
            raise httpx.ReadError("answer cut")


def _response(answer: Answer, cut: int | None = None) -> httpx.Response:
    headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}
    return httpx.Response(answer.status, headers=headers, stream=_Bytes(answer.body, cut))
