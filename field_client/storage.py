"""Room on the device: what fills it, what may go because the office has signed for it, and when photos must stop.

A photo is deleted only under a receipt of our own office that lists its hash, and only once the visit itself is safe there
for good. Text is never stopped.
"""

from typing import Any

from field_client import drafts, media, overlay, receipts
from field_client.clock import Clock
from field_client.errors import FieldError
from field_client.settings import Device
from field_client.store import Store
from sync.visit_shape import blob_hashes

WARN_PERCENT, ALARM_PERCENT = 80, 90  # product.md, "Storage"
TEXT_RESERVE_BYTES = 64 * 1024 * 1024  # Photos stop where less would be left; a year of visits without photos fits.


def room(store: Store) -> dict[str, Any]:
    """Say how full the device is, and what of it is ours."""
    usage = store.home.disk()
    percent = round(100 * usage.used / usage.total)
    return {
        "used_percent": percent,
        "level": level(percent),
        "photos_stopped": usage.free < TEXT_RESERVE_BYTES,
        "free_bytes": usage.free,
        "store_bytes": store.home.store_file.stat().st_size,
        "media_bytes": store.value("SELECT coalesce(sum(size), 0) FROM blobs WHERE freed_at = ''"),
    }


def show(store: Store, device: Device) -> dict[str, Any]:
    """Say how full the device is, what of it is ours, and what could be freed: for that every receipt is read."""
    free = freeable(store, device)
    return room(store) | {"freeable_count": len(free), "freeable_bytes": sum(row["size"] for row in free)}


def level(percent: int) -> str:
    """Name how urgent it is: ok, warn or alarm."""
    return "alarm" if percent >= ALARM_PERCENT else "warn" if percent >= WARN_PERCENT else "ok"


def check_room(store: Store) -> None:
    """Raise FieldError("storage.photos_stopped") when the room that is left is needed for text."""
    if store.home.disk().free < TEXT_RESERVE_BYTES:
        raise FieldError("storage.photos_stopped")


def freeable(store: Store, device: Device) -> list[dict[str, Any]]:
    """List the photos and signatures that may leave this device."""
    in_drafts = {sha for draft in drafts.all_drafts(store) for sha in blob_hashes(draft.document)}
    may_go = _receipted(store, device) - in_drafts
    rows = store.rows("SELECT sha256, kind, size, visit_id FROM blobs WHERE state = 'sent' AND freed_at = ''")
    return [row for row in rows if row["sha256"] in may_go]


def free(store: Store, device: Device, clock: Clock) -> tuple[int, int]:
    """Delete what may go, each noted before its file is deleted; gives count and bytes. The small pictures stay."""
    found = freeable(store, device)
    for row in found:
        with store.transaction():
            store.db.table("blobs").update(row["sha256"], {"freed_at": clock.now()})
        media.discard(store, row["sha256"])
    gone = {row["sha256"] for row in store.rows("SELECT sha256 FROM blobs WHERE freed_at <> ''")}
    for path in store.home.media.iterdir():
        if path.name in gone:  # A crash came between a note and its file.
            media.discard(store, path.name)
    return len(found), sum(row["size"] for row in found)


def _receipted(store: Store, device: Device) -> set[str]:
    """Name the hashes that a receipt of our office lists whose visit waits for nothing any more.

    An outbox entry that is left was not yet covered by the office's backup: were it restored, it would need all again.
    """
    unsafe = {
        row["visit"]
        for row in store.rows(
            "SELECT id AS visit FROM outbox WHERE type = 'visit'"
            " UNION SELECT json_extract(fields, '$.visit_id') FROM outbox WHERE type = 'amendment'"
        )
    }
    signed = [one for one in overlay.all_of(store, "receipt") if receipts.holds(one, device)]
    return {sha for one in signed if one.fields["visit_id"] not in unsafe for sha in one.fields["blobs"]}
