"""An upload whose bytes are all here becomes a blob: verified, stored, noted, and receipted where a visit waited for it.

Several steps, each its own transaction, shared by every way on which bytes arrive: tus and bundles.
"""

from server.domain.permissions import Actor
from server.queries.visits import visits_resting_on
from server.services import receipts, staging, uploads
from server.services.changes import Ledger
from server.transaction import parts, transact


def settled(actor: Actor, standing: uploads.Standing) -> uploads.Standing:
    """Finish an upload whose bytes are all here; one that is not whole yet stays as it is.

    Called wherever an upload's standing is told, so that a crash between two of these steps heals at the next question.
    Raises UploadChecksumWrong when the bytes are not those that were announced.
    """
    upload, staged = standing.upload, staging.staged(parts().uploads, standing.upload.id)
    if standing.is_stored:
        staging.discard(staged)  # Another device brought the same bytes first.
        return standing
    if standing.is_complete and staged.exists():
        with uploads.settling(parts().uploads, upload):
            uploads.verify(parts().uploads, upload)
            parts().blobs.put(upload.sha256, staged)
    elif not parts().blobs.has(upload.sha256):
        return standing

    def note(ledger: Ledger) -> None:
        now = parts().clock()
        start = next(parts().blobs.open(upload.sha256), b"")
        uploads.remember(ledger.session, actor, upload, uploads.media_type(start), now=now)
        receipts.issue(ledger, visits_resting_on(ledger.session, upload.sha256), now=now)

    transact(note)
    return uploads.Standing(upload, upload.size, is_stored=True)
