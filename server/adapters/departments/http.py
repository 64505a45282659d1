"""A way by HTTP: POST /queries hands a query over, POST /answers asks for its answer; both bodies are signed envelopes.

No id stands in an address, so none stands in anybody's access log. A department that is busy says when to come again
(Retry-After, RFC 9110 10.2.3); within a round we wait for it that long, up to a bound, and then leave it for the next.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from server.adapters.departments.connector import Answer, Fault, Query
from server.adapters.departments.envelope import LONGEST_BYTES, pack, unpack
from sync.canonical import instant

TRIES = 3
LONGEST_WAIT_S = 30.0
FIRST_WAIT_S = 1.0  # doubled after each try, where the department does not say how long
BUSY = frozenset({429, 502, 503, 504})
NOT_YET, UNKNOWN = 202, 404


@dataclass(frozen=True)
class HttpConnector:
    """The service's address, the shared key, how long to wait for a reply, a clock, and how to pause."""

    url: str
    key: bytes
    timeout_s: float
    clock: Callable[[], datetime]
    pause: Callable[[float], None]
    transport: httpx.BaseTransport | None = None

    def send(self, query: Query) -> None:
        """Hand a query over."""
        self._post("/queries", query.message())

    def collect(self, waiting: Collection[str]) -> Iterator[Answer | tuple[str, Fault]]:
        """Ask for each answer; one that the department has not yet is passed over."""
        for query_id in sorted(waiting):
            try:
                reply = self._post("/answers", {"id": query_id})
                if reply.status_code == NOT_YET:
                    continue
                answer = Answer.of(unpack(reply.content, self.key))
                if answer.query_id != query_id:
                    raise Fault("foreign")
                yield answer
            except Fault as fault:
                if fault.may_pass:
                    raise  # The whole way is down: the others would only wait for it, too.
                yield query_id, fault

    def lying(self) -> list[str]:
        """Nothing lies on this way: an answer is asked for."""
        return []

    def set_aside(self, query_id: str, fault: Fault) -> None:
        """Leave it: the department is asked again in the next round."""

    def discard(self, query_id: str) -> None:
        """Leave it to the department: nothing of ours lies there."""

    def _post(self, path: str, message: dict[str, Any]) -> httpx.Response:
        """Post a message; wait and try again where that may help. Raises Fault."""
        body = pack({**message, "at": instant(self.clock())}, self.key)
        for tries in range(TRIES):
            try:
                reply = self._once(path, body)
            except httpx.TimeoutException:
                fault, wait = Fault("slow", may_pass=True), None
            except httpx.TransportError:
                fault, wait = Fault("unreachable", may_pass=True), None
            else:
                if reply.status_code not in BUSY:
                    return _checked(reply)
                fault, wait = Fault("busy", may_pass=True), _retry_after(reply)
            seconds = FIRST_WAIT_S * 2**tries if wait is None else wait
            if tries + 1 == TRIES or seconds > LONGEST_WAIT_S:
                break
            self.pause(seconds)
        raise fault

    def _once(self, path: str, body: bytes) -> httpx.Response:
        with httpx.Client(timeout=self.timeout_s, transport=self.transport, trust_env=False) as client:
            headers = {"Content-Type": "application/json"}
            return client.post(self.url.rstrip("/") + path, content=body, headers=headers)


def _checked(reply: httpx.Response) -> httpx.Response:
    if reply.status_code == UNKNOWN:
        raise Fault("unknown")
    if not reply.is_success:
        raise Fault("refused")
    if len(reply.content) > LONGEST_BYTES:
        raise Fault("malformed")
    return reply


def _retry_after(reply: httpx.Response) -> float | None:
    """Read the seconds of Retry-After; a date is left to the next round."""
    text = reply.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else (LONGEST_WAIT_S + 1 if text else None)
