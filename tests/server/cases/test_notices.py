"""Notices in the village: seven days without the day of posting, the template's fields only, and objections that count."""

from typing import Any

from sqlalchemy import select

from server.models.cases_decision import Objection
from server.transaction import reading
from tests.server.cases.casework import INVESTIGATORS, PAPER, Casework

OBJECTION = {"source": "villager", "statement": "他家有小汽车"}
MEETING = {"held_on": "2026-07-06", "members": 9, "votes_for": 7, "votes_against": 2, "minutes": PAPER}


def test_the_day_of_posting_is_not_counted(work: Casework):
    application = work.posted()
    (notice,) = work.read(application)["notices"]
    assert (notice["posted_on"], notice["ends_on"]) == ("2026-07-06", "2026-07-13")
    work.later(7)
    answer = work.step("reviewer1", application, "notice/end")
    assert [one["field"] for one in answer.json["errors"]] == ["notice_over"]
    work.later(1)
    assert work.stepped("reviewer1", application, "notice/end") == "forwarded"


def test_a_notice_shows_its_templates_fields_and_nothing_else(work: Casework):
    (notice,) = work.read(work.posted())["notices"]
    assert notice["fields"] == {
        "name": "王桂花",
        "member_count": 1,
        "amount": "420.00",
        "programme": "最低生活保障",
        "suggestion": "confirm",
    }
    assert "990101" not in str(notice)


def test_nobody_can_write_into_a_notice(work: Casework):
    application = work.judged()
    answer = work.step("assistant1", application, "notice", place="公开栏", photo=PAPER, fields={"phone": "1"})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "fields")


def test_a_notice_without_its_picture_does_not_count(work: Casework):
    application = work.judged()
    answer = work.step("assistant1", application, "notice", place="公开栏", photo="0" * 64)
    assert (answer.status_code, answer.json["code"]) == (409, "case.paper_not_here")


def test_the_announcement_has_exactly_three_fields(work: Casework):
    application = work.confirmed()
    work.stepped("assistant1", application, "announcement", place="公开栏", photo=PAPER)
    announced = work.read(application)["notices"][-1]
    assert announced["kind"] == "announcement"
    assert announced["fields"] == {"name": "王桂花", "member_count": 1, "amount": "420.00"}


def objected(work: Casework) -> tuple[str, str]:
    application = work.posted()
    assert work.stepped("assistant1", application, "objections", **OBJECTION) == "reinvestigating"
    return application, work.read(application)["objections"][0]["id"]


def test_an_objection_is_met_by_a_new_visit(work: Casework):
    application, objection = objected(work)
    opinion = {"suggestion": "confirm", "reasons": "经复查属实"}
    assert work.step("reviewer1", application, f"objections/{objection}/settlement").status_code == 409
    assert work.step("reviewer1", application, "opinion", **opinion).json["errors"][0]["field"] == "investigated_again"
    body = {"purpose": "objection", "assignee_id": work.office.staff[INVESTIGATORS[0]]}
    sent = work.step("reviewer1", application, "visits", **body)
    work.clock.forward(minutes=5)
    work.visit(sent.json["task_id"])
    assert work.stepped("reviewer1", application, f"objections/{objection}/settlement") == "reinvestigating"
    assert work.stepped("reviewer1", application, "opinion", **opinion) == "forwarded"


def test_an_objection_is_met_by_a_democratic_review(work: Casework):
    application, objection = objected(work)
    work.stepped("reviewer1", application, "democratic-reviews", objection_id=objection, **MEETING)
    body = {"suggestion": "confirm", "reasons": "评议通过"}
    assert work.stepped("reviewer1", application, "opinion", **body) == "forwarded"
    assert work.step("reviewer1", application, f"objections/{objection}/settlement").status_code == 409


def test_without_an_objection_no_review_is_held(work: Casework):
    application = work.posted()
    answer = work.step("reviewer1", application, "democratic-reviews", **MEETING)
    assert (answer.status_code, answer.json["code"]) == (409, "case.step_refused")


def test_two_objections_must_both_be_met(work: Casework):
    application, first = objected(work)
    work.stepped("caseworker1", application, "objections", source="supervision_committee", statement="人在外地")
    work.stepped("reviewer1", application, "democratic-reviews", objection_id=first, **MEETING)
    body: dict[str, Any] = {"suggestion": "confirm", "reasons": "评议通过"}
    assert work.step("reviewer1", application, "opinion", **body).status_code == 409


def test_who_objected_with_what_is_sealed_and_not_shown_in_the_village(work: Casework):
    application, _ = objected(work)
    assert work.read(application, "reviewer1")["objections"][0]["statement"] == OBJECTION["statement"]
    assert "statement" not in work.read(application, "assistant1")["objections"][0]
    with work.office.app.app_context():
        sealed = reading().scalars(select(Objection.sealed)).one()
    assert OBJECTION["statement"].encode() not in sealed
