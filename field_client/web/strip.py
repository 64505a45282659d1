"""The strip above every page: reachable or not, what waits, the last sync, the room left. A tap opens the sync page."""

from typing import Any

from flask import Flask, render_template

from field_client import lease, storage
from field_client.store import Store
from field_client.web.courier import Standing
from field_client.web.desk import desk, store


def add_to(app: Flask) -> None:
    """Make the strip known to all templates, and give it alone for pages that stand open."""
    app.add_url_rule("/strip", "strip", lambda: render_template("strip.html"))
    app.context_processor(
        lambda: {"strip": facts, "device": desk().device, "has_pin": desk().has_pin, "is_damaged": desk().is_damaged}
    )


def facts() -> dict[str, Any]:
    """Gather the strip's facts; cheap, because every page asks."""
    standing = desk().courier.standing
    opened = store()
    disk = opened.home.disk()
    percent = round(100 * disk.used / disk.total)
    return {
        "standing": standing,
        "progress": progress(standing),
        "link": _link(standing.running, standing.reached),
        "visits": _waiting_visits(opened),
        "photos": opened.value("SELECT count(*) FROM blobs WHERE state = 'waiting' AND kind <> 'preview'"),
        "synced_at": opened.get("synced_at", ""),
        "percent": percent,
        "lease": lease.observe(opened, desk().device, desk().clock),
        "room": storage.level(percent),
    }


def progress(standing: Standing) -> str:
    """Say in a few words how far a running sync is."""
    if standing.lane == "photos":
        return f"照片 {standing.done}/{standing.total} 张"
    return f"已交出 {standing.done} 条，已取回 {standing.total} 条" if standing.lane else "正在连接服务器…"


def _link(running: bool, reached: bool | None) -> str:
    if running:
        return "running"
    return "unknown" if reached is None else "online" if reached else "offline"


def _waiting_visits(opened: Store) -> int:
    """Count the households whose visit or amendment is not wholly with the office: its record or its photos wait."""
    return int(
        opened.value(
            "SELECT count(*) FROM (SELECT id FROM outbox WHERE type = 'visit' AND outcome = ''"
            " UNION SELECT json_extract(fields, '$.visit_id') FROM outbox WHERE type = 'amendment' AND outcome = ''"
            " UNION SELECT visit_id FROM blobs WHERE state = 'waiting' AND kind <> 'preview')"
        )
    )
