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


def _previews(db: Database) -> None:
    """Previews lie by themselves: with them inside, each look at where photos stand read all of their bytes."""
    db.execute(
        "CREATE TABLE previews (sha256 TEXT PRIMARY KEY REFERENCES blobs (sha256) ON DELETE CASCADE, data BLOB NOT NULL)"
    )
    db.execute("INSERT INTO previews (sha256, data) SELECT sha256, preview FROM blobs WHERE length(preview) > 0")
    db.execute("ALTER TABLE blobs DROP COLUMN preview")


def _lists(db: Database) -> None:
    """What pages ask again and again is answered from an index: their cost does not grow with what is stored."""
    number = "json_extract(body, '$.number')"
    db.execute(f"CREATE INDEX records_village ON records (bucket, {number}, id) WHERE type = 'household'")
    db.execute(f"CREATE INDEX records_number ON records ({number}) WHERE type = 'household'")
    db.execute("CREATE INDEX outbox_unanswered ON outbox (type, id) WHERE outcome = ''")
    db.execute("CREATE INDEX outbox_answered ON outbox (bucket, seq, type, id) WHERE seq > 0")
    db.execute("CREATE INDEX blobs_waiting ON blobs (state, kind, visit_id)")


def _standings(db: Database) -> None:
    """Where each visit stands is kept, and worked out anew only where something has changed on which it rests.

    The triggers note that in `stale_visits`; working it out is left to `standings`.
    """
    db.execute(
        "CREATE TABLE standings (visit_id TEXT PRIMARY KEY, household_id TEXT NOT NULL, started_at TEXT NOT NULL,"
        " state TEXT NOT NULL, line TEXT NOT NULL) WITHOUT ROWID"
    )
    db.execute("CREATE INDEX standings_listed ON standings (started_at, visit_id, state)")
    db.execute("CREATE INDEX standings_state ON standings (state, household_id)")
    db.execute("CREATE TABLE standing_blobs (sha256 TEXT, visit_id TEXT, PRIMARY KEY (sha256, visit_id)) WITHOUT ROWID")
    db.execute("CREATE INDEX standing_blobs_visit ON standing_blobs (visit_id)")
    db.execute("CREATE TABLE stale_visits (visit_id TEXT PRIMARY KEY) WITHOUT ROWID")
    for name, (event, visits) in _WHAT_A_STANDING_RESTS_ON.items():
        # No OR IGNORE: the conflict policy of the statement that fires a trigger would take its place.
        db.execute(
            f"CREATE TRIGGER stale_{name} AFTER {event} BEGIN INSERT INTO stale_visits"  # noqa: S608 - constants
            f" SELECT DISTINCT id FROM ({visits}) WHERE id IS NOT NULL AND id NOT IN (SELECT visit_id FROM stale_visits);"
            " END"
        )
    db.execute(
        "INSERT INTO stale_visits SELECT id FROM records WHERE type = 'visit' UNION SELECT id FROM outbox"
        " WHERE type = 'visit' UNION SELECT id FROM drafts WHERE visit_id = ''"
    )


_OF_RECORD = "SELECT CASE {0}.type WHEN 'visit' THEN {0}.id ELSE json_extract({0}.{1}, '$.visit_id') END AS id"
_OF_BLOB = "SELECT visit_id AS id FROM standing_blobs WHERE sha256 = {0}.sha256"
_OF_DRAFT = "SELECT coalesce(nullif({0}.visit_id, ''), {0}.id) AS id"
_TOLD, _SEALED = "('visit', 'amendment', 'review', 'receipt')", "('visit', 'amendment')"
_WHAT_A_STANDING_RESTS_ON = {
    "record_kept": (f"INSERT ON records WHEN NEW.type IN {_TOLD}", _OF_RECORD.format("NEW", "body")),
    "record_gone": (f"DELETE ON records WHEN OLD.type IN {_TOLD}", _OF_RECORD.format("OLD", "body")),
    "change_made": (f"INSERT ON outbox WHEN NEW.type IN {_SEALED}", _OF_RECORD.format("NEW", "fields")),
    "change_answered": (
        f"UPDATE OF outcome, seq, bucket, result ON outbox WHEN NEW.type IN {_SEALED}",
        _OF_RECORD.format("NEW", "fields"),
    ),
    "change_forgotten": (f"DELETE ON outbox WHEN OLD.type IN {_SEALED}", _OF_RECORD.format("OLD", "fields")),
    "draft_saved": ("INSERT ON drafts", _OF_DRAFT.format("NEW")),
    "draft_gone": ("DELETE ON drafts", _OF_DRAFT.format("OLD")),
    "blob_entered": ("INSERT ON blobs", _OF_BLOB.format("NEW")),
    "blob_moved": ("UPDATE OF state, reason ON blobs", _OF_BLOB.format("NEW")),
    "blob_gone": ("DELETE ON blobs", _OF_BLOB.format("OLD")),
    # A change that was answered is laid over until the cursor has reached it, and no longer in a bucket that is gone.
    "bucket_read": (
        "UPDATE OF cursor ON buckets",
        "SELECT id FROM outbox WHERE bucket = NEW.id AND seq > OLD.cursor AND seq <= NEW.cursor AND type = 'visit'",
    ),
    "bucket_gone": ("DELETE ON buckets", "SELECT visit_id AS id FROM standings"),
}
"""The changes after which a visit may stand elsewhere: on which event, and which visits."""


def _face_rechecks(db: Database) -> None:
    """Photographs sealed to the office, for a second look at a comparison: see `face_rechecks`."""
    db.table("face_rechecks").create(
        {"entry": str, "visit_id": str, "person_id": str, "sealed": bytes, "kept_at": str, "until": str}, pk="entry"
    )


STEPS: tuple[Callable[[Database], None], ...] = (
    _first,
    _installations,
    _epochs,
    _lanes,
    _repairs,
    _previews,
    _lists,
    _standings,
    _face_rechecks,
)


def migrate(db: Database) -> None:
    """Bring a store to this release's tables. Raises FieldError("storage.newer") for a store from a later release."""
    reached = db.execute("PRAGMA user_version").fetchone()[0]
    if reached > len(STEPS):
        raise FieldError("storage.newer")
    for number, step in enumerate(STEPS[reached:], start=reached + 1):
        with db.atomic():
            step(db)
            db.execute(f"PRAGMA user_version = {number}")
