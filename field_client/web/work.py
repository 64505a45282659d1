"""A draft as its pages need it: the document, its form laid out with the answers, and what the reviewer pinned."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import session

import forms
from field_client import amendments, drafts, form_files, households, overlay, prefill
from field_client.drafts import Draft
from field_client.errors import FieldError
from field_client.filling import Filling
from field_client.web.desk import desk, store
from forms import ShownQuestion, ShownSection

LOOSE = "~"  # Before the first question's name: the address of a section that has no name of its own.


@dataclass(frozen=True)
class Work:
    """A draft in work. `id` is the visit's, for an amendment too; `sections` are those that are asked."""

    id: str
    draft: Draft
    filling: Filling
    sections: tuple[ShownSection, ...]
    offers: Mapping[str, prefill.Offer]
    household: dict[str, Any]
    comments: list[dict[str, Any]]
    files: Mapping[str, str]  # what the form brings along and is on this device: hashes by name

    @property
    def document(self) -> dict[str, Any]:
        """The draft's document."""
        return self.draft.document

    @property
    def definition(self) -> forms.Definition:
        """The form, with its words in the worker's language."""
        return forms.translated(self.filling.definition, self.filling.language)

    def pinned(self, kind: str, ref: str) -> list[str]:
        """Give what the reviewer pinned to an answer or a photo."""
        targets = [(comment.get("target") or {}, comment.get("text") or "") for comment in self.comments]
        return [text for target, text in targets if target.get("kind") == kind and target.get("ref") == ref]

    def section(self, key: str) -> ShownSection | None:
        """Find a section by its address."""
        return next((section for section in self.sections if section_key(section) == key), None)

    def section_of(self, path: str) -> ShownSection | None:
        """Find the section that asks a question, or that tells how many there are of something."""
        return next((one for one in self.sections if path in (one.path, *(q.path for q in one.questions))), None)

    def question(self, path: str) -> ShownQuestion | None:
        """Find a question that is asked."""
        found = (question for section in self.sections for question in section.questions if question.path == path)
        return next((question for question in found if question.relevant), None)


def load(visit_id: str, *, key: str | None = None) -> Work:
    """Load a draft, laid out whole or only the section of an address. Raises FieldError("visit.sealed", "visit.unknown")."""
    return of(drafts.get(store(), visit_id), key=key)


def of(draft: Draft, *, key: str | None = None) -> Work:
    """Lay a draft out, whole or only the section of an address."""
    filling = amendments.filling(store(), draft, desk().clock.today(), language())
    if draft.is_amendment:  # What the form computes was sealed as it stood then; it follows the amended answers now.
        filling = filling.sealed()
    household = overlay.one(store(), "household", draft.document["household_id"])
    return Work(
        id=draft.visit_id or draft.id,
        draft=draft,
        filling=filling,
        sections=_shown(filling, key),
        offers=prefill.offers(store(), draft, filling),
        household=households.brief(store(), household) if household else {"id": "", "head": "", "address": ""},
        comments=amendments.comments(store(), draft.visit_id) if draft.is_amendment else [],
        files=form_files.here(store(), filling.definition),
    )


def language() -> str:
    """Give the language in which the worker reads forms; nothing for each form's own."""
    return str(session.get("language") or "")


def recorded(visit_id: str) -> tuple[ShownSection, ...]:
    """Lay out what a sealed visit holds, with what was amended since; nothing where its form is not on this device."""
    amended = Draft("", visit_id, "", {"answers": {}})
    try:
        filling = amendments.filling(store(), amended, desk().clock.today(), language())
    except FieldError:
        return ()
    return tuple(section for section in _shown(filling) if section.count is None)


def _shown(filling: Filling, key: str | None = None) -> tuple[ShownSection, ...]:
    """Give the sections that are asked and show anything: one of computed values without words is no page."""
    only = None if key is None else {"" if key.startswith(LOOSE) else key}
    return tuple(
        section
        for section in filling.sections(only=only)
        if section.relevant and (section.count is not None or any(question.label for question in section.questions))
    )


def section_key(section: ShownSection) -> str:
    """Give the part of an address that names a section."""
    return section.path or LOOSE + (section.questions[0].name if section.questions else "")


def anchor(path: str) -> str:
    """Give the id of a question on its page; what no id may hold is written as percent codes with a dot."""
    return "q-" + quote(path, safe="").replace("%", ".")
