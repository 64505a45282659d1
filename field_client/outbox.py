"""Our changes until the office has them for good: numbered, never rewritten, pruned only when a backup covers them.

`add` belongs into the transaction of the deed itself. What was held or refused stays here for its author to read and
export; nothing the user saved is dropped silently.
"""

import json
from collections.abc import Mapping
from typing import Any

from field_client.clock import Clock
from field_client.store import Store
from sync.protocol import CHUNK, Acks, Mutation, Result

REQUEST_BYTES = 1 << 20  # One request carries at most so much, but always one mutation.
UNANSWERED = ""


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
    n = store.get("last_n", 0) + 1
    store.put("last_n", n)
    base = store.value("SELECT cursor FROM buckets WHERE id = ?", bucket) or 0
    at = store.evidence(clock).to_dict() | dict(more or {})
    mutation = Mutation(n, type, id, op, bucket, base, fields, at)
    store.db.execute(
        "INSERT INTO outbox (n, type, id, op, bucket, base, fields, at, outcome, seq, result)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 0, '')",
        (n, type, id, op, bucket, base, _json(fields), _json(mutation.at)),
    )
    return mutation


def next_chunk(store: Store, *, after: int = 0) -> tuple[Mutation, ...]:
    """Give the oldest mutations without an answer (beyond a number), as many as one request should carry."""
    taken: list[Mutation] = []
    size = 0
    cursor = store.db.execute("SELECT * FROM outbox WHERE outcome = '' AND n > ? ORDER BY n LIMIT ?", (after, CHUNK))
    names = [column[0] for column in cursor.description]
    for values in cursor:
        row = dict(zip(names, values, strict=True))
        size += len(row["fields"]) * 2  # Chinese text is up to three bytes a character, most of a document is not.
        if taken and size > REQUEST_BYTES:
            break
        taken.append(_mutation(row))
    return tuple(taken)


def waiting_count(store: Store) -> int:
    """Count the mutations without an answer."""
    return int(store.value("SELECT count(*) FROM outbox WHERE outcome = ''"))


def keep_acks(store: Store, acks: Acks) -> None:
    """Keep the office's answers. Where it knows less than it once did (restored), offer the lost tail again."""
    with store.transaction():
        for result in acks.results:
            _keep_result(store, result)
        store.db.execute("UPDATE outbox SET outcome = '', seq = 0, result = '' WHERE n > ?", (acks.applied_n,))
        store.put("applied_n", acks.applied_n)
        store.put("durable_n", acks.durable_n)
        prune(store)


def prune(store: Store) -> None:
    """Forget what is covered by a backup and visible in our copy; held and refused changes stay."""
    store.db.execute(
        "DELETE FROM outbox WHERE outcome IN ('applied', 'merged') AND n <= ? AND seq <="
        " coalesce((SELECT cursor FROM buckets WHERE buckets.id = outbox.bucket), 0)",
        (store.get("durable_n", 0),),
    )


def forget_elsewhere(store: Store) -> None:
    """Forget what is covered by a backup and stands in a bucket that is not ours to see, where no row will ever follow."""
    store.db.execute(
        "DELETE FROM outbox WHERE outcome IN ('applied', 'merged') AND n <= ? AND bucket NOT IN (SELECT id FROM buckets)",
        (store.get("durable_n", 0),),
    )


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


def _keep_result(store: Store, result: Result) -> None:
    store.db.execute(
        "UPDATE outbox SET outcome = ?, seq = ?, bucket = CASE ? WHEN '' THEN bucket ELSE ? END, result = ? WHERE n = ?",
        (result.outcome, result.seq, result.bucket, result.bucket, _json(result.to_dict()), result.n),
    )


def _mutation(row: Mapping[str, Any]) -> Mutation:
    plain = {name: row[name] for name in ("n", "type", "id", "op", "bucket", "base")}
    return Mutation(**plain, fields=json.loads(row["fields"]), at=json.loads(row["at"]))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
