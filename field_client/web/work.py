"""A draft as its pages need it: the document, its form laid out with the answers, and what the reviewer pinned."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import forms
from field_client import amendments, drafts, households, overlay, survey
from field_client.drafts import Draft
from field_client.errors import FieldError
from field_client.web.desk import desk, store
from forms import ShownSection

LOOSE = "~"  # Before the first question's name: the address of a section that has no name of its own.


@dataclass(frozen=True)
class Work:
    """A draft in work. `id` is the visit's, for an amendment too; `sections` are those that are asked."""

    id: str
    draft: Draft
    definition: forms.Definition
    answers: dict[str, Any]
    sections: tuple[ShownSection, ...]
    household: dict[str, Any]
    comments: list[dict[str, Any]]

    @property
    def document(self) -> dict[str, Any]:
        """The draft's document."""
        return self.draft.document

    def pinned(self, kind: str, ref: str) -> list[str]:
        """Give what the reviewer pinned to an answer or a photo."""
        targets = [(comment.get("target") or {}, comment.get("text") or "") for comment in self.comments]
        return [text for target, text in targets if target.get("kind") == kind and target.get("ref") == ref]

    def section(self, key: str) -> ShownSection | None:
        """Find a section by its address."""
        return next((section for section in self.sections if section_key(section) == key), None)

    def section_of(self, path: str) -> ShownSection | None:
        """Find the section that asks a question."""
        return next((one for one in self.sections if any(q.path == path for q in one.questions)), None)


def load(visit_id: str) -> Work:
    """Load a draft. Raises FieldError("visit.sealed", "visit.unknown")."""
    return of(drafts.get(store(), visit_id))


def of(draft: Draft) -> Work:
    """Lay a draft out."""
    form, answers = amendments.form_and_answers(store(), draft)
    definition = survey.definition(store(), form)
    if draft.is_amendment:  # What the form computes was sealed as it stood then; it follows the amended answers now.
        answers = survey.pruned(store(), form, answers, desk().clock.today())
    laid = forms.layout(definition, answers, today=desk().clock.today())
    household = overlay.one(store(), "household", draft.document["household_id"])
    return Work(
        id=draft.visit_id or draft.id,
        draft=draft,
        definition=definition,
        answers=answers,
        sections=tuple(section for section in laid if section.relevant and _has_something(section)),
        household=households.brief(store(), household) if household else {"id": "", "head": "", "address": ""},
        comments=amendments.comments(store(), draft.visit_id) if draft.is_amendment else [],
    )


def _has_something(section: ShownSection) -> bool:
    """Tell whether a section shows anything: one of computed values without words is no page."""
    return section.count is not None or any(question.label for question in section.questions)


def recorded(visit_id: str) -> tuple[ShownSection, ...]:
    """Lay out what a sealed visit holds, with what was amended since; nothing where its form is not on this device."""
    amended = Draft("", visit_id, "", {"answers": {}})
    try:
        form, answers = amendments.form_and_answers(store(), amended)
        laid = forms.layout(survey.definition(store(), form), answers, today=desk().clock.today())
    except FieldError:
        return ()
    return tuple(section for section in laid if section.relevant and section.count is None)


def section_key(section: ShownSection) -> str:
    """Give the part of an address that names a section."""
    return section.path or LOOSE + (section.questions[0].name if section.questions else "")


def anchor(path: str) -> str:
    """Give the id of a question on its page; what no id may hold is written as percent codes with a dot."""
    return "q-" + quote(path, safe="").replace("%", ".")
