"""The queue and the review: what is shown to whom, what is refused and kept, and what is logged."""

import re

import pytest

import forms
from server.models.visit import FaceRecheck
from server.services import forms as published
from server.transaction import transact
from tests.server.conftest import MONDAY, StillClock
from tests.server.office import Device, Office, blob_of, sha_of
from tests.server.pages.people import HERE, Person, amend, arrive, looks, somebody

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def test_the_queue_names_what_a_reviewer_looks_for(office: Office, device: Device, clock: StillClock):
    visit_id = arrive(office, device)
    clock.forward(days=2)
    page = somebody(office, "reviewer1").get("/console/").text
    for words in (
        "王桂花",
        f"地区{HERE}",
        "申请入户",
        "7月6日 08:50",
        "姓名caseworker1、姓名caseworker3",
        "照片未到 4/4",
    ):
        assert words in page
    assert f"/console/visits/{visit_id}" in page
    assert "证据完好" in page
    assert "<b>2</b> 天" in page


def test_an_empty_queue_says_what_to_do(reviewer: Person):
    assert "经办人员同步后" in reviewer.get("/console/").text


def test_the_queue_is_read_page_by_page_without_gap_or_repeat(office: Office, device: Device, reviewer: Person):
    made = {arrive(office, device, sealed_at=f"2026-07-0{1 + at % 5}T00:00:00.000Z") for at in range(35)}
    first = reviewer.get("/console/").text
    further = re.search(r'href="([^"]+)" rel="next"', first)
    assert further
    second = reviewer.get(further[1].replace("&amp;", "&")).text
    pages = [re.findall(r'href="/console/visits/([^"]+)"', page) for page in (first, second)]
    assert [len(page) for page in pages] == [30, 5]
    assert {*pages[0], *pages[1]} == made


@pytest.mark.parametrize("query", ["state=other", "sealed_at=yesterday", "sealed_at=2026-07-01&after=x"])
def test_an_address_that_is_none_of_ours_gets_a_page(reviewer: Person, query: str):
    answer = reviewer.get(f"/console/?{query}")
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    assert "回到审核列表" in answer.text


def test_a_reviewer_of_another_township_finds_nothing(office: Office, visit: str):
    other = somebody(office, "reviewer2")
    assert visit not in other.get("/console/").text
    for address in (f"/console/visits/{visit}", f"/console/visits/{visit}/photos/{sha_of('photo')}"):
        assert other.get(address).status_code == 404
    assert other.decide(visit, "approved").status_code == 404


def test_a_return_with_pinned_comments_reaches_the_worker(office: Office, device: Device, reviewer: Person, visit: str):
    pins = {
        "comment:answer:income/monthly": "请核实",
        f"comment:photo:{sha_of('photo')}": "补拍",
        "comment:answer:x": " ",
    }
    answer = reviewer.decide(visit, "returned", reason="收入不清", **pins)
    assert (answer.status_code, answer.location) == (303, "/console/")
    assert "已退回补正" in reviewer.get("/console/").text
    assert "已退回补正" not in reviewer.get("/console/").text
    device.exchange()
    (review,) = [body for key, (_, body) in device.rows.items() if key[1] == "review"]
    for words in ("请核实", "补拍", "收入不清"):
        assert words.encode() in review
    page = reviewer.get(f"/console/visits/{visit}").text
    assert "请核实" in page
    assert "textarea" not in page


def test_a_return_without_a_word_is_refused_in_the_form(reviewer: Person, visit: str):
    answer = reviewer.decide(visit, "returned")
    assert answer.status_code == 422
    assert "请写明理由" in answer.text
    assert 'value="returned"' in answer.text


def test_the_second_reviewer_is_told_and_loses_no_word(office: Office, reviewer: Person, visit: str):
    second = somebody(office, "county1")
    assert reviewer.decide(visit, "approved").status_code == 303
    answer = second.decide(visit, "refused", reason="写了很多的理由", **{"comment:answer:income/monthly": "写好的批注"})
    assert answer.status_code == 409
    for words in ("这次走访已经审过了", "写了很多的理由", "写好的批注", "已通过"):
        assert words in answer.text


