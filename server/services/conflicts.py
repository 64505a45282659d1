"""Deciding what the sync held: conflicts, proposals, edits of records that are gone, and persons who may be one.

A named person decides, with a reason, on what they saw; nobody decides on a value of their own. What loses stays in the
history, and the device that entered it is told (server/services/held.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.domain.errors import DecisionMade, InputInvalid, NotAllowed, NotFound, OwnProposal, ReasonMissing, Stale
from server.domain.masking import beside
from server.domain.permissions import Actor, may
from server.models.ledger import HeldValue
from server.queries import held as waiting
from server.queries import history, visits
from server.services import audit, duplicates, held, removals
from server.services.changes import Ledger
from server.services.staged import Author, office
from sync.canonical import dumps
from sync.merge import UNSEEN, Current, Edit, merge
from sync.records import REGISTRY

DECISIONS = ("accepted", "refused", "undone")
LONGEST_REASON = 2000
Key = tuple[str, str]


@dataclass(frozen=True)
class Matter:
    """One thing to decide, whole: what its author saw, offered, and what stands today; secrets are in the clear here.

    `etag` names what is shown: it changes when somebody decides, or the value that stands is changed.
    """

    row: waiting.Row
    values: Mapping[str, Any]
    stands: Any
    stands_by: str | None
    persons: tuple[Mapping[str, Any], Mapping[str, Any]] | None
    etag: str

    @property
    def held(self) -> HeldValue:
        """The row of what waits."""
        return self.row.held

    @property
    def state(self) -> str:
        """open, accepted, refused or undone."""
        return state_of(self.held)

    @property
    def is_secret(self) -> bool:
        """Whether the field is an id or phone number."""
        return self.held.field in REGISTRY[self.held.type].secrets

    def shown(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Give what stands and what is offered, field by field, the differing ones only; of two persons, both.

        Numbers are masked but for the digits in which they differ: that is what is to be decided.
        """
        if self.persons is not None:
            one, other = (dict(person) for person in self.persons)
        elif self.held.field == held.WHOLE:
            one, other = dict(self.stands), dict(self.values["offered"])
        else:
            one, other = {self.held.field: self.stands}, {self.held.field: self.values["offered"]}
        names = [name for name in {**one, **other} if name != "id" and one.get(name) != other.get(name)]
        secrets = REGISTRY[self.held.type].secrets
        return beside({name: one.get(name) for name in names}, {name: other.get(name) for name in names}, secrets)


def state_of(row: HeldValue) -> str:
    """Tell where a row stands: open, accepted, refused or undone."""
    return str((row.decision or {}).get("state", "open"))


def listed(
    ledger: Ledger,
    actor: Actor,
    *,
    state: str,
    kind: str = "",
    area: str = "",
    limit: int,
    after: tuple[str, str] | None,
    now: datetime,
) -> list[waiting.Row]:
    """Read a page of what waits, or of what was decided; the look is logged."""
    rows = waiting.page(ledger.session, actor, state=state, kind=kind, area=area, limit=limit, after=after)
    audit.record(ledger.session, actor, "conflict.list", "queue", state, now=now, purpose="review", rows=len(rows))
    return rows


def show(ledger: Ledger, actor: Actor, held_id: str, *, now: datetime) -> Matter:
    """Read one whole; the look is logged. Raises NotFound also when it lies outside of the actor's area."""
    matter = _matter(ledger, actor, held_id)
    audit.record(ledger.session, actor, "conflict.read", "held_value", held_id, now=now, purpose="review")
    return matter


def why_not(ledger: Ledger, actor: Actor, matter: Matter) -> type[NotAllowed] | type[OwnProposal] | None:
    """Tell what bars this person from deciding: the role, or a hand of their own in it."""
    areas = [matter.row.area_code, *([matter.held.other_bucket] if matter.held.other_bucket else [])]
    if not all(may(actor, "conflict.decide", area) for area in areas):
        return NotAllowed
    return OwnProposal if _has_a_hand(ledger, actor, matter) else None


