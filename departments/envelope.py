"""The envelope as a department would write it from docs/checks.md: canonical JSON and an HMAC-SHA256 of the shared key."""

import hashlib
import hmac
import json
from typing import Any


class Unreadable(Exception):
    """No envelope, or one under another key."""


def pack(message: dict[str, Any], key: bytes) -> bytes:
    """Sign a message."""
    return _canonical({"message": message, "signature": _sign(message, key)})


def unpack(content: bytes, key: bytes) -> dict[str, Any]:
    """Open an envelope. Raises Unreadable."""
    try:
        envelope = json.loads(content)
        message: dict[str, Any] = envelope["message"]
        is_right = hmac.compare_digest(_sign(message, key), envelope["signature"])
    except (ValueError, KeyError, TypeError):
        raise Unreadable from None
    if not is_right:
        raise Unreadable
    return message


def _sign(message: dict[str, Any], key: bytes) -> str:
    return hmac.new(key, _canonical(message), hashlib.sha256).hexdigest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