def test_an_amendment_that_came_meanwhile_is_told_and_the_form_is_kept(
    office: Office, device: Device, reviewer: Person, visit: str
):
    amend(device, visit)
    comments = {"comment:answer:income/monthly": "写好的批注", "comment:answer:gone": "对不上的批注"}
    answer = reviewer.decide(visit, "approved", reason="同意", **comments)
    assert answer.status_code == 412
    assert "经办人员刚提交了新的补正" in answer.text
    assert re.search(r'name="comment:answer:income/monthly"[^>]*>写好的批注</textarea>', answer.text)
    assert "对不上的批注" in answer.text
    assert 'name="seen_revision" value="2"' in answer.text
    assert reviewer.decide(visit, "approved", seen_revision="2").status_code == 303


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 30])
def test_a_revision_that_is_no_revision_is_stale(reviewer: Person, visit: str, seen: str):
    assert reviewer.decide(visit, "approved", seen_revision=seen).status_code == 412


def test_a_visit_whose_photos_have_not_come_cannot_be_approved(office: Office, device: Device, reviewer: Person):
    visit_id = arrive(office, device)
    page = reviewer.get(f"/console/visits/{visit_id}").text
    assert "还有 4 份照片或签名没有到" in page
    assert re.search(r'value="approved"[^>]*disabled', page)
    assert reviewer.decide(visit_id, "approved").status_code == 409
    assert reviewer.get(f"/console/visits/{visit_id}/photos/{sha_of('photo')}").status_code == 404


def test_an_investigator_reads_why_they_may_not_review(office: Office, device: Device):
    own = {"staff_id": office.staff["reviewer1"], "name": "审", "role": "second"}
    fields = office.visit(device)
    visit_id = arrive(office, device, participants=[*fields["participants"], own])
    person = somebody(office, "reviewer1")
    page = person.get(f"/console/visits/{visit_id}").text
    assert "调查人员不能审核自己的走访" in page
    assert 'name="verdict"' not in page
    assert person.decide(visit_id, "returned", reason="x").status_code == 403


def test_an_inspector_looks_and_does_not_decide(office: Office, visit: str):
    person = somebody(office, "inspector1")
    page = person.get(f"/console/visits/{visit}").text
    assert "不能作出审核结论" in page
    assert 'name="verdict"' not in page
    assert person.decide(visit, "approved").status_code == 403


def test_ids_are_masked_wherever_they_stand(office: Office, device: Device, reviewer: Person):
    number = "990101194906010012"
    answers = {"note": f"本人 {number}", number: number, "list": [number]}
    visit_id = arrive(office, device, remarks=f"见 {number}。", answers=answers)
    amend(device, visit_id, reason=f"更正 {number}", answers={"note": f"女儿 {number}"})
    page = reviewer.get(f"/console/visits/{visit_id}").text
    assert "990101********0012" in page
    assert "更正 990101********0012" in page
    assert number not in page.replace(f"comment:answer:{number}", "")


def test_no_free_text_runs(office: Office, device: Device, reviewer: Person):
    place = {"lat_e7": SCRIPT, "lon_e7": 1, "source": SCRIPT}
    evidence = {
        "id": "1",
        "blob": sha_of("photo"),
        "kind": SCRIPT,
        "caption": SCRIPT,
        "source": SCRIPT,
        "taken_at": SCRIPT,
    }
    fields = office.visit(device)
    visit_id = arrive(
        office,
        device,
        kind="k<b>",
        remarks=SCRIPT,
        answers={SCRIPT: SCRIPT, "a": [SCRIPT], "b": {SCRIPT: SCRIPT}},
        participants=[{**one, "name": SCRIPT, "role": SCRIPT} for one in fields["participants"]],
        signatures=[{**one, "signer_name": SCRIPT, "refused_reason": SCRIPT} for one in fields["signatures"]],
        identity=[*fields["identity"], {"method": SCRIPT, "outcome": SCRIPT, "reasons": [SCRIPT, {}], "person_id": []}],
        evidence=[evidence],
        place=place,
        clock={"wall": SCRIPT, "uptime_ms": SCRIPT, "boot": SCRIPT, "anchor": SCRIPT},
    )
    reviewer.decide(visit_id, "returned", reason=SCRIPT, **{f"comment:answer:{SCRIPT}": SCRIPT})
    amend(device, visit_id, reason=SCRIPT)
    refused = reviewer.decide(visit_id, "returned", reason=SCRIPT, **{"comment:answer:a": SCRIPT})
    for answer in (reviewer.get(f"/console/visits/{visit_id}"), refused, reviewer.get("/console/")):
        assert answer.status_code in (200, 412)
        assert "<img src=x" not in answer.text
        assert "<script>alert" not in answer.text
        assert "k<b>" not in answer.text


