"""From the text of an expression to a function of the answers.

`elementpath` reads the XPath 1.0 grammar; what an expression may do is decided here, token by token, and everything
else (axes, predicates, unknown functions) is refused when a form is imported. Evaluation is ours rather than
elementpath's because sums of money must be exact and a change on an old phone must be quick. A `${name}`, and a path to
a question, becomes a variable before parsing and answers are only ever values of variables, so no answer can become
part of an expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from elementpath import ElementPathError, XPath1Parser
from elementpath.tdop import Parser

from forms.functions import FUNCTIONS, REFUSED, pattern_fault
from forms.operators import ARITHMETIC, COMPARISONS, compare, negative
from forms.references import PATH, REFERENCE
from forms.scope import Scope
from forms.values import Value, as_number, as_text, as_truth

MAX_LENGTH = 2_000
MAX_DEPTH = 60

_PIECES = re.compile(
    rf"""("[^"]*"|'[^']*')|\$\{{([^{{}}]*)\}}|(\$)|({PATH})|((?:[A-Za-z]+:)?[A-Za-z][\w.-]*)(?=\s*\()"""
)
_OPERATOR_WORDS = {"and", "or", "div", "mod"}
_DYNAMIC = re.compile(r"\$\{|[a-z0-9-]+\(|^\s*\.\./")


class ExpressionError(ValueError):
    """An expression cannot be taken. `code` and `blanks` name the message in `problems.MESSAGES`."""

    def __init__(self, code: str, **blanks: object) -> None:
        super().__init__(code)
        self.code = code
        self.blanks = blanks


Run = Callable[[Scope], Value]


@dataclass(frozen=True)
class Expression:
    """A compiled expression: what it refers to, and how to run it.

    `references` are names and paths of questions; `indexed` are those that `indexed-repeat` looks up, with the repeats
    whose instance it chooses. `columns` are those of a choice, `named` the questions whose choices are named. `own` holds
    `.` and `once` where the answer itself is used. `facts` are the pairs of source and field that it looks up, and
    `climbs` how far its uses of `position` climb.
    """

    references: tuple[str, ...]
    indexed: tuple[tuple[str, tuple[str, ...]], ...]
    columns: tuple[str, ...]
    named: tuple[str, ...]
    own: frozenset[str]
    facts: frozenset[tuple[str, str]]
    climbs: frozenset[int]
    run: Run

    @property
    def mentioned(self) -> tuple[str, ...]:
        """Every name and path that has to mean a row."""
        return (*self.references, *(name for reference, repeats in self.indexed for name in (reference, *repeats)))


class _Parser(XPath1Parser):
    """The XPath 1.0 grammar with the functions of `FUNCTIONS`, without elementpath's evaluation while parsing."""

    def parse(self, source: str) -> Any:
        if self.tokenizer is None:
            self.tokenizer = self.create_tokenizer(self.symbol_table)
        return Parser.parse(self, source)


_CALLED = {name.replace(":", "-"): name for name in FUNCTIONS}
"""The functions by the word that stands for them while parsing: the grammar has no colon in a function of ours."""

for _word in _CALLED:
    _Parser.symbol_table.pop(_word, None)
    _Parser.function(_word, nargs=(0, None))


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
    return Expression(
        references=tuple(dict.fromkeys(name for number, name in enumerate(names) if number not in builder.looked_up)),
        indexed=tuple(dict.fromkeys(builder.indexed)),
        columns=tuple(dict.fromkeys(builder.columns)),
        named=tuple(dict.fromkeys(builder.named)),
        own=frozenset(builder.own),
        facts=frozenset(builder.facts),
        climbs=frozenset(builder.climbs),
        run=run,
    )


def truth(source: str, scope: Scope) -> bool:
    """Evaluate a condition."""
    return as_truth(compile_expression(source).run(scope))


def is_dynamic(default: str) -> bool:
    """Say whether a default is an expression: it refers to a question or calls a function."""
    return _DYNAMIC.search(default) is not None


def _piece(piece: re.Match[str], names: list[str]) -> str:
    _, reference, dollar, path, function = piece.groups()
    if reference is not None and reference.strip().startswith("last-saved#"):
        raise ExpressionError("expression.last_saved", value=reference.strip())
    if reference is not None or path is not None:
        names.append(reference.strip() if reference is not None else re.sub(r"\s", "", path))
        return f" $v{len(names) - 1} "
    if dollar:
        raise ExpressionError("expression.unsupported", value="$")
    if function is None or function in _OPERATOR_WORDS:
        return piece.group()
    if function in REFUSED:
        raise ExpressionError("expression.refused", value=function, reason=REFUSED[function])
    if function not in FUNCTIONS:
        raise ExpressionError("expression.function", value=function, known="、".join(FUNCTIONS))
    return function.replace(":", "-")


def _reason(error: Exception) -> str:
    """Name the word that elementpath stumbled over; its place counts in the rewritten text and would mislead."""
    said = re.sub(r"^.*\[err:\w+\]\s*", "", str(error))
    word = re.search(r"'([^']+)'", said)
    return f"“{word.group(1)}”处" if word and not word.group(1).startswith("fn:") else "没有写完整"


