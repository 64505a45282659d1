"""先行救助: handed over at once within the cap, by somebody else than who approved it; the papers follow in time."""

from typing import Any

from sqlalchemy import select

from server.models.cases_advance import AdvanceAid
from server.services.casework import rounds
from server.transaction import at_desk, reading
from tests.server.cases.casework import HERE, PAPER, Casework
from tests.server.office import an_id

NEED = {"area_code": HERE, "amount_yuan": "800.00", "recipient": "王桂花", "cause": "突发火灾, 无处安身"}


def step(work: Casework, username: str, advance: str, what: str, **body: Any) -> Any:
    with work.office.app.app_context():
        seen = reading().get_one(AdvanceAid, advance).version
    return work.post(username, f"/advances/{advance}/{what}", seen_version=seen, **body)


def stepped(work: Casework, username: str, advance: str, what: str, **body: Any) -> str:
    answer = step(work, username, advance, what, **body)
    assert answer.status_code == 200, answer.json
    return str(answer.json["state"])


def reported(work: Casework, **more: Any) -> str:
    return str(work.did("assistant1", "/advances", {**NEED, **more})["id"])


def paid(work: Casework) -> str:
    work.papers()
    advance = reported(work, household_id=work.household)
    assert stepped(work, "reviewer1", advance, "approval") == "approved"
    assert stepped(work, "caseworker1", advance, "payment", receipt=PAPER) == "supplement_due"
    return advance


def test_a_need_is_met_first_and_its_papers_follow(work: Casework):
    advance = paid(work)
    found = work.get("reviewer1", f"/advances/{advance}").json
    assert (found["recipient"], found["amount_fen"]) == ("王桂花", 80000)
    assert [(one["kind"], one["due_on"]) for one in found["terms"]] == [("advance_supplemented", "2026-07-20")]
    application = work.accepted("temporary_emergency")
    body = {"application_id": application, "explanation": "火灾当日现金救助"}
    assert stepped(work, "caseworker1", advance, "supplement", **body) == "supplemented"
    assert stepped(work, "reviewer3", advance, "end") == "closed"


def test_who_approved_neither_hands_over_nor_closes(work: Casework):
    work.papers()
    advance = reported(work)
    stepped(work, "reviewer1", advance, "approval")
    answer = step(work, "reviewer1", advance, "payment", receipt=PAPER)
    assert (answer.status_code, answer.json["code"]) == (403, "permission.hands_not_apart")


def test_above_the_cap_it_goes_to_the_county(work: Casework):
    advance = reported(work, amount_yuan="1000.01")
    assert stepped(work, "reviewer1", advance, "approval") == "sent_to_county"


def test_to_decline_needs_a_reason(work: Casework):
    advance = reported(work)
    assert step(work, "reviewer1", advance, "refusal", reason="").status_code == 422
    assert stepped(work, "reviewer1", advance, "refusal", reason="没有紧急情形") == "declined"


def test_who_only_reports_does_not_approve(work: Casework):
    advance = reported(work)
    for username in ("assistant1", "caseworker1", "inspector1"):
        assert step(work, username, advance, "approval").status_code == 403


def test_papers_that_do_not_come_are_overdue(work: Casework):
    advance = paid(work)
    work.later(14)
    with work.office.app.app_context():
        assert rounds.run(lambda deed: at_desk(rounds.SYSTEM, deed, now=work.clock())).advances_overdue == []
    work.later(1)
    with work.office.app.app_context():
        assert rounds.run(lambda deed: at_desk(rounds.SYSTEM, deed, now=work.clock())).advances_overdue == [advance]
    assert work.get("reviewer1", f"/advances/{advance}").json["state"] == "overdue"


def test_who_was_helped_and_why_is_sealed(work: Casework):
    reported(work)
    with work.office.app.app_context():
        sealed = reading().scalars(select(AdvanceAid.sealed)).one()
    assert "王桂花".encode() not in sealed and "火灾".encode() not in sealed


def test_the_same_need_is_not_reported_twice_when_an_answer_was_lost(work: Casework):
    advance = an_id()
    assert work.post("assistant1", "/advances", NEED, id=advance).status_code == 201
    again = work.post("assistant1", "/advances", NEED, id=advance)
    assert (again.status_code, again.json["code"]) == (409, "record.exists")


def test_a_need_in_another_township_is_not_found(work: Casework):
    assert work.post("caseworker2", "/advances", NEED).status_code == 404
    assert work.get("caseworker2", f"/advances/{reported(work)}").status_code == 404
