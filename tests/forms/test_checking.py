import json

import pytest
from hypothesis import given, settings

from forms import check, facts_used, findings, prune, shipped
from forms.evaluation import evaluate
from tests.forms.sheets import PLACES, TODAY, ask, begin, end, form_with_everything, make_form
from tests.forms.strategies import answer_sets

EVERYTHING = form_with_everything()
FACTS = {"visit": {"id": "v-1"}, "household": {"size": 4, "phone": "138"}, "members": [{"id": "a"}]}


def codes(form, **answers):
    return [(finding.path, finding.code) for finding in check(form, answers, today=TODAY)]


def test_a_required_question_without_answer_is_missing():
    form = make_form(ask("text", "a", required="yes", required_message="必须填姓名"))
    (finding,) = check(form, {"a": ""}, today=TODAY)
    assert (finding.path, finding.code, finding.message, finding.label) == ("a", "missing", "必须填姓名", "a")


def test_what_is_not_asked_is_not_checked():
    form = make_form(ask("integer", "a"), ask("integer", "b", relevant="${a} = 1", required="yes", constraint=". > 5"))
    assert codes(form, a=2, b=1) == []
    assert codes(form, a=1, b=1) == [("b", "invalid")]


def test_a_constraint_tells_its_message_with_answers_in_it():
    form = make_form(
        ask("integer", "a"), ask("integer", "b", constraint=". <= ${a}", constraint_message="不能大于 ${a}")
    )
    (finding,) = check(form, {"a": 3, "b": 4}, today=TODAY)
    assert (finding.code, finding.message) == ("invalid", "不能大于 3")


ILL_SHAPED = [
    ("text", 1), ("text", "字" * 2001), ("integer", "1"), ("integer", True), ("integer", 1.0), ("integer", 10**16),
    ("decimal", 1), ("decimal", 1.5), ("decimal", "1e3"), ("decimal", "01"), ("decimal", "１"), ("decimal", "NaN"),
    ("date", "2026-02-30"), ("date", "20260701"), ("date", "2026-07-01T08:00"), ("time", "24:00"), ("time", "8:30"),
    ("select_one town", "nowhere"), ("select_one town", ["qionghu"]), ("select_multiple town", "qionghu"),
    ("select_multiple town", ["qionghu", "qionghu"]), ("select_multiple town", [1]), ("acknowledge", True),
    ("image", "../../etc"), ("image", 5), ("geopoint", "28.8"), ("geopoint", "91 0"), ("geopoint", "1 2 3 -4"),
    ("geopoint", "1 2 3 4 5"), ("note", "a"), ("datetime", "2026-07-01 08:30"), ("datetime", "2026-07-01T25:00"),
    ("datetime", "2026-07-01"), ("rank town", ["qionghu", "qionghu"]), ("rank town", "qionghu"), ("range", "5"),
    ("range", 1.0), ("audio", "a/b"), ("file", ["x"]), ("barcode", 690), ("text", {"a": 1}), ("text", "__unknown__"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "answer"), ILL_SHAPED, ids=str)
def test_an_answer_of_the_wrong_shape_is_a_finding_of_type(kind, answer):
    form = make_form(ask(kind, "a"), choices=PLACES)
    assert codes(form, a=answer) == [("a", "type")]


WELL_SHAPED = [
    ("text", "字"), ("integer", -3), ("decimal", "1200.50"), ("decimal", "-0.5"), ("date", "2024-02-29"), ("time", "23:59"),
    ("select_one town", "caowei"), ("select_multiple town", ["nanzhou", "caowei"]), ("select_multiple town", []),
    ("acknowledge", "OK"), ("image", "0190f3c2-photo.jpg"),
    ("datetime", "2026-07-01T08:30"), ("rank town", ["nanzhou", "qionghu", "caowei"]), ("range", 10), ("audio", "a1"),
    ("file", "f1"), ("barcode", "6901234567892"), ("geopoint", "28.8442 112.3546 0 15"), ("geopoint", "-1 -2"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "answer"), WELL_SHAPED, ids=str)
def test_an_answer_of_the_right_shape_is_taken(kind, answer):
    form = make_form(ask(kind, "a"), choices=PLACES)
    assert codes(form, a=answer) == []


