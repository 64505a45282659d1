"""A whole sync: records first, photos after, and the records once more for the photos' receipts.

Running it again is always safe. A missing connection is an outcome here, not an error: what was done until then counts.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from field_client import (
    blobs,
    face_rechecks,
    farewell,
    keys,
    lanes,
    outbox,
    replica,
    scope,
    standings,
    uploads,
)
from field_client.clock import Clock
from field_client.errors import BudgetSpent, NoConnection, ServerRefused
from field_client.runner import Conversation
from field_client.settings import Device, load_device
from field_client.store import Store
from field_client.transport import Login, Transport

CHALLENGE_PREFIX = b"zsb-device-session\0"
REVOKED = "device.revoked"
CONVERSATIONS = 50  # At most so many in one sync; each must bring the outbox further, so this is only a guard.
TALK_BYTES = 8 * 1024  # A conversation that is not the first begins only where so much of the budget is left.

Report = Callable[[str, int, int], None]


@dataclass
class Summary:
    """What a sync did; `failure` is None when the two ends spoke to the end.

    `again_s` is in how many seconds to sync again without being asked: when the office wishes, spread so that devices which
    it sent away together come again apart; 0 where it wished nothing.
    """

    pushed: int = 0
    pulled: int = 0
    held: int = 0
    refused: int = 0
    blobs_sent: int = 0
    blobs_waiting: int = 0
    previews_sent: int = 0
    faces_rechecked: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    bytes_resent: int = 0
    budget_spent: bool = False
    buckets: list[dict[str, Any]] = field(default_factory=list)
    failure: NoConnection | None = None
    again_s: float = 0

    def to_dict(self) -> dict[str, Any]:
        """Give the figures that `sync --json` prints."""
        return {name: value for name, value in vars(self).items() if name not in ("failure", "again_s")}


@dataclass(frozen=True)
class Errand:
    """What the steps of one sync share."""

    store: Store
    transport: Transport
    clock: Clock
    summary: Summary
    sleep: Callable[[float], None]
    report: Report


def connect(store: Store, device: Device) -> Transport:
    """Make the connection of an enrolled device; it opens its sessions by its own key."""
    signing = keys.read_keys(store.get("keys")).signing

    def sign(challenge: str) -> str:
        return signing.sign(CHALLENGE_PREFIX + challenge.encode()).hex()

    return Transport(device.server, login=Login(device.device_id, sign), token=store.get("token", ""))


def sync(
    store: Store,
    transport: Transport,
    clock: Clock,
    *,
    max_bytes: int | None = None,
    records_only: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    report: Report = lambda lane, done, total: None,
) -> Summary:
    """Push, pull, send photos, and pull once more for their receipts; `report` hears ("records", pushed, pulled) and
    ("photos", sent, total).

    `max_bytes` bounds what travels both ways together; what we send never passes it, retries included. A missing connection
    is told by `failure`. Raises ServerRefused when the office refuses this device, FieldError("device.wiped") when it had
    this device hand everything over and wipe itself.
    """
    transport.max_bytes = max_bytes
    try:
        return _synced(Errand(store, transport, clock, Summary(), sleep, report), records_only)
    except ServerRefused as refusal:
        if refusal.code == REVOKED:
            transport.max_bytes = None  # The last hand-over is whole or none.
            farewell.take_leave(store, transport, clock)
        raise


def _synced(errand: Errand, records_only: bool) -> Summary:
    store, transport, summary = errand.store, errand.transport, errand.summary
    offered, has_spoken = store.get("last_n", 0), False
    try:
        opened = _records(errand)
        has_spoken = True
        if not records_only and "photos" in opened:
            _photos(errand, offered)
            summary.faces_rechecked = face_rechecks.send(store, transport, errand.clock)
    except NoConnection as failure:
        summary.failure, summary.again_s = failure, failure.after_s
    except BudgetSpent:
        summary.budget_spent = True
    finally:
        store.put("token", transport.token)
    standings.refresh(store, load_device(store.home))  # Before what is gone is cleared from the log as well.
    scope.finish(store)
    summary.again_s = lanes.asked_pause(summary.again_s, load_device(store.home).device_id).total_seconds()
    summary.blobs_waiting = len(blobs.waiting(store))
    summary.bytes_sent, summary.bytes_received = transport.bytes_sent, transport.bytes_received
    summary.buckets = both_ends(store)
    with store.transaction():
        store.put("both_ends", summary.buckets)  # A page shows what was counted; counting reads every row.
        if summary.failure is None and has_spoken:
            store.put("synced_at", errand.clock.now())
    return summary


def both_ends(store: Store) -> list[dict[str, Any]]:
    """Count and sum each bucket over our own rows, beside the server's last word."""
    theirs = replica.server_states(store)
    ours = {name: replica.state(store, name) for name in theirs}
    return [
        {
            "id": name,
            "count": mine.live,
            "checksum": mine.checksum,
            "server_count": theirs[name].live,
            "server_checksum": theirs[name].checksum,
        }
        for name, mine in ours.items()
        if mine
    ]


def _records(errand: Errand) -> tuple[str, ...]:
    """Converse until the outbox has its answers; gives the lanes that the office keeps open."""
    before = None
    for _ in range(CONVERSATIONS):
        talk = Conversation(
            errand.store,
            errand.transport.exchange,
            errand.clock,
            bytes_left=errand.transport.bytes_left,
            report=lambda pushed, pulled: errand.report("records", pushed, pulled),
        )
        try:
            talk.run()
        finally:
            _count(errand.summary, talk)
        waiting = outbox.waiting_count(errand.store)
        if not waiting or waiting == before or errand.transport.bytes_left() <= 0:
            break
        before = waiting
    ended = talk.state.ended
    if ended:
        errand.store.put("install", ended.install)
        errand.summary.again_s = ended.after_s
    return ended.lanes if ended else ()


def _count(summary: Summary, talk: Conversation) -> None:
    summary.pushed += talk.state.pushed
    summary.pulled += talk.state.pulled
    summary.held += talk.state.held
    summary.refused += talk.state.refused


def _photos(errand: Errand, offered: int) -> None:
    """Send photos, and fetch the receipts of those that arrived. `offered` is the last change that has left already.

    Raises NoConnection when something is left for want of a line or of room at the office.
    """

    is_closed = False

    def between() -> None:
        """Let changes that were made since leave before the next piece; none follows when the office closed the lane."""
        nonlocal offered, is_closed
        newest = errand.store.get("last_n", 0)
        if newest > offered and errand.transport.bytes_left() > TALK_BYTES:
            offered, is_closed = newest, "photos" not in _records(errand)
        if is_closed:
            raise NoConnection("server.busy", after_s=int(errand.summary.again_s))

    progress = uploads.Progress()
    try:
        uploads.send_waiting(
            uploads.Errand(
                errand.store,
                errand.transport,
                errand.clock,
                errand.transport.bytes_left,
                errand.sleep,
                between,
                lambda sent, total: errand.report("photos", sent, total),
            ),
            progress,
        )
    finally:
        errand.summary.blobs_sent += progress.sent
        errand.summary.previews_sent += progress.previews
        errand.summary.bytes_resent += progress.resent_bytes
    if progress.sent and progress.is_line_well and errand.transport.bytes_left() > TALK_BYTES:
        _records(errand)
    if progress.failure:
        raise progress.failure
