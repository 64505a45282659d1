import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import check
from forms.answers import is_empty
from forms.migrating import migrate, section_answers
from tests.forms.generated import forms
from tests.forms.sheets import PLACES, TODAY, ask, begin, end, make_form
from tests.forms.strategies import ANSWERS, answer_sets, paths


@pytest.mark.parametrize(
    ("old", "answer", "new", "carried"),
    [
        (ask("text", "a"), "甲", ask("text", "a"), "甲"),
        (ask("integer", "a"), 12, ask("decimal", "a"), "12"),
        (ask("integer", "a"), 12, ask("text", "a"), "12"),
        (ask("text", "a"), "12", ask("integer", "a"), 12),
        (ask("decimal", "a"), "12", ask("integer", "a"), 12),
        (ask("text", "a"), "2026-07-01", ask("date", "a"), "2026-07-01"),
        (ask("select_one town", "a"), "caowei", ask("select_multiple town", "a"), ["caowei"]),
        (ask("select_multiple town", "a"), ["caowei"], ask("select_one town", "a"), "caowei"),
        (ask("select_one town", "a"), "caowei", ask("text", "a"), "草尾"),
        (ask("text", "a"), "草尾", ask("select_one town", "a"), "caowei"),
        (ask("integer", "a", appearance="allow-unknown"), "__unknown__", ask("integer", "a", appearance="allow-unknown"),
         "__unknown__"),
    ],
)  # fmt: skip
def test_an_answer_carries_over_where_the_new_version_can_read_it(old, answer, new, carried):
    moved = migrate(make_form(old, choices=PLACES), {"a": answer}, make_form(new, choices=PLACES))
    assert (dict(moved.answers), moved.left) == ({"a": carried}, ())
    assert moved.carried[0].is_rewritten is (carried != answer)


@pytest.mark.parametrize(
    ("old", "answer", "new", "shown", "reason"),
    [
        (ask("text", "a"), "三", ask("integer", "a"), "三", "应为整数,例如 3"),
        (ask("text", "a"), "甲", ask("text", "b"), "甲", "新版表单里没有这道题了"),
        (ask("select_one town", "a"), "caowei", ask("select_one county", "a"), "草尾", "应为选项之一:沅江、南县"),
        (ask("integer", "a"), 3, ask("calculate", "a", calculation="1"), "3", "这道题由系统计算,不用填写"),
        (ask("text", "a", appearance="allow-refused"), "__refused__", ask("text", "a"), "拒答", "这道题不能回答“拒答”"),
        (ask("image", "a"), "p-1", ask("audio", "a"), "已拍照", "应为录音编号"),
    ],
)  # fmt: skip
def test_an_answer_that_does_not_fit_is_told_with_its_words_and_kept_beside(old, answer, new, shown, reason):
    moved = migrate(make_form(old, choices=PLACES), {"a": answer}, make_form(new, choices=PLACES))
    (left,) = moved.left
    assert (left.path, left.answer, left.shown, left.reason) == ("a", answer, shown, reason)
    assert moved.answers == {}


def test_an_answer_goes_where_its_question_stands_now():
    old = make_form(ask("text", "a"), begin("repeat", "m"), ask("text", "b"), end("repeat"))
    new = make_form(
        begin("group", "g"), ask("text", "a"), begin("repeat", "m"), begin("group", "h"), ask("text", "b"), end("group"),
        end("repeat"), end("group"),
    )  # fmt: skip
    moved = migrate(old, {"a": "甲", "m": 2, "m[2]/b": "乙"}, new)
    assert moved.answers == {"g/a": "甲", "g/m": 2, "g/m[2]/h/b": "乙"}


def test_an_answer_whose_question_came_into_a_repeat_waits_for_the_worker():
    old, new = make_form(ask("text", "a")), make_form(begin("repeat", "m"), ask("text", "a"), end("repeat"))
    (left,) = migrate(old, {"a": "甲"}, new).left
    assert left.reason == "新版表单里这道题换到了别的重复组"


def test_new_questions_are_listed_and_what_is_computed_is_not():
    old = make_form(ask("text", "a"))
    new = make_form(ask("text", "a"), ask("integer", "b", label="年龄"), ask("calculate", "c", calculation="1"))
    assert [(one.name, one.label) for one in migrate(old, {}, new).new] == [("b", "年龄")]


def test_the_answers_of_one_section_are_taken_from_the_last_visit():
    form = make_form(
        ask("text", "a"), begin("group", "g"), ask("text", "b"), end("group"), begin("repeat", "m"), ask("text", "c"),
        end("repeat"),
    )  # fmt: skip
    last = {"a": "甲", "g/b": "乙", "m": 2, "m[1]/c": "丙", "m[2]/c": "丁"}
    assert section_answers(form, last, "g") == {"g/b": "乙"}
    assert section_answers(form, last, "m") == {"m": 2, "m[1]/c": "丙", "m[2]/c": "丁"}
    assert section_answers(form, last, "m[2]") == {"m[2]/c": "丁"}
    assert section_answers(form, last, "") == {"a": "甲"}


@given(st.data())
@settings(max_examples=60)
def test_no_answer_is_lost_between_two_versions_and_what_carries_over_has_the_right_shape(data):
    old, new = data.draw(forms()), data.draw(forms())
    answers = data.draw(st.dictionaries(paths(old), ANSWERS, max_size=12))
    moved = migrate(old, answers, new)
    given_answers = sorted(path for path, answer in answers.items() if not is_empty(answer))
    assert sorted([one.before for one in moved.carried] + [one.path for one in moved.left]) == given_answers
    assert sorted(one.path for one in moved.carried) == sorted(moved.answers)
    assert not [one for one in check(new, moved.answers, today=TODAY) if one.code == "type"]


@given(st.data())
@settings(max_examples=60)
def test_answers_that_fit_carry_over_to_the_same_version_unchanged(data):
    form = data.draw(forms())
    answers = data.draw(answer_sets(form))
    wrong = {one.path for one in check(form, answers, today=TODAY)}
    fitting = {path: answer for path, answer in answers.items() if path not in wrong and not is_empty(answer)}
    moved = migrate(form, fitting, form)
    assert all(
        repr(fitting[one.before]) == repr(moved.answers[one.path]) for one in moved.carried if not one.is_rewritten
    )
    assert moved.new == ()
