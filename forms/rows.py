"""The tree of questions and groups that the rows of a survey sheet describe."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from forms import messages
from forms.answers import CHOSEN
from forms.columns import MEDIA_COLUMNS, SURVEY, Cells
from forms.definition import Choice, Group, Question
from forms.problems import FormProblem, problem
from forms.tree import MAX_INSTANCES
from forms.types import ADVICE, TYPES, kind_of

MAX_DEPTH = 5
OTHER = "other"
_NAME = re.compile(r"[^\W\d][\w-]*")
_BOUNDARY = re.compile(r"(begin|end)[ _](group|repeat)")
_GROUP_COLUMNS = {"type", "name", "label", "relevant", "appearance", *MEDIA_COLUMNS}
_QUESTION_COLUMNS = [
    name for name in SURVEY if "::" not in name and name not in {"type", "name", "repeat_count", "disabled"}
]
YES, _NO = {"yes", "true", "true()", "是"}, {"", "no", "false", "false()", "否"}


@dataclass
class _Open:
    """A group whose end was not read yet."""

    row: Cells
    kind: str
    items: list[Question | Group] = field(default_factory=list)


class Rows:
    """One pass over the survey; guards the row number of every name, and the choices, to which `or_other` adds."""

    def __init__(self, problems: list[FormProblem], choices: dict[str, tuple[Choice, ...]]) -> None:
        self.problems = problems
        self.choices = dict(choices)
        self.numbers: dict[str, int] = {}

    def survey(self, rows: Iterable[Cells]) -> tuple[Question | Group, ...]:
        """Return the questions and groups as a tree. Rows that are `disabled` are as if they were not there."""
        stack = [_Open(Cells(0, {}), "")]
        for row in rows:
            if row.get("disabled").lower() in YES:
                continue
            boundary = _BOUNDARY.fullmatch(" ".join(row.get("type").split()))
            if boundary and boundary[1] == "begin":
                self._begin(row, boundary[2], stack)
            elif boundary:
                self._end(row, boundary[2], stack)
            else:
                stack[-1].items += self._questions(row)
        while len(stack) > 1:
            opened = stack[-1]
            self._report("group.unclosed", opened.row, "type", end=f"end_{opened.kind}")
            self._close(stack)
        return tuple(stack[0].items)

    def _begin(self, row: Cells, kind: str, stack: list[_Open]) -> None:
        self._name(row)
        known = {*_GROUP_COLUMNS, "repeat_count"} if kind == "repeat" else _GROUP_COLUMNS
        for column in sorted(row.filled() - known - {"disabled"}):
            if column in SURVEY:
                self._report("group.column", row, column, value=column)
        if kind == "repeat" and sum(opened.kind == "repeat" for opened in stack) >= len(MAX_INSTANCES):
            self._report("group.nested_repeat", row, "type", limit=len(MAX_INSTANCES))
        if len(stack) > MAX_DEPTH:
            self._report("group.too_deep", row, "type", limit=MAX_DEPTH)
        stack.append(_Open(row, kind))

    def _end(self, row: Cells, kind: str, stack: list[_Open]) -> None:
        if stack[-1].kind != kind:
            self._report("group.unopened", row, "type", value=row.get("type"))
            return
        self._close(stack)

    def _close(self, stack: list[_Open]) -> None:
        opened = stack.pop()
        if not opened.items:
            self._report("group.empty", opened.row, "name")
        row = opened.row
        cells = {column: row.get(column) for column in ("name", "label", "relevant", "appearance", "repeat_count")}
        group = Group(
            **cells,
            repeats=opened.kind == "repeat",
            items=tuple(opened.items),
            media=row.media,
            translations=row.translations,
        )
        stack[-1].items.append(group)

    def _questions(self, row: Cells) -> list[Question | Group]:
        """Return the question of a row, and the one that `or_other` adds behind it."""
        name = self._name(row)
        if self.numbers[name] != row.number:
            return []  # a name that is taken: what else is wrong would be told of the other row
        kind, words = kind_of(row.get("type"))
        if not kind:
            self._report("type.missing", row, "type")
            return []
        if kind not in TYPES or (words and kind not in CHOSEN):
            self._refuse_type(row, kind)
            return []
        if row.get("repeat_count"):
            self._report("repeat_count.alone", row, "repeat_count")
        cells: dict[str, Any] = {column: row.get(column) for column in _QUESTION_COLUMNS}
        for column in ("required", "readonly"):
            cells[column] = _condition(cells[column])
        listed = words[0] if words else ""
        if kind in CHOSEN and not listed:
            self._report("choices.unnamed", row, "type", value=kind)
        question = Question(name, kind, **cells, choices=listed, media=row.media, translations=row.translations)
        return self._with_other(row, question, words[1:])

    def _refuse_type(self, row: Cells, kind: str) -> None:
        if kind in ADVICE:
            self._report("type.refused", row, "type", value=row.get("type"), advice=ADVICE[kind])
        else:
            self._report("type.unsupported", row, "type", value=row.get("type"), known="、".join(TYPES))

    def _with_other(self, row: Cells, question: Question, words: list[str]) -> list[Question | Group]:
        """Take `or_other` as XLSForm means it: a choice more, and a question that asks what it is."""
        if not words:
            return [question]
        if words != ["or_other"] or question.type == "rank" or question.choice_filter:
            self._report("choices.other", row, "type", value=" ".join(words))
            return [question]
        name = f"{question.name}_{OTHER}"
        if name in self.numbers:
            self._report("name.twice", row, "name", value=name, other=self.numbers[name])
            return [question]
        self.numbers[name] = row.number
        relevant = f"selected(${{{question.name}}}, '{OTHER}')"
        listed = self._list_with_other(question.choices)
        asked = Question(name, "text", label=messages.OTHER_QUESTION, relevant=relevant)
        return [replace(question, choices=listed), asked]

    def _list_with_other(self, name: str) -> str:
        """Return the name of a list that holds the choices and 其他; a list that is used elsewhere stays as it is."""
        choices = self.choices.get(name, ())
        if not choices or any(choice.name == OTHER for choice in choices):
            return name
        longer = f"{name}_or_{OTHER}"
        self.choices.setdefault(longer, (*choices, Choice(OTHER, messages.OTHER_CHOICE)))
        return longer

    def _name(self, row: Cells) -> str:
        name = row.get("name")
        if not name:
            self._report("name.missing", row, "name")
        elif not _NAME.fullmatch(name):
            self._report("name.bad", row, "name", value=name)
        elif name in self.numbers:
            self._report("name.twice", row, "name", value=name, other=self.numbers[name])
        self.numbers.setdefault(name, row.number)
        return name

    def _report(self, code: str, row: Cells, column: str, **blanks: object) -> None:
        self.problems.append(problem(code, "survey", row.number, column, **blanks))


def _condition(cell: str) -> str:
    """Turn the yes and no of a cell into what an expression has; anything else is an expression already."""
    plain = cell.lower()
    return "true()" if plain in YES else "" if plain in _NO else cell
