"""From the sheets of an XLSForm workbook to a definition, or to every problem that its author has to mend.

What is supported is the tables of `columns` and `types`; everything else is refused with its cell, so that nothing an
author wrote is dropped in silence. Reading `.xlsx` is left to `workbook`, the tree of questions to `rows`, what the
cells of a row mean together to `lint`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from forms.columns import (
    CHOICES,
    CHOICES_NEEDED,
    MEDIA_COLUMNS,
    SETTINGS,
    SURVEY,
    Cells,
    Heading,
    heading,
    headings_of,
    is_chinese,
    own_language,
    part,
)
from forms.definition import Choice, Definition
from forms.files import Find, Gathered, Named, hashes
from forms.languages import MEDIA
from forms.lint import lint, warnings
from forms.problems import MAX_PROBLEMS, FormProblem, FormRefused, problem
from forms.rows import YES, Rows
from forms.workbook import Row, Sheet, Sheets, read_workbook

_CHOICE_NAME = re.compile(r"[\w.-]+")
_FORM_ID = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_FILE = re.compile(r"[\w.()-]{1,120}")
_STYLES = {"", "pages"}


@dataclass(frozen=True, slots=True)
class Imported:
    """A form that can be published, what its author should look at all the same, and the files that it brings along."""

    definition: Definition
    warnings: tuple[FormProblem, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)


def import_workbook(content: bytes) -> Definition:
    """Read an `.xlsx` XLSForm. Raises FormRefused with all problems that can be seen at once."""
    return read_form(content).definition


def read_form(content: bytes, find: Find | None = None) -> Imported:
    """Read an `.xlsx` XLSForm and tell what else its author should know. Raises FormRefused with all problems.

    `find` gives the files that captions name: they become part of the form, and one that is missing is a problem. Without it
    only their names are read.
    """
    return read_sheets(read_workbook(content), find)


def define(sheets: Sheets) -> Definition:
    """Make the definition that the sheets of a workbook describe. Raises FormRefused with all problems."""
    return read_sheets(sheets).definition


def read_sheets(sheets: Sheets, find: Find | None = None) -> Imported:
    """Make the definition that sheets describe, with warnings. Raises FormRefused with all problems."""
    reading = _Reading(sheets)
    settings = reading.settings()
    choices = reading.choices()
    rows = Rows(reading.problems, choices)
    items = rows.survey(reading.sheet("survey", SURVEY, ("type", "name")))
    files = reading.files(find)
    definition = Definition(
        form_id=settings.get("form_id", ""),
        version=settings.get("version", ""),
        title=settings.get("form_title", settings.get("form_id", "")),
        legal_basis=settings.get("legal_basis", ""),
        items=items,
        choices=tuple(rows.choices.items()),
        language="" if is_chinese(reading.own) else reading.own,
        style=settings.get("style", ""),
        compulsory_photos=settings.get("compulsory_photos", ""),
        files=hashes(files),
    )
    problems = [*reading.problems, *lint(definition, rows.numbers, complete=not reading.problems)]
    if problems:
        raise FormRefused(reading.as_written(_told(problems)))
    return Imported(definition, reading.as_written(warnings(definition, rows.numbers)), files)


def _told(problems: list[FormProblem]) -> list[FormProblem]:
    """Order problems as in the workbook, and end them where nobody reads on."""
    told = sorted(problems, key=lambda found: (found.sheet, found.row))
    more = [problem("problems.many", limit=MAX_PROBLEMS)] if len(told) > MAX_PROBLEMS else []
    return told[:MAX_PROBLEMS] + more


class _Reading:
    """One pass over the sheets; guards the problems found so far, and the cells that name files."""

    def __init__(self, sheets: Sheets) -> None:
        self.sheets = sheets
        self.problems: list[FormProblem] = []
        self.named: list[Named] = []
        self.written: dict[tuple[str, str], str] = {}  # the author's heading by sheet and our name for the column
        spoken = [heading(text) for text in sheets.get("survey", Sheet()).headings]
        self.default = self._default_language()
        self.own = own_language(spoken, self.default)

    def _default_language(self) -> str:
        rows = self.sheets.get("settings", Sheet()).rows
        return rows[0].cells.get("default_language", "") if rows else ""

    def sheet(self, name: str, known: Sequence[str], needed: Iterable[str]) -> tuple[Cells, ...]:
        """Return the rows of a sheet under the names that we use for its columns."""
        sheet = self.sheets.get(name, Sheet())
        if not sheet.headings:
            if name != "choices":
                self.report("sheet.missing", name, name=name)
            return ()
        headings = headings_of(sheet.headings, self.own, self.default)
        for text, found in headings.items():
            if found.language in {"", self.own}:
                self.written.setdefault((name, found.column), text)
        columns = [(found.column, self.own if found.language == "" else found.language) for found in headings.values()]
        for column in sorted({column for column, language in columns if columns.count((column, language)) > 1}):
            self.report("column.twice", name, 1, column, name=column)
        for text, found in headings.items():
            is_empty = not any(row.cells.get(text) for row in sheet.rows)
            if found.column not in known and not is_empty and (name != "choices" or "::" in found.column):
                self.report("column.unsupported", name, 1, text, name=text, known="、".join(known))
        for column in needed:
            if column not in {found.column for found in headings.values()}:
                self.report("column.missing", name, 1, column, name=column)
        cells = [self._cells(name, row, headings) for row in sheet.rows]
        return tuple(cells)

    def as_written(self, problems: Iterable[FormProblem]) -> tuple[FormProblem, ...]:
        """Name the columns of problems by the headings that the author wrote."""
        found = [replace(one, column=self.written.get((one.sheet, one.column), one.column)) for one in problems]
        return tuple(found)

    def _cells(self, name: str, row: Row, headings: dict[str, Heading]) -> Cells:
        cells = part(row.number, {headings[text]: cell for text, cell in row.cells.items()}, self.own)
        if name == "survey" and cells.get("disabled").lower() in YES:
            return cells
        for text, cell in row.cells.items():
            column = headings[text].column
            if column in MEDIA_COLUMNS and _FILE.fullmatch(cell):
                self.named.append(Named(name, row.number, text, column.removeprefix(MEDIA), cell))
            elif column in MEDIA_COLUMNS:
                self.report("media.name", name, row.number, text, value=cell)
        return cells

    def files(self, find: Find | None) -> Mapping[str, bytes]:
        """Return the files that the rows name, as far as they can be taken; none where nobody gives any."""
        if find is None:
            return {}
        gathered = Gathered(find)
        self.problems += gathered.gather(self.named)
        return gathered.files

    def settings(self) -> dict[str, str]:
        """Return the one row of settings."""
        rows = self.sheet("settings", SETTINGS, ("form_id", "version"))
        if len(rows) > 1:
            self.report("settings.many", "settings", rows[1].number)
        cells = dict(rows[0].texts) if rows else {}
        number = rows[0].number if rows else 2
        for name in ("form_id", "version"):
            if not cells.get(name):
                self.report("settings.missing", "settings", number, name, name=name)
        form_id, photos = cells.get("form_id", ""), cells.get("compulsory_photos") or "0"
        if form_id and not _FORM_ID.fullmatch(form_id):
            self.report("form_id.bad", "settings", number, "form_id", value=form_id)
        if cells.get("style", "") not in _STYLES:
            self.report("settings.style", "settings", number, "style", value=cells["style"])
        if not photos.isdecimal() or len(photos) > 2:
            self.report("settings.photos", "settings", number, "compulsory_photos", value=photos)
        return cells

    def choices(self) -> dict[str, tuple[Choice, ...]]:
        """Return the choices by list, in the order of the sheet."""
        lists: dict[str, dict[str, tuple[int, Choice]]] = {}
        for row in self.sheet("choices", CHOICES, CHOICES_NEEDED):
            self._choice(row, lists)
        return {name: tuple(choice for _, choice in found.values()) for name, found in lists.items()}

    def _choice(self, row: Cells, lists: dict[str, dict[str, tuple[int, Choice]]]) -> None:
        list_name, name, label = (row.get(column) for column in CHOICES_NEEDED)
        if not list_name:
            self.report("choice.list", "choices", row.number, "list_name")
        if not _CHOICE_NAME.fullmatch(name):
            self.report("choice.name", "choices", row.number, "name", value=name)
        if not label:
            self.report("choice.label", "choices", row.number, "label")
        found = lists.setdefault(list_name, {})
        if name in found:
            self.report("choice.twice", "choices", row.number, "name", value=name, other=found[name][0])
        columns = tuple(sorted((key, text) for key, text in row.texts.items() if key not in CHOICES))
        found[name] = (row.number, Choice(name, label, columns, row.media, row.translations))

    def report(self, code: str, sheet: str, row: int = 0, column: str = "", **blanks: object) -> None:
        """Add a problem."""
        self.problems.append(problem(code, sheet, row, column, **blanks))
