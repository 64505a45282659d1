"""Checksums by which two copies of a bucket prove that they are the same.

A bucket's checksum is the sum modulo 2^128 of a keyed BLAKE2b of each live record. A sum can be kept up to date record by
record and, unlike XOR, does not cancel equal pairs; the key is the bucket's own, so that nobody can craft records whose
digests cancel. Each end computes it over its own bytes.
"""

import hashlib
from collections.abc import Iterable

MODULUS = 1 << 128
DIGITS = 16  # of a branch's sum: it says where to look, the bucket's own sum says whether.
NOTHING = "0" * 32  # The running hash before the first mutation.


def record_digest(key: bytes, record_type: str, record_id: str, seq: int, body: bytes) -> int:
    """Digest one live record: its type, id, seq and canonical bytes, under the bucket's key (16 to 64 bytes)."""
    head = f"{record_type}\0{record_id}\0{seq}\0".encode()
    return int.from_bytes(hashlib.blake2b(head + body, digest_size=16, key=key).digest(), "big")


def add(total: int, digest: int) -> int:
    """Put a record into a bucket's sum."""
    return (total + digest) % MODULUS


def remove(total: int, digest: int) -> int:
    """Take a record out of a bucket's sum."""
    return (total - digest) % MODULUS


def checksum(key: bytes, records: Iterable[tuple[str, str, int, bytes]]) -> tuple[int, str]:
    """Count and sum (type, id, seq, body) anew. Returns the count and the checksum as 32 hex digits."""
    count = total = 0
    for record_type, record_id, seq, body in records:
        total = add(total, record_digest(key, record_type, record_id, seq, body))
        count += 1
    return count, as_text(total)


def carried_on(running: str, mutation: bytes) -> str:
    """Carry the running hash over an installation's accepted mutations on by one; both ends keep it for themselves."""
    return hashlib.sha256(bytes.fromhex(running) + mutation).hexdigest()[:32]


def leaf(record_type: str, record_id: str) -> str:
    """Name the one of 65,536 leaves of a bucket in which a record stands: four hex digits, the first two its branch."""
    return hashlib.blake2b(f"{record_type}\0{record_id}".encode(), digest_size=2).hexdigest()


def branches(key: bytes, records: Iterable[tuple[str, str, int, bytes]], branch: str = "") -> str:
    """Sum a bucket's 256 branches, or the 256 leaves of one branch, each written as 16 hex digits, one after another."""
    sums = [0] * 256
    for record_type, record_id, seq, body in records:
        place = leaf(record_type, record_id)
        if place.startswith(branch):
            part = int(place[len(branch) : len(branch) + 2], 16)
            sums[part] = add(sums[part], record_digest(key, record_type, record_id, seq, body))
    return "".join(f"{total:032x}"[:DIGITS] for total in sums)


def differing(ours: str, theirs: str) -> list[str]:
    """Say which of 256 sums differ, as two hex digits each."""
    return [f"{n:02x}" for n in range(256) if ours[n * DIGITS :][:DIGITS] != theirs[n * DIGITS :][:DIGITS]]


def as_text(total: int) -> str:
    """Write a sum as the 32 hex digits that travel."""
    return f"{total:032x}"
