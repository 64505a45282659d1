"""What the cells of a form mean together: references, expressions, choice lists, defaults, compulsory photos, cycles.

It speaks of cells, as `importing` does, but needs nothing of a workbook except the row of each name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError

from forms.defaults import is_dynamic
from forms.definition import Definition, Group, Question
from forms.expressions import ExpressionError, compile_expression
from forms.messages import APPEARANCES, SIGNATURE_LOOK
from forms.parsing import parse_text
from forms.plan import REFERENCE, RELEVANT, VALUE, plan
from forms.problems import FormProblem, problem

_EXPRESSIONS: dict[str, frozenset[str]] = {
    "relevant": frozenset(),
    "required": frozenset({"."}),
    "constraint": frozenset({"."}),
    "calculation": frozenset({"once"}),
    "readonly": frozenset({"."}),
    "choice_filter": frozenset({"."}),
    "default": frozenset({"once"}),
}
"""The columns that hold expressions, each with the ways in which it may use the answer itself."""

_CAPTIONS = ("label", "hint", "required_message", "constraint_message")
_COMPUTABLE = {"calculate", "hidden", "text", "integer", "decimal", "date"}
_SILENT = {"calculate", "hidden"}


def lint(definition: Definition, rows: Mapping[str, int], *, complete: bool) -> list[FormProblem]:
    """List the problems of a definition; `rows` gives the row of every name, also of rows that were refused.

    Cycles are looked for only in a form that is complete and free of other problems.
    """
    items = list(_all(definition.items))
    repeats = {item.name: item.repeats for item in items if isinstance(item, Group)}
    found = [one for item in items for one in _Linting(definition, rows, repeats, item).problems()]
    return found if found or not complete else list(_cycle(definition, rows))


def _all(items: tuple[Question | Group, ...]) -> Iterator[Question | Group]:
    for item in items:
        yield item
        if isinstance(item, Group):
            yield from _all(item.items)


class _Linting:
    """The problems of one row."""

    def __init__(
        self, definition: Definition, rows: Mapping[str, int], repeats: Mapping[str, bool], item: Question | Group
    ) -> None:
        self.definition = definition
        self.rows = rows
        self.repeats = repeats  # of every group, whether it repeats
        self.item = item

    def problems(self) -> Iterator[FormProblem]:
        """Yield everything that is wrong in the row."""
        for look in self.item.appearance.split():
            if look not in APPEARANCES:
                yield self._at("appearance.unsupported", "appearance", value=look, known="、".join(APPEARANCES))
        for column in _EXPRESSIONS:
            source = getattr(self.item, column, "")
            if source and (column != "default" or is_dynamic(source)):
                yield from self._expression(column, source)
        for column in _CAPTIONS:
            for name in REFERENCE.findall(getattr(self.item, column, "")):
                yield from self._reference(column, name, counts=False)
        if isinstance(self.item, Question):
            yield from self._question(self.item)

    def _question(self, question: Question) -> Iterator[FormProblem]:
        if question.type not in _SILENT and not question.label:
            yield self._at("label.missing", "label")
        if question.type == "calculate" and not question.calculation:
            yield self._at("calculation.missing", "calculation")
        if question.calculation and question.type not in _COMPUTABLE:
            yield self._at("calculation.type", "calculation", value=question.type)
        photo = question.type == "image" and SIGNATURE_LOOK not in question.appearance.split()
        if photo and question.required and not self.definition.legal_basis:
            yield self._at("image.required", "required")
        if question.choices and question.choices not in self.definition.choice_lists:
            yield self._at("choices.missing", "type", value=question.choices)
        elif question.choice_filter and not question.choices:
            yield self._at("choices.column", "choice_filter")
        elif question.default and not is_dynamic(question.default):
            yield from self._default(question)

    def _default(self, question: Question) -> Iterator[FormProblem]:
        try:
            parse_text(self.definition, question, question.default)
        except ValueError as error:
            yield self._at("default.bad", "default", reason=error)

    def _expression(self, column: str, source: str) -> Iterator[FormProblem]:
        try:
            expression = compile_expression(source)
        except ExpressionError as error:
            yield self._at(error.code, column, **error.blanks)
            return
        for name in expression.references:
            yield from self._reference(column, name, counts=True)
        for word in sorted(expression.own - _EXPRESSIONS[column]):
            yield self._at("expression.own", column, value=word)
        known = self._columns() if column == "choice_filter" else set()
        for name in expression.columns:
            if name not in known:
                code = "expression.column" if column == "choice_filter" else "expression.unsupported"
                yield self._at(code, column, value=name)

    def _columns(self) -> set[str]:
        choices = self.definition.choice_lists.get(getattr(self.item, "choices", ""), ())
        return {"name", "label"} | {column for choice in choices for column, _ in choice.columns}

    def _reference(self, column: str, name: str, *, counts: bool) -> Iterator[FormProblem]:
        """A group has no answer, but the instances of a repeat can be counted."""
        if name not in self.rows:
            yield self._at("expression.reference", column, value=name)
        elif name in self.repeats and not (counts and self.repeats[name]):
            yield self._at("expression.group", column, value=name)

    def _at(self, code: str, column: str, **blanks: object) -> FormProblem:
        return problem(code, "survey", self.rows.get(self.item.name, 0), column, **blanks)


_COLUMN_OF = {RELEVANT: "relevant", VALUE: "calculation"}


def _cycle(definition: Definition, rows: Mapping[str, int]) -> Iterator[FormProblem]:
    """Name the written cells of the first cycle, in the order in which each needs the next."""
    try:
        plan(definition)
    except CycleError as error:
        items = {item.name: item for item in _all(definition.items)}
        steps = [(_COLUMN_OF[facet], name) for facet, name in error.args[1][:0:-1]]
        cells = [(column, name) for column, name in steps if getattr(items[name], column, "")]
        way = " → ".join(f"第 {rows[name]} 行 {name}({column})" for column, name in [*cells, cells[0]])
        column, name = cells[0]
        yield problem("expression.cycle", "survey", rows[name], column, value=way)
