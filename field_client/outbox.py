"""Our changes until the office has them for good: numbered, never rewritten, pruned only when a backup covers them.

`add` belongs into the transaction of the deed itself. What was held or refused stays here for its author to read and
export; nothing the user saved is dropped silently.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Any

from field_client import acceptance, incidents
from field_client.clock import Clock
from field_client.store import Store
from sync.frames import Acks, Result
from sync.protocol import CHUNK, Mutation

REQUEST_BYTES = 1 << 20  # One request carries at most so much, but always one mutation.
UNANSWERED = ""
_OFFERED_AGAIN = "offered_again"


def add(
    store: Store,
    clock: Clock,
    *,
    type: str,
    id: str,
    op: str,
    bucket: str,
    fields: Mapping[str, Any],
    more: Mapping[str, str] | None = None,
) -> Mutation:
    """Number a change and keep it for the office, in the transaction that makes the change.

    `more` is what the office should know of the circumstances; it travels beside the clock evidence.
    """
    assert store.db.conn.in_transaction, "a change and its outbox entry are one transaction"
    n, number = store.get("last_n", 0) + 1, store.get("last_number", 0) + 1
    store.put("last_n", n)
    store.put("last_number", number)
    known = store.rows("SELECT cursor, epoch FROM buckets WHERE id = ?", bucket)
    base, epoch = (known[0]["cursor"], known[0]["epoch"]) if known else (0, "")
    at = store.evidence(clock).to_dict() | dict(more or {})
    mutation = Mutation(number, type, id, op, bucket, base, fields, at, epoch)
    store.db.execute(
        "INSERT INTO outbox"
        " (n, installation, number, type, id, op, bucket, made_in, base, epoch, fields, at, outcome, seq, result)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, '')",
        (n, installation(store), number, type, id, op, bucket, bucket, base, epoch, _json(fields), _json(mutation.at)),
    )
    return mutation


def installation(store: Store) -> int:
    """Give the installation number under which new changes travel."""
    return int(store.get("installation", 1))


def asking(store: Store) -> int:
    """Give the installation whose changes come next: that of the oldest one without an answer, else our own."""
    oldest = store.value("SELECT installation FROM outbox WHERE outcome = '' ORDER BY n LIMIT 1")
    return int(oldest or installation(store))


def is_ours(store: Store, number: int) -> bool:
    """Say whether an answer under an installation number speaks to this store, as it is or as it was."""
    former = store.value("SELECT 1 FROM outbox WHERE installation = ? LIMIT 1", number)
    return number == installation(store) or bool(former)


def unanswered_under(store: Store) -> list[int]:
    """List the installations whose changes wait for an answer, the one of the oldest first."""
    rows = store.rows("SELECT installation FROM outbox WHERE outcome = '' GROUP BY installation ORDER BY min(n)")
    return [row["installation"] for row in rows]


def next_chunk(store: Store, *, under: int | None = None, after: int = 0) -> tuple[Mutation, ...]:
    """Give the oldest mutations of an installation (the asking one's) without an answer, beyond a number, as many as one
    request should carry.
    """
    taken: list[Mutation] = []
    size = 0
    cursor = store.db.execute(
        "SELECT * FROM outbox WHERE outcome = '' AND installation = ? AND number > ? ORDER BY number LIMIT ?",
        (under or asking(store), after, CHUNK),
    )
    names = [column[0] for column in cursor.description]
    for values in cursor:
        row = dict(zip(names, values, strict=True))
        size += len(row["fields"]) * 2  # Chinese text is up to three bytes a character, most of a document is not.
        if taken and size > REQUEST_BYTES:
            break
        taken.append(_mutation(row))
    return tuple(taken)


def unsettled(store: Store) -> Iterator[tuple[int, Mutation]]:
    """Give what would be lost with this device, with its installation: no answer yet, or no backup that covers it."""
    rows = store.rows(
        "SELECT outbox.* FROM outbox LEFT JOIN installations ON installations.number = outbox.installation"
        " WHERE outcome = '' OR outbox.number > coalesce(installations.durable_n, 0) ORDER BY n"
    )
    for row in rows:
        yield row["installation"], _mutation(row)


def waiting_count(store: Store) -> int:
    """Count the mutations without an answer."""
    return int(store.value("SELECT count(*) FROM outbox WHERE outcome = ''"))


def keep_acks(store: Store, acks: Acks, clock: Clock) -> None:
    """Keep the office's answers. Where it knows less than it once did (restored), offer the lost tail again."""
    mine = acks.installation or asking(store)
    with store.transaction():
        for result in acks.results:
            _keep_result(store, mine, result)
        store.db.execute(
            "UPDATE outbox SET outcome = '', seq = 0, result = '' WHERE installation = ? AND number > ?",
            (mine, acks.applied_n),
        )
        acceptance.carry_on(store, mine, acks, lambda after: _digests(store, mine, after, acks.applied_n), clock)
        store.db.execute(
            "INSERT OR REPLACE INTO installations (number, applied_n, durable_n) VALUES (?, ?, ?)",
            (mine, acks.applied_n, acks.durable_n),
        )
        if store.get(_OFFERED_AGAIN, False):
            # What was asked did not hold these yet: only the next answer tells which of them the office has.
            store.put(_OFFERED_AGAIN, False)
        elif acks.renewed:
            _renumber(store, mine, acks.renewed)
            incidents.note(store, "copied", {"installation": mine, "renewed": acks.renewed}, clock)
        elif mine == installation(store):
            # More than we ever numbered was taken under our number: another store uses it, or ours is an old copy.
            store.put("is_copy", acks.applied_n > store.get("last_number", 0))
        prune(store)


def offer_again(store: Store) -> None:
    """Offer again what no backup covers, because the office was restored and may have lost it.

    What it still has gets the same answer. Its numbers alone do not tell: where our store was copied, the copy may have
    written its own changes under them since.
    """
    store.db.execute("UPDATE outbox SET seq = 0")
    offered = store.db.execute(
        "UPDATE outbox SET outcome = '', result = '' WHERE outcome <> '' AND number >"
        " coalesce((SELECT durable_n FROM installations WHERE installations.number = outbox.installation), 0)"
    )
    store.put(_OFFERED_AGAIN, offered.rowcount > 0)
    acceptance.forget(store)


def must_renew(store: Store) -> bool:
    """Say whether to ask for another installation number: our store proved a copy, and all that it shares is answered."""
    return bool(store.get("is_copy", False)) and not waiting_count(store)


def _renumber(store: Store, former: int, renewed: int) -> None:
    """Give the changes without an answer their places under another installation number; their content stays as it is."""
    rows = store.rows("SELECT n FROM outbox WHERE outcome = '' AND installation = ? ORDER BY number", former)
    for number, row in enumerate(rows, 1):
        store.db.execute("UPDATE outbox SET installation = ?, number = ? WHERE n = ?", (renewed, number, row["n"]))
    if former == installation(store):
        store.put("installation", renewed)
        store.put("last_number", len(rows))
        store.put("is_copy", False)


def prune(store: Store) -> None:
    """Forget what is covered by a backup and visible in our copy; held and refused changes stay."""
    store.db.execute(
        "DELETE FROM outbox WHERE n IN (SELECT n FROM settled) AND seq <="
        " coalesce((SELECT cursor FROM buckets WHERE buckets.id = outbox.bucket), 0)"
    )


def forget_elsewhere(store: Store) -> None:
    """Forget what is covered by a backup and stands in a bucket that is not ours to see, where no row will ever follow."""
    store.db.execute("DELETE FROM outbox WHERE n IN (SELECT n FROM settled) AND bucket NOT IN (SELECT id FROM buckets)")


def answered(store: Store, outcome: str) -> list[dict[str, Any]]:
    """List the changes that were held or refused, oldest first, with all that was offered."""
    rows = store.rows("SELECT * FROM outbox WHERE outcome = ? ORDER BY n", outcome)
    return [
        {
            "n": row["n"],
            "type": row["type"],
            "id": row["id"],
            "op": row["op"],
            "fields": json.loads(row["fields"]),
            "at": json.loads(row["at"]).get("wall", ""),
            "result": json.loads(row["result"]),
        }
        for row in rows
    ]


def _keep_result(store: Store, mine: int, result: Result) -> None:
    store.db.execute(
        "UPDATE outbox SET outcome = ?, seq = ?, bucket = CASE ? WHEN '' THEN bucket ELSE ? END, result = ?"
        " WHERE installation = ? AND number = ?",
        (result.outcome, result.seq, result.bucket, result.bucket, _json(result.to_dict()), mine, result.n),
    )


def _digests(store: Store, mine: int, after: int, upto: int) -> list[bytes]:
    """Give the digests of what was answered, up to the first number that was not: there another copy may have written."""
    rows = store.rows(
        "SELECT * FROM outbox WHERE installation = ? AND number > ? AND number <= ? AND outcome <> '' ORDER BY number",
        mine,
        after,
        upto,
    )
    unbroken = takewhile(lambda one: one[1]["number"] == one[0], enumerate(rows, after + 1))
    return [_mutation(row).digest() for _, row in unbroken]


def _mutation(row: Mapping[str, Any]) -> Mutation:
    plain = {name: row[name] for name in ("type", "id", "op", "base", "epoch")}
    return Mutation(
        row["number"], **plain, bucket=row["made_in"], fields=json.loads(row["fields"]), at=json.loads(row["at"])
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
