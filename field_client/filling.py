"""A form that is being filled in: its definition, the answers, the facts that it began with, and the day.

Everything that a form says to answers is asked here, so that no caller forgets the facts or the day: the office will
judge with the same.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import forms
from field_client import states
from field_client.errors import FieldError

Answers = dict[str, Any]


@dataclass(frozen=True)
class Filling:
    """A form with answers; a change gives a new one. `language` is that in which the worker reads the form.

    `draft` names the draft whose answers they are: what the form said to it last is where it is evaluated from.
    """

    definition: forms.Definition
    answers: Answers
    today: date
    facts: Mapping[str, Any] = field(default_factory=dict)
    language: str = ""
    draft: str = ""

    @classmethod
    def begun(cls, definition: forms.Definition, facts: Mapping[str, Any], today: date) -> "Filling":
        """Begin a form. What it takes from the register is offered (`prefill`), never answered by itself."""
        return cls(definition, dict(forms.initial_answers(definition, today=today)), today, facts)

    @cached_property
    def state(self) -> forms.State:
        """What the form says to the answers, in the worker's language."""
        words = forms.translated(self.definition, self.language)
        return self._reached(self.language, words, self.answers, self.facts)

    @cached_property
    def own_state(self) -> forms.State:
        """The same in the form's own language, in which its defaults are written."""
        return self._reached("", self.definition, self.answers, self.facts) if self.language else self.state

    @cached_property
    def state_without_facts(self) -> forms.State:
        """The same as if nothing were known: an answer that follows from the register alone is offered, never given."""
        return self._reached("without facts", self.definition, self.answers, {}) if self.facts else self.own_state

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
        before = self.state_without_facts
        after = replace(self, answers={path: answer for path, answer in answers.items() if answer is not None})
        added = forms.added(before, after.state_without_facts)
        return replace(after, answers={**added, **after.answers}) if added else after

    def sections(self, *, only: Collection[str] | None = None) -> tuple[forms.ShownSection, ...]:
        """Lay the form out, or `only` the sections of some paths."""
        return forms.show(self.state, only=only)

    def findings(self) -> list[dict[str, str]]:
        """List the questions to mend before the seal, in the order of the form."""
        found = forms.findings(self.state)
        return [{"path": one.path, "code": one.code, "message": one.message, "label": one.label} for one in found]

    def sealed(self) -> "Filling":
        """Give the form as it is sealed: nothing that is not asked, everything computed. No draft holds these answers."""
        return replace(self, answers=dict(forms.pruned(self.state)), draft="")

    def register_defaults(self) -> Answers:
        """Give the defaults that follow from the facts alone: they differ from what they would be without."""
        if not self.facts:
            return {}
        without = self._defaults({}, self.state_without_facts)
        found = self._defaults(self.facts, self.own_state)
        return {path: answer for path, answer in found.items() if without.get(path) != answer}

    def _defaults(self, facts: Mapping[str, Any], state: forms.State) -> Answers:
        empty = self._reached("empty" if facts else "empty without facts", self.definition, {}, facts)
        return {**forms.initial(empty), **forms.added(empty, state)}

    def _reached(
        self, which: str, definition: forms.Definition, answers: Answers, facts: Mapping[str, Any]
    ) -> forms.State:
        if not self.draft:
            return forms.evaluate(definition, answers, today=self.today, facts=facts)
        return states.reach((self.draft, which), definition, answers, today=self.today, facts=facts)
