"""The queue by what judging the answers again found, and the pictures of a form beside its answers."""

import re
from datetime import date
from typing import Any

import pytest

import forms
from forms.importing import read_sheets
from server.services import forms as published
from server.transaction import transact
from tests.forms.sheets import ask, begin, end, make_sheets
from tests.server.conftest import MONDAY
from tests.server.office import Device, Office
from tests.server.pages.people import Person, amend, arrive

PICTURE = b"\x89PNG\r\n\x1a\npicture"
FORM = read_sheets(
    make_sheets(
        [
            begin("group", "home", label="家里", **{"media::image": "stove.png"}),
            ask("integer", "people", label="几口人", required="yes", **{"media::image": "stove.png"}),
            ask("select_one yes_no", "agreed", label="同意吗"),
            end("group"),
        ],
        [{"list_name": "yes_no", "name": "yes", "label": "同意", "media::audio": "yes.mp3"}],
        form_id="pictured",
    ),
    {"stove.png": PICTURE, "yes.mp3": b"ID3yes"}.get,
)
NAMED = {"id": "pictured", "version": "1", "hash": FORM.definition.hash}
SEALED_ON = date(2026, 7, 6)


@pytest.fixture
def device(office: Office) -> Device:
    """A device of an office that published the form with its files."""
    with office.app.app_context():
        for content in FORM.files.values():
            transact(lambda ledger, content=content: published.publish_file(ledger, content, now=MONDAY))  # type: ignore[misc]
        transact(lambda ledger: published.publish(ledger, FORM.definition, now=MONDAY))
    device = office.device()
    device.exchange()
    return device


def came(office: Office, device: Device, **answers: Any) -> str:
    placed = {f"home/{name}": answer for name, answer in answers.items()}
    return arrive(office, device, form=NAMED, answers=forms.prune(FORM.definition, placed, today=SEALED_ON))


def listed(reviewer: Person, query: str) -> set[str]:
    return set(re.findall(r'href="/console/visits/([^"]+)"', reviewer.get(f"/console/?{query}").text))


def test_the_queue_is_narrowed_to_answers_that_the_office_judges_otherwise(
    office: Office, device: Device, reviewer: Person
):
    fits, differs, unknown = came(office, device, people=3), came(office, device), arrive(office, device)
    assert listed(reviewer, "") == {fits, differs, unknown}
    assert listed(reviewer, "form=differs") == {differs}
    assert listed(reviewer, "form=unknown_form") == {unknown}
    assert listed(reviewer, "state=approved&form=differs") == set()
    assert "答案不符<b>1</b>" in reviewer.get("/console/").text


def test_the_verdict_on_the_newest_answers_counts(office: Office, device: Device, reviewer: Person):
    visit = came(office, device)
    amend(device, visit, answers={"home/people": 4})
    assert listed(reviewer, "form=differs") == set()
    assert listed(reviewer, "form=fits") == {visit}


def test_the_queue_is_narrowed_over_http_too(office: Office, device: Device):
    differs = came(office, device)
    came(office, device, people=3)
    answer = office.app.test_client().get("/api/v1/visits?form_verdict=differs", headers=office.bearer("reviewer1"))
    assert [(one["id"], one["form_verdict"]) for one in answer.json["items"]] == [(differs, "differs")]


def test_a_verdict_that_there_is_not_gets_a_page(reviewer: Person):
    assert reviewer.get("/console/?form=odd").status_code == 422


def test_the_pictures_of_a_form_stand_beside_its_answers(office: Office, device: Device, reviewer: Person):
    page = reviewer.get(f"/console/visits/{came(office, device, people=3, agreed='yes')}").text
    picture = re.search(r'<img class="beside" src="([^"]+)" alt="几口人"', page)
    assert picture
    assert re.search(r'<h2[^>]*>家里\s*<img class="beside"', page)
    given = reviewer.client.get(picture[1])
    assert (given.data, given.mimetype) == (PICTURE, "image/png")
    sound = re.search(r'<audio class="beside" controls preload="none" src="([^"]+)" aria-label="同意：录音"', page)
    assert sound
    part = reviewer.client.get(sound[1], headers={"Range": "bytes=3-"})
    assert (part.status_code, part.data) == (206, b"yes")
    assert "media-src 'self'" in reviewer.get("/console/").headers["Content-Security-Policy"]


def test_a_file_of_no_form_is_not_found(reviewer: Person):
    assert reviewer.client.get(f"/console/forms/files/{'0' * 64}").status_code == 404
