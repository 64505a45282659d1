"""Opaque cursors of lists: where the next page begins, unreadable enough that nobody builds on its form."""

import base64
import binascii

from server.domain.errors import InputInvalid


def pack(*parts: str) -> str:
    """Make a cursor of the last row's key."""
    return base64.urlsafe_b64encode("\0".join(parts).encode()).decode()


def unpack(cursor: str, count: int) -> tuple[str, ...] | None:
    """Read a cursor of `count` parts; the empty one means the beginning. Raises InputInvalid."""
    if not cursor:
        return None
    try:
        parts = tuple(base64.urlsafe_b64decode(cursor).decode().split("\0"))
    except (binascii.Error, UnicodeDecodeError):
        parts = ()
    if len(parts) != count:
        raise InputInvalid("翻页位置无效, 请从头查看", fields=["cursor"])
    return parts
