"""Bundles that a stick brought: taken in by the ordinary ways of exchange and upload, and answered by another bundle.

One import is many transactions, one for each request and each blob, as over the line; so a repeat, an overlap or a wrong
order does no harm, and of a bundle that was cut what came before is good. What a file is called and where it lies is
left to the command.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from server.domain.errors import (
    BodyTooLarge,
    BundleDamaged,
    BundleForged,
    BundleNewer,
    BundleNotOurs,
    BundleUnknown,
    DomainError,
    MessageMalformed,
    UploadChecksumWrong,
    UploadMetadataInvalid,
)
from server.domain.permissions import Actor
from server.models.blob import Blob
from server.models.device import Device, Installation
from server.services import answering, audit, devices, sync, uploads
from server.services.changes import Ledger
from server.settling import settled
from server.transaction import parts, reading, rehearsal, snapshot, transact
from sync.bundle import ANSWER, WORK, Head, Part, read, write
from sync.errors import SyncError
from sync.frames import Acks, Result, encode
from sync.protocol import Request
from sync.sealed_stream import Read, Write

REFUSALS: Mapping[str, type[DomainError]] = {
    refusal.code: refusal for refusal in (BundleUnknown, BundleNewer, BundleNotOurs, BundleForged, BundleDamaged)
}
EVERYTHING = 1 << 52  # bytes: a stick has room, so an answer is not cut into portions
STORED, KNOWN = "stored", "known"
Answer = TypeVar("Answer")
Run = Callable[[Callable[[Ledger], Any]], Any]
Report = Callable[[int, int], None]


@dataclass
class Import:
    """What was in a bundle and what became of it; `blobs` tells `stored`, `known` or a refusal's code by SHA-256."""

    bundle: str
    device_id: str
    staff_id: str
    mutations: int = 0
    repeated: int = 0
    acks: dict[int, Acks] = field(default_factory=dict)  # by installation, each with all of its results
    missing: tuple[int, int] | None = None  # the first and last number that must come before the rest can be taken
    blobs: dict[str, str] = field(default_factory=dict)
    is_damaged: bool = False
    asked: Request | None = None

    @property
    def results(self) -> list[Result]:
        """Give every result, in the order of the requests."""
        return [result for acks in self.acks.values() for result in acks.results]

    @property
    def is_copy(self) -> bool:
        """Tell whether the device's store proved a copy, so that it must number its changes anew."""
        return any(acks.renewed for acks in self.acks.values())

    @property
    def is_complete(self) -> bool:
        """Tell whether all of it was taken in."""
        refused = any(word not in (STORED, KNOWN) for word in self.blobs.values())
        return not (self.is_damaged or self.missing or self.is_copy or refused)

    def figures(self) -> dict[str, Any]:
        """Give what may be shown and logged: ids, codes and counts."""
        outcomes = Counter(result.outcome for result in self.results)
        return {
            "bundle": self.bundle,
            "device_id": self.device_id,
            "staff_id": self.staff_id,
            "mutations": self.mutations,
            "new": len(self.results) - self.repeated,
            "repeated": self.repeated,
            "outcomes": dict(sorted(outcomes.items())),
            "missing": list(self.missing) if self.missing else None,
            "blobs": dict(sorted(Counter(self.blobs.values()).items())),
            "copy": self.is_copy,
            "damaged": self.is_damaged,
        }


def take_in(
    source: Read, by: Actor, *, account: str = "", now: datetime, report: Report = lambda records, blobs: None
) -> Import:
    """Take a bundle in, as far as it is whole; `by` and `account` say who imported it, for the log.

    Raises Bundle… when it is none of ours, DeviceRevoked and whatever else the exchange would refuse.
    """
    done, arriving = _opened(source, now)
    _walk(done, arriving, transact, lambda part: _take_blob(_actor(reading(), done.device_id, now), part, now), report)
    figures = {name: value for name, value in done.figures().items() if name not in ("device_id", "staff_id")}
    transact(
        lambda ledger: audit.record(
            ledger.session, by, "bundle.import", "device", done.device_id, now=now, account=account, **figures
        )
    )
    return done


def rehearse(source: Read, *, now: datetime, report: Report = lambda records, blobs: None) -> Import:
    """Say what `take_in` would do with a bundle, and change nothing."""
    done, arriving = _opened(source, now)
    with ExitStack() as stack:
        run = stack.enter_context(rehearsal())

        def look(part: Part) -> str:
            stack.close()  # The requests came first: nobody has to wait while photos are read through.
            return _look_at_blob(part)

        _walk(done, arriving, run, look, report)
    return done


def answer(done: Import, out: Write, own_key: X25519PrivateKey, *, now: datetime) -> None:
    """Write the bundle that goes back: results, rows and receipts within the device's scope as it is now."""
    assert done.asked is not None, "what asked nothing is not answered"
    device = reading().get_one(Device, done.device_id)
    to, asked = bytes.fromhex(device.sealing_key), done.asked
    reading().rollback()
    frames = Part("frames", {}, _frames(done, replace(asked, limit_bytes=EVERYTHING, proof=""), now))
    blobs = Part("blobs", {"stored": sorted(sha for sha, word in done.blobs.items() if word in (STORED, KNOWN))}, ())
    write(
        out,
        [frames, blobs],
        Head(ANSWER, "", {"answers": done.bundle}),
        signing=parts().vault.receipt_key,
        to=to,
        own_key=own_key,
    )


