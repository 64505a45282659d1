"""Reads a JSON-like object field by field and collects every problem instead of stopping at the first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

from policy.money import parse_yuan
from policy.vocabulary import names, resolve

T = TypeVar("T")
Read = Callable[[Any], T]


@dataclass(frozen=True)
class Problem:
    """What is wrong, and at which path of the input."""

    path: str
    text: str


class CaseError(ValueError):
    """The input is not a case: `problems` lists every place, in Chinese. It repeats no personal value."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__(";".join(f"{problem.path}: {problem.text}" for problem in problems))


@dataclass(frozen=True)
class Log:
    """Collects what was wrong and which fields were not understood, over a whole document."""

    problems: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


class ObjectReader:
    """Reads one object; `close` reports the fields that nobody asked for."""

    def __init__(self, raw: object, path: str, log: Log) -> None:
        self.path, self.log = path, log
        self.raw: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
        self._asked: set[str] = set()
        if not isinstance(raw, dict):
            log.problems.append(Problem(path or "(全文)", "应为对象"))

    def optional(self, name: str, read: Read[T], default: T) -> T:
        """Return the field, or the default when it is absent, null or wrong (which is then a problem)."""
        self._asked.add(name)
        raw = self.raw.get(name)
        if raw is None:
            return default
        try:
            return read(raw)
        except ValueError as error:
            self.problem(name, str(error))
            return default

    def required(self, name: str, read: Read[T], default: T) -> T:
        """Return the field as `optional` does; its absence is a problem too."""
        if self.raw.get(name) is None:
            self.problem(name, "必须填写")
        return self.optional(name, read, default)

    def objects(self, name: str, build: "Callable[[ObjectReader], T]") -> tuple[T, ...] | None:
        """Return the objects of a list, each built from its own reader; None when the list is absent."""
        self._asked.add(name)
        raw = self.raw.get(name)
        if raw is None:
            return None
        if not isinstance(raw, list):
            self.problem(name, "应为列表")
            return ()
        return tuple(self._build(item, f"{name}[{index}]", build) for index, item in enumerate(raw))

    def nested(self, name: str, build: "Callable[[ObjectReader], T]") -> T | None:
        """Return one nested object, or None when it is absent."""
        self._asked.add(name)
        raw = self.raw.get(name)
        return None if raw is None else self._build(raw, name, build)

    def problem(self, name: str, text: str) -> None:
        """Note that a field is wrong."""
        self._asked.add(name)
        self.log.problems.append(Problem(self._at(name), text))

    def close(self) -> None:
        """Report the fields that were not understood."""
        self.log.ignored.extend(self._at(name) for name in self.raw if name not in self._asked)

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _build(self, raw: object, name: str, build: "Callable[[ObjectReader], T]") -> T:
        reader = ObjectReader(raw, self._at(name), self.log)
        built = build(reader)
        reader.close()
        return built


def fen(raw: object) -> Fraction:
    """Read an amount in yuan as fen."""
    try:
        return Fraction(parse_yuan(raw))
    except ValueError:
        raise ValueError('应为不小于零、最多两位小数的金额,写成文字,如 "780.50"') from None


def flag(raw: object) -> bool:
    """Read true or false."""
    if not isinstance(raw, bool):
        raise ValueError("应为 true 或 false")
    return raw


def text(raw: object) -> str:
    """Read a non-empty text."""
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError("应为非空文字")
    return raw.strip()


def day(raw: object) -> date:
    """Read a date, given as date or as YYYY-MM-DD."""
    if isinstance(raw, date):
        return raw
    try:
        return date.fromisoformat(text(raw))
    except ValueError:
        raise ValueError("应为日期,如 1950-08-01") from None


def level(raw: object) -> int:
    """Read a disability level, 1 (gravest) to 4 (GB/T 26341)."""
    if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= 4:
        raise ValueError("应为 1 到 4 的整数")
    return raw


def word(group: str) -> Read[str]:
    """Return a reader for a word of a vocabulary group."""

    def read(raw: object) -> str:
        code = resolve(group, text(raw))
        if code is None:
            raise ValueError(f"应为其中之一: {'、'.join(names(group))}")
        return code

    return read
