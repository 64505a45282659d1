"""A visit's answers judged again when it arrives, by the very functions with which the device judged them at the seal.

A disagreement is a finding for the reviewer and never a refusal: the visit may be the only trace of what happened.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import forms
from server.queries import visits
from server.queries.forms import FORM, read, record_id
from server.services.changes import Ledger

FITS, DIFFERS, UNKNOWN_FORM = "fits", "differs", "unknown_form"
FORM_VERDICTS = (FITS, DIFFERS, UNKNOWN_FORM)


def judge(ledger: Ledger, visit: Mapping[str, Any], answers: Mapping[str, Any], *, on: date) -> str:
    """Tell whether answers to a visit's form are complete, valid and exactly what that version seals.

    `on` is the day of the seal; the facts are those that the visit was sealed with. Gives UNKNOWN_FORM where this
    office never published that very form, so that nobody can tell.
    """
    definition, facts = find(ledger, visit.get("form") or {}), visit.get("facts") or {}
    if definition is None:
        return UNKNOWN_FORM
    is_whole = not forms.check(definition, answers, today=on, facts=facts)
    fits = is_whole and forms.prune(definition, answers, today=on, facts=facts) == answers
    return FITS if fits else DIFFERS


def find(ledger: Ledger, form: Mapping[str, Any]) -> forms.Definition | None:
    """Find the published form with the hash that a visit names, or None."""
    record = ledger.get(FORM, record_id(str(form.get("id")), str(form.get("version"))))
    if record is None or record.fields.get("hash") != form.get("hash"):
        return None
    try:
        return read(record.fields)
    except ValueError:  # Published by a newer release than the one that runs now.
        return None


def amended(ledger: Ledger, visit_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Lay an amendment's answers over the visit's and those of the amendments before it, this transaction's included."""
    visit = ledger.get("visit", visit_id)
    staged = [one for one in ledger.staged("amendment") if one["visit_id"] == visit_id]
    earlier = visits.amendments_of(ledger.session, ledger.vault, visit_id) + [dict(one) for one in staged]
    laid = dict(visit.fields["answers"]) if visit else {}
    for answers in (*(one["answers"] for one in sorted(earlier, key=lambda one: one["revision"])), changes):
        laid |= answers
    return {path: answer for path, answer in laid.items() if answer is not None}
