"""Every question type, column and appearance of XLSForm, as pyxform's tables name them, is taken or refused with its cell.

pyxform is the reference implementation (https://xlsform.org); its tables are what public forms are written by.
"""

import pytest
from pyxform import aliases
from pyxform.question_type_dictionary import QUESTION_TYPE_DICT
from pyxform.xls2xform import convert

from forms import FormRefused
from forms.functions import FUNCTIONS, REFUSED
from forms.importing import import_workbook
from forms.types import TYPES
from forms.workbook import write_workbook
from tests.forms.sheets import PLACES, ask, begin, end, make_sheet, make_sheets

KINDS = sorted(
    {
        *QUESTION_TYPE_DICT,
        *(f"{kind} town" for kind in aliases.select),
        *(f"{kind} town" for kind in aliases.select_from_file),
    }
)
MORE = {"range": {"parameters": "start=1 end=5"}, "calculate": {"calculation": "1"}}


def row(kind, number):
    plain = kind.removeprefix("q ").removeprefix("add ").removesuffix(" prompt")
    return ask(kind, f"q{number}", label=kind, **MORE.get(plain, {}))


SURVEY = [row(kind, number) for number, kind in enumerate(KINDS)]


def workbook(survey, choices=PLACES):
    return write_workbook(make_sheets(survey, choices, form_id="every_type"))


def refused(content):
    try:
        import_workbook(content)
    except FormRefused as refusal:
        return refusal.problems
    return ()


PROBLEMS = refused(workbook(SURVEY))
REFUSED_ROWS = {problem.row for problem in PROBLEMS}


@pytest.mark.parametrize("number", range(len(KINDS)), ids=KINDS)
def test_every_type_of_xlsform_is_taken_or_refused_with_its_cell(number):
    here = [problem for problem in PROBLEMS if problem.row == number + 2]
    assert all((problem.sheet, problem.column) == ("survey", "type") and problem.mend for problem in here)
    alone = refused(workbook([{**SURVEY[number]}]))
    assert bool(here) is bool(alone)


def test_the_rows_that_are_taken_make_a_form_with_every_type_of_ours():
    taken = [survey for number, survey in enumerate(SURVEY, start=2) if number not in REFUSED_ROWS]
    form = import_workbook(workbook(taken))
    assert {item.type for item in form.rows} >= set(TYPES)
    assert len(form.rows) == len(taken)


def test_the_types_are_refused_for_a_reason_and_not_for_want_of_a_name():
    """Whatever is refused is said in the table of advice, or is none of the types that forms are written with today."""
    unexplained = {KINDS[problem.row - 2] for problem in PROBLEMS if problem.code == "type.unsupported"}
    assert unexplained <= {
        "number of days in last month", "number of days in last six months", "number of days in last year", "osm",
        "percentage",
    }  # fmt: skip


COLUMNS = sorted(
    {*aliases.survey_header, "label", "hint", "name", "type", "parameters", "trigger", "disabled", "media::big-image"}
)
CELLS = {
    "appearance": "minimal", "disabled": "no", "required": "yes", "readonly": "no", "read_only": "no", "count": "2",
    "repeat_count": "2", "jr:count": "2", "parameters": "start=1", "image": "a.png", "audio": "a.mp3", "video": "a.mp4",
    "big-image": "a.png", "constraint": ". = 1", "calculation": "1", "calculate": "1", "relevant": "1", "relevance": "1",
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_of_xlsform_is_taken_or_refused_with_its_cell(column):
    ours = {"command": "type", "tag": "name", "value": "name", "caption": "label"}.get(column, column)
    given = {**ask("text", "a", label="甲")}
    given[column] = given.pop(ours) if ours in given else CELLS.get(column, "甲")
    problems = refused(write_workbook({**make_sheets([]), "survey": make_sheet([given])}))
    assert {(problem.sheet, problem.column) for problem in problems} <= {("survey", column)}
    assert all(problem.row in {1, 2} and problem.mend for problem in problems)


ODK_FUNCTIONS = """
abs acos area asin atan atan2 base64-decode boolean boolean-from-string ceiling checklist coalesce concat contains cos count
count-non-empty count-selected current date date-time decimal-date-time decimal-time digest distance ends-with exp exp10
extract-signed false floor format-date format-date-time geofence id if indexed-repeat instance int intersects join
jr:choice-name lang last local-name log log10 max min name namespace-uri normalize-space not now number once pi position pow
property pulldata random randomize regex round selected selected-at sin sqrt starts-with string string-length substr substring
substring-after substring-before sum tan today translate true uuid version weighted-checklist
"""
"""The functions of XPath 1.0 and of ODK's documentation (https://docs.getodk.org/form-operators-functions/)."""


@pytest.mark.parametrize("name", ODK_FUNCTIONS.split())
def test_every_function_of_odk_is_computed_or_refused_with_its_reason(name):
    assert (name in FUNCTIONS) is not (name in REFUSED)


HARD = [
    ask("text", "name", **{"label::English (en)": "Name"}),
    ask("select_one from town or_other", "town"),
    begin("repeat", "member", repeat_count="3"),
    ask("integer", "age", constraint=". >= 0 and . <= 130", constraint_message="年龄"),
    begin("repeat", "job"),
    ask("decimal", "wage", relevant="../../age > 15"),
    end("repeat"),
    ask("calculate", "earned", calculation="sum(${wage})"),
    end("repeat"),
    ask("rank town", "order"),
    ask("range", "scale", parameters="start=0 end=10 step=2"),
    ask("note", "done", label="${name}: ${earned}"),
]


def test_what_is_taken_is_an_xlsform_for_other_programs_too(tmp_path):
    survey = [{**row, "type": row["type"].replace("select_one from", "select_one")} for row in HARD]
    content = workbook(survey, PLACES)
    assert import_workbook(content)
    path = tmp_path / "form.xlsx"
    path.write_bytes(content)
    assert convert(xlsform=path, validate=False).xform
