"""Faults in what the office sends down: pages, scope, and how much of it."""

from dataclasses import replace
from typing import Any

import server.queries.records
import server.queries.scope
import server.services.answering
from tests.simulation.mutants.known import Patch, breaks


@breaks("cursor")
def skips_a_row_of_a_page(patch: Patch) -> None:
    real = server.queries.records.feed

    def skipping(*a: Any, **k: Any) -> Any:
        rows, upto = real(*a, **k)
        return rows[:-2] + rows[-1:] if len(rows) > 1 else rows, upto

    patch.setattr(server.queries.records, "feed", skipping)


@breaks("whole pages")
def cuts_a_transaction_at_the_page(patch: Patch) -> None:
    real = server.queries.records.feed

    def cutting(*a: Any, limit: int, **k: Any) -> Any:
        rows, upto = real(*a, limit=limit, **k)
        return rows[:limit], (rows[limit - 1].seq if len(rows) > limit else upto)

    patch.setattr(server.queries.records, "feed", cutting)


@breaks("scope")
def shows_every_village(patch: Patch) -> None:
    real = server.queries.scope.buckets_of
    villages = ["430981101001", "430981101002", "430981102001"]
    patch.setattr(
        server.queries.scope,
        "buckets_of",
        lambda session, actor: {**server.queries.records.buckets(session, villages), **real(session, actor)},
    )


@breaks("costs")
def sends_a_bucket_from_its_beginning(patch: Patch) -> None:
    real = server.services.answering._pages
    patch.setattr(
        server.services.answering, "_pages", lambda s, vault, bucket, since, head: real(s, vault, bucket, 0, head)
    )


@breaks("idle")
def tells_all_buckets_every_time(patch: Patch) -> None:
    patch.setattr(server.services.answering, "proof", lambda epoch, states: "")


@breaks("releases", seed=2)
def gives_rows_to_a_client_too_old(patch: Patch) -> None:
    real = server.services.answering.answer

    def generous(*a: Any, settings: Any, **k: Any) -> Any:
        return real(*a, settings=replace(settings, rows_from_schema=1), **k)

    patch.setattr(server.services.answering, "answer", generous)
