"""From the text of an expression to a function of the answers.

`elementpath` reads the XPath 1.0 grammar; what an expression may do is decided here, token by token, and everything
else (paths, axes, predicates, unknown functions) is refused when a form is imported. Evaluation is ours rather than
elementpath's because sums of money must be exact and a change on an old phone must be quick. A `${name}` becomes a
variable before parsing and answers are only ever values of variables, so no answer can become part of an expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from elementpath import ElementPathError, XPath1Parser
from elementpath.tdop import Parser

from forms.functions import FUNCTIONS, pattern_fault
from forms.operators import ARITHMETIC, COMPARISONS, compare, negative
from forms.values import Value, as_number, as_truth

MAX_LENGTH = 2_000
MAX_DEPTH = 60

_PIECES = re.compile(r"""("[^"]*"|'[^']*')|\$\{([^{}]*)\}|(\$)|([A-Za-z][\w.-]*)(?=\s*\()""")
_OPERATOR_WORDS = {"and", "or", "div", "mod"}


class ExpressionError(ValueError):
    """An expression cannot be taken. `code` and `blanks` name the message in `problems.MESSAGES`."""

    def __init__(self, code: str, **blanks: object) -> None:
        super().__init__(code)
        self.code = code
        self.blanks = blanks


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression is evaluated: how to read a question, the answer itself, its place in a repeat, the day."""

    read: Callable[[str], Value]
    today: date
    current: Value = ""
    stored: Value = ""
    position: int = 1
    columns: Mapping[str, str] = field(default_factory=dict)


Run = Callable[[Scope], Value]


@dataclass(frozen=True)
class Expression:
    """A compiled expression: what it refers to, and how to run it.

    `references` are questions, `columns` those of a choice; `own` holds `.` and `once` where the answer itself is used.
    """

    references: tuple[str, ...]
    columns: tuple[str, ...]
    own: frozenset[str]
    run: Run


class _Parser(XPath1Parser):
    """The XPath 1.0 grammar with the functions of `FUNCTIONS`, without elementpath's evaluation while parsing."""

    def parse(self, source: str) -> Any:
        if self.tokenizer is None:
            self.tokenizer = self.create_tokenizer(self.symbol_table)
        return Parser.parse(self, source)


for _name in FUNCTIONS:
    _Parser.symbol_table.pop(_name, None)
    _Parser.function(_name, nargs=(0, None))


@lru_cache(maxsize=8_192)
def compile_expression(source: str) -> Expression:
    """Compile an expression as it stands in a workbook. Raises ExpressionError."""
    if len(source) > MAX_LENGTH:
        raise ExpressionError("expression.too_long")
    names: list[str] = []
    text = _PIECES.sub(lambda piece: _piece(piece, names), source)
    try:
        token = _Parser().parse(text)
    except RecursionError:
        raise ExpressionError("expression.too_long") from None
    except (ElementPathError, SyntaxError, ValueError, TypeError, NameError) as error:
        raise ExpressionError("expression.syntax", value=_reason(error)) from None
    builder = _Builder(names)
    run = builder.build(token, 0)
    return Expression(tuple(dict.fromkeys(names)), tuple(dict.fromkeys(builder.columns)), frozenset(builder.own), run)


def truth(source: str, scope: Scope) -> bool:
    """Evaluate a condition."""
    return as_truth(compile_expression(source).run(scope))


def _piece(piece: re.Match[str], names: list[str]) -> str:
    _, reference, dollar, function = piece.groups()
    if reference is not None:
        names.append(reference.strip())
        return f" $v{len(names) - 1} "
    if dollar:
        raise ExpressionError("expression.unsupported", value="$")
    if function is not None and function not in FUNCTIONS and function not in _OPERATOR_WORDS:
        raise ExpressionError("expression.function", value=function, known="、".join(FUNCTIONS))
    return piece.group()


