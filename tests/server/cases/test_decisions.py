"""Decisions: by a named person with the rules' reasons, once; a refusal is served with remedies and what to apply for instead."""

from typing import Any

import pytest
from sqlalchemy import select

from server.models.cases_decision import Decision
from server.transaction import reading
from tests.server.cases.casework import PAPER, Casework

CONFIRM = {"reasons": "符合条件"}
EMERGENCY = {"reason": "房屋失火", "amount_yuan": "1500.00"}


def errors(answer: Any) -> list[str]:
    assert answer.status_code == 409, answer.json
    return [one["field"] for one in answer.json["errors"]]


def test_an_opinion_needs_both_an_accepted_visit_and_an_answered_check(work: Casework):
    application = work.investigating()
    path = f"/applications/{application}/assessment"
    answer = work.post("reviewer1", path, case=work.case(), seen_version=work.version(application))
    assert (answer.status_code, answer.json["code"]) == (409, "case.step_refused")
    refused = work.step("reviewer1", application, "opinion", suggestion="refuse", reasons="不符合")
    assert set(errors(refused)) == {"visit_accepted", "enough_investigators", "check_valid"}


def test_an_assessment_is_of_everybody_who_lives_there(work: Casework):
    application = work.investigated()
    case = work.case()
    case["household"]["members"].append({"id": "stranger", "incomes": []})
    path = f"/applications/{application}/assessment"
    answer = work.post("reviewer1", path, case=case, seen_version=work.version(application))
    assert (answer.status_code, answer.json["code"]) == (409, "case.members_differ")


def test_an_assessment_with_faults_names_each_of_them(work: Casework):
    application = work.investigated()
    case = work.case()
    case["household"]["members"][0]["incomes"][0]["yuan_per_month"] = 200.5
    path = f"/applications/{application}/assessment"
    answer = work.post("reviewer1", path, case=case, seen_version=work.version(application))
    assert (answer.status_code, answer.json["code"]) == (422, "input.invalid")
    assert "yuan_per_month" in answer.json["errors"][0]["field"]


def test_nobody_is_confirmed_above_the_line_and_nobody_types_an_amount(work: Casework):
    application = work.investigated()
    work.assess(application, "900.00")
    body = {"suggestion": "confirm", "reasons": "照顾"}
    assert work.step("reviewer1", application, "opinion", **body).status_code == 409
    assert work.step("reviewer1", application, "opinion", amount_yuan="1.00", **body).status_code == 422


def test_nobody_is_confirmed_whom_the_rules_do_not_grant_anything(work: Casework):
    application = work.deciding(suggestion="refuse", yuan="700.00")
    assert errors(work.step("county1", application, "confirmation", **CONFIRM)) == ["amount_traced"]


def test_what_hung_in_the_village_is_what_is_decided(work: Casework):
    application = work.posted()
    path = f"/applications/{application}/assessment"
    again = work.post("reviewer1", path, case=work.case("0.00"), seen_version=work.version(application))
    assert (again.status_code, again.json["code"]) == (409, "case.step_refused")
    assert work.read(application)["proposed_fen"] == 42000


def test_means_are_shown_to_those_who_review_and_decide_only(work: Casework):
    application = work.judged()
    assert work.read(application, "reviewer1")["assessment"]["result"]["results"]
    assert work.read(application, "caseworker1")["check_detail"] == {"detail": "存款"}  # who handles it
    for username in ("assistant1", "caseworker3", "inspector1"):
        found = work.read(application, username)
        assert found["assessment"] is None and found["check_detail"] is None


def test_a_second_officer_who_saw_the_same_is_told_that_it_is_decided(work: Casework):
    application = work.deciding()
    seen = work.version(application)
    work.did("county1", f"/applications/{application}/confirmation", seen_version=seen, **CONFIRM)
    answer = work.post("county2", f"/applications/{application}/refusal", seen_version=seen, reasons="不符合")
    assert (answer.status_code, answer.json["code"]) == (412, "record.stale")
    again = work.step("county2", application, "refusal", reasons="不符合")
    assert errors(again) == ["no_such_step"]
    with work.office.app.app_context():
        assert [one.result for one in reading().scalars(select(Decision))] == ["confirmed"]


def test_a_refusal_is_served_in_writing_with_reasons_remedy_and_the_next_programme(work: Casework):
    application = work.deciding(suggestion="refuse", yuan="700.00")
    work.stepped("county1", application, "refusal", reasons="人均收入高于低保标准")
    found = work.read(application)
    term = next(one for one in found["terms"] if one["kind"] == "refusal_notice")
    assert (term["due_on"], term["standing"]) == ("2026-07-17", "warned")
    assert found["decision"]["next_programmes"][0] == "low_income_edge"
    assert found["decision"]["reasons"] == "人均收入高于低保标准"
    assert "行政诉讼" in found["decision"]["remedy"]
    assert work.stepped("caseworker1", application, "service", how="in_person") == "closed"
    assert work.read(application)["decision"]["served_how"] == "in_person"


def test_after_a_refusal_the_household_may_apply_again(work: Casework):
    application = work.deciding(suggestion="refuse", yuan="700.00")
    work.stepped("county1", application, "refusal", reasons="高于标准")
    work.stepped("caseworker1", application, "service", how="by_post")
    assert work.opened("dibao")[1]


def test_what_a_decision_says_is_sealed_in_the_database(work: Casework):
    application = work.deciding()
    work.stepped("county1", application, "confirmation", reasons="独居老人无收入来源")
    with work.office.app.app_context():
        sealed = reading().scalars(select(Decision.sealed)).one()
    assert "独居老人".encode() not in sealed
    assert work.read(application, "assistant1")["decision"].get("reasons") is None


