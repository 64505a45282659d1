"""The columns of a form's sheets: which there are, what else they are called, and the languages in their headings.

`label::English (en)` is the label in English. A form's own language is Chinese where there is such a column, else that
of the columns without a language, else the `default_language`, else the first language that is met.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forms.definition import Media, Translations
from forms.languages import MEDIA

MEDIA_KINDS = ("image", "big-image", "audio", "video")
MEDIA_COLUMNS = tuple(MEDIA + kind for kind in MEDIA_KINDS)
CAPTIONS = ("label", "hint", "guidance_hint", "required_message", "constraint_message")
SPOKEN = frozenset({*CAPTIONS, *MEDIA_COLUMNS})
"""The columns that may be written in several languages."""

SURVEY = (
    "type",
    "name",
    "label",
    "hint",
    "guidance_hint",
    "required",
    "required_message",
    "relevant",
    "constraint",
    "constraint_message",
    "calculation",
    "default",
    "appearance",
    "readonly",
    "choice_filter",
    "parameters",
    "repeat_count",
    *MEDIA_COLUMNS,
    "disabled",
)
CHOICES = ("list_name", "name", "label", *MEDIA_COLUMNS)
CHOICES_NEEDED = ("list_name", "name", "label")
SETTINGS = ("form_title", "form_id", "version", "legal_basis", "compulsory_photos", "default_language", "style")

_OTHER_NAMES = {
    "relevance": "relevant",
    "calculate": "calculation",
    "read_only": "readonly",
    "caption": "label",
    "command": "type",
    "tag": "name",
    "value": "name",
    "constraining_message": "constraint_message",
    "constraint message": "constraint_message",
    "required message": "required_message",
    "requiredmsg": "required_message",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    **{kind: MEDIA + kind for kind in MEDIA_KINDS},
    "list name": "list_name",
    "title": "form_title",
    "set_form_title": "form_title",
    "id_string": "form_id",
    "set_form_id": "form_id",
}
_OURS = frozenset({*SURVEY, *CHOICES, *SETTINGS})
_CHINESE = re.compile(r"(?:中文|汉语|简体中文|chinese|zh(?:-\w+)?)\s*(?:\([\w-]+\))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """A column by our name for it, and the language of its cells, empty where the heading has none."""

    column: str
    language: str = ""


def heading(text: str) -> Heading:
    """Read a heading. A column of ours is known in any case; one of the author's, for a choice filter, keeps its letters.

    >>> heading("Media::Image::English (en)")
    Heading(column='media::image', language='English (en)')
    >>> heading("relevance").column, heading("County").column
    ('relevant', 'County')
    """
    words = [word.strip() for word in text.split("::")]
    name, rest = words[0].lower(), words[1:]
    if name == "media" and rest:
        name, rest = f"media::{rest[0].lower()}", rest[1:]
    column = _OTHER_NAMES.get(name, name)
    if rest and column in SPOKEN:
        return Heading(column, "::".join(rest))
    return Heading("::".join((column if column in _OURS else words[0], *rest)))


def headings_of(texts: Sequence[str], own: str, default: str) -> dict[str, Heading]:
    """Read the headings of a sheet by their text.

    Where `label` stands beside the same column in the form's own language, it is in the `default_language`, if one is said.
    """
    found = {text: heading(text) for text in texts}
    doubled = {one.column for one in found.values() if one.language == own} if own and default != own else set()
    for text, one in found.items():
        if default and one.language == "" and one.column in doubled & SPOKEN:
            found[text] = Heading(one.column, default)
    return found


def is_chinese(language: str) -> bool:
    """Say whether a heading's language is Chinese."""
    return _CHINESE.fullmatch(language) is not None


def own_language(headings: Iterable[Heading], default: str) -> str:
    """Return the language, as headings name it, whose captions are the form's own; empty for headings without one."""
    spoken = [one for one in headings if one.column in SPOKEN]
    languages = list(dict.fromkeys(one.language for one in spoken))
    chinese = [language for language in languages if is_chinese(language)]
    if chinese or "" in languages or not languages:
        return chinese[0] if chinese else ""
    return default if default in languages else languages[0]


@dataclass(frozen=True, slots=True)
class Cells:
    """A row of a sheet: its number, its cells in the form's own language, its media, and its translations."""

    number: int
    texts: Mapping[str, str]
    media: Media = ()
    translations: Translations = ()

    def get(self, column: str) -> str:
        """Return the text of a cell, empty where nothing is written."""
        return self.texts.get(column, "")

    def filled(self) -> set[str]:
        """Return the columns in which something is written, in whatever language."""
        media = {MEDIA + kind for kind, _ in self.media}
        return {*self.texts, *media, *(column for _, spoken in self.translations for column, _ in spoken)}


def part(number: int, cells: Mapping[Heading, str], own: str) -> Cells:
    """Part a row by language. Cells without a language count as the form's own."""
    plain: dict[str, str] = {}
    spoken: dict[str, dict[str, str]] = {}
    for one, text in cells.items():
        if one.language in {"", own}:
            plain[one.column] = text
        else:
            spoken.setdefault(one.language, {})[one.column] = text
    media = {name.removeprefix(MEDIA): plain.pop(name) for name in MEDIA_COLUMNS if name in plain}
    return Cells(
        number,
        plain,
        tuple(sorted(media.items())),
        tuple(sorted((language, tuple(sorted(found.items()))) for language, found in spoken.items())),
    )
