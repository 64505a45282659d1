"""The local store's tables, as steps that are applied in order when a store is opened; each is one transaction.

Synced records of every type share one table, because their fields follow from `sync.records.REGISTRY` and a type from
a newer release must be kept as well. A released step is never changed; the outbox is never rewritten.
"""

from collections.abc import Callable

from field_client.errors import FieldError
from field_client.sqlcipher import Database


def _first(db: Database) -> None:
    db.table("meta").create({"key": str, "value": str}, pk="key")
    db.table("buckets").create(
        {
            "id": str,
            "cursor": int,
            "key": str,
            "refetch": int,  # 1: ask from the beginning, because our copy proved wrong or the server was restored
            "server_head": int,
            "server_live": int,
            "server_checksum": str,
        },
        pk="id",
        not_null={"cursor", "key", "refetch"},
        defaults={"cursor": 0, "key": "", "refetch": 0},
    )
    db.table("records").create({"type": str, "id": str, "bucket": str, "seq": int, "body": str}, pk=("type", "id"))
    db.table("records").create_index(["bucket", "seq"])
    for name in ("household_id", "person_id", "visit_id"):
        db.execute(f"CREATE INDEX records_{name} ON records (type, json_extract(body, '$.{name}'))")
    db.table("outbox").create(
        {
            "n": int,
            "type": str,
            "id": str,
            "op": str,
            "bucket": str,
            "base": int,
            "fields": str,
            "at": str,
            "outcome": str,  # empty: no answer yet
            "seq": int,
            "result": str,
        },
        pk="n",
    )
    db.table("outbox").create_index(["type", "id"])
    db.table("drafts").create({"id": str, "visit_id": str, "bucket": str, "document": str, "updated_at": str}, pk="id")
    db.table("forms_in_use").create({"hash": str, "definition": str}, pk="hash")
    db.table("blobs").create(
        {
            "sha256": str,
            "kind": str,
            "media_type": str,
            "size": int,
            "preview": bytes,
            "bucket": str,
            "visit_id": str,
            "state": str,  # kept (in a draft), waiting, sent
            "location": str,
            "offset": int,
            "resumed": int,
            "tries": int,
            "reason": str,
            "not_before": str,
        },
        pk="sha256",
    )
    db.table("blobs").create_index(["state"])
    db.table("incidents").create({"number": int, "at": str, "kind": str, "facts": str}, pk="number")
    db.table("search_entries").create({"entry": int, "household_id": str, "bucket": str}, pk="entry")
    db.table("search_entries").create_index(["household_id"], unique=True)
    db.table("search_entries").create_index(["bucket"])
    db.execute("CREATE VIRTUAL TABLE search USING fts5(words, initials, tails, tokenize='unicode61', prefix='2 3 4')")
    db.execute("INSERT INTO search (search, rank) VALUES ('secure-delete', 1)")


def _installations(db: Database) -> None:
    """A change keeps its own number for ever; under which installation and number it travels may be given anew.

    `made_in` is the bucket as the change names it, `bucket` where the office says that it stands now.
    `accepted` is the running hash after each number that the office took, from the last durable one on; `settled` are
    the changes that are in effect and covered by a backup.
    """
    db.execute("ALTER TABLE outbox ADD COLUMN installation INTEGER NOT NULL DEFAULT 1")
    db.execute("ALTER TABLE outbox ADD COLUMN number INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE outbox ADD COLUMN made_in TEXT NOT NULL DEFAULT ''")
    db.execute("UPDATE outbox SET number = n, made_in = bucket")
    db.execute("UPDATE outbox SET installation = value FROM meta WHERE key = 'installation'")
    db.execute("INSERT INTO meta (key, value) SELECT 'last_number', value FROM meta WHERE key = 'last_n'")
    db.execute("CREATE UNIQUE INDEX outbox_number ON outbox (installation, number)")
    db.table("installations").create({"number": int, "applied_n": int, "durable_n": int}, pk="number")
    db.execute(
        "CREATE VIEW settled AS SELECT outbox.n FROM outbox JOIN installations"
        " ON installations.number = outbox.installation AND outbox.number <= installations.durable_n"
        " WHERE outcome IN ('applied', 'merged')"
    )
    db.table("accepted").create({"installation": int, "number": int, "running": str}, pk=("installation", "number"))


def _epochs(db: Database) -> None:
    """A cursor and a base count in the epoch of the office that gave them; a restored office has another one."""
    for table in ("buckets", "outbox"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN epoch TEXT NOT NULL DEFAULT ''")
    db.execute("UPDATE buckets SET epoch = json_extract(value, '$') FROM meta WHERE meta.key = 'epoch'")


def _lanes(db: Database) -> None:
    """Previews that travel ahead, blobs that the worker deferred, bytes that left in vain, files that were freed."""
    for column in (
        "preview_of TEXT NOT NULL DEFAULT ''",
        "is_deferred INTEGER NOT NULL DEFAULT 0",
        "reached INTEGER NOT NULL DEFAULT 0",  # the offset up to which bytes have left, arrived or not
        "resent INTEGER NOT NULL DEFAULT 0",
        "freed_at TEXT NOT NULL DEFAULT ''",
    ):
        db.execute(f"ALTER TABLE blobs ADD COLUMN {column}")
    db.table("blobs").create_index(["preview_of"])


def _repairs(db: Database) -> None:
    """`mends` is 1 while a bucket is known to differ, until the rows that do are found and replaced."""
    db.execute("ALTER TABLE buckets ADD COLUMN mends INTEGER NOT NULL DEFAULT 0")


STEPS: tuple[Callable[[Database], None], ...] = (_first, _installations, _epochs, _lanes, _repairs)


def migrate(db: Database) -> None:
    """Bring a store to this release's tables. Raises FieldError("storage.newer") for a store from a later release."""
    reached = db.execute("PRAGMA user_version").fetchone()[0]
    if reached > len(STEPS):
        raise FieldError("storage.newer")
    for number, step in enumerate(STEPS[reached:], start=reached + 1):
        with db.atomic():
            step(db)
            db.execute(f"PRAGMA user_version = {number}")
