"""What waits on this device and why, how much room there is, and how its clock stands."""

from typing import Any

from field_client import blobs, drafts, households, lanes, lease, messages, outbox, storage
from field_client.clock import Clock
from field_client.settings import Device
from field_client.store import Store
from sync.clock import offset_ms
from sync.protocol import SCHEMA


def show(store: Store, device: Device, clock: Clock) -> dict[str, Any]:
    """Gather what the strip above every page tells, with the reasons behind it, and what could be freed."""
    return brief(store, device, clock) | {"storage": storage.show(store, device)}


def brief(store: Store, device: Device, clock: Clock) -> dict[str, Any]:
    """Gather the same for a page: what could be freed is left out."""
    waiting = blobs.waiting(store)
    aside = [row for row in waiting if row["reason"] or row["is_deferred"]]
    synced_at = store.get("synced_at", "")
    return {
        "device": {"id": device.device_id, "name": device.name, "server": device.server},
        "user": {"id": device.staff_id, "username": device.username, "display_name": device.display_name},
        "waiting": {
            "records": outbox.waiting_count(store),
            "visits": _waiting_visits(store),
            "photos": len(waiting),
            "photo_bytes": sum(row["size"] - row["offset"] for row in waiting),
            "set_aside": [
                {
                    "sha256": row["sha256"],
                    "kind": row["kind"],
                    "size": row["size"],
                    "reason": row["reason"],
                    "not_before": row["not_before"],
                    "is_deferred": bool(row["is_deferred"]),
                    "message": messages.DEFERRED if row["is_deferred"] else messages.text(row["reason"]),
                }
                for row in aside
            ],
            "resting": resting(store, clock),
        },
        "drafts": drafts.count(store),
        "held": len(outbox.answered(store, "held")),
        "refused": len(outbox.answered(store, "refused")),
        "households": households.count(store),
        "incidents": store.value("SELECT count(*) FROM incidents"),
        "last_sync_at": synced_at,
        "lease": lease.observe(store, device, clock).to_dict(),
        "clock_offset_ms": offset_ms(store.evidence(clock)),
        "schema": {"ours": SCHEMA, "office": store.get("office_schema"), "install": store.get("install", "")},
        "exported_at": store.get("exported_at", ""),
        "storage": storage.room(store),
    }


def resting(store: Store, clock: Clock) -> list[dict[str, Any]]:
    """List the lanes that rest, in words."""
    return [
        one | {"message": messages.text(one["reason"]), "lane_text": messages.LANES[one["lane"]]}
        for one in lanes.resting(store, clock)
    ]


def _waiting_visits(store: Store) -> int:
    return int(store.value("SELECT count(*) FROM outbox WHERE type IN ('visit', 'amendment') AND outcome = ''"))
