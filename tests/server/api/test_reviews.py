"""Reviews: a named person decides what they saw, whole, and never their own work; nobody overwrites anybody."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from sync.canonical import loads
from tests.server.api.serving import upload
from tests.server.office import VILLAGES, Device, Office, an_id, blob_of, sha_of

HERE = VILLAGES[0]


@pytest.fixture
def device(office: Office) -> Device:
    """A device that has pulled everything."""
    device = office.device()
    device.exchange()
    return device


def send_blobs(office: Office, device: Device, *more: str) -> None:
    for name in ("photo", "h", office.staff["caseworker1"], office.staff["caseworker3"], *more):
        assert upload(device.client, device.token, blob_of(name)).status_code == 204


@pytest.fixture
def visit(office: Office, device: Device) -> str:
    """A visit that arrived with all of its photos."""
    visit_id = an_id()
    device.exchange([device.mutation("visit", visit_id, "create", HERE, office.visit(device))])
    send_blobs(office, device)
    return visit_id


def amend(office: Office, device: Device, visit_id: str, revision: int = 2, **more: Any) -> Any:
    fields = {
        "visit_id": visit_id,
        "revision": revision,
        "reason": "补拍",
        "answers": {"income/monthly": 300},
        "evidence": [],
        "signatures": [],
        "sealed_at": "2026-07-06T02:00:00.000Z",
        "clock": {"wall": "2026-07-06T02:00:00.000Z", "uptime_ms": 0, "boot": "b"},
        **more,
    }
    mutation = device.mutation("amendment", an_id(), "create", HERE, device.sealed(fields))
    return device.exchange([mutation]).results[0]


def decide(office: Office, visit_id: str, username: str = "reviewer1", **more: Any) -> Any:
    body = {"verdict": "approved", "seen_revision": 1, **more}
    return office.app.test_client().post(
        f"/api/v1/visits/{visit_id}/reviews", json=body, headers=office.bearer(username)
    )


def read(office: Office, visit_id: str, username: str = "reviewer1") -> Any:
    return office.app.test_client().get(f"/api/v1/visits/{visit_id}", headers=office.bearer(username))


COMMENT = {"target": {"kind": "photo", "ref": sha_of("photo")}, "text": "看不清门牌, 请补拍"}


def test_a_return_with_a_pinned_comment_reaches_the_worker(office: Office, device: Device, visit: str):
    answer = decide(office, visit, verdict="returned", comments=[COMMENT])
    assert answer.status_code == 201
    device.exchange()
    (review,) = [loads(body) for key, (_, body) in device.rows.items() if key[1] == "review"]
    assert (review["visit_id"], review["verdict"], review["revision"]) == (visit, "returned", 1)
    assert review["comments"][0]["target"] == COMMENT["target"]
    assert review["comments"][0]["text"] == COMMENT["text"]
    assert review["reviewer_id"] == office.staff["reviewer1"]
    assert b'"review_state":"returned"' in device.rows[HERE, "visit", visit][1]


@pytest.mark.parametrize("verdict", ["returned", "refused"])
@pytest.mark.parametrize("reason", ["", "  \n "])
def test_a_return_or_refusal_says_why(office: Office, visit: str, verdict: str, reason: str):
    answer = decide(office, visit, verdict=verdict, reason=reason)
    assert (answer.status_code, answer.json["code"]) == (422, "review.reason_missing")
    assert read(office, visit).json["review_state"] == "pending"


def test_a_visit_is_approved_only_with_all_its_photos(office: Office, device: Device):
    visit_id = an_id()
    device.exchange([device.mutation("visit", visit_id, "create", HERE, office.visit(device))])
    early = decide(office, visit_id)
    assert (early.status_code, early.json["code"]) == (409, "visit.step_not_allowed")
    assert decide(office, visit_id, verdict="returned", reason="照片呢").status_code == 201
    assert amend(office, device, visit_id).outcome == "applied"
    send_blobs(office, device)
    assert decide(office, visit_id, seen_revision=2).status_code == 201


@pytest.mark.parametrize("username", ["caseworker1", "caseworker3", "inspector1", "assistant1"])
def test_who_does_not_review_does_not_decide(office: Office, visit: str, username: str):
    answer = decide(office, visit, username)
    assert (answer.status_code, answer.json["code"]) == (403, "permission.denied")


def test_no_investigator_reviews_their_own_visit(office: Office, device: Device):
    visit_id, reviewer = an_id(), office.staff["reviewer1"]
    fields = office.visit(device)
    fields["participants"].append({"staff_id": reviewer, "name": "审", "role": "second"})
    device.exchange([device.mutation("visit", visit_id, "create", HERE, fields)])
    answer = decide(office, visit_id, verdict="returned", reason="x")
    assert (answer.status_code, answer.json["code"]) == (403, "permission.separation")
    assert decide(office, visit_id, "county1", verdict="returned", reason="x").status_code == 201


def test_whoever_sent_a_visit_in_does_not_review_it_though_others_are_named(office: Office):
    own, visit_id = office.device("reviewer1"), an_id()
    own.exchange()
    own.exchange([own.mutation("visit", visit_id, "create", HERE, office.visit(own))])
    assert decide(office, visit_id, verdict="refused", reason="x").json["code"] == "permission.separation"


def test_whoever_amended_a_visit_does_not_review_it(office: Office, device: Device, visit: str):
    assert decide(office, visit, verdict="returned", reason="补").status_code == 201
    own = office.device("reviewer1")
    own.exchange()
    assert amend(office, own, visit).outcome == "applied"
    assert decide(office, visit, seen_revision=2).json["code"] == "permission.separation"


def test_the_second_of_two_reviewers_is_told_and_overwrites_nothing(office: Office, visit: str):
    assert decide(office, visit, "reviewer1").status_code == 201
    second = decide(office, visit, "county1", verdict="returned", reason="不行")
    assert (second.status_code, second.json["code"]) == (409, "visit.step_not_allowed")
    found = read(office, visit).json
    assert (found["review_state"], len(found["reviews"])) == ("approved", 1)


def test_an_amendment_that_came_meanwhile_makes_the_decision_stale(office: Office, device: Device, visit: str):
    assert amend(office, device, visit).outcome == "applied"
    answer = decide(office, visit, seen_revision=1)
    assert (answer.status_code, answer.json["code"]) == (412, "record.stale")
    assert decide(office, visit, seen_revision=2).status_code == 201


def test_an_amendment_reopens_the_review_and_overwrites_no_answer(office: Office, device: Device, visit: str):
    decide(office, visit, verdict="returned", reason="核实收入")
    assert amend(office, device, visit).outcome == "applied"
    found = read(office, visit).json
    assert (found["review_state"], found["revision"]) == ("pending", 2)
    assert found["visit"]["answers"]["income/monthly"] == 320
    assert found["answers"]["income/monthly"] == 300
    assert found["amendments"][0]["answers"] == {"income/monthly": 300}
    assert [one["verdict"] for one in found["reviews"]] == ["returned"]


def test_an_amendment_has_a_receipt_of_its_own_over_all_photos(office: Office, device: Device, visit: str):
    extra = {"id": an_id(), "blob": sha_of("extra"), "kind": "house", "size": 5}
    assert amend(office, device, visit, evidence=[extra]).outcome == "applied"
    assert [one["revision"] for one in read(office, visit).json["receipts"]] == [1]
    upload(device.client, device.token, blob_of("extra"))
    receipts = read(office, visit).json["receipts"]
    assert [one["revision"] for one in receipts] == [1, 2]
    assert set(receipts[1]["blobs"]) == {*receipts[0]["blobs"], sha_of("extra")}


def test_two_amendments_of_the_same_revision_do_not_overwrite_each_other(office: Office, device: Device, visit: str):
    assert amend(office, device, visit, answers={"a": 1}).outcome == "applied"
    late = amend(office, device, visit, answers={"a": 2})
    assert (late.outcome, late.problem["code"]) == ("refused", "visit.step_not_allowed")
    assert read(office, visit).json["answers"]["a"] == 1


@pytest.mark.parametrize("revision", [0, 1, 3, 100])
def test_an_amendment_takes_the_next_revision(office: Office, device: Device, visit: str, revision: int):
    assert amend(office, device, visit, revision).outcome == "refused"


def test_a_visit_outside_of_the_area_does_not_exist_for_the_reviewer(office: Office, visit: str):
    for answer in (read(office, visit, "reviewer2"), decide(office, visit, "reviewer2")):
        assert (answer.status_code, answer.json["code"]) == (404, "record.not_found")


def test_an_administrator_sees_no_case(office: Office, visit: str):
    assert read(office, visit, "admin1").status_code == 404


@pytest.mark.parametrize(
    "odd",
    [
        {"verdict": "maybe"},
        {"seen_revision": 0},
        {"seen_revision": None},
        {"comments": [{"target": {"kind": "soul"}, "text": "x"}]},
        {"comments": [{"target": {"kind": "visit"}, "text": ""}]},
        {"comments": [{"target": {"kind": "visit"}, "text": "  "}], "verdict": "returned"},
        {"comments": [{"target": {"kind": "visit"}, "text": "x" * 2001}]},
        {"surprise": 1},
    ],
    ids=lambda odd: str(odd)[:40],
)
def test_a_review_of_another_form_is_refused_and_decides_nothing(office: Office, visit: str, odd: dict[str, Any]):
    assert decide(office, visit, **odd).status_code == 422
    assert read(office, visit).json["review_state"] == "pending"


def test_the_queue_shows_each_visit_once_over_its_pages(office: Office, device: Device):
    visits = [an_id() for _ in range(5)]
    # Two of them were sealed in the same millisecond, which is all that a cursor knows.
    for at, visit_id in zip((1, 2, 2, 3, 3), visits, strict=True):
        fields = office.visit(device, sealed_at=f"2026-07-06T00:50:00.00{at}Z")
        device.exchange([device.mutation("visit", visit_id, "create", HERE, fields)])
    client, headers, seen, cursor = office.app.test_client(), office.bearer("reviewer1"), [], ""
    while cursor is not None:
        page = client.get("/api/v1/visits", query_string={"limit": 2, "cursor": cursor}, headers=headers).json
        seen += [row["id"] for row in page["items"]]
        cursor = page["cursor"]
        assert len(seen) <= 6
    assert sorted(seen) == sorted(visits)


@pytest.mark.parametrize("cursor", ["x", "é", "eAB5", "eABB", "AAAA", "MjAyNi0wNy0wNlQwMDo1MDowMC4wMDFaAHgAeQ=="])
def test_a_cursor_that_is_none_is_refused(office: Office, client: FlaskClient, cursor: str):
    answer = client.get("/api/v1/visits", query_string={"cursor": cursor}, headers=office.bearer("reviewer1"))
    assert (answer.status_code, answer.json["code"]) == (422, "input.invalid")


def test_a_photo_is_shown_to_who_may_see_its_visit_and_never_run(office: Office, visit: str):
    client = office.app.test_client()
    address = f"/api/v1/visits/{visit}/blobs/{sha_of('photo')}"
    shown = client.get(address, headers=office.bearer("reviewer1"))
    assert (shown.status_code, shown.data, shown.mimetype) == (200, blob_of("photo"), "image/jpeg")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert client.get(address, headers=office.bearer("reviewer2")).status_code == 404


def test_a_photo_of_another_visit_cannot_be_reached_through_this_one(office: Office, device: Device, visit: str):
    upload(device.client, device.token, blob_of("elsewhere"))
    address = f"/api/v1/visits/{visit}/blobs/{sha_of('elsewhere')}"
    assert office.app.test_client().get(address, headers=office.bearer("reviewer1")).status_code == 404


def test_the_whole_story_of_one_visit_is_in_the_audit_log(office: Office, device: Device, visit: str):
    from sqlalchemy import select

    from server.models.audit import AuditEvent
    from server.transaction import reading

    read(office, visit)
    office.app.test_client().get(f"/api/v1/visits/{visit}/blobs/{sha_of('photo')}", headers=office.bearer("reviewer1"))
    decide(office, visit)
    with office.app.app_context():
        rows = reading().scalars(select(AuditEvent).where(AuditEvent.subject_id == visit).order_by(AuditEvent.n)).all()
        assert [row.action for row in rows] == ["visit.read", "photo.read", "visit.approved"]
        assert {row.actor for row in rows} == {office.staff["reviewer1"]}
