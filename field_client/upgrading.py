"""Moving a draft to the newest version of its form: what would become of it is shown first, and no answer is dropped.

A draft stays on the version that it began with until its worker moves it. What the new version does not take is kept
beside the draft in words (`left`), to be read and entered anew; it is not sealed.
"""

from dataclasses import dataclass
from typing import Any

import forms
from field_client import amendments, drafts, facts, survey
from field_client.clock import Clock
from field_client.drafts import Draft
from field_client.errors import FieldError
from field_client.filling import Filling
from field_client.overlay import Seen
from field_client.store import Store
from forms.comparing import Difference, compare
from forms.migrating import Migration, migrate


@dataclass(frozen=True)
class Upgrade:
    """What a move would bring: the changes of the form, and what becomes of each answer."""

    definition: forms.Definition
    differences: tuple[Difference, ...]
    migration: Migration

    def as_dict(self) -> dict[str, Any]:
        """Write it for programs."""
        changes = [{"name": one.name, "sentence": str(one), "affects": one.affects_answers} for one in self.differences]
        left = [{"path": one.path, "label": one.label, "shown": one.shown, "reason": one.reason} for one in self.left]
        carried = len(self.migration.carried)
        return {"version": self.definition.version, "changes": changes, "carried": carried, "left": left}

    @property
    def left(self) -> tuple[forms.migrating.Left, ...]:
        """The answers that the new version does not take."""
        return self.migration.left


def newer_version(store: Store, draft: Draft) -> str:
    """Give the version to which a draft can be moved, or nothing; an amendment stays on that of its visit."""
    newest = _newest(store, draft)
    return str(newest.fields.get("version")) if newest else ""


def preview(store: Store, clock: Clock, visit: str) -> Upgrade:
    """Say what moving a draft would do. Raises FieldError("form.not_newer", "form.unreadable")."""
    draft = drafts.get(store, visit)
    newest = _newest(store, draft)
    if newest is None:
        raise FieldError("form.not_newer")
    filling, new = amendments.filling(store, draft, clock.today()), survey.read(newest)
    return Upgrade(new, compare(filling.definition, new), migrate(filling.definition, filling.answers, new))


def move(store: Store, clock: Clock, visit: str, *, seen_version: str = "") -> Draft:
    """Move a draft to the newest version, or to none but the one that was looked at.

    Raises FieldError("form.not_newer") where there is none, or another one has come since.
    """

    def edit(draft: Draft) -> None:
        upgrade, newest = preview(store, clock, visit), _newest(store, draft)
        if newest is None or seen_version not in ("", upgrade.definition.version):
            raise FieldError("form.not_newer")
        document = draft.document
        known = forms.facts_used(upgrade.definition, facts.of_household(store, document["household_id"], draft.id))
        begun = Filling.begun(upgrade.definition, known, clock.today())
        document["form"] = survey.take(store, newest)
        document["facts"] = known
        document["answers"] = begun.having({**begun.answers, **upgrade.migration.answers}).answers
        document["left"] = [*document.get("left", []), *upgrade.as_dict()["left"]]
        document.pop("removed", None)

    return drafts.change(store, clock, visit, edit)


def _newest(store: Store, draft: Draft) -> Seen | None:
    return None if draft.is_amendment else survey.newer(store, draft.document["form"])
