from hypothesis import given

from forms import check, layout
from tests.forms.sheets import PLACES, TODAY, ask, begin, end, form_with_everything, make_form
from tests.forms.strategies import answer_sets

EVERYTHING = form_with_everything()


def sections(form, **answers):
    return layout(form, {path.replace("__", "/"): answer for path, answer in answers.items()}, today=TODAY)


def only(form, name, **answers):
    """Return the one question of that name."""
    (found,) = [shown for section in sections(form, **answers) for shown in section.questions if shown.name == name]
    return found


def test_groups_at_the_top_are_sections_and_loose_questions_are_one_too():
    form = make_form(
        ask("text", "a"), begin("group", "g", label="收入"), ask("text", "b"), end("group"), ask("text", "c")
    )
    assert [(section.path, section.label) for section in sections(form)] == [("", "样表"), ("g", "收入"), ("", "样表")]


def test_a_group_within_a_section_is_a_heading():
    form = make_form(
        begin("group", "g"), begin("group", "h", label="工资"), ask("text", "a"), end("group"), end("group")
    )
    assert [shown.heading for shown in sections(form)[0].questions] == ["工资"]


def test_a_repeat_is_a_section_with_its_count_and_one_for_each_instance():
    form = make_form(
        begin("group", "g"), begin("group", "h"), begin("repeat", "m", label="成员"), ask("text", "a"), end("repeat"),
        end("group"), ask("text", "b"), end("group"),
    )  # fmt: skip
    shown = sections(form, **{"g/h/m": 2})
    assert [(section.path, section.label, section.count) for section in shown] == [
        ("g", "g", None),
        ("g/h/m", "成员", 2),
        ("g/h/m[1]", "成员(1)", None),
        ("g/h/m[2]", "成员(2)", None),
    ]
    assert [question.path for question in shown[3].questions] == ["g/h/m[2]/a"]


def test_a_repeat_within_a_repeat_follows_its_instance_and_says_where_it_stands():
    form = make_form(
        begin("repeat", "m", label="成员"), ask("text", "a"), begin("repeat", "j", label="工作"), ask("text", "b"),
        end("repeat"), end("repeat"),
    )  # fmt: skip
    shown = sections(form, **{"m": 2, "m[1]/j": 1})
    assert [(section.path, section.label, section.count, section.depth, section.limit) for section in shown] == [
        ("m", "成员", 2, 0, 100),
        ("m[1]", "成员(1)", None, 1, 0),
        ("m[1]/j", "成员(1) · 工作", 1, 1, 20),
        ("m[1]/j[1]", "成员(1) · 工作(1)", None, 2, 0),
        ("m[2]", "成员(2)", None, 1, 0),
        ("m[2]/j", "成员(2) · 工作", 0, 1, 20),
    ]
    assert [question.path for question in shown[3].questions] == ["m[1]/j[1]/b"]


def test_a_number_of_instances_that_the_form_computes_has_no_field():
    form = make_form(ask("integer", "n"), begin("repeat", "m", repeat_count="${n}"), ask("text", "a"), end("repeat"))
    counted = sections(form, n=101)[1]
    assert (counted.is_counted, counted.count, counted.finding.code, counted.invalid_count) == (True, 100, "invalid", 1)


def test_a_question_shows_guidance_media_and_the_scale_of_its_range():
    form = make_form(
        ask("range", "a", parameters="start=1 end=5", guidance_hint="先问老人", **{"media::image": "scale.png"})
    )
    shown = only(form, "a")
    assert (shown.guidance, shown.media, shown.scale.end) == ("先问老人", {"image": "scale.png"}, 5)


def test_a_form_is_shown_in_a_language_and_falls_back_where_a_word_is_missing():
    form = make_form(
        ask("text", "a", label="姓名", hint="全名", **{"label::English (en)": "Name"}), ask("text", "b", label="住处")
    )
    for language in ("en", "English (en)"):
        (section,) = layout(form, {}, today=TODAY, language=language)
        assert [(shown.label, shown.hint) for shown in section.questions] == [("Name", "全名"), ("住处", "")]
    assert [shown.label for shown in layout(form, {}, today=TODAY, language="fr")[0].questions] == ["姓名", "住处"]


def test_choices_are_shown_in_a_language_and_rules_see_their_own_words():
    form = make_form(
        ask("select_one l", "a"),
        ask("calculate", "b", calculation="jr:choice-name(${a}, '${a}')"),
        choices=[{"list_name": "l", "name": "x", "label": "甲", "label::English (en)": "X"}],
    )
    (section,) = layout(form, {"a": "x"}, today=TODAY, language="en")
    question, computed = section.questions
    assert (question.choices[0].label, question.display, computed.answer) == ("X", "X", "甲")


def test_counts_are_of_what_is_asked_and_answered_by_a_person():
    form = make_form(
        begin("group", "g"),
        ask("integer", "a", required="yes"),
        ask("integer", "b", constraint=". > 5"),
        ask("text", "c", relevant="${a} = 1"),
        ask("calculate", "d", calculation="1"),
        ask("note", "e"),
        end("group"),
    )
    (section,) = sections(form, g__b=1)
    counts = (section.asked_count, section.answered_count, section.missing_count, section.invalid_count)
    assert counts == (2, 1, 1, 1)


def test_a_question_shows_its_words_for_worker_and_reviewer():
    form = make_form(ask("decimal", "a", label="工资", hint="务工", appearance="yuan-per-month"))
    shown = only(form, "a", a="1200.50")
    assert (shown.label, shown.hint, shown.answer, shown.display, shown.unit) == (
        "工资", "务工", "1200.50", "1200.50 元/月", "元/月",
    )  # fmt: skip


def test_choices_are_those_that_are_offered_now():
    form = make_form(
        ask("select_one county", "c"), ask("select_one town", "t", choice_filter="county = ${c}"), choices=PLACES
    )
    assert [choice.label for choice in only(form, "t", c="nanxian").choices] == ["南洲"]
    assert only(form, "t", c="nanxian", t="qionghu").finding.code == "invalid"


def test_required_and_readonly_follow_their_conditions():
    form = make_form(ask("integer", "a"), ask("text", "b", required="${a} = 1", readonly="${a} = 2"))
    assert (only(form, "b", a=1).required, only(form, "b", a=1).readonly) == (True, False)
    assert (only(form, "b", a=2).required, only(form, "b", a=2).readonly) == (False, True)


def test_what_is_computed_is_read_only_and_shown():
    form = make_form(ask("integer", "a"), ask("integer", "b", calculation="${a} * 2"))
    shown = only(form, "b", a=4)
    assert (shown.answer, shown.readonly, shown.display) == (8, True, "8")


def test_labels_take_up_answers_from_all_instances():
    form = make_form(begin("repeat", "m"), ask("text", "name"), end("repeat"), ask("note", "n", label="共有:${name}"))
    assert only(form, "n", **{"m[1]/name": "甲", "m[2]/name": "乙"}).label == "共有:甲、乙"


@given(answer_sets(EVERYTHING))
def test_any_answers_can_be_shown_and_carry_the_findings_of_the_check(answers):
    shown = [question for section in layout(EVERYTHING, answers, today=TODAY) for question in section.questions]
    carried = {question.finding for question in shown if question.finding}
    checked = check(EVERYTHING, answers, today=TODAY)
    assert carried == {finding for finding in checked if finding.path in {question.path for question in shown}} - {
        finding for finding in checked if finding.path in {"members", "helpers"}
    }
