"""One value, one byte form: JSON with sorted keys, no spaces, UTF-8, and no floats (two machines print them differently).

Decimals travel as strings, places as integers, instants as RFC 3339 text in UTC. Close to RFC 8785, but keys are sorted
by code point and numbers are integers only, so that both ends need nothing but the standard library. Where orjson is
installed it does the same several times as fast, and what it cannot do alike is left to the standard library
(docs/decisions/0010-a-quicker-writer-of-the-same-bytes.md).
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

from sync.errors import Malformed, NotCanonical

try:
    import orjson as quick
except ImportError:
    quick = None  # type: ignore[assignment]

# Far more than any document of ours, far less than a stack holds: what one end reads, both ends can write again.
DEEPEST = 64
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_NOT = object()
_SCALARS = frozenset({str, int, bool, type(None)})
_CONTAINERS = frozenset({dict, list, tuple})
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def dumps(value: Any) -> bytes:
    """Give the one byte form of a JSON value. Raises NotCanonical for floats and for what JSON cannot hold.

    >>> dumps({"b": 1, "a": "户"}).decode()
    '{"a":"户","b":1}'
    """
    if (written := _quickly(value)) is not None:
        return written
    try:
        _check(value)
        return _ENCODER.encode(value).encode()
    except NotCanonical:
        raise
    except (TypeError, ValueError, RecursionError) as error:
        raise NotCanonical("canonical.value", type(error).__name__) from None


def loads(data: bytes | str) -> Any:
    """Read JSON that `dumps` can write again. Raises Malformed for floats, duplicate keys, half characters, deep nests."""
    try:
        if (found := _canonical(data)) is not _NOT:
            return found
        text = data if isinstance(data, str) else data.decode()
        value = json.loads(text, parse_float=_refuse_float, parse_constant=_refuse_float, object_pairs_hook=_unique)
        _check_depth(value)
        if "\\u" in text:  # Only an escape can bring half of a surrogate pair, which has no bytes.
            dumps(value)
    except (ValueError, RecursionError) as error:
        raise Malformed("canonical.json", type(error).__name__) from None
    return value


def again(read: Any) -> bytes:
    """Write what `loads` read, or a part of it: whatever cannot be written was refused there."""
    try:
        return dumps(read) if quick is None else quick.dumps(read, option=quick.OPT_SORT_KEYS)
    except TypeError:
        return dumps(read)


def instant(moment: datetime) -> str:
    """Write an aware moment as UTC text with milliseconds, the only form of time that travels.

    >>> instant(datetime(2026, 7, 1, 8, 30, tzinfo=UTC))
    '2026-07-01T08:30:00.000Z'
    """
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def moment(text: str) -> datetime:
    """Read what `instant` wrote. Raises Malformed otherwise."""
    try:
        if not _INSTANT.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
    except ValueError:
        raise Malformed("canonical.instant") from None


def _quickly(value: Any) -> bytes | None:
    """Write a plain value by orjson; None for what it has to leave to the standard library, or to its refusal."""
    if quick is None or not _is_plain((value,)):
        return None
    try:
        return quick.dumps(value, option=quick.OPT_SORT_KEYS)
    except TypeError:
        return None  # Keys that are no text, whole numbers beyond 64 bits, half characters.


def _canonical(data: bytes | str) -> Any:
    """Read bytes that are canonical already, as those of our own ends are; `_NOT` when they are not, or may not be.

    What gives the same bytes again has no doubled key, no second form of a number and no escape that need not be.
    """
    if quick is None:
        return _NOT
    try:
        value = quick.loads(data)
        return value if _quickly(value) == (data.encode() if isinstance(data, str) else data) else _NOT
    except ValueError:
        return _NOT


def _is_plain(value: Any, depth: int = 0) -> bool:
    """Tell whether a list or object holds nothing but text, whole numbers, truth values, nothing, and more such."""
    for item in value.values() if type(value) is dict else value:
        kind = type(item)
        if kind in _SCALARS:  # Most values are text, and this is the hottest line of a sync.
            continue
        if kind not in _CONTAINERS or depth > DEEPEST or not _is_plain(item, depth + 1):
            return False
    return True


def _check(value: Any, depth: int = 0) -> None:
    """Refuse what JSON would take in more than one form (floats, and keys that are no text), and what is too deep."""
    if depth > DEEPEST:
        raise NotCanonical("canonical.depth")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise NotCanonical("canonical.key")
            _check(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item, depth + 1)
    elif isinstance(value, float):
        raise NotCanonical("canonical.float")


def _check_depth(value: Any, depth: int = 0) -> None:
    if depth > DEEPEST:
        raise NotCanonical("canonical.depth")
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            if isinstance(item, dict | list):
                _check_depth(item, depth + 1)


def _refuse_float(text: str) -> Any:
    raise ValueError(text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found
