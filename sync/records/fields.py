"""The words in which a record type is written: what a field holds, and how two edits of it are merged."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any

from sync.canonical import dumps, instant, moment
from sync.errors import SyncError


class Merge(Enum):
    """What happens when a device's edit meets another's (docs/sync-protocol.md, "Merging")."""

    LAST_WRITER = "last_writer"
    CONTESTED = "contested"
    REVIEWED = "reviewed"
    GROW_SET = "grow_set"
    WRITE_ONCE = "write_once"
    STEPWISE = "stepwise"
    SERVER_OWNED = "server_owned"


class Home(Enum):
    """In which kind of bucket a record type lives."""

    VILLAGE = "village"
    USER = "user"
    REFERENCE = "reference"


@dataclass(frozen=True)
class Kind:
    """A set of values: a name for messages, and a test that says whether a value belongs."""

    name: str
    holds: Callable[[Any], bool]


@dataclass(frozen=True)
class Field:
    """One field: what it may hold and how edits of it merge; `secret` ones are sealed at rest and masked on screens."""

    kind: Kind
    merge: Merge
    required: bool = False
    secret: bool = False
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecordType:
    """A kind of record that travels. `device_may` names what a device may ask: create, update, delete."""

    name: str
    home: Home
    fields: Mapping[str, Field]
    device_may: frozenset[str] = frozenset()
    secrets: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "secrets", frozenset(n for n, f in self.fields.items() if f.secret))

    def merge_class(self, name: str) -> Merge:
        """Give a field's merge class; a field from a newer release is kept, and merges as the most careful class."""
        known = self.fields.get(name)
        return known.merge if known else Merge.CONTESTED


_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_ID = re.compile(r"[0-9A-Za-z._@:-]{1,64}")
_HASH = re.compile(r"[0-9a-f]{64}")
_AREA = re.compile(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}")
DOCUMENT_LIMIT_BYTES = 512 * 1024


def _text(limit: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and len(value) <= limit and "\0" not in value  # PostgreSQL takes none.


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _written_by(writer: Callable[[Any], str], reader: Callable[[str], Any]) -> Callable[[Any], bool]:
    """Take the one form in which a value is written: two forms of a day would be two values."""

    def holds(value: Any) -> bool:
        try:
            return isinstance(value, str) and writer(reader(value)) == value
        except (ValueError, OverflowError):
            return False

    return holds


def _document(value: Any) -> bool:
    try:
        return isinstance(value, dict | list) and len(dumps(value)) <= DOCUMENT_LIMIT_BYTES
    except (SyncError, RecursionError):
        return False


NAME = Kind("name", _matches(_NAME))
ID = Kind("id", _matches(_ID))
AREA = Kind("area code", _matches(_AREA))
HASH = Kind("sha256", _matches(_HASH))
WORD = Kind("short text", _text(64))
TEXT = Kind("text", _text(4000))
WHOLE = Kind("integer", lambda value: isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53)
TRUTH = Kind("boolean", lambda value: isinstance(value, bool))
DAY = Kind("date", _written_by(date.isoformat, date.fromisoformat))
INSTANT = Kind("instant", _written_by(instant, moment))
DOCUMENT = Kind("document", _document)
OBJECT = Kind("object", lambda value: isinstance(value, dict) and _document(value))
OBJECTS = Kind(
    "objects", lambda value: isinstance(value, list) and all(isinstance(v, dict) for v in value) and _document(value)
)
ITEMS = Kind("set", lambda value: isinstance(value, dict) and all(isinstance(v, bool) for v in value.values()))


def last_writer(kind: Kind, *, secret: bool = False) -> Field:
    """Phone, notes, remarks: the later edit wins where time can tell; the other is kept in the history."""
    return Field(kind, Merge.LAST_WRITER, secret=secret)


def contested(kind: Kind) -> Field:
    """Facts that two workers may both change: both are kept and a supervisor decides."""
    return Field(kind, Merge.CONTESTED)


def reviewed(kind: Kind, *, secret: bool = False) -> Field:
    """The register's own facts: a device's value is a proposal until a reviewer accepts it."""
    return Field(kind, Merge.REVIEWED, secret=secret)


def grow_set() -> Field:
    """A set that grows from many hands: item -> whether it stands; a removal on purpose is remembered."""
    return Field(ITEMS, Merge.GROW_SET)


def write_once(kind: Kind, *, required: bool = False, secret: bool = False) -> Field:
    """Evidence: the first value stands for ever."""
    return Field(kind, Merge.WRITE_ONCE, required=required, secret=secret)


def stepwise(*steps: str) -> Field:
    """A state that only goes forward on the device, in this order."""
    return Field(Kind("step", lambda value: value in steps), Merge.STEPWISE, steps=steps)


def server_owned(kind: Kind) -> Field:
    """The office's own: a device's value is refused, the rest of its mutation is applied."""
    return Field(kind, Merge.SERVER_OWNED)


def problems(record_type: RecordType, fields: Mapping[str, Any], *, creating: bool) -> list[str]:
    """List the fields whose value is not of their kind, and on creation the required ones that are missing.

    A field that this release does not know is kept as it is, provided that a newer one could have given it its name.
    """
    found = [name for name in fields if not NAME.holds(name)]
    found += [
        name
        for name, value in fields.items()
        if value is not None and name in record_type.fields and not record_type.fields[name].kind.holds(value)
    ]
    if creating:
        found += [name for name, known in record_type.fields.items() if known.required and fields.get(name) is None]
    return sorted(set(found))
