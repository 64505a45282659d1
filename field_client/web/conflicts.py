"""The page of what the office held: what stood, what we wrote, what others wrote, and what was decided and why."""

from typing import Any

from flask import Blueprint, render_template

from field_client import conflicts, messages
from field_client.web.desk import desk, store
from sync.records import terms
from sync.records.labels import TYPE_LABELS

blueprint = Blueprint("conflicts", __name__, url_prefix="/conflicts")

CODES = {
    "sex": terms.SEXES,
    "relation": terms.RELATIONS,
    "poverty_cause": terms.CAUSES,
}
"""Fields whose values are codes with words of their own."""


@blueprint.get("")
def listed() -> str:
    """Show what waits, and what was decided."""
    lines = conflicts.mine(store(), desk().device)
    return render_template(
        "conflicts.html",
        waiting=[line for line in lines if line["state"] == "open"],
        decided=[line for line in lines if line["state"] != "open"],
        types=TYPE_LABELS,
        kinds=messages.HELD_KINDS,
        worded=worded,
    )


def worded(change: dict[str, Any], which: str) -> str:
    """Put one of a change's values into words."""
    value = change[which]
    if value is None or value == "":
        return "没有填写"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        said = [f"{one}" for one in value.values() if isinstance(one, str | int)]
        return "，".join(said) or "有"
    return CODES.get(change["field"], {}).get(str(value), str(value))
