"""A form in another language: the same questions with other words; where a word is missing, the form's own stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from forms.definition import OWN_LANGUAGE, Choice, Definition, Group, Question

MEDIA = "media::"


def code_of(language: str) -> str:
    """Return the code of a language as its columns name it.

    >>> code_of("English (en)"), code_of("fr")
    ('en', 'fr')
    """
    found = re.search(r"\(\s*([\w-]+)\s*\)\s*$", language)
    return (found[1] if found else language.strip()).lower()


@lru_cache(maxsize=32)
def translated(definition: Definition, language: str) -> Definition:
    """Return the form with its captions in a language, given by name or code; the form itself where it has none such.

    Only what is shown changes: names, rules and answers are the same, so the state of a draft is the same in any
    language. Its hash is another one; what is stored names the form by the hash of the original.
    """
    known = next((one for one in definition.languages if language and language in {one, code_of(one)}), None)
    if known is None:
        return definition
    return replace(
        definition,
        items=tuple(_item(item, known) for item in definition.items),
        choices=tuple(
            (name, tuple(_spoken(choice, known) for choice in listed)) for name, listed in definition.choices
        ),
    )


def _item(item: Question | Group, language: str) -> Question | Group:
    if isinstance(item, Group):
        item = replace(item, items=tuple(_item(inner, language) for inner in item.items))
        return replace(item, **_cells(item, language))
    return replace(item, **_cells(item, language))


def _spoken(choice: Choice, language: str) -> Choice:
    own = (OWN_LANGUAGE, (("label", choice.label),))
    return replace(choice, **_cells(choice, language), translations=(own, *choice.translations))


def _cells(one: Question | Group | Choice, language: str) -> Mapping[str, Any]:
    captions = dict(dict(one.translations).get(language, ()))
    files = {name.removeprefix(MEDIA): captions.pop(name) for name in list(captions) if name.startswith(MEDIA)}
    return {**captions, "media": tuple(sorted({**dict(one.media), **files}.items()))}
