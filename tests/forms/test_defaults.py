from forms import added_answers, initial_answers
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
    assert added_answers(form, {"m": 1}, {"m": 3}, today=TODAY) == {"m[2]/a": "甲", "m[3]/a": "甲"}


def test_a_default_of_a_new_instance_leaves_its_answer_alone():
    form = make_form(begin("repeat", "m"), ask("text", "a", default="甲"), end("repeat"))
    assert added_answers(form, {}, {"m[2]/a": "乙"}, today=TODAY) == {"m[1]/a": "甲"}


def test_a_computed_number_of_instances_brings_their_defaults_at_once():
    form = make_form(
        ask("integer", "n", default="2"),
        begin("repeat", "m", repeat_count="${n}"),
        ask("integer", "k", default="position(..)"),
        begin("repeat", "j", repeat_count="${k}"),
        ask("text", "a", default="concat(position(../..), '-', position(..))"),
        end("repeat"),
        end("repeat"),
    )
    assert initial_answers(form, today=TODAY) == {
        "n": 2, "m[1]/k": 1, "m[2]/k": 2, "m[1]/j[1]/a": "1-1", "m[2]/j[1]/a": "2-1", "m[2]/j[2]/a": "2-2",
    }  # fmt: skip


def test_a_default_may_come_from_what_is_known_before_the_visit():
    form = make_form(
        begin("repeat", "m", repeat_count="pulldata('household', 'size')"),
        ask("text", "a", default="pulldata('members', 'name', 'number', position(..))"),
        end("repeat"),
    )
    facts = {"household": {"size": 2}, "members": [{"number": 1, "name": "甲"}, {"number": "2", "name": "乙"}]}
    assert initial_answers(form, today=TODAY, facts=facts) == {"m[1]/a": "甲", "m[2]/a": "乙"}


def test_hidden_questions_take_defaults_too():
    assert initial_answers(form_with_everything(), today=TODAY) == {"name": "无名", "origin": "today 2026-07-01"}
