"""Random forms with random answers: the device, which computes change by change, and the server never disagree."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms import (
    AnswerRefused,
    Question,
    change,
    check,
    evaluate,
    facts_used,
    findings,
    from_json,
    layout,
    parse_answer,
    prune,
    to_json,
    translated,
)
from forms.defaults import added_answers, initial_answers
from forms.plan import plan
from tests.forms.generated import forms
from tests.forms.sheets import TODAY
from tests.forms.strategies import ANSWERS, paths

FACTS = {"visit": {"id": "v-1"}, "household": {"size": 3, "phone": "x"}, "members": [{"id": "甲", "name": "乙"}]}
SLOW = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def changes_of(form):
    return st.lists(st.tuples(paths(form), ANSWERS), max_size=12)


@given(st.data())
@settings(SLOW, max_examples=150)
def test_change_by_change_gives_what_the_whole_gives(data):
    form = data.draw(forms())
    state = evaluate(form, initial_answers(form, today=TODAY, facts=FACTS), today=TODAY, facts=FACTS)
    for path, answer in data.draw(changes_of(form)):
        state = change(state, path, answer)
    whole = evaluate(form, state.answers, today=TODAY, facts=FACTS)
    for table in ("reached", "counts", "relevant", "values", "findings"):
        assert getattr(state, table) == getattr(whole, table)


@given(st.data())
@SLOW
def test_what_a_device_seals_is_checked_alike_by_the_server(data):
    form = data.draw(forms())
    answers = dict(data.draw(changes_of(form)))
    sealed = prune(form, answers, today=TODAY, facts=FACTS)
    device = check(form, sealed, today=TODAY, facts=FACTS)
    arrived = from_json(to_json(form)), json.loads(json.dumps(sealed)), json.loads(json.dumps(facts_used(form, FACTS)))
    assert check(arrived[0], arrived[1], today=TODAY, facts=arrived[2]) == device
    assert repr(prune(arrived[0], arrived[1], today=TODAY, facts=arrived[2])) == repr(sealed)


@given(st.data())
@SLOW
def test_what_is_shown_and_sent_again_is_the_same_answer(data):
    form = data.draw(forms())
    answers = dict(data.draw(changes_of(form)))
    for section in layout(form, answers, today=TODAY, facts=FACTS):
        for question in section.questions:
            answer, wrong = question.answer, question.finding
            if answer in (None, "", []) or wrong or not question.relevant or question.type in ("calculate", "note"):
                continue
            text = " ".join(answer) if isinstance(answer, list) else str(answer)
            if text == text.strip():
                assert equal(parsed(form, question.path, text), answer, question.type)


def parsed(form, path, text):
    try:
        return parse_answer(form, path, text, today=TODAY)
    except AnswerRefused as refused:
        return refused


def equal(one, other, kind):
    """Several choices have no order of their own."""
    return sorted(one) == sorted(other) if kind == "select_multiple" else one == other


@given(st.data())
@SLOW
def test_another_language_changes_words_only(data):
    form = data.draw(forms())
    answers = dict(data.draw(changes_of(form)))
    own, english = (evaluate(translated(form, language), answers, today=TODAY, facts=FACTS) for language in ("", "en"))
    assert (own.values, own.relevant, own.counts) == (english.values, english.relevant, english.counts)
    assert [(one.path, one.code) for one in findings(own)] == [(one.path, one.code) for one in findings(english)]


@given(st.data())
@SLOW
def test_defaults_fit_their_questions_and_come_once(data):
    form = data.draw(forms())
    begun = initial_answers(form, today=TODAY, facts=FACTS)
    made = plan(form)
    assert all(isinstance(made.find(path)[0].item, Question) for path in begun)
    assert not [one for one in check(form, begun, today=TODAY, facts=FACTS) if one.code == "type"]
    assert added_answers(form, begun, begun, today=TODAY, facts=FACTS) == {}
