"""Deciding one mutation of a device: whether it may be, what of it is applied, what is held, what is refused.

Whatever is wrong with a mutation becomes its result and stops nothing else; nothing that a user entered disappears.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.exc import OperationalError

from server.domain.errors import DomainError, InputInvalid, MutationNotTaken, NotFound, RecordExists
from server.domain.faults import where
from server.domain.permissions import Actor
from server.models.device import Device
from server.models.ledger import FormerEpoch
from server.queries import history, records, scope
from server.services import duplicates, held, held_work, leads, receipts, rights, visits
from server.services.changes import Ledger
from server.services.rights import Right
from server.services.staged import Author
from sync import clock
from sync.frames import Result
from sync.merge import Current, Edit, Held, Outcome, as_seen, create, merge
from sync.protocol import SCHEMA, Mutation
from sync.records import REGISTRY, Home, RecordType, problems
from sync.records.fields import ID, NAME, Merge

log = logging.getLogger(__name__)
LONGEST_TYPE = 32  # characters, as the table of held work takes them


@dataclass(frozen=True)
class Sender:
    """Whose mutations these are: the signed-in user, the device and its installation, and the moment of arrival."""

    actor: Actor
    device: Device
    installation: int
    now: datetime
    in_order: bool | None = None  # how its seal stood in the chain when it first arrived; None: it arrives now
    schema: int = SCHEMA  # what the device's release knows

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


def decide(ledger: Ledger, sender: Sender, mutations: Sequence[Mutation]) -> list[Decided]:
    """Decide mutations one after the other, and stage what follows: of each all, or nothing when it is refused."""
    decided = [_decide(ledger, sender, one) for one in mutations]
    receipts.issue(ledger, _visits_of(decided), now=sender.now)
    return decided


def _decide(ledger: Ledger, sender: Sender, mutation: Mutation) -> Decided:
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


def take(ledger: Ledger, sender: Sender, mutation: Mutation) -> Decided:
    """Take a mutation that a person of the office vouches for: all is checked but the worker's right.

    Raises DomainError when it cannot be taken in.
    """
    with ledger.whole_or_nothing():
        _check_form(mutation)
        place = rights.place_of(ledger, mutation)
        if place is None:
            raise NotFound("要修改的记录已经不在")
        decided = _apply(ledger, sender, mutation, place.now, _done_at(sender, mutation))
    receipts.issue(ledger, _visits_of([decided]), now=sender.now)
    return decided


def _visits_of(decided: Sequence[Decided]) -> set[str]:
    """Name the visits of which something new was taken in."""
    taken = [one.mutation for one in decided if one.key is not None]
    visits_ = {one.id for one in taken if one.type == "visit"}
    return visits_ | {one.fields["visit_id"] for one in taken if one.type == "amendment"}


def _attempt(ledger: Ledger, sender: Sender, mutation: Mutation) -> Decided:
    try:
        _check_form(mutation)
    except (MutationNotTaken, InputInvalid):
        if sender.schema <= SCHEMA or not _can_wait(sender.actor, mutation):
            raise
        return _hold_whole(ledger, sender, mutation, mutation.bucket, held_work.SCHEMA_NEWER)
    at = _done_at(sender, mutation)
    if _is_removed(ledger, sender, mutation):
        return _hold_edit(ledger, sender, mutation)
    place = rights.place_of(ledger, mutation)
    if place is None and not held_work.waits_for(ledger, mutation):
        raise NotFound("这条记录不在您的范围内")
    if place is None:
        return _hold_whole(ledger, sender, mutation, mutation.bucket, held_work.RECORD_WAITS)
    right = rights.judge(ledger, sender.actor, sender.device, mutation, place, at)
    if right is Right.NEVER:
        raise NotFound("这条记录不在您的范围内")
    if right is not Right.HELD:
        return _hold_whole(ledger, sender, mutation, place.now, right.value)
    return _apply(ledger, sender, mutation, place.now, at)


def _can_wait(actor: Actor, mutation: Mutation) -> bool:
    """Tell whether a release could name it so, and somebody of the office will see it: what waits is listed by village."""
    could_be = NAME.holds(mutation.type) and len(mutation.type) <= LONGEST_TYPE and ID.holds(mutation.id)
    in_village = not mutation.bucket.startswith("user:")
    return could_be and in_village and scope.sees_bucket(actor, "register.propose", mutation.bucket)


def _check_form(mutation: Mutation) -> None:
    record_type = REGISTRY.get(mutation.type)
    if record_type is None or mutation.op not in record_type.device_may:
        raise MutationNotTaken
    creating = mutation.op == "create"
    faulty = [*problems(record_type, mutation.fields, creating=creating), *([] if ID.holds(mutation.id) else ["id"])]
    if faulty:
        raise InputInvalid("有的栏目内容不对", fields=faulty)


def _done_at(sender: Sender, mutation: Mutation) -> clock.Corrected:
    evidence = clock.Evidence.from_dict(dict(mutation.at))
    return clock.corrected(evidence, received_ms=clock.milliseconds(sender.now))


def _apply(ledger: Ledger, sender: Sender, mutation: Mutation, bucket: str, at: clock.Corrected) -> Decided:
    record_type = REGISTRY[mutation.type]
    author = Author(sender.actor.staff_id, at, sender.device.id, sender.writer)
    if mutation.op == "create":
        if not _is_home(ledger, record_type, bucket):
            raise NotFound("这条记录不在您的范围内")
        return _create(ledger, sender, mutation, record_type, bucket, author)
    current = ledger.get(mutation.type, mutation.id)
    assert current is not None, "a record with a bucket is live"
    return _update(ledger, sender, mutation, record_type, current, author)


def _hold_whole(ledger: Ledger, sender: Sender, mutation: Mutation, bucket: str, reason: str) -> Decided:
    """Let a mutation wait whole for a person; a seal in it is a link of the device's chain all the same."""
    in_order = visits.follow(sender.device, mutation.fields)
    held_work.keep(
        ledger,
        held_work.Origin(sender.device.id, sender.installation, sender.actor.staff_id),
        mutation,
        bucket=bucket,
        reason=reason,
        in_order=in_order,
        now=sender.now,
    )
    problem = {"code": reason, "title": "已交到办公室, 等待确认后生效"}
    return Decided(mutation, Result(mutation.n, "held", problem=problem))


