"""The office takes up what a lost device handed over: work into the list that waits for a person, photos to the blobs.

Nothing of it takes effect by itself, for the device was out of its worker's hands. Drafts were never said to be finished;
they can be read, and stay sealed here.
"""

import hashlib
import io
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from server.adapters.blobs import BlobStore
from server.domain.permissions import Actor
from server.models.blob import Blob
from server.models.device import Device, MutationResult
from server.models.farewell import SalvagePiece
from server.models.held_work import HeldWork
from server.queries import visits as visit_queries
from server.services import audit, farewell, held_work, receipts, visits
from server.services.changes import Ledger
from server.services.store import hold, shelf
from server.services.uploads import media_type
from sync import bundle
from sync.canonical import loads
from sync.errors import SyncError
from sync.farewell import DRAFTS, NOTES, PHOTO, SALVAGE, WORK
from sync.protocol import Mutation


@dataclass
class Taken:
    """What was taken up: changes that wait now, changes that were known before, photos, drafts, pieces that do not open."""

    waiting: int = 0
    known: int = 0
    photos: int = 0
    drafts: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def take_up(ledger: Ledger, blobs: BlobStore, actor: Actor, device_id: str, *, now: datetime) -> Taken:
    """Open everything that a device handed over and put it where people decide; again takes up only what is new.

    Raises NotFound for a device that the actor does not answer for.
    """
    device = farewell.manageable(ledger.session, actor, device_id, now=now)
    taken, work, photos = Taken(), [], defaultdict(dict)  # type: ignore[var-annotated]
    for name, facts, content in _opened(ledger, device, taken):
        match facts.get("kind"):
            case str(kind) if kind == WORK:
                work += [(int(one["installation"]), Mutation.from_dict(one["mutation"])) for one in loads(content)]
            case str(kind) if kind == PHOTO:
                photos[facts["sha256"]][int(facts["offset"])] = content
            case str(kind) if kind == DRAFTS:
                taken.drafts += loads(content)
            case str(kind) if kind == NOTES:
                taken.notes.append(loads(content))
            case _:
                taken.unreadable.append(name)
    for sha256, parts in photos.items():
        taken.photos += _store(ledger, blobs, device, sha256, b"".join(parts[at] for at in sorted(parts)), now)
    for installation, mutation in sorted(work, key=lambda one: (one[0], one[1].n)):
        _hold(ledger, device, installation, mutation, taken, now)
    audit.record(ledger.session, actor, "device.salvage.take", "device", device_id, now=now, waiting=taken.waiting)
    return taken


def _opened(ledger: Ledger, device: Device, taken: Taken) -> Iterator[tuple[str, Mapping[str, Any], bytes]]:
    signing_key = bytes.fromhex(device.signing_key)
    pieces = select(SalvagePiece).where(SalvagePiece.device_id == device.id).order_by(SalvagePiece.stored_at)
    for piece in ledger.session.scalars(pieces):
        try:
            _, parts = bundle.read(
                io.BytesIO(piece.sealed).read,
                key=ledger.vault.sealing_key,
                purpose=SALVAGE,
                signer=lambda sender: signing_key if sender == device.id else None,
            )
            yield from [(piece.name, part.facts, b"".join(part.pieces)) for part in parts]
        except SyncError:
            taken.unreadable.append(piece.name)


def _hold(ledger: Ledger, device: Device, number: int, mutation: Mutation, taken: Taken, now: datetime) -> None:
    """Let a change wait, unless it was applied before the device was lost, or taken up before."""
    answered = ledger.session.get(MutationResult, (device.id, number, mutation.n))
    same = select(HeldWork.id).filter_by(device_id=device.id, installation=number, n=mutation.n)
    is_known = answered is not None and answered.digest == mutation.digest()  # A copied store numbers other things so.
    if is_known or ledger.session.scalars(same).first() is not None:
        taken.known += 1
        return
    origin = held_work.Origin(device.id, number, device.staff_id)
    in_order = visits.follow(device, mutation.fields)
    held_work.keep(
        ledger,
        origin,
        mutation,
        bucket=_area(ledger, mutation),
        reason=held_work.DEVICE_LOST,
        in_order=in_order,
        now=now,
    )
    taken.waiting += 1


def _area(ledger: Ledger, mutation: Mutation) -> str:
    """Name the area whose people decide: of a step of the worker's own task, where its household lives."""
    task = ledger.get("visit_task", mutation.id) if mutation.type == "visit_task" else None
    return str(task.fields.get("area_code") or mutation.bucket) if task else mutation.bucket


def _store(ledger: Ledger, blobs: BlobStore, device: Device, sha256: str, data: bytes, now: datetime) -> int:
    """Store a photo whose bytes are all here; gives 1 when it is new. Bytes that are another photo's are left sealed."""
    session = ledger.session
    hold(session, [shelf(sha256)])
    if hashlib.sha256(data).hexdigest() != sha256 or session.get(Blob, sha256) is not None:
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / sha256
        path.write_bytes(data)
        blobs.put(sha256, path)
    kind = media_type(data[:16])
    session.add(
        Blob(
            sha256=sha256, size=len(data), media_type=kind, stored_at=now, device_id=device.id, staff_id=device.staff_id
        )
    )
    session.flush()
    receipts.issue(ledger, visit_queries.visits_resting_on(session, sha256), now=now)
    return 1