def test_unknown_and_refused_answer_a_required_question_where_they_are_allowed():
    form = make_form(ask("decimal", "a", required="yes", constraint=". > 0", appearance="allow-unknown"))
    assert codes(form, a="__unknown__") == []
    (finding,) = check(form, {"a": "__refused__"}, today=TODAY)
    assert (finding.code, finding.message) == ("type", "这道题不能回答“拒答”")


def test_an_identity_number_is_checked_by_its_digit():
    form = make_form(ask("text", "a", appearance="id-number"))
    assert codes(form, a="11010519491231002X") == []
    assert codes(form, a="110105194912310021") == [("a", "invalid")]


def test_a_finding_never_repeats_the_answer():
    form = make_form(ask("text", "a", appearance="id-number"))
    (finding,) = check(form, {"a": "110105194912310021"}, today=TODAY)
    assert "1101" not in finding.message


def test_a_choice_that_the_filter_hides_is_invalid():
    form = make_form(
        ask("select_one county", "c"), ask("select_multiple town", "t", choice_filter="county = ${c}"), choices=PLACES
    )
    assert codes(form, c="nanxian", t=["nanzhou"]) == []
    assert codes(form, c="nanxian", t=["nanzhou", "qionghu"]) == [("t", "invalid")]


def test_an_order_must_hold_every_choice_that_is_offered():
    form = make_form(
        ask("select_one county", "c"), ask("rank town", "t", choice_filter="county = ${c}"), choices=PLACES
    )
    assert codes(form, c="yuanjiang", t=["caowei", "qionghu"]) == []
    assert codes(form, c="yuanjiang", t=["caowei"]) == [("t", "invalid")]
    assert codes(form, c="yuanjiang", t=["caowei", "qionghu", "nanzhou"]) == [("t", "invalid")]


@pytest.mark.parametrize(
    ("answer", "found"), [(0, []), (9, []), (12, ["invalid"]), (4, ["invalid"]), (-3, ["invalid"])]
)
def test_a_range_is_answered_with_one_of_its_steps(answer, found):
    form = make_form(ask("range", "a", parameters="start=0 end=9 step=3"))
    assert [code for _, code in codes(form, a=answer)] == found


def test_a_range_with_a_fraction_is_answered_with_a_decimal():
    form = make_form(ask("range", "a", parameters="start=0 end=1 step=0.5"))
    assert codes(form, a="0.5") == []
    assert codes(form, a=1) == [("a", "type")]


def test_a_computed_number_of_instances_that_cannot_be_is_a_finding():
    form = make_form(ask("decimal", "n"), begin("repeat", "m", repeat_count="${n}"), ask("text", "a"), end("repeat"))
    assert codes(form, n="2") == []
    assert codes(form, n="101") == [("m", "invalid")]
    assert codes(form, n="1.5") == [("m", "invalid")]
    assert codes(form, n="2", m=3) == [("m", "invalid")]


def test_a_check_speaks_the_language_that_is_wanted():
    english = {"label::English (en)": "Name", "required_message::English (en)": "Please answer"}
    form = make_form(ask("text", "a", label="姓名", required="yes", **english))
    (finding,) = check(form, {}, today=TODAY, language="en")
    assert (finding.label, finding.message) == ("Name", "Please answer")


def test_a_stored_calculation_that_does_not_follow_from_the_answers_is_invalid():
    form = make_form(ask("integer", "a"), ask("calculate", "b", calculation="${a} * 2"))
    assert codes(form, a=2, b="4") == []
    assert codes(form, a=2, b="5") == [("b", "invalid")]


def test_a_calculation_may_be_constrained():
    form = make_form(
        ask("integer", "a"), ask("calculate", "b", calculation="${a} * 2", constraint=". < 10", required="yes")
    )
    assert codes(form, a=6) == [("b", "invalid")]
    assert codes(form) == [("b", "missing")]


def test_answers_to_questions_that_do_not_exist_are_findings():
    form = make_form(ask("text", "a"), begin("group", "g"), ask("text", "b"), end("group"))
    assert codes(form, zzz=1, g=2, **{"a[1]": 3, "": 4}) == [
        ("", "invalid"),
        ("a[1]", "invalid"),
        ("g", "invalid"),
        ("zzz", "invalid"),
    ]


@pytest.mark.parametrize("count", [-1, 101, "2", 1.0, True, [1]])
def test_a_number_of_instances_that_cannot_be_is_a_finding(count):
    form = make_form(begin("repeat", "m"), ask("text", "a"), end("repeat"))
    assert codes(form, m=count) == [("m", "type")]


