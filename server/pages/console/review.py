"""One visit: look at it whole, pin comments, decide. What is refused comes back with what was typed."""

from collections.abc import Mapping

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from server.domain.errors import NotFound
from server.domain.permissions import may
from server.pages.console.case import Case, Draft, Target, put_together
from server.pages.console.door import actor, blueprint, now
from server.pages.console.notices import Notice
from server.pages.console.words import DONE, OWN_VISIT, REVIEWERS_ONLY
from server.queries import records, visits
from server.queries.forms import record_id
from server.services import looks, photos, reviews
from server.services.changes import Ledger
from server.transaction import parts, transact

EMPTY = Draft("", {})


@blueprint.get("/visits/<visit_id>")
def visit_page(visit_id: str) -> str:
    """Show a visit; the looks at it and at its household are logged."""
    return _page(visit_id, EMPTY, None)


@blueprint.post("/visits/<visit_id>")
def decide(visit_id: str) -> Answer:
    """Give the verdict on the revision that the page showed, then go back to the queue. Raises as `reviews.decide`."""
    verdict, draft = request.form.get("verdict", ""), _draft(request.form)
    comments = [reviews.Comment(kind, ref, text) for (kind, ref), text in draft.comments.items()]
    transact(
        lambda ledger: reviews.decide(
            ledger,
            actor(),
            visit_id,
            verdict=verdict,
            reason=draft.reason,
            comments=comments,
            seen_revision=request.form.get("seen_revision", 0, type=int),
            now=now(),
        )
    )
    flash(DONE[verdict])
    return redirect(url_for("console.queue_page"), 303)


def decide_again(notice: Notice) -> str:
    """Show the visit as it stands now, with why the verdict was not taken and all that was typed."""
    return _page(str((request.view_args or {})["visit_id"]), _draft(request.form), notice)


@blueprint.get("/visits/<visit_id>/photos/<sha256>")
def photo(visit_id: str, sha256: str) -> Answer:
    """Give a photo or signature; the look is logged."""
    who = actor()
    opened = transact(lambda ledger: photos.open_photo(ledger.session, parts().blobs, who, visit_id, sha256, now=now()))
    if opened is None:
        raise NotFound("照片还没有到，设备下一次同步会接着传")
    return _given(opened)


@blueprint.get("/visits/<visit_id>/previews/<sha256>")
def preview(visit_id: str, sha256: str) -> Answer:
    """Give the small picture of a photo that has not come; the look is logged."""
    who = actor()
    opened = transact(
        lambda ledger: photos.open_preview(
            ledger.session, parts().vault, parts().blobs, who, visit_id, sha256, now=now()
        )
    )
    return _given(opened)


def _given(opened: photos.Photo) -> Answer:
    """Give the bytes, or send the browser to the store for them; the link is kept by nobody."""
    if link := opened.link:
        return redirect(link, 302)
    return Response(opened.pieces, mimetype=opened.media_type, headers=photos.HEADERS)


def _page(visit_id: str, draft: Draft, notice: Notice | None) -> str:
    case, why_not = transact(lambda ledger: _look(ledger, visit_id))
    may_decide = case.state == "pending" and not why_not
    on_page = case.targets() if may_decide else set[Target]()
    return render_template(
        "console/review.html",
        case=case,
        draft=draft,
        notice=notice,
        may_decide=may_decide,
        why_not=why_not,
        adrift=[text for target, text in draft.comments.items() if target not in on_page],
    )


def _look(ledger: Ledger, visit_id: str) -> tuple[Case, str]:
    session, vault = ledger.session, parts().vault
    dossier = looks.visit(session, vault, actor(), visit_id, now=now())
    household_id = dossier.visit.household_id
    family = looks.household(session, vault, actor(), household_id, purpose="review", now=now())
    bucket = dossier.visit.bucket
    village = visits.area_names(session, [bucket]).get(bucket, bucket)
    form = dossier.fields.get("form") or {}
    published = records.fields_of(session, vault, "form", record_id(form.get("id", ""), form.get("version", "")))
    return put_together(dossier, family, village, published, now=now()), _why_not(session, dossier)


def _why_not(session: Session, dossier: visits.Dossier) -> str:
    """Say why this person may not review this visit; nothing when they may."""
    if not may(actor(), "visit.review", dossier.visit.bucket):
        return REVIEWERS_ONLY
    return OWN_VISIT if visits.investigated_by(session, dossier.visit.id, actor().staff_id) else ""


def _draft(form: Mapping[str, str]) -> Draft:
    """Read what was typed: a field `comment:KIND:REF` for each comment, and the reason."""
    comments: dict[Target, str] = {}
    for name, text in form.items():
        mark, _, target = name.partition(":")
        kind, _, ref = target.partition(":")
        if mark == "comment" and text.strip():
            comments[kind, ref] = text.strip()
    return Draft(form.get("reason", ""), comments)
