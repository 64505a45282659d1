"""A form that is being filled in: its definition, the answers, the facts that it began with, and the day.

Everything that a form says to answers is asked here, so that no caller forgets the facts or the day: the office will
judge with the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import forms
from field_client.errors import FieldError

Answers = dict[str, Any]


@dataclass(frozen=True)
class Filling:
    """A form with answers; a change gives a new one. `language` is that in which the worker reads the form."""

    definition: forms.Definition
    answers: Answers
    today: date
    facts: Mapping[str, Any] = field(default_factory=dict)
    language: str = ""

    @classmethod
    def begun(cls, definition: forms.Definition, facts: Mapping[str, Any], today: date) -> "Filling":
        """Begin a form. What it takes from the register is offered (`prefill`), never answered by itself."""
        return cls(definition, dict(forms.initial_answers(definition, today=today)), today, facts)

    def typed(self, texts: Mapping[str, str]) -> "Filling":
        """Give the form with typed answers; an empty text takes one back. Raises FieldError("answer.refused")."""
        words = forms.translated(self.definition, self.language)
        try:
            read = {path: forms.parse_answer(words, path, text, today=self.today) for path, text in texts.items()}
        except forms.AnswerRefused as refusal:
            raise FieldError("answer.refused", label=refusal.label or refusal.path, message=refusal.message) from None
        return self.having({**self.answers, **read})

    def having(self, answers: Mapping[str, Any]) -> "Filling":
        """Give the form with other answers, and with the defaults of the instances that they bring; None is no answer."""
        given = {path: answer for path, answer in answers.items() if answer is not None}
        added = forms.added_answers(self.definition, self.answers, given, today=self.today)
        return replace(self, answers={**added, **given})

    def sections(self) -> tuple[forms.ShownSection, ...]:
        """Lay the form out."""
        return forms.layout(self.definition, self.answers, today=self.today, facts=self.facts, language=self.language)

    def findings(self) -> list[dict[str, str]]:
        """List the questions to mend before the seal, in the order of the form."""
        found = forms.check(self.definition, self.answers, today=self.today, facts=self.facts, language=self.language)
        return [{"path": one.path, "code": one.code, "message": one.message, "label": one.label} for one in found]

    def sealed(self) -> "Filling":
        """Give the form as it is sealed: nothing that is not asked, everything computed."""
        pruned = forms.prune(self.definition, self.answers, today=self.today, facts=self.facts)
        return replace(self, answers=dict(pruned))
