"""One exchange: apply what a device did, once and in order; then tell it what changed for it.

What is answered is committed and what is committed is answered: results are stored in the transaction of the changes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from server.adapters.vault import Vault
from server.domain.errors import DeviceRequired
from server.domain.permissions import Actor
from server.models.device import Device, Installation, MutationResult
from server.models.ledger import Deployment
from server.queries import records, scope
from server.services import incidents
from server.services.changes import Ledger
from server.services.mutations import Decided, Sender, decide
from server.services.repair import repair
from server.services.rights import ANCHORS
from server.services.store import bulk_insert
from server.settings import Settings
from sync import clock, lease
from sync.canonical import dumps, instant, loads
from sync.digest import NOTHING, carried_on
from sync.protocol import (
    OFFICE_KEY,
    SCHEMA,
    Acks,
    BucketState,
    End,
    Frame,
    Mutation,
    Page,
    Request,
    Result,
    Scope,
    Welcome,
    proof,
    tag,
)
from sync.records import REGISTRY
from sync.records.fields import AREA, ID

PAGE_ROWS = 200
ROW_OVERHEAD_BYTES = 80
NO_KEY = "0" * 32
LANES = ("records", "photos")
HIGHEST_INSTALLATION = 1 << 16  # Far more than any device is ever copied.
SEEN_EVERY = timedelta(minutes=1)  # When a device was last seen, and how far its clock is off, is kept to a minute.


def apply(ledger: Ledger, actor: Actor, request: Request, *, now: datetime, durable_days: int = 30) -> Acks:
    """Apply a request's mutations in one transaction, under the lock of the installation's row.

    What was applied before gets the same result again; after a gap nothing is applied, and `applied_n` tells what is
    expected. A known number with other content means that the device's store was copied: nothing of that is applied,
    and the device is given another installation number. `durable_days` is after how long a device may forget what no
    backup covers. Raises DeviceRequired without an enrolled device.
    """
    device = ledger.session.get(Device, actor.device_id) if actor.device_id else None
    if device is None:
        raise DeviceRequired
    installation = _installation(ledger.session, device, request)
    forgettable = now - timedelta(days=durable_days)
    device.last_seen_at = now
    device.clock_offset_ms = clock.offset_ms(clock.Evidence.from_dict(dict(request.clock)))
    incidents.told(ledger.session, device.id, request.incidents, now=now)
    _check_running(ledger.session, installation, request.accepted, now=now)
    done = installation.applied_n
    known = sorted((one for one in request.mutations if one.n <= done), key=lambda one: one.n)
    repeated = _repeated(ledger.session, ledger.vault, installation, known)
    if request.renew or len(repeated) < len(known):
        acks = _acks(ledger.session, installation, repeated, forgettable)
        return replace(acks, renewed=_renewed(ledger.session, device, now=now))
    fresh = _in_order([one for one in request.mutations if one.n > done], done)
    sender = Sender(actor, device, installation.number, now, schema=request.schema)
    ledger.preload(_named(fresh))
    ledger.preload_left((one.bucket, one.type, one.id) for one in fresh if _is_sound(one) and AREA.holds(one.bucket))
    decided = decide(ledger, sender, fresh)
    results = _with_seqs(decided, ledger.seal(now))
    _remember(ledger, installation, decided, results, now)
    return _acks(ledger.session, installation, [*repeated, *results], forgettable)


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
    if request.mutations or request.incidents or request.renew:
        return None
    this = {"device": actor.device_id, "number": request.installation}
    found = session.connection().execute(_STANDING, this).one_or_none()
    if found is None or found.last_seen_at is None or not now - found.last_seen_at < SEEN_EVERY:
        return None
    if request.accepted not in (None, (found.applied_n, found.running_hash)):
        return None
    forgettable = now - timedelta(days=durable_days)
    durable_n = found.durable_n
    if found.next_at is not None and found.next_at <= forgettable:
        durable_n = _durable_n(session, found.device_id, found.number, durable_n, forgettable)
    return Standing(Acks(found.applied_n, durable_n, (), found.running_hash, found.number), found.epoch)


_NEXT_AT = (
    select(MutationResult.at)
    .where(
        MutationResult.device_id == Installation.device_id,
        MutationResult.installation == Installation.number,
        MutationResult.n == Installation.durable_n + 1,
    )
    .correlate(Installation)
    .scalar_subquery()
)
_STANDING = (
    select(
        Installation.device_id,
        Installation.number,
        Installation.applied_n,
        Installation.durable_n,
        Installation.running_hash,
        Device.last_seen_at,
        _NEXT_AT.label("next_at"),
        select(Deployment.epoch).scalar_subquery().label("epoch"),
    )
    .join(Device, Device.id == Installation.device_id)
    .where(Installation.device_id == bindparam("device"), Installation.number == bindparam("number"))
)


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


def _repeated(session: Session, vault: Vault, installation: Installation, known: Sequence[Mutation]) -> list[Result]:
    """Give the stored results of mutations that were applied before, up to the first whose content is another."""
    if not known:
        return []
    statement = select(MutationResult).where(
        MutationResult.device_id == installation.device_id,
        MutationResult.installation == installation.number,
        MutationResult.n.in_([one.n for one in known]),
    )
    stored = {row.n: row for row in session.scalars(statement)}
    same = list(takewhile(lambda one: one.n in stored and stored[one.n].digest == one.digest(), known))
    bound = {one.n: _bound(installation, one.n) for one in same}
    return [Result.from_dict(loads(vault.open(stored[one.n].result, f"{bound[one.n]}/result"))) for one in same]


def _installation(session: Session, device: Device, request: Request) -> Installation:
    """Lock the installation's row. One that was numbered after the backup from which this server was restored is taken in.

    Raises DeviceRequired for a number that was never given out.
    """
    key = (device.id, request.installation)
    found = session.get(Installation, key, with_for_update=True, populate_existing=True)
    if found is not None:
        return found
    if request.epoch in ("", records.epoch(session)) or request.installation > HIGHEST_INSTALLATION:
        raise DeviceRequired("这台设备需要重新登记")
    made = Installation(
        device_id=device.id, number=request.installation, applied_n=0, durable_n=0, running_hash=NOTHING
    )
    session.add(made)
    session.flush()
    return made


def _acks(session: Session, installation: Installation, results: Sequence[Result], forgettable: datetime) -> Acks:
    applied_n, running = installation.applied_n, installation.running_hash
    session.flush()
    durable_n = _durable_n(session, installation.device_id, installation.number, installation.durable_n, forgettable)
    return Acks(applied_n, durable_n, tuple(results), running, installation.number)


def _durable_n(session: Session, device_id: str, number: int, covered: int, forgettable: datetime) -> int:
    """Say up to where a device may forget: what a finished backup covers, or what was taken before a moment."""
    mine = (MutationResult.device_id == device_id, MutationResult.installation == number)
    next_at = session.scalar(select(MutationResult.at).where(*mine, MutationResult.n == covered + 1))
    if next_at is None or next_at > forgettable:  # Results are in order of time: none after it is older.
        return covered
    old = select(func.max(MutationResult.n)).where(*mine, MutationResult.n > covered, MutationResult.at <= forgettable)
    return int(session.scalars(old).one() or covered)


def _renewed(session: Session, device: Device, *, now: datetime) -> int:
    """Give a device whose store was copied the next installation number; one that stays unused does no harm."""
    incidents.note(session, device.id, "copied", now=now)
    session.get_one(Device, device.id, with_for_update=True)
    last = session.scalars(select(func.max(Installation.number)).where(Installation.device_id == device.id)).one()
    session.add(Installation(device_id=device.id, number=last + 1, applied_n=0, durable_n=0, running_hash=NOTHING))
    return int(last + 1)


def _check_running(
    session: Session, installation: Installation, accepted: tuple[int, str] | None, *, now: datetime
) -> None:
    """Hold the device's running hash against ours; where it differs something was dropped or altered, which is noted."""
    if accepted is None or accepted[0] > installation.applied_n:  # A restored server says so by its own number.
        return
    n, running = accepted
    later = select(MutationResult.digest).where(
        MutationResult.device_id == installation.device_id,
        MutationResult.installation == installation.number,
        MutationResult.n > n,
    )
    for digest in session.scalars(later.order_by(MutationResult.n)):
        running = carried_on(running, digest)
    if running != installation.running_hash:
        incidents.note(session, installation.device_id, "running", now=now)


