"""Values that wait for a person: keeping them whole, and telling the devices of them without their secrets.

A device's value is held sealed, as it was given. What devices see of it is a record `held_value` in the bucket in which the
edit was made: its author learns there what became of it. Deciding is left to conflicts.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.adapters.vault import Vault
from server.domain.masking import without_secrets
from server.models.ledger import HeldValue
from server.queries import held as waiting
from server.services.changes import Ledger
from server.services.ids import make_id
from server.services.staged import Author, office
from server.services.store import hold
from sync.canonical import dumps, instant, loads
from sync.records import REGISTRY
from sync.records.fields import ID

WHOLE = "*"  # The field of an edit that is held as a whole, for its record is no longer there.
RECORD = "held_value"
LONGEST_TOLD_BYTES = 32 * 1024  # Longer values are told of, not sent along: their author's device has them.


@dataclass(frozen=True)
class Origin:
    """Who entered a value, where, and as which mutation; `at` is the edit's own clock evidence.

    `bucket` is where its author learns of it, `lives` where the record is.
    """

    staff_id: str
    device_id: str
    n: int
    at: Mapping[str, Any]
    bucket: str
    lives: str | None
    now: datetime

    @property
    def evidence(self) -> str | None:
        """The visit in which the worker found it."""
        visit_id = self.at.get("visit_id")
        return visit_id if ID.holds(visit_id) else None


def keep(
    ledger: Ledger, origin: Origin, kind: str, subject: tuple[str, str], field: str, values: Mapping[str, Any]
) -> None:
    """Hold a value until somebody decides; `values` are original, current and offered, whole.

    The same edit that comes again under another number (a cloned device) is known, whether it was decided or not.
    """
    repeat_key = _repeat_key(ledger.vault, origin, subject, field, values["offered"])
    hold(
        ledger.session, [f"held/{repeat_key}"]
    )  # Of two copies of a store that offer it at once the later one knows it.
    if waiting.is_known(ledger.session, repeat_key):
        return
    held_id = make_id(origin.now)
    plain = dumps({**values, "evidence": origin.evidence})
    row = HeldValue(
        id=held_id,
        type=subject[0],
        record_id=subject[1],
        bucket=origin.bucket,
        field=field,
        kind=kind,
        values=ledger.vault.seal(plain, f"held/{held_id}"),
        staff_id=origin.staff_id,
        device_id=origin.device_id,
        at=origin.now,
        repeat_key=repeat_key,
    )
    ledger.session.add(row)
    ledger.session.flush()
    ledger.create(RECORD, held_id, origin.bucket, _told(row, values, origin), office(origin.now))


def opened(vault: Vault, row: HeldValue) -> dict[str, Any]:
    """Open the values of a row: original, current, offered, evidence."""
    found: dict[str, Any] = loads(vault.open(row.values, f"held/{row.id}"))
    return {"original": found.get("current"), **found}


def _told(row: HeldValue, values: Mapping[str, Any], origin: Origin) -> dict[str, Any]:
    """Say what devices are told while it waits: the values only where they see the record itself anyway."""
    shown = {name: masked(row, values.get(name)) for name in ("original", "current", "offered")}
    is_short = len(dumps(shown)) <= LONGEST_TOLD_BYTES
    return {
        "kind": row.kind,
        "subject_type": row.type,
        "subject_id": row.record_id,
        "field": row.field,
        "values": shown if is_short and origin.lives in (None, origin.bucket) else {},
        "evidence": origin.evidence,
        "staff_id": row.staff_id,
        "device_id": row.device_id,
        "n": origin.n,
        "held_at": instant(row.at),
        "state": "open",
    }


def veil(ledger: Ledger, row: HeldValue, author: Author) -> None:
    """Take the values out of what devices are told, when the record leaves the bucket; its author still learns the end."""
    if ledger.get(RECORD, row.id) is not None:
        ledger.update(RECORD, row.id, {"values": {}}, author)


def masked(row: HeldValue, value: Any) -> Any:
    """Mask what is secret in a value of a row's field."""
    secrets = REGISTRY[row.type].secrets
    if row.field == WHOLE and isinstance(value, dict):
        return without_secrets(value, secrets)
    return without_secrets({row.field: value}, secrets)[row.field]


def tell_decision(ledger: Ledger, row: HeldValue, state: str, reason: str, name: str, *, now: datetime) -> None:
    """Tell the devices how it was decided, by whom and why."""
    fields = {"state": state, "reason": reason, "decided_by": name, "decided_at": instant(now)}
    if ledger.get(RECORD, row.id) is not None:  # Duplicates, and what was held by the first release, have none.
        ledger.update(RECORD, row.id, fields, office(now))


def _repeat_key(vault: Vault, origin: Origin, subject: tuple[str, str], field: str, offered: Any) -> str:
    when = {name: origin.at.get(name) for name in ("wall", "uptime_ms", "boot")}
    return vault.lookup_hash(dumps([origin.staff_id, *subject, field, offered, when]).decode())
