"""The catalogue of programmes: complete, cited, and consistent with everything it names."""

from datetime import date
from pathlib import Path

import pytest

import policy
from policy.amounts import HOUSEHOLD_AMOUNTS, PERSON_AMOUNTS
from policy.assessment import assess
from policy.catalogue import Branch, Programme, assessed_programmes, catalogue, programme_tree, read_citation
from policy.criteria import HOUSEHOLD_CRITERIA, PERSON_CRITERIA
from policy.parameters import load_parameters
from policy.registry import load_keys
from policy.suggestions import next_programmes
from policy.vocabulary import names

PROGRAMMES = catalogue()


@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda programme: programme.code)
def test_a_programme_names_only_what_exists(programme: Programme) -> None:
    assert programme.layer in names("layer")
    assert programme.beneficiary in ("household", "person")
    assert set(programme.materials) | set(programme.materials_by_sharing) <= set(names("material"))
    assert not set(programme.materials) & set(programme.materials_by_sharing)
    assert set(programme.deadlines) <= set(load_keys())
    assert programme.parent is None or programme.parent in {other.code for other in PROGRAMMES}


@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda programme: programme.code)
def test_a_programme_rests_on_clauses_and_is_no_older_than_the_first(programme: Programme) -> None:
    assert programme.cites
    assert programme.active_from >= min(cite.document.in_force_on for cite in programme.cites)
    assert programme.department and programme.decided_by and programme.name


@pytest.mark.parametrize(("programme", "rules"), assessed_programmes(), ids=lambda value: getattr(value, "code", ""))
def test_an_assessment_names_criteria_and_amounts_that_exist_with_their_clauses(programme, rules) -> None:  # type: ignore[no-untyped-def]
    assert {use.criterion for use in rules.household} <= set(HOUSEHOLD_CRITERIA)
    assert {use.criterion for use in rules.person} <= set(PERSON_CRITERIA)
    assert all(use.cites for use in (*rules.household, *rules.person))
    amounts = HOUSEHOLD_AMOUNTS if programme.beneficiary == "household" else PERSON_AMOUNTS
    assert rules.amount is None or (rules.amount in amounts and rules.amount_cites)


def test_every_criterion_is_used() -> None:
    uses = [use.criterion for _, rules in assessed_programmes() for use in (*rules.household, *rules.person)]
    assert set(uses) == {*HOUSEHOLD_CRITERIA, *PERSON_CRITERIA}


def test_a_programme_file_is_named_after_its_code() -> None:
    folder = Path(policy.__file__).parent / "programmes"
    assert {path.stem for path in folder.glob("*.toml")} == {programme.code for programme in PROGRAMMES}


def test_the_three_layers_and_social_forces_are_all_there() -> None:
    """文件000 序: three layers, with social forces beside them."""
    assert {programme.layer for programme in PROGRAMMES} == {"basic", "special", "emergency", "social"}


def test_the_tree_of_a_day_holds_every_programme_of_that_day_once() -> None:
    """文件000 序: 分层分类."""
    on = date(2026, 7, 1)

    def codes(branches: tuple[Branch, ...]) -> list[str]:
        return [code for branch in branches for code in (branch.programme.code, *codes(branch.children))]

    tree = programme_tree(on)
    found = [code for branches in tree.values() for code in codes(branches)]
    assert sorted(found) == sorted(programme.code for programme in PROGRAMMES if programme.is_active(on))
    dibao = next(branch for branch in tree["basic"] if branch.programme.code == "dibao")
    assert [branch.programme.code for branch in dibao.children] == ["dibao_single_person"]


def test_a_programme_that_does_not_exist_yet_is_not_in_the_tree() -> None:
    tree = programme_tree(date(2024, 12, 31))
    assert "rigid_expenditure" not in [branch.programme.code for branch in tree["basic"]]


def test_a_child_is_in_the_layer_of_its_parent() -> None:
    by_code = {programme.code: programme for programme in PROGRAMMES}
    for programme in PROGRAMMES:
        assert programme.parent is None or by_code[programme.parent].layer == programme.layer


@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda programme: programme.code)
def test_what_comes_next_is_another_programme_that_exists(programme: Programme) -> None:
    assert set(programme.next) <= {other.code for other in PROGRAMMES} - {programme.code}


def test_after_a_refusal_the_next_programme_that_is_not_excluded_is_suggested() -> None:
    """文件003 二(七)."""
    household = {
        "area": "urban",
        "property_ok": True,
        "members": [{"id": "a", "incomes": [{"kind": "wage", "yuan_per_month": "900"}], "birth_date": "1990-01-01"}],
    }
    case = {"household": household, "parameters": {"dibao.standard": "780.00"}}
    answer = assess(case, on=date(2026, 7, 1), region="430981", parameters=load_parameters())
    found = next_programmes(answer, "dibao")
    assert found == ("low_income_edge", "temporary_expenditure", "charity_referral")


def test_heating_is_no_programme_of_its_own_because_no_document_names_one() -> None:
    """社会救助暂行办法 第二十二条 names heating only among what disaster relief provides."""
    assert not any("取暖" in programme.name for programme in PROGRAMMES)


def test_the_programmes_of_the_documents_are_in_the_catalogue() -> None:
    named = """
        dibao dibao_single_person low_income_edge rigid_expenditure tekun temporary_emergency temporary_expenditure
        medical_aid premium_subsidy education_aid housing_aid employment_aid disaster_relief disability_living_subsidy
        disability_care_subsidy orphan_support unattended_child_support judicial_aid legal_aid funeral_relief
        utility_relief price_subsidy
    """
    assert set(named.split()) <= {programme.code for programme in PROGRAMMES}


def test_what_sharing_confirms_is_never_asked_of_the_applicant() -> None:
    """社会救助法 第六十二条."""
    confirmed = {material for programme in PROGRAMMES for material in programme.materials_by_sharing}
    asked = {material for programme in PROGRAMMES for material in programme.materials}
    assert not confirmed & asked


def test_a_citation_of_an_unknown_document_is_refused() -> None:
    with pytest.raises(KeyError):
        read_citation("no_such_document 第一条")
