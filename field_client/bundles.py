"""Sneakernet: what a sync would say, written to a file for the office, and the office's answer taken from one.

The file may be carried by anybody: it is sealed to the office and signed by this device (`sync.bundle`). Exporting
changes nothing but a note of when; the answer is kept as an exchange's would be, so taking it twice or late does no harm.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from field_client import acceptance, blobs, incidents, kept_faces, keys, lease, media, outbox, replica
from field_client.clock import Clock
from field_client.errors import FieldError
from field_client.files import writing
from field_client.settings import Device
from field_client.store import Store
from sync.bundle import ANSWER, WORK, Head, Part, read, write
from sync.clock import anchored
from sync.errors import SyncError
from sync.frames import Acks, Content, End, Frame, Page, Scope, Welcome, frames
from sync.lease import Watch, wound
from sync.protocol import SCHEMA, Request
from sync.sealed_stream import Read

EXPORTS_KEPT = 20  # An answer to an earlier one tells no time.
Report = Callable[[int, int], None]


@dataclass
class Exported:
    """What a bundle holds; photos that could not be read are left out and told by their reason."""

    bundle: str = ""
    records: int = 0
    photos: int = 0
    size_bytes: int = 0
    left_out: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Taken:
    """What an answer brought; `is_late` when the office has spoken to this device since it was written."""

    answers: str = ""
    results: int = 0
    held: int = 0
    refused: int = 0
    pulled: int = 0
    photos_stored: int = 0
    is_late: bool = False
    is_damaged: bool = False


def export(
    store: Store,
    device: Device,
    clock: Clock,
    path: Path,
    *,
    records_only: bool = False,
    report: Report = lambda done, total: None,
) -> Exported:
    """Write what waits here into one file for the office: all unanswered changes, then the photos (with `records_only`
    none).

    The file appears whole or not at all. Raises FieldError("bundle.key_missing", "bundle.not_written", "storage.full").
    """
    office_key = store.get("office_key", "")
    if not office_key:
        raise FieldError("bundle.key_missing")
    exported, own_key = Exported(), X25519PrivateKey.generate()
    asked = wound(wall_ms=clock.now_ms(), boot=clock.boot, uptime_ms=clock.uptime_ms())
    photos = [] if records_only else blobs.waiting(store)
    try:
        _clear(path)
        with writing(path) as file:
            exported.bundle = write(
                file.write,
                _parts(store, clock, photos, exported, report),
                Head(WORK, device.device_id, {"schema": SCHEMA}),
                signing=keys.read_keys(store.get("keys")).signing,
                to=bytes.fromhex(office_key),
                own_key=own_key,
            )
            exported.size_bytes = file.tell()
    except OSError as error:
        raise FieldError("bundle.not_written") from error
    earlier = list(store.get("exports", {}).items())[1 - EXPORTS_KEPT :]
    with store.transaction():
        store.put("exports", {**dict(earlier), exported.bundle: vars(asked)})
        store.put("exported_at", clock.now())
    return exported


def take_in(
    store: Store, device: Device, clock: Clock, path: Path, *, report: Report = lambda done, total: None
) -> Taken:
    """Keep what the office answered, frame by frame, as if it had come over the line.

    Of a damaged file the part before the damage is kept. Raises FieldError("bundle. …", "file.unreadable").
    """
    try:
        with path.open("rb") as file:
            return _taken(store, device, clock, file.read, report)
    except SyncError as error:
        raise FieldError(error.code) from None
    except OSError as error:
        raise FieldError("file.unreadable") from error


def _clear(path: Path) -> None:
    """Remove what an export to this name left behind when the power went: a stick is small."""
    for leftover in path.parent.iterdir():
        if leftover.name.startswith(f".{path.name}.") and leftover.name.endswith(".part"):
            leftover.unlink()


def _parts(
    store: Store, clock: Clock, photos: list[dict[str, Any]], exported: Exported, report: Report
) -> Iterator[Part]:
    for request in _requests(store, clock):
        exported.records += len(request.mutations)
        yield Part("request", {}, [request.encode()])
    for number, row in enumerate(photos, start=1):
        facts = {"sha256": row["sha256"], "size": row["size"], "kind": row["kind"]}
        try:
            data = media.read(store, row["sha256"])
        except FieldError as refusal:
            exported.left_out.append({"sha256": row["sha256"], "reason": refusal.code})
            continue
        exported.photos += 1
        yield Part("blob", facts, [data], packs=False)
        report(number, len(photos))


def _requests(store: Store, clock: Clock) -> Iterator[Request]:
    """Make the requests that an exchange would send one after another; there is always one, which asks what is new."""
    asking = Request(
        installation=outbox.asking(store),
        epoch=store.get("epoch", ""),
        have=replica.cursors(store),
        renew=outbox.must_renew(store),
        incidents=incidents.totals(store),
        faces=kept_faces.told(store),
        clock=store.evidence(clock).to_dict(),
        lease=lease.held_since(store),
    )
    waiting = outbox.unanswered_under(store)
    for under in waiting:
        claim, last_n = acceptance.claim(store, under), 0
        while chunk := outbox.next_chunk(store, under=under, after=last_n):
            yield replace(asking, installation=under, mutations=chunk, accepted=claim)
            last_n = chunk[-1].n
    if not waiting:
        yield replace(asking, accepted=acceptance.claim(store, asking.installation))


def _taken(store: Store, device: Device, clock: Clock, source: Read, report: Report) -> Taken:
    own, office = keys.read_keys(store.get("keys")), bytes.fromhex(device.receipt_key)
    head, parts = read(source, key=own.sealing, purpose=ANSWER, signer=lambda sender: None if sender else office)
    taken = Taken(answers=str(head.facts.get("answers", "")))
    try:
        for part in parts:
            if part.name == "frames":
                _keep_frames(store, device, clock, taken, frames(iter(part.pieces)), report)
            elif part.name == "blobs":
                taken.photos_stored += _note_stored(store, clock, part.facts)
            if taken.is_late:
                break
    except SyncError:
        taken.is_damaged = True
    return taken


def _keep_frames(
    store: Store, device: Device, clock: Clock, taken: Taken, arriving: Iterator[Frame], report: Report
) -> None:
    """Keep each frame, unless the office has spoken since: what it said then would take us back."""
    heard_at, told = replica.heard_at(store), Scope(same=True)
    for frame in arriving:
        match frame:
            case Welcome(server_at=server_at) if server_at < heard_at:
                taken.is_late = True
                return
            case Welcome():
                with store.transaction():
                    if frame.server_at > heard_at:
                        _learn(store, device, clock, frame, taken.answers)
                    replica.hear(store, frame)
            case Acks(installation=number) if number and not outbox.is_ours(store, number):
                taken.is_late = True  # It speaks to another life of this store.
                return
            case End():
                _compare(store, clock, told)
                store.put("synced_at", clock.now())
                store.put("install", frame.install)
            case _:
                replica.keep(store, frame, clock, asked_ms=0)
                told = frame if isinstance(frame, Scope) else told
                _count(taken, frame)
        report(taken.results, taken.pulled)


def _count(taken: Taken, frame: Content) -> None:
    if isinstance(frame, Acks):
        taken.results += len(frame.results)
        taken.held += sum(result.outcome == "held" for result in frame.results)
        taken.refused += sum(result.outcome == "refused" for result in frame.results)
    elif isinstance(frame, Page):
        taken.pulled += len(frame.rows)


def _learn(store: Store, device: Device, clock: Clock, frame: Welcome, answers: str) -> None:
    """Learn the time and the lease from an answer to a bundle of ours, both measured from when that was exported.

    So the journey is the time's uncertainty, and an answer that was kept back prolongs no lease.
    """
    asked, anchor = store.get("exports", {}).get(answers), store.get("anchor")
    if asked is None:
        return
    lease.keep(store, device, frame.lease, clock, since=Watch(**asked))
    if asked["boot"] == clock.boot and not (anchor and anchor["boot"] == clock.boot):
        now_ms = clock.uptime_ms()
        trip_ms = now_ms - asked["uptime_ms"]
        learned = anchored(frame.server_at, uptime_ms=now_ms, boot=clock.boot, trip_ms=trip_ms)
        store.put("anchor", vars(learned))


def _compare(store: Store, clock: Clock, told: Scope) -> None:
    """Hold our sums against what the office said of buckets at the same seq."""
    for name, theirs in told.states.items():
        mine = replica.state(store, name)
        if mine and mine.head == theirs.head and mine != theirs:
            replica.report_mismatch(store, name, mine, theirs, clock)


def _note_stored(store: Store, clock: Clock, facts: Mapping[str, Any]) -> int:
    """Note which photos the office holds; the originals stay until a receipt names them."""
    stored = set(map(str, facts.get("stored", ())))
    arrived = [row for row in blobs.waiting(store) if row["sha256"] in stored]
    for row in arrived:
        blobs.arrived(store, clock, row)
    return len(arrived)