def _is_removed(ledger: Ledger, sender: Sender, mutation: Mutation) -> bool:
    """Tell whether a record of the register was removed, or merged, where its editor may propose changes."""
    record_type = REGISTRY[mutation.type]
    if "update" not in record_type.device_may or record_type.home is not Home.VILLAGE:
        return False
    if ledger.bucket_of(mutation.type, mutation.id) is not None:
        return False
    if not scope.sees_bucket(sender.actor, "register.propose", mutation.bucket):
        return False
    return ledger.left(mutation.bucket, mutation.type, mutation.id) in ("deleted", "merged")


def _hold_edit(ledger: Ledger, sender: Sender, mutation: Mutation) -> Decided:
    """Keep an edit of a removed record: somebody decides whether the record comes back with it."""
    values = {"original": None, "current": None, "offered": dict(mutation.fields)}
    held.keep(ledger, _origin(ledger, sender, mutation), "removed", (mutation.type, mutation.id), held.WHOLE, values)
    fields = {name: {"how": "held", "kind": "removed"} for name in mutation.fields}
    return Decided(mutation, Result(mutation.n, "held", fields=fields))


def _is_home(ledger: Ledger, record_type: RecordType, bucket: str) -> bool:
    """Tell whether records of a type live in a bucket: what lies where nobody subscribes is as good as lost."""
    if record_type.home is Home.VILLAGE:
        return ledger.is_village(bucket)
    return record_type.home is Home.USER and bucket.startswith("user:")


def _create(
    ledger: Ledger, sender: Sender, mutation: Mutation, record_type: RecordType, bucket: str, author: Author
) -> Decided:
    if ledger.bucket_of(mutation.type, mutation.id) is not None:
        raise RecordExists
    outcome = create(record_type, mutation.fields)
    fields = {**outcome.changed, **_office_fields(ledger, sender, mutation, bucket, outcome.changed)}
    ledger.create(mutation.type, mutation.id, bucket, fields, author)
    if mutation.type == "person":
        duplicates.look_for(ledger, mutation.id, author, now=sender.now)
    return _decided(mutation, outcome)


