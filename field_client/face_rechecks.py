"""Photographs of a comparison that wait for the office's second look, with their owner's separate consent to just that.

Off until somebody turns it on for this device, never longer than the region allows (`face.retention_hours`). They are
sealed to the office as soon as they are taken in, so that nobody can open them here any more, leave by their own request
once the visit has left, and are destroyed with the office's answer, by the timer, or when the consent is taken back. They
are in no record, no bundle, no upload. Why nothing of them is stored at the office: decision 21.
"""

from collections.abc import Sequence
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from field_client import face_timer, keys
from field_client.clock import Clock
from field_client.errors import BudgetSpent, NoConnection, ServerRefused
from field_client.settings import load_device
from field_client.store import Store
from field_client.transport import Transport
from sync import bundle
from sync.canonical import instant

PURPOSE = "face_recheck"
_HOURS = "faces_recheck_hours"
# The office will never look: it does not do this at all, or not for this entry. Any other refusal may pass.
FINAL = frozenset({"recheck.off", "recheck.not_agreed", "recheck.unreadable", "body.too_large", "http.404"})


def allow(store: Store, hours: int | None) -> int:
    """Turn second looks on, with how many hours photographs may wait, or off, which destroys those that wait."""
    store.put(_HOURS, hours)
    return _destroy(store, [] if hours else _entries(store))


def retention(store: Store, clock: Clock, region: str) -> timedelta | None:
    """Say how long photographs may wait in a region; None where there are no second looks, or no key to seal them to."""
    return face_timer.longest(store, clock, region, store.get(_HOURS)) if store.get("office_key") else None


def hold(
    store: Store,
    clock: Clock,
    *,
    visit: str,
    entry: str,
    person_id: str,
    region: str,
    reference: bytes,
    live: bytes,
) -> bool:
    """Seal the two photographs of one comparison to the office; tells whether that is done here at all."""
    waits = retention(store, clock, region)
    if waits is None:
        return False
    sealed = _sealed(store, {"visit": visit, "entry": entry}, {"reference": reference, "live": live})
    kept_at = clock.wall()
    with store.transaction():
        store.db.execute(
            "INSERT INTO face_rechecks (entry, visit_id, person_id, sealed, kept_at, until) VALUES (?, ?, ?, ?, ?, ?)",
            (entry, visit, person_id, sealed, instant(kept_at), instant(kept_at + waits)),
        )
    return True


def send(store: Store, transport: Transport, clock: Clock) -> int:
    """Send what waits of visits that have left, and destroy what the office has answered; gives how many it looked at.

    Never raises for want of a line or of the budget: what could not leave waits for the next sync, or its timer.
    """
    purge(store, clock)
    looked = 0
    for row in store.rows(_LEFT):
        sealed = store.value("SELECT sealed FROM face_rechecks WHERE entry = ?", row["entry"])
        try:
            transport.recheck_face(row["visit_id"], row["entry"], sealed)
        except ServerRefused as refusal:
            if refusal.code in FINAL:
                _destroy(store, [row["entry"]])
            continue
        except (NoConnection, BudgetSpent):
            break
        looked += _destroy(store, [row["entry"]])
    return looked


_LEFT = "SELECT entry, visit_id FROM face_rechecks WHERE visit_id NOT IN (SELECT id FROM drafts) ORDER BY entry"


def waiting(store: Store) -> int:
    """Count the comparisons whose photographs wait."""
    return len(_entries(store))


def forget(store: Store, person_id: str) -> bool:
    """Destroy a person's photographs at once; tells whether there were some."""
    mine = store.rows("SELECT entry FROM face_rechecks WHERE person_id = ?", person_id)
    return _destroy(store, [str(row["entry"]) for row in mine]) > 0


def purge(store: Store, clock: Clock) -> int:
    """Destroy what is over its time, or whose owner is no longer in this device's register; gives how many."""
    rows = store.rows("SELECT entry, person_id, kept_at, until FROM face_rechecks")
    over = [
        str(row["entry"])
        for row in rows
        if face_timer.is_over(store, clock, row["person_id"], kept_at=row["kept_at"], until=row["until"])
    ]
    return _destroy(store, over)


def _sealed(store: Store, facts: dict[str, str], photos: dict[str, bytes]) -> bytes:
    out = bytearray()
    bundle.write(
        out.extend,
        [bundle.Part(name, {}, [photo], packs=False) for name, photo in photos.items()],
        bundle.Head(PURPOSE, load_device(store.home).device_id, facts),
        signing=keys.read_keys(store.get("keys")).signing,
        to=bytes.fromhex(store.get("office_key")),
        own_key=X25519PrivateKey.generate(),
    )
    return bytes(out)


def _entries(store: Store) -> list[str]:
    return [str(row["entry"]) for row in store.rows("SELECT entry FROM face_rechecks")]


def _destroy(store: Store, entries: Sequence[str]) -> int:
    """Delete photographs; the store overwrites what it deletes, and the journal that held them is emptied."""
    if not entries:
        return 0
    with store.transaction():
        for entry in entries:
            store.db.execute("DELETE FROM face_rechecks WHERE entry = ?", (entry,))
    if not store.db.conn.in_transaction:
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return len(entries)
