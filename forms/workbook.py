"""Reading and writing `.xlsx` workbooks as plain rows of text, within bounds of size and time.

A workbook comes from outside, so it is suspected: the archive is measured before it is opened, parts with entities are
refused, formulas are never computed, and reading stops at the first row too many. What rows mean is left to
`importing`.
"""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from forms.problems import MAX_PROBLEMS, FormProblem, FormRefused, problem

MAX_FILE_BYTES = 4 * 2**20
MAX_UNPACKED_BYTES = 12 * 2**20
MAX_PARTS = 200
MAX_ROWS = 5_000
MAX_COLUMNS = 60
MAX_CELL = 4_000
_LAST_ROW = 1_048_576
SHEETS = ("survey", "choices", "settings")
_NOT_OURS = {"external_choices", "entities", "osm"}
"""Sheets that mean something in an XLSForm and nothing here; any other sheet is the author's own paper."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty: its number in the sheet, and its text by heading."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its headings in order and its rows. A sheet that is absent has neither."""

    headings: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


Sheets = Mapping[str, Sheet]


def table(headings: Iterable[str], rows: Sequence[Mapping[str, str]]) -> Sheet:
    """Make a sheet of rows from the second one on, with those of the headings that are used."""
    used = tuple(heading for heading in headings if any(row.get(heading) for row in rows))
    return Sheet(used, tuple(Row(number, dict(row)) for number, row in enumerate(rows, start=2)))


def read_workbook(content: bytes) -> dict[str, Sheet]:
    """Read the three sheets of a form. Raises FormRefused with all that is wrong in the cells.

    Takes at most 4 MiB, 12 MiB unpacked, 5,000 rows a sheet; whatever is larger is refused without reading on.
    """
    _measure(content)
    problems: list[FormProblem] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of extensions that it drops; none of them is a form's
            read = _read_book(content, problems)
    except Exception as error:  # openpyxl raises whatever a broken part provokes; all of it means the same
        raise FormRefused((problem("file.not_a_workbook"),)) from error
    if problems:
        raise FormRefused(tuple(problems))
    return {name: read.get(name, Sheet()) for name in SHEETS}


def _read_book(content: bytes, problems: list[FormProblem]) -> dict[str, Sheet]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    try:
        problems += [problem("sheet.unsupported", name, name=name) for name in book.sheetnames if name in _NOT_OURS]
        return {sheet.title: _read_sheet(sheet, problems) for sheet in book.worksheets if sheet.title in SHEETS}
    finally:
        book.close()


def _measure(content: bytes) -> None:
    """Refuse an archive that unpacks too large or holds entities, before anything parses it."""
    if len(content) > MAX_FILE_BYTES:
        raise FormRefused((problem("file.too_large", limit=MAX_FILE_BYTES // 2**20),))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
                raise FormRefused((problem("file.swollen"),))
            for part in parts:
                _suspect(archive.read(part))
    except FormRefused:
        raise
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error) as error:
        raise FormRefused((problem("file.not_a_workbook"),)) from error


def _suspect(part: bytes) -> None:
    """Refuse XML with a document type; text in two-byte encodings is refused too, since it could hide one."""
    looks_like_xml = part.lstrip()[:1] == b"<" or part[:4].strip(b"\xff\xfe\xef\xbb\xbf\x00")[:1] == b"<"
    if looks_like_xml and (b"<!DOCTYPE" in part or b"<!ENTITY" in part or b"\x00" in part):
        raise FormRefused((problem("file.entities"),))


def _read_sheet(sheet: Any, problems: list[FormProblem]) -> Sheet:
    headings: tuple[str, ...] = ()
    rows: list[Row] = []
    blank: object = None
    for number, cells in enumerate(sheet.iter_rows(max_row=_LAST_ROW, max_col=MAX_COLUMNS + 40), start=1):
        if cells is blank or all(cell is EMPTY_CELL for cell in cells):
            blank = cells  # a gap of a million rows comes as one and the same tuple
            continue
        if len(problems) >= MAX_PROBLEMS:
            break
        if len(rows) >= MAX_ROWS:
            problems.append(problem("sheet.too_many_rows", sheet.title, number, limit=MAX_ROWS))
            break
        texts = [_cell_text(cell, sheet.title, number, headings, problems) for cell in cells]
        if any(texts[MAX_COLUMNS:]):
            problems.append(problem("sheet.too_many_columns", sheet.title, number, limit=MAX_COLUMNS))
            break
        if not headings:
            headings = tuple(texts)
        elif any(texts):
            rows.append(_row(sheet.title, number, headings, texts, problems))
    return Sheet(tuple(filter(None, headings)), tuple(rows))


def _row(title: str, number: int, headings: Sequence[str], texts: list[str], problems: list[FormProblem]) -> Row:
    for column, (heading, text) in enumerate(zip(headings, texts, strict=True), start=1):
        if text and not heading:
            problems.append(problem("cell.homeless", title, number, get_column_letter(column)))
    return Row(number, {heading: text for heading, text in zip(headings, texts, strict=True) if heading and text})


def _cell_text(cell: Any, title: str, number: int, headings: Sequence[str], problems: list[FormProblem]) -> str:
    """Return what a person reads in a cell: numbers without `.0`, days and times as they are stored."""
    value = cell.value
    if value is None:
        return ""
    code = ""
    if cell.data_type == "f":
        code = "cell.formula"
    elif cell.data_type == "e" or not isinstance(value, str | bool | int | float | datetime.date | datetime.time):
        code = "cell.kind"
    elif isinstance(value, str) and len(value) > MAX_CELL:
        code = "cell.too_long"
    if code:
        heading = headings[cell.column - 1] if headings else ""
        problems.append(problem(code, title, number, heading or get_column_letter(cell.column), limit=MAX_CELL))
        return ""
    return _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return value.isoformat("minutes") if isinstance(value, datetime.time) else str(value).strip()


def write_workbook(sheets: Sheets) -> bytes:
    """Write sheets as a workbook that people can edit; the same sheets give the same bytes."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, sheet in sheets.items():
        _write_sheet(book, name, sheet)
    content = io.BytesIO()
    book.save(content)
    return _without_time(content.getvalue())


def _write_sheet(book: Workbook, name: str, sheet: Sheet) -> None:
    page = book.create_sheet(name)
    page.freeze_panes = "A2"
    for column, heading in enumerate(sheet.headings, start=1):
        page.cell(1, column, heading).font = Font(bold=True)
        widest = max((len(row.cells.get(heading, "")) for row in sheet.rows), default=0)
        page.column_dimensions[get_column_letter(column)].width = min(60, max(12, 2 * widest))
    for row in sheet.rows:
        for column, heading in enumerate(sheet.headings, start=1):
            cell = page.cell(row.number, column)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if text := row.cells.get(heading):
                cell.value = text
                cell.data_type = "s"  # never a formula, whatever it begins with


def _without_time(content: bytes) -> bytes:
    """Pack a workbook again with fixed times, so that equal forms are equal files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            part = source.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2000-01-01T00:00:00Z", part)
            target.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), part, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
