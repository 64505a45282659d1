"""A form that is being filled in on a device: offers from before, parts that repeat, files as answers, plain commands."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import forms
from field_client import attachments, drafts, form_view, media, overlay, prefill, repeats, sealing, upgrading, visits
from tests.field_client.conftest import HEAD, HOUSEHOLD, NAME, SECOND_STAFF, STAFF_ID, VILLAGE, Phone, put_form
from tests.field_client.test_command_line import Shell, enrolled, shell  # noqa: F401 - fixtures
from tests.field_client.test_visits import refused
from tests.field_client.web.everything import everything
from tests.forms.sheets import ask, begin, end, make_form

Draw = Callable[..., bytes]
KNOWING = make_form(
    begin("group", "home", label="住处"),
    ask("text", "head", label="户主", default="pulldata('household', 'head')"),
    ask("integer", "people", label="几口人", required="yes"),
    ask("text", "note", label="说明"),
    ask("calculate", "address", label="住址", calculation="pulldata('household', 'address')"),
    end("group"),
    begin("repeat", "members", label="家里的人"),
    ask("text", "member", label="姓名"),
    end("repeat"),
    form_id="knowing",
)


def begun(phone: Phone, form: forms.Definition = KNOWING) -> str:
    put_form(phone.office, form)
    phone.sync()
    return visits.start(phone.store, phone.clock, phone.device, HOUSEHOLD, form_id=form.form_id).id


def answers(phone: Phone, visit: str) -> dict[str, Any]:
    return dict(drafts.get(phone.store, visit).document["answers"])


def offers(phone: Phone, visit: str) -> dict[str, prefill.Offer]:
    from field_client import amendments

    draft = drafts.get(phone.store, visit)
    return prefill.offers(phone.store, draft, amendments.filling(phone.store, draft, phone.clock.today()))


def sealed(phone: Phone, typed: dict[str, str], picture: Draw, form: forms.Definition = KNOWING) -> str:
    from field_client import identification

    visit = begun(phone, form)
    visits.answer(phone.store, phone.clock, visit, typed)
    identification.by_people(phone.store, phone.clock, visit, HEAD, method="id_card")
    for role, signer in (("investigator", STAFF_ID), ("investigator", SECOND_STAFF), ("household", HEAD)):
        visits.sign(phone.store, phone.clock, visit, role=role, signer=signer, image=picture(format="PNG"))
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    phone.sync()
    return visit


def test_what_the_register_knows_is_offered_and_is_no_answer(synced: Phone) -> None:
    visit = begun(synced)
    offer = offers(synced, visit)["home/head"]
    assert (offer.answer, offer.source) == (NAME, prefill.REGISTER)
    assert answers(synced, visit) == {}


def test_what_was_confirmed_is_an_answer_that_says_where_it_is_from(synced: Phone) -> None:
    visit = begun(synced)
    visits.keep(synced.store, synced.clock, visit, ["home/head", "home/people", "nothing"])
    assert answers(synced, visit) == {"home/head": NAME}
    kept = drafts.get(synced.store, visit).document["kept"]
    assert kept["home/head"]["source"] == prefill.REGISTER


def test_a_confirmed_answer_that_is_changed_forgets_where_it_was_from(synced: Phone) -> None:
    visit = begun(synced)
    visits.keep(synced.store, synced.clock, visit, ["home/head"])
    visits.answer(synced.store, synced.clock, visit, {"home/note": "在家"})
    assert "home/head" in drafts.get(synced.store, visit).document["kept"]
    visits.answer(synced.store, synced.clock, visit, {"home/head": "别人"})
    assert drafts.get(synced.store, visit).document["kept"] == {}


def test_the_last_visit_is_offered_section_by_section_with_its_day(synced: Phone, picture: Draw) -> None:
    typed = {"home/people": "3", "home/note": "漏雨", "members": "2", "members[2]/member": "周小满"}
    sealed(synced, typed, picture)
    visit = begun(synced)
    assert offers(synced, visit)["home/people"].source == prefill.VISIT
    assert form_view.keep(synced.store, synced.clock, visit, section="home") == [
        "home/head",
        "home/people",
        "home/note",
    ]
    assert "members" not in answers(synced, visit)
    form_view.keep(synced.store, synced.clock, visit, section="members")
    assert answers(synced, visit)["members[2]/member"] == "周小满"


def test_unchanged_never_writes_over_an_answer(synced: Phone, picture: Draw) -> None:
    sealed(synced, {"home/people": "3"}, picture)
    visit = begun(synced)
    visits.answer(synced.store, synced.clock, visit, {"home/people": "4"})
    form_view.keep(synced.store, synced.clock, visit, section="home")
    assert answers(synced, visit)["home/people"] == 4


def test_a_question_that_is_of_another_type_now_is_offered_nothing(synced: Phone, picture: Draw) -> None:
    sealed(synced, {"home/people": "3"}, picture)
    other = make_form(begin("group", "home"), ask("text", "people"), end("group"), form_id="knowing", version="2")
    assert "home/people" not in offers(synced, begun(synced, other))


def test_the_facts_are_sealed_as_they_stood_when_the_visit_began(synced: Phone, picture: Draw) -> None:
    visit = sealed(synced, {"home/people": "3"}, picture)
    record = overlay.one(synced.store, "visit", visit)
    assert record
    assert record.fields["facts"]["household"]["address"] == record.fields["answers"]["home/address"]
    assert set(record.fields["facts"]["household"]) == {"address", "head"}


def test_a_register_that_changes_during_a_visit_changes_no_computed_answer(synced: Phone) -> None:
    visit = begun(synced)
    before = {one["path"]: one["display"] for one in form_view.asked(synced.store, synced.clock, visit)}
    synced.office.put(VILLAGE, "household", HOUSEHOLD, number="YJ001", area_code=VILLAGE, head_id=HEAD, address="搬了")
    synced.sync()
    assert before["home/address"] in {one["display"] for one in form_view.asked(synced.store, synced.clock, visit)}


def test_an_instance_is_taken_out_of_the_middle_and_put_back(synced: Phone) -> None:
    visit = begun(synced)
    for number, name in enumerate("甲乙丙", start=1):
        assert repeats.add(synced.store, synced.clock, visit, "members") == number
        visits.answer(synced.store, synced.clock, visit, {f"members[{number}]/member": name})
    before = answers(synced, visit)
    repeats.remove(synced.store, synced.clock, visit, "members", 2)
    assert answers(synced, visit) == {"members": 2, "members[1]/member": "甲", "members[2]/member": "丙"}
    repeats.undo(synced.store, synced.clock, visit)
    assert answers(synced, visit) == before
    with refused("repeat.nothing_removed"):
        repeats.undo(synced.store, synced.clock, visit)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_instance_that_is_not_there_is_not_taken_out(synced: Phone, number: int) -> None:
    visit = begun(synced)
    with refused("repeat.unknown"):
        repeats.remove(synced.store, synced.clock, visit, "members", number)


PATHS = st.sampled_from(
    ["m[1]/a", "m[2]/a", "m[3]/a", "m[2]/n[1]/b", "m[2]/n[2]/b", "m[10]/a", "mm[2]/a", "x", "m[2]/n"]
)


@given(found=st.dictionaries(PATHS, st.integers()), number=st.integers(1, 4))
def test_taking_out_and_putting_back_is_nothing_done(found: dict[str, int], number: int) -> None:
    left, taken = repeats.without(found, "m", number)
    assert repeats.put_back(left, "m", number, taken) == found


def test_a_recording_and_a_paper_are_kept_as_they_came_and_travel(synced: Phone) -> None:
    visit = begun(synced, everything())
    sound, paper = b"RIFF" + bytes(100), b"%PDF-1.4" + bytes(100)
    recording, _ = attachments.attach(synced.store, synced.clock, visit, "when/statement", sound, name="a.wav")
    attached, _ = attachments.attach(synced.store, synced.clock, visit, "when/paper", paper, name="b.pdf")
    assert (media.read(synced.store, recording), media.read(synced.store, attached)) == (sound, paper)
    evidence = drafts.get(synced.store, visit).document["evidence"]
    assert [(one["kind"], one["blob"]) for one in evidence] == [("audio", recording), ("file", attached)]
    assert answers(synced, visit)["when/paper"] == attached


def test_a_photo_that_answers_a_question_is_shrunk_like_every_photo(synced: Phone, picture: Draw) -> None:
    visit = begun(synced, everything())
    sha256, _ = attachments.attach(synced.store, synced.clock, visit, "when/photo", picture(), name="a.jpg")
    assert media.read(synced.store, sha256).startswith(b"\xff\xd8\xff")
    (entry,) = drafts.get(synced.store, visit).document["evidence"]
    assert (entry["caption"], answers(synced, visit)["when/photo"]) == ("房子照片", sha256)


@pytest.mark.parametrize(
    ("path", "content", "code"),
    [
        ("home/story", b"x", "attachment.question"),
        ("nowhere", b"x", "attachment.question"),
        ("when/paper", b"", "attachment.empty"),
        ("when/paper", bytes(attachments.MAX_BYTES + 1), "attachment.too_large"),
        ("when/photo", b"no photo", "photo.not_an_image"),
    ],
)
def test_what_is_no_answer_is_refused_and_changes_nothing(synced: Phone, path: str, content: bytes, code: str) -> None:
    visit = begun(synced, everything())
    with refused(code):
        attachments.attach(synced.store, synced.clock, visit, path, content, name="a")
    assert answers(synced, visit) == {}


def test_the_command_line_answers_every_type(enrolled: Shell, office: Any, tmp_path: Path, picture: Draw) -> None:  # noqa: F811
    put_form(office, everything())
    enrolled.run("sync")
    visit = enrolled.json("visits", "start", HOUSEHOLD, "--form", "everything")["id"]
    (tmp_path / "photo.jpg").write_bytes(picture())
    (tmp_path / "a.wav").write_bytes(b"RIFF" + bytes(50))
    given = {
        "home/story": "老两口",
        "home/people": "2",
        "home/wages": "拒答",
        "home/heating": "其他",
        "home/heating_other": "电暖器",
        "home/needs": "看病 修房",
        "home/order": "修房 看病 上学",
        "home/comfort": "4",
        "when/since": "2026年5月1日",
        "when/at": "18:30",
        "when/seen": "2026-06-30 09:05",
        "when/place": "28.8442 112.3546",
        "when/card": "690123",
        "when/photo": f"@{tmp_path / 'photo.jpg'}",
        "when/sign": f"@{tmp_path / 'photo.jpg'}",
        "when/statement": f"@{tmp_path / 'a.wav'}",
        "when/paper": f"@{tmp_path / 'a.wav'}",
        "when/read_back": "是",
    }
    enrolled.run("visits", "answer", visit, *(f"{path}={text}" for path, text in given.items()))
    assert enrolled.json("visits", "repeat", visit, "members", "--add")["path"] == "members[1]"
    enrolled.run("visits", "repeat", visit, "members", "--remove", "1")
    enrolled.run("visits", "repeat", visit, "members", "--undo")
    said = {one["path"]: one["display"] for one in enrolled.json("visits", "form", visit)}
    assert {path for path in given if not said[path]} == set()
    assert said["home/order"] == "1. 修房、2. 看病、3. 上学"
    enrolled.run("visits", "repeat", visit, "members", code=2)
    assert enrolled.json("visits", "keep", visit, "--section", "home")["kept"] == []


def newer(phone: Phone) -> None:
    """Publish a version that asks for people in words no more, but for a date, and knows a further question."""
    rows = (ask("text", "head"), ask("date", "people"), ask("text", "fresh", label="新题", default="没有"))
    put_form(phone.office, make_form(begin("group", "home"), *rows, end("group"), form_id="knowing", version="2"))
    phone.sync()


def test_a_draft_stays_on_its_version_until_it_is_moved(synced: Phone) -> None:
    visit = begun(synced)
    visits.answer(synced.store, synced.clock, visit, {"home/head": "周桂珍", "home/people": "3"})
    newer(synced)
    before = drafts.get(synced.store, visit).document
    assert before["form"]["version"] == "1"
    shown = upgrading.preview(synced.store, synced.clock, visit)
    assert [(one.path, one.shown) for one in shown.left] == [("home/people", "3")]
    assert drafts.get(synced.store, visit).document == before
    after = upgrading.move(synced.store, synced.clock, visit, seen_version="2").document
    assert after["form"]["version"] == "2"
    assert after["answers"] == {"home/head": "周桂珍", "home/fresh": "没有"}
    assert [one["shown"] for one in after["left"]] == ["3"]


def test_a_draft_on_the_newest_version_is_not_moved(synced: Phone) -> None:
    with refused("form.not_newer"):
        upgrading.preview(synced.store, synced.clock, begun(synced))


def test_a_version_that_came_since_it_was_looked_at_is_not_moved_to(synced: Phone) -> None:
    visit = begun(synced)
    newer(synced)
    with refused("form.not_newer"):
        upgrading.move(synced.store, synced.clock, visit, seen_version="1.5")
    assert drafts.get(synced.store, visit).document["form"]["version"] == "1"


def test_advance_aid_is_recorded_on_its_own_form_where_that_is_published(synced: Phone) -> None:
    for name in ("home_visit", "recheck"):
        put_form(synced.office, forms.shipped(name))
    synced.sync()
    start = visits.start(synced.store, synced.clock, synced.device, HOUSEHOLD, kind="advance")
    assert start.document["form"]["id"] == "home_visit"
    put_form(synced.office, forms.shipped("advance_aid"))
    synced.sync()
    start = visits.start(synced.store, synced.clock, synced.device, "household-2", kind="advance")
    assert start.document["form"]["id"] == "advance_aid"
