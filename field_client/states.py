"""What forms said last to the answers of drafts, kept in this process: the next answer costs what depends on it.

Nothing kept here is ever believed: a state is only where `forms.follow` begins on its way to the answers as they are stored,
and gives the same as evaluating anew. So a draft that was changed elsewhere needs no word of it.
"""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import date
from threading import Lock
from typing import Any

import forms

MOST = 24  # A draft has up to four, of a megabyte or so where its form is large.

Name = tuple[str, str]
"""A draft's id, and which of its states."""

_guard = Lock()
_last: OrderedDict[Name, forms.State] = OrderedDict()


def reach(
    name: Name, definition: forms.Definition, answers: Mapping[str, Any], *, today: date, facts: Mapping[str, Any]
) -> forms.State:
    """Give the state of a form with some answers, from the last one of that name where it is of the same form, day and facts."""
    with _guard:
        last = _last.get(name)
    is_start = last is not None and last.definition is definition and last.today == today
    if last is not None and is_start and last.facts.sources == facts:
        state = forms.follow(last, answers)
    else:
        state = forms.evaluate(definition, answers, today=today, facts=facts)
    _keep(name, state)
    return state


def forget() -> None:
    """Forget all of them: what stood in a draft must not outlive the lock."""
    with _guard:
        _last.clear()


def _keep(name: Name, state: forms.State) -> None:
    with _guard:
        _last[name] = state
        _last.move_to_end(name)
        if len(_last) > MOST:
            _last.popitem(last=False)
