"""Functions that look at how their arguments are written; `expressions` carries them out.

`position(..)`, `indexed-repeat(${wage}, ${members}, 2)`, `jr:choice-name(${kind}, '${kind}')`,
`pulldata('household', 'address')`.
"""

from __future__ import annotations

from forms.functions.function import Function, Functions
from forms.values import Value


def _written(*_: Value) -> Value:
    return ""


LOOKUPS: Functions = {
    "indexed-repeat": Function(3, 7, _written),
    "jr:choice-name": Function(2, 2, _written),
    "position": Function(1, 1, _written),
    "pulldata": Function(2, 4, _written),
}
