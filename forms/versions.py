"""The order of a form's versions, alike wherever the newest is wanted: on the device and in the office."""

from __future__ import annotations

import re

_PARTS = re.compile(r"[0-9]+|[^0-9]+")


def order(version: str) -> list[tuple[int, str]]:
    """Give what versions are sorted by, as people count them: 2 before 10.

    >>> sorted(["10", "2", "2.1"], key=order)
    ['2', '2.1', '10']
    """
    return [(int(part), "") if part.isdigit() else (-1, part) for part in _PARTS.findall(version)]
