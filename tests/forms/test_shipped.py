import subprocess
import sys
from pathlib import Path

import pytest
from pyxform.xls2xform import convert

from forms import check, initial_answers, parse_answer, prune, shipped, to_json
from forms.build import SOURCES, build_workbooks, read_source
from forms.importing import define, import_workbook
from forms.plan import plan
from forms.shipped import NAMES
from tests.forms.sheets import TODAY

COMPLETE = {
    "household/respondent": "配偶", "household/member_count": "3", "household/members_match": "是",
    "household/lives_here": "是", "household/dwelling_tenure": "自有", "household/dwelling_area": "不清楚",
    "household/dwelling_condition": "破旧、漏雨或拥挤", "income/wages": "1500", "income/business": "-200",
    "income/property_income": "0", "income/transfers": "拒答", "property/property_kinds": "没有发现",
    "expenses/medical_expense": "300.5", "expenses/education_expense": "0", "expenses/rehabilitation_expense": "0",
    "expenses/receipts_seen": "看到一部分", "health/serious_illness": "有", "health/illness": "父亲,肾病",
    "health/disability": "没有", "health/self_care": "能自理", "living/food": "吃得饱、较单一", "living/utilities": "水电正常",
    "living/risks": "没有发现", "neighbours/neighbour_count": "2", "neighbours/neighbour_agreement": "与家庭所述一致",
    "opinion/declaration": "与申报一致", "opinion/summary": "情况属实,家庭困难", "opinion/read_back": "是",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_json_was_made_from_the_source(name):
    source = (SOURCES / f"{name}.toml").read_text(encoding="utf-8")
    assert to_json(define(read_source(source))) == to_json(shipped(name))


@pytest.mark.parametrize("name", NAMES)
def test_importing_the_workbook_gives_the_same_definition(name, tmp_path):
    build_workbooks(tmp_path)
    form = import_workbook((tmp_path / f"{name}.xlsx").read_bytes())
    assert form == shipped(name)
    assert form.hash == shipped(name).hash


@pytest.mark.parametrize("name", NAMES)
def test_other_programs_take_the_workbook_as_an_xlsform(name, tmp_path):
    build_workbooks(tmp_path)
    assert convert(xlsform=tmp_path / f"{name}.xlsx", validate=False).xform


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_form_names_its_legal_basis_and_forces_no_photo(name):
    form = shipped(name)
    photos = [node.item for node in plan(form).nodes.values() if getattr(node.item, "type", "") == "image"]
    assert form.legal_basis
    assert not any(photo.required for photo in photos)


def test_a_form_that_is_not_shipped_is_a_key_error():
    with pytest.raises(KeyError):
        shipped("../secrets")


def test_a_device_loads_forms_without_a_spreadsheet_library():
    code = "import sys, forms; forms.shipped('home_visit'); print('openpyxl' in sys.modules, 'pyxform' in sys.modules)"
    root = Path(__file__).resolve().parents[2]
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]


def test_a_visit_typed_in_plain_words_has_nothing_to_mend():
    form = shipped("home_visit")
    answers = initial_answers(form, today=TODAY)
    answers |= {path: parse_answer(form, path, text, today=TODAY) for path, text in COMPLETE.items()}
    assert check(form, answers, today=TODAY) == []


def test_the_income_per_person_is_exact_and_leaves_out_what_was_refused():
    form = shipped("home_visit")
    answers = {path: parse_answer(form, path, text, today=TODAY) for path, text in COMPLETE.items()}
    sealed = prune(form, answers, today=TODAY)
    assert (sealed["income/income_total"], sealed["income/income_per_person"]) == ("1300", "433.33")


def test_an_empty_visit_lists_what_is_missing_by_section():
    missing = {finding.path.split("/")[0] for finding in check(shipped("home_visit"), {}, today=TODAY)}
    assert missing == {"household", "income", "property", "expenses", "health", "living", "neighbours", "opinion"}


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({"household/lives_here": "no"}, "household/residence"),
        ({"household/members_match": "no", "members": 1}, "members[1]/member_name"),
        ({"property/property_kinds": ["vehicle"]}, "property/vehicle_kinds"),
        ({"health/serious_illness": "yes"}, "health/illness"),
        ({"health/self_care": "total"}, "health/caregiver"),
        ({"living/risks": ["hunger"]}, "living/risk_details"),
        (
            {"neighbours/neighbour_agreement": "differ", "neighbours/neighbour_count": 1},
            "neighbours/neighbour_statement",
        ),
        ({"opinion/declaration": "false"}, "opinion/differences"),
    ],
)
def test_an_answer_brings_up_the_question_that_follows_from_it(answers, asked):
    form = shipped("home_visit")
    assert asked in {finding.path for finding in check(form, answers, today=TODAY)}
    assert asked not in {finding.path for finding in check(form, {}, today=TODAY)}


def test_nothing_and_something_cannot_be_chosen_together():
    answers = {"property/property_kinds": ["none", "house"]}
    found = [finding for finding in check(shipped("home_visit"), answers, today=TODAY) if finding.code == "invalid"]
    assert [finding.path for finding in found] == ["property/property_kinds"]
