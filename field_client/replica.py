"""The server's rows as this device holds them: each frame is kept in one transaction, and its proof is recomputed.

Nothing here touches the outbox's content: a pull can never undo local work. Laying our changes over the rows is left to
`overlay`, the index for searching to `search`.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from field_client import blobs, incidents, lease, outbox, scope, search
from field_client.clock import Clock
from field_client.settings import load_device
from field_client.store import Store
from sync.clock import anchored
from sync.digest import branches, checksum, leaf
from sync.frames import Acks, BucketState, Content, Differs, Mend, Page, Row, Scope, Welcome


def cursors(store: Store) -> dict[str, int]:
    """Give what we have of each bucket; 0 for one that is to be fetched anew."""
    rows = store.rows("SELECT id, CASE refetch WHEN 1 THEN 0 ELSE cursor END AS have FROM buckets")
    return {row["id"]: row["have"] for row in rows}


def keep(store: Store, frame: Content, clock: Clock, *, asked_ms: int) -> None:
    """Keep a frame's content in one transaction; `asked_ms` is the uptime at which the request left."""
    with store.transaction():
        match frame:
            case Welcome():
                _keep_welcome(store, frame, clock, asked_ms)
            case Acks():
                outbox.keep_acks(store, frame, clock)
            case Scope():
                _keep_scope(store, frame)
            case Page():
                _keep_page(store, frame)
            case Mend():
                _keep_mend(store, frame)
            case Differs(branches=()):
                refetch(store, frame.bucket)


def state(store: Store, bucket: str) -> BucketState | None:
    """Count and sum a bucket over our own rows; None before the server has told its key."""
    found = store.rows("SELECT cursor, key FROM buckets WHERE id = ? AND key <> ''", bucket)
    if not found:
        return None
    rows = store.db.execute("SELECT type, id, seq, body FROM records WHERE bucket = ?", (bucket,))
    live, total = checksum(bytes.fromhex(found[0]["key"]), ((t, i, seq, body.encode()) for t, i, seq, body in rows))
    return BucketState(found[0]["cursor"], live, total)


def buckets(store: Store) -> list[str]:
    """Name the buckets that we hold, in order."""
    return [row["id"] for row in store.rows("SELECT id FROM buckets ORDER BY id")]


def server_states(store: Store) -> dict[str, BucketState]:
    """Give the server's last word on each bucket that we hold."""
    rows = store.rows("SELECT * FROM buckets WHERE server_head IS NOT NULL ORDER BY id")
    return {row["id"]: BucketState(row["server_head"], row["server_live"], row["server_checksum"]) for row in rows}


def agree(store: Store, states: Mapping[str, BucketState]) -> None:
    """Note the server's states of some buckets."""
    with store.transaction():
        for name, known in states.items():
            store.db.execute(
                "UPDATE buckets SET server_head = ?, server_live = ?, server_checksum = ? WHERE id = ?",
                (*known, name),
            )


def report_mismatch(store: Store, bucket: str, ours: BucketState, theirs: BucketState, clock: Clock) -> None:
    """Note that a bucket differs at the same seq, and look for the rows that do next time; unsent work is not touched.

    While it is being repaired it is not reported a second time.
    """
    if store.value("SELECT mends FROM buckets WHERE id = ?", bucket):
        return
    facts = {"bucket": bucket, "ours": list(ours), "theirs": list(theirs)}
    with store.transaction():
        store.db.execute("UPDATE buckets SET mends = 1 WHERE id = ?", (bucket,))
        incidents.note(store, "checksum", facts, clock)


def heard_at(store: Store) -> str:
    """Give the latest moment, by the office's clock, at which the office said something that we kept; "" for never."""
    anchor = store.get("anchor") or {}
    return str(max(store.get("heard_at", ""), anchor.get("server_at", "")))


def hear(store: Store, frame: Welcome) -> None:
    """Note that the office spoke, and of which history."""
    store.put("heard_at", frame.server_at)
    store.put("office_schema", frame.schema)
    if frame.office_key:
        store.put("office_key", frame.office_key)
    if frame.epoch != store.get("epoch", ""):
        # Another history: our cursors and the seqs of answered changes mean nothing in it.
        store.db.execute("UPDATE buckets SET refetch = 1 WHERE cursor > 0")
        outbox.offer_again(store)
        blobs.offer_again(store)
        store.put("epoch", frame.epoch)


def refetch(store: Store, bucket: str) -> None:
    """Fetch a bucket anew from its beginning next time."""
    with store.transaction():
        store.db.execute("UPDATE buckets SET refetch = 1, mends = 0 WHERE id = ?", (bucket,))


