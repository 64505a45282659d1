"""Leads on the device: filed without a network and without a household, sealed, sent, and read again with their result."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from field_client import blobs, leads, outbox, overlay, visits
from field_client.errors import FieldError
from sync.records.terms import LEAD_HARDSHIPS, LEAD_SOURCES, LEAD_URGENCIES
from sync.seal import verify
from tests.field_client.conftest import VILLAGE, Phone
from tests.field_client.office import STAFF_ID
from tests.field_client.test_command_line import Shell

Draw = Callable[..., bytes]
REPORT = leads.Report(
    VILLAGE,
    "村口小卖部旁的独居老人",
    "二组",
    ("food", "care"),
    "now",
    "village",
    details="两天没有生火",
    phone="13800000000",
)


def filed(phone: Phone, report: leads.Report = REPORT, **options: str) -> str:
    return leads.add(phone.store, phone.clock, phone.device, report, **options)


def test_a_lead_is_sealed_and_waits_for_the_office(synced: Phone, picture: Draw) -> None:
    synced.running.stop()
    lead = filed(synced, replace(REPORT, photos=(leads.Photo(picture()),), point=visits.Place("28.84", "112.35", 20)))
    (line,) = leads.mine(synced.store, synced.device)
    assert (line["id"], line["state"], line["state_text"], line["photos"]) == (lead, "waiting", "待上传", 1)
    fields = overlay.one(synced.store, "lead", lead)
    assert fields is not None
    key = bytes.fromhex(synced.office.device_keys[synced.device.device_id])
    assert verify(fields.fields, key).number == 1
    assert fields.fields["place"]["accuracy_m"] == 20
    assert [one["kind"] for one in blobs.waiting(synced.store)] == ["other"]


def test_its_result_comes_back_to_who_reported(synced: Phone) -> None:
    lead = filed(synced)
    synced.sync()
    assert leads.mine(synced.store, synced.device)[0]["state"] != "waiting"
    handling = {"assignee_id": "someone", "assignee_name": "王秀英", "result": "已送粮"}
    synced.office.put(
        VILLAGE, "lead", lead, **synced.office.fields(VILLAGE, "lead", lead), review_state="closed", handling=handling
    )
    synced.sync()
    (line,) = leads.mine(synced.store, synced.device)
    assert (line["state"], line["state_text"], line["result"]) == ("closed", "已办结", "已送粮")


def test_whoever_is_sent_sees_the_lead_of_somebody_else_and_nobody_else_does(synced: Phone) -> None:
    lead = filed(synced)
    synced.sync()
    fields = synced.office.fields(VILLAGE, "lead", lead) | {"reporter_id": "someone"}
    synced.office.put(VILLAGE, "lead", lead, **fields)
    synced.sync()
    assert leads.mine(synced.store, synced.device) == []
    synced.office.put(VILLAGE, "lead", lead, **fields, handling={"assignee_id": STAFF_ID, "note": "今天去"})
    synced.sync()
    assert [(one["id"], one["note"]) for one in leads.mine(synced.store, synced.device)] == [(lead, "今天去")]


def test_filing_twice_under_one_id_files_once(synced: Phone) -> None:
    first = filed(synced)
    assert filed(synced, lead_id=first) == first
    assert len(outbox.next_chunk(synced.store)) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"who": ""}, "lead.incomplete"),
        ({"hardships": ()}, "lead.incomplete"),
        ({"hardships": ("hunger",)}, "lead.code_unknown"),
        ({"urgency": "soon"}, "lead.code_unknown"),
        ({"village": "430981009009"}, "lead.village_unknown"),
        ({"details": "长" * 4001}, "lead.too_long"),
        ({"photos": (leads.Photo(b"no picture"),)}, "photo.not_an_image"),
        ({"point": visits.Place("100", "0", 5)}, "place.invalid"),
    ],
)
def test_what_cannot_be_filed_says_why_and_leaves_nothing(synced: Phone, change: dict[str, object], code: str) -> None:
    with pytest.raises(FieldError) as refusal:
        filed(synced, replace(REPORT, **change))  # type: ignore[arg-type]
    assert refusal.value.code == code
    assert leads.mine(synced.store, synced.device) == []
    assert synced.store.get("chain", None) is None


def test_its_words_are_those_of_the_shipped_form() -> None:
    import forms

    choices = {name: {one.name: one.label for one in listed} for name, listed in forms.shipped("lead").choices}
    assert (choices["hardship"], choices["urgency"], choices["source"]) == (
        LEAD_HARDSHIPS,
        LEAD_URGENCIES,
        LEAD_SOURCES,
    )


def test_a_lead_is_filed_listed_and_shown_on_the_command_line(synced: Phone, tmp_path: Path) -> None:
    shell = Shell(synced.home.path, tmp_path)
    lead = shell.run("leads", "add", "--who", "老人", "--where", "二组", "--hardship", "food", "--urgency", "now")
    assert lead.stdout.strip() in shell.run("leads", "list").stdout
    assert "缺粮断炊" in shell.run("leads", "show", lead.stdout.strip()).stdout
    assert "在哪里" in shell.run("leads", "add", "--who", "老人", code=1).stderr
