"""What is left of a bucket that is no longer ours to see: only what unsent work rests on, and that only until it is sent.

Rows, index and previews go in the transaction that learns of it; the store overwrites what it deletes. Files, and the
log that still holds old pages, go right after it; a crash in between is made good by the next sync.
"""

import json
from collections.abc import Iterable

from field_client import media, search, snapshots
from field_client.errors import FieldError
from field_client.store import Store, storage_errors

_DOOMED = "doomed_media"
_HELD_ANYWHERE = (
    "SELECT bucket FROM records UNION SELECT bucket FROM blobs UNION SELECT bucket FROM search_entries"
    " EXCEPT SELECT id FROM buckets"
)


def leave(store: Store, gone: Iterable[str]) -> None:
    """Drop buckets, and clear whatever is still held outside of our scope, in the transaction that learned of it."""
    for name in gone:
        store.db.execute("DELETE FROM buckets WHERE id = ?", (name,))
    for row in store.rows(_HELD_ANYWHERE):
        _clear(store, row["bucket"])


def finish(store: Store) -> None:
    """Delete the files of what was cleared, and the log with its old pages.

    Where a reader is in the way, or the disk has no room for it, the next sync does it.
    """
    doomed = store.get(_DOOMED, None)
    if doomed is None:
        return
    try:
        with storage_errors():
            _finish(store, doomed)
    except FieldError as refusal:
        if refusal.code != "storage.full":
            raise


def _finish(store: Store, doomed: list[str]) -> None:
    kept = {row["sha256"] for row in store.rows("SELECT sha256 FROM blobs")}
    for sha256 in doomed:
        if sha256 not in kept:
            media.discard(store, sha256)
    snapshots.forget(store)  # They hold what was entered about whom we may not see any more; the next one does not.
    is_busy = store.rows("PRAGMA wal_checkpoint(TRUNCATE)")[0]["busy"]
    if not is_busy:
        with store.transaction():
            if store.get(_DOOMED) == doomed:
                store.db.execute("DELETE FROM meta WHERE key = ?", (_DOOMED,))
        store.rows("PRAGMA wal_checkpoint(TRUNCATE)")


def _clear(store: Store, bucket: str) -> None:
    visits = _open_visits(store, bucket)
    households = _open_households(store, bucket, visits)
    needed = json.dumps(sorted({*visits, *households, *_changed(store, bucket)}))
    before = store.db.conn.total_changes
    store.db.execute(
        "DELETE FROM records WHERE bucket = ? AND id NOT IN (SELECT value FROM json_each(?))"
        " AND NOT (type IN ('amendment', 'review', 'receipt') AND json_extract(body, '$.visit_id') IN"
        " (SELECT value FROM json_each(?)))"
        " AND NOT (type = 'household_member' AND json_extract(body, '$.household_id') IN (SELECT value FROM json_each(?)))"
        " AND NOT (type = 'person' AND id IN (SELECT json_extract(member.body, '$.person_id') FROM records AS member"
        " WHERE member.type = 'household_member' AND json_extract(member.body, '$.household_id') IN"
        " (SELECT value FROM json_each(?))))",
        (bucket, needed, json.dumps(sorted(visits)), *[json.dumps(sorted(households))] * 2),
    )
    search.forget_bucket(store, bucket)
    files = _clear_blobs(store, bucket, visits)
    if store.db.conn.total_changes != before:
        store.put(_DOOMED, sorted({*store.get(_DOOMED, []), *files}))


def _clear_blobs(store: Store, bucket: str, visits: set[str]) -> list[str]:
    """Forget the photos that have arrived or whose draft is gone; gives their names."""
    rows = store.rows("SELECT sha256, state, visit_id FROM blobs WHERE bucket = ?", bucket)
    files = [one["sha256"] for one in rows if one["state"] != "waiting" and one["visit_id"] not in visits]
    for sha256 in files:
        store.db.execute("DELETE FROM blobs WHERE sha256 = ?", (sha256,))
    return files


def _open_visits(store: Store, bucket: str) -> set[str]:
    """Name the visits of which something is still to be done here: drafts, amendments in work, what waits to be sent."""
    rows = store.rows(
        "SELECT id FROM drafts WHERE bucket = ?1 UNION SELECT visit_id FROM drafts WHERE bucket = ?1 AND visit_id <> ''"
        " UNION SELECT visit_id FROM blobs WHERE bucket = ?1 AND state = 'waiting'"
        " UNION SELECT coalesce(json_extract(fields, '$.visit_id'), id) FROM outbox"
        " WHERE bucket = ?1 AND outcome = '' AND type IN ('visit', 'amendment')",
        bucket,
    )
    return {row["id"] for row in rows}


def _open_households(store: Store, bucket: str, visits: set[str]) -> set[str]:
    rows = store.rows(
        "SELECT json_extract(document, '$.household_id') AS id FROM drafts WHERE bucket = ?1"
        " UNION SELECT json_extract(fields, '$.household_id') FROM outbox WHERE bucket = ?1 AND outcome = ''"
        " UNION SELECT json_extract(body, '$.household_id') FROM records WHERE type = 'visit' AND id IN"
        " (SELECT value FROM json_each(?2))",
        bucket,
        json.dumps(sorted(visits)),
    )
    return {row["id"] for row in rows if row["id"]}


def _changed(store: Store, bucket: str) -> set[str]:
    rows = store.rows("SELECT id FROM outbox WHERE bucket = ? AND outcome = ''", bucket)
    return {row["id"] for row in rows}
