"""What every way to a department can do, in the words that both sides use."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class Subject:
    """A person who is asked about. `ref` is how the answer names the person: an id, no number of a document."""

    ref: str
    name: str
    id_number: str


@dataclass(frozen=True)
class Query:
    """What is asked: about whom, for what, by which clause, and until when the persons have authorised it (ISO days).

    `id` makes it the same query however often it is sent. `doubts` names the query whose answer was put in doubt.
    """

    id: str
    source: str
    purpose: str
    basis: str
    authorised_to: str
    subjects: Sequence[Subject]
    doubts: str = ""

    def message(self) -> dict[str, Any]:
        """Give the query as it is sent."""
        told = {name: getattr(self, name) for name in ("id", "source", "purpose", "basis", "authorised_to", "doubts")}
        return told | {"subjects": [vars(one) for one in self.subjects]}


@dataclass(frozen=True)
class Answer:
    """What a department says to a query, not read yet; `queried_at` is when it looked, as it says."""

    query_id: str
    source: str
    queried_at: str
    items: Any = field(repr=False)
    refused: str = ""  # a code, when it will not answer

    @classmethod
    def of(cls, message: dict[str, Any]) -> "Answer":
        """Read an answer's frame. Raises Fault("malformed")."""
        told = [message.get(name) for name in ("id", "source", "queried_at")]
        query_id, source, queried_at = (one if isinstance(one, str) else "" for one in told)
        if not (query_id and source and queried_at):
            raise Fault("malformed")
        return cls(query_id, source, queried_at, message.get("items"), str(message.get("refused") or "")[:32])


class Fault(Exception):
    """Why a try did not come through, as a code; nothing of a person. `may_pass`: another try later may succeed.

    unreachable, slow, busy: the way is down. unknown: the department does not have the query. foreign: the answer is to
    another one. lapsed: the authorisation is over. refused, malformed, signature say themselves.
    """

    def __init__(self, code: str, *, may_pass: bool = False) -> None:
        super().__init__(code)
        self.code, self.may_pass = code, may_pass


class Connector(Protocol):
    """One way to one or more departments. Every call may be made again: a query sent twice is one query."""

    def send(self, query: Query) -> None:
        """Hand a query over. Raises Fault."""

    def collect(self, waiting: Collection[str]) -> Iterator[Answer | tuple[str, Fault]]:
        """Give the answers that are there to these queries, and why one that is there cannot be used.

        Raises Fault when the way as a whole does not come through.
        """

    def lying(self) -> list[str]:
        """Name the queries whose answers lie on the way now, waited for or not."""

    def set_aside(self, query_id: str, fault: Fault) -> None:
        """Put an answer that was collected, and turned out to be unusable, out of the way."""

    def discard(self, query_id: str) -> None:
        """Remove what lies on the way of a query that is answered and stored; nothing there is no error."""