class _Builder:
    """Turns tokens into functions, and remembers what it met on the way."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.columns: list[str] = []
        self.named: list[str] = []
        self.indexed: list[tuple[str, tuple[str, ...]]] = []
        self.looked_up: set[int] = set()  # numbers of the names that only indexed-repeat() looks up
        self.own: set[str] = set()
        self.facts: set[tuple[str, str]] = set()
        self.climbs: set[int] = set()

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
            name = self._name(token)
            return lambda scope: scope.around.read(name)
        if symbol in {".", "once", "uuid"}:
            self.own.add("." if symbol == "." else "once")
        if symbol == "uuid":
            self.facts.add(("visit", "id"))
        if symbol == ".":
            return lambda scope: scope.current
        if symbol == "(name)":
            return self._column(token.value)
        if token.label == "function" and symbol in _CALLED:
            return self._call(token, depth)
        return self._operator(symbol, token, depth)

    def _name(self, token: Any) -> str:
        return self.names[int(token[0].value.removeprefix("v"))]

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
        name = _CALLED[token.symbol]
        function = FUNCTIONS[name]
        if not function.takes(len(token)):
            raise ExpressionError("expression.arguments", value=name, known=function.arity)
        if special := _SPECIAL.get(name):
            return special(self, token, depth)
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

    def _position(self, token: Any, depth: int) -> Run:
        """The number of an instance: of the repeat around the question for `..`, of one further out for `../..`."""
        levels, step = 0, token[0]
        while step.symbol == "/" and len(step) == 2 and step[1].symbol == "..":
            levels, step = levels + 1, step[0]
        if step.symbol != "..":
            raise ExpressionError("expression.unsupported", value=f"position({step.symbol})")
        levels += 1
        self.climbs.add(levels)
        return lambda scope: Decimal(scope.around.position(levels))

    def _indexed_repeat(self, token: Any, depth: int) -> Run:
        """`indexed-repeat(${wage}, ${members}, 2, ${jobs}, 1)`: an answer of the instances that are given."""
        pairs = list(zip(token[1::2], token[2::2], strict=True)) if len(token) % 2 else []
        if not pairs or any(part.symbol != "$" for part in (token[0], *token[1::2])):
            raise ExpressionError("expression.indexed")
        reference, repeats = self._name(token[0]), tuple(self._name(repeat) for repeat, _ in pairs)
        self.looked_up.update(int(part[0].value.removeprefix("v")) for part in (token[0], *token[1::2]))
        self.indexed.append((reference, repeats))
        numbers = [self.build(number, depth + 1) for _, number in pairs]

        def run(scope: Scope) -> Value:
            at = {repeat: as_number(number(scope)) for repeat, number in zip(repeats, numbers, strict=True)}
            whole = {
                repeat: int(number) for repeat, number in at.items() if number is not None and number == int(number)
            }
            return scope.around.indexed(reference, whole) if len(whole) == len(at) else ""

        return run

    def _choice_name(self, token: Any, depth: int) -> Run:
        """`jr:choice-name(${q}, '${q}')`: the words of a choice; the second argument names the question in quotes."""
        quoted = REFERENCE.fullmatch(token[1].value.strip()) if token[1].symbol == "(string)" else None
        if not quoted:
            raise ExpressionError("expression.choice_name")
        question, chosen = quoted[1], self.build(token[0], depth + 1)
        self.named.append(question)
        return lambda scope: scope.around.choice_label(question, as_text(chosen(scope)))

    def _pulldata(self, token: Any, depth: int) -> Run:
        """`pulldata('household', 'address')`: a fact that is known before the visit. What is asked for is written out,
        so that a form tells what it reads of a household."""
        words = [part.value if part.symbol == "(string)" else "" for part in token[:3]]
        if len(token) not in {2, 4} or not all(words):
            raise ExpressionError("expression.facts")
        source, wanted, *key = words
        self.facts.update((source, name) for name in (wanted, *key))
        if not key:
            return lambda scope: scope.facts.value(source, wanted)
        sought = self.build(token[3], depth + 1)
        return lambda scope: scope.facts.find(source, wanted, key[0], as_text(sought(scope)))


_SPECIAL: dict[str, Callable[[_Builder, Any, int], Run]] = {
    "position": _Builder._position,
    "indexed-repeat": _Builder._indexed_repeat,
    "jr:choice-name": _Builder._choice_name,
    "pulldata": _Builder._pulldata,
}
"""Functions that look at how their arguments are written and not only at what they hold."""

_OPERATORS = {"(", "and", "or", *ARITHMETIC, *COMPARISONS}


def _constant(value: Value) -> Run:
    return lambda scope: value


def _check_pattern(token: Any) -> None:
    """Refuse a pattern that is not written out, or that could take long."""
    fault = pattern_fault(token.value) if token.symbol == "(string)" else "必须直接写在引号里"
    if fault:
        raise ExpressionError("expression.pattern", value=fault)
