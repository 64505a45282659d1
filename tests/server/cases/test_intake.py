"""一门受理: asked once for everything, signed by whom the law names, and never asked for what the office can find out."""

from typing import Any

import pytest
from sqlalchemy import select

from server.models.audit import AuditEvent
from server.models.cases import Intake
from server.transaction import reading
from sync.canonical import loads
from tests.server.cases.casework import HERE, PAPER, Casework
from tests.server.office import an_id, blob_of

NUMBER = "990101198503070017"
CHILD = {"name": "王小明", "relation": "子", "birth_date": "2018-05-01", "sex": "男"}


def head(**more: Any) -> dict[str, Any]:
    return {"name": "王大有", "relation": "户主", **more}


def new_household(work: Casework, *members: dict[str, Any], **more: Any) -> Any:
    body = {"area_code": HERE, "programmes": ["dibao"], "household": {"members": list(members)}, **more}
    return work.post("caseworker1", "/intakes", body)


def test_one_asking_becomes_one_application_for_each_programme(work: Casework):
    _, applications = work.opened("dibao", "temporary_expenditure", "dibao")
    found = [work.read(one) for one in applications]
    assert [one["programme"] for one in found] == ["dibao", "temporary_expenditure"]
    assert {one["state"] for one in found} == {"draft"}
    assert len({one["intake_id"] for one in found}) == 1


def test_what_is_applied_for_elsewhere_is_not_taken_in_and_the_place_is_told(work: Casework):
    body = {"household_id": work.household, "applicant_id": work.person()}
    answer = work.post("caseworker1", "/intakes", body, area_code=HERE, programmes=["illness_emergency"])
    assert (answer.status_code, answer.json["code"]) == (422, "input.invalid")
    assert "医疗机构" in answer.json["detail"]


def test_the_same_programme_is_not_opened_twice_for_a_household(work: Casework):
    work.opened("dibao")
    body = {"household_id": work.household, "applicant_id": work.person()}
    answer = work.post("caseworker1", "/intakes", body, area_code=HERE, programmes=["dibao"])
    assert (answer.status_code, answer.json["code"]) == (409, "case.already_open")


def test_a_new_household_is_registered_with_birth_and_sex_off_the_id_number(work: Casework):
    number = with_check_digit(NUMBER)
    made = new_household(work, head(id_number=number), CHILD)
    assert made.status_code == 201, made.json
    first, second = made.json["member_ids"]
    person = work.record("person", first)
    assert (person["birth_date"], person["sex"], person["id_number"]) == ("1985-03-07", "男", number)
    assert work.record("person", second)["birth_date"] == "2018-05-01"
    assert work.record("household", made.json["household_id"])["head_id"] == first


def test_an_id_number_is_sealed_in_the_database_and_masked_in_answers(work: Casework):
    number = with_check_digit(NUMBER)
    made = new_household(work, head(id_number=number)).json
    shown = work.get("reviewer1", f"/households/{made['household_id']}").get_data(as_text=True)
    assert number not in shown and "990101********" in shown
    with work.office.app.app_context():
        rows = reading().connection().exec_driver_sql("SELECT body FROM record").fetchall()
    assert all(number.encode() not in bytes(row[0]) for row in rows)


def test_a_number_that_cannot_be_one_is_refused_without_being_repeated(work: Casework):
    answer = new_household(work, head(id_number="990101198503070000"))
    assert answer.status_code == 422
    assert "990101198503070000" not in answer.get_data(as_text=True)


def test_whoever_applies_for_another_brings_the_entrustment(work: Casework):
    agent = {"name": "李代办", "relation": "侄子", "phone": "19900001234", "entrustment": PAPER}
    body = {"household_id": work.household, "applicant_id": work.person(), "agent": agent}
    asked = {"area_code": HERE, "programmes": ["dibao"]}
    assert work.post("assistant1", "/intakes", body, **asked).json["code"] == "case.paper_not_here"
    work.papers()
    made = work.did("assistant1", "/intakes", body, **asked)
    assert work.read(made["applications"][0]["id"])["agent_name"] == "李代办"
    with work.office.app.app_context():
        sealed = reading().scalars(select(Intake.sealed)).one()
    assert "李代办".encode() not in sealed and b"19900001234" not in sealed


def test_without_the_adults_authorisation_nothing_is_handed_in_but_a_pledge_will_do(work: Casework):
    intake, _ = work.opened()
    answer = work.post("caseworker1", f"/intakes/{intake}/submission")
    assert (answer.status_code, answer.json["code"]) == (409, "case.step_refused")
    (error,) = answer.json["errors"]
    assert error["field"] == "adults_signed" and "第四十条" in error["clause"]
    work.did("caseworker1", f"/intakes/{intake}/signatures", is_pledged=True)
    assert work.did("caseworker1", f"/intakes/{intake}/submission")["applications"][0]["state"] == "submitted"


def test_children_do_not_sign(work: Casework):
    work.papers()
    made = new_household(work, head(birth_date="1985-03-07"), CHILD).json
    signed = [{"person_id": made["member_ids"][0], "paper": PAPER}]
    body = {"declaration": PAPER, "declaration_version": "1", "authorisations": signed}
    work.did("caseworker1", f"/intakes/{made['id']}/signatures", body)
    assert work.did("caseworker1", f"/intakes/{made['id']}/submission")["applications"][0]["state"] == "submitted"


