from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from forms import Facts, change, evaluate, follow, shipped
from tests.forms.sheets import TODAY, ask, begin, end, form_with_everything, make_form
from tests.forms.strategies import ANSWERS, answer_sets, paths

EVERYTHING = form_with_everything()
FACTS = Facts({"visit": {"id": "v-1"}, "household": {"size": 4}})


def state_of(form, **answers):
    return evaluate(form, {path.replace("__", "/"): answer for path, answer in answers.items()}, today=TODAY)


def test_an_irrelevant_answer_counts_as_empty():
    form = make_form(
        ask("integer", "a"),
        ask("integer", "b", relevant="${a} = 1"),
        ask("calculate", "c", calculation="coalesce(${b}, '无')"),
    )
    assert state_of(form, a=1, b=5).values["c"] == Decimal(5)
    assert state_of(form, a=2, b=5).values["c"] == "无"


def test_a_group_that_is_not_asked_hides_all_within():
    form = make_form(
        ask("integer", "a"),
        begin("group", "g", relevant="${a} = 1"),
        begin("group", "h"),
        ask("text", "b"),
        end("group"),
        end("group"),
    )
    assert state_of(form).relevant["g/h/b"] is False
    assert state_of(form, a=1).relevant["g/h/b"] is True


def test_a_reference_within_a_repeat_means_the_same_instance():
    form = make_form(
        begin("repeat", "m"),
        ask("integer", "age"),
        ask("calculate", "next", calculation="${age} + position(..)"),
        end("repeat"),
    )
    state = evaluate(form, {"m[1]/age": 10, "m[3]/age": 30}, today=TODAY)
    assert [state.values[f"m[{n}]/next"] for n in (1, 2, 3)] == [Decimal(11), "", Decimal(33)]


def test_a_reference_into_a_repeat_from_outside_means_all_instances():
    form = make_form(
        begin("repeat", "m"), ask("integer", "age"), end("repeat"), ask("calculate", "all", calculation="sum(${age})")
    )
    assert evaluate(form, {"m[1]/age": 10, "m[2]/age": 30}, today=TODAY).values["all"] == 40


NESTED = make_form(
    begin("repeat", "m"),
    ask("integer", "age"),
    begin("repeat", "j"),
    ask("decimal", "wage"),
    ask("calculate", "share", calculation="${wage} div ${age}"),
    ask("calculate", "climbed", calculation="../../age + ../wage + current()/../../age"),
    ask("calculate", "absolute", calculation="sum(/data/m/j/wage) - sum(../../../m/j/wage)"),
    ask("calculate", "place", calculation="concat(position(../..), position(..))"),
    end("repeat"),
    ask("calculate", "earned", calculation="sum(${wage})"),
    ask("calculate", "jobs", calculation="count(${j})"),
    ask("calculate", "second_wage", calculation="indexed-repeat(${wage}, ${j}, 2)"),
    end("repeat"),
    ask("calculate", "all", calculation="sum(${wage})"),
    ask("calculate", "all_jobs", calculation="count(/data/m/j)"),
    ask("calculate", "one", calculation="indexed-repeat(${wage}, ${m}, 1, ${j}, 2)"),
    ask("note", "told", label="工资:${wage}"),
)
WAGES = {"m[1]/age": 20, "m[1]/j[1]/wage": "100", "m[1]/j[2]/wage": "50", "m[2]/j[1]/wage": "7"}


def test_a_reference_means_the_instances_that_are_not_shared():
    values = evaluate(NESTED, WAGES, today=TODAY).values
    assert [values[path] for path in ("m[1]/earned", "m[2]/earned", "all", "all_jobs")] == [150, 7, 157, 3]
    assert [values[path] for path in ("m[1]/jobs", "m[2]/jobs", "m[1]/j[2]/share")] == [2, 1, Decimal("2.5")]


def test_paths_mean_what_they_mean_in_xlsforms():
    values = evaluate(NESTED, WAGES, today=TODAY).values
    assert values["m[1]/j[2]/absolute"] == 50 - 157
    assert (values["m[1]/j[2]/climbed"], values["m[1]/j[2]/place"], values["m[2]/j[1]/place"]) == (90, "12", "21")


def test_an_instance_may_be_chosen_by_its_number():
    values = evaluate(NESTED, WAGES, today=TODAY).values
    assert (values["m[1]/second_wage"], values["m[2]/second_wage"], values["one"]) == (50, "", 50)


def test_a_caption_takes_up_answers_of_nested_instances():
    state = evaluate(NESTED, WAGES, today=TODAY)
    assert state.caption("工资:${wage}", state.plan.nodes["told"], ()) == "工资:100、50、7"


