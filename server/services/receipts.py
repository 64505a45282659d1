"""Receipts: the server's signed word that every byte of a visit is stored. Only under it a device deletes an original."""

from datetime import datetime

from server.queries import visits
from server.services.changes import Ledger, office
from server.services.ids import make_id
from server.services.store import hold
from server.services.visits import revision_of
from sync.canonical import instant
from sync.seal import content_hash, sign_receipt


def issue_if_complete(ledger: Ledger, visit_id: str, *, now: datetime) -> bool:
    """Sign a receipt for the newest revision of a visit once all its blobs are here; a second call does nothing."""
    session = ledger.session
    visit = ledger.get("visit", visit_id)
    bucket = ledger.bucket_of("visit", visit_id)
    if visit is None or bucket is None:
        return False
    session.flush()
    hold(session, [visit_id])  # The last two blobs may arrive at once: whoever comes second sees both.
    revision = revision_of(ledger, visit_id)
    if visits.missing_blobs(session, visit_id) or visits.has_receipt(session, visit_id, revision):
        return False
    receipt = {
        "visit_id": visit_id,
        "revision": revision,
        "visit_hash": content_hash(visit.fields),  # of what is held here, whatever the seal claims
        "blobs": visits.blobs_upto(session, visit_id, revision),
        "issued_at": instant(now),
    }
    receipt["signature"] = sign_receipt(receipt, ledger.vault.receipt_key)
    ledger.create("receipt", make_id(now), bucket, receipt, office(now))
    return True
