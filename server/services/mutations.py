"""Deciding one mutation of a device: whether it may be, what of it is applied, what is held, what is refused.

Whatever is wrong with a mutation becomes its result and stops nothing else; nothing that a user entered disappears.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import OperationalError

from server.domain.errors import DomainError, InputInvalid, MutationNotTaken, NotFound, RecordExists
from server.domain.faults import where
from server.domain.permissions import Actor
from server.models.device import Device
from server.models.ledger import HeldValue
from server.models.office import Area
from server.queries import scope
from server.services import receipts, visits
from server.services.changes import Author, Ledger
from server.services.ids import make_id
from sync import clock
from sync.canonical import dumps
from sync.merge import Current, Edit, Outcome, as_seen, create, merge
from sync.protocol import Mutation, Result
from sync.records import REGISTRY, Home, RecordType, problems
from sync.records.fields import ID

log = logging.getLogger(__name__)
DEEDS = {"visit": "visit.record", "amendment": "visit.record"}  # All else that a device may write is the register.


@dataclass(frozen=True)
class Sender:
    """Whose mutations these are: the signed-in user, the device and its installation, and the moment of arrival."""

    actor: Actor
    device: Device
    installation: int
    now: datetime

    @property
    def writer(self) -> str:
        """The name under which this installation's edits are marked."""
        return f"{self.device.id}/{self.installation}"


@dataclass(frozen=True)
class Decided:
    """A mutation's result; `key` names the record whose seq completes it, None when nothing was written."""

    mutation: Mutation
    result: Result
    key: tuple[str, str] | None = None


def decide(ledger: Ledger, sender: Sender, mutation: Mutation) -> Decided:
    """Decide one mutation and stage what follows from it: all of it, or nothing when it is refused."""
    try:
        with ledger.whole_or_nothing():
            return _attempt(ledger, sender, mutation)
    except DomainError as refusal:
        problem = {"code": refusal.code, "title": refusal.title, "detail": refusal.detail}
        problem |= {"fields": refusal.more["fields"]} if "fields" in refusal.more else {}
    except OperationalError:  # The database's own trouble is no fault of the mutation: the whole exchange waits.
        raise
    except Exception as error:  # noqa: BLE001  a poisonous mutation must not stop the outbox
        log.error("mutation not decided: type=%s op=%s n=%s %s", mutation.type, mutation.op, mutation.n, where(error))
        problem = {"code": "sync.fault", "title": "服务器没能处理这条修改, 已原样保留", "detail": "请联系管理员"}
    visits.follow(sender.device, mutation.fields)
    return Decided(mutation, Result(mutation.n, "refused", problem=problem))


def _attempt(ledger: Ledger, sender: Sender, mutation: Mutation) -> Decided:
    record_type = REGISTRY.get(mutation.type)
    creating = mutation.op == "create"
    if record_type is None or mutation.op not in record_type.device_may:
        raise MutationNotTaken
    faulty = [*problems(record_type, mutation.fields, creating=creating), *([] if ID.holds(mutation.id) else ["id"])]
    if faulty:
        raise InputInvalid("有的栏目内容不对", fields=faulty)
    bucket = mutation.bucket if creating else ledger.bucket_of(mutation.type, mutation.id)
    if bucket is None or not scope.sees_bucket(sender.actor, DEEDS.get(mutation.type, "register.propose"), bucket):
        raise NotFound("这条记录不在您的范围内")
    if creating and not _is_home(ledger, record_type, bucket):
        raise NotFound("这条记录不在您的范围内")
    received_ms = clock.milliseconds(sender.now)
    at = clock.corrected(clock.Evidence.from_dict(dict(mutation.at)), received_ms=received_ms)
    author = Author(sender.actor.staff_id, at, sender.device.id, sender.writer)
    if creating:
        return _create(ledger, sender, mutation, record_type, bucket, author)
    current = ledger.get(mutation.type, mutation.id)
    assert current is not None, "a record with a bucket is live"
    return _update(ledger, sender, mutation, record_type, current, author)


