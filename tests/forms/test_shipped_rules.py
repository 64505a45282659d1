"""What the shipped forms compute and ask for: the level of self-care, the score with its parts, the scope of a recheck."""

from itertools import product

import pytest

from forms import check, evaluate, prune, shipped
from policy.parameters import load_parameters
from tests.forms.sheets import TODAY

ITEMS = ("eat", "dress", "bed", "toilet", "walk", "bathe")
LEVELS = {0: "able", 1: "partial", 2: "partial", 3: "partial", 4: "total", 5: "total", 6: "total"}
GRADES = ("income", "property", "expense", "health", "care", "housing")


def computed(name, answers):
    return prune(shipped(name), answers, today=TODAY)


@pytest.mark.parametrize("able", list(product(("yes", "no"), repeat=6)), ids="-".join)
def test_the_level_of_self_care_follows_from_the_six_items(able):
    answers = {f"items/{item}": answer for item, answer in zip(ITEMS, able, strict=True)}
    assert computed("self_care", answers)["result/level"] == LEVELS[able.count("no")]


def test_five_answers_of_six_give_no_level():
    answers = {f"items/{item}": "no" for item in ITEMS[:5]}
    assert "result/level" not in computed("self_care", answers)


@pytest.mark.parametrize("name", ["partial_min", "total_min"])
def test_the_thresholds_of_self_care_are_those_of_the_policy(name):
    known = load_parameters().value(f"selfcare.{name}", region="00", on=TODAY)
    assert int(computed("self_care", {})[name]) == known.read(int)


def test_a_score_shows_its_parts_and_they_add_up():
    answers = {f"indicators/{name}": "4" for name in GRADES} | {"indicators/property": "1"}
    sealed = computed("assessment", answers)
    parts = [float(sealed[f"score/{name}_part"]) for name in GRADES]
    assert sealed["score/property_part"] == "3.8"
    assert float(sealed["score/total"]) == pytest.approx(sum(parts))


def test_the_hardest_grade_everywhere_is_the_sum_of_the_weights():
    sealed = computed("assessment", {f"indicators/{name}": "4" for name in GRADES})
    weights = [int(sealed[f"weight_{name}"]) for name in GRADES]
    assert int(sealed["score/total"]) == sum(weights)


def test_no_score_is_formed_without_a_check_report_and_a_visit():
    found = {finding.path: finding.message for finding in check(shipped("assessment"), {}, today=TODAY)}
    assert "不能形成评审结果" in found["grounds/check_report"]
    assert "不能形成评审结果" in found["grounds/visit_record"]


def test_a_recheck_of_necessities_asks_for_neither_income_nor_property():
    relevant = evaluate(shipped("recheck"), {"scope_section/scope": "necessities"}, today=TODAY).relevant
    assert not relevant["income/wages"]
    assert not relevant["property/property_kinds"]
    assert relevant["expenses/medical_expense"]


def test_a_recheck_asks_again_under_the_names_of_the_first_visit():
    first, again = (evaluate(shipped(name), {}, today=TODAY).relevant for name in ("home_visit", "recheck"))
    assert len(first.keys() & again.keys()) > 30


def test_a_care_visit_that_found_nobody_asks_only_what_was_heard():
    sections = {
        finding.path.split("/")[0] for finding in check(shipped("care_visit"), {"visited/met": "absent"}, today=TODAY)
    }
    assert sections == {"visited", "follow_up"}


def test_a_lead_needs_no_more_than_a_hint_a_place_and_the_hardship():
    missing = [finding.path for finding in check(shipped("lead"), {}, today=TODAY)]
    assert missing == [
        "whom/person_hint",
        "whom/place",
        "what/hardships",
        "what/details",
        "what/urgency",
        "report/source",
        "report/aware",
    ]


def test_what_was_handed_over_before_it_was_approved_is_told():
    early = {"approval/approved_at": "2026-07-01T10:00", "handover/handed_at": "2026-07-01T09:30"}
    late = early | {"handover/handed_at": "2026-07-01T10:00"}
    found = {finding.path: finding.message for finding in check(shipped("advance_aid"), early, today=TODAY)}
    assert found["handover/handed_at"] == "交付不能早于批准"
    assert "handover/handed_at" not in {one.path for one in check(shipped("advance_aid"), late, today=TODAY)}


def test_aid_in_goods_asks_for_goods_and_not_for_an_amount():
    relevant = evaluate(shipped("advance_aid"), {"aid/given": ["goods"]}, today=TODAY).relevant
    assert relevant["aid/goods"] and not relevant["aid/amount"]