def test_a_returned_application_goes_on_with_what_stands(work: Casework):
    application = work.deciding()
    assert work.stepped("county1", application, "return", reason="补充邻里访问") == "returned_to_township"
    assert work.stepped("caseworker1", application, "resumption") == "investigating"
    body = {"suggestion": "confirm", "reasons": "已补充"}
    assert work.stepped("reviewer1", application, "opinion", **body) == "opinion"


@pytest.mark.parametrize("how", ["kin", "complaint"])
def test_registered_kin_and_complaints_send_the_county_out_before_it_decides(work: Casework, how: str):
    relations = [{"post": "村委会主任", "relation": "父子"}] if how == "kin" else []
    application = work.forwarded(relations=relations)
    if how == "complaint":
        work.stepped("county1", application, "complaint-flag", reason="群众来电")
    assert errors(work.step("county1", application, "county")) == ["county_visited_where_required"]
    staff = work.office.staff
    wrong = work.step("county1", application, "visits", purpose="application", assignee_id=staff["caseworker1"])
    assert wrong.status_code == 403
    township = work.step("county1", application, "visits", purpose="county", assignee_id=staff["caseworker1"])
    assert township.status_code == 404
    sent = work.step("county1", application, "visits", purpose="county", assignee_id=staff["county1"])
    work.visit(sent.json["task_id"], participants=work.team("caseworker1", "caseworker3", "county1"))
    assert work.stepped("county1", application, "county") == "deciding"
    answer = work.step("county1", application, "confirmation", **CONFIRM)
    assert answer.json["code"] == "permission.hands_not_apart"
    assert work.stepped("county2", application, "confirmation", **CONFIRM) == "confirmed"


def test_an_emergency_is_decided_without_check_and_notice(work: Casework):
    application = work.accepted("temporary_emergency")
    assert work.stepped("reviewer1", application, "urgent", **EMERGENCY) == "deciding"
    assert work.stepped("reviewer1", application, "confirmation", **CONFIRM) == "confirmed"
    found = work.read(application)
    assert (found["decision"]["amount_fen"], found["decision"]["level"]) == (150000, "township")
    assert found["entitlement_id"] is None  # paid once


def test_above_its_limit_the_township_does_not_decide_an_emergency(work: Casework):
    application = work.accepted("temporary_emergency")
    work.stepped("reviewer1", application, "urgent", reason="房屋失火", amount_yuan="2000.01")
    assert work.step("reviewer1", application, "confirmation", **CONFIRM).status_code == 403
    assert work.stepped("county1", application, "confirmation", **CONFIRM) == "confirmed"
    assert work.read(application)["decision"]["level"] == "county"


def test_only_an_emergency_goes_that_way(work: Casework):
    assert "urgent_kind" in errors(work.step("reviewer1", work.accepted(), "urgent", **EMERGENCY))


def disputed(work: Casework) -> str:
    application = work.investigating()
    work.visit(work.read(application)["visits"][0]["task_id"])
    work.answer_check("negative")
    assert work.stepped("reviewer1", application, "negative-check") == "check_disputed"
    return application


def test_a_negative_check_can_be_answered_and_is_made_again(work: Casework):
    application = disputed(work)
    body = {"statement": "存款是儿子的赔偿金", "blob": PAPER}
    assert work.stepped("reviewer1", application, "evidence", **body) == "investigating"
    assert work.read(application)["check"]["state"] == "asked"
    opinion = work.step("reviewer1", application, "opinion", suggestion="refuse", reasons="高于标准")
    assert errors(opinion) == ["check_valid"]
    work.answer_check()
    assert work.stepped("reviewer1", application, "opinion", suggestion="refuse", reasons="高于标准") == "opinion"


def test_a_negative_check_that_nobody_answers_leads_to_the_opinion(work: Casework):
    body = {"suggestion": "refuse", "reasons": "存款超过规定"}
    assert work.stepped("reviewer1", disputed(work), "opinion", **body) == "opinion"


def test_an_applicant_is_told_only_of_a_negative_check(work: Casework):
    assert work.step("reviewer1", work.investigated(), "negative-check").status_code == 409


def test_an_applicant_may_withdraw_and_the_case_keeps_its_history(work: Casework):
    application = work.investigating()
    assert work.stepped("caseworker1", application, "withdrawal", reason="外出务工") == "withdrawn"
    found = work.read(application)
    assert found["history"][-1]["reason"] == "外出务工"
    assert {one["standing"] for one in found["terms"]} == {"done"}


def test_nobody_is_ended_without_a_warning(work: Casework):
    application = work.investigating()
    body = {"reason": "多次联系仍不配合"}
    assert errors(work.step("reviewer1", application, "termination", **body)) == ["warned"]
    work.stepped("caseworker1", application, "warning")
    assert work.step("caseworker1", application, "termination", **body).status_code == 403
    assert work.stepped("reviewer1", application, "termination", **body) == "terminated"


def test_two_applications_of_one_asking_share_the_visit(work: Casework):
    work.papers()
    intake, (one, other) = work.opened("dibao", "temporary_expenditure")
    work.did("caseworker1", f"/intakes/{intake}/signatures", is_pledged=True)
    work.did("caseworker1", f"/intakes/{intake}/kinship", relations=[])
    work.did("caseworker1", f"/intakes/{intake}/submission")
    for application in (one, other):
        work.stepped("caseworker1", application, "acceptance", basis="hukou")
        work.stepped("caseworker1", application, "investigation", assignee_id=work.office.staff["caseworker1"])
    assert len(work.tasks(work.device())) == 1
    visit = work.visit(work.read(one)["visits"][0]["task_id"])
    assert [work.read(case)["visits"][0]["visit_id"] for case in (one, other)] == [visit, visit]
