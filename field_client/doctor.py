"""An integrity check of the device's files: what is sound, what is not, and what to do. It repairs only what is safe."""

from typing import Any

from field_client import media, messages, replica
from field_client.errors import FieldError
from field_client.store import Store


def examine(store: Store) -> list[dict[str, Any]]:
    """Check everything that can be checked without a network; each finding says whether it is well."""
    return [_structure(store), _photos(store), _leftovers(store), _outbox(store), _buckets(store)]


def _finding(name: str, ok: bool, **counts: int) -> dict[str, Any]:
    text = messages.FINDINGS[name]["ok" if ok else "bad"].format(**counts)
    return {"name": name, "ok": ok, "message": text, **counts}


def _structure(store: Store) -> dict[str, Any]:
    """Check the structure and each page's signature. The latter is read from the file itself, so the log goes in first."""
    store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    sound = store.value("PRAGMA integrity_check") == "ok" and not store.rows("PRAGMA cipher_integrity_check")
    return _finding("structure", sound)


def _photos(store: Store) -> dict[str, Any]:
    hashes = [row["sha256"] for row in store.rows("SELECT sha256 FROM blobs WHERE freed_at = ''")]
    bad = 0
    for sha256 in hashes:
        try:
            media.read(store, sha256)
        except FieldError:
            bad += 1
    return _finding("photos", not bad, count=len(hashes), bad=bad)


def _leftovers(store: Store) -> dict[str, Any]:
    """Count files that no row names; the visit that they were for never knew them. They are only reported."""
    return _finding("leftovers", True, count=len(media.orphans(store)))


def _outbox(store: Store) -> dict[str, Any]:
    numbers = [row["n"] for row in store.rows("SELECT n FROM outbox WHERE outcome = '' ORDER BY n")]
    dense = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
    return _finding("outbox", dense and (not numbers or numbers[-1] == store.get("last_n")), count=len(numbers))


def _buckets(store: Store) -> dict[str, Any]:
    """Compare our copy with the server's last word, where both stand at the same seq."""
    theirs = replica.server_states(store)
    ours = {name: replica.state(store, name) for name in theirs}
    bad = sum(bool(mine and mine.head == theirs[name].head and mine != theirs[name]) for name, mine in ours.items())
    return _finding("buckets", not bad, count=len(theirs), bad=bad)
