"""A definition as a workbook again, to be edited and imported anew: importing an export gives the same definition.

What an import resolved stays resolved: `or_other` is the choice and the question that it meant, other names of columns
and types are ours, rows that were disabled are gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms.answers import CHOSEN
from forms.columns import CHOICES, SETTINGS, SPOKEN, SURVEY
from forms.definition import Choice, Definition, Group, Question
from forms.languages import MEDIA
from forms.workbook import Sheet, table, write_workbook

_PLAIN = [column for column in SURVEY if column not in SPOKEN and column not in {"type", "disabled"}]
_YES = {"required": "yes", "readonly": "yes"}


def export_workbook(definition: Definition) -> bytes:
    """Write a definition as an `.xlsx` XLSForm; the same definition gives the same bytes."""
    return write_workbook(sheets_of(definition))


def sheets_of(definition: Definition) -> dict[str, Sheet]:
    """Return the sheets that describe a definition."""
    choices = [
        {"list_name": name, "name": choice.name, **dict(choice.columns), **_spoken(choice, definition.language)}
        for name, listed in definition.choices
        for choice in listed
    ]
    extra = sorted({name for _, listed in definition.choices for choice in listed for name, _ in choice.columns})
    survey = list(_rows(definition.items, definition.language))
    return {
        "survey": table(_headings(SURVEY, definition), survey),
        "choices": table((*_headings(CHOICES, definition), *extra), choices),
        "settings": table(SETTINGS, [_settings(definition)]),
    }


def _settings(definition: Definition) -> dict[str, str]:
    cells = {
        "form_title": definition.title,
        "form_id": definition.form_id,
        "version": definition.version,
        "legal_basis": definition.legal_basis,
        "compulsory_photos": definition.compulsory_photos,
        "default_language": definition.language,
        "style": definition.style,
    }
    return {name: text for name, text in cells.items() if text}


def _headings(columns: tuple[str, ...], definition: Definition) -> tuple[str, ...]:
    """Return the headings in all languages, each translated column beside the one that it translates."""
    headings: list[str] = []
    for column in columns:
        headings.append(_heading(column, definition.language) if column in SPOKEN else column)
        headings += [_heading(column, language) for language in definition.languages if column in SPOKEN]
    return tuple(headings)


def _heading(column: str, language: str) -> str:
    return f"{column}::{language}" if language else column


def _rows(items: tuple[Question | Group, ...], language: str) -> Iterator[dict[str, str]]:
    for item in items:
        cells = {column: text for column in _PLAIN if (text := getattr(item, column, ""))}
        cells.update({column: yes for column, yes in _YES.items() if cells.get(column) == "true()"})
        cells.update(_spoken(item, language))
        if isinstance(item, Question):
            yield {"type": f"{item.type} {item.choices}" if item.type in CHOSEN else item.type, **cells}
            continue
        kind = "repeat" if item.repeats else "group"
        yield {"type": f"begin_{kind}", **cells}
        yield from _rows(item.items, language)
        yield {"type": f"end_{kind}"}


def _spoken(one: Question | Group | Choice, language: str) -> Mapping[str, str]:
    """Return the captions and media of a row by heading, in every language."""
    own = {column: text for column in SPOKEN if (text := getattr(one, column, ""))}
    own |= {MEDIA + kind: name for kind, name in one.media}
    cells = {_heading(column, language): text for column, text in own.items()}
    for other, spoken in one.translations:
        cells |= {_heading(column, other): text for column, text in spoken}
    return cells