def _is_home(ledger: Ledger, record_type: RecordType, bucket: str) -> bool:
    """Tell whether records of a type live in a bucket: what lies where nobody subscribes is as good as lost."""
    if record_type.home is Home.VILLAGE:
        area = ledger.session.get(Area, bucket)
        return area is not None and area.level == "village"
    return record_type.home is Home.USER and bucket.startswith("user:")


def _create(
    ledger: Ledger, sender: Sender, mutation: Mutation, record_type: RecordType, bucket: str, author: Author
) -> Decided:
    if ledger.bucket_of(mutation.type, mutation.id) is not None:
        raise RecordExists
    outcome = create(record_type, mutation.fields)
    fields = {**outcome.changed, **_office_fields(ledger, sender, mutation, bucket, outcome.changed)}
    ledger.create(mutation.type, mutation.id, bucket, fields, author)
    if mutation.type in ("visit", "amendment"):
        visit_id = mutation.id if mutation.type == "visit" else outcome.changed["visit_id"]
        receipts.issue_if_complete(ledger, visit_id, now=sender.now)
    return _decided(mutation, outcome)


def _office_fields(
    ledger: Ledger, sender: Sender, mutation: Mutation, bucket: str, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """Let evidence be taken in by those who know it; other types need nothing of the office."""
    match mutation.type:
        case "visit":
            return visits.arrive(ledger, sender.device, mutation.id, bucket, fields, now=sender.now)
        case "amendment":
            return visits.arrive_amendment(ledger, sender.device, bucket, fields, now=sender.now)
        case _:
            return {}


def _update(
    ledger: Ledger, sender: Sender, mutation: Mutation, record_type: RecordType, current: Current, author: Author
) -> Decided:
    elsewhere = mutation.bucket if mutation.bucket != ledger.bucket_of(mutation.type, mutation.id) else None
    seen = Current(current.fields, as_seen(current.marks, elsewhere))
    outcome = merge(record_type, seen, Edit(mutation.fields, mutation.base, author.writer, author.at))
    _hold(ledger, sender, mutation, outcome)
    if outcome.changed or outcome.superseded:
        ledger.update(mutation.type, mutation.id, outcome.changed, author, outcome.superseded)
    return _decided(mutation, outcome)


def _hold(ledger: Ledger, sender: Sender, mutation: Mutation, outcome: Outcome) -> None:
    """Keep the values that wait for a person, sealed, for they may be an id number."""
    bucket = ledger.bucket_of(mutation.type, mutation.id)
    for held in outcome.held:
        held_id = make_id(sender.now)
        evidence = mutation.at.get("visit_id")  # the visit in which the worker found it
        plain = dumps({"current": held.current, "offered": held.offered, "evidence": evidence})
        ledger.session.add(
            HeldValue(
                id=held_id,
                type=mutation.type,
                record_id=mutation.id,
                bucket=bucket,
                field=held.field,
                kind=held.kind,
                values=ledger.vault.seal(plain, f"held/{held_id}"),
                staff_id=sender.actor.staff_id,
                device_id=sender.device.id,
                at=sender.now,
            )
        )


def _decided(mutation: Mutation, outcome: Outcome) -> Decided:
    """Word an outcome as a result: held before refused before merged before applied."""
    fields: dict[str, Any] = {name: {"how": "merged", "now": value} for name, value in outcome.merged.items()}
    fields |= {name: {"how": "superseded"} for name in outcome.superseded}
    fields |= {name: {"how": "refused"} for name in outcome.refused}
    fields |= {held.field: {"how": "held", "kind": held.kind, "now": held.current} for held in outcome.held}
    if outcome.held:
        word = "held"
    elif outcome.refused and not outcome.changed:
        word = "refused"
    else:
        word = "merged" if outcome.merged else "applied"
    written = bool(outcome.changed or outcome.superseded)
    problem = {"code": "record.office_only", "title": "这些栏目只能由办公室修改"} if word == "refused" else None
    result = Result(mutation.n, word, fields=fields, problem=problem)
    return Decided(mutation, result, (mutation.type, mutation.id) if written else None)
