"""Documents of real cases: made by who may, of what has happened, and on the record."""

import pytest

from server.adapters.pdf import is_available
from server.documents.pages import page
from server.services.documents import making
from server.transaction import at_desk, parts
from tests.server.cases.casework import Casework

needs_pango = pytest.mark.skipif(not is_available(), reason="Pango is not installed here")


@pytest.fixture
def told(work: Casework):
    """Put a document together as the operator; gives its page."""
    from server.cli.office import OPERATOR

    def make(kind: str, subject: str) -> str:
        with work.office.app.app_context():
            return page(at_desk(OPERATOR, lambda desk: making.gather(desk, kind, subject), now=parts().clock()))

    return make


def test_an_acceptance_names_the_day_by_which_it_is_decided(work: Casework, told):
    text = told("acceptance", work.accepted())
    assert "王桂花" in text and "2026年8月10日前作出决定" in text and "户籍所在地" in text


def test_before_the_acceptance_there_is_no_such_letter(work: Casework):
    application = work.submitted()
    answer = work.get("caseworker1", f"/documents/acceptance/{application}")
    assert (answer.status_code, answer.json["code"]) == (409, "document.not_yet")


def test_the_one_time_notice_lists_what_was_asked_and_what_nobody_has_to_bring(work: Casework, told):
    application = work.submitted()
    work.stepped("caseworker1", application, "missing-papers", kinds=["pledge"])
    text = told("missing_papers", application)
    assert "<td>诚信承诺书</td>" in text and "户籍信息" in text and "<td>申请书</td>" not in text


@needs_pango
def test_a_decision_goes_out_with_amount_reasons_and_both_remedies(work: Casework, told):
    application = work.confirmed()
    text = told("confirmation", application)
    assert "420.00 元" in text and "2026年8月1日" in text and "符合条件" in text
    assert "60 日内依法申请行政复议" in text and "6 个月内依法向人民法院提起行政诉讼" in text
    assert work.get("county1", f"/documents/confirmation/{application}").data.startswith(b"%PDF-")
    assert work.get("assistant1", f"/documents/confirmation/{application}").status_code == 403
    assert work.get("county1", f"/documents/refusal/{application}").json["code"] == "document.not_yet"


def test_the_notice_shows_what_hangs_in_the_village(work: Casework, told):
    text = told("notice", work.posted())
    assert "王桂花" in text and "村务公开栏" in text and "990101" not in text


@needs_pango
def test_a_visits_sheet_has_its_photo_and_signatures(work: Casework, told, tmp_path):
    application = work.investigating()
    visit = work.visit(work.read(application)["visits"][0]["task_id"])
    text = told("visit_sheet", visit)
    assert "income/monthly" in text and "第 1 次签封" in text
    assert text.count('src="picture:') == 4
    assert work.get("reviewer1", f"/documents/visit_sheet/{visit}").data.startswith(b"%PDF-")


def test_another_township_makes_no_document_of_a_case(work: Casework):
    application = work.accepted()
    assert work.get("caseworker2", f"/documents/acceptance/{application}").status_code == 404


def test_an_unknown_kind_is_not_found(work: Casework):
    assert work.get("caseworker1", "/documents/love_letter/x").status_code == 404


def test_that_a_document_was_made_is_on_the_record(work: Casework, told):
    from server.models.audit import AuditEvent
    from server.transaction import reading

    told("acceptance", work.accepted())
    with work.office.app.app_context():
        made = reading().query(AuditEvent).filter_by(action="document.make").all()
    assert [one.subject_type for one in made] == ["application"]


@needs_pango
def test_the_command_writes_a_file_and_never_over_another(work: Casework, tmp_path):
    application, file = work.accepted(), tmp_path / "受理.pdf"
    run = work.office.app.test_cli_runner().invoke
    assert run(args=["documents", "make", "acceptance", application, str(file)]).exit_code == 0
    assert file.read_bytes().startswith(b"%PDF-")
    assert run(args=["documents", "make", "acceptance", application, str(file)]).exit_code == 2
