"""The office's second look at a comparison of faces, where the person agreed to just that; off unless an operator turns it on.

The two photographs come with one request, sealed to the office by the device that took them. They are opened in memory,
compared by the engine of the device, and gone with the request: no byte of them, no vector and no distance is stored,
logged or told (人脸识别技术应用安全管理办法 art. 6 and 8; decision 21). What stays is agreement, or codes of why a reviewer
should look; nothing else is ever changed by it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy.orm import Session

from identity.consent import UPLOAD, refusal_of_record
from server.adapters.vault import Vault
from server.domain.errors import (
    DeviceRequired,
    FaceRecheckBusy,
    FaceRecheckNotAgreed,
    FaceRecheckOff,
    FaceRecheckUnreadable,
    NotFound,
)
from server.domain.permissions import Actor
from server.models.device import Device
from server.models.visit import FaceRecheck
from server.queries import records, visits
from server.services import audit, face_policies
from server.services.changes import Ledger
from sync import bundle
from sync.errors import SyncError

if TYPE_CHECKING:  # The face engine's libraries are loaded only where a look is had.
    from identity.engine import FaceEngine, Unavailable
    from identity.recheck import Recheck

PURPOSE = "face_recheck"
PHOTOS = ("reference", "live")
WAIT_S = 10  # for the look before; each takes about a second
SEALED = frozenset({"intact", "out_of_order"})  # A consent that somebody altered on the way is none.
UNDECIDED = frozenset({"minor", "age_unknown"})  # The machine has no say, so there is nothing to look at again.
_ONE_AT_A_TIME = Lock()  # Two photographs of 40 megapixels are in memory meanwhile.


@dataclass(frozen=True)
class Asked:
    """A second look that may be had: at which entry of which visit, and whose signature the photographs bear."""

    visit_id: str
    entry: Mapping[str, Any]
    device: Device


def asked(session: Session, vault: Vault, actor: Actor, visit_id: str, entry_id: str) -> Asked:
    """Say whether the person agreed to this second look, by what the device sealed into the visit.

    Raises DeviceRequired, NotFound while the visit has not arrived or is another device's, FaceRecheckNotAgreed.
    """
    device = session.get(Device, actor.device_id) if actor.device_id else None
    if device is None:
        raise DeviceRequired
    visit = visits.get(session, visit_id, visible_to=actor, deed="visit.record")
    fields = records.fields_of(session, vault, "visit", visit_id) or {}
    entry = next((one for one in _objects(fields.get("identity")) if one.get("id") == entry_id), None)
    if entry is None or _object(fields.get("seal")).get("device_id") != device.id:
        raise NotFound("没有这次核验")
    if visit.verdict not in SEALED or not _agreed(entry):
        raise FaceRecheckNotAgreed
    return Asked(visit_id, entry, device)


def look(
    asked: Asked,
    sealed: bytes,
    vault: Vault,
    data_dir: Path,
    *,
    engine: "FaceEngine | Unavailable | None" = None,
) -> "Recheck":
    """Open the photographs, compare them once, by the thresholds of then, and forget them.

    Raises FaceRecheckOff where the office has no engine, FaceRecheckBusy, FaceRecheckUnreadable.
    """
    from identity.engine import Unavailable, shared
    from identity.recheck import recheck

    engine = shared() if engine is None else engine
    if isinstance(engine, Unavailable):
        raise FaceRecheckOff
    with _turn():
        reference, live = _opened(asked, sealed, vault.sealing_key)
        policies = partial(face_policies.find, data_dir, signer=vault.receipt_public_key)
        return recheck(asked.entry, reference, live, engine=engine, policies=policies)


def note(ledger: Ledger, actor: Actor, asked: Asked, found: "Recheck", *, now: datetime) -> FaceRecheck:
    """Write down what the look found, once: a second answer changes nothing."""
    known = ledger.session.get(FaceRecheck, (asked.visit_id, asked.entry["id"]))
    if known is not None:
        return known
    made = FaceRecheck(
        visit_id=asked.visit_id,
        entry_id=asked.entry["id"],
        needs_review=found.needs_review,
        reasons=" ".join(found.reasons),
        model_version=found.model_version,
        at=now,
    )
    ledger.session.add(made)
    audit.record(
        ledger.session, actor, "face.recheck", "visit", asked.visit_id, now=now, needs_review=found.needs_review
    )
    return made


def _agreed(entry: Mapping[str, Any]) -> bool:
    """Tell whether an entry holds a comparison by machine and the consent to look at it again, neither taken back."""
    consent, comparing = (_object(entry.get(name)) for name in ("recheck_consent", "consent"))
    reasons = entry.get("reasons")
    is_open = isinstance(reasons, list) and not UNDECIDED.intersection(map(str, reasons))
    # Whose age asks for a guardian was never asked at all: the device leaves minors to people.
    is_granted = refusal_of_record(consent, purpose=UPLOAD, age=0, guardian_age=0) is None
    return bool(entry.get("score_band")) and is_open and is_granted and not comparing.get("withdrawn_at")


def _opened(asked: Asked, sealed: bytes, key: X25519PrivateKey) -> tuple[bytes, bytes]:
    """Open what this device sealed for this very entry. Raises FaceRecheckUnreadable."""
    signing = bytes.fromhex(asked.device.signing_key)
    try:
        head, parts = bundle.read(
            BytesIO(sealed).read,
            key=key,
            purpose=PURPOSE,
            signer=lambda sender: signing if sender == asked.device.id else None,
        )
        photos = {part.name: b"".join(part.pieces) for part in parts}
    except SyncError:
        raise FaceRecheckUnreadable from None
    if head.facts != {"visit": asked.visit_id, "entry": asked.entry["id"]} or set(photos) != set(PHOTOS):
        raise FaceRecheckUnreadable
    return photos["reference"], photos["live"]


@contextmanager
def _turn() -> Iterator[None]:
    if not _ONE_AT_A_TIME.acquire(timeout=WAIT_S):
        raise FaceRecheckBusy
    try:
        yield
    finally:
        _ONE_AT_A_TIME.release()


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