def decide(
    ledger: Ledger, actor: Actor, held_id: str, *, decision: str, reason: str, seen: str, kept: str = "", now: datetime
) -> HeldValue:
    """Decide on what was seen (`seen` is its etag): accept the value, or refuse it and let stand what stands.

    Of a duplicate, accepting merges the two persons into `kept` (by default the one who was there first), refusing says
    that they are two, and `undone` parts them again.
    Raises NotFound outside of the area, NotAllowed without the right, OwnProposal for whoever entered the value or was at
    the visit, Stale when somebody decided or changed it meanwhile, ReasonMissing, and DecisionMade for a step that does
    not fit.
    """
    matter = _matter(ledger, actor, held_id)
    _check(ledger, actor, matter, decision, reason, seen)
    author = office(now, actor.staff_id, reason.strip())
    done: Mapping[str, Any] = {}
    if matter.held.kind == "duplicate":
        done = _decide_duplicate(ledger, matter, decision, kept, author)
    elif decision == "accepted":
        _accept(ledger, actor, matter, author, now=now)
    else:
        _refuse(ledger, matter, author)
    _note(ledger, actor, matter.held, decision, reason.strip(), done, now=now)
    return matter.held


def _matter(ledger: Ledger, actor: Actor, held_id: str) -> Matter:
    row = waiting.get(ledger.session, actor, held_id)
    one = row.held
    values = held.opened(ledger.vault, one)
    if one.kind == "duplicate":
        pair = (_person(ledger, one.record_id), _person(ledger, str(one.other_id)))
        return Matter(row, values, None, None, pair, _etag(ledger, one, [dict(person) for person in pair]))
    key = _target(ledger, (one.type, one.record_id))
    current = ledger.get(*key) if key else None
    stands = current.fields.get(one.field) if current else None
    if one.field == held.WHOLE:
        offered = values["offered"]
        stands = {name: current.fields.get(name) if current else None for name in offered}
    line = history.last_author(ledger.session, ledger.vault, key, one.field) if key else None
    return Matter(
        row, values, stands, line.staff_id if line else None, None, _etag(ledger, one, [stands, bool(current)])
    )


def _etag(ledger: Ledger, one: HeldValue, shown: Any) -> str:
    """Name what is shown; keyed, for a plain hash of an id number could be guessed."""
    return ledger.vault.lookup_hash(dumps([one.id, one.decision, shown]).decode())


def _person(ledger: Ledger, person_id: str) -> Mapping[str, Any]:
    """Give a person of a pair as they stand, or as they were before they were merged."""
    current = ledger.get("person", person_id)
    if current is not None:
        return {**current.fields, "id": person_id}
    ended = history.ended(ledger.session, ledger.vault, ("person", person_id))
    return {**(ended.fields if ended else {}), "id": person_id}


def _target(ledger: Ledger, key: Key) -> Key | None:
    """Name the record that a decision is about: itself, the person with whom it was merged, or nothing any more."""
    seen: set[str] = set()
    while ledger.bucket_of(*key) is None:
        survivor = waiting.survivor(ledger.session, key[1]) if key[0] == "person" else None
        if survivor is None or survivor in seen:
            return None
        seen.add(survivor)
        key = (key[0], survivor)
    return key


def _check(ledger: Ledger, actor: Actor, matter: Matter, decision: str, reason: str, seen: str) -> None:
    if decision not in DECISIONS:
        raise InputInvalid("决定只能是采纳、不采纳或撤销", fields=["decision"])
    if barred := why_not(ledger, actor, matter):
        raise barred
    if seen != matter.etag:
        raise Stale(_who_decided(matter.held) or "这一项的内容刚有变动, 请看过最新内容再决定")
    is_merged = matter.held.kind == "duplicate" and matter.state == "accepted"
    if (decision == "undone") != is_merged or (matter.state != "open" and not is_merged):
        raise DecisionMade(_who_decided(matter.held) or "还没有合并, 没有可撤销的")
    if not reason.strip():
        raise ReasonMissing("理由会告诉提出修改的人")
    if len(reason) > LONGEST_REASON or "\0" in reason:
        raise InputInvalid(f"理由最多 {LONGEST_REASON} 字", fields=["reason"])


def _who_decided(row: HeldValue) -> str:
    decision = row.decision or {}
    return f"{decision['name']}已经处理了这一条, 您的决定没有写入" if decision else ""


