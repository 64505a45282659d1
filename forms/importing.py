"""From the rows of an XLSForm workbook to a definition, or to every problem that its author has to mend.

What is supported is the tables at the top; everything else is refused with its cell, so that nothing an author wrote
is dropped in silence. Reading `.xlsx` is left to `workbook`, what the cells of a row mean together to `lint`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from forms.definition import Choice, Definition, Group, Question
from forms.lint import lint
from forms.problems import FormProblem, FormRefused, problem
from forms.workbook import Row, Sheet, Sheets, read_workbook

TYPES = (
    "text",
    "integer",
    "decimal",
    "date",
    "time",
    "select_one",
    "select_multiple",
    "note",
    "calculate",
    "hidden",
    "acknowledge",
    "image",
    "geopoint",
)
"""Every question type that is supported now; a signature is an image of that appearance."""

SURVEY = (
    "type",
    "name",
    "label",
    "hint",
    "required",
    "required_message",
    "relevant",
    "constraint",
    "constraint_message",
    "calculation",
    "default",
    "appearance",
    "readonly",
    "choice_filter",
)
CHOICES = ("list_name", "name", "label")
SETTINGS = ("form_title", "form_id", "version", "legal_basis", "default_language")

MAX_DEPTH = 5
_CHINESE = re.compile(r"\s*::\s*(?:中文|汉语|简体中文|chinese|zh(?:-\w+)?)\s*(?:\([\w-]+\))?\s*$", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d][\w-]*")
_CHOICE_NAME = re.compile(r"[\w.-]+")
_FORM_ID = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_YES, _NO = {"yes", "true", "true()", "是"}, {"", "no", "false", "false()", "否"}
_GROUP_COLUMNS = {"type", "name", "label", "relevant", "appearance"}
_BOUNDARY = re.compile(r"(begin|end)[ _](group|repeat)")


def import_workbook(content: bytes) -> Definition:
    """Read an `.xlsx` XLSForm. Raises FormRefused with all problems that can be seen at once."""
    return define(read_workbook(content))


def define(sheets: Sheets) -> Definition:
    """Make the definition that the sheets of a workbook describe. Raises FormRefused with all problems."""
    reading = _Reading()
    settings = reading.settings(reading.sheet("settings", sheets, SETTINGS, ("form_id", "version")))
    choices = reading.choices(reading.sheet("choices", sheets, CHOICES, CHOICES))
    items = reading.survey(reading.sheet("survey", sheets, SURVEY, ("type", "name")))
    definition = Definition(
        form_id=settings.get("form_id", ""),
        version=settings.get("version", ""),
        title=settings.get("form_title", settings.get("form_id", "")),
        legal_basis=settings.get("legal_basis", ""),
        items=items,
        choices=choices,
    )
    problems = [*reading.problems, *lint(definition, reading.rows, complete=not reading.problems)]
    if problems:
        raise FormRefused(tuple(sorted(problems, key=lambda found: (found.sheet, found.row))))
    return definition


@dataclass
class _Open:
    """A group whose end was not read yet."""

    row: Row
    kind: str
    items: list[Question | Group] = field(default_factory=list)


class _Reading:
    """One pass over the sheets; guards the problems found so far and the row of every name."""

    def __init__(self) -> None:
        self.problems: list[FormProblem] = []
        self.rows: dict[str, int] = {}

    def sheet(self, name: str, sheets: Sheets, known: Sequence[str], needed: Iterable[str]) -> tuple[Row, ...]:
        """Return the rows of a sheet under the names that we use for its columns."""
        sheet = sheets.get(name, Sheet())
        if not sheet.headings:
            if name != "choices":
                self._report("sheet.missing", name, name=name)
            return ()
        headings = {heading: _CHINESE.sub("", heading).strip().lower() for heading in sheet.headings}
        canonical = [headings[heading] for heading in sheet.headings]
        for column in sorted({column for column in canonical if canonical.count(column) > 1}):
            self._report("column.twice", name, 1, column, name=column)
        for heading, column in headings.items():
            if column not in known and (name != "choices" or "::" in column):
                self._report("column.unsupported", name, 1, heading, name=heading, known="、".join(known))
        for column in needed:
            if column not in canonical:
                self._report("column.missing", name, 1, column, name=column)
        return tuple(Row(row.number, {headings[key]: text for key, text in row.cells.items()}) for row in sheet.rows)

    def settings(self, rows: Sequence[Row]) -> dict[str, str]:
        """Return the one row of settings."""
        if len(rows) > 1:
            self._report("settings.many", "settings", rows[1].number)
        cells = dict(rows[0].cells) if rows else {}
        number = rows[0].number if rows else 2
        for name in ("form_id", "version"):
            if not cells.get(name):
                self._report("settings.missing", "settings", number, name, name=name)
        form_id = cells.get("form_id", "")
        if form_id and not _FORM_ID.fullmatch(form_id):
            self._report("form_id.bad", "settings", number, "form_id", value=form_id)
        return cells

    def choices(self, rows: Iterable[Row]) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
        """Return the choices by list, in the order of the sheet."""
        lists: dict[str, dict[str, tuple[int, Choice]]] = {}
        for row in rows:
            self._choice(row, lists)
        return tuple((name, tuple(choice for _, choice in found.values())) for name, found in lists.items())

    def _choice(self, row: Row, lists: dict[str, dict[str, tuple[int, Choice]]]) -> None:
        list_name, name, label = (row.cells.get(column, "") for column in CHOICES)
        if not list_name:
            self._report("choice.list", "choices", row.number, "list_name")
        if not _CHOICE_NAME.fullmatch(name):
            self._report("choice.name", "choices", row.number, "name", value=name)
        if not label:
            self._report("choice.label", "choices", row.number, "label")
        found = lists.setdefault(list_name, {})
        if name in found:
            self._report("choice.twice", "choices", row.number, "name", value=name, other=found[name][0])
        columns = tuple(sorted((key, text) for key, text in row.cells.items() if key not in CHOICES))
        found[name] = (row.number, Choice(name, label, columns))

    def survey(self, rows: Iterable[Row]) -> tuple[Question | Group, ...]:
        """Return the questions and groups as a tree."""
        stack = [_Open(Row(0, {}), "")]
        for row in rows:
            boundary = _BOUNDARY.fullmatch(" ".join(row.cells.get("type", "").split()))
            if boundary and boundary[1] == "begin":
                self._begin(row, boundary[2], stack)
            elif boundary:
                self._end(row, boundary[2], stack)
            elif question := self._question(row):
                stack[-1].items.append(question)
        while len(stack) > 1:
            opened = stack[-1]
            self._report("group.unclosed", "survey", opened.row.number, "type", end=f"end_{opened.kind}")
            self._close(stack)
        return tuple(stack[0].items)

    def _begin(self, row: Row, kind: str, stack: list[_Open]) -> None:
        self._name(row)
        for column in row.cells.keys() - _GROUP_COLUMNS:
            self._report("group.column", "survey", row.number, column, value=column)
        if kind == "repeat" and any(opened.kind == "repeat" for opened in stack):
            self._report("group.nested_repeat", "survey", row.number, "type")
        if len(stack) > MAX_DEPTH:
            self._report("group.too_deep", "survey", row.number, "type", limit=MAX_DEPTH)
        stack.append(_Open(row, kind))

    def _end(self, row: Row, kind: str, stack: list[_Open]) -> None:
        opened = stack[-1]
        if opened.kind != kind:
            self._report("group.unopened", "survey", row.number, "type", value=row.cells["type"])
            return
        self._close(stack)

    def _close(self, stack: list[_Open]) -> None:
        opened = stack.pop()
        if not opened.items:
            self._report("group.empty", "survey", opened.row.number, "name")
        cells = {column: opened.row.cells.get(column, "") for column in ("name", "label", "relevant", "appearance")}
        stack[-1].items.append(Group(**cells, repeats=opened.kind == "repeat", items=tuple(opened.items)))

    def _question(self, row: Row) -> Question | None:
        words = row.cells.get("type", "").split()
        name = self._name(row)
        if self.rows[name] != row.number:
            return None  # a name that is taken: what else is wrong would be told of the other row
        if not words:
            self._report("type.missing", "survey", row.number, "type")
            return None
        kind = words[0]
        if kind not in TYPES or (len(words) > 1 and not kind.startswith("select_")):
            value = row.cells["type"]
            self._report("type.unsupported", "survey", row.number, "type", value=value, known="、".join(TYPES))
            return None
        cells = {column: row.cells.get(column, "") for column in SURVEY if column not in {"type", "name"}}
        for column in ("required", "readonly"):
            cells[column] = _condition(cells[column])
        return Question(name=name, type=kind, choices=self._choice_list(row, kind, words[1:]), **cells)

    def _choice_list(self, row: Row, kind: str, words: list[str]) -> str:
        if not kind.startswith("select_"):
            return ""
        if not words:
            self._report("choices.unnamed", "survey", row.number, "type", value=kind)
        elif len(words) > 1:
            self._report("choices.other", "survey", row.number, "type")
        return words[0] if words else ""

    def _name(self, row: Row) -> str:
        name = row.cells.get("name", "")
        if not name:
            self._report("name.missing", "survey", row.number, "name")
        elif not _NAME.fullmatch(name):
            self._report("name.bad", "survey", row.number, "name", value=name)
        elif name in self.rows:
            self._report("name.twice", "survey", row.number, "name", value=name, other=self.rows[name])
        self.rows.setdefault(name, row.number)
        return name

    def _report(self, code: str, sheet: str, row: int = 0, column: str = "", **blanks: object) -> None:
        self.problems.append(problem(code, sheet, row, column, **blanks))


def _condition(cell: str) -> str:
    """Turn the yes and no of a cell into what an expression has; anything else is an expression already."""
    plain = cell.lower()
    return "true()" if plain in _YES else "" if plain in _NO else cell
