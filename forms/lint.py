"""What the cells of a form mean together: choice lists, defaults, compulsory photos, appearances, cycles.

It speaks of cells, as `importing` does, but needs nothing of a workbook except the row of each name. Expressions and
references are looked at by `lint_expressions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from graphlib import CycleError
from itertools import chain, islice

from forms.answers import UPLOADED
from forms.definition import Definition, Group, Question
from forms.expressions import is_dynamic
from forms.lint_expressions import check_expressions
from forms.messages import APPEARANCES, LOOKS_WITHOUT_EFFECT, SIGNATURE_LOOK
from forms.parsing import parse_text
from forms.plan import RELEVANT, VALUE, plan
from forms.problems import MAX_PROBLEMS, FormProblem, problem
from forms.ranges import range_of
from forms.tree import sources, walk

MAX_EXPRESSIONS = 200_000
"""Characters of all expressions together: many times a large survey, and read within seconds."""

_COMPUTABLE = {"calculate", "hidden", "text", "integer", "decimal", "date", "datetime"}
_SILENT = {"calculate", "hidden"}


def lint(definition: Definition, rows: Mapping[str, int], *, complete: bool) -> list[FormProblem]:
    """List the problems of a definition; `rows` gives the row of every name, also of rows that were refused.

    Cycles are looked for only in a form that is complete and free of other problems.
    """
    if long := _too_long(definition, rows):
        return [long]
    nodes = walk(definition)
    cells = chain.from_iterable(_row(definition, rows, item) for item in definition.rows)
    rules = chain.from_iterable(check_expressions(definition, rows, nodes, item) for item in definition.rows)
    found = list(islice(chain(cells, rules), MAX_PROBLEMS + 1))
    return found if found or not complete else list(_cycle(definition, rows))


def _too_long(definition: Definition, rows: Mapping[str, int]) -> FormProblem | None:
    """Find the row at which the expressions together become too long to be read in bounded time, or nothing."""
    length = 0
    for item in definition.rows:
        for column, source in sources(item):
            length += len(source)
            if length > MAX_EXPRESSIONS:
                return problem("expressions.too_long", "survey", rows[item.name], column, limit=MAX_EXPRESSIONS)
    return None


def warnings(definition: Definition, rows: Mapping[str, int]) -> Iterator[FormProblem]:
    """Yield what does not forbid a form, but what its author should know."""
    compulsory = [item for item in definition.rows if _is_compulsory_upload(item)]
    allowed = int(definition.compulsory_photos or 0)
    for item in compulsory[allowed:]:
        yield problem("photos.many", "survey", rows[item.name], "required", count=len(compulsory), allowed=allowed)
    for item in definition.rows:
        for look in item.appearance.split():
            if look in LOOKS_WITHOUT_EFFECT:
                yield problem("appearance.idle", "survey", rows[item.name], "appearance", value=look)


def _is_compulsory_upload(item: Question | Group) -> bool:
    """Say whether a row demands a photo, a recording or a file; a signature is no photo of work (国办函〔2026〕12号)."""
    if not isinstance(item, Question) or item.type not in UPLOADED:
        return False
    return bool(item.required) and SIGNATURE_LOOK not in item.appearance.split()


def _row(definition: Definition, rows: Mapping[str, int], item: Question | Group) -> Iterator[FormProblem]:
    def at(code: str, column: str, **blanks: object) -> FormProblem:
        return problem(code, "survey", rows.get(item.name, 0), column, **blanks)

    for look in item.appearance.split():
        if look not in APPEARANCES and look not in LOOKS_WITHOUT_EFFECT:
            yield at("appearance.unsupported", "appearance", value=look, known="、".join(APPEARANCES))
    if isinstance(item, Group):
        return
    if item.type not in _SILENT and not (item.label or item.hint or item.media):
        yield at("label.missing", "label")
    if item.type == "calculate" and not item.calculation:
        yield at("calculation.missing", "calculation")
    if item.calculation and item.type not in _COMPUTABLE:
        yield at("calculation.type", "calculation", value=item.type)
    if _is_compulsory_upload(item) and not definition.legal_basis:
        yield at("image.required", "required")
    if item.parameters and item.type != "range":
        yield at("parameters.alone", "parameters", value=item.type)
    if item.type == "range" and (reason := _fault(lambda: range_of(item.parameters))):
        yield at("parameters.bad", "parameters", reason=reason)
    elif item.choices and item.choices not in definition.choice_lists:
        yield at("choices.missing", "type", value=item.choices)
    elif item.choice_filter and not item.choices:
        yield at("choices.column", "choice_filter")
    elif reason := _fault(lambda: _check_default(definition, item)):
        yield at("default.bad", "default", reason=reason)


def _check_default(definition: Definition, question: Question) -> None:
    if question.default and not is_dynamic(question.default):
        parse_text(definition, question, question.default)


def _fault(attempt: Callable[[], object]) -> str:
    """Return why something cannot be, in the words of its error."""
    try:
        attempt()
    except ValueError as error:
        return str(error)
    return ""


def _cycle(definition: Definition, rows: Mapping[str, int]) -> Iterator[FormProblem]:
    """Name the written cells of the first cycle, in the order in which each needs the next."""
    try:
        plan(definition)
    except CycleError as error:
        items = {item.name: item for item in definition.rows}
        steps = [(_column(facet, items[name]), name) for facet, name in error.args[1][:0:-1]]
        cells = [(column, name) for column, name in steps if getattr(items[name], column, "")]
        way = " → ".join(f"第 {rows[name]} 行 {name}({column})" for column, name in [*cells, cells[0]])
        column, name = cells[0]
        yield problem("expression.cycle", "survey", rows[name], column, value=way)


def _column(facet: str, item: Question | Group) -> str:
    computed = "repeat_count" if isinstance(item, Group) else "calculation"
    return {RELEVANT: "relevant", VALUE: computed}.get(facet, facet)