def test_a_stranger_cannot_authorise(work: Casework):
    work.papers()
    intake, _ = work.opened()
    signed = [{"person_id": an_id(), "paper": PAPER}]
    assert work.post("caseworker1", f"/intakes/{intake}/signatures", authorisations=signed).status_code == 404


def test_what_sharing_confirms_is_never_asked_of_the_applicant(work: Casework):
    application = work.submitted()
    answer = work.step("caseworker1", application, "missing-papers", kinds=["disability_certificate"])
    assert (answer.status_code, answer.json["code"]) == (422, "case.paper_not_to_be_asked")
    statuses = {one["kind"]: one["status"] for one in work.read(application)["materials"]}
    assert statuses["disability_certificate"] == "exempt_by_sharing"


def test_what_is_missing_is_asked_for_once_and_goes_on_when_it_is_there(work: Casework):
    application = work.submitted()
    assert work.stepped("caseworker1", application, "missing-papers", kinds=["application", "pledge"]) == "returned"
    one, other = [{"kind": "application", "blob": PAPER}], [{"kind": "pledge"}]
    assert work.stepped("caseworker1", application, "papers", papers=one) == "returned"
    assert work.stepped("caseworker1", application, "papers", papers=other) == "submitted"
    again = work.step("caseworker1", application, "missing-papers", kinds=["authorisation"])
    assert (again.status_code, again.json["errors"][0]["field"]) == (409, "first_list")
    statuses = {one["kind"]: one["status"] for one in work.read(application)["materials"]}
    assert (statuses["application"], statuses["pledge"]) == ("given", "pledged")


def test_the_question_about_kin_is_answered_before_acceptance(work: Casework):
    intake, (application,) = work.opened()
    work.did("caseworker1", f"/intakes/{intake}/signatures", is_pledged=True)
    work.did("caseworker1", f"/intakes/{intake}/submission")
    answer = work.step("caseworker1", application, "acceptance", basis="hukou")
    assert [one["field"] for one in answer.json["errors"]] == ["kinship_answered"]
    work.did("caseworker1", f"/intakes/{intake}/kinship", relations=[])
    assert work.stepped("caseworker1", application, "acceptance", basis="hukou") == "accepted"


@pytest.mark.parametrize(
    ("programme", "basis", "status"),
    [
        ("dibao", "residence_permit", 200),
        ("dibao", "emergency_place", 409),
        ("temporary_emergency", "emergency_place", 200),
        ("dibao", "by_taste", 409),
    ],
)
def test_an_application_is_accepted_on_a_basis_of_the_law(work: Casework, programme: str, basis: str, status: int):
    application = work.submitted(programme)
    assert work.step("caseworker1", application, "acceptance", basis=basis).status_code == status


def test_close_kin_takes_no_part_and_sees_nothing(work: Casework):
    relative = work.office.staff["caseworker1"]
    relations = [{"relative_id": relative, "post": "民政办经办人员", "relation": "兄弟"}]
    application = work.submitted(relations=relations)
    for answer in (
        work.get("caseworker1", f"/applications/{application}"),
        work.step("caseworker1", application, "acceptance", basis="hukou"),
    ):
        assert (answer.status_code, answer.json["code"]) == (403, "permission.relative")
    assert work.stepped("caseworker3", application, "acceptance", basis="hukou") == "accepted"
    answer = work.step("caseworker3", application, "investigation", assignee_id=relative)
    assert answer.status_code == 404


def test_whoever_takes_down_a_call_opens_a_case_and_sees_none(work: Casework):
    body = {"area_code": HERE, "programmes": ["dibao"], "channel": "phone", "household": {"members": [head()]}}
    made = work.did("hotline1", "/intakes", body)
    assert work.get("hotline1", f"/applications/{made['applications'][0]['id']}").status_code == 404
    assert work.post("inspector1", "/intakes", body).status_code == 403
    assert work.post("admin1", "/intakes", body).status_code == 404


def test_what_was_signed_stays_what_it_was_once_accepted(work: Casework):
    application = work.accepted()
    intake = work.read(application)["intake_id"]
    answer = work.post("caseworker1", f"/intakes/{intake}/signatures", is_pledged=True)
    assert (answer.status_code, answer.json["code"]) == (409, "case.step_refused")


def test_another_townships_worker_finds_nothing(work: Casework):
    application = work.submitted()
    assert work.get("caseworker2", f"/applications/{application}").status_code == 404
    assert work.step("caseworker2", application, "acceptance", basis="hukou").status_code == 404


def test_every_look_at_a_case_is_noted_with_its_purpose(work: Casework):
    application = work.submitted()
    work.read(application, "county1")
    with work.office.app.app_context():
        statement = select(AuditEvent).where(
            AuditEvent.subject_id == application, AuditEvent.action == "application.read"
        )
        event = reading().scalars(statement).one()
    assert (event.actor, event.purpose, loads(event.details)) == (work.office.staff["county1"], "case", {})


def test_a_paper_is_shown_to_whoever_may_see_the_case_and_to_nobody_else(work: Casework):
    application = work.submitted()
    address = f"/applications/{application}/blobs/{PAPER}"
    shown = work.get("reviewer1", address)
    assert (shown.status_code, shown.data) == (200, blob_of("paper"))
    assert work.get("caseworker2", address).status_code == 404
    assert work.get("reviewer1", f"/applications/{application}/blobs/{'0' * 64}").status_code == 404


def with_check_digit(number: str) -> str:
    """Give a made-up number its right last digit."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    rest = sum(int(digit) * weight for digit, weight in zip(number[:17], weights, strict=True)) % 11
    return number[:17] + "10X98765432"[rest]
