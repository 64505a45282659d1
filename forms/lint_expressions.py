"""What is wrong with the expressions of a row, and with what its captions name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms.answers import CHOSEN
from forms.columns import CAPTIONS
from forms.definition import Definition, Group, Question
from forms.expressions import Expression, ExpressionError, compile_expression, is_dynamic
from forms.facts import SOURCES
from forms.languages import MEDIA
from forms.problems import FormProblem, problem
from forms.references import REFERENCE, climb, common, is_path, resolve
from forms.tree import Node

_EXPRESSIONS: dict[str, frozenset[str]] = {
    "relevant": frozenset(),
    "required": frozenset({"."}),
    "constraint": frozenset({"."}),
    "calculation": frozenset({"once"}),
    "readonly": frozenset({"."}),
    "choice_filter": frozenset({"."}),
    "repeat_count": frozenset(),
    "default": frozenset({"once"}),
}
"""The columns that hold expressions, each with the ways in which it may use the answer itself."""


def check_expressions(
    definition: Definition, rows: Mapping[str, int], nodes: Mapping[str, Node], item: Question | Group
) -> Iterator[FormProblem]:
    """Yield what is wrong with the expressions and captions of a row; `rows` gives the row of every name."""
    checking = _Checking(definition, rows, nodes, item)
    for column in _EXPRESSIONS:
        source = getattr(item, column, "")
        if source and (column != "default" or is_dynamic(source)):
            yield from checking.expression(column, source)
    for column, text in _captions(item):
        for name in REFERENCE.findall(text):
            yield from checking.name(column, name, counts=False)


def _captions(item: Question | Group) -> Iterator[tuple[str, str]]:
    """Yield the captions of a row in every language, with the heading of each."""
    for column in CAPTIONS:
        yield column, getattr(item, column, "")
    for language, spoken in item.translations:
        yield from ((f"{column}::{language}", text) for column, text in spoken if not column.startswith(MEDIA))


@dataclass(frozen=True)
class _Checking:
    """One row and what it may refer to."""

    definition: Definition
    rows: Mapping[str, int]
    nodes: Mapping[str, Node]
    item: Question | Group

    def expression(self, column: str, source: str) -> Iterator[FormProblem]:
        """Yield what is wrong with one expression."""
        try:
            expression = compile_expression(source)
        except ExpressionError as error:
            yield self._at(error.code, column, **error.blanks)
            return
        for reference in expression.references:
            yield from self._reference(column, reference)
        for reference, repeats in expression.indexed:
            yield from self._indexed(column, reference, repeats)
        for name in expression.named:
            question = self.nodes[name].item if name in self.nodes else None
            if name not in self.rows or (question and getattr(question, "type", "") not in CHOSEN):
                yield self._at("expression.choice_name", column)
        for word in sorted(expression.own - _EXPRESSIONS[column]):
            yield self._at("expression.own", column, value=word)
        for source_name in sorted({source for source, _ in expression.facts} - set(SOURCES)):
            yield self._at("expression.source", column, value=source_name, known="、".join(SOURCES))
        yield from self._climbs(column, expression)
        yield from self._columns(column, expression)

    def _climbs(self, column: str, expression: Expression) -> Iterator[FormProblem]:
        node = self.nodes[self.item.name]
        for levels in sorted(expression.climbs):
            try:
                climb(node, levels, self.nodes)
            except KeyError:
                yield self._at("expression.path", column, value="/".join([".."] * levels))

    def _columns(self, column: str, expression: Expression) -> Iterator[FormProblem]:
        choices = self.definition.choice_lists.get(getattr(self.item, "choices", ""), ())
        of_list = {"name", "label"} | {name for choice in choices for name, _ in choice.columns}
        known = of_list if column == "choice_filter" else set()
        for name in expression.columns:
            if name not in known:
                code = "expression.column" if column == "choice_filter" else "expression.unsupported"
                yield self._at(code, column, value=name)

    def _reference(self, column: str, reference: str) -> Iterator[FormProblem]:
        if not is_path(reference):
            yield from self.name(column, reference, counts=True)
            return
        try:
            target = resolve(reference, self.nodes[self.item.name], self.nodes, self.definition.form_id)
        except KeyError:
            yield self._at("expression.path", column, value=reference)
            return
        yield from self.name(column, target.name, counts=True)

    def name(self, column: str, name: str, *, counts: bool) -> Iterator[FormProblem]:
        """Yield what is wrong with naming a row: a group has no answer, but instances of a repeat can be counted."""
        item = self.nodes[name].item if name in self.nodes else None
        if name not in self.rows:
            yield self._at("expression.reference", column, value=name)
        elif isinstance(item, Group) and not (counts and item.repeats):
            yield self._at("expression.group", column, value=name)

    def _indexed(self, column: str, reference: str, repeats: tuple[str, ...]) -> Iterator[FormProblem]:
        """An instance must be chosen in each repeat around the question that is not around this row too."""
        node = self.nodes[self.item.name]
        try:
            names = [resolve(one, node, self.nodes, self.definition.form_id).name for one in (reference, *repeats)]
        except KeyError as error:
            yield self._at("expression.path", column, value=str(error.args[0]))
            return
        target = self.nodes[names[0]]
        needed = set(target.repeats[common(node.repeats, target.repeats) :])
        if isinstance(target.item, Group) or not needed <= set(names[1:]) <= set(target.repeats):
            yield self._at("expression.indexed", column)

    def _at(self, code: str, column: str, **blanks: object) -> FormProblem:
        return problem(code, "survey", self.rows.get(self.item.name, 0), column, **blanks)
