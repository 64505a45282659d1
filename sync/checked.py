"""Reading plain JSON values that somebody else wrote: each of these gives the value or raises Malformed."""

import re
from typing import Any

from sync.errors import Malformed

_HASH = re.compile("([0-9a-f]{32}|[0-9a-f]{64})?")


def need(holds: bool, what: str) -> None:
    """Raise Malformed, naming the place, unless something holds."""
    if not holds:
        raise Malformed("protocol", what)


def is_whole(value: Any) -> bool:
    """Tell whether a value is a whole number from 0 that JSON carries exactly."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53


def is_short(value: Any) -> bool:
    """Tell whether a value is a name of 1 to 64 characters."""
    return isinstance(value, str) and 0 < len(value) <= 64 and "\0" not in value


def read_text(value: Any) -> str:
    """Read a text."""
    need(isinstance(value, str), "text")
    return str(value)


def read_hash(value: Any) -> str:
    """Read a hash of 128 or 256 bits in hex digits, or none at all."""
    need(isinstance(value, str) and _HASH.fullmatch(value) is not None, "hash")
    return str(value)


def read_hex(value: Any, digits: int) -> str:
    """Read so many hex digits."""
    need(isinstance(value, str) and len(value) == digits and not set(value) - set("0123456789abcdef"), "hex")
    return str(value)


def read_count(value: Any) -> int:
    """Read a whole number from 0."""
    need(is_whole(value), "count")
    return int(value)
