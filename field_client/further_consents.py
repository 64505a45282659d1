"""What more a person may agree to beside the comparison, each by itself: a kept reference, a second look by the office.

Both are off until device and region allow them; nothing else depends on the answer. What lies here then is in `kept_faces`
and `face_rechecks`.
"""

from collections.abc import Mapping
from typing import Any

from field_client import face_consents, face_rechecks, kept_faces
from field_client.clock import Clock
from field_client.drafts import Draft
from field_client.face_consents import Standing
from field_client.store import Store
from identity.compare import Compared
from identity.consent import KEEP, UPLOAD
from identity.ladder import Outcome


def may_ask(store: Store, clock: Clock, person_id: str, region: str) -> tuple[str, ...]:
    """Name what more an adult may be asked to agree to, where this device and the region allow it: KEEP, UPLOAD."""
    if face_consents.standing(store, clock, person_id, region=region).is_minor:
        return ()
    limits = {KEEP: kept_faces.retention, UPLOAD: face_rechecks.retention}
    return tuple(purpose for purpose, retention in limits.items() if retention(store, clock, region))


def keep(
    store: Store,
    clock: Clock,
    draft: Draft,
    entry: Mapping[str, Any],
    compared: Compared,
    given: bytes,
    standing: Standing,
) -> dict[str, Any]:
    """Propose the live face for keeping, after its own consent, until the worker has confirmed the match."""
    consent = face_consents.take(store, clock, draft, given, standing=standing, purpose=KEEP)
    vector = compared.live_vector
    if vector is None or standing.is_minor or compared.verdict.outcome != Outcome.MATCH:
        return {"keep_consent": consent, "kept": False}
    person_id, entry_id = entry["person_id"], entry["id"]
    is_held = kept_faces.propose(store, clock, person_id, vector, region=draft.bucket, entry=entry_id)
    return {"keep_consent": consent, "kept": is_held}


def recheck(
    store: Store,
    clock: Clock,
    draft: Draft,
    entry: Mapping[str, Any],
    compared: Compared,
    given: bytes,
    standing: Standing,
    reference: bytes | None,
) -> dict[str, Any]:
    """Hold the two photographs that were compared for the office, after their own consent; of a kept reference there is none."""
    consent = face_consents.take(store, clock, draft, given, standing=standing, purpose=UPLOAD)
    if reference is None or compared.live_photo is None or standing.is_minor:
        return {"recheck_consent": consent, "recheck_held": False}
    is_held = face_rechecks.hold(
        store,
        clock,
        visit=draft.id,
        entry=entry["id"],
        person_id=entry["person_id"],
        region=draft.bucket,
        reference=reference,
        live=compared.live_photo,
    )
    return {"recheck_consent": consent, "recheck_held": is_held}
