"""Signatures on the screen: each investigator's and the household's, or the reason why the household does not sign."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from field_client import households, overlay, visits
from field_client.errors import FieldError
from field_client.web import work
from field_client.web.desk import desk, store
from field_client.web.work import Work

blueprint = Blueprint("signatures", __name__, url_prefix="/visits/<visit_id>/signatures")

INVESTIGATING_ROLES = frozenset({"caseworker", "reviewer", "village_assistant", "county_officer", "inspector"})


@blueprint.get("")
def listed(visit_id: str) -> str:
    """Show who signed and who may still sign."""
    loaded = work.load(visit_id)
    signatures = loaded.document["signatures"]
    signed = {one["signer_id"] for one in signatures if one["role"] == visits.INVESTIGATOR}
    participants = [one for one in loaded.document["participants"] if one["staff_id"]]
    return render_template(
        "signatures/list.html",
        work=loaded,
        investigators=[one for one in signatures if one["role"] == visits.INVESTIGATOR],
        waiting=[one for one in participants if one["staff_id"] not in signed],
        household=[one for one in signatures if one["role"] == visits.HOUSEHOLD],
        colleagues=_colleagues(loaded, {one["staff_id"] for one in participants} | signed),
        people=households.members(store(), loaded.document["household_id"]),
    )


@blueprint.get("/new")
def new(visit_id: str) -> str | Response:
    """Show the sheet to sign on."""
    role = visits.HOUSEHOLD if request.args.get("role") == visits.HOUSEHOLD else visits.INVESTIGATOR
    signer = request.args.get("signer", "").strip()
    if not signer:
        flash("请先选择谁来签字。", "error")
        return redirect(url_for("signatures.listed", visit_id=visit_id))
    return render_template(
        "signatures/sheet.html", work=work.load(visit_id), role=role, signer=signer, name=_name(role, signer)
    )


@blueprint.post("")
def sign(visit_id: str) -> Response:
    """Keep a signature or the reason of a refusal."""
    file = request.files.get("image")
    reason = request.form.get("reason", "").strip()
    role, signer = request.form.get("role", ""), request.form.get("signer", "").strip()
    if not signer and role == visits.HOUSEHOLD:
        signer = "家庭成员"
    visits.sign(
        store(),
        desk().clock,
        visit_id,
        role=role,
        signer=signer,
        image=None if reason else _drawn(file.read() if file else b""),
        refused_reason=reason,
    )
    flash("已记录不签字的原因。" if reason else "签字已保存。", "done")
    return redirect(url_for("signatures.listed", visit_id=visit_id), 303)


def _drawn(image: bytes) -> bytes:
    if not image:
        raise FieldError("signature.nothing")
    return image


def _name(role: str, signer: str) -> str:
    found = overlay.one(store(), "staff" if role == visits.INVESTIGATOR else "person", signer)
    return str(found.fields.get("display_name") or found.fields.get("name")) if found else signer


def _colleagues(loaded: Work, taken: set[str | None]) -> list[dict[str, Any]]:
    """List who else may investigate here: staff whose area holds the village, the nearest first."""
    found = [
        {"id": one.id, "name": one.fields.get("display_name") or "", "area": str(one.fields.get("area_code") or "")}
        for one in overlay.all_of(store(), "staff")
        if one.id not in taken and one.fields.get("role") in INVESTIGATING_ROLES
    ]
    near = [one for one in found if loaded.draft.bucket.startswith(one["area"])]
    return sorted(near, key=lambda one: (-len(one["area"]), one["id"]))
