from forms import initial_answers
from tests.forms.sheets import TODAY, ask, begin, end, form_with_everything, make_form


def test_a_fixed_default_is_stored_as_its_type():
    form = make_form(ask("integer", "a", default="3"), ask("decimal", "b", default="0012.5"), ask("text", "c"))
    assert initial_answers(form, today=TODAY) == {"a": 3, "b": "12.5"}


def test_a_computed_default_knows_the_day():
    form = make_form(ask("date", "a", default="today()"), ask("text", "b", default="concat('于 ', today())"))
    assert initial_answers(form, today=TODAY) == {"a": "2026-07-01", "b": "于 2026-07-01"}


def test_a_computed_default_that_does_not_fit_is_left_out():
    assert initial_answers(make_form(ask("integer", "a", default="concat('x', '')")), today=TODAY) == {}


def test_defaults_within_repeats_wait_for_an_instance():
    form = make_form(begin("repeat", "m"), ask("text", "a", default="甲"), end("repeat"))
    assert initial_answers(form, today=TODAY) == {}


def test_hidden_questions_take_defaults_too():
    assert initial_answers(form_with_everything(), today=TODAY) == {"name": "无名", "origin": "today 2026-07-01"}
