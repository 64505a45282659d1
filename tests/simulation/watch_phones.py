"""What a phone's store must be at any time, crashed or not."""

import json
from typing import TYPE_CHECKING

from field_client import outbox
from sync.visit_shape import blob_hashes
from tests.simulation.oracle import Saved, words_in
from tests.simulation.phone import Phone
from tests.simulation.violations import require
from tests.simulation.watch_lease import lease_holds

if TYPE_CHECKING:
    from tests.simulation.deeds import Deed
    from tests.simulation.district import District


def phone_holds(district: "District", phone: Phone) -> None:
    """Check a phone's outbox, drafts and replica."""
    _outbox_is_whole(district, phone)
    _seals_are_whole(district, phone)
    lease_holds(district, phone)
    replica_holds(district, phone)


def replica_holds(district: "District", phone: Phone) -> None:
    """Check that each cursor says what the rows are, and that none went back.

    A record that changed again after the cursor comes later in its newest state; until then any earlier one may stand.
    """
    if phone.is_damaged:
        return
    rows = phone.store.rows("SELECT type, id, bucket, seq, body FROM records")
    kept = {(row["type"], row["id"]): row for row in rows}
    now: dict[str, tuple[str, int]] = {}
    epoch = phone.store.get("epoch", "")
    for bucket in phone.store.rows("SELECT id, cursor FROM buckets"):
        name, cursor = bucket["id"], bucket["cursor"]
        now[name] = (epoch, cursor)
        told = f"{phone.name} {name} at {cursor}"
        before = phone.cursors.get(name, (epoch, 0))
        require(district, "cursor", before[0] != epoch or before[1] <= cursor, f"{told}, it was {before[1]}")
        later = {(one.type, one.id) for one in district.server.log.of_bucket[name] if one.seq > cursor}
        expected = district.server.log.state_at(name, cursor)
        here = {key for key, row in kept.items() if row["bucket"] == name}
        beyond = [key for key in here if kept[key]["seq"] > cursor]
        require(district, "cursor", not beyond, f"{told}: {beyond} is beyond it")
        for key in (here | set(expected)) - later:
            row, entry = kept.get(key), expected.get(key)
            if row is not None and row["bucket"] != name:
                row = None
            is_same = (row is None) == (entry is None)
            if row is not None and entry is not None:
                is_same = (row["seq"], row["body"].encode()) == (entry.seq, entry.text)
            require(district, "cursor", is_same, f"{told}: {key} is {row and row['seq']}, not {entry and entry.seq}")
    phone.cursors = now


def deed_is_whole(district: "District", phone: Phone, deed: "Deed", ended: str, taken: list[Saved]) -> None:
    """Check that a deed was done whole or not at all, and that what its user was told is saved, is."""
    is_broken_off = ended in ("crash", "storage.full")
    allowed = deed.entries if ended == "" else (0, *deed.entries) if is_broken_off else (0,)
    require(district, "atomic", len(taken) in allowed, f"{phone.name} {deed.story} {ended}: {len(taken)} entries")
    for one in taken:
        require(
            district, "cursor", one.base == one.cursor, f"{phone.name} {one.n} has base {one.base}, not {one.cursor}"
        )
    if ended == "":
        drafted = phone.store.rows("SELECT document FROM drafts")
        found = words_in("".join(row["document"] for row in drafted)) | words_in([one.fields for one in taken])
        missing = set(deed.typed.values()) - found
        require(district, "kept", not missing, f"{phone.name} {deed.story}: {missing} is nowhere")


def photos_wait_for_records(district: "District", phone: Phone) -> None:
    """Check, while a piece of a photo leaves, that every change in the outbox has its answer: records come first."""
    left, phone.fuse.left = phone.fuse.left, None  # Looking is no statement of the phone's.
    waiting = outbox.waiting_count(phone.store)
    phone.fuse.left = left
    require(district, "drains", not waiting, f"{phone.name} sends a photo before {waiting} changes")


def is_waiting(phone: Phone) -> bool:
    """Say whether a phone still has something to send."""
    photos = phone.store.value("SELECT count(*) FROM blobs WHERE state = 'waiting'")
    return bool(outbox.waiting_count(phone.store) or photos)


def _outbox_is_whole(district: "District", phone: Phone) -> None:
    """Each number up to the last one is in the outbox, or was answered; none is missing and none beyond."""
    there = {row["n"] for row in phone.store.rows("SELECT n FROM outbox")}
    last = phone.store.get("last_n", 0)
    saved = {n for name, n in district.oracle.saved if name == phone.name}
    require(district, "atomic", saved == set(range(1, last + 1)), f"{phone.name} counts to {last}, saved {len(saved)}")
    acknowledged = district.oracle.highest_ack[phone.name]
    lost = {n for n in saved - there if n > acknowledged}
    require(district, "kept", not lost, f"{phone.name} has lost {sorted(lost)} before any answer")


def _seals_are_whole(district: "District", phone: Phone) -> None:
    """A sealed visit is in the outbox with its task's step, its photos may travel, and its draft is gone."""
    drafted = {row["id"] for row in phone.store.rows("SELECT id FROM drafts")}
    chain = phone.store.get("chain", {"number": 0})["number"]
    own = [
        one for one in district.oracle.saved.values() if one.phone == phone.name and one.id in district.oracle.sealed
    ]
    require(district, "atomic", chain == len(own), f"{phone.name} has {chain} seals, {len(own)} sealed records")
    kept = {row["sha256"] for row in phone.store.rows("SELECT sha256 FROM blobs WHERE state = 'kept'")}
    documents = [json.loads(row["document"]) for row in phone.store.rows("SELECT document FROM drafts")]
    in_drafts = {sha for document in documents for sha in blob_hashes(document)}
    for one in own:
        told = f"{phone.name} {district.nick(one.id)}"
        require(district, "atomic", one.id not in drafted, f"{told} is sealed and a draft")
        require(
            district, "atomic", not set(blob_hashes(one.fields)) & kept - in_drafts, f"{told}: its photos may not go"
        )
        if one.fields.get("task_id"):
            step = district.oracle.saved.get((phone.name, one.n + 1))
            is_stepped = step is not None and (step.type, step.fields.get("state")) == ("visit_task", "sealed")
            require(district, "atomic", is_stepped or not _has_task(district, one), f"{told}: its task was not stepped")


def _has_task(district: "District", one: Saved) -> bool:
    """A task that was handed to somebody else before the seal is no longer this phone's to step."""
    return one.fields["task_id"] not in district.handed_over
