"""The identity step: who, by which way, with the notice read out before any face is photographed.

All ways stand beside each other from the beginning, and no outcome stops the visit. What travels and what does not is
decided by the core; photographs pass through here in memory only.
"""

import json
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from field_client import households, identification, overlay
from field_client.web import work
from field_client.web.desk import desk, store
from field_client.web.work import Work
from identity.compare import Verdict
from identity.consent import Notice, answer, load_notice
from identity.face_policy import load_policy
from identity.ladder import REASONS, RUNGS, Method
from identity.messages import OUTCOMES
from sync.visit_shape import IDENTITY_FINISHED

blueprint = Blueprint("identification", __name__, url_prefix="/visits/<visit_id>/identity")


@blueprint.get("")
def listed(visit_id: str) -> str:
    """Show the household's people and how far each is."""
    loaded = work.load(visit_id)
    people = households.members(store(), loaded.document["household_id"])
    checks = {person["id"]: _checks(loaded, person["id"]) for person in people}
    return render_template(
        "identity/people.html", work=loaded, people=people, checks=checks, finished=IDENTITY_FINISHED
    )


@blueprint.get("/<person_id>")
def person(visit_id: str, person_id: str) -> str:
    """Show a person's checks so far and every way that stands open."""
    loaded = work.load(visit_id)
    checks = _checks(loaded, person_id)
    return render_template(
        "identity/person.html",
        work=loaded,
        person=_person(loaded, person_id),
        checks=checks,
        rungs=RUNGS,
        reasons=REASONS,
        awaiting=next((check for check in reversed(checks) if identification.awaits(check)), None),
        finished=any(check["outcome"] in IDENTITY_FINISHED for check in checks),
        tries_left=load_policy().face_tries_at_most - sum(check["method"] == Method.FACE for check in checks),
    )


@blueprint.get("/<person_id>/<method>")
def way(visit_id: str, person_id: str, method: str) -> str:
    """Show one way: for the face the notice first and the camera after consent, for the others what to look at."""
    if method not in RUNGS:
        abort(404)
    loaded = work.load(visit_id)
    facts: dict[str, Any] = {"work": loaded, "person": _person(loaded, person_id), "rung": RUNGS[Method(method)]}
    if method != Method.FACE:
        return render_template("identity/by_people.html", reasons=REASONS, **facts)
    if _consent(visit_id, person_id) or _consented_before(loaded, person_id):
        return render_template("identity/camera.html", **facts)
    return render_template("identity/notice.html", notice=_notice(loaded), **facts)


@blueprint.post("/<person_id>/consent")
def consent(visit_id: str, person_id: str) -> Response:
    """Take the answer to the notice. Declining is as good an answer and asks for no reason."""
    if request.form.get("answer") != "granted":
        identification.declined(store(), desk().clock, visit_id, person_id)
        flash("已记录：本人不愿意人脸比对。身份核验到此可以完成，也可以再看证件。", "done")
        return redirect(url_for("identification.person", visit_id=visit_id, person_id=person_id), 303)
    given = answer(_notice(work.load(visit_id)), granted=True, given_by="self", at=desk().clock.wall()).record()
    del given["given_by"]  # Who may consent follows from the person's age, and the core knows it.
    session["consent"] = {"visit": visit_id, "person": person_id, "record": given}
    return redirect(url_for("identification.way", visit_id=visit_id, person_id=person_id, method="face"), 303)


@blueprint.post("/<person_id>/face")
def face(visit_id: str, person_id: str) -> Response:
    """Compare the photographs on this device and tell the outcome in words."""
    references = [file.read() for file in request.files.getlist("reference")]
    live = [data for file in request.files.getlist("live") if (data := file.read())]
    given = _consent(visit_id, person_id)
    step = identification.by_face(
        store(),
        desk().clock,
        visit_id,
        person_id,
        reference=references[0] if references and references[0] else None,
        live=live,
        consent=json.dumps(given).encode() if given else None,
        confirmed=False,
    )
    session.pop("consent", None)
    assert step.verdict is not None
    flash(_told(step.verdict), "done" if step.verdict.outcome == "match" else "warning")
    return redirect(url_for("identification.person", visit_id=visit_id, person_id=person_id), 303)


@blueprint.post("/<person_id>/checks/<check_id>")
def settle(visit_id: str, person_id: str, check_id: str) -> Response:
    """Take the worker's word about a match."""
    is_same = request.form.get("same") == "yes"
    identification.settle(store(), desk().clock, visit_id, check_id, is_same=is_same)
    flash("已确认是本人。" if is_same else "已记录：不是本人。请改用其他方式，不影响走访。", "done")
    return redirect(url_for("identification.person", visit_id=visit_id, person_id=person_id), 303)


@blueprint.post("/<person_id>/people/<method>")
def by_people(visit_id: str, person_id: str, method: str) -> Response:
    """Record what people saw."""
    if method not in RUNGS or method == Method.FACE:
        abort(404)
    is_confirmed = request.form.get("confirmed") == "yes"
    reason = request.form.get("reason", "")
    identification.by_people(
        store(), desk().clock, visit_id, person_id, method=method, confirmed=is_confirmed, reason=reason
    )
    flash("已确认是本人。" if is_confirmed else "已记录，交审核人员核实；请继续走访。", "done")
    return redirect(url_for("identification.person", visit_id=visit_id, person_id=person_id), 303)


def _checks(loaded: Work, person_id: str) -> list[dict[str, Any]]:
    return [check for check in loaded.document.get("identity", []) if check["person_id"] == person_id]


def _person(loaded: Work, person_id: str) -> dict[str, Any]:
    people = households.members(store(), loaded.document["household_id"])
    found = next((person for person in people if person["id"] == person_id), None)
    if found is None:
        abort(404)
    return found


def _consent(visit_id: str, person_id: str) -> dict[str, Any] | None:
    """Give the consent that was just given for this person at this visit."""
    given = session.get("consent") or {}
    fits = given.get("visit") == visit_id and given.get("person") == person_id
    return given["record"] if fits else None


def _consented_before(loaded: Work, person_id: str) -> bool:
    return any((check["consent"] or {}).get("granted") for check in _checks(loaded, person_id))


def _notice(loaded: Work) -> Notice:
    """Fill the notice in: the township is the agency, and whoever stands there answers questions."""
    township = loaded.draft.bucket[:9]
    areas = overlay.all_of(store(), "area")
    name = next((str(area.fields.get("name")) for area in areas if area.fields.get("code") == township), "")
    agency = f"{name}人民政府" if name else "本乡镇（街道）人民政府"
    contact = f"在场工作人员{desk().device.display_name}，或乡镇（街道）社会救助窗口"
    return load_notice({"agency": agency, "contact": contact})


def _told(verdict: Verdict) -> str:
    return " ".join(text for text in (OUTCOMES[verdict.outcome], verdict.advice) if text)
