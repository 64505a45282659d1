"""Sealed visits as a device makes them: survey answers, three photos, three signatures, and the device's seal in its chain."""

import hashlib
from random import Random
from typing import Any

from benchmarks.sync.device import Device
from benchmarks.sync.scene import Scene, chunks, prepared
from benchmarks.sync.workload import bodies, fields
from sync.protocol import Mutation
from sync.seal import FIRST, seal

AT = {"wall": "2026-07-01T08:00:00.000Z", "uptime_ms": 90_000, "boot": "bench"}


def sealed_visits(scene: Scene, device: Device, count: int) -> list[bytes]:
    """Push a household, and prepare so many sealed visits to it."""
    village, seed = scene.office.villages[0], scene.seed()
    for body in chunks(device, 1, [village], seed):
        device.exchange(body)
    household_id = next(bodies(seed, 1, (village,)))[0]
    made, previous = [], FIRST
    for n, (visit_id, _, _) in enumerate(bodies(scene.seed(), count, (village,)), start=1):
        visit = _visit(Random(n), household_id, visit_id)
        sealed = seal(visit, device.key, device_id=device.id, number=n, previous=previous)
        previous = sealed.hash
        record = {**visit, "seal": sealed.to_dict()}
        made.append(Mutation(n + 1, "visit", visit_id, "create", village, 0, record, AT))
    return prepared(device, made)


def _visit(random: Random, household_id: str, visit_id: str) -> dict[str, Any]:
    def blob(name: str) -> str:
        return hashlib.sha256(f"{visit_id}/{name}".encode()).hexdigest()

    answers = {name: value for name, value in fields(random, "").items() if isinstance(value, str | int)}
    return {
        "household_id": household_id,
        "kind": "regular",
        "mode": "on_site",
        "form": {"id": "home_visit", "version": "1", "hash": "0" * 64},
        "started_at": "2026-07-01T08:00:00.000Z",
        "sealed_at": "2026-07-01T08:30:00.000Z",
        "answers": answers,
        "participants": [{"staff_id": "one"}, {"staff_id": "two"}],
        "signatures": [
            {"role": "investigator", "signer_id": "one", "blob": blob("one")},
            {"role": "investigator", "signer_id": "two", "blob": blob("two")},
            {"role": "household", "signer_id": "head", "blob": blob("head")},
        ],
        "identity": [{"method": "id_card", "outcome": "confirmed"}],
        "evidence": [{"kind": "house", "blob": blob(f"photo{n}")} for n in range(3)],
        "clock": AT,
    }
