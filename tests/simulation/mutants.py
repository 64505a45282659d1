"""Known faults, each put into the product for one story: the checker of the promise that it breaks must see it.

A mutant is a function that patches; `MUTANTS` says which promise it breaks, and a seed whose story is tried first. Where
another story shows it now, `python -m tests.simulation 1 --districts 50 --mutant NAME` finds its seed. Agreement alone
proves little: all copies can lose the same photo.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

import field_client.bundles
import field_client.outbox
import field_client.replica
import field_client.runner
import field_client.sealing
import field_client.syncing
import field_client.uploads
import server.api.files
import server.api.sync
import server.bundles
import server.queries.records
import server.queries.scope
import server.queries.visits
import server.services.changes
import server.services.mutations
import server.services.sync
import server.services.uploads
import server.services.visits
import sync.merge
import tests.simulation.evidence
from field_client.store import Store
from server.services.mutations import Sender
from sync.canonical import moment
from sync.clock import UNKNOWN_MS, Corrected, milliseconds
from sync.merge import BROUGHT, CREATED, UNSEEN
from sync.protocol import Acks, Mutation
from sync.records import Merge
from sync.seal import FIRST
from tests.simulation.copies import play_copies
from tests.simulation.district import play
from tests.simulation.founding import founded
from tests.simulation.states import compare_clocks

NEVER = 1 << 40  # No change's number is as high: nothing is let through between two pieces.
Patch = pytest.MonkeyPatch
Fault = Callable[[Patch], None]


@dataclass(frozen=True)
class Mutant:
    """A fault, the promise that it breaks, and the seed whose story is tried first."""

    promise: str
    seed: int
    put_in: Fault


MUTANTS: dict[str, Mutant] = {}


def breaks(promise: str, *, seed: int = 1) -> Callable[[Fault], Fault]:
    """Enter a fault as a mutant under its name."""

    def enter(fault: Fault) -> Fault:
        MUTANTS[fault.__name__.replace("_", " ")] = Mutant(promise, seed, fault)
        return fault

    return enter


def judge(mutant: Mutant, seed: int) -> None:
    """Play a seed's story with a mutant, watched by the checker of its promise alone. Raises Violation when it is seen."""
    founded()
    with pytest.MonkeyPatch.context() as patch:
        mutant.put_in(patch)
        if mutant.promise == "clocks":
            compare_clocks(seed)
        elif mutant.promise == "copies":
            play_copies(seed)
        else:
            play(seed, checks=frozenset({mutant.promise}))


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


@breaks("repeats")
def says_applied_to_every_repeat(patch: Patch) -> None:
    real = server.services.sync._repeated
    patch.setattr(
        server.services.sync, "_repeated", lambda *a: [replace(one, outcome="applied", seq=0) for one in real(*a)]
    )


@breaks("once", seed=15)
def applies_a_repeat_again(patch: Patch) -> None:
    real = server.services.sync.apply

    def twice(ledger: Any, actor: Any, request: Any, *, now: Any, **k: Any) -> Any:
        device = ledger.session.get(server.services.sync.Device, actor.device_id)
        installation = ledger.session.get(server.services.sync.Installation, (device.id, request.installation))
        done = installation.applied_n
        acks = real(ledger, actor, request, now=now, **k)
        for one in request.mutations:
            if one.n <= done:
                server.services.mutations.decide(ledger, Sender(actor, device, installation.number, now), one)
        return acks

    patch.setattr(server.services.sync, "apply", twice)


@breaks("dense")
def leaves_a_hole_between_seqs(patch: Patch) -> None:
    def skipping(self: Any, bucket: str) -> int:
        self.buckets[bucket].head += 2
        return int(self.buckets[bucket].head)

    patch.setattr(server.services.changes._Written, "_next", skipping)


@breaks("sums")
def never_takes_a_row_out_of_the_sum(patch: Patch) -> None:
    real = server.services.changes._Written._sum

    def adding(self: Any, *a: Any, sign: int) -> None:
        if sign > 0:
            real(self, *a, sign=sign)

    patch.setattr(server.services.changes._Written, "_sum", adding)


@breaks("cursor")
def skips_a_row_of_a_page(patch: Patch) -> None:
    real = server.queries.records.feed

    def skipping(*a: Any, **k: Any) -> Any:
        rows, upto = real(*a, **k)
        return rows[:-2] + rows[-1:] if len(rows) > 1 else rows, upto

    patch.setattr(server.queries.records, "feed", skipping)


