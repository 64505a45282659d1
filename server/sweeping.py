"""Uploads that nobody went on with end: their rows in one transaction, their files after it, so that a crash heals itself."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from server.services import staging, uploads
from server.transaction import parts, reading, transact

EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class Swept:
    """What was removed, or would be."""

    uploads: int
    files: int
    size_bytes: int


def sweep(*, dry_run: bool = False) -> Swept:
    """Remove expired uploads and the files that no upload knows; blobs stay. Doing it again is harmless."""
    folder, keep_hours, now = parts().uploads, parts().settings.upload_keep_hours, parts().clock()
    session = reading()
    ended = uploads.ended(session, folder, now=now, keep_hours=keep_hours)
    ids = [one.id for one in ended]
    files = [staging.staged(folder, one) for one in ids]
    files += uploads.strays(session, folder, now=now, keep_hours=keep_hours)
    here = [path for path in files if path.exists()]
    swept = Swept(len(ids), len(here), sum(staging.length(path) for path in here))
    if not dry_run:
        transact(lambda ledger: uploads.forget(ledger.session, ids, now=now))
        for path in files:
            staging.discard(path)
    return swept


def sweep_now_and_then() -> None:
    """Sweep when the last time is long enough ago; whoever comes first in an hour does it."""
    mark, now = parts().uploads / ".swept", parts().clock()
    touched = staging.touched_at(mark)
    if touched is not None and datetime.fromtimestamp(touched, tz=UTC) + EVERY > now:
        return
    staging.mark(mark, now)
    sweep()