def _opened(source: Read, now: datetime) -> tuple[Import, Iterator[Part]]:
    try:
        head, arriving = read(source, key=parts().vault.sealing_key, purpose=WORK, signer=_signing_key)
    except SyncError as error:
        raise REFUSALS[error.code] from None
    actor = _actor(reading(), head.sender, now)
    reading().rollback()
    return Import(head.id, head.sender, actor.staff_id), arriving


def _walk(done: Import, arriving: Iterator[Part], run: Run, keep: Callable[[Part], str], report: Report) -> None:
    """Take part after part, until the end or the place of the damage; kinds of parts of a later release are passed over."""
    try:
        for part in arriving:
            if part.name == "request":
                _take_request(done, part, run)
            elif part.name == "blob":
                done.blobs[str(part.facts.get("sha256", ""))[:64]] = keep(part)
            report(len(done.results), len(done.blobs))
    except SyncError as error:
        if done.asked is None:
            raise REFUSALS.get(error.code, MessageMalformed) from None
        done.is_damaged = True


def _take_request(done: Import, part: Part, run: Run) -> None:
    request = Request.decode(_whole(part.pieces, parts().settings.request_limit_bytes))
    former = done.acks.get(request.installation)
    done.mutations += len(request.mutations)
    if former and former.renewed:
        return  # The device numbers these anew when it has read the answer.
    before, acks = run(lambda ledger: _apply(ledger, done, request))
    results = (*(former.results if former else ()), *acks.results)
    done.asked, done.acks[request.installation] = request, replace(acks, results=results)
    done.repeated += sum(result.n <= before for result in acks.results)
    waiting = [one.n for one in request.mutations if one.n > acks.applied_n]
    if waiting and done.missing is None and not acks.renewed:
        done.missing = (acks.applied_n + 1, min(waiting) - 1)


def _apply(ledger: Ledger, done: Import, request: Request) -> tuple[int, Acks]:
    now = parts().clock()
    actor = _actor(ledger.session, done.device_id, now)
    installation = ledger.session.get(Installation, (done.device_id, request.installation))
    before = installation.applied_n if installation else 0
    return before, sync.apply(ledger, actor, request, now=now, durable_days=parts().settings.durable_days)


def _take_blob(actor: Actor, part: Part, now: datetime) -> str:
    """Take a photo's bytes where an upload of it stands; gives what became of it."""
    settings = parts().settings
    sha256, size, kind = _described(part)
    try:
        standing = transact(
            lambda ledger: uploads.create(
                ledger.session,
                parts().uploads,
                actor,
                sha256=sha256,
                size=size,
                kind=kind,
                limit_bytes=settings.upload_limit_bytes,
                keep_hours=settings.upload_keep_hours,
                now=now,
            )
        )
        if settled(actor, standing).is_stored:
            return KNOWN
        rest = _after(part.pieces, standing.offset)
        end = uploads.append(parts().uploads, standing.upload, standing.offset, rest, now=now)
        whole = settled(actor, uploads.Standing(standing.upload, end)).is_stored
    except DomainError as refusal:
        return refusal.code
    return STORED if whole else UploadMetadataInvalid.code


def _look_at_blob(part: Part) -> str:
    sha256, _, _ = _described(part)
    known = reading().get(Blob, sha256) is not None
    reading().rollback()
    hasher = hashlib.sha256()
    for piece in part.pieces:
        hasher.update(piece)
    if hasher.hexdigest() != sha256:
        return UploadChecksumWrong.code
    return KNOWN if known else STORED


def _described(part: Part) -> tuple[str, int, str]:
    """Read what a blob's part says of it; what is odd becomes a description that no upload takes."""
    size = part.facts.get("size")
    is_size = isinstance(size, int) and not isinstance(size, bool)
    return str(part.facts.get("sha256", "")), int(size) if is_size and size else 0, str(part.facts.get("kind", ""))


def _frames(done: Import, asked: Request, now: datetime) -> Iterator[bytes]:
    *others, last = done.acks.values()
    with snapshot() as session:
        actor = _actor(session, done.device_id, now)
        frames = answering.answer(session, parts().vault, actor, asked, last, now=now, settings=parts().settings)
        yield encode(next(frames))
        yield from map(encode, chain(others, frames))


def _actor(session: Any, device_id: str, now: datetime) -> Actor:
    return devices.actor_of(session, parts().settings, device_id, now=now)


def _signing_key(device_id: str) -> bytes | None:
    device = reading().get(Device, device_id)
    return bytes.fromhex(device.signing_key) if device else None


def _whole(pieces: Iterable[bytes], limit_bytes: int) -> bytes:
    whole = bytearray()
    for piece in pieces:
        whole += piece
        if len(whole) > limit_bytes:
            raise BodyTooLarge
    return bytes(whole)


def _after(pieces: Iterable[bytes], offset: int) -> Iterator[bytes]:
    """Leave out the bytes that are here already."""
    waiting = iter(pieces)
    for piece in waiting:
        if len(piece) > offset:
            yield from chain((piece[offset:],), waiting)
            return
        offset -= len(piece)
