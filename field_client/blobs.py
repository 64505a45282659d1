"""What this device knows of each photo and signature: which visit it is for, how far it has travelled, what is wrong.

The bytes lie in `media`; `uploads` sends them. A blob is `kept` while its visit is a draft, `waiting` from the seal on,
`sent` once the office has all of it, and `spared` when it is a preview that its own original overtook.
"""

from datetime import timedelta
from typing import Any

from field_client import lanes, media
from field_client.clock import Clock
from field_client.errors import FieldError
from field_client.photos import Prepared
from field_client.store import Store
from sync.canonical import instant

ASIDE_FIRST = timedelta(minutes=1)
_FACTS = (
    "sha256, kind, media_type, size, bucket, visit_id, state, location, offset, resumed, tries, reason, not_before,"
    " preview_of, is_deferred, reached, resent, freed_at"
)
_ENTER = (
    "INSERT INTO blobs (sha256, kind, media_type, size, bucket, visit_id, state, location, offset, resumed,"
    " tries, reason, not_before, preview_of) VALUES (?, ?, ?, ?, ?, ?, 'kept', '', 0, 0, 0, '', '', ?)"
    " ON CONFLICT (sha256) DO "
)


def enter(store: Store, prepared: Prepared, kind: str, *, bucket: str, visit_id: str) -> None:
    """Note a blob that a draft rests on, in the draft's transaction; it waits for the seal before it may travel."""
    facts = (prepared.media_type, prepared.size, bucket, visit_id, "")
    # Known already, its bytes are on this device again, though they may have been freed.
    store.db.execute(_ENTER + "UPDATE SET freed_at = ''", (prepared.sha256, kind, *facts))
    if prepared.preview:
        small = (prepared.sha256, prepared.preview)
        store.db.execute("INSERT OR IGNORE INTO previews (sha256, data) VALUES (?, ?)", small)
    if preview := prepared.preview_sha256:
        facts = (prepared.media_type, len(prepared.preview), bucket, visit_id, prepared.sha256)
        store.db.execute(_ENTER + "NOTHING", (preview, lanes.PREVIEW, *facts))


def release(store: Store, hashes: list[str]) -> None:
    """Let the blobs of a sealed record travel, with their previews, in the transaction of the seal."""
    for sha256 in hashes:
        store.db.execute(
            "UPDATE blobs SET state = 'waiting' WHERE (sha256 = ? OR preview_of = ?) AND state = 'kept'",
            (sha256, sha256),
        )


def waiting(store: Store) -> list[dict[str, Any]]:
    """List the photos and signatures that have not arrived; previews are no photos, and are not counted as such."""
    return store.rows(
        f"SELECT {_FACTS} FROM blobs WHERE state = 'waiting' AND kind <> ? ORDER BY rowid",  # noqa: S608
        lanes.PREVIEW,
    )


def due(store: Store, clock: Clock, longest: timedelta) -> list[dict[str, Any]]:
    """List what may travel now: lane by lane, what was set aside before last; nothing that the worker deferred."""
    rows = store.rows(
        f"SELECT {_FACTS} FROM blobs WHERE state = 'waiting' AND is_deferred = 0 ORDER BY rowid"  # noqa: S608
    )
    rows = [row for row in rows if lanes.is_due(row["not_before"], clock, longest)]
    return sorted(rows, key=lambda row: (lanes.ORDER.index(lanes.lane_of(row["kind"])), bool(row["reason"])))


def one(store: Store, sha256: str) -> dict[str, Any]:
    """Give the facts of a blob that is known."""
    return store.rows(f"SELECT {_FACTS} FROM blobs WHERE sha256 = ?", sha256)[0]  # noqa: S608


def is_known(store: Store, sha256: str) -> bool:
    """Tell whether there is such a blob."""
    return store.value("SELECT 1 FROM blobs WHERE sha256 = ?", sha256) is not None


def find(store: Store, name: str) -> dict[str, Any]:
    """Find a blob by its SHA-256 or the beginning of it. Raises FieldError("upload.unknown") for none or several."""
    rows = store.rows(f"SELECT {_FACTS} FROM blobs WHERE substr(sha256, 1, ?) = ?", len(name), name)  # noqa: S608
    if len(rows) != 1:
        raise FieldError("upload.unknown")
    return rows[0]


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


def arrived(store: Store, clock: Clock, row: dict[str, Any]) -> None:
    """Note that the office has all of a blob. A preview's bytes have done their work; the original makes them needless."""
    with store.transaction():
        note(store, row["sha256"], state="sent", offset=row["size"], reason="")
        done = [row["sha256"]] if row["kind"] == lanes.PREVIEW else []
        for preview in store.rows("SELECT sha256, state FROM blobs WHERE preview_of = ?", row["sha256"]):
            if preview["state"] == "waiting":
                note(store, preview["sha256"], state="spared", reason="")
                done.append(preview["sha256"])
        for sha256 in done:
            note(store, sha256, freed_at=clock.now())
    for sha256 in done:
        media.discard(store, sha256)


def set_aside(store: Store, clock: Clock, row: dict[str, Any], reason: str, longest: timedelta) -> None:
    """Let a blob that failed wait for a while that grows, with its reason; it is in nobody's way meanwhile."""
    tries = row["tries"] + 1
    until = clock.wall() + lanes.pause(tries, ASIDE_FIRST, longest, store.home.path.name, row["sha256"])
    note(store, row["sha256"], reason=reason, tries=tries, not_before=instant(until))


def retry(store: Store, names: list[str]) -> int:
    """Let blobs travel at the next sync, whatever pause they were in: those named, or all. Gives how many."""
    rows = [find(store, name) for name in names] or store.rows("SELECT sha256, kind FROM blobs WHERE state = 'waiting'")
    for row in rows:
        note(store, row["sha256"], not_before="", is_deferred=0)
    lanes.wake(store, *lanes.ORDER)
    return len(rows)


def defer(store: Store, name: str) -> None:
    """Keep a blob back until the worker has it tried again. It stays on the device and counts as waiting."""
    note(store, find(store, name)["sha256"], is_deferred=1)