def test_the_form_may_compute_how_many_instances_there_are():
    form = make_form(
        ask("integer", "n"),
        begin("repeat", "m", repeat_count="${n} + 1"),
        ask("integer", "a"),
        end("repeat"),
        ask("calculate", "sum", calculation="sum(${a})"),
    )
    state = evaluate(form, {"n": 1, "m[1]/a": 5, "m[2]/a": 6, "m[3]/a": 7}, today=TODAY)
    assert (state.counts["m"], state.values["sum"]) == (2, 11)
    more, fewer = change(state, "n", 2), change(state, "n", 0)
    assert (more.values["sum"], fewer.values["sum"], "m[2]/a" in fewer.values) == (18, 5, False)


def test_instances_are_bounded_whatever_is_answered_or_computed():
    form = make_form(
        begin("repeat", "m", repeat_count="99999999999999999999"),
        begin("repeat", "j", repeat_count="1000"),
        begin("repeat", "k", repeat_count="1000"),
        ask("text", "a"),
        end("repeat"),
        end("repeat"),
        end("repeat"),
        ask("calculate", "n", calculation="count(${a})"),
    )
    assert evaluate(form, {}, today=TODAY).values["n"] == 100 * 20 * 5


@given(answers=answer_sets(NESTED), changes=st.lists(st.tuples(paths(NESTED), ANSWERS), min_size=1, max_size=6))
def test_changes_within_nested_repeats_give_what_evaluating_anew_gives(answers, changes):
    state = evaluate(NESTED, answers, today=TODAY)
    for path, answer in changes:
        state = change(state, path, answer)
    assert same(state, evaluate(NESTED, state.answers, today=TODAY))


def test_the_number_of_instances_may_be_said_before_they_are_answered():
    form = make_form(
        begin("repeat", "m"),
        ask("text", "name", required="yes"),
        end("repeat"),
        ask("calculate", "n", calculation="count(${m})"),
    )
    state = evaluate(form, {"m": 2}, today=TODAY)
    assert state.values["n"] == 2
    assert sorted(state.findings) == ["m[1]/name", "m[2]/name"]


def test_a_repeat_that_is_not_asked_has_no_instances_to_count():
    form = make_form(
        ask("integer", "a"),
        begin("repeat", "m", relevant="${a} = 1"),
        ask("text", "name"),
        end("repeat"),
        ask("calculate", "n", calculation="count(${m})"),
    )
    assert evaluate(form, {"m[1]/name": "甲"}, today=TODAY).values["n"] == 0


def test_answers_within_a_repeat_that_is_not_asked_are_not_counted_from_outside():
    """They are dropped at the seal, so a count of them would change what is asked after it."""
    form = make_form(
        ask("integer", "a"),
        begin("repeat", "m", relevant="${a} = 1"),
        ask("text", "name"),
        end("repeat"),
        ask("calculate", "n", calculation="count(${name})"),
    )
    state = evaluate(form, {"a": 2, "m[2]/name": "甲"}, today=TODAY)
    assert state.values["n"] == 0
    assert change(state, "a", 1).values["n"] == 2


def test_once_keeps_what_was_stored():
    form = make_form(ask("calculate", "first", calculation="once(today())"))
    assert evaluate(form, {"first": "2026-01-01"}, today=TODAY).values["first"] == "2026-01-01"
    assert evaluate(form, {}, today=TODAY).values["first"] == TODAY


def test_a_computed_number_fits_its_type_or_is_empty():
    form = make_form(ask("decimal", "a"), ask("integer", "b", calculation="${a}"), ask("date", "c", calculation="${a}"))
    assert state_of(form, a="2.5").values["b"] == ""
    assert state_of(form, a="2").values["b"] == 2
    assert state_of(form, a="2").values["c"] == date(1970, 1, 3)


def test_unknown_and_refused_are_left_out_of_sums():
    form = make_form(
        ask("decimal", "a", appearance="allow-unknown"),
        ask("decimal", "b", appearance="allow-refused"),
        ask("calculate", "c", calculation="sum(${a}, ${b})"),
    )
    assert state_of(form, a="__unknown__", b="2").values["c"] == 2
    assert state_of(form, a="1", b="__refused__").values["c"] == 1


def test_a_caption_shows_answers_in_the_words_of_the_form():
    form = make_form(ask("date", "day"), ask("text", "a", label="${day} 去了哪里", required="yes"))
    assert state_of(form, day="2026-07-01").findings["a"].label == "2026年7月1日 去了哪里"


