"""The envelope of every message, on both ways alike: canonical JSON with an HMAC-SHA256 (RFC 2104) of a shared key.

`{"message": …, "signature": hex}`; the signature is over the canonical bytes of the message, so it outlives any re-spacing.
"""

import hashlib
import hmac
from typing import Any

from server.adapters.departments.connector import Fault
from sync.canonical import dumps, loads
from sync.errors import SyncError

LONGEST_BYTES = 4 << 20


def pack(message: dict[str, Any], key: bytes) -> bytes:
    """Sign a message."""
    return dumps({"message": message, "signature": _signature(message, key)})


def unpack(content: bytes, key: bytes) -> dict[str, Any]:
    """Open an envelope. Raises Fault: malformed for what is none or too long, signature for one of another key."""
    if len(content) > LONGEST_BYTES:
        raise Fault("malformed")
    try:
        envelope = loads(content)
        message, signature = envelope["message"], envelope["signature"]
    except (SyncError, TypeError, KeyError):
        raise Fault("malformed") from None
    if not isinstance(message, dict) or not isinstance(signature, str):
        raise Fault("malformed")
    expected = _signature(message, key)
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise Fault("signature")
    return message


def _signature(message: dict[str, Any], key: bytes) -> str:
    return hmac.new(key, dumps(message), hashlib.sha256).hexdigest()
