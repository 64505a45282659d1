"""What went wrong with a device and must be seen by a person: noted, counted, and never a reason to stop its work.

Kinds: `copied` (its store was copied or restored from an old copy), `running` (the two ends disagree about what was
accepted), `checksum` (its rows differed from ours at the same seq). None of them says anything about a person.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models.device import Incident

KINDS = {
    "copied": "数据像是被复制或从旧备份恢复",
    "running": "两端对已收修改的记录不一致",
    "checksum": "两端校验和不符",
}


def note(session: Session, device_id: str, kind: str, *, now: datetime) -> None:
    """Count one more incident, in the transaction that found it."""
    found = session.get(Incident, (device_id, kind))
    _count(session, device_id, kind, found.count + 1 if found else 1, now)


def told(session: Session, device_id: str, counts: Mapping[str, int], *, now: datetime) -> None:
    """Take over what a device counted itself; the same count again changes nothing, and unknown kinds are passed over."""
    for kind in sorted(set(counts) & set(KINDS)):
        found = session.get(Incident, (device_id, kind))
        if counts[kind] > (found.count if found else 0):
            _count(session, device_id, kind, counts[kind], now)


def counts(session: Session, device_id: str | None = None) -> dict[str, int]:
    """Count what went wrong by kind, with one device or with all."""
    statement = select(Incident.kind, func.sum(Incident.count)).group_by(Incident.kind).order_by(Incident.kind)
    if device_id is not None:
        statement = statement.where(Incident.device_id == device_id)
    return {kind: int(count) for kind, count in session.execute(statement)}


def lines(counted: Mapping[str, int]) -> list[str]:
    """Word counts for people."""
    return [f"{KINDS.get(kind, kind)}: {count} 次" for kind, count in counted.items()]


def _count(session: Session, device_id: str, kind: str, count: int, now: datetime) -> None:
    found = session.get(Incident, (device_id, kind))
    if found is None:
        session.add(Incident(device_id=device_id, kind=kind, count=count, first_at=now, last_at=now))
    else:
        found.count, found.last_at = count, now
