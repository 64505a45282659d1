"""The form of a visit, laid out for a reviewer: what stands there, what stood there, what the form never asked."""

from datetime import date

import forms
from server.pages.console.sheet import Line, parts, veil
from tests.field_client.web.everything import everything as everything_form
from tests.forms.sheets import ask, make_form

FORM = forms.shipped("home_visit")
TODAY = date(2026, 7, 6)


def lines(*versions: dict[str, object]) -> dict[str, tuple[str, ...]]:
    return {line.path: line.texts for part in parts(FORM, versions, today=TODAY) for line in part.lines}


def test_an_answer_that_was_not_amended_stands_alone():
    assert lines({"income/wages": "1200"}, {"income/wages": "1200"})["income/wages"] == ("1200 元/月",)


def test_each_change_of_an_answer_is_kept_and_the_newest_comes_last():
    versions = [{"income/wages": value} for value in ("1", "2", "2", "3")]
    assert lines(*versions)["income/wages"] == ("1 元/月", "2 元/月", "3 元/月")


def test_an_answer_that_was_withdrawn_says_so():
    assert lines({"income/wages": "1"}, {})["income/wages"] == ("1 元/月", "已撤回")


def test_an_answer_that_was_added_stands_beside_nothing():
    assert lines({}, {"income/wages": "1"})["income/wages"] == ("未填写", "1 元/月")


def test_a_question_that_was_never_asked_is_not_shown():
    assert "household/residence" not in lines({"household/lives_here": "yes"})
    assert lines({"household/lives_here": "no"})["household/residence"] == ("未填写",)


def test_a_question_that_is_no_longer_asked_stays_if_it_was_answered():
    before = {"household/lives_here": "no", "household/residence": "长沙"}
    assert lines(before, {"household/lives_here": "yes"})["household/residence"] == ("长沙", "已撤回")


def test_members_that_an_amendment_took_away_are_still_shown():
    with_member = {"household/members_match": "no", "members": 1, "members[1]/member_name": "王小明"}
    found = lines(with_member, {"household/members_match": "yes"})
    assert found["members[1]/member_name"] == ("王小明", "已撤回")


def test_without_a_form_the_paths_stand_for_the_questions():
    (part,) = parts(None, [{"a/b": ["x", "y"], "c": 3}], today=TODAY)
    assert [(line.label, line.texts) for line in part.lines] == [("a/b", ("x、y",)), ("c", ("3",))]


def test_every_line_has_a_name_of_its_own():
    anchors = [line.anchor for part in parts(FORM, [{"x": "1", "y": "2"}], today=TODAY) for line in part.lines]
    assert len(set(anchors)) == len(anchors) > 30


def test_only_resident_ids_are_veiled():
    assert veil("电话 15400007321, 编号 43098111490100001") == "电话 15400007321, 编号 43098111490100001"
    assert veil("99010119490601001X") == "990101********001X"


def everything(answers: dict[str, object], **more: object) -> dict[str, Line]:
    found = parts(everything_form(), [answers], today=TODAY, **more)  # type: ignore[arg-type]
    return {line.path: line for part in found for line in part.lines}


def test_every_type_is_shown_in_words():
    lines = everything(
        {
            "home/heating": "other",
            "home/heating_other": "电暖器",
            "home/order": ["repair", "school", "medical"],
            "home/comfort": 4,
            "when/seen": "2026-06-30T09:05",
            "when/photo": "a" * 64,
            "when/paper": "b" * 64,
            "members": 1,
            "members[1]/jobs": 1,
            "members[1]/jobs[1]/pay": "300",
        }
    )
    assert lines["home/heating"].texts == ("其他",)
    assert lines["home/order"].texts == ("1. 修房、2. 上学、3. 看病",)
    assert lines["when/seen"].texts == ("2026年6月30日 09:05",)
    assert lines["when/photo"].file == "a" * 64
    assert lines["members"].texts == lines["members[1]/jobs"].texts == ("1 项",)
    assert lines["members[1]/jobs[1]/pay"].texts == ("300 元/月",)


def test_an_answer_that_was_brought_over_says_from_where():
    kept = {"home/story": {"source": "visit", "at": "2026-03-05T02:00:00.000Z"}, "home/people": ["no", "object"]}
    lines = everything({"home/story": "老两口", "home/people": 2}, kept=kept)
    assert (lines["home/story"].kept, lines["home/people"].kept) == ("沿用上次走访（3月5日 10:00）", "")


def test_what_the_form_took_from_the_register_is_computed_from_the_sealed_facts():
    form = make_form(ask("calculate", "street", label="住址", calculation="pulldata('household', 'address')"))
    (part,) = parts(form, [{"street": "一组"}], today=TODAY, facts={"household": {"address": "一组"}})
    assert [(line.texts, line.finding) for line in part.lines] == [(("一组",), "")]
