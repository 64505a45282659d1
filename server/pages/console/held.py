"""Conflicts and proposals: the list of what waits, one side by side, and the decision. What is refused keeps what was typed."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from server.domain.errors import InputInvalid
from server.models.ledger import HeldValue
from server.pages.console.comparing import PERSONS, Cell, cell
from server.pages.console.door import actor, blueprint, now
from server.pages.console.notices import Notice
from server.pages.console.times import brief, days_since, written
from server.pages.console.words import (
    HELD_BARRED,
    HELD_DONE,
    HELD_EMPTY,
    HELD_KINDS,
    HELD_MEANS,
    HELD_STATES,
    STATES,
)
from server.queries import held as waiting
from server.queries import leads, names, visits
from server.services import conflicts, held
from server.services.changes import Ledger
from server.transaction import reading, transact
from sync.canonical import instant
from sync.records.fields import INSTANT
from sync.records.labels import TYPE_LABELS, label

ROWS = 30


@dataclass(frozen=True)
class Shown:
    """One thing to decide, in words."""

    held_id: str
    kind: str
    what: str
    state: str
    etag: str
    about: str
    record: tuple[str, str]
    village: str
    who: str
    at: str
    days: int
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]
    persons: tuple[tuple[str, str], ...]
    evidence: str
    barred: str
    decided: str
    reason: str


@blueprint.get("/conflicts")
def held_page() -> str:
    """Show what waits, or what was decided; the look is logged."""
    state, kind = request.args.get("state", "open"), request.args.get("kind", "")
    if state not in waiting.STATES or kind not in ("", *waiting.KINDS):
        raise InputInvalid("没有这一栏")
    after = _after(request.args.get("at", ""), request.args.get("after", ""))
    rows = transact(
        lambda ledger: conflicts.listed(ledger, actor(), state=state, kind=kind, limit=ROWS + 1, after=after, now=now())
    )
    session = reading()
    shown, counts = rows[:ROWS], waiting.counts(session, actor())
    people = names.of_records(session, actor(), [(row.held.type, row.held.record_id) for row in shown])
    villages = visits.area_names(session, {row.area_code for row in shown})
    last = shown[-1].held if len(rows) > ROWS else None
    return render_template(
        "console/held.html",
        rows=[_row(row, people, villages) for row in shown],
        state=state,
        kind=kind,
        kinds=HELD_KINDS,
        held_counts=counts,
        held_count=sum(counts.values()),
        lead_count=leads.open_count(session, actor()),
        states=STATES,
        counts=visits.counts(session, actor()),
        further=url_for("console.held_page", state=state, kind=kind, at=instant(last.at), after=last.id)
        if last
        else "",
        is_first=after is None,
        empty=HELD_EMPTY[state],
    )


@blueprint.get("/conflicts/<held_id>")
def one_held_page(held_id: str) -> str:
    """Show one side by side; the look is logged."""
    return _page(held_id, "", None)


@blueprint.post("/conflicts/<held_id>")
def decide_held(held_id: str) -> Answer:
    """Decide on what the page showed, then go back to the list. Raises as `conflicts.decide`."""
    decision = request.form.get("decision", "")
    row = transact(
        lambda ledger: conflicts.decide(
            ledger,
            actor(),
            held_id,
            decision=decision,
            reason=request.form.get("reason", ""),
            seen=request.form.get("seen", ""),
            kept=request.form.get("kept", ""),
            now=now(),
        )
    )
    merged = {"accepted": "merged", "refused": "distinct"} if row.kind == "duplicate" else {}
    flash(HELD_DONE[merged.get(decision, decision)])
    return redirect(url_for("console.held_page"), 303)


def decide_held_again(notice: Notice) -> str:
    """Show it as it stands now, with why the decision was not taken and what was typed."""
    return _page(str((request.view_args or {})["held_id"]), request.form.get("reason", ""), notice)


def _page(held_id: str, typed: str, notice: Notice | None) -> str:
    shown = transact(lambda ledger: _shown(ledger, conflicts.show(ledger, actor(), held_id, now=now())))
    may_decide = not shown.barred and (shown.state == "open" or (shown.kind, shown.state) == ("duplicate", "accepted"))
    return render_template(
        "console/held_one.html",
        shown=shown,
        kind=HELD_KINDS[shown.kind],
        state_word=HELD_STATES[shown.state],
        means=HELD_MEANS[shown.kind],
        may_decide=may_decide,
        typed=typed,
        notice=notice,
    )


def _shown(ledger: Ledger, matter: conflicts.Matter) -> Shown:
    one, session = matter.held, ledger.session
    stands, offered = matter.shown()
    original = matter.values.get("original") if one.field in stands else None
    is_new = original is not None and original not in (matter.stands, matter.values["offered"])
    has_original = one.kind == "conflict" and is_new and not matter.is_secret
    people = names.of_persons(session, actor(), _person_ids(stands, offered, original))
    cells = [
        cell(name, *([original] if has_original else []), stands[name], value, people=people)
        for name, value in offered.items()
    ]
    barred = conflicts.why_not(ledger, actor(), matter)
    about = names.of_records(session, actor(), [(one.type, one.record_id)]).get((one.type, one.record_id))
    decision: dict[str, Any] = one.decision or {}
    return Shown(
        held_id=one.id,
        kind=one.kind,
        what=_what(one),
        state=matter.state,
        etag=matter.etag,
        about=about or TYPE_LABELS.get(one.type, one.type),
        record=(one.type, one.record_id),
        village=visits.area_names(session, [matter.row.area_code]).get(matter.row.area_code, ""),
        who=matter.row.staff_name,
        at=written(one.at),
        days=days_since(one.at, now()),
        columns=_columns(one.kind, has_original, matter),
        cells=tuple(cells),
        persons=tuple((str(person["id"]), str(person.get("name") or "")) for person in matter.persons or ()),
        evidence=matter.values.get("evidence") or "",
        barred=HELD_BARRED.get(barred.code, "") if barred else "",
        decided=f"{decision.get('name', '')} {written(one.decided_at)}" if one.decided_at else "",
        reason=str(decision.get("reason") or ""),
    )


def _columns(kind: str, has_original: bool, matter: conflicts.Matter) -> tuple[str, ...]:
    if kind == "duplicate":
        return ("甲", "乙")
    who = matter.row.staff_name or "经办人员"
    last = f"{who}改的" if kind == "conflict" else f"{who}提出的"
    return (*(("原来",) if has_original else ()), "名册上现在的", last)


def _person_ids(stands: dict[str, Any], offered: dict[str, Any], original: Any) -> list[str | None]:
    values = [values.get(name) for values in (stands, offered) for name in PERSONS]
    return [one for one in (*values, original) if isinstance(one, str)]


def _row(row: waiting.Row, people: dict[names.Key, str], villages: dict[str, str]) -> dict[str, Any]:
    one = row.held
    return {
        "address": url_for("console.one_held_page", held_id=one.id),
        "about": people.get((one.type, one.record_id)) or TYPE_LABELS.get(one.type, one.type),
        "village": villages.get(row.area_code, row.area_code),
        "kind": HELD_KINDS[one.kind],
        "field": _what(one),
        "who": row.staff_name,
        "at": brief(one.at),
        "days": days_since(one.at, now()),
        "state": HELD_STATES[conflicts.state_of(one)],
    }


def _what(one: HeldValue) -> str:
    """Name the field, or why two persons may be one."""
    if one.kind == "duplicate":
        return {"id_number": "证件号码相同", "name": "姓名和出生日期相同"}[one.field]
    return "整条修改" if one.field == held.WHOLE else label(one.field)


def _after(at: str, last_id: str) -> tuple[str, str] | None:
    if not at:
        return None
    if not INSTANT.holds(at):
        raise InputInvalid("翻页位置无效，请从头查看")
    return at, last_id
