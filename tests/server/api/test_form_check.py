"""A visit's answers are judged again on arrival with the device's own functions; a disagreement never loses a visit."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import forms
from server.services import form_check
from server.services import forms as published
from server.services.changes import Ledger
from server.transaction import parts, reading, transact
from sync.canonical import dumps, loads
from sync.records.fields import OBJECT
from tests.forms.strategies import answer_sets
from tests.server.office import VILLAGES, Device, Office, an_id

HERE, NOW, SEALED_ON = VILLAGES[0], datetime(2026, 7, 6, tzinfo=UTC), date(2026, 7, 6)
FORM = forms.shipped("self_care")
NAMED = {"id": FORM.form_id, "version": FORM.version, "hash": FORM.hash}
ABLE = {f"items/{item}": "yes" for item in ("eat", "dress", "bed", "toilet", "walk", "bathe")}
WHOLE = ABLE | {
    "assessed/person_name": "周桂珍",
    "assessed/occasion": "first",
    "result/wish": "home",
    "result/read_back": "OK",
}


@pytest.fixture
def device(office: Office) -> Device:
    """A device of an office that published the form."""
    with office.app.app_context():
        transact(lambda ledger: published.publish(ledger, FORM, now=NOW))
    device = office.device()
    device.exchange()
    return device


def sealed(answers: dict[str, Any]) -> dict[str, Any]:
    return forms.prune(FORM, answers, today=SEALED_ON)


def arrive(office: Office, device: Device, answers: dict[str, Any], form: dict[str, str] = NAMED) -> str:
    visit_id = an_id()
    fields = office.visit(device, form=form, answers=answers)
    (result,) = device.exchange([device.mutation("visit", visit_id, "create", HERE, fields)]).results
    assert result.outcome == "applied"
    return visit_id


def verdict(office: Office, visit_id: str) -> str:
    answer = office.app.test_client().get(f"/api/v1/visits/{visit_id}", headers=office.bearer("reviewer1"))
    return str(answer.json["form_verdict"])


def test_what_the_device_sealed_is_found_to_fit(office: Office, device: Device):
    assert verdict(office, arrive(office, device, sealed(WHOLE))) == "fits"


@pytest.mark.parametrize(
    "answers",
    [
        sealed({**WHOLE, "items/eat": "sometimes"}),
        {path: answer for path, answer in sealed(WHOLE).items() if path != "items/eat"},
        sealed(WHOLE) | {"result/level": "total"},
        sealed(WHOLE) | {"result/observations": "从没问过"},
        sealed(WHOLE) | {"nowhere": 1},
        {},
    ],
    ids=["no choice", "missing", "computed otherwise", "not asked", "no question", "nothing"],
)
def test_what_no_device_would_have_sealed_is_kept_and_told(office: Office, device: Device, answers: dict[str, Any]):
    visit_id = arrive(office, device, answers)
    assert verdict(office, visit_id) == "differs"
    kept = office.app.test_client().get(f"/api/v1/visits/{visit_id}", headers=office.bearer("reviewer1")).json
    assert kept["visit"]["answers"] == answers


@pytest.mark.parametrize("form", [NAMED | {"hash": "0" * 64}, NAMED | {"version": "never"}, {}])
def test_a_form_that_was_never_published_is_told_and_not_guessed(office: Office, device: Device, form: dict[str, str]):
    assert verdict(office, arrive(office, device, sealed(WHOLE), form)) == "unknown_form"


def test_an_amendment_is_judged_with_all_that_stood_before(office: Office, device: Device):
    visit_id = arrive(office, device, sealed(WHOLE))

    def amend(revision: int, **changes: Any) -> None:
        fields = {"visit_id": visit_id, "revision": revision, "answers": changes, "evidence": [], "signatures": []}
        fields |= {"sealed_at": "2026-07-06T02:00:00.000Z", "clock": {}}
        device.exchange([device.mutation("amendment", an_id(), "create", HERE, device.sealed(fields))])

    amend(2, **{"items/eat": "no"})
    assert verdict(office, visit_id) == "differs"
    after = sealed(WHOLE | {"items/eat": "no", "result/observations": "要人喂", "result/caregiver": "女儿"})
    amend(3, **{path: answer for path, answer in after.items() if path != "items/eat"})
    assert verdict(office, visit_id) == "fits"


def test_device_and_office_never_disagree_about_what_was_sealed(office: Office, device: Device):
    @given(answers=answer_sets(FORM) | st.dictionaries(st.sampled_from(sorted(WHOLE)), st.sampled_from(["yes", "no"])))
    def law(answers: dict[str, Any]) -> None:
        on_device = forms.prune(FORM, {**WHOLE, **answers}, today=SEALED_ON)
        if OBJECT.holds(on_device) and not forms.check(FORM, on_device, today=SEALED_ON):
            arrived = loads(dumps(on_device))
            with office.app.app_context():
                ledger = Ledger(reading(), parts().vault)
                assert form_check.judge(ledger, {"form": NAMED}, arrived, on=SEALED_ON) == form_check.FITS

    law()
