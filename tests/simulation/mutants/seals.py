"""Faults in sealing a visit, and in looking at its seal."""

from typing import Any

import field_client.sealing
import server.services.visits
import tests.simulation.evidence
from sync.seal import FIRST
from tests.simulation.mutants.known import Patch, breaks


@breaks("evidence", seed=2)
def believes_every_seal(patch: Patch) -> None:
    patch.setattr(server.services.visits, "is_altered", lambda *a: False)


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
