"""更正建议: what a visit shows to differ from the register, entered for one person and sent for a reviewer's decision.

Before it is kept, persons of this device's copy who may be the same are shown; the worker says that they are not, or stops.
"""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from field_client import drafts, duplicates, households, overlay
from field_client.errors import FieldError
from field_client.overlay import Seen
from field_client.web import problems
from field_client.web.desk import desk, store
from sync.records import terms
from sync.records.labels import label

blueprint = Blueprint("corrections", __name__, url_prefix="/households/<household_id>/persons/<person_id>/correction")

FIELDS = (
    "name",
    "id_number",
    "birth_date",
    "sex",
    "ethnicity",
    "phone",
    "labour_capacity",
    "education_stage",
    "death_date",
)
CHOICES = {"sex": terms.SEXES, "labour_capacity": terms.LABOUR, "education_stage": terms.STAGES}
DAYS = ("birth_date", "death_date")
AT_ONCE = ("phone",)  # Takes effect without a decision; the rest is a proposal or may become a conflict.


@blueprint.get("")
def ask(household_id: str, person_id: str) -> str:
    """Show what the register says of a person, to be corrected."""
    return _page(household_id, _person(household_id, person_id), {}, [], "")


@blueprint.post("")
def propose(household_id: str, person_id: str) -> Response | tuple[str, int]:
    """Keep the corrections for the office; first show who may be the same person."""
    person = _person(household_id, person_id)
    typed = {name: request.form.get(name, "").strip() for name in FIELDS}
    changed = {name: text for name, text in typed.items() if text and text != person.fields.get(name)}
    alike = [] if request.form.get("sure") else _alike(person, changed)
    if alike:
        return _page(household_id, person, typed, alike, ""), 422
    if not changed:
        return _page(household_id, person, typed, [], "没有改动。请先改一项，再提交。"), 422
    try:
        households.propose(store(), desk().clock, person_id, changed, evidence=request.form.get("evidence", ""))
    except FieldError as refusal:
        return _page(household_id, person, typed, [], problems.sentence(refusal)), 422
    flash("已保存，同步后交审核人员决定；电话直接更新。", "done")
    return redirect(url_for("households.one", household_id=household_id), 303)


def _person(household_id: str, person_id: str) -> Seen:
    households.show(store(), household_id)  # Refuses where the household is unknown or the lease is over.
    person = overlay.one(store(), "person", person_id)
    if person is None or all(one["id"] != person_id for one in households.members(store(), household_id)):
        abort(404)
    return person


def _alike(person: Seen, changed: dict[str, str]) -> list[duplicates.Alike]:
    """Look for the same person among the others, where what tells persons apart is changed."""
    if not changed.keys() & {"name", "id_number", "birth_date"}:
        return []
    name, born = (changed.get(field) or str(person.fields.get(field) or "") for field in ("name", "birth_date"))
    id_number = changed.get("id_number", "")
    return duplicates.of_person(store(), id_number=id_number, name=name, birth_date=born, but=person.id)


def _page(household_id: str, person: Seen, typed: dict[str, str], alike: list[duplicates.Alike], refusal: str) -> str:
    masked = next(one["id_number"] for one in households.members(store(), household_id) if one["id"] == person.id)
    stands = {name: "" if name == "id_number" else str(person.fields.get(name) or "") for name in FIELDS}
    return render_template(
        "households/correction.html",
        household=households.show(store(), household_id),
        person=person,
        masked=masked,
        fields=[_field(name, typed.get(name) or stands[name]) for name in FIELDS],
        alike=alike,
        refusal=refusal,
        evidence=_evidence(household_id),
        chosen=request.form.get("evidence", ""),
    )


def _field(name: str, value: str) -> dict[str, Any]:
    kind = "choice" if name in CHOICES else "date" if name in DAYS else "text"
    return {"name": name, "label": label(name), "value": value, "kind": kind, "choices": CHOICES.get(name, {})}


def _evidence(household_id: str) -> list[tuple[str, str]]:
    """List the visits that may show it, by id and when they began: those in work first."""
    begun = [(one.id, one.document["started_at"]) for one in drafts.of_household(store(), household_id)]
    sealed = [
        (one.id, str(one.fields.get("started_at")))
        for one in overlay.all_of(store(), "visit", household_id=household_id)
    ]
    return begun + sorted(sealed, key=lambda one: one[1], reverse=True)