def test_texts_built_from_texts_stay_bounded():
    rows = [ask("calculate", f"c{n}", calculation=f"concat(${{c{n - 1}}}, ${{c{n - 1}}})") for n in range(1, 60)]
    form = make_form(ask("text", "c0"), *rows)
    assert len(state_of(form, c0="长").values["c59"]) == 10_000


def test_a_change_in_one_repeat_reaches_every_instance_of_another():
    state = change(evaluate(EVERYTHING, {"members": 1, "helpers": 2}, today=TODAY), "members[1]/age", 50)
    assert [state.values[f"helpers[{n}]/burden"] for n in (1, 2)] == [50, 50]


def test_taking_back_the_last_answer_of_the_last_instance_takes_it_away():
    state = change(
        evaluate(EVERYTHING, {"members[1]/age": 1, "members[2]/age": 2}, today=TODAY), "members[2]/age", None
    )
    assert state.counts["members"] == 1
    assert state.values["ages"] == 2


@given(answers=answer_sets(EVERYTHING), path=paths(EVERYTHING), answer=ANSWERS)
@settings(max_examples=400)
def test_a_change_gives_what_evaluating_anew_gives(answers, path, answer):
    changed = change(evaluate(EVERYTHING, answers, today=TODAY, facts=FACTS), path, answer)
    anew = {key: value for key, value in answers.items() if key != path} | ({} if answer is None else {path: answer})
    assert same(changed, evaluate(EVERYTHING, anew, today=TODAY, facts=FACTS))


@given(changes=st.lists(st.tuples(paths(shipped("home_visit")), ANSWERS), max_size=15))
@settings(max_examples=50)
def test_many_changes_of_the_shipped_form_give_what_evaluating_anew_gives(changes):
    state = evaluate(shipped("home_visit"), {}, today=TODAY)
    for path, answer in changes:
        state = change(state, path, answer)
    assert same(state, evaluate(state.definition, state.answers, today=TODAY))


def same(one, other):
    """Compare states; answers that are not numbers (NaN) differ from themselves and are compared as text."""
    plain = {"answers": {}}
    return repr(sorted(one.answers.items())) == repr(sorted(other.answers.items())) and (
        replace(one, **plain) == replace(other, **plain)
    )


@given(answers=answer_sets(EVERYTHING), path=paths(EVERYTHING), answer=ANSWERS)
def test_a_change_leaves_the_state_before_it_alone(answers, path, answer):
    before = evaluate(EVERYTHING, answers, today=TODAY)
    change(before, path, answer)
    assert same(before, evaluate(EVERYTHING, answers, today=TODAY))


DEPENDING = make_form(
    begin("repeat", "m"),
    ask("integer", "age"),
    ask("text", "name", required="${age} > 0"),
    begin("repeat", "j"),
    ask("decimal", "wage"),
    ask("text", "place", required="${wage} > 0 or ${age} > 0"),
    end("repeat"),
    end("repeat"),
    ask("text", "why", required="sum(${wage}) > 0"),
    ask("text", "always", required="yes"),
)


@given(data=st.data())
def test_only_what_depends_on_a_change_is_computed_again(data):
    """What was not computed again is the very same finding; an equal one made anew would be another object."""
    answers = {f"m[{n}]/j[{k}]/wage": "5" for n in (1, 2) for k in (1, 2)} | {"m[1]/age": 40, "m[2]/age": 50}
    before = evaluate(DEPENDING, answers, today=TODAY)
    path, again = data.draw(
        st.sampled_from(
            [
                ("m[1]/j[2]/wage", {"m[1]/j[2]/place", "why"}),
                ("m[2]/age", {"m[2]/name", "m[2]/j[1]/place", "m[2]/j[2]/place"}),
                ("always", {"always"}),
                ("m", {"why"}),
                ("m[2]/j", {"why"}),
            ]
        )
    )
    after = change(before, path, data.draw(st.integers(3, 9)) if path.endswith(("m", "j", "age")) else "7")
    kept = {name for name, finding in before.findings.items() if after.findings.get(name) is finding}
    assert kept == before.findings.keys() - again


@given(before=answer_sets(EVERYTHING), after=answer_sets(EVERYTHING))
@settings(max_examples=60)
def test_following_to_other_answers_is_evaluating_them_anew(before, after):
    given = {path: answer for path, answer in after.items() if answer is not None}
    followed = follow(evaluate(EVERYTHING, before, today=TODAY, facts=FACTS), given)
    assert same(followed, evaluate(EVERYTHING, given, today=TODAY, facts=FACTS))


def test_a_truth_that_takes_the_place_of_a_number_is_another_answer():
    form = make_form(ask("integer", "a"))
    assert follow(state_of(form, a=1), {"a": True}).findings["a"].code == "type"
