"""The queue: what waits for a review, what was returned, what is decided; counted, longest waiting first."""

from flask import render_template, request, url_for

from server.domain.errors import InputInvalid
from server.pages.console.door import actor, blueprint, now
from server.pages.console.facts import seal_of, word_of_form
from server.pages.console.times import brief, days_since
from server.pages.console.words import EMPTY, EMPTY_OF_FORM, FORM_VERDICTS, STATES, word
from server.queries import held, leads, visits
from server.services import looks
from server.services.form_check import FITS
from server.transaction import reading, transact
from sync.canonical import instant
from sync.records.fields import INSTANT
from sync.records.terms import VISIT_KINDS

ROWS = 30


@blueprint.get("/")
def queue_page() -> str:
    """Show one tab of the queue; the look is logged."""
    state = request.args.get("state", "pending")
    form_verdict = request.args.get("form", "")
    if state not in STATES or form_verdict not in ("", *FORM_VERDICTS):
        raise InputInvalid("没有这一栏")
    after = _after(request.args.get("sealed_at", ""), request.args.get("after", ""))
    rows = transact(
        lambda ledger: looks.queue(
            ledger.session,
            actor(),
            state=state,
            limit=ROWS + 1,
            form_verdict=form_verdict,
            after=after,
            now=now(),
        )
    )
    return render_template(
        "console/queue.html",
        state=state,
        states=STATES,
        form_verdict=form_verdict,
        form_verdicts=_form_verdicts(state),
        counts=visits.counts(reading(), actor()),
        held_count=sum(held.counts(reading(), actor()).values()),
        lead_count=leads.open_count(reading(), actor()),
        rows=[_row(row) for row in rows[:ROWS]],
        is_waiting=state in visits.OPEN_STATES,
        is_first=after is None,
        further=_further(state, form_verdict, rows[ROWS - 1]) if len(rows) > ROWS else "",
        empty=EMPTY_OF_FORM if form_verdict else EMPTY[state],
    )


def _form_verdicts(state: str) -> list[tuple[str, str, int]]:
    """List what judging the answers again may find, with its word and how many visits of the tab it is true of."""
    found = visits.form_counts(reading(), actor(), state=state)
    return [(code, said, found.get(code, 0)) for code, (_, said, _) in FORM_VERDICTS.items()]


def _row(waiting: visits.Waiting) -> dict[str, object]:
    visit = waiting.visit
    tone, verdict, _ = seal_of(visit.verdict)
    form_tone, form_word, _ = word_of_form(visit.form_verdict)
    return {
        "address": url_for("console.visit_page", visit_id=visit.id),
        "head": waiting.head or "户主不详",
        "village": waiting.village,
        "kind": word(VISIT_KINDS, visit.kind),
        "sealed": brief(visit.sealed_at),
        "workers": waiting.workers,
        "missing": waiting.blobs_all - waiting.blobs_here,
        "blobs": waiting.blobs_all,
        "tone": tone,
        "verdict": verdict,
        "form": (form_tone, form_word) if visit.form_verdict not in (None, FITS) else None,
        "days": days_since(visit.sealed_at, now()),
    }


def _after(sealed_at: str, last_id: str) -> tuple[str, str] | None:
    """Read the key of the row after which a page begins. Raises InputInvalid when it is none of ours."""
    if not sealed_at:
        return None
    if not INSTANT.holds(sealed_at):
        raise InputInvalid("翻页位置无效，请从头查看")
    return sealed_at, last_id


def _further(state: str, form_verdict: str, last: visits.Waiting) -> str:
    sealed_at = instant(last.visit.sealed_at)
    form = form_verdict or None
    return url_for("console.queue_page", state=state, form=form, sealed_at=sealed_at, after=last.visit.id)
