"""How records are written and summed, by docs/sync-protocol.md: anew here, so that the product's own writer is checked."""

import hashlib
import json
from typing import Any


def canonical(value: Any) -> bytes:
    """Write a value as it is hashed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def checksum(key: str, rows: list[tuple[str, str, int, bytes]]) -> tuple[int, str]:
    """Count and sum rows of (type, id, seq, body)."""
    total = 0
    for type, id, seq, body in rows:
        data = f"{type}\0{id}\0{seq}\0".encode() + body
        total += int.from_bytes(hashlib.blake2b(data, digest_size=16, key=bytes.fromhex(key)).digest(), "big")
    return len(rows), f"{total % (1 << 128):032x}"
