"""Who lives together in poor rural households, as a table: the old alone, grandchildren left behind, the disabled, the ill.

Shares are rough and serve the look of the sample, not statistics. All words are codes, shared with the policy room where
it has them.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Seat:
    """A place in a household. `years` bound the age or, `than_head`, by how much younger it is than the head's."""

    relation: str
    years: tuple[int, int]
    than_head: bool = False
    male: float = 0.5
    chance: float = 1.0
    disabled: float = 0.03
    exclusions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shape:
    """A kind of household: who sits in it, how often it occurs, and what it usually receives (None: nothing yet)."""

    name: str
    weight: int
    seats: tuple[Seat, ...]
    programmes: Mapping[str | None, int]
    illness: float = 0.1
    tags: tuple[str, ...] = ()


_SPOUSE_YEARS = (-2, 5)  # How much younger a wife is than her husband.
_CHILD_YEARS = (25, 36)
_NOT_COUNTED = ("prison", "compulsory_detox", "declared_missing")


def _spouse(chance: float = 1.0, disabled: float = 0.05) -> Seat:
    return Seat("spouse", years=_SPOUSE_YEARS, than_head=True, chance=chance, disabled=disabled)


SHAPES = (
    Shape(
        name="elder_alone",
        weight=20,
        seats=(Seat("head", years=(66, 91), male=0.45, disabled=0.2),),
        programmes={"dibao": 50, "tekun": 25, "low_income_edge": 10, None: 15},
        illness=0.2,
        tags=("living_alone",),
    ),
    Shape(
        name="elder_couple",
        weight=18,
        seats=(Seat("head", years=(66, 86), male=0.9, disabled=0.2), _spouse(disabled=0.15)),
        programmes={"dibao": 55, "tekun": 5, "low_income_edge": 20, None: 20},
        illness=0.3,
    ),
    Shape(
        name="grandparents_and_grandchildren",
        weight=12,
        seats=(
            Seat("head", years=(61, 74), male=0.75, disabled=0.1),
            _spouse(chance=0.7),
            Seat("grandchild", years=(4, 13)),
            Seat("grandchild", years=(4, 13), chance=0.4),
            Seat("child", years=(24, 32), than_head=True, male=0.8, chance=0.06, exclusions=_NOT_COUNTED),
        ),
        programmes={"dibao": 55, "low_income_edge": 20, None: 25},
        tags=("left_behind_child",),
    ),
    Shape(
        name="parents_with_disabled_child",
        weight=12,
        seats=(
            Seat("head", years=(55, 79), male=0.7, disabled=0.1),
            _spouse(chance=0.55),
            Seat("child", years=_CHILD_YEARS, than_head=True, male=0.65, disabled=1.0),
        ),
        programmes={"dibao": 75, "low_income_edge": 10, "rigid_expenditure": 5, None: 10},
    ),
    Shape(
        name="couple_with_children",
        weight=14,
        seats=(
            Seat("head", years=(34, 49), male=0.9, disabled=0.1),
            _spouse(),
            Seat("child", years=_CHILD_YEARS, than_head=True),
            Seat("child", years=_CHILD_YEARS, than_head=True, chance=0.6),
        ),
        programmes={"dibao": 40, "low_income_edge": 25, "rigid_expenditure": 15, None: 20},
        illness=0.6,
    ),
    Shape(
        name="single_parent",
        weight=7,
        seats=(
            Seat("head", years=(32, 50), male=0.4, disabled=0.1),
            Seat("child", years=_CHILD_YEARS, than_head=True),
            Seat("child", years=_CHILD_YEARS, than_head=True, chance=0.35),
        ),
        programmes={"dibao": 55, "low_income_edge": 20, "rigid_expenditure": 5, None: 20},
        illness=0.25,
    ),
    Shape(
        name="three_generations",
        weight=9,
        seats=(
            Seat("head", years=(38, 54), male=0.95, disabled=0.15),
            _spouse(chance=0.75),
            Seat("child", years=_CHILD_YEARS, than_head=True),
            Seat("child", years=_CHILD_YEARS, than_head=True, chance=0.5),
            Seat("parent", years=(-34, -24), than_head=True, male=0.35, disabled=0.25),
        ),
        programmes={"dibao": 45, "low_income_edge": 25, "rigid_expenditure": 10, None: 20},
        illness=0.5,
    ),
    Shape(
        name="disabled_adult_alone",
        weight=5,
        seats=(Seat("head", years=(28, 58), male=0.75, disabled=1.0),),
        programmes={"dibao": 65, "tekun": 25, None: 10},
    ),
    Shape(
        name="unmarried_brothers",
        weight=3,
        seats=(
            Seat("head", years=(69, 82), male=1.0, disabled=0.2),
            Seat("sibling", years=(2, 6), than_head=True, male=1.0, disabled=0.3),
        ),
        programmes={"tekun": 75, "dibao": 25},
    ),
)
