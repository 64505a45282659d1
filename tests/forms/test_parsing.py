from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import AnswerRefused, check, parse_answer
from tests.forms.sheets import PLACES, TODAY, ask, begin, end, form_with_everything, make_form

EVERYTHING = form_with_everything()


@pytest.mark.parametrize(
    ("kind", "text", "answer"),
    [
        ("text", " 张三 ", "张三"),
        ("text", "１２", "１２"),
        ("integer", "3", 3),
        ("integer", "１２", 12),
        ("integer", "-5", -5),
        ("decimal", "1200", "1200"),
        ("decimal", "+0012.50", "12.50"),
        ("decimal", "-0.5", "-0.5"),
        ("decimal", "12．5", "12.5"),
        ("date", "2026-7-1", "2026-07-01"),
        ("date", "2026年7月1日", "2026-07-01"),
        ("date", "2026/07/01", "2026-07-01"),
        ("time", "8:30", "08:30"),
        ("time", "8：30", "08:30"),
        ("time", "18时05分", "18:05"),
        ("select_one town", "qionghu", "qionghu"),
        ("select_one town", "琼湖", "qionghu"),
        ("select_multiple town", "南洲、qionghu", ["qionghu", "nanzhou"]),
        ("select_multiple town", "南洲,南洲", ["nanzhou"]),
        ("datetime", "2026-7-1 8:30", "2026-07-01T08:30"),
        ("datetime", "2026年7月1日8时30分", "2026-07-01T08:30"),
        ("datetime", "2026-07-01T08:30", "2026-07-01T08:30"),
        ("rank town", "南洲、qionghu、草尾", ["nanzhou", "qionghu", "caowei"]),
        ("range", "7", 7),
        ("barcode", " 6901234567892 ", "6901234567892"),
        ("audio", "a-1", "a-1"),
        ("acknowledge", "是", "OK"),
        ("acknowledge", "ok", "OK"),
        ("image", "photo-1", "photo-1"),
        ("geopoint", "28.8442, 112.3546", "28.8442 112.3546"),
        ("text", "  ", None),
        ("integer", "", None),
    ],
)  # fmt: skip
def test_what_people_type_becomes_an_answer(kind, text, answer):
    assert parse_answer(make_form(ask(kind, "a"), choices=PLACES), "a", text) == answer


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("integer", "三", "应为整数,例如 3"),
        ("integer", "1,200", "应为整数,例如 3"),
        ("integer", "9" * 16, "应为整数,例如 3"),
        ("decimal", "1.2.3", "应为数字,例如 1200 或 1200.50"),
        ("decimal", "很多", "应为数字,例如 1200 或 1200.50"),
        ("date", "2026-02-30", "应为日期,例如 2026-07-01"),
        ("time", "25:00", "应为时间,例如 08:30"),
        ("select_one town", "沅江", "应为选项之一:琼湖、草尾、南洲"),
        ("select_multiple town", "琼湖 长沙", "应为这些选项中的一个或几个:琼湖、草尾、南洲"),
        ("datetime", "昨天 8:30", "应为日期和时间,例如 2026-07-01 08:30"),
        ("rank town", "长沙", "应为全部选项的顺序,例如 琼湖、草尾、南洲"),
        ("range", "11", "应在 0 到 10 之间,每 1 一档"),
        ("acknowledge", "否", "应为“是”,表示已确认"),
        ("note", "a", "这一行只是说明,不用回答"),
        ("geopoint", "北纬", "应为“纬度 经度 [海拔 精度]”,例如 28.8442 112.3546 0 15"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused_in_plain_words(kind, text, message):
    with pytest.raises(AnswerRefused) as refused:
        parse_answer(make_form(ask(kind, "a", label="甲"), choices=PLACES), "a", text)
    assert (refused.value.path, refused.value.label, refused.value.message) == ("a", "甲", message)
    assert str(refused.value) == f"甲:{message}"


def test_a_range_is_applied_when_it_looks_at_this_answer_alone():
    form = make_form(
        ask("integer", "a", constraint=". <= 20", constraint_message="不超过 20"),
        ask("integer", "b", constraint=". <= ${a}"),
    )
    with pytest.raises(AnswerRefused, match="不超过 20"):
        parse_answer(form, "a", "21")
    assert parse_answer(form, "b", "21") == 21


def test_a_rule_that_asks_for_the_day_is_applied_when_the_day_is_given():
    form = make_form(ask("date", "a", constraint=". <= today()", constraint_message="不能晚于今天"))
    assert parse_answer(form, "a", "2026-07-02") == "2026-07-02"
    with pytest.raises(AnswerRefused, match="不能晚于今天"):
        parse_answer(form, "a", "2026-07-02", today=date(2026, 7, 1))


def test_an_identity_number_is_refused_by_its_digit_without_repeating_it():
    form = make_form(ask("text", "a", appearance="id-number"))
    assert parse_answer(form, "a", "11010519491231002x") == "11010519491231002X"
    with pytest.raises(AnswerRefused, match="校验码") as refused:
        parse_answer(form, "a", "110105194912310021")
    assert "1101" not in str(refused.value)


def test_unknown_and_refused_are_typed_as_words_where_they_are_allowed():
    form = make_form(ask("integer", "a", appearance="allow-unknown", constraint=". > 0"), ask("integer", "b"))
    assert parse_answer(form, "a", "不清楚") == "__unknown__"
    with pytest.raises(AnswerRefused):
        parse_answer(form, "b", "不清楚")


def test_what_the_form_computes_cannot_be_typed():
    form = make_form(ask("calculate", "a", calculation="1"))
    with pytest.raises(AnswerRefused, match="系统计算"):
        parse_answer(form, "a", "1")


@pytest.mark.parametrize("path", ["b", "", "a[1]", "m[0]/c", "m/c", "m[101]/c"])
def test_a_path_that_the_form_does_not_have_is_refused(path):
    form = make_form(ask("text", "a"), begin("repeat", "m"), ask("text", "c"), end("repeat"))
    with pytest.raises(AnswerRefused, match="没有这道题"):
        parse_answer(form, path, "x")


def test_the_number_of_instances_is_typed_at_the_path_of_the_repeat():
    form = make_form(
        begin("repeat", "m"), ask("text", "a"), end("repeat"), begin("group", "g"), ask("text", "b"), end("group")
    )
    assert parse_answer(form, "m", "3") == 3
    assert parse_answer(form, "m", " ") is None
    with pytest.raises(AnswerRefused, match="0 到 100"):
        parse_answer(form, "m", "101")
    with pytest.raises(AnswerRefused, match="没有这道题"):
        parse_answer(form, "g", "1")


def test_a_number_of_instances_that_the_form_computes_cannot_be_typed():
    form = make_form(begin("repeat", "m", repeat_count="2"), ask("text", "a"), end("repeat"))
    with pytest.raises(AnswerRefused, match="系统计算"):
        parse_answer(form, "m", "3")


@given(st.sampled_from(["seen_at", "nearest", "comfort", "card", "members[1]/jobs[2]/wage"]), st.text())
def test_the_newer_types_take_no_ill_shaped_answer_either(path, text):
    try:
        answer = parse_answer(EVERYTHING, path, text, today=TODAY)
    except AnswerRefused:
        return
    answers = {} if answer is None else {path: answer}
    assert not [
        found for found in check(EVERYTHING, answers, today=TODAY) if (found.path, found.code) == (path, "type")
    ]


@given(
    st.sampled_from(["name", "people", "county", "money/wages", "money/at", "members[1]/age", "place", "photo"]),
    st.text(),
)
def test_what_is_taken_is_never_found_to_be_of_the_wrong_shape(path, text):
    try:
        answer = parse_answer(EVERYTHING, path, text, today=TODAY)
    except AnswerRefused:
        return
    answers = {"people": 2} | ({} if answer is None else {path: answer})
    assert not [
        finding for finding in check(EVERYTHING, answers, today=TODAY) if (finding.path, finding.code) == (path, "type")
    ]