def _has_a_hand(ledger: Ledger, actor: Actor, matter: Matter) -> bool:
    """Tell whether somebody entered one of the values, or took part in the visit that shows it."""
    row, me = matter.held, actor.staff_id
    if row.staff_id == me:
        return True
    if row.kind == "duplicate":
        return False
    evidence = matter.values.get("evidence")
    if evidence and visits.investigated_by(ledger.session, evidence, me):
        return True
    if any(one.staff_id == me for one in _same_value(ledger, matter)):
        return True
    key = _target(ledger, (row.type, row.record_id))
    line = history.last_author(ledger.session, ledger.vault, key, row.field) if key else None
    return line is not None and line.device_id is not None and line.staff_id == me


def _same_value(ledger: Ledger, matter: Matter) -> Sequence[HeldValue]:
    """List what else waits with the same value for the same field."""
    row, offered = matter.held, matter.values["offered"]
    return [
        one
        for one in waiting.open_for(ledger.session, row.type, row.record_id, row.field)
        if one.id != row.id and one.kind != "duplicate" and held.opened(ledger.vault, one)["offered"] == offered
    ]


def _accept(ledger: Ledger, actor: Actor, matter: Matter, author: Author, *, now: datetime) -> None:
    row, offered = matter.held, matter.values["offered"]
    fields = offered if row.field == held.WHOLE else {row.field: offered}
    alike = _same_value(ledger, matter)
    key = _target(ledger, (row.type, row.record_id)) or _brought_back(ledger, row, fields, author)
    where = ledger.bucket_of(*key) or ""
    if not may(actor, "conflict.decide", matter.row.area_code if where.startswith("user:") else where):
        raise NotFound("这条记录现在不在您的范围内")
    _take(ledger, key, fields, author)
    if key[0] == "person":
        duplicates.look_for(ledger, key[1], author, now=now)
    for one in alike:
        _note(ledger, actor, one, "accepted", author.why, {}, now=now)


def _brought_back(ledger: Ledger, row: HeldValue, fields: Mapping[str, Any], author: Author) -> Key:
    """Bring a removed record back, so that the edit has something to stand in."""
    if removals.restore(ledger, row.type, row.record_id, author) is None:
        ledger.create(row.type, row.record_id, row.bucket, fields, author)
    return row.type, row.record_id


def _take(ledger: Ledger, key: Key, fields: Mapping[str, Any], author: Author) -> None:
    """Write what was accepted: sets are united, steps go forward, what stands once and what is the office's stays."""
    current = ledger.get(*key)
    assert current is not None, "what is written into was found or brought back"
    everything_seen = Edit(fields, UNSEEN, author.writer, author.at)
    outcome = merge(REGISTRY[key[0]], Current(current.fields, current.marks), everything_seen)
    changed = outcome.changed | {one.field: one.offered for one in outcome.held}
    ledger.update(*key, changed, author, {**outcome.superseded, **outcome.refused})


def _refuse(ledger: Ledger, matter: Matter, author: Author) -> None:
    """Let stand what stands; the value that lost is kept in the record's history."""
    row = matter.held
    key = _target(ledger, (row.type, row.record_id))
    if key is not None:
        offered = matter.values["offered"]
        ledger.update(*key, {}, author, offered if row.field == held.WHOLE else {row.field: offered})


def _decide_duplicate(ledger: Ledger, matter: Matter, decision: str, kept: str, author: Author) -> Mapping[str, Any]:
    row = matter.held
    pair = (row.record_id, str(row.other_id))
    if decision == "undone":
        done: Mapping[str, Any] = row.decision or {}
        duplicates.undo(ledger, dict(done), author)
        return {}
    if decision == "refused":
        return {}
    kept = kept or min(pair)  # Ids carry the time of their making: the first one stays.
    if kept not in pair:
        raise InputInvalid("请选择保留哪一个人", fields=["kept"])
    return duplicates.merge(ledger, kept, pair[kept == pair[0]], author)


def _note(
    ledger: Ledger, actor: Actor, row: HeldValue, state: str, reason: str, done: Mapping[str, Any], *, now: datetime
) -> None:
    """Note a decision where the office asks by it, in the log, and for the devices."""
    row.decision = {
        **done,
        "state": state,
        "reason": reason,
        "staff_id": actor.staff_id,
        "name": actor.display_name,
    }
    row.decided_at = now
    ledger.session.flush()
    held.tell_decision(ledger, row, state, reason, actor.display_name, now=now)
    audit.record(ledger.session, actor, f"conflict.{state}", "held_value", row.id, now=now, kind=row.kind)
