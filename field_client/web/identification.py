"""The identity step: who, by which way, with the notice read out before any face is photographed.

All ways stand beside each other from the beginning, and no outcome stops the visit. What travels and what does not is
decided by the core; photographs pass through here in memory only.
"""

import json
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from field_client import face_consents, face_policies, further_consents, identification, kept_faces
from field_client.errors import FieldError
from field_client.face_consents import Guardian, Standing
from field_client.web import face_session, people, work
from field_client.web.desk import desk, store
from field_client.web.work import Work
from identity.compare import Verdict
from identity.consent import COMPARE, KEEP, UPLOAD
from identity.engine import Unavailable, shared
from identity.ladder import REASONS, RUNGS, Method
from identity.messages import OUTCOMES
from identity.messages import REASONS as MACHINE_REASONS
from sync.visit_shape import IDENTITY_FINISHED

blueprint = Blueprint("identification", __name__, url_prefix="/visits/<visit_id>/identity")
MORE = (KEEP, UPLOAD)  # what may be agreed to beside the comparison, each by itself


@blueprint.get("")
def listed(visit_id: str) -> str:
    """Show the household's people and how far each is."""
    loaded = work.load(visit_id)
    members = people.of(loaded)
    checks = {person["id"]: _checks(loaded, person["id"]) for person in members}
    return render_template(
        "identity/people.html", work=loaded, people=members, checks=checks, finished=IDENTITY_FINISHED
    )


@blueprint.get("/<person_id>")
def person(visit_id: str, person_id: str) -> str:
    """Show a person's checks so far and every way that stands open."""
    loaded = work.load(visit_id)
    checks = _checks(loaded, person_id)
    tries = sum(check["method"] == Method.FACE for check in checks)
    engine = shared()
    return render_template(
        "identity/person.html",
        work=loaded,
        person=people.member(loaded, person_id),
        checks=checks,
        rungs=RUNGS,
        reasons=REASONS,
        awaiting=next((check for check in reversed(checks) if identification.awaits(check)), None),
        finished=any(check["outcome"] in IDENTITY_FINISHED for check in checks),
        tries_left=face_policies.current(store()).face_tries_at_most - tries,
        no_engine=MACHINE_REASONS[engine.reason] if isinstance(engine, Unavailable) else None,
        can_withdraw=face_consents.standing_consent(loaded.document, person_id) is not None,
        kept_until=kept_faces.kept_until(store(), person_id),
    )


@blueprint.get("/<person_id>/<method>")
def way(visit_id: str, person_id: str, method: str) -> str:
    """Show one way: for the face the notice first and the camera after consent, for the others what to look at."""
    if method not in RUNGS:
        abort(404)
    loaded = work.load(visit_id)
    facts: dict[str, Any] = {"work": loaded, "person": people.member(loaded, person_id), "rung": RUNGS[Method(method)]}
    if method != Method.FACE:
        return render_template("identity/by_people.html", reasons=REASONS, **facts)
    if not face_session.given(visit_id, person_id, COMPARE) and not face_consents.standing_consent(
        loaded.document, person_id
    ):
        needs_guardian = _standing(loaded, person_id).needs_guardian
        notice = face_session.notice(loaded, COMPARE)
        return render_template("identity/notice.html", notice=notice, needs_guardian=needs_guardian, **facts)
    return render_template(
        "identity/camera.html",
        challenge=face_session.new_challenge(visit_id, person_id),
        kept_until=kept_faces.kept_until(store(), person_id),
        asks=_asks(loaded, person_id),
        agreed=[purpose for purpose in MORE if face_session.given(visit_id, person_id, purpose)],
        **facts,
    )


@blueprint.get("/<person_id>/face/more/<purpose>")
def more_notice(visit_id: str, person_id: str, purpose: str) -> str:
    """Show the notice of what more may be agreed to; a question of its own, which the comparison does not depend on."""
    loaded = work.load(visit_id)
    if purpose not in _asks(loaded, person_id):
        abort(404)
    return render_template(
        "identity/more.html",
        work=loaded,
        person=people.member(loaded, person_id),
        notice=face_session.notice(loaded, purpose),
        purpose=purpose,
    )


@blueprint.post("/<person_id>/consent")
def consent(visit_id: str, person_id: str) -> Response:
    """Take the answer to the notice. Declining is as good an answer and asks for no reason."""
    if request.form.get("answer") != "granted":
        face_session.forget_consents(visit_id, person_id)
        identification.declined(store(), desk().clock, visit_id, person_id)
        flash("已记录：本人不愿意人脸比对。身份核验到此可以完成，也可以再看证件。", "done")
        return _to_person(visit_id, person_id)
    loaded = work.load(visit_id)
    guardian = Guardian(request.form.get("guardian", "").strip(), request.form.get("relation", "").strip())
    if _standing(loaded, person_id).needs_guardian and not guardian.name:
        raise FieldError("identity.consent_guardian_needed")
    face_session.give(loaded, person_id, COMPARE, guardian)
    return _to_camera(visit_id, person_id)


