"""Leads: the list of what waits, one with its photos, sending somebody, and the result that the reporter reads."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from identity.resident_id import veil
from server.domain.errors import InputInvalid, NotFound
from server.domain.permissions import may
from server.models.visit import Lead
from server.pages.console import facts
from server.pages.console.door import actor, blueprint, now
from server.pages.console.notices import Notice
from server.pages.console.times import brief, days_since, written
from server.pages.console.words import LEAD_DONE, LEAD_EMPTY, LEADS_HANDLED_BY, PLACE_SOURCES, SEPARATOR, STATES, word
from server.queries import held, visits
from server.queries import leads as waiting
from server.services import leads, photos
from server.services.changes import Ledger
from server.transaction import parts, reading, transact
from sync.canonical import instant
from sync.records.fields import INSTANT
from sync.records.terms import LEAD_SOURCES, LEAD_STATES, LEAD_URGENCIES, hardships

ROWS = 30


@blueprint.get("/leads")
def leads_page() -> str:
    """Show leads of one state; the look is logged."""
    state, after = request.args.get("state", leads.FILED), _after()
    if state not in LEAD_STATES:
        raise InputInvalid("没有这一栏")
    rows = transact(lambda ledger: leads.listed(ledger, actor(), state=state, limit=ROWS + 1, after=after, now=now()))
    session, last = reading(), rows[ROWS - 1].lead if len(rows) > ROWS else None
    villages = visits.area_names(session, {row.lead.bucket for row in rows})
    return render_template(
        "console/leads.html",
        rows=[_row(row, villages) for row in rows[:ROWS]],
        state=state,
        lead_states=LEAD_STATES,
        lead_counts=waiting.counts(session, actor()),
        states=STATES,
        counts=visits.counts(session, actor()),
        held_count=sum(held.counts(session, actor()).values()),
        further=_further(state, last) if last else "",
        is_first=after is None,
        empty=LEAD_EMPTY[state],
    )


@blueprint.get("/leads/<lead_id>")
def lead_page(lead_id: str) -> str:
    """Show a lead; the look is logged."""
    return _page(lead_id, None)


@blueprint.post("/leads/<lead_id>")
def handle_lead(lead_id: str) -> Answer:
    """Send somebody, or close the lead with its result. Raises as `leads.dispatch` and `leads.close`."""
    given, who = request.form, actor()
    deed = given.get("deed", "")

    def act(ledger: Ledger) -> None:
        if deed == leads.CLOSED:
            leads.close(ledger, who, lead_id, result=given.get("result", ""), seen=given.get("seen", ""), now=now())
            return
        note, assignee = given.get("note", ""), given.get("assignee", "")
        leads.dispatch(ledger, who, lead_id, assignee_id=assignee, note=note, seen=given.get("seen", ""), now=now())

    transact(act)
    flash(LEAD_DONE[leads.CLOSED if deed == leads.CLOSED else leads.DISPATCHED])
    return redirect(url_for("console.leads_page"), 303)


def handle_lead_again(notice: Notice) -> str:
    """Show the lead as it stands now, with why nothing was done and what was typed."""
    return _page(str((request.view_args or {})["lead_id"]), notice)


@blueprint.get("/leads/<lead_id>/photos/<sha256>")
def lead_photo(lead_id: str, sha256: str) -> Answer:
    """Give a photo of a lead; the look is logged."""
    who = actor()
    opened = transact(lambda ledger: leads.open_photo(ledger, parts().blobs, who, lead_id, sha256, now=now()))
    if opened is None:
        raise NotFound("照片还没有到，设备下一次同步会接着传")
    if link := opened.link:
        return redirect(link, 302)
    return Response(opened.pieces, mimetype=opened.media_type, headers=photos.HEADERS)


def _page(lead_id: str, notice: Notice | None) -> str:
    report = transact(lambda ledger: leads.look(ledger, actor(), lead_id, now=now()))
    village, session = report.lead.bucket, reading()
    may_handle = may(actor(), "lead.handle", village)
    is_open = report.lead.review_state in waiting.OPEN_STATES
    return render_template(
        "console/lead.html",
        lead=report.lead,
        fields=report.fields,
        told=_told(report.fields),
        handling=_handling(report.handling),
        handled=report.handling,
        etag=report.etag,
        state_word=LEAD_STATES[report.lead.review_state],
        seal=facts.seal_of(report.lead.verdict),
        village=visits.area_names(session, [village]).get(village, village),
        at=written(report.lead.sealed_at),
        missing=report.blobs_missing,
        staff=waiting.who_may_go(session, village, now=now()) if may_handle and is_open else [],
        may_handle=may_handle and is_open,
        barred="" if may_handle else LEADS_HANDLED_BY,
        typed=request.form if notice else {},
        notice=notice,
    )


def _row(report: waiting.Report, villages: dict[str, str]) -> dict[str, Any]:
    lead, fields = report.lead, report.fields
    return {
        "address": url_for("console.lead_page", lead_id=lead.id),
        "who": veil(str(fields.get("person_hint") or "")),
        "village": f"{villages.get(lead.bucket, lead.bucket)} {veil(str(fields.get('place_hint') or ''))}",
        "urgency": ("warn" if lead.urgency == "now" else "plain", word(LEAD_URGENCIES, lead.urgency)),
        "hardships": _hardships(fields),
        "reporter": str(fields.get("reporter_name") or ""),
        "at": brief(lead.sealed_at),
        "assignee": str(report.handling.get("assignee_name") or ""),
        "days": days_since(lead.sealed_at, now()),
    }


def _told(fields: dict[str, Any]) -> list[tuple[str, str]]:
    """Write what was reported, label by label; what was not said is left out."""
    point = fields.get("place") or {}
    place = f"误差约 {point.get('accuracy_m')} 米，{word(PLACE_SOURCES, point.get('source'))}" if point else ""
    lines = [
        ("谁遇到困难", str(fields.get("person_hint") or "")),
        ("在哪里", str(fields.get("place_hint") or "")),
        ("联系电话", str(fields.get("phone") or "")),
        ("什么困难", _hardships(fields)),
        ("具体情况", str(fields.get("details") or "")),
        ("有多急", word(LEAD_URGENCIES, fields.get("urgency"))),
        ("怎么知道的", word(LEAD_SOURCES, fields.get("source"))),
        ("位置", place),
        ("报告人", str(fields.get("reporter_name") or "")),
    ]
    return [(label, veil(text)) for label, text in lines if text]


def _handling(handling: dict[str, Any]) -> list[tuple[str, str]]:
    lines = [
        ("派给", str(handling.get("assignee_name") or "")),
        ("交代", str(handling.get("note") or "")),
        ("结果", str(handling.get("result") or "")),
        ("经办", f"{handling.get('by') or ''} {brief(str(handling.get('at') or ''))}".strip()),
    ]
    return [(label, text) for label, text in lines if text]


def _hardships(fields: dict[str, Any]) -> str:
    return SEPARATOR.join(hardships(fields.get("hardships") or {}))


def _after() -> waiting.Key | None:
    """Read the key of the row after which a page begins. Raises InputInvalid when it is none of ours."""
    urgency, at, last_id = (request.args.get(name, "") for name in ("urgency", "at", "after"))
    if not at:
        return None
    if not INSTANT.holds(at):
        raise InputInvalid("翻页位置无效，请从头查看")
    return urgency, at, last_id


def _further(state: str, last: Lead) -> str:
    at = instant(last.sealed_at)
    return url_for("console.leads_page", state=state, urgency=last.urgency, at=at, after=last.id)
