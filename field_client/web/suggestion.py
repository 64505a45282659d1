"""政策测算 on the spot: what a household may fit, and why. What is typed here is not kept."""

from flask import Blueprint, render_template, request

from field_client import households, suggestion
from field_client.errors import FieldError
from field_client.web import problems
from field_client.web.desk import desk, store

blueprint = Blueprint("suggestion", __name__, url_prefix="/households/<household_id>/suggestion")


@blueprint.get("")
def ask(household_id: str) -> str:
    """Ask for what the register does not hold; what the last visit says is filled in."""
    return _page(household_id, suggestion.known(store(), household_id), None, "")


@blueprint.post("")
def show(household_id: str) -> str | tuple[str, int]:
    """Show the suggestion. The answer is the page itself: nothing was done that a reload could repeat."""
    told = _told()
    try:
        found = suggestion.work_out(store(), desk().clock, household_id, told)
    except FieldError as refusal:
        return _page(household_id, told, None, problems.sentence(refusal)), 422
    return _page(household_id, told, found, "")


def _page(household_id: str, told: suggestion.Told, found: dict[str, object] | None, refusal: str) -> str:
    household = households.show(store(), household_id)
    return render_template("households/suggestion.html", household=household, told=told, found=found, refusal=refusal)


def _told() -> suggestion.Told:
    given = {name: text.strip() for name, text in request.form.items()}
    incomes = {kind: given.get(kind, "") for kind in suggestion.INCOMES}
    return suggestion.Told(
        area=given.get("area", ""),
        property_ok=given.get("property_ok", ""),
        incomes=incomes if any(incomes.values()) else None,
        rigid_expense=given.get("rigid_expense", ""),
        standard=given.get("standard", ""),
        without_obligors=frozenset(request.form.getlist("without_obligors")),
    )