def mending(store: Store) -> list[str]:
    """Name the buckets that are known to differ and are being repaired."""
    return [row["id"] for row in store.rows("SELECT id FROM buckets WHERE mends = 1 AND refetch = 0 ORDER BY id")]


def mended(store: Store, bucket: str) -> None:
    """Note that a bucket is whole again."""
    store.db.execute("UPDATE buckets SET mends = 0 WHERE id = ?", (bucket,))


def sums(store: Store, bucket: str, asked: Sequence[str]) -> dict[str, str]:
    """Sum branches of a bucket over our own rows."""
    key = bytes.fromhex(store.value("SELECT key FROM buckets WHERE id = ?", bucket))
    rows = store.db.execute("SELECT type, id, seq, body FROM records WHERE bucket = ?", (bucket,)).fetchall()
    held = [(type, id, seq, body.encode()) for type, id, seq, body in rows]
    return {branch: branches(key, held, branch) for branch in asked}


def _keep_welcome(store: Store, frame: Welcome, clock: Clock, asked_ms: int) -> None:
    now_ms = clock.uptime_ms()
    anchor = anchored(frame.server_at, uptime_ms=now_ms, boot=clock.boot, trip_ms=max(0, now_ms - asked_ms))
    store.put("anchor", vars(anchor))
    lease.keep(store, load_device(store.home), frame.lease, clock)
    hear(store, frame)


def _keep_scope(store: Store, frame: Scope) -> None:
    for name, key in frame.keys.items():
        store.db.execute(
            "INSERT INTO buckets (id, cursor, key, refetch) VALUES (?, 0, ?, 0)"
            " ON CONFLICT (id) DO UPDATE SET key = excluded.key",
            (name, key),
        )
    agree(store, frame.states)
    scope.leave(store, frame.gone)
    outbox.forget_elsewhere(store)


def _keep_page(store: Store, page: Page) -> None:
    found = store.rows("SELECT cursor, refetch FROM buckets WHERE id = ?", page.bucket)
    cursor, refetch = (found[0]["cursor"], found[0]["refetch"]) if found else (0, 0)
    if page.since == 0 and (refetch or cursor == 0):  # What an earlier time in this bucket left behind goes too.
        store.db.execute("DELETE FROM records WHERE bucket = ?", (page.bucket,))
        search.forget_bucket(store, page.bucket)
        cursor = 0
    elif refetch or not page.since <= cursor <= page.upto:
        return  # It does not continue what we have; asking again brings what does.
    rows = [row for row in page.rows if row.seq > cursor]  # An answer that was carried may begin before our cursor.
    households = search.touched(store, rows)
    _keep_rows(store, page.bucket, rows)
    search.index(store, households | search.touched(store, rows))
    store.db.execute(
        "INSERT INTO buckets (id, cursor, key, refetch, epoch) VALUES (?, ?, '', 0, ?)"
        " ON CONFLICT (id) DO UPDATE SET cursor = excluded.cursor, refetch = 0, epoch = excluded.epoch",
        (page.bucket, page.upto, store.get("epoch", "")),
    )
    outbox.prune(store)


def _keep_rows(store: Store, bucket: str, rows: Iterable[Row]) -> None:
    """Put rows in their order, so that of one record's the last stands."""
    for gone, part in groupby(rows, key=lambda row: row.body is None):
        if gone:  # A moved record may already stand in its new bucket: only the old bucket's row goes.
            sql = "DELETE FROM records WHERE type = ? AND id = ? AND bucket = ?"
            store.db.conn.executemany(sql, [(row.type, row.id, bucket) for row in part])
        else:
            sql = "INSERT OR REPLACE INTO records (type, id, bucket, seq, body) VALUES (?, ?, ?, ?, ?)"
            values = [(row.type, row.id, bucket, row.seq, (row.body or b"").decode()) for row in part]
            store.db.conn.executemany(sql, values)


def _keep_mend(store: Store, mend: Mend) -> None:
    """Let the server's rows stand in one leaf, and nothing else there; what waits in the outbox lies over them as before."""
    there = store.rows("SELECT type, id, seq FROM records WHERE bucket = ?", mend.bucket)
    told = {(row.type, row.id) for row in mend.rows}
    gone = [
        Row(one["type"], one["id"], one["seq"], None, "deleted")
        for one in there
        if leaf(one["type"], one["id"]) == mend.leaf and (one["type"], one["id"]) not in told
    ]
    rows = (*gone, *mend.rows)
    households = search.touched(store, rows)
    _keep_rows(store, mend.bucket, rows)
    search.index(store, households | search.touched(store, rows))
