"""One exchange, its first half: apply what a device did, once and in order. What it is told then is `answering`.

What is answered is committed and what is committed is answered: results are stored in the transaction of the changes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.adapters.vault import Vault
from server.domain.errors import DeviceRequired
from server.domain.permissions import Actor
from server.models.device import Device, Installation, MutationResult
from server.queries import installations, records
from server.services import incidents
from server.services.changes import Ledger
from server.services.mutations import Decided, Sender, decide
from server.services.rights import ANCHORS
from server.services.store import bulk_insert
from sync import clock
from sync.canonical import dumps, loads
from sync.digest import NOTHING, carried_on
from sync.frames import Acks, Result
from sync.protocol import Mutation, Request
from sync.records import REGISTRY
from sync.records.fields import AREA, ID

HIGHEST_INSTALLATION = 1 << 16  # Far more than any device is ever copied.


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
    device.faces_kept = device.faces_kept if request.faces is None else request.faces
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
    durable_n = installations.durable_n(
        session, installation.device_id, installation.number, installation.durable_n, forgettable
    )
    return Acks(applied_n, durable_n, tuple(results), running, installation.number)


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
