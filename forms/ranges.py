"""Range questions: a number between two ends, in steps; `parameters` is `start=0 end=10 step=1`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_PARAMETER = re.compile(r"([A-Za-z_-]+)\s*=\s*([^\s,;]+)")
_NUMBER = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,6})?", re.ASCII)
_NAMES = {"start": "0", "end": "10", "step": "1"}
"""The parameters with what they are where they are not written, as XLSForm has it."""


@dataclass(frozen=True, slots=True)
class Range:
    """The ends and the step of a range. Whole numbers are answered unless one of the three has a fraction."""

    start: Decimal
    end: Decimal
    step: Decimal

    @property
    def is_whole(self) -> bool:
        """Say whether answers are whole numbers."""
        return all(number == number.to_integral_value() for number in (self.start, self.end, self.step))

    def holds(self, number: Decimal) -> bool:
        """Say whether a number lies on one of the steps."""
        low, high = min(self.start, self.end), max(self.start, self.end)
        return low <= number <= high and (number - self.start) % self.step == 0


def parse_parameters(text: str) -> dict[str, str] | None:
    """Return the parameters of a cell by name, or None when it is not written as `name=value name=value`.

    >>> parse_parameters("start=1 end=5"), parse_parameters("1 to 5") is None
    ({'start': '1', 'end': '5'}, True)
    """
    found = {match[1].lower(): match[2] for match in _PARAMETER.finditer(text)}
    return found if not re.sub(r"[\s,;]+", "", _PARAMETER.sub("", text)) else None


@lru_cache(maxsize=512)
def range_of(parameters: str) -> Range:
    """Return the range that a cell of parameters describes. Raises ValueError with a Chinese reason."""
    found = parse_parameters(parameters)
    if found is None or found.keys() - _NAMES.keys():
        raise ValueError("写成 start=0 end=10 step=1")
    texts = {**_NAMES, **found}
    if not all(_NUMBER.fullmatch(text) for text in texts.values()):
        raise ValueError("start、end、step 应为数字")
    made = Range(*(Decimal(texts[name]) for name in _NAMES))
    if made.step <= 0 or made.start == made.end or made.step > abs(made.end - made.start):
        raise ValueError("step 应大于 0,且不超过 start 与 end 的距离")
    return made