@breaks("cursor", seed=5)
def keeps_rows_before_their_cursor(patch: Patch) -> None:
    real = field_client.replica.search.index

    def early(store: Store, households: Any) -> None:
        real(store, households)
        store.db.conn.execute("COMMIT")
        store.db.conn.execute("BEGIN IMMEDIATE")

    patch.setattr(field_client.replica.search, "index", early)


@breaks("whole pages")
def cuts_a_transaction_at_the_page(patch: Patch) -> None:
    real = server.queries.records.feed

    def cutting(*a: Any, limit: int, **k: Any) -> Any:
        rows, upto = real(*a, limit=limit, **k)
        return rows[:limit], (rows[limit - 1].seq if len(rows) > limit else upto)

    patch.setattr(server.queries.records, "feed", cutting)


@breaks("atomic")
def counts_before_it_keeps(patch: Patch) -> None:
    real = Store.put

    def early(self: Store, key: str, value: Any) -> None:
        real(self, key, value)
        if key == "last_n":
            self.db.conn.execute("COMMIT")
            self.db.conn.execute("BEGIN IMMEDIATE")

    patch.setattr(Store, "put", early)


@breaks("atomic")
def seals_before_it_releases_the_photos(patch: Patch) -> None:
    patch.setattr(field_client.sealing.blobs, "release", lambda store, hashes: None)


@breaks("kept")
def drops_an_unanswered_change(patch: Patch) -> None:
    real = field_client.outbox.keep_acks

    def dropping(store: Store, acks: Any, clock: Any) -> None:
        real(store, acks, clock)
        store.db.execute("DELETE FROM outbox WHERE n = ?", (acks.applied_n + 1,))

    patch.setattr(field_client.outbox, "keep_acks", dropping)


@breaks("kept")
def forgets_what_lost(patch: Patch) -> None:
    real = server.services.changes._history

    def short(one: Any, *a: Any) -> Any:
        return real(replace(one, superseded={}), *a)

    patch.setattr(server.services.changes, "_history", short)


@breaks("kept")
def forgets_what_it_refused(patch: Patch) -> None:
    patch.setattr(server.services.sync, "_is_refused", lambda result: False)
    patch.setattr(field_client.outbox, "prune", _prune_all)


@breaks("kept")
def holds_nothing(patch: Patch) -> None:
    patch.setattr(server.services.mutations, "_hold", lambda *a: None)
    patch.setattr(field_client.outbox, "prune", _prune_all)


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


@breaks("held", seed=4)
def takes_a_move_for_a_change(patch: Patch) -> None:
    def blind(marks: Mapping[str, Any], elsewhere: str | None = None) -> dict[str, Any]:
        own = {name: mark for name, mark in marks.items() if BROUGHT not in name}
        return own if elsewhere is None else {CREATED: own[CREATED]._replace(seq=UNSEEN)}

    patch.setattr(server.services.mutations, "as_seen", blind)


@breaks("scope")
def shows_every_village(patch: Patch) -> None:
    real = server.queries.scope.buckets_of
    villages = ["430981101001", "430981101002", "430981102001"]
    patch.setattr(
        server.queries.scope,
        "buckets_of",
        lambda session, actor: {**server.queries.records.buckets(session, villages), **real(session, actor)},
    )


@breaks("scope")
def keeps_what_is_no_longer_to_be_seen(patch: Patch) -> None:
    patch.setattr(field_client.replica.scope, "leave", lambda store, gone: None)


@breaks("scope")
def keeps_changes_of_a_village_that_is_gone(patch: Patch) -> None:
    patch.setattr(field_client.outbox, "forget_elsewhere", lambda store: None)


@breaks("drains")
def stops_at_poison(patch: Patch) -> None:
    real = server.services.sync.decide

    def choking(ledger: Any, sender: Any, mutation: Any) -> Any:
        strange = {"number", "area_code", "newer_field"} & set(mutation.fields)
        if strange or mutation.op == "delete" or mutation.type in ("ghost", "review"):
            raise ValueError
        return real(ledger, sender, mutation)

    patch.setattr(server.services.sync, "decide", choking)


@breaks("drains", seed=11)
def waits_for_a_clock_that_was_put_back(patch: Patch) -> None:
    patch.setattr(field_client.uploads, "ASIDE_LONGEST", field_client.uploads.ASIDE_LONGEST * 10**5)


@breaks("equal")
def ignores_that_a_row_is_gone(patch: Patch) -> None:
    real = field_client.replica._keep_rows
    patch.setattr(
        field_client.replica, "_keep_rows", lambda store, bucket, rows: real(store, bucket, [r for r in rows if r.body])
    )
    patch.setattr(field_client.replica, "report_mismatch", lambda *a: None)  # Else it would be repaired.