def test_an_instance_number_beyond_the_bound_is_a_finding_and_takes_no_memory():
    form = make_form(begin("repeat", "m"), ask("text", "a", required="yes"), end("repeat"))
    assert codes(form, **{"m[999]/a": "x", "m[99999999]/a": "x"}) == [
        ("m[99999999]/a", "invalid"),
        ("m[999]/a", "invalid"),
    ]


def test_findings_come_in_the_order_of_the_form_and_instance_by_instance():
    form = make_form(
        begin("repeat", "m"), ask("text", "a", required="yes"), ask("text", "b", required="yes"), end("repeat"),
        ask("text", "c", required="yes"),
    )  # fmt: skip
    assert [path for path, _ in codes(form, m=2)] == ["m[1]/a", "m[1]/b", "m[2]/a", "m[2]/b", "c"]


def test_findings_of_a_repeat_within_a_repeat_follow_their_instance():
    form = make_form(
        begin("repeat", "m"), ask("text", "a", required="yes"), begin("repeat", "j"), ask("text", "b", required="yes"),
        end("repeat"), end("repeat"),
    )  # fmt: skip
    answers = {"m": 2, "m[1]/j": 2, "m[2]/j": 1}
    assert [path for path, _ in codes(form, **answers)] == [
        "m[1]/a",
        "m[1]/j[1]/b",
        "m[1]/j[2]/b",
        "m[2]/a",
        "m[2]/j[1]/b",
    ]


def test_pruning_drops_what_is_not_asked_and_writes_what_is_computed():
    form = make_form(
        ask("integer", "a"),
        ask("text", "b", relevant="${a} = 1"),
        ask("calculate", "c", calculation="${a} div 4"),
        ask("text", "d"),
    )
    assert prune(form, {"a": 2, "b": "旧", "d": "", "x": 1}, today=TODAY) == {"a": 2, "c": "0.5", "x": 1}


def test_what_somebody_put_at_a_note_is_not_sealed():
    form = make_form(ask("note", "n"), ask("integer", "a"))
    assert prune(form, {"n": "inf", "a": 2}, today=TODAY) == {"a": 2}


def test_pruning_drops_what_lies_beyond_a_computed_number_of_instances():
    form = make_form(ask("integer", "n"), begin("repeat", "m", repeat_count="${n}"), ask("text", "a"), end("repeat"))
    answers = {"n": 1, "m[1]/a": "甲", "m[2]/a": "乙"}
    assert prune(form, answers, today=TODAY) == {"n": 1, "m": 1, "m[1]/a": "甲"}


def test_pruning_keeps_how_many_instances_there_are():
    form = make_form(begin("repeat", "m"), ask("text", "a"), end("repeat"))
    assert prune(form, {"m[2]/a": "乙"}, today=TODAY) == {"m": 2, "m[2]/a": "乙"}


@given(answer_sets(EVERYTHING))
@settings(max_examples=300)
def test_random_answers_never_stop_the_check_and_both_ends_agree(answers):
    device = check(EVERYTHING, answers, today=TODAY)
    assert all(finding.message and finding.code in {"missing", "invalid", "type"} for finding in device)
    shuffled = dict(reversed(answers.items()))
    assert findings(evaluate(form_with_everything(), shuffled, today=TODAY)) == device


@given(answer_sets(EVERYTHING))
def test_pruning_faults_no_other_question_and_a_second_time_changes_nothing(answers):
    sealed = prune(EVERYTHING, answers, today=TODAY, facts=FACTS)
    known = facts_used(EVERYTHING, FACTS)
    before, after = (
        {finding.path for finding in check(EVERYTHING, some, today=TODAY, facts=facts)}
        for some, facts in ((answers, FACTS), (sealed, known))
    )
    assert after <= before
    assert repr(prune(EVERYTHING, sealed, today=TODAY, facts=known)) == repr(sealed)


@given(answer_sets(shipped("home_visit")))
def test_the_check_finds_the_same_after_a_journey_as_json(answers):
    form = shipped("home_visit")
    sealed = prune(form, answers, today=TODAY)
    arrived = json.loads(json.dumps(sealed))
    assert check(form, arrived, today=TODAY) == check(form, sealed, today=TODAY)