@blueprint.post("/<person_id>/face/more/<purpose>")
def more(visit_id: str, person_id: str, purpose: str) -> Response:
    """Take the answer about more; without it nothing is kept or sent, and nothing else changes."""
    loaded = work.load(visit_id)
    if purpose not in _asks(loaded, person_id):
        abort(404)
    if request.form.get("answer") == "granted":
        face_session.give(loaded, person_id, purpose, Guardian(""))
    return _to_camera(visit_id, person_id)


@blueprint.post("/<person_id>/withdrawal")
def withdraw(visit_id: str, person_id: str) -> Response:
    """Take every consent back, at once and without a question."""
    face_session.forget_consents(visit_id, person_id)
    identification.withdraw(store(), desk().clock, person_id, visit_id)
    flash("已撤回同意，留存的人脸数据已销毁。可以改用其他方式。", "done")
    return _to_person(visit_id, person_id)


@blueprint.post("/<person_id>/face")
def face(visit_id: str, person_id: str) -> Response:
    """Compare the photographs on this device and tell the outcome in words."""
    consents = {purpose: face_session.given(visit_id, person_id, purpose) for purpose in (COMPARE, *MORE)}
    step = identification.by_face(
        store(),
        desk().clock,
        visit_id,
        person_id,
        reference=next(iter(_uploaded("reference")), None),
        live=_uploaded("live"),
        burst=face_session.burst(visit_id, person_id, _uploaded("frame"), request.form),
        consent=_plain(consents[COMPARE]),
        keep=_plain(consents[KEEP]),
        recheck=_plain(consents[UPLOAD]),
        confirmed=False,
    )
    face_session.forget_consents(visit_id, person_id)
    assert step.verdict is not None
    flash(_told(step.verdict), "done" if step.verdict.outcome == "match" else "warning")
    return _to_person(visit_id, person_id)


@blueprint.post("/<person_id>/checks/<check_id>")
def settle(visit_id: str, person_id: str, check_id: str) -> Response:
    """Take the worker's word about a match."""
    is_same = request.form.get("same") == "yes"
    identification.settle(store(), desk().clock, visit_id, check_id, is_same=is_same)
    flash("已确认是本人。" if is_same else "已记录：不是本人。请改用其他方式，不影响走访。", "done")
    return _to_person(visit_id, person_id)


@blueprint.post("/<person_id>/people/<method>")
def by_people(visit_id: str, person_id: str, method: str) -> Response:
    """Record what people saw."""
    if method not in RUNGS or method == Method.FACE:
        abort(404)
    is_confirmed = request.form.get("confirmed") == "yes"
    names = zip(request.form.getlist("name"), request.form.getlist("relation"), strict=False)
    identification.by_people(
        store(),
        desk().clock,
        visit_id,
        person_id,
        method=method,
        confirmed=is_confirmed,
        reason=request.form.get("reason", ""),
        people=[Guardian(name, relation) for name, relation in names],
    )
    flash("已确认是本人。" if is_confirmed else "已记录，交审核人员核实；请继续走访。", "done")
    return _to_person(visit_id, person_id)


def _to_person(visit_id: str, person_id: str) -> Response:
    return redirect(url_for("identification.person", visit_id=visit_id, person_id=person_id), 303)


def _to_camera(visit_id: str, person_id: str) -> Response:
    return redirect(url_for("identification.way", visit_id=visit_id, person_id=person_id, method="face"), 303)


def _checks(loaded: Work, person_id: str) -> list[dict[str, Any]]:
    return [check for check in loaded.document.get("identity", []) if check["person_id"] == person_id]


def _standing(loaded: Work, person_id: str) -> Standing:
    return face_consents.standing(store(), desk().clock, person_id, region=loaded.draft.bucket)


def _asks(loaded: Work, person_id: str) -> tuple[str, ...]:
    return further_consents.may_ask(store(), desk().clock, person_id, loaded.draft.bucket)


def _plain(consent: dict[str, Any] | None) -> bytes | None:
    return json.dumps(consent).encode() if consent else None


def _uploaded(name: str) -> list[bytes]:
    return [data for file in request.files.getlist(name) if (data := file.read())]


def _told(verdict: Verdict) -> str:
    return " ".join(text for text in (OUTCOMES[verdict.outcome], verdict.advice) if text)