@breaks("alarms")
def does_not_look_at_its_own_rows(patch: Patch) -> None:
    patch.setattr(field_client.replica, "report_mismatch", lambda *a: None)


@breaks("evidence")
def believes_every_seal(patch: Patch) -> None:
    patch.setattr(server.services.visits, "verify", server.services.visits.signed_by)


@breaks("evidence")
def forgets_the_seal_before(patch: Patch) -> None:
    real = field_client.sealing.seals.seal
    patch.setattr(field_client.sealing.seals, "seal", lambda *a, previous, **k: real(*a, previous=FIRST, **k))


@breaks("evidence", seed=6)
def counts_a_refused_visit_as_missing(patch: Patch) -> None:
    real = server.services.visits.follow
    arriving: list[bool] = []

    def verdict(*a: Any) -> str:
        arriving.append(True)
        try:
            return real_verdict(*a)
        finally:
            arriving.pop()

    real_verdict = server.services.visits._verdict
    patch.setattr(server.services.visits, "_verdict", verdict)
    patch.setattr(server.services.visits, "follow", lambda device, fields: bool(arriving) and real(device, fields))


@breaks("evidence")
def reports_no_tampering(patch: Patch) -> None:
    patch.setattr(tests.simulation.evidence, "wrong_buckets", lambda *a: [])


@breaks("receipts")
def signs_for_photos_that_are_missing(patch: Patch) -> None:
    patch.setattr(server.queries.visits, "missing_blobs", lambda *a: [])
    patch.setattr(field_client.sealing.blobs, "release", lambda store, hashes: None)


@breaks("receipts")
def signs_only_the_first_revision(patch: Patch) -> None:
    real = server.queries.visits.has_receipt
    patch.setattr(server.queries.visits, "has_receipt", lambda s, visit, revision: revision > 1 or real(s, visit, 1))


@breaks("drains")
def sends_photos_first(patch: Patch) -> None:
    real = field_client.syncing._records

    def late(errand: Any) -> Any:
        field_client.syncing._photos(errand, NEVER)
        return real(errand)

    patch.setattr(field_client.syncing, "_records", late)


@breaks("blobs", seed=15)
def believes_what_an_upload_is_called(patch: Patch) -> None:
    patch.setattr(server.api.files, "_checksum", lambda header: None)
    patch.setattr(server.services.uploads, "verify", lambda folder, upload: None)


@breaks("blobs", seed=8)
def begins_an_upload_again_after_a_cut(patch: Patch) -> None:
    real = server.services.uploads.standing

    def forgetful(session: Any, folder: Any, upload: Any) -> Any:
        found = real(session, folder, upload)
        if not found.is_complete:
            server.services.uploads.staged(folder, upload.id).unlink(missing_ok=True)
            return replace(found, offset=0)
        return found

    patch.setattr(server.services.uploads, "standing", forgetful)


@breaks("carried")
def says_of_a_carried_photo_that_it_is_known(patch: Patch) -> None:
    patch.setattr(server.bundles, "_take_blob", lambda actor, part, now: [*part.pieces] and server.bundles.KNOWN)


@breaks("carried", seed=3)
def takes_no_answers_from_a_bundle(patch: Patch) -> None:
    real = field_client.bundles.replica.keep

    def deaf(store: Store, frame: Any, clock: Any, *, asked_ms: int) -> None:
        if asked_ms or not isinstance(frame, Acks):
            real(store, frame, clock, asked_ms=asked_ms)

    patch.setattr(field_client.bundles.replica, "keep", deaf)


@breaks("copies")
def takes_every_repeat_for_what_was_there(patch: Patch) -> None:
    patch.setattr(Mutation, "digest", lambda self: b"alike")


@breaks("costs")
def sends_a_bucket_from_its_beginning(patch: Patch) -> None:
    real = server.services.sync._pages
    patch.setattr(server.services.sync, "_pages", lambda s, vault, bucket, since, head: real(s, vault, bucket, 0, head))


@breaks("idle")
def tells_all_buckets_every_time(patch: Patch) -> None:
    patch.setattr(server.services.sync, "proof", lambda epoch, states: "")


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


def _prune_all(store: Store) -> None:
    """Let the phone forget all answers, so that only the office's own memory counts."""
    store.db.execute("DELETE FROM outbox WHERE outcome <> ''")
