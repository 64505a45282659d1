import datetime
import io
import tracemalloc
import zipfile

import openpyxl
import pytest
from openpyxl import Workbook

from forms import FormRefused
from forms.importing import import_workbook
from forms.workbook import MAX_FILE_BYTES, read_workbook, write_workbook
from tests.forms.sheets import ask, make_sheets


def workbook_of(rows, *, sheet="survey"):
    book = Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    return saved(book)


def saved(book):
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def repacked(content, **parts):
    """Return a workbook with some parts replaced or added; `__` in a name stands for `/`, `_` for a dot."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        replaced = {name.replace("__", "/").replace("_", "."): part for name, part in parts.items()}
        for name in source.namelist():
            target.writestr(name, replaced.pop(name, None) or source.read(name))
        for name, part in replaced.items():
            target.writestr(name, part)
    return packed.getvalue()


def sheet_xml(body):
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return f"{head}{body}</sheetData></worksheet>"


def codes(content):
    with pytest.raises(FormRefused) as refused:
        import_workbook(content)
    return [problem.code for problem in refused.value.problems]


GOOD = write_workbook(make_sheets([ask("text", "a")]))


def test_what_is_written_is_read_again():
    sheets = make_sheets([ask("text", "a", label="=1+1", hint="两行\n文字")])
    assert read_workbook(write_workbook(sheets)) == sheets


def test_the_same_sheets_give_the_same_bytes():
    sheets = make_sheets([ask("text", "a")])
    assert write_workbook(sheets) == write_workbook(sheets)


def test_cells_are_read_as_people_see_them():
    cells = [1.0, 2.5, True, datetime.datetime(2026, 7, 1), datetime.time(8, 30), "  字 "]
    rows = read_workbook(workbook_of([["a", "b", "c", "d", "e", "f"], cells]))["survey"].rows
    assert list(rows[0].cells.values()) == ["1", "2.5", "true", "2026-07-01", "08:30", "字"]


@pytest.mark.parametrize("content", [b"", b"PK", b"name,type\n", GOOD[:-40], GOOD[:300]], ids=range(5))
def test_a_file_that_is_no_workbook_is_refused(content):
    assert codes(content) == ["file.not_a_workbook"]


def test_an_archive_that_is_no_workbook_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "a")
    assert codes(packed.getvalue()) == ["file.not_a_workbook"]


def test_a_file_too_large_is_refused_unread():
    assert codes(b"PK" + bytes(MAX_FILE_BYTES)) == ["file.too_large"]


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = repacked(GOOD, xl__bomb_bin=bytes(200 * 2**20))
    tracemalloc.start()
    assert codes(bomb) == ["file.swollen"]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 2**20


def test_a_bomb_that_lies_about_its_size_is_refused():
    bomb = repacked(GOOD, xl__bomb_bin=bytes(20 * 2**20))
    lying = bomb.replace((20 * 2**20).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert codes(lying) == ["file.not_a_workbook"]


def test_an_archive_of_many_parts_is_refused():
    assert codes(repacked(GOOD, **{f"part{number}": "a" for number in range(300)})) == ["file.swollen"]


ENTITIES = (
    '<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&b;</t></si></sst>'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_xml_entities_are_refused_in_any_encoding(encoding):
    assert codes(repacked(GOOD, xl__sharedStrings_xml=ENTITIES.encode(encoding))) == ["file.entities"]


def test_an_external_entity_reads_no_file(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("秘密")
    outside = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]>{sheet_xml("")}'
    assert codes(repacked(GOOD, xl__worksheets__sheet1_xml=outside)) == ["file.entities"]


def test_openpyxl_would_refuse_entities_too():
    assert openpyxl.DEFUSEDXML


def test_a_hundred_thousand_rows_are_refused_without_reading_them_all():
    row = '<row><c t="inlineStr"><is><t>a</t></is></c></row>'
    assert codes(repacked(GOOD, xl__worksheets__sheet1_xml=sheet_xml(row * 100_000))) == ["sheet.too_many_rows"]


def test_a_row_at_the_end_of_the_sheet_is_read_and_not_dropped():
    head = '<row r="1"><c t="inlineStr"><is><t>type</t></is></c></row>'
    last = '<row r="1048576"><c t="inlineStr"><is><t>text</t></is></c></row>'
    sheets = read_workbook(repacked(GOOD, xl__worksheets__sheet1_xml=sheet_xml(head + last)))
    assert [row.number for row in sheets["survey"].rows] == [1_048_576]


def test_a_row_number_without_end_is_bounded():
    row = '<row r="999999999999"><c t="inlineStr"><is><t>type</t></is></c></row>'
    assert "sheet.missing" in codes(repacked(GOOD, xl__worksheets__sheet1_xml=sheet_xml(row)))


def test_too_many_columns_are_refused():
    assert codes(workbook_of([["type"] * 70])) == ["sheet.too_many_columns"]


def test_a_formula_is_refused_with_its_cell_and_never_computed():
    content = workbook_of([["type", "name", "label"], ["text", "a", '=HYPERLINK("http://x","y")']])
    with pytest.raises(FormRefused) as refused:
        read_workbook(content)
    (problem,) = refused.value.problems
    assert (problem.code, problem.sheet, problem.row, problem.column) == ("cell.formula", "survey", 2, "label")


def test_a_cell_without_heading_is_refused_with_its_letter():
    with pytest.raises(FormRefused) as refused:
        read_workbook(workbook_of([["type", None, "label"], ["text", "a", "甲"]]))
    assert [(problem.code, problem.column) for problem in refused.value.problems] == [("cell.homeless", "B")]


def test_error_cells_and_long_cells_are_refused():
    book = Workbook()
    book.active.title = "survey"
    book.active.append(["type", "label"])
    book.active.append(["text", "长" * 4001])
    book.active["A3"] = "#REF!"
    assert codes(saved(book)) == ["cell.too_long", "cell.kind"]


@pytest.mark.parametrize("name", ["entities", "external_choices", "osm"])
def test_a_sheet_of_xlsform_that_means_nothing_here_is_refused(name):
    book = Workbook()
    book.active.title = "survey"
    book.create_sheet(name)
    with pytest.raises(FormRefused) as refused:
        read_workbook(saved(book))
    assert [(one.code, one.sheet) for one in refused.value.problems] == [("sheet.unsupported", name)]


def test_formulas_without_end_are_told_only_so_far():
    content = workbook_of([["type", "name"], *[["=1", "=2"]] * 3000])
    with pytest.raises(FormRefused) as refused:
        read_workbook(content)
    assert len(refused.value.problems) <= 201


def test_other_sheets_are_left_alone():
    book = Workbook()
    book.active.title = "说明"
    book.active.append(["=1/0"])
    assert read_workbook(saved(book))["survey"].rows == ()
