"""Numbers that a region sets for itself: one person proposes with the document, another one approves, nobody edits the past.

What is approved takes part in every assessment and every procedure from its day on, with its document as the clause.
"""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache

from sqlalchemy.orm import Session

from policy.checks.standards import Standards, check_standards
from policy.law import Law
from policy.money import yuan_text
from policy.parameters import Parameters, load_parameters, region_chain
from policy.reasons import Finding
from policy.registry import AREAS, NATIONAL, Document, Entry, load_keys, parse_value
from server.domain.days import day
from server.domain.errors import (
    InputInvalid,
    NotAllowed,
    OwnProposal,
    ParameterPastFixed,
    ParameterProposalDecided,
    ParameterValueTaken,
    ReasonMissing,
)
from server.domain.permissions import FULL, Actor, Limit, limits
from server.models.parameters import RegionalParameter
from server.queries import parameters as queries
from server.services import audit
from server.services.ids import make_id
from sync.canonical import loads

STANDARDS = ("dibao.standard", "tekun.basic_standard")
LENGTHS = {"document": 200, "number": 64, "clause": 64, "reason": 500}


@dataclass(frozen=True, kw_only=True)
class Stated:
    """A value as a region states it: canonical JSON in the form of the rules' data files (money in fen, ratios as text)."""

    key: str
    region: str
    area: str | None
    value: bytes
    valid_from: date
    document: str
    number: str
    clause: str


def in_force(session: Session, *, sample: bool) -> Parameters:
    """Give the packaged rules with everything that regions have set; with `sample`, the sample county's figures too (示例)."""
    return _with(tuple(_stated(row) for row in queries.approved(session)), sample)


def propose(
    session: Session, actor: Actor, stated: Stated, *, reason: str, sample: bool, now: datetime
) -> RegionalParameter:
    """Enter a value for another person to approve; nothing is in force by it.

    Raises NotAllowed, InputInvalid, ReasonMissing where a benefit would fall, ParameterPastFixed, ParameterValueTaken.
    """
    _may_set(actor, stated.region)
    _check(stated, reason)
    parameters = in_force(session, sample=sample)
    _keep_the_past(parameters, stated, today=day(now))
    if not reason and _falls(parameters, stated):
        raise ReasonMissing("新标准比现行的低, 请写明降低的理由 (--reason)")
    row = RegionalParameter(id=make_id(now), **vars(stated), reason=reason, proposed_by=actor.staff_id, proposed_at=now)
    session.add(row)
    _note(session, actor, "parameter.propose", row, now)
    return row


def approve(session: Session, actor: Actor, proposal_id: str, *, sample: bool, now: datetime) -> RegionalParameter:
    """Put a proposed value in force from its day on.

    Raises NotFound, NotAllowed, OwnProposal for the person who proposed it, ParameterProposalDecided, ParameterPastFixed,
    ParameterValueTaken.
    """
    row = _undecided(session, actor, proposal_id)
    if row.proposed_by == actor.staff_id:
        raise OwnProposal("标准须由另一人审批")
    _keep_the_past(in_force(session, sample=sample), _stated(row), today=day(now))
    row.decision, row.decided_by, row.decided_at = "approved", actor.staff_id, now
    _note(session, actor, "parameter.approve", row, now)
    return row


def decline(session: Session, actor: Actor, proposal_id: str, *, reason: str, now: datetime) -> RegionalParameter:
    """Refuse a proposed value, or withdraw one's own. Raises NotFound, NotAllowed, ParameterProposalDecided, ReasonMissing."""
    row = _undecided(session, actor, proposal_id)
    if not reason.strip():
        raise ReasonMissing("请写明不同意的理由 (--reason)")
    row.decision, row.decided_by, row.decided_at = "declined", actor.staff_id, now
    row.decision_reason = reason
    _note(session, actor, "parameter.decline", row, now)
    return row


def not_set(parameters: Parameters, region: str, on: date) -> list[tuple[str, str | None]]:
    """List (key, area) of what a region has still to set before the rules that need it can be used."""
    keys = [key for key, found in load_keys().items() if found.is_set_by_region]
    asked = [(key, {area: parameters.find(key, region=region, on=on, area=area) for area in AREAS}) for key in keys]
    lacking = [(key, [area for area, found in by_area.items() if found is None]) for key, by_area in asked]
    return [(key, None if len(areas) == len(AREAS) else areas[0]) for key, areas in lacking if areas]


def checks(parameters: Parameters, row: RegionalParameter) -> tuple[tuple[str, Finding], ...]:
    """Say how a proposed standard stands to the guards that documents set in the region; none for other keys."""
    if row.key not in STANDARDS:
        return ()
    law = Law(parameters, row.region, row.valid_from, None)
    name = f"{row.key}@{row.area}" if row.area else row.key
    wanted = Law(parameters.with_overrides({name: yuan_text(loads(row.value))}), row.region, row.valid_from, None)
    return check_standards(law, _standards(law, wanted))