def _named(fresh: Sequence[Mutation]) -> Iterator[tuple[str, str]]:
    """Name the records that mutations ask about: their own, and those to which new ones belong."""
    for one in filter(_is_sound, fresh):
        yield one.type, one.id
        if one.op == "create":
            kind, name = ANCHORS.get(one.type, ("", ""))
            if kind and ID.holds(one.fields.get(name)):
                yield kind, one.fields[name]


def _is_sound(one: Mutation) -> bool:
    """Tell whether a mutation's record can be asked for at all."""
    return one.type in REGISTRY and ID.holds(one.id)


def _in_order(fresh: Sequence[Mutation], done: int) -> list[Mutation]:
    """Take the mutations that follow without a gap; what lies beyond one waits for what is missing."""
    taken: list[Mutation] = []
    for one in sorted(fresh, key=lambda mutation: mutation.n):
        if one.n != done + len(taken) + 1:
            break
        taken.append(one)
    return taken


def _with_seqs(decided: Sequence[Decided], seqs: dict[tuple[str, str], tuple[str, int]]) -> list[Result]:
    """Complete the results with where their changes stand, so that the device knows when it has seen them."""
    results = []
    for one in decided:
        bucket, seq = seqs.get(one.key, ("", 0)) if one.key else ("", 0)
        results.append(replace(one.result, bucket=bucket, seq=seq))
    return results


def _remember(
    ledger: Ledger, installation: Installation, decided: Sequence[Decided], results: Sequence[Result], now: datetime
) -> None:
    """Store each result, raise `applied_n`, and carry the running hash on over all that was taken."""
    rows = []
    running = installation.running_hash
    for one, result in zip(decided, results, strict=True):
        digest = one.mutation.digest()
        running = carried_on(running, digest)
        bound = _bound(installation, result.n)
        offered = dumps(one.mutation.to_dict()) if _is_refused(result) else None
        rows.append({
            "device_id": installation.device_id,
            "installation": installation.number,
            "n": result.n,
            "digest": digest,
            # A result tells what stands now, which may be an id number.
            "result": ledger.vault.seal(dumps(result.to_dict()), f"{bound}/result"),
            "offered": ledger.vault.seal(offered, bound) if offered else None,
            "at": now,
        })  # fmt: skip
    bulk_insert(ledger.session, MutationResult, rows)
    installation.applied_n += len(rows)
    installation.running_hash = running


def _is_refused(result: Result) -> bool:
    """Tell whether a mutation, or a field of it, was refused: it must be found again, and stands nowhere else."""
    return result.outcome == "refused" or any(one.get("how") == "refused" for one in result.fields.values())


def _bound(installation: Installation, n: int) -> str:
    return f"mutation/{installation.device_id}/{installation.number}/{n}"


def _states(counters: Mapping[str, records.Counter | None]) -> dict[str, BucketState]:
    return {name: _state(counter) for name, counter in counters.items()}


def _state(counter: records.Counter | None) -> BucketState:
    return BucketState(counter.head, counter.live, counter.checksum) if counter else BucketState(0, 0, "0" * 32)
