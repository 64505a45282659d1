"""The check before a trip: what has to be on the device while there is still a network. Green or red, with what to do."""

import shutil
from typing import Any

from field_client import lease, outbox, overlay
from field_client.clock import Clock
from field_client.settings import Device
from field_client.store import Store
from sync.clock import offset_ms

LEASE_DAYS_AT_LEAST = 3
ROOM_PERCENT_AT_MOST = 90  # product.md, "Storage"
CLOCK_OFF_AT_MOST_MS = 5 * 60 * 1000


def check(store: Store, device: Device, clock: Clock) -> list[dict[str, Any]]:
    """Check lease, pack, form, room, clock and what still waits; `ok` false says that something should be done first."""
    return [
        _lease(store, device, clock),
        _pack(store),
        _forms(store),
        _room(store),
        _clock(store, clock),
        _waiting(store),
    ]


def _finding(name: str, ok: bool, message: str) -> dict[str, Any]:
    return {"name": name, "ok": ok, "message": message}


def _lease(store: Store, device: Device, clock: Clock) -> dict[str, Any]:
    days = lease.observe(store, device, clock).days_left
    text = f"离线期限还有 {days} 天" + ("" if days >= LEASE_DAYS_AT_LEAST else "，出发前请同步一次")
    return _finding("lease", days >= LEASE_DAYS_AT_LEAST, text)


def _pack(store: Store) -> dict[str, Any]:
    rows = store.rows("SELECT id, cursor, server_head, refetch FROM buckets WHERE id GLOB '[0-9]*' ORDER BY id")
    names = {one.fields.get("code"): one.fields.get("name") for one in overlay.all_of(store, "area")}
    is_whole = {row["id"]: not row["refetch"] and row["cursor"] >= (row["server_head"] or 0) for row in rows}
    ready = "、".join(str(names.get(id) or id) for id, whole in is_whole.items() if whole)
    lacking = "、".join(str(names.get(id) or id) for id, whole in is_whole.items() if not whole)
    text = f"已备好 {sum(is_whole.values())} 个村：{ready or '无'}" + (
        f"；没有取全：{lacking}，请同步" if lacking else ""
    )
    return _finding("pack", bool(rows) and not lacking, text)


def _forms(store: Store) -> dict[str, Any]:
    found = [one.fields for one in overlay.all_of(store, "form")]
    named = "、".join(f"{one.get('title')} 第 {one.get('version')} 版" for one in found)
    return _finding("forms", bool(found), f"调查表：{named}" if found else "本机没有调查表，请同步")


def _room(store: Store) -> dict[str, Any]:
    usage = shutil.disk_usage(store.home.path)
    percent = round(100 * usage.used / usage.total)
    ok = percent < ROOM_PERCENT_AT_MOST
    return _finding("storage", ok, f"存储已用 {percent}%" + ("" if ok else "，照片可能存不下，请先清理"))


def _clock(store: Store, clock: Clock) -> dict[str, Any]:
    offset = offset_ms(store.evidence(clock))
    if offset is None:
        return _finding("clock", False, "开机后还没有与服务器对过时，请同步一次")
    ok = abs(offset) <= CLOCK_OFF_AT_MOST_MS
    text = "时钟正常" if ok else f"时钟差了约 {abs(offset) // 60_000} 分钟，记录会按服务器时间校正，建议调准"
    return _finding("clock", ok, text)


def _waiting(store: Store) -> dict[str, Any]:
    photos = store.value("SELECT count(*) FROM blobs WHERE state = 'waiting' AND preview_of = ''")
    records = outbox.waiting_count(store)
    ok = not photos and not records
    return _finding("waiting", ok, "上次的工作都已交回" if ok else f"还有 {records} 条修改、{photos} 张照片没有交回")
