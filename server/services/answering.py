"""One exchange, its second half: tell a device where its changes stand and what changed for it; `sync` is the first."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from server.adapters.vault import Vault
from server.domain.permissions import Actor
from server.queries import installations, records, scope
from server.services.repair import repair
from server.settings import Settings
from sync import lease
from sync.canonical import instant
from sync.frames import Acks, BucketState, End, Frame, Page, Scope, Welcome, proof, tag
from sync.protocol import OFFICE_KEY, SCHEMA, Request

PAGE_ROWS = 200
ROW_OVERHEAD_BYTES = 80
NO_KEY = "0" * 32
LANES = ("records", "photos")
SEEN_EVERY = timedelta(minutes=1)  # When a device was last seen, and how far its clock is off, is kept to a minute.


class Standing(NamedTuple):
    """Where the mutations of a device stand that brings nothing, and this database's epoch."""

    acks: Acks
    epoch: str


def standing(
    session: Session, actor: Actor, request: Request, *, now: datetime, durable_days: int = 30
) -> Standing | None:
    """Tell a device that brings nothing where its mutations stand; None where there is something to write down.

    Most exchanges are such: nothing waits, the running hash is the one that we have, and the device was seen a moment ago.
    """
    if actor.device_id is None or request.mutations or request.incidents or request.renew or request.faces is not None:
        return None
    found = installations.standing(session, actor.device_id, request.installation)
    if found is None or found.last_seen_at is None or not now - found.last_seen_at < SEEN_EVERY:
        return None
    if request.accepted not in (None, (found.applied_n, found.running_hash)):
        return None
    forgettable = now - timedelta(days=durable_days)
    durable_n = found.durable_n
    if found.next_at is not None and found.next_at <= forgettable:
        durable_n = installations.durable_n(session, found.device_id, found.number, durable_n, forgettable)
    return Standing(Acks(found.applied_n, durable_n, (), found.running_hash, found.number), found.epoch)


def nothing_new(
    session: Session,
    vault: Vault,
    actor: Actor,
    request: Request,
    stands: Standing,
    *,
    now: datetime,
    settings: Settings,
) -> list[Frame]:
    """Answer a device that is up to date; nothing for any other, which `answer` tells what it lacks.

    No row is read, so the questions need not see one state: each of them is true at some moment of this request.
    """
    if not request.proof or request.schema < settings.rows_from_schema:
        return []
    if request.proof != proof(stands.epoch, _states(scope.buckets_of(session, actor))):
        return []
    welcome = _welcome(vault, actor, request, stands.epoch, now=now, settings=settings)
    return [welcome, stands.acks, Scope(same=True), End(more=False, after_s=settings.poll_seconds, lanes=LANES)]


def answer(
    session: Session,
    vault: Vault,
    actor: Actor,
    request: Request,
    acks: Acks,
    *,
    now: datetime,
    settings: Settings,
    lanes: tuple[str, ...] = LANES,
) -> Iterator[Frame]:
    """Tell a device what is in its scope and what changed since its cursors, within the bytes that it asked for.

    The session must see one snapshot throughout (SQLite's transactions do; on PostgreSQL, REPEATABLE READ), for a page
    is read with two statements. Of `lanes` those that are closed for now are left out: without "records" no row is sent.
    """
    epoch = records.epoch(session)
    yield _welcome(vault, actor, request, epoch, now=now, settings=settings)
    yield acks
    if request.schema < settings.rows_from_schema:
        yield End(more=False, after_s=settings.poll_seconds, install=settings.client_version)
        return
    if "records" not in lanes:
        yield End(more=False, after_s=settings.busy_seconds, lanes=lanes)
        return
    counters = scope.buckets_of(session, actor)
    states, names = _states(counters), list(counters)
    rows = {name: counter for name, counter in counters.items() if counter is not None}
    if request.proof == proof(epoch, states):
        yield Scope(same=True)
        yield End(more=False, after_s=settings.poll_seconds, lanes=lanes)
        return
    yield _scope(request, epoch, states, rows)
    have = request.have if request.epoch == epoch else {}
    if request.epoch != epoch:  # What the restored server does not hold at all has no page of its own to replace it.
        yield from (Page(name, 0, 0, ()) for name in names if states[name].head == 0 and request.have.get(name))
    for name, sums in request.repair.items():
        if name in rows and have.get(name) == states[name].head:
            yield from repair(session, vault, rows[name].checksum_key, name, sums)
    left = request.limit_bytes
    for name in names:
        for page in _pages(session, vault, name, have.get(name, 0), states[name].head):
            if left <= 0:
                yield End(more=True, after_s=0, lanes=lanes)
                return
            left -= sum(len(row.body or b"") + ROW_OVERHEAD_BYTES for row in page.rows)
            yield page
    yield End(more=False, after_s=settings.poll_seconds, lanes=lanes)


def _welcome(vault: Vault, actor: Actor, request: Request, epoch: str, *, now: datetime, settings: Settings) -> Welcome:
    office_key = vault.sealing_public_key if OFFICE_KEY in request.asks else ""
    return Welcome(instant(now), epoch, _lease(vault, actor, request, now, settings.lease_days), SCHEMA, office_key)


def _lease(vault: Vault, actor: Actor, request: Request, now: datetime, days: int) -> dict[str, Any] | None:
    """Give the device a new lease when its own is due."""
    if actor.device_id is None or not lease.is_due(request.lease, now=now):
        return None
    return lease.grant(actor.device_id, now=now, days=days, key=vault.receipt_key).to_dict()


def _scope(
    request: Request, epoch: str, states: Mapping[str, BucketState], rows: Mapping[str, records.Counter]
) -> Scope:
    """Name what differs from the device's tags; all of it where a difference hides behind equal tags."""
    tags = request.tags if request.epoch == epoch else {}
    told = {name: state for name, state in states.items() if tags.get(name) != tag(epoch, name, state)}
    gone = tuple(sorted(set(request.have) - set(states)))
    told = told if told or gone else dict(states)
    unkeyed = [
        name for name in told if name not in tags or not request.have.get(name)
    ]  # Until its first row it has none.
    keys = {name: rows[name].checksum_key if name in rows else NO_KEY for name in unkeyed}
    return Scope(same=False, states=told, keys=keys, gone=gone)


def _pages(session: Session, vault: Vault, bucket: str, since: int, head: int) -> Iterator[Page]:
    while since < head:
        found, upto = records.feed(session, vault, bucket, since=since, limit=PAGE_ROWS)
        upto = upto if found else head  # The rest was superseded within later rows that the device has.
        yield Page(bucket, since, upto, tuple(found))
        since = upto


def _states(counters: Mapping[str, records.Counter | None]) -> dict[str, BucketState]:
    return {name: _state(counter) for name, counter in counters.items()}


def _state(counter: records.Counter | None) -> BucketState:
    return BucketState(counter.head, counter.live, counter.checksum) if counter else BucketState(0, 0, "0" * 32)
