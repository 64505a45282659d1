"""The worker's word after a face match: the machine advises, a person decides.

The core records a match that nobody has confirmed yet as inconclusive; the photographs are forgotten by then. So the
confirmation settles that entry, instead of comparing again and using up another try.
"""

from typing import Any

from field_client import drafts
from field_client.clock import Clock
from field_client.drafts import Draft
from field_client.identification import NOT_CONFIRMED
from field_client.store import Store
from identity.ladder import Method, Outcome


def awaits(entry: dict[str, Any]) -> bool:
    """Tell whether an entry is a match that waits for the worker's word."""
    return (
        entry["method"] == Method.FACE
        and NOT_CONFIRMED in entry["reasons"]
        and entry["outcome"] == Outcome.INCONCLUSIVE
    )


def settle(store: Store, clock: Clock, visit: str, entry_id: str, *, is_same: bool) -> None:
    """Record that the worker saw the same person, or another one; an entry that does not wait stays as it is."""

    def edit(draft: Draft) -> None:
        for entry in draft.document["identity"]:
            if entry["id"] == entry_id and awaits(entry):
                entry["outcome"] = Outcome.MATCH.value if is_same else Outcome.NO_MATCH.value
                if is_same:
                    entry["reasons"] = [reason for reason in entry["reasons"] if reason != NOT_CONFIRMED]

    drafts.change(store, clock, visit, edit)
