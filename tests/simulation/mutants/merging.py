"""Faults in merging: the classes, what counts as a conflict, and which clock counts."""

from collections.abc import Mapping
from typing import Any

import server.services.mutations
import sync.merge
from sync.canonical import moment
from sync.clock import UNKNOWN_MS, Corrected, milliseconds
from sync.merge import BROUGHT, CREATED, UNSEEN
from sync.records import Merge
from tests.simulation.mutants.known import Patch, breaks


@breaks("classes")
def takes_a_devices_value_for_the_offices(patch: Patch) -> None:
    _taking(patch, Merge.SERVER_OWNED)


@breaks("classes", seed=7)
def writes_what_is_written_once_again(patch: Patch) -> None:
    _taking(patch, Merge.WRITE_ONCE)


@breaks("classes", seed=12)
def steps_back(patch: Patch) -> None:
    _taking(patch, Merge.STEPWISE)


@breaks("held")
def holds_without_a_difference(patch: Patch) -> None:
    patch.setattr(sync.merge, "_unseen", lambda mark, edit: True)


@breaks("held")
def overwrites_what_was_not_seen(patch: Patch) -> None:
    patch.setattr(sync.merge, "_unseen", lambda mark, edit: False)


@breaks("held")
def takes_a_move_for_a_change(patch: Patch) -> None:
    def blind(marks: Mapping[str, Any], elsewhere: str | None = None) -> dict[str, Any]:
        own = {name: mark for name, mark in marks.items() if BROUGHT not in name}
        return own if elsewhere is None else {CREATED: own[CREATED]._replace(seq=UNSEEN)}

    patch.setattr(server.services.mutations, "as_seen", blind)


@breaks("clocks")
def trusts_a_wall_clock(patch: Patch) -> None:
    real = server.services.mutations.clock.corrected

    def trusting(evidence: Any, *, received_ms: int) -> Corrected:
        found = real(evidence, received_ms=received_ms)
        wall = milliseconds(moment(evidence.wall))
        return found if found.uncertainty_ms < UNKNOWN_MS else Corrected(min(wall, received_ms), UNKNOWN_MS)

    patch.setattr(server.services.mutations.clock, "corrected", trusting)


def _taking(patch: Patch, taken: Merge) -> None:
    real = sync.merge._decide

    def decide(outcome: Any, record_type: Any, name: str, merge_class: Merge, current: Any, edit: Any) -> None:
        if merge_class is taken:
            outcome.changed[name] = edit.fields[name]
        else:
            real(outcome, record_type, name, merge_class, current, edit)

    patch.setattr(sync.merge, "_decide", decide)
