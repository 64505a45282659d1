"""Leads in the office: they arrive sealed, somebody is sent, and the result goes back to who reported."""

import json
import re
from typing import Any

import pytest

from tests.server.api.serving import upload
from tests.server.office import TOWNSHIPS, VILLAGES, Device, Office, an_id, blob_of, sha_of
from tests.server.pages.people import HERE, Person, looks, somebody

REPORTED = {
    "person_hint": "村口小卖部旁的独居老人",
    "place_hint": "二组",
    "phone": "13800000000",
    "hardships": {"food": True},
    "details": "两天没有生火",
    "urgency": "now",
    "source": "village",
    "reporter_name": "协理员",
    "sealed_at": "2026-07-06T00:50:00.000Z",
    "evidence": [{"blob": sha_of("lead"), "kind": "other"}],
    "clock": {"wall": "2026-07-06T00:50:00.000Z", "uptime_ms": 0, "boot": "b"},
}


def file(office: Office, device: Device, village: str = HERE, **more: Any) -> tuple[str, Any]:
    lead = an_id()
    fields = device.sealed({**REPORTED, "reporter_id": office.staff["caseworker1"], **more})
    (result,) = device.exchange([device.mutation("lead", lead, "create", village, fields)]).results
    return lead, result


def held(device: Device, lead: str) -> dict[str, Any]:
    """Give the lead as the device holds it after the next exchange."""
    device.exchange()
    (row,) = [body for (_, kind, id), (_, body) in device.rows.items() if (kind, id) == ("lead", lead)]
    return dict(json.loads(row))


def etag(person: Person, lead: str) -> str:
    page = person.get(f"/console/leads/{lead}").text
    return page.partition('name="seen" value="')[2].partition('"')[0]


def test_a_lead_is_taken_in_and_waits_in_the_list(office: Office, device: Device, reviewer: Person):
    lead, result = file(office, device)
    assert result.outcome == "applied"
    assert (held(device, lead)["review_state"], held(device, lead)["verdict"]) == ("filed", "intact")
    page = reviewer.get("/console/leads").text
    for words in ("村口小卖部旁的独居老人", "今天就要有人去", "缺粮断炊", "协理员"):
        assert words in page
    assert "线索<b>1</b>" in reviewer.get("/console/").text


def test_a_lead_that_was_altered_is_kept_and_told(office: Office, device: Device, reviewer: Person):
    fields = device.sealed({**REPORTED, "reporter_id": office.staff["caseworker1"]}) | {"details": "别的话"}
    lead = an_id()
    (result,) = device.exchange([device.mutation("lead", lead, "create", HERE, fields)]).results
    assert result.outcome == "applied"
    assert "内容被改动" in reviewer.get(f"/console/leads/{lead}").text


def test_a_device_files_only_where_its_user_works(office: Office, device: Device):
    _, result = file(office, device, village=VILLAGES[2])
    assert result.outcome == "refused"


def test_somebody_is_sent_and_the_result_goes_back(office: Office, device: Device, reviewer: Person):
    lead, _ = file(office, device)
    address = f"/console/leads/{lead}"
    sent = reviewer.post(
        address, deed="dispatched", assignee=office.staff["caseworker3"], note="今天去", seen=etag(reviewer, lead)
    )
    assert sent.status_code == 303
    assert held(device, lead)["review_state"] == "dispatched"
    assert held(device, lead)["handling"]["assignee_name"] == "姓名caseworker3"
    closed = reviewer.post(address, deed="closed", result="已送粮，转临时救助", seen=etag(reviewer, lead))
    assert closed.status_code == 303
    found = held(device, lead)
    assert (found["review_state"], found["handling"]["result"]) == ("closed", "已送粮，转临时救助")
    assert "已送粮" in reviewer.get(address).text
    assert "没有等待处理的线索" in reviewer.get("/console/leads").text
    assert {("lead.dispatched", lead), ("lead.closed", lead)} <= set(looks(office, "reviewer1"))


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"deed": "dispatched", "assignee": "nobody"}, 422, "请选择要派的人"),
        ({"deed": "closed", "result": " "}, 422, "请写明处理结果"),
        ({"deed": "closed", "result": "好了", "seen": "filed@x"}, 412, "别人刚处理过"),
    ],
)
def test_what_is_refused_says_why_and_keeps_what_was_typed(
    office: Office, device: Device, reviewer: Person, fields: dict[str, str], status: int, words: str
):
    lead, _ = file(office, device)
    answer = reviewer.post(f"/console/leads/{lead}", **{"seen": etag(reviewer, lead), "note": "写好的交代", **fields})
    assert answer.status_code == status
    assert words in answer.text and "写好的交代" in answer.text


def test_a_closed_lead_stays_closed(office: Office, device: Device, reviewer: Person):
    lead, _ = file(office, device)
    for status in (303, 409):
        answer = reviewer.post(f"/console/leads/{lead}", deed="closed", result="办结", seen=etag(reviewer, lead))
        assert answer.status_code == status


def test_another_township_sees_nothing_and_an_inspector_only_looks(office: Office, device: Device):
    lead, _ = file(office, device)
    other, inspector = somebody(office, "reviewer2"), somebody(office, "inspector1")
    assert not HERE.startswith(TOWNSHIPS[1])
    assert other.get(f"/console/leads/{lead}").status_code == 404
    assert "独居老人" not in other.get("/console/leads").text
    page = inspector.get(f"/console/leads/{lead}").text
    assert "独居老人" in page and 'name="deed"' not in page
    assert inspector.post(f"/console/leads/{lead}", deed="closed", result="x", seen="filed@").status_code == 403


def test_a_photo_is_shown_when_it_has_come(office: Office, device: Device, reviewer: Person):
    lead, _ = file(office, device)
    address = f"/console/leads/{lead}/photos/{sha_of('lead')}"
    assert reviewer.get(address).status_code == 404
    assert "照片还没有到" in reviewer.get(f"/console/leads/{lead}").text
    assert upload(device.client, device.token, blob_of("lead")).status_code == 204
    assert reviewer.client.get(address).data == blob_of("lead")
    assert reviewer.get(f"/console/leads/{lead}/photos/{sha_of('other')}").status_code == 404


def test_the_urgent_come_first_page_by_page_without_gap_or_repeat(office: Office, device: Device, reviewer: Person):
    days = [f"2026-07-0{1 + at % 5}T00:00:00.000Z" for at in range(32)]
    calm = {file(office, device, urgency="ordinary", sealed_at=at)[0] for at in days}
    urgent, _ = file(office, device, urgency="now", sealed_at="2026-07-06T00:00:00.000Z")
    first = reviewer.get("/console/leads").text
    further = re.search(r'href="([^"]+)" rel="next"', first)
    assert further
    second = reviewer.get(further[1].replace("&amp;", "&")).text
    pages = [re.findall(r'href="/console/leads/([^"?]+)"', page) for page in (first, second)]
    assert (pages[0][0], len(pages[0]), len(pages[1])) == (urgent, 30, 3)
    assert {*pages[0], *pages[1]} == calm | {urgent}


def test_an_address_that_is_none_of_ours_gets_a_page(reviewer: Person):
    assert reviewer.get("/console/leads?state=odd").status_code == 422
    assert reviewer.get("/console/leads?at=yesterday").status_code == 422


def test_a_phone_number_does_not_lie_open_in_the_database(office: Office, device: Device):
    from server.models.ledger import Record
    from server.transaction import reading

    lead, _ = file(office, device)
    with office.app.app_context():
        row = reading().get_one(Record, ("lead", lead))
        assert b"13800000000" not in bytes(row.body)
