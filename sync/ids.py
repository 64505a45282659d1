"""Ids made where a record is made: UUIDv7 (RFC 9562), so that ids of one device sort by when it made them."""

import uuid


def new_id(at_ms: int, entropy: bytes) -> str:
    """Make a UUIDv7 from milliseconds since 1970 and ten random bytes; a wrong clock spoils the order, never uniqueness.

    >>> new_id(0x017F22E279B0, bytes(10))
    '017f22e2-79b0-7000-8000-000000000000'
    """
    if len(entropy) != 10:
        raise ValueError("ten bytes of entropy are needed")
    value = (at_ms & (1 << 48) - 1) << 80 | int.from_bytes(entropy, "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))