def test_a_device_that_sends_odd_shapes_breaks_no_page(office: Office, device: Device, reviewer: Person):
    fields = office.visit(device)
    visit_id = arrive(
        office,
        device,
        form={"id": [], "version": {}},
        answers={"a": None, "b": [1, None], "c": True},
        participants=[*fields["participants"], {"name": [], "role": {}}],
        signatures=[*fields["signatures"], {"role": [], "blob": None, "at": 5}],
        identity=[*fields["identity"], {}],
        evidence=[{"id": 1, "kind": [], "width": "x", "height": [], "media_type": 3, "taken_at": {}}],
        place={"lat_e7": True, "lon_e7": [], "accuracy_m": "x", "at": []},
    )
    assert reviewer.get(f"/console/visits/{visit_id}").status_code == 200


def test_the_worker_s_form_is_shown_in_its_own_words(office: Office, device: Device, reviewer: Person):
    definition = forms.shipped("home_visit")
    with office.app.app_context():
        transact(lambda ledger: published.publish(ledger, definition, now=MONDAY))
    form = {"id": definition.form_id, "version": definition.version, "hash": definition.hash}
    answers = {"household/respondent": "self", "income/wages": "1200", "elsewhere": "没有的题"}
    visit_id = arrive(office, device, form=form, answers=answers)
    amend(device, visit_id, answers={"income/wages": "900"})
    page = reviewer.get(f"/console/visits/{visit_id}").text
    for words in (
        "接受调查的是谁",
        "申请人本人",
        "<del>1200 元/月</del>",
        "<ins>900 元/月</ins>",
        "没有的题",
        "请回答这道题",
    ):
        assert words in page
    assert "income/monthly" not in page


def test_a_form_that_is_not_the_worker_s_puts_no_words_to_the_answers(office: Office, device: Device, reviewer: Person):
    definition = forms.shipped("home_visit")
    with office.app.app_context():
        transact(lambda ledger: published.publish(ledger, definition, now=MONDAY))
    form = {"id": definition.form_id, "version": definition.version, "hash": "0" * 64}
    visit_id = arrive(office, device, form=form, answers={"income/wages": "1200"})
    page = reviewer.get(f"/console/visits/{visit_id}").text
    assert "服务器上没有这一版表单" in page
    assert "income/wages" in page


def test_a_second_look_that_differs_is_a_prompt_on_the_review_page(office: Office, device: Device, reviewer: Person):
    check = {"id": "entry-1", "method": "face", "outcome": "match", "score_band": "near"}
    visit_id = arrive(office, device, identity=[check])
    look = FaceRecheck(visit_id=visit_id, entry_id="entry-1", needs_review=True, reasons="recheck_differs")
    look.model_version, look.at = "resnet29-v1", MONDAY
    assert "复核" not in reviewer.get(f"/console/visits/{visit_id}").text
    with office.app.app_context():
        transact(lambda ledger: ledger.session.add(look))
    page = reviewer.get(f"/console/visits/{visit_id}").text
    assert "人脸比对相符，复核有疑问" in page and "办公室复核：复核结果与现场不一致，请审核人员查看。" in page


def test_every_look_is_logged(office: Office, reviewer: Person, visit: str):
    before = len(looks(office, "reviewer1"))
    reviewer.get("/console/")
    reviewer.get(f"/console/visits/{visit}")
    reviewer.get(f"/console/visits/{visit}/photos/{sha_of('photo')}")
    reviewer.decide(visit, "approved")
    household = office.households[HERE]
    expected = [("visit.list", "pending"), ("visit.read", visit), ("household.read", household), ("photo.read", visit)]
    assert looks(office, "reviewer1")[before:] == [*expected, ("visit.approved", visit)]


def test_a_photo_is_shown_and_never_run(reviewer: Person, visit: str):
    answer = reviewer.get(f"/console/visits/{visit}/photos/{sha_of('photo')}")
    assert (answer.status_code, answer.data) == (200, blob_of("photo"))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert reviewer.get(f"/console/visits/{visit}/photos/{'0' * 64}").status_code == 404