def _reason(error: Exception) -> str:
    """Name the word that elementpath stumbled over; its place counts in the rewritten text and would mislead."""
    said = re.sub(r"^.*\[err:\w+\]\s*", "", str(error))
    word = re.search(r"'([^']+)'", said)
    return f"“{word.group(1)}”处" if word and not word.group(1).startswith("fn:") else "没有写完整"


class _Builder:
    """Turns tokens into functions, and remembers the choice columns and the uses of the answer itself that it met."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.columns: list[str] = []
        self.own: set[str] = set()

    def build(self, token: Any, depth: int) -> Run:
        """Return the function for a token and all below it. Raises ExpressionError for what is not supported."""
        if depth > MAX_DEPTH:
            raise ExpressionError("expression.too_long")
        symbol = token.symbol
        if symbol == "(string)":
            return _constant(token.value)
        if symbol in {"(integer)", "(decimal)", "(float)"}:
            return _constant(as_number(str(token.value)))
        if symbol == "$":
            return _variable(self.names, token[0].value)
        if symbol in {".", "once"}:
            self.own.add(symbol)
        if symbol == ".":
            return lambda scope: scope.current
        if symbol == "(name)":
            return self._column(token.value)
        if token.label == "function" and symbol in FUNCTIONS:
            return self._call(token, depth)
        return self._operator(symbol, token, depth)

    def _operator(self, symbol: str, token: Any, depth: int) -> Run:
        parts = [self.build(part, depth + 1) for part in token] if symbol in _OPERATORS else []
        if symbol == "(" and len(parts) == 1:
            return parts[0]
        if symbol in "+-" and len(parts) == 1:
            return (lambda scope: negative(parts[0](scope))) if symbol == "-" else parts[0]
        if len(parts) != 2:
            raise ExpressionError("expression.unsupported", value=symbol)
        left, right = parts
        if symbol in ARITHMETIC:
            operation = ARITHMETIC[symbol]
            return lambda scope: operation(left(scope), right(scope))
        if symbol in COMPARISONS:
            return lambda scope: compare(symbol, left(scope), right(scope))
        if symbol == "and":
            return lambda scope: as_truth(left(scope)) and as_truth(right(scope))
        return lambda scope: as_truth(left(scope)) or as_truth(right(scope))

    def _call(self, token: Any, depth: int) -> Run:
        name, function = token.symbol, FUNCTIONS[token.symbol]
        if len(token) < function.least or (function.most is not None and len(token) > function.most):
            known = function.least if function.least == function.most else f"{function.least}–{function.most or '多'}"
            raise ExpressionError("expression.arguments", value=name, known=known)
        if name == "position":
            return _position(token[0])
        if name == "regex":
            _check_pattern(token[1])
        arguments = [self.build(argument, depth + 1) for argument in token]
        call = function.call
        if function.needs_surroundings:
            return lambda scope: call(scope, *[argument(scope) for argument in arguments])
        return lambda scope: call(*[argument(scope) for argument in arguments])

    def _column(self, name: str) -> Run:
        self.columns.append(name)
        return lambda scope: scope.columns.get(name, "")


_OPERATORS = {"(", "and", "or", *ARITHMETIC, *COMPARISONS}


def _constant(value: Value) -> Run:
    return lambda scope: value


def _variable(names: list[str], variable: str) -> Run:
    name = names[int(variable.removeprefix("v"))]
    return lambda scope: scope.read(name)


def _position(argument: Any) -> Run:
    """The number of the repeat's instance; `position(..)` is the only use of a path that a form may make."""
    if argument.symbol != "..":
        raise ExpressionError("expression.unsupported", value=argument.symbol)
    return lambda scope: Decimal(scope.position)


def _check_pattern(token: Any) -> None:
    """Refuse a pattern that is not written out, or that could take long."""
    fault = pattern_fault(token.value) if token.symbol == "(string)" else "必须直接写在引号里"
    if fault:
        raise ExpressionError("expression.pattern", value=fault)
