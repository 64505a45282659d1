import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyxform.xls2xform import convert

from forms import shipped
from forms.exporting import export_workbook, sheets_of
from forms.importing import define, import_workbook
from forms.shipped import NAMES
from tests.forms.generated import forms
from tests.forms.sheets import ask, form_with_everything, make_form


@given(forms())
@settings(max_examples=150)
def test_importing_an_export_gives_the_same_definition(form):
    assert define(sheets_of(form)) == form


@given(forms())
@settings(max_examples=15)
def test_the_workbook_of_an_export_gives_the_same_definition(form):
    again = import_workbook(export_workbook(form))
    assert (again, again.hash) == (form, form.hash)


@given(forms())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_other_programs_take_an_export_as_an_xlsform(tmp_path, form):
    path = tmp_path / "form.xlsx"
    path.write_bytes(export_workbook(form))
    assert convert(xlsform=path, validate=False).xform


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_form_is_exported_whole(name):
    assert import_workbook(export_workbook(shipped(name))) == shipped(name)


def test_a_form_that_uses_everything_is_exported_whole():
    assert import_workbook(export_workbook(form_with_everything())) == form_with_everything()


def test_a_form_in_another_language_keeps_its_languages():
    row = {"type": "text", "name": "a", "label::French (fr)": "nom", "label::English (en)": "name"}
    form = make_form(row, default_language="English (en)")
    assert sheets_of(form)["survey"].headings == ("type", "name", "label::English (en)", "label::French (fr)")
    assert define(sheets_of(form)) == form


def test_an_export_is_written_as_people_write(tmp_path):
    form = make_form(ask("text", "a", required="true()", readonly="${b} = 1"), ask("integer", "b"))
    assert next(row.cells for row in sheets_of(form)["survey"].rows) == {
        "type": "text", "name": "a", "label": "a", "required": "yes", "readonly": "${b} = 1",
    }  # fmt: skip
    path = tmp_path / "form.xlsx"
    path.write_bytes(export_workbook(form))
    assert convert(xlsform=path, validate=False).xform


@given(st.sampled_from(["=1+1", "+1", "@x", "'", "a\nb"]))
def test_a_word_that_looks_like_a_formula_is_written_as_text(word):
    form = make_form(ask("text", "a", label=word))
    assert import_workbook(export_workbook(form)).items[0].label == word
