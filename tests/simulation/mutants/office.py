"""Faults of the office: in committing, numbering, answering again, and keeping what does not take effect."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import field_client.outbox
import server.api.sync
import server.services.held
import server.services.mutations
import server.services.sync
import server.services.written
from field_client.store import Store
from server.services.mutations import Sender
from sync.protocol import Mutation
from tests.simulation.mutants.known import Patch, breaks


@breaks("acknowledged")
def answers_before_it_commits(patch: Patch) -> None:
    real, calls = server.api.sync.transact, iter(range(10**6))

    class NeverMindError(Exception):
        pass

    def hasty(deed: Callable[[Any], Any]) -> Any:
        if next(calls) % 3:
            return real(deed)
        answers: list[Any] = []

        def undone(ledger: Any) -> None:
            answers.append(deed(ledger))
            raise NeverMindError

        with pytest.raises(NeverMindError):
            real(undone)
        return answers[0]

    patch.setattr(server.api.sync, "transact", hasty)


@breaks("repeats", seed=3)
def says_applied_to_every_repeat(patch: Patch) -> None:
    real = server.services.sync._repeated
    patch.setattr(
        server.services.sync, "_repeated", lambda *a: [replace(one, outcome="applied", seq=0) for one in real(*a)]
    )


@breaks("once", seed=12)
def applies_a_repeat_again(patch: Patch) -> None:
    real = server.services.sync.apply

    def twice(ledger: Any, actor: Any, request: Any, *, now: Any, **k: Any) -> Any:
        device = ledger.session.get(server.services.sync.Device, actor.device_id)
        installation = ledger.session.get(server.services.sync.Installation, (device.id, request.installation))
        done = installation.applied_n
        acks = real(ledger, actor, request, now=now, **k)
        again = [one for one in request.mutations if one.n <= done]
        server.services.mutations.decide(ledger, Sender(actor, device, installation.number, now), again)
        return acks

    patch.setattr(server.services.sync, "apply", twice)


@breaks("dense")
def leaves_a_hole_between_seqs(patch: Patch) -> None:
    def skipping(self: Any, bucket: str) -> int:
        self.buckets[bucket].head += 2
        return int(self.buckets[bucket].head)

    patch.setattr(server.services.written.Written, "_next", skipping)


@breaks("sums")
def never_takes_a_row_out_of_the_sum(patch: Patch) -> None:
    real = server.services.written.Written._sum

    def adding(self: Any, *a: Any, sign: int) -> None:
        if sign > 0:
            real(self, *a, sign=sign)

    patch.setattr(server.services.written.Written, "_sum", adding)


@breaks("kept", seed=2)
def forgets_what_lost(patch: Patch) -> None:
    real = server.services.written._history

    def short(one: Any, *a: Any) -> Any:
        return real(replace(one, superseded={}), *a)

    patch.setattr(server.services.written, "_history", short)


@breaks("kept")
def forgets_what_it_refused(patch: Patch) -> None:
    patch.setattr(server.services.sync, "_is_refused", lambda result: False)
    patch.setattr(field_client.outbox, "prune", _prune_all)


@breaks("kept")
def holds_nothing(patch: Patch) -> None:
    patch.setattr(server.services.mutations, "_hold", lambda *a: None)
    patch.setattr(field_client.outbox, "prune", _prune_all)


@breaks("drains")
def stops_at_poison(patch: Patch) -> None:
    real = server.services.sync.decide

    def choking(ledger: Any, sender: Any, mutations: Any) -> Any:
        for mutation in mutations:
            strange = {"number", "area_code", "newer_field"} & set(mutation.fields)
            if strange or mutation.op == "delete" or mutation.type in ("ghost", "review"):
                raise ValueError
        return real(ledger, sender, mutations)

    patch.setattr(server.services.sync, "decide", choking)


@breaks("copies")
def takes_every_repeat_for_what_was_there(patch: Patch) -> None:
    patch.setattr(Mutation, "digest", lambda self: b"alike")


def _prune_all(store: Store) -> None:
    """Let the phone forget all answers, so that only the office's own memory counts."""
    store.db.execute("DELETE FROM outbox WHERE outcome <> ''")


@breaks("shed", seed=4)
def takes_nothing_while_it_is_busy(patch: Patch) -> None:
    lanes, apply = server.api.sync.open_lanes, server.services.sync.apply
    last: list[tuple[str, ...]] = []

    def noting(*a: Any) -> tuple[str, ...]:
        last.append(lanes(*a))
        return last[-1]

    def idle(ledger: Any, actor: Any, request: Any, **k: Any) -> Any:
        return apply(
            ledger, actor, request if not last or "records" in last[-1] else replace(request, mutations=()), **k
        )

    patch.setattr(server.api.sync, "open_lanes", noting)
    patch.setattr(server.services.sync, "apply", idle)


@breaks("decided", seed=2)
def tells_nobody_of_a_decision(patch: Patch) -> None:
    patch.setattr(server.services.held, "tell_decision", lambda *a, **k: None)
