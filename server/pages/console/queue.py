"""The queue: what waits for a review, what was returned, what is decided; counted, longest waiting first."""

from flask import render_template, request, url_for

from server.domain.errors import InputInvalid
from server.pages.console.door import actor, blueprint, now
from server.pages.console.facts import seal_of
from server.pages.console.times import brief, days_since
from server.pages.console.words import EMPTY, KINDS, STATES, word
from server.queries import held, visits
from server.services import looks
from server.transaction import reading, transact
from sync.canonical import instant
from sync.records.fields import INSTANT

ROWS = 30


@blueprint.get("/")
def queue_page() -> str:
    """Show one tab of the queue; the look is logged."""
    state = request.args.get("state", "pending")
    if state not in STATES:
        raise InputInvalid("没有这一栏")
    after = _after(request.args.get("sealed_at", ""), request.args.get("after", ""))
    rows = transact(
        lambda ledger: looks.queue(ledger.session, actor(), state=state, limit=ROWS + 1, after=after, now=now())
    )
    return render_template(
        "console/queue.html",
        state=state,
        states=STATES,
        counts=visits.counts(reading(), actor()),
        held_count=sum(held.counts(reading(), actor()).values()),
        rows=[_row(row) for row in rows[:ROWS]],
        is_waiting=state in visits.OPEN_STATES,
        is_first=after is None,
        further=_further(state, rows[ROWS - 1]) if len(rows) > ROWS else "",
        empty=EMPTY[state],
    )


def _row(waiting: visits.Waiting) -> dict[str, object]:
    visit = waiting.visit
    tone, verdict, _ = seal_of(visit.verdict)
    return {
        "address": url_for("console.visit_page", visit_id=visit.id),
        "head": waiting.head or "户主不详",
        "village": waiting.village,
        "kind": word(KINDS, visit.kind),
        "sealed": brief(visit.sealed_at),
        "workers": waiting.workers,
        "missing": waiting.blobs_all - waiting.blobs_here,
        "blobs": waiting.blobs_all,
        "tone": tone,
        "verdict": verdict,
        "days": days_since(visit.sealed_at, now()),
    }


def _after(sealed_at: str, last_id: str) -> tuple[str, str] | None:
    """Read the key of the row after which a page begins. Raises InputInvalid when it is none of ours."""
    if not sealed_at:
        return None
    if not INSTANT.holds(sealed_at):
        raise InputInvalid("翻页位置无效，请从头查看")
    return sealed_at, last_id


def _further(state: str, last: visits.Waiting) -> str:
    sealed_at = instant(last.visit.sealed_at)
    return url_for("console.queue_page", state=state, sealed_at=sealed_at, after=last.visit.id)
