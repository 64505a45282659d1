"""Names for people who do not exist: fitting for sex, generation and family, and rarely twice in a village."""

import tomllib
from dataclasses import dataclass, field
from importlib import resources
from random import Random
from typing import Any

_TABLE: dict[str, Any] = tomllib.loads(resources.files(__package__).joinpath("names.toml").read_text("utf-8"))
_SURNAMES: str = _TABLE["surnames"]
_NEVER = frozenset(_TABLE["never"])
_TRIES = 12
_SINGLE_IN = 6  # One name in so many has a single character, in the generations that gave such names.


@dataclass
class VillageNames:
    """The names of one village, which remembers those in use; a few clans bear half of them, as in any village."""

    rng: Random
    clans: tuple[str, ...] = field(init=False)
    used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.clans = tuple(self.rng.choices(_SURNAMES, k=4))

    def surname(self) -> str:
        """Choose the surname of a family that is at home in the village."""
        return self.rng.choice(self.clans if self.rng.random() < 0.5 else _SURNAMES)

    def other_surname(self, than: str) -> str:
        """Choose the surname of somebody who married in: people of one clan did not marry each other."""
        return self.rng.choice(_SURNAMES.replace(than, ""))

    def full_name(self, surname: str, sex: str, born_in: int, *, avoid: str) -> str:
        """Make a full name that is new in the village, without characters of relatives' names (避讳).

        When the village has used up what fits, a name comes a second time, as in life.
        """
        for _ in range(_TRIES):
            given = _given(self.rng, sex, born_in)
            name = surname + given
            if name not in self.used and name not in _NEVER and not any(character in avoid for character in given):
                break
        self.used.add(name)
        return name


def _given(rng: Random, sex: str, born_in: int) -> str:
    characters = next(era[sex] for era in _TABLE["generation"] if born_in <= era["born_until"])
    single = characters.get("single")
    if single and rng.randrange(_SINGLE_IN) == 0:
        return str(rng.choice(single))
    first = rng.choice(characters["first"])
    return str(first + rng.choice(characters["second"].replace(first, "")))
