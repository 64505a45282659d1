"""Several at once, on a database with one writer and on one with many: one word counts, and nothing falls between two."""

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from server.models.cases import Application, CaseStep
from server.models.cases_after import Entitlement
from server.models.cases_decision import Decision
from server.transaction import reading
from tests.server.cases.casework import HERE, Casework
from tests.server.office import an_id


def together(*deeds: Callable[[], Any]) -> list[Any]:
    """Do deeds from threads that start together; gives their answers in order."""
    found: list[Any] = [None] * len(deeds)
    start = threading.Barrier(len(deeds))

    def run(number: int) -> None:
        start.wait()
        found[number] = deeds[number]()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def counted(work: Casework, model: Any) -> int:
    with work.office.app.app_context():
        return int(reading().scalar(select(func.count()).select_from(model)) or 0)


def poster(work: Casework, username: str, path: str, **body: Any) -> Callable[[], Any]:
    """Sign in beforehand, so that what runs at once is the deed alone."""
    client, headers = work.office.app.test_client(), work.office.bearer(username)
    return lambda: client.post(f"/api/v1{path}", json=body, headers=headers)


def test_of_two_officers_who_decide_at_once_one_does_and_the_other_is_told(work: Casework):
    application = work.deciding()
    seen, path = work.version(application), f"/applications/{application}"
    answers = together(
        poster(work, "county1", f"{path}/confirmation", seen_version=seen, reasons="符合"),
        poster(work, "county2", f"{path}/refusal", seen_version=seen, reasons="不符合"),
        poster(work, "county1", f"{path}/confirmation", seen_version=seen, reasons="符合"),
        poster(work, "county2", f"{path}/confirmation", seen_version=seen, reasons="符合"),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    assert {answer.json["code"] for answer in answers if answer.status_code == 412} == {"record.stale"}
    assert counted(work, Decision) == 1
    done = work.read(application)
    assert [one["n"] for one in done["history"]] == list(range(1, len(done["history"]) + 1))
    assert counted(work, Entitlement) == (1 if done["state"] == "confirmed" else 0)


def test_of_two_windows_that_open_the_same_application_one_does(work: Casework):
    body = {"household_id": work.household, "applicant_id": work.person(), "area_code": HERE, "programmes": ["dibao"]}
    answers = together(*(poster(work, one, "/intakes", **body) for one in ("caseworker1", "caseworker3", "assistant1")))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert counted(work, Application) == 1


def test_a_decision_during_a_sync_loses_neither(work: Casework):
    """The device edits the very household that the decision shows as entitled: both stand."""
    application = work.deciding()
    device = work.device()
    edits = [
        device.mutation("household", work.household, "update", HERE, {"remarks": f"记{number}"}) for number in range(20)
    ]
    seen = work.version(application)
    decide = poster(work, "county1", f"/applications/{application}/confirmation", seen_version=seen, reasons="符合")
    answer, acks = together(decide, lambda: device.exchange(edits))
    assert answer.status_code == 200
    assert {one.outcome for one in acks.results} <= {"applied", "merged"}
    fields = work.record("household", work.household)
    assert fields["remarks"] == "记19"
    assert fields["programmes"] == [{"programme": "dibao", "from_on": "2026-08-01"}]
    device.exchange()
    assert b'"dibao"' in device.rows[HERE, "household", work.household][1]


def test_a_visit_that_is_accepted_while_its_case_is_withdrawn_keeps_both(work: Casework):
    application = work.investigating()
    task = work.read(application)["visits"][0]["task_id"]
    device, visit = work.device(), an_id()
    fields = work.office.visit(device, HERE, task_id=task)
    device.exchange([device.mutation("visit", visit, "create", HERE, fields)])
    seen = work.version(application)
    withdrawn, reviewed = together(
        poster(work, "caseworker1", f"/applications/{application}/withdrawal", seen_version=seen, reason="外出"),
        poster(work, "reviewer1", f"/visits/{visit}/reviews", verdict="refused", reason="照片不清", seen_revision=1),
    )
    assert (withdrawn.status_code, reviewed.status_code) == (200, 201)
    assert work.state(application) == "withdrawn"


def test_what_a_refused_step_tried_leaves_no_trace(work: Casework):
    application = work.investigating()
    before = counted(work, CaseStep)
    assert work.step("reviewer1", application, "opinion", suggestion="refuse", reasons="无").status_code == 409
    assert counted(work, CaseStep) == before
    assert work.read(application)["suggestion"] is None
