"""How many instances a repeat has: as many as were said, and at least as far as answers reach; or as many as computed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from forms.answers import is_empty
from forms.definition import Group
from forms.expressions import compile_expression
from forms.plan import Plan
from forms.state import Answers, State
from forms.tree import Node, Place
from forms.values import as_number


def reached(made: Plan, answers: Answers) -> dict[str, int]:
    """Return, by the path of each repeat, the largest instance number that holds an answer."""
    furthest: dict[str, int] = {}
    for path, answer in answers.items():
        found = made.find(path) if "[" in path and not is_empty(answer) else None
        if found:
            _extend(furthest, made, *found)
    return furthest


def reached_after(state: State, answers: Answers, node: Node, place: Place, path: str) -> dict[str, int]:
    """Return how far the answers reach after one of them changed."""
    furthest = dict(state.reached)
    if not is_empty(answers.get(path)):
        _extend(furthest, state.plan, node, place)
        return furthest
    ends = (furthest.get(repeat) == number for repeat, number in _around(state.plan, node, place))
    return reached(state.plan, answers) if any(ends) else furthest


def _extend(furthest: dict[str, int], made: Plan, node: Node, place: Place) -> None:
    for repeat, number in _around(made, node, place):
        furthest[repeat] = max(number, furthest.get(repeat, 0))


def _around(made: Plan, node: Node, place: Place) -> list[tuple[str, int]]:
    """Return the paths of the repeats around an instance, each with the instance's number in it."""
    return [
        (made.nodes[name].path(place[:depth]), number)
        for depth, (name, number) in enumerate(zip(node.repeats, place, strict=True))
    ]


def count(state: State, node: Node, place: Place) -> int:
    """Return how many instances a repeat has. A computed number is cut to what is allowed; `misfit` tells of it."""
    path, formula = node.path(place), _formula(node)
    if not formula:
        return max(_said(state.answers.get(path), node.limit), state.reached.get(path, 0))
    number = _computed(state, node, place, formula) if state.relevant[path] else None
    return 0 if number is None else max(0, min(node.limit, int(number)))


def misfit(state: State, node: Node, place: Place) -> bool:
    """Say whether a computed number of instances is no number of things, or more than may be."""
    formula = _formula(node)
    number = _computed(state, node, place, formula) if formula else None
    return number is not None and number != count(state, node, place)


def _formula(node: Node) -> str:
    return node.item.repeat_count if isinstance(node.item, Group) else ""


def _computed(state: State, node: Node, place: Place, formula: str) -> Decimal | None:
    return as_number(compile_expression(formula).run(state.scope(node, place)))


def _said(answer: object, limit: int) -> int:
    return answer if is_count(answer, limit) and isinstance(answer, int) else 0


def is_count(answer: object, limit: int) -> bool:
    """Say whether an answer may stand for the number of instances of a repeat."""
    return isinstance(answer, int) and not isinstance(answer, bool) and 0 <= answer <= limit


def changed(before: Mapping[str, int], after: Mapping[str, int]) -> list[str]:
    """Return the paths of the repeats into which answers reach differently."""
    return [path for path in before.keys() | after.keys() if before.get(path, 0) != after.get(path, 0)]
