"""A change that waits for its transaction's end: who makes it, and the record as it was and as it will be."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from server.queries import records
from sync.clock import Corrected, milliseconds
from sync.merge import CREATED, OFFICE, UNSEEN, Mark, marked, moved
from sync.records import REGISTRY

Key = tuple[str, str]


@dataclass(frozen=True)
class Author:
    """Who makes a change, from which installation, and when on the server's clock."""

    staff_id: str | None
    at: Corrected
    device_id: str | None = None
    writer: str = OFFICE
    why: str = ""  # the reason that a person gave, for the history


def office(now: datetime, staff_id: str | None = None, why: str = "") -> Author:
    """Name the office itself as the author of a change."""
    return Author(staff_id, Corrected(milliseconds(now), 0), why=why)


@dataclass
class Staged:
    """A record in this transaction: as it was read, and as it will be.

    `superseded` keeps every value that somebody saved and that does not stand at the end, for the history. `marks_again`
    are the marks that hold again because a deed is undone: an edit that was on its way meets what it had seen.
    """

    type: str
    id: str
    before: records.Stored | None
    bucket: str
    fields: dict[str, Any]
    author: Author
    changed: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    superseded: dict[str, list[Any]] = field(default_factory=dict)
    marks_again: dict[str, Mark] = field(default_factory=dict)
    removed: str = ""
    seq: int = 0

    def copy(self) -> "Staged":
        """Give a copy that later changes do not reach."""
        superseded = {name: list(values) for name, values in self.superseded.items()}
        return replace(
            self,
            fields=dict(self.fields),
            changed=dict(self.changed),
            superseded=superseded,
            marks_again=dict(self.marks_again),
        )

    @property
    def moves(self) -> bool:
        """Tell whether it goes to another bucket."""
        return self.before is not None and self.before.bucket != self.bucket

    @property
    def marks(self) -> dict[str, Mark]:
        """Mark what this transaction changed; a staged record has no seq yet, so its marks carry the highest one."""
        mark = Mark(self.seq or UNSEEN, self.author.writer, self.author.at.at_ms, self.author.at.uncertainty_ms)
        if self.before is None:
            return {CREATED: mark, **self.marks_again}
        marks = moved(self.before.marks, self.before.bucket, mark) if self.moves else self.before.marks
        return {**marked(REGISTRY[self.type], marks, self.changed, mark), **self.marks_again}
