"""Faults of a phone's store: its outbox, its cursors, its scope."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import field_client.bundles
import field_client.outbox
import field_client.replica
import field_client.salvage
import field_client.sealing
import field_client.store
import sync.lease
from field_client.errors import FieldError
from field_client.store import Store
from sync.frames import Acks
from tests.simulation.mutants.known import Patch, breaks


@breaks("cursor", seed=4)
def keeps_rows_before_their_cursor(patch: Patch) -> None:
    real = field_client.replica.search.index

    def early(store: Store, households: Any) -> None:
        real(store, households)
        store.db.conn.execute("COMMIT")
        store.db.conn.execute("BEGIN IMMEDIATE")

    patch.setattr(field_client.replica.search, "index", early)


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


@breaks("scope")
def keeps_what_is_no_longer_to_be_seen(patch: Patch) -> None:
    patch.setattr(field_client.replica.scope, "leave", lambda store, gone: None)


@breaks("scope")
def keeps_changes_of_a_village_that_is_gone(patch: Patch) -> None:
    patch.setattr(field_client.outbox, "forget_elsewhere", lambda store: None)


@breaks("equal", seed=2)
def ignores_that_a_row_is_gone(patch: Patch) -> None:
    real = field_client.replica._keep_rows
    patch.setattr(
        field_client.replica, "_keep_rows", lambda store, bucket, rows: real(store, bucket, [r for r in rows if r.body])
    )
    patch.setattr(field_client.replica, "report_mismatch", lambda *a: None)  # Else it would be repaired.


@breaks("alarms")
def does_not_look_at_its_own_rows(patch: Patch) -> None:
    patch.setattr(field_client.replica, "report_mismatch", lambda *a: None)


@breaks("carried", seed=3)
def takes_no_answers_from_a_bundle(patch: Patch) -> None:
    real = field_client.bundles.replica.keep

    def deaf(store: Store, frame: Any, clock: Any, *, asked_ms: int) -> None:
        if asked_ms or not isinstance(frame, Acks):
            real(store, frame, clock, asked_ms=asked_ms)

    patch.setattr(field_client.bundles.replica, "keep", deaf)


@breaks("atomic")
def takes_a_full_disk_for_done(patch: Patch) -> None:
    real = field_client.store.storage_errors

    @contextmanager
    def deaf() -> Iterator[None]:
        try:
            with real():
                yield
        except FieldError as refusal:
            if refusal.code != "storage.full":
                raise

    patch.setattr(field_client.store, "storage_errors", deaf)


@breaks("durable")
def forgets_what_no_backup_covers(patch: Patch) -> None:
    patch.setattr(
        field_client.outbox,
        "prune",
        lambda store: store.db.execute("DELETE FROM outbox WHERE outcome IN ('applied', 'merged')"),
    )


@breaks("lease")
def shows_the_register_for_ever(patch: Patch) -> None:
    patch.setattr(sync.lease, "left_ms", lambda days, watch: 1)


@breaks("handed over")
def wipes_before_it_has_handed_over(patch: Patch) -> None:
    patch.setattr(field_client.salvage, "pieces", lambda store: iter(()))


@breaks("copies")
def never_gives_another_number(patch: Patch) -> None:
    patch.setattr(field_client.outbox, "_renumber", lambda store, former, renewed: None)