def _standards(former: Law, wanted: Law) -> Standards:
    def fen(law: Law, key: str, area: str) -> int | None:
        found = law.parameters.find(key, region=law.region, on=law.on, area=area)
        return found.read(int) if found else None

    growth = wanted.find("consumption.growth")
    return Standards(
        dibao_urban=fen(wanted, "dibao.standard", "urban"),
        dibao_rural=fen(wanted, "dibao.standard", "rural"),
        tekun_basic=fen(wanted, "tekun.basic_standard", "urban"),
        former_urban=fen(former, "dibao.standard", "urban"),
        former_rural=fen(former, "dibao.standard", "rural"),
        consumption_year=fen(wanted, "consumption.per_capita_year", "urban"),
        consumption_growth=growth.read(Fraction) if growth else None,
    )


def _undecided(session: Session, actor: Actor, proposal_id: str) -> RegionalParameter:
    row = queries.to_decide(session, proposal_id)
    _may_set(actor, row.region)
    if row.decision is not None:
        raise ParameterProposalDecided
    return row


def _may_set(actor: Actor, region: str) -> None:
    """Both take part in setting a value: who proposes for the county, and who enters for the office."""
    if not {FULL, Limit.PROPOSE} & set(limits(actor, "parameter.set", region).values()):
        raise NotAllowed


def _check(stated: Stated, reason: str) -> None:
    key = load_keys().get(stated.key)
    if key is None:
        raise InputInvalid(f"没有参数 {stated.key}; 可以设定的见 flask parameters keys")
    if stated.region == NATIONAL or len(stated.region) not in (2, 4, 6) or not stated.region.isdigit():
        raise InputInvalid("地区代码应为 2、4 或 6 位数字 (省、市、县)")
    if stated.area not in (None, *AREAS):
        raise InputInvalid("区域应为 urban (城镇) 或 rural (农村)")
    if not (stated.document.strip() and stated.clause.strip()):
        raise InputInvalid("请写明依据的文件 (--document) 和条款 (--clause)")
    texts = {name: getattr(stated, name, reason) for name in LENGTHS}
    if too_long := [name for name, text in texts.items() if len(text) > LENGTHS[name]]:
        raise InputInvalid(f"太长: {', '.join(too_long)}")
    try:
        parse_value(key.kind, loads(stated.value))
    except (ValueError, ZeroDivisionError):
        raise InputInvalid(f"“{key.name}”的取值形式不对") from None


def _keep_the_past(parameters: Parameters, stated: Stated, *, today: date) -> None:
    """Refuse a value that would stand where another one stands, or change what was in force on a day that is over."""
    chain = region_chain(stated.region)
    same = [entry for entry in parameters.registry.entries if entry.key == stated.key and entry.region in chain]
    place = stated.region, stated.area, stated.valid_from
    if any((entry.region, entry.area, entry.valid_from) == place for entry in same):
        raise ParameterValueTaken(f"{stated.region} 自 {stated.valid_from} 起已有这一标准")
    days = {stated.valid_from, *(entry.valid_from for entry in same)}
    areas = AREAS if stated.area is None else (stated.area,)
    for past in sorted(one for one in days if stated.valid_from <= one < today):
        for area in areas:
            if parameters.find(stated.key, region=stated.region, on=past, area=area):
                raise ParameterPastFixed(f"{past} 已有标准在执行; 请从 {today} 或以后起执行")


def _falls(parameters: Parameters, stated: Stated) -> bool:
    """Tell whether an amount of money would be lower than what is in force on the day before (文件002 (四)2)."""
    if load_keys()[stated.key].kind != "money":
        return False
    area = stated.area or AREAS[0]
    found = parameters.find(stated.key, region=stated.region, on=stated.valid_from, area=area)
    return found is not None and int(loads(stated.value)) < found.read(int)


def _note(session: Session, actor: Actor, action: str, row: RegionalParameter, now: datetime) -> None:
    details = {"key": row.key, "region": row.region, "valid_from": row.valid_from.isoformat()}
    audit.record(session, actor, action, "parameter", row.id, now=now, **details)


def _stated(row: RegionalParameter) -> Stated:
    return Stated(**{name: getattr(row, name) for name in Stated.__dataclass_fields__})


def _entry(stated: Stated) -> Entry:
    document = Document(
        code="regional",
        region=stated.region,
        title=stated.document,
        number=stated.number,
        in_force_on=stated.valid_from,
        date_basis="",
        read="full",
    )
    return Entry(
        key=stated.key,
        region=stated.region,
        area=stated.area,
        value=parse_value(load_keys()[stated.key].kind, loads(stated.value)),
        valid_from=stated.valid_from,
        valid_to=None,
        from_basis="",
        document=document,
        clause=stated.clause,
        note="",
    )


@lru_cache(maxsize=8)
def _with(stated: tuple[Stated, ...], sample: bool) -> Parameters:
    return load_parameters(sample=sample).extended([_entry(one) for one in stated])
