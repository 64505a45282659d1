"""Opaque cursors of lists: where the next page begins, unreadable enough that nobody builds on its form."""

import base64

from server.domain.errors import InputInvalid
from sync.records.fields import INSTANT


def pack(*parts: str) -> str:
    """Make a cursor of the last row's key."""
    return base64.urlsafe_b64encode("\0".join(parts).encode()).decode()


def unpack(cursor: str, count: int) -> tuple[str, ...] | None:
    """Read a cursor of `count` parts; the empty one means the beginning. Raises InputInvalid."""
    if not cursor:
        return None
    try:
        parts = tuple(base64.urlsafe_b64decode(cursor).decode().split("\0"))
    except ValueError:
        parts = ()
    if len(parts) != count:
        raise invalid()
    return parts


def unpack_moment(cursor: str) -> tuple[str, str] | None:
    """Read a cursor of an instant and an id. Raises InputInvalid."""
    found = unpack(cursor, 2)
    if found is None:
        return None
    at, last_id = found
    if not INSTANT.holds(at):
        raise invalid()
    return at, last_id


def invalid() -> InputInvalid:
    """Say that a cursor is none of ours."""
    return InputInvalid("翻页位置无效, 请从头查看", fields=["cursor"])
