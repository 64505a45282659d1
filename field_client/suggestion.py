"""政策测算: which programmes a household may fit, worked out on the device by the same rules as in the office.

A suggestion with its reasons, never a decision (社会救助法 art. 44). The case is made of what the register holds and of what
the worker was told on the spot; nothing of it is stored or sent. What is missing is named, and nothing is assumed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from field_client import amendments, drafts, facts, households, lease, overlay
from field_client.clock import Clock
from field_client.errors import FieldError
from field_client.overlay import Seen
from field_client.store import Store
from policy.assessment import assess
from policy.parameters import load_parameters
from policy.reader import CaseError
from policy.texts import FACTS
from policy.vocabulary import resolve

INCOMES = {"wage": "wages", "business": "business", "property": "property_income", "transfer": "transfers"}
"""Kinds of income, by the names that the shipped forms ask for them with."""
STANDARD = "dibao.standard"


@dataclass(frozen=True)
class Told:
    """What the worker was told, as it was typed; empty for what nobody knows.

    `incomes` are the whole household's, in yuan a month; `without_obligors` names who has nobody bound to support them.
    """

    area: str = ""
    property_ok: str = ""  # yes, no
    incomes: Mapping[str, str] | None = None
    rigid_expense: str = ""
    standard: str = ""
    without_obligors: frozenset[str] = frozenset()


def known(store: Store, household_id: str) -> Told:
    """Give what the draft in work or the last visit says, for the worker to confirm."""
    answers = _answers(store, household_id)
    named = {path.rsplit("/", 1)[-1]: answer for path, answer in answers.items()}
    incomes = {kind: _number(named.get(name)) for kind, name in INCOMES.items()}
    return Told(incomes={kind: text for kind, text in incomes.items() if text})


def work_out(store: Store, clock: Clock, household_id: str, told: Told) -> dict[str, Any]:
    """Give the suggestion: results as `policy.assess` gives them, with persons' names and missing facts in words.

    Raises FieldError("suggestion.invalid") with what was typed wrongly, "suggestion.nobody" for a household without
    members, "lease.over".
    """
    lease.require(store)
    household = households.get(store, household_id)
    names, case = _case(store, household, told)
    if not case["household"]["members"]:
        raise FieldError("suggestion.nobody")
    try:
        found = assess(case, on=store.rule_day(clock), region=household.bucket, parameters=load_parameters())
    except CaseError as error:
        raise FieldError("suggestion.invalid", problems="；".join(one.text for one in error.problems)) from None
    return found | {"results": [_result(one, names) for one in found["results"]]}


def _answers(store: Store, household_id: str) -> Mapping[str, Any]:
    begun = drafts.of_household(store, household_id)
    if begun and begun[0].document["answers"]:
        return dict(begun[0].document["answers"])
    last = facts.last_visit(store, household_id)
    return amendments.answers_of(store, last.id) if last else {}


def _number(answer: Any) -> str:
    text = str(answer) if answer is not None else ""
    return text if text.replace(".", "", 1).isdigit() else ""  # 不清楚 and 拒答 are no amounts.


def _case(store: Store, household: Seen, told: Told) -> tuple[dict[str, str], dict[str, Any]]:
    names: dict[str, str] = {}
    members = []
    for link in overlay.all_of(store, "household_member", household_id=household.id):
        person = overlay.one(store, "person", str(link.fields.get("person_id")))
        if person is None or person.fields.get("death_date"):
            continue
        names[person.id] = str(person.fields.get("name") or "")
        members.append(_member(link, person, told))
    head = household.fields.get("head_id")
    members.sort(key=lambda one: one["id"] != head)
    if members and told.incomes is not None:
        members[0]["incomes"] = [
            {"kind": kind, "yuan_per_month": amount} for kind, amount in told.incomes.items() if amount
        ]
    return names, _without_gaps(
        {
            "household": _without_gaps(
                {
                    "members": members,
                    "area": told.area,
                    "property_ok": {"yes": True, "no": False}.get(told.property_ok),
                    "rigid_expense_yuan_12m": told.rigid_expense,
                }
            ),
            "parameters": {STANDARD: told.standard} if told.standard else None,
        }
    )


def _member(link: Seen, person: Seen, told: Told) -> dict[str, Any]:
    """Make a member of the case. That the household's income is told as a whole says of the others: none of their own."""
    disability = person.fields.get("disability")
    excluded = resolve("exclusion", str(link.fields.get("exclusion_reason") or ""))
    return _without_gaps(
        {
            "id": person.id,
            "birth_date": person.fields.get("birth_date"),
            "excluded": excluded if link.fields.get("included") is False else None,
            "in_school": person.fields.get("education_stage"),
            "disability": disability if disability and resolve("disability", disability["category"]) else None,
            "incomes": [] if told.incomes is not None else None,
            "support_obligors": [] if person.id in told.without_obligors else None,
        }
    )


def _without_gaps(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value not in (None, "")}


def _result(result: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Put a result into words: who it is about, and what is missing, each kind once."""
    return result | {
        "persons": [names[id] for id in result["members"] if id in names],
        "missing_words": list(dict.fromkeys(map(_missing, result["missing"]))),
        "reasons": [one | {"person": names.get(one["member"] or "", "")} for one in result["reasons"]],
    }


def _missing(path: str) -> str:
    kind = path.rsplit(".", 1)[-1]
    if path.startswith("parameters."):
        return load_parameters().registry.keys[path.removeprefix("parameters.")].name
    return FACTS.get(kind, kind)
