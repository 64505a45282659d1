"""Who changed what in the register, when, from what to what, and what lost and why: the one door's own lines, in words' reach.

Numbers are masked, but for the digits that a change changed. Reading it is a look at the case, and logged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import NotFound
from server.domain.masking import beside, mask
from server.domain.permissions import Actor, may
from server.models.office import Staff
from server.models.register import HouseholdMember
from server.queries import history
from server.services import audit
from server.services.changes import Ledger
from sync.records import REGISTRY

TYPES = ("household", "person", "household_member")
SUPERSEDED, WHY, MOVED = "!superseded", "!why", "!bucket"
Key = tuple[str, str]


@dataclass(frozen=True)
class Step:
    """One line of a history: the fields that changed with both values, the values that lost, and the reason given."""

    at: datetime
    type: str
    record_id: str
    operation: str
    staff_id: str | None
    staff_name: str
    is_from_device: bool
    changes: tuple[tuple[str, Any, Any], ...]
    lost: tuple[tuple[str, Any], ...]
    moved: tuple[str, str] | None
    why: str


def of(ledger: Ledger, actor: Actor, record_type: str, record_id: str, *, limit: int, now: datetime) -> list[Step]:
    """Read the history of a record of the register, newest first; a household's with that of its members and persons.

    Of what was removed it is there as well. Raises NotFound outside of the actor's area; the look is logged.
    """
    key = (record_type, record_id)
    if record_type not in TYPES or not _may_see(ledger, actor, key):
        raise NotFound("没有这条记录")
    lines = history.of_records(ledger.session, ledger.vault, [key, *_with(ledger, actor, key)])[:limit]
    names = _names(ledger.session, {line.row.staff_id for line in lines if line.row.staff_id})
    audit.record(
        ledger.session, actor, "history.read", record_type, record_id, now=now, purpose="case", rows=len(lines)
    )
    return [_step(line, names) for line in lines]


def _may_see(ledger: Ledger, actor: Actor, key: Key) -> bool:
    bucket = ledger.bucket_of(*key)
    if bucket is None:
        ended = history.ended(ledger.session, ledger.vault, key)
        bucket = ended.bucket if ended else None
    return bucket is not None and may(actor, "case.read", bucket)


def _with(ledger: Ledger, actor: Actor, key: Key) -> list[Key]:
    """Name what belongs to a household, or a person's places in households, as far as the actor may look."""
    columns = {"household": HouseholdMember.household_id, "person": HouseholdMember.person_id}
    if key[0] not in columns:
        return []
    rows = ledger.session.scalars(select(HouseholdMember).where(columns[key[0]] == key[1])).all()
    keys = [("household_member", row.id) for row in rows]
    keys += [("person", row.person_id) for row in rows] if key[0] == "household" else []
    return [one for one in dict.fromkeys(keys) if _may_see(ledger, actor, one)]


def _names(session: Session, staff_ids: set[str]) -> dict[str, str]:
    return {row.id: row.display_name for row in session.scalars(select(Staff).where(Staff.id.in_(staff_ids)))}


def _step(line: history.Line, names: dict[str, str]) -> Step:
    row, secrets = line.row, REGISTRY[line.row.type].secrets
    pairs = {name: value for name, value in line.values.items() if "!" not in name}
    before, after = beside(
        {name: one for name, (one, _) in pairs.items()}, {name: other for name, (_, other) in pairs.items()}, secrets
    )
    moved = line.values.get(MOVED)
    return Step(
        at=row.at,
        type=row.type,
        record_id=row.record_id,
        operation=row.operation,
        staff_id=row.staff_id,
        staff_name=names.get(row.staff_id or "", ""),
        is_from_device=row.device_id is not None,
        changes=tuple((name, before[name], after[name]) for name, (was, came) in pairs.items() if was != came),
        lost=tuple(_lost(line.values, secrets)),
        moved=(moved[0], moved[1]) if moved else None,
        why=str(line.values.get(WHY, "")),
    )


def _lost(values: dict[str, Any], secrets: frozenset[str]) -> Sequence[tuple[str, Any]]:
    found = []
    for name, lost in values.items():
        field, mark, _ = name.partition(SUPERSEDED)
        if mark:
            found += [(field, mask(str(one)) if field in secrets and one else one) for one in lost]
    return found
