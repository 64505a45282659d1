"""What this device knows of each photo and signature: which visit it is for, how far it has travelled, what is wrong.

The bytes lie in `media`; `uploads` sends them. A blob is `kept` while its visit is a draft, `waiting` from the seal on, and
`sent` once the office has all of it.
"""

from typing import Any

from field_client.photos import Prepared
from field_client.store import Store

LANES = (("signature", "paper", "consent"), ())  # Kinds of the first lane; the second takes all others.


def enter(store: Store, prepared: Prepared, kind: str, *, bucket: str, visit_id: str) -> None:
    """Note a blob that a draft rests on, in the draft's transaction; it waits for the seal before it may travel."""
    store.db.execute(
        "INSERT INTO blobs (sha256, kind, media_type, size, preview, bucket, visit_id, state, location, offset, resumed,"
        " tries, reason, not_before) VALUES (?, ?, ?, ?, ?, ?, ?, 'kept', '', 0, 0, 0, '', '')"
        " ON CONFLICT (sha256) DO NOTHING",
        (prepared.sha256, kind, prepared.media_type, prepared.size, prepared.preview, bucket, visit_id),
    )


def release(store: Store, hashes: list[str]) -> None:
    """Let the blobs of a sealed record travel, in the transaction of the seal."""
    for sha256 in hashes:
        store.db.execute("UPDATE blobs SET state = 'waiting' WHERE sha256 = ? AND state = 'kept'", (sha256,))


def waiting(store: Store) -> list[dict[str, Any]]:
    """List what has not arrived: lane by lane, what was set aside last."""
    rows = store.rows("SELECT * FROM blobs WHERE state = 'waiting' ORDER BY rowid")
    return sorted(rows, key=lambda row: (bool(row["reason"]), _lane(row["kind"])))


def offer_again(store: Store) -> None:
    """Let every blob that is still here be offered again: a restored office finds those that it has by their hash."""
    here = {path.name for path in store.home.media.iterdir()}
    for row in store.rows("SELECT sha256 FROM blobs WHERE state = 'sent'"):
        if row["sha256"] in here:
            store.db.execute(
                "UPDATE blobs SET state = 'waiting', location = '', offset = 0, reason = '', not_before = '' WHERE sha256 = ?",
                (row["sha256"],),
            )


def note(store: Store, sha256: str, **facts: Any) -> None:
    """Write down what became of a blob."""
    with store.transaction():
        store.db.table("blobs").update(sha256, facts)


def _lane(kind: str) -> int:
    return next((number for number, kinds in enumerate(LANES) if kind in kinds), len(LANES) - 1)
