"""One value, one byte form: JSON with sorted keys, no spaces, UTF-8, and no floats (two machines print them differently).

Decimals travel as strings, places as integers, instants as RFC 3339 text in UTC. Close to RFC 8785, but keys are sorted
by code point and numbers are integers only, so that both ends need nothing but the standard library.
"""

import json
from datetime import UTC, datetime
from typing import Any

from sync.errors import Malformed, NotCanonical


def dumps(value: Any) -> bytes:
    """Give the one byte form of a JSON value. Raises NotCanonical for floats and for what JSON cannot hold.

    >>> dumps({"b": 1, "a": "户"}).decode()
    '{"a":"户","b":1}'
    """
    _check(value)
    try:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return text.encode()
    except (TypeError, ValueError) as error:
        raise NotCanonical("canonical.value", type(error).__name__) from None


def loads(data: bytes | str) -> Any:
    """Read JSON, refusing floats and duplicate keys. Raises Malformed when it is no such JSON."""
    try:
        return json.loads(data, parse_float=_refuse_float, parse_constant=_refuse_float, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise Malformed("canonical.json", type(error).__name__) from None


def instant(moment: datetime) -> str:
    """Write an aware moment as UTC text with milliseconds, the only form of time that travels.

    >>> instant(datetime(2026, 7, 1, 8, 30, tzinfo=UTC))
    '2026-07-01T08:30:00.000Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def moment(text: str) -> datetime:
    """Read what `instant` wrote. Raises Malformed otherwise."""
    try:
        if not text.endswith("Z"):
            raise ValueError
        return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
    except ValueError:
        raise Malformed("canonical.instant") from None


def _check(value: Any) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise NotCanonical("canonical.key")
            _check(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item)
    elif isinstance(value, float):
        raise NotCanonical("canonical.float")
    elif isinstance(value, str) and not value.isascii():
        try:
            value.encode()  # A lone surrogate is a str without bytes.
        except UnicodeEncodeError:
            raise NotCanonical("canonical.text") from None


def _refuse_float(text: str) -> Any:
    raise ValueError(text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found
