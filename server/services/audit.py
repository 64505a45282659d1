"""Who did or saw what, when and why. Events are noted during a transaction and chained at its end."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.permissions import Actor
from server.models.audit import AuditChain, AuditEvent
from sync.canonical import dumps, instant

NOTED = "audit.noted"


@dataclass(frozen=True)
class Event:
    """One deed or look-up; `purpose` binds a read to the case for which it was made (社会救助法 art. 70(6))."""

    actor: str
    device_id: str | None
    action: str
    subject_type: str
    subject_id: str
    purpose: str
    at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)


def record(
    session: Session,
    actor: Actor,
    action: str,
    subject_type: str,
    subject_id: str,
    *,
    now: datetime,
    purpose: str = "",
    **details: Any,
) -> None:
    """Note what an actor does or sees; details are codes, ids and counts, never personal data."""
    event = Event(actor.staff_id, actor.device_id, action, subject_type, subject_id, purpose, now, details)
    session.info.setdefault(NOTED, []).append(event)


def chain(session: Session) -> None:
    """Append the noted events to their actors' chains; called once, right before the commit."""
    noted: list[Event] = session.info.pop(NOTED, [])
    for name in sorted({event.actor for event in noted}):
        head = session.get(AuditChain, name, with_for_update=True, populate_existing=True)
        if head is None:
            head = AuditChain(actor=name, n=0, hash="0" * 64)
            session.add(head)
        for event in (one for one in noted if one.actor == name):
            head.n += 1
            head.hash = _link(head.hash, head.n, event)
            session.add(_row(event, head))


def forget(session: Session) -> None:
    """Drop what was noted by a deed that did not come to its end, so that its next try does not note it twice."""
    session.info.pop(NOTED, None)


def broken_links(session: Session) -> list[tuple[str, int]]:
    """Walk every chain; list the (actor, n) at which a line is missing or altered; 0 where a chain has lost its end."""
    headless = select(AuditEvent.actor).where(AuditEvent.actor.not_in(select(AuditChain.actor))).distinct()
    broken = [(actor, 0) for actor in session.scalars(headless.order_by(AuditEvent.actor))]
    for head in session.scalars(select(AuditChain).order_by(AuditChain.actor)):
        expected, previous = 0, "0" * 64
        rows = select(AuditEvent).where(AuditEvent.actor == head.actor).order_by(AuditEvent.n)
        for row in session.scalars(rows.execution_options(yield_per=1000)):
            expected += 1
            previous = hashlib.sha256(previous.encode() + _content(row.n, _event(row), row.details)).hexdigest()
            if row.n != expected or row.hash != previous:
                broken.append((head.actor, expected))
                expected, previous = row.n, row.hash
        if (expected, previous) != (head.n, head.hash):
            broken.append((head.actor, head.n))
    return broken


def _link(previous: str, n: int, event: Event) -> str:
    return hashlib.sha256(previous.encode() + _content(n, event, dumps(dict(event.details)))).hexdigest()


def _content(n: int, event: Event, details: bytes) -> bytes:
    plain = [
        n,
        instant(event.at),
        event.actor,
        event.device_id or "",
        event.action,
        event.subject_type,
        event.subject_id,
        event.purpose,
    ]
    return dumps(plain) + details


def _row(event: Event, head: AuditChain) -> AuditEvent:
    return AuditEvent(
        actor=event.actor,
        n=head.n,
        at=event.at,
        device_id=event.device_id,
        action=event.action,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        purpose=event.purpose,
        details=dumps(dict(event.details)),
        hash=head.hash,
    )


def _event(row: AuditEvent) -> Event:
    return Event(row.actor, row.device_id, row.action, row.subject_type, row.subject_id, row.purpose, row.at)
