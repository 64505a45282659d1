import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import check, evaluate, facts_asked, facts_used, prune
from forms.facts import Facts
from tests.forms.sheets import TODAY, ask, begin, end, make_form
from tests.forms.strategies import ANYTHING

FORM = make_form(
    ask("text", "address", default="pulldata('household', 'address')"),
    ask("calculate", "size", calculation="pulldata('household', 'size') + 1"),
    ask("calculate", "before", calculation="pulldata('last_visit', 'income/wages')"),
    begin("repeat", "m", repeat_count="pulldata('household', 'size')"),
    ask("calculate", "name", calculation="pulldata('members', 'name', 'number', position(..))"),
    end("repeat"),
    ask("calculate", "key", calculation="uuid()"),
)
FACTS = {
    "visit": {"id": "v-1", "worker": "w-1"},
    "household": {"address": "琼湖镇", "size": 2, "phone": "13800000000"},
    "members": [{"number": 1, "name": "甲", "id_number": "x"}, {"number": 2, "name": "乙", "id_number": "y"}],
    "last_visit": {"income/wages": "1200", "income/business": "5"},
}


def test_a_form_tells_what_it_reads_of_a_household():
    assert facts_asked(FORM) == {
        ("household", "address"), ("household", "size"), ("last_visit", "income/wages"), ("members", "name"),
        ("members", "number"), ("visit", "id"),
    }  # fmt: skip


def test_only_what_a_form_asks_for_is_kept():
    assert facts_used(FORM, FACTS) == {
        "visit": {"id": "v-1"},
        "household": {"address": "琼湖镇", "size": 2},
        "members": [{"number": 1, "name": "甲"}, {"number": 2, "name": "乙"}],
        "last_visit": {"income/wages": "1200"},
    }


def test_facts_are_values_of_the_form():
    values = evaluate(FORM, {}, today=TODAY, facts=FACTS).values
    assert (values["size"], values["before"], values["m[2]/name"]) == (3, "1200", "乙")


def test_the_office_finds_nothing_to_mend_with_the_facts_that_were_sealed():
    sealed = prune(FORM, {}, today=TODAY, facts=FACTS)
    assert check(FORM, sealed, today=TODAY, facts=facts_used(FORM, FACTS)) == []
    moved = {**FACTS, "household": {**FACTS["household"], "size": 1}}
    assert [one.path for one in check(FORM, sealed, today=TODAY, facts=moved)] == ["size", "m"]


def test_the_name_of_a_thing_follows_from_the_visit_and_never_changes():
    first = prune(FORM, {}, today=TODAY, facts=FACTS)["key"]
    assert prune(FORM, {"address": "别处"}, today=TODAY, facts=FACTS)["key"] == first
    assert prune(FORM, {}, today=TODAY, facts={**FACTS, "visit": {"id": "v-2"}})["key"] != first
    assert prune(FORM, {"key": first}, today=TODAY)["key"] == first


@pytest.mark.parametrize("fact", [None, 1.5, {"a": 1}, [1], 10**20, float("nan")])
def test_a_fact_that_is_no_answer_is_empty(fact):
    assert Facts({"household": {"size": fact}}).value("household", "size") == ""


@given(st.dictionaries(st.sampled_from(["household", "members", "visit", "last_visit"]), ANYTHING))
def test_facts_of_any_shape_never_stop_a_form_and_the_used_ones_give_the_same(facts):
    state = evaluate(FORM, {}, today=TODAY, facts=facts)
    assert evaluate(FORM, {}, today=TODAY, facts=facts_used(FORM, facts)).values == state.values