def _office_fields(
    ledger: Ledger, sender: Sender, mutation: Mutation, bucket: str, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """Let evidence be taken in by those who know it; other types need nothing of the office."""
    match mutation.type:
        case "visit":
            return visits.arrive(
                ledger, sender.device, mutation.id, bucket, fields, now=sender.now, in_order=sender.in_order
            )
        case "amendment":
            return visits.arrive_amendment(
                ledger, sender.device, bucket, fields, now=sender.now, in_order=sender.in_order
            )
        case "lead":
            return leads.arrive(ledger, sender.device, mutation.id, fields, in_order=sender.in_order)
        case _:
            return {}


def _update(
    ledger: Ledger, sender: Sender, mutation: Mutation, record_type: RecordType, current: Current, author: Author
) -> Decided:
    elsewhere = mutation.bucket if mutation.bucket != ledger.bucket_of(mutation.type, mutation.id) else None
    seen = Current(current.fields, as_seen(current.marks, elsewhere))
    placed = replace(mutation, base=_seen(ledger, mutation))
    outcome = merge(record_type, seen, Edit(placed.fields, placed.base, author.writer, author.at))
    _hold(ledger, sender, placed, seen, outcome)
    if outcome.changed or outcome.superseded:
        ledger.update(mutation.type, mutation.id, outcome.changed, author, outcome.superseded)
    decided = _decided(mutation, outcome)
    bucket = ledger.bucket_of(mutation.type, mutation.id)
    may_see = bucket is not None and scope.sees_bucket(sender.actor, "record.sync", bucket)
    return decided if may_see else _without_what_stands(decided)


def _seen(ledger: Ledger, mutation: Mutation) -> int:
    """Say up to which seq of this database's history the device had seen the bucket when it made the edit.

    A base of a former epoch says so as far as both histories are one; of an epoch of which nothing is known it says
    nothing, so that whatever somebody else wrote counts as unseen.
    """
    if mutation.epoch in ("", records.epoch(ledger.reading)):
        return mutation.base
    shared = ledger.reading.get(FormerEpoch, (mutation.epoch, mutation.bucket))
    return min(mutation.base, shared.head) if shared else 0


def _hold(ledger: Ledger, sender: Sender, mutation: Mutation, seen: Current, outcome: Outcome) -> None:
    """Keep the values that wait for a person, with what their editor had seen."""
    for one in outcome.held:
        values = {
            "original": _seen_then(ledger, mutation, seen, one),
            "current": one.current,
            "offered": one.offered,
        }
        key = (mutation.type, mutation.id)
        held.keep(ledger, _origin(ledger, sender, mutation), one.kind, key, one.field, values)


def _seen_then(ledger: Ledger, mutation: Mutation, seen: Current, one: Held) -> Any:
    """Give the value that the editor saw: today's, unless it was changed since."""
    if seen.mark(one.field).seq <= mutation.base:
        return one.current
    return history.original(
        ledger.reading,
        ledger.vault,
        (mutation.type, mutation.id),
        one.field,
        bucket=mutation.bucket,
        base=mutation.base,
        stands=one.current,
    )


def _origin(ledger: Ledger, sender: Sender, mutation: Mutation) -> held.Origin:
    """Say where a held value came from, and in which bucket its author learns of it: where they still look."""
    lives = ledger.bucket_of(mutation.type, mutation.id)
    is_followed = lives is not None and scope.sees_bucket(sender.actor, "record.sync", lives)
    bucket = lives if lives is not None and is_followed else mutation.bucket
    return held.Origin(sender.actor.staff_id, sender.device.id, mutation.n, mutation.at, bucket, lives, sender.now)


def _without_what_stands(decided: Decided) -> Decided:
    """Leave other people's values out of an answer: whose right has ended learns what became of an edit, no more."""
    told = {
        name: {key: one for key, one in facts.items() if key != "now"} for name, facts in decided.result.fields.items()
    }
    return replace(decided, result=replace(decided.result, fields=told))


def _lost(mutation: Mutation, outcome: Outcome, name: str) -> bool:
    """Tell whether it is the edit's own value, or items of its set, that lost; else it is the one that stood before."""
    is_set = REGISTRY[mutation.type].merge_class(name) is Merge.GROW_SET
    return is_set or name not in outcome.changed


def _decided(mutation: Mutation, outcome: Outcome) -> Decided:
    """Word an outcome as a result: held before refused before merged before applied."""
    fields: dict[str, Any] = {name: {"how": "merged", "now": value} for name, value in outcome.merged.items()}
    fields |= {name: {"how": "superseded"} for name in outcome.superseded if _lost(mutation, outcome, name)}
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
