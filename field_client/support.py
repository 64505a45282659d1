"""A file for whoever helps when every server is down: counts, codes and states, and nothing of any person.

Only what is listed here goes into it. No name of a device or user, no text that anybody typed, no id of a case.
"""

import platform
from typing import Any

from field_client import doctor, lease, replica
from field_client.clock import Clock
from field_client.settings import Device
from field_client.store import Store
from sync.clock import offset_ms
from sync.protocol import PROTOCOL, SCHEMA


def report(store: Store, device: Device, clock: Clock) -> dict[str, Any]:
    """Gather what helps to find a fault."""
    return {
        "made_at": clock.now(),
        "program": {"protocol": PROTOCOL, "schema": SCHEMA, "python": platform.python_version()},
        "system": {"name": platform.system(), "release": platform.release(), "machine": platform.machine()},
        "device": {
            "id": device.device_id,
            "enrolled_at": device.enrolled_at,
            "has_pin": bool(device.protection["pin"]),
        },
        "store_version": store.value("PRAGMA user_version"),
        "lease": lease.observe(store, device, clock).to_dict(),
        "clock_offset_ms": offset_ms(store.evidence(clock)),
        "last_sync_at": store.get("synced_at", ""),
        "findings": [{"name": one["name"], "ok": one["ok"]} for one in doctor.examine(store)],
        "buckets": _buckets(store),
        "outbox": store.rows("SELECT type, outcome, count(*) AS count FROM outbox GROUP BY 1, 2 ORDER BY 1, 2"),
        "refusals": _refusals(store),
        "blobs": store.rows(
            "SELECT kind, state, reason, count(*) AS count FROM blobs GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        ),
        "drafts": store.value("SELECT count(*) FROM drafts"),
        "incidents": store.rows("SELECT at, kind FROM incidents ORDER BY number DESC LIMIT 100"),
    }


def _buckets(store: Store) -> list[dict[str, Any]]:
    """Tell how each bucket stands; a user's own is not named by whose it is."""
    theirs = replica.server_states(store)
    rows = store.rows("SELECT id, cursor, refetch FROM buckets ORDER BY id")
    return [
        {
            "id": row["id"] if row["id"].isdecimal() or row["id"] == "reference" else "user",
            "cursor": row["cursor"],
            "refetch": bool(row["refetch"]),
            "records": store.value("SELECT count(*) FROM records WHERE bucket = ?", row["id"]),
            "server_head": theirs[row["id"]].head if row["id"] in theirs else None,
        }
        for row in rows
    ]


def _refusals(store: Store) -> list[dict[str, Any]]:
    """Count the codes for which changes were refused; a code is no sentence of anybody's."""
    return store.rows(
        "SELECT type, json_extract(result, '$.problem.code') AS code, count(*) AS count FROM outbox"
        " WHERE outcome = 'refused' GROUP BY 1, 2 ORDER BY 1, 2"
    )
