"""Receipts: the server's signed word that every byte of a visit is stored. Only under it a device deletes an original."""

from collections.abc import Iterable
from datetime import datetime

from server.models.visit import VisitBlob
from server.queries import visits
from server.services.changes import Ledger
from server.services.ids import make_id
from server.services.staged import office
from server.services.store import hold, hold_together, shelf
from server.services.visits import revision_of
from sync.canonical import instant
from sync.seal import content_hash, sign_receipt


def issue(ledger: Ledger, visit_ids: Iterable[str], *, now: datetime) -> None:
    """Sign a receipt for the newest revision of each visit whose blobs are all here; a second call does nothing.

    A blob that arrives at this moment finds the visits of this transaction, or these find the blob; of a visit's last
    two blobs that arrive at once, whoever comes second sees both.
    """
    wanted = sorted(one for one in set(visit_ids) if ledger.get("visit", one) is not None)
    if not wanted:
        return
    hold_together(ledger.session, {shelf(row["sha256"]) for row in ledger.rows_added(VisitBlob)})
    hold(ledger.session, [one for one in wanted if not ledger.is_new("visit", one)])  # Nobody knows of a new one yet.
    ledger.write_rows()
    incomplete = visits.incomplete(ledger.session, wanted)
    for visit_id in wanted:
        if visit_id not in incomplete:
            _issue(ledger, visit_id, now)


def _issue(ledger: Ledger, visit_id: str, now: datetime) -> None:
    session, revision = ledger.session, revision_of(ledger, visit_id)
    visit, bucket = ledger.get("visit", visit_id), ledger.bucket_of("visit", visit_id)
    if visit is None or bucket is None or visits.has_receipt(session, visit_id, revision):
        return
    receipt = {
        "visit_id": visit_id,
        "revision": revision,
        "visit_hash": content_hash(visit.fields),  # of what is held here, whatever the seal claims
        "blobs": visits.blobs_upto(session, visit_id, revision),
        "issued_at": instant(now),
    }
    receipt["signature"] = sign_receipt(receipt, ledger.vault.receipt_key)
    ledger.create("receipt", make_id(now), bucket, receipt, office(now))
