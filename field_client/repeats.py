"""Adding to a part of a form that repeats, and taking one instance out of its middle; the last one taken out comes back.

Only here are answers renumbered: everywhere else a path names the same answer as long as the draft lives.
"""

import re
from collections.abc import Mapping
from typing import Any

from field_client import amendments, drafts
from field_client.clock import Clock
from field_client.drafts import Draft
from field_client.errors import FieldError
from field_client.filling import Filling
from field_client.store import Store


def add(store: Store, clock: Clock, visit: str, path: str) -> int:
    """Add an instance at the end, with the form's defaults; gives its number. Raises FieldError("answer.refused")."""
    number = 0

    def edit(draft: Draft) -> None:
        nonlocal number
        filling = amendments.filling(store, draft, clock.today())
        number = _count(filling, path) + 1
        amendments.keep(store, draft, filling.typed({path: str(number)}).answers)

    drafts.change(store, clock, visit, edit)
    return number


def remove(store: Store, clock: Clock, visit: str, path: str, number: int) -> Draft:
    """Take an instance out; those behind it move up. Raises FieldError("repeat.unknown")."""

    def edit(draft: Draft) -> None:
        filling = amendments.filling(store, draft, clock.today())
        count = _count(filling, path)
        if not 1 <= number <= count:
            raise FieldError("repeat.unknown")
        left, taken = without(filling.answers, path, number)
        amendments.keep(store, draft, {**left, path: count - 1})
        draft.document["removed"] = {"path": path, "number": number, "answers": taken}

    return drafts.change(store, clock, visit, edit)


def undo(store: Store, clock: Clock, visit: str) -> Draft:
    """Put the instance that was taken out last back in its place. Raises FieldError("repeat.nothing_removed")."""

    def edit(draft: Draft) -> None:
        removed = draft.document.pop("removed", None)
        if not removed:
            raise FieldError("repeat.nothing_removed")
        filling, path = amendments.filling(store, draft, clock.today()), removed["path"]
        count = _count(filling, path)
        number = min(removed["number"], count + 1)
        amendments.keep(store, draft, {**put_back(filling.answers, path, number, removed["answers"]), path: count + 1})

    return drafts.change(store, clock, visit, edit)


def without(answers: Mapping[str, Any], path: str, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split answers into those that stay, moved up, and those of one instance by their path within it.

    >>> without({"m": 2, "m[1]/a": "x", "m[2]/a": "y"}, "m", 1)
    ({'m': 2, 'm[1]/a': 'y'}, {'a': 'x'})
    """
    left, taken = dict[str, Any](), dict[str, Any]()
    for name, answer in answers.items():
        at, rest = _instance(name, path)
        if at == number:
            taken[rest] = answer
        else:
            left[f"{path}[{at - 1}]/{rest}" if at > number else name] = answer
    return left, taken


def put_back(answers: Mapping[str, Any], path: str, number: int, taken: Mapping[str, Any]) -> dict[str, Any]:
    """Undo `without`.

    >>> put_back({"m[1]/a": "y"}, "m", 1, {"a": "x"})
    {'m[2]/a': 'y', 'm[1]/a': 'x'}
    """
    moved = dict[str, Any]()
    for name, answer in answers.items():
        at, rest = _instance(name, path)
        moved[f"{path}[{at + 1}]/{rest}" if at >= number else name] = answer
    return moved | {f"{path}[{number}]/{rest}": answer for rest, answer in taken.items()}


def _instance(name: str, path: str) -> tuple[int, str]:
    """Give the number of the instance of a repeat in which an answer stands, and its path within; 0 for another."""
    found = re.fullmatch(re.escape(path) + r"\[([0-9]+)\]/(.+)", name)
    return (int(found[1]), found[2]) if found else (0, name)


def _count(filling: Filling, path: str) -> int:
    section = next((one for one in filling.sections() if one.path == path and one.count is not None), None)
    if section is None or section.is_counted or section.count is None:
        raise FieldError("repeat.unknown")
    return section.count
