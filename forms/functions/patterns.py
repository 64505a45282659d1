"""`regex()`: patterns whose matching ends soon, whatever the text."""

from __future__ import annotations

import re
from functools import lru_cache

from forms.functions.function import Function, Functions
from forms.values import Value, as_text

MAX_PATTERN_TEXT = 200
"""A text longer than this never matches a pattern: with `pattern_fault` it bounds the time of a match."""


def _regex(text: Value, pattern: Value) -> bool:
    subject = as_text(text)
    return len(subject) <= MAX_PATTERN_TEXT and _compiled(as_text(pattern)).fullmatch(subject) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def pattern_fault(pattern: str) -> str | None:
    """Tell why a pattern is refused, or None.

    Python's matcher backtracks, so a hostile pattern could stop a device. Each quantifier and alternative is counted
    with the number of ways it adds; nothing but `?` may repeat a bracket, and back references are not taken.
    """
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return "语法错误"
    bare = re.sub(r"\[\^?\]?(?:\\.|[^\]\\])*\]", "x", re.sub(r"\\[^0-9]", "x", pattern))
    if re.search(r"\\[0-9]|\(\?[^:]|\)(?:[*+]|\{)", bare):
        return "括号后不能重复,不能用反向引用"
    many, few = len(re.findall(r"[*+]|\{[0-9]*,[0-9]*\}", bare)), len(re.findall(r"[?|]", bare))
    return "重复或分支太多" if len(pattern) > MAX_PATTERN_TEXT or many * 8 + few > 24 else None


PATTERNS: Functions = {"regex": Function(2, 2, _regex)}
