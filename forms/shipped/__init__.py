"""The forms that come with the program: readable sources (`.toml`) and, made from them, the definitions (`.json`).

Devices load the JSON, which needs no spreadsheet library. `python -m forms.build` makes it from the source again.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from forms.definition import Definition, from_json

NAMES = ("home_visit", "recheck", "care_visit", "advance_aid", "self_care", "lead", "assessment")


@cache
def shipped(name: str) -> Definition:
    """Return a shipped form by its form_id. Raises KeyError for another name."""
    if name not in NAMES:
        raise KeyError(name)
    return from_json(files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8"))
