"""The words a case may use and their Chinese names, from data/vocabulary.toml."""

import tomllib
from collections.abc import Mapping
from functools import cache

from policy.registry import data_folder


@cache
def names(group: str) -> Mapping[str, str]:
    """Return code and Chinese name of each word in a group."""
    return {code: words[0] for code, words in _table()[group].items()}


def resolve(group: str, word: str) -> str | None:
    """Return the code of a word, by code, Chinese name or other known spelling; None if it is not known.

    >>> resolve("income", "工资性"), resolve("income", "lottery")
    ('wage', None)
    """
    return _spellings(group).get(word)


@cache
def _spellings(group: str) -> Mapping[str, str]:
    table = _table()[group]
    return {spelling: code for code, words in table.items() for spelling in (code, *words)}


@cache
def _table() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads(data_folder("data").joinpath("vocabulary.toml").read_text("utf-8"))
