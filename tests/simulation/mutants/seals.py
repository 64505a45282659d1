"""Faults in sealing a visit, and in looking at its seal."""

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
    patch.setattr(server.services.visits, "follow", lambda device, fields: False)


@breaks("evidence")
def reports_no_tampering(patch: Patch) -> None:
    patch.setattr(tests.simulation.evidence, "wrong_buckets", lambda *a: [])
