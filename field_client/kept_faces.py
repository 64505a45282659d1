"""References that were kept on this device with their owners' separate consent: sealed, few, and gone on time.

Off until somebody turns it on for this device, never longer than the region allows (`face.retention_hours`). Each has a
key of its own; to forget one is to destroy its key, and the store overwrites what it deletes. Nothing of this leaves the
device: not in a record, a bundle or a support file. A clock that cannot be trusted shortens the time, never prolongs it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from field_client import face_timer
from field_client.clock import Clock
from field_client.store import Store
from policy.parameters import load_parameters
from sync.canonical import instant, moment

if (
    TYPE_CHECKING
):  # The face engine's libraries are loaded only where a face is at hand; the timer runs in every program.
    from identity.engine import Vector
    from identity.template import Template

_FACE, _KEY, _HOURS = "face/", "face_key/", "faces_kept_hours"


@dataclass(frozen=True)
class Counted:
    """How many persons' faces this device keeps, and from how many on an office must file with its regulator."""

    persons: int
    threshold: int
    days: int


def allow(store: Store, hours: int | None) -> int:
    """Turn keeping on for some hours, or off, which destroys all that is kept; gives how many that were."""
    store.put(_HOURS, hours)
    gone = _names(store) if hours is None else []
    for name in gone:
        _destroy(store, name)
    return len(gone)


def retention(store: Store, clock: Clock, region: str) -> timedelta | None:
    """Say how long a reference may be kept in a region; None where nothing is kept at all."""
    return face_timer.longest(store, clock, region, store.get(_HOURS))


def propose(store: Store, clock: Clock, person_id: str, vector: "Vector", *, region: str, entry: str) -> bool:
    """Hold a vector until the worker has confirmed the match; tells whether keeping is allowed here."""
    longest = retention(store, clock, region)
    if longest is None:
        return False
    from identity.engine import MODEL_VERSION
    from identity.template import Template

    proposed = Template((vector,), MODEL_VERSION)
    _put(store, f"{person_id}/{entry}", proposed, kept_at=clock.wall(), until=clock.wall() + longest)
    return True


def settle(store: Store, clock: Clock, person_id: str, entry: str, *, is_same: bool) -> bool:
    """Add what was proposed to the person's reference, or destroy it; tells whether a reference is kept now."""
    name = f"{person_id}/{entry}"
    proposed = _open(store, name)
    if proposed is None:
        return False
    if is_same:
        known = reference(store, clock, person_id)
        template = known.with_vector(proposed.vector) if known else proposed
        facts = store.get(_FACE + name)
        _put(store, person_id, template, kept_at=moment(facts["kept_at"]), until=moment(facts["until"]))
    _destroy(store, name)
    return is_same


def reference(store: Store, clock: Clock, person_id: str) -> "Template | None":
    """Give a person's reference, if one is kept, opens, and its time is not over."""
    purge(store, clock)
    return _open(store, person_id)


def forget(store: Store, person_id: str) -> bool:
    """Destroy whatever is kept of a person, at once; tells whether there was something."""
    names = [name for name in _names(store) if name.split("/")[0] == person_id]
    for name in names:
        _destroy(store, name)
    return bool(names)


def purge(store: Store, clock: Clock) -> int:
    """Destroy what is over its time, or whose owner is no longer in this device's register; gives how many."""
    gone = [name for name in _names(store) if _is_over(store, clock, name)]
    for name in gone:
        _destroy(store, name)
    return len(gone)


def counted(store: Store, clock: Clock, region: str) -> Counted:
    """Count for 人脸识别技术应用安全管理办法 art. 15."""
    purge(store, clock)
    rules, today = load_parameters(), store.rule_day(clock)
    threshold, days = (
        rules.nearest(key, region=region, on=today).read(int) for key in ("face.filing_threshold", "face.filing_days")
    )
    return Counted(len(_persons(store)), threshold, days)


def told(store: Store) -> int | None:
    """Count the persons for the office, which adds up all devices; None where keeping was never turned on."""
    if store.value("SELECT 1 FROM meta WHERE key = ?", _HOURS) is None:
        return None
    return len(_persons(store))


def kept_until(store: Store, person_id: str) -> str | None:
    """Give when a person's reference goes at the latest, as an instant; None when nothing is kept."""
    facts = store.get(_FACE + person_id)
    return str(facts["until"]) if facts else None


def _is_over(store: Store, clock: Clock, name: str) -> bool:
    facts = store.get(_FACE + name)
    person_id = name.split("/")[0]
    return face_timer.is_over(store, clock, person_id, kept_at=facts["kept_at"], until=facts["until"])


def _put(store: Store, name: str, template: "Template", *, kept_at: datetime, until: datetime) -> None:
    from identity.template import new_key, seal

    key = new_key()
    facts = {"sealed": seal(template, key, name).hex(), "kept_at": instant(kept_at), "until": instant(until)}
    with store.transaction():
        store.put(_KEY + name, key.hex())
        store.put(_FACE + name, facts)


def _open(store: Store, name: str) -> "Template | None":
    from identity.engine import MODEL_VERSION
    from identity.template import TemplateBroken, unseal

    facts, key = store.get(_FACE + name), store.get(_KEY + name)
    if not facts or not key:
        return None
    try:
        return unseal(bytes.fromhex(facts["sealed"]), bytes.fromhex(key), name, model_version=MODEL_VERSION)
    except TemplateBroken:  # another engine's: of no use to anybody
        _destroy(store, name)
        return None


def _destroy(store: Store, name: str) -> None:
    """Destroy the key first; what it sealed follows in the same transaction, and the journal with both is emptied."""
    with store.transaction():
        for prefix in (_KEY, _FACE):
            store.db.execute("DELETE FROM meta WHERE key = ?", (prefix + name,))
    if not store.db.conn.in_transaction:
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _persons(store: Store) -> set[str]:
    return {name.split("/")[0] for name in _names(store)}


def _names(store: Store) -> list[str]:
    rows = store.rows("SELECT key FROM meta WHERE substr(key, 1, ?) = ? ORDER BY key", len(_FACE), _FACE)
    return [str(row["key"])[len(_FACE) :] for row in rows]
