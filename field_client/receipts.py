"""Receipts: the office's signed word that it holds every byte of a visit. Only a verified one counts."""

import json
from functools import lru_cache
from typing import Any

from field_client import overlay
from field_client.errors import FieldError
from field_client.overlay import Seen
from field_client.settings import Device
from field_client.store import Store
from sync.canonical import dumps
from sync.errors import Untrusted
from sync.seal import verify_receipt


def newest(store: Store, visit_id: str) -> Seen | None:
    """Give the receipt of a visit's newest revision that has one, unverified."""
    found = overlay.all_of(store, "receipt", visit_id=visit_id)
    return max(found, key=lambda one: one.fields.get("revision", 0), default=None)


def show(store: Store, device: Device, visit_id: str) -> dict[str, Any]:
    """Give a visit's verified receipt. Raises FieldError("receipt.none", "receipt.forged", "visit.unknown")."""
    if overlay.one(store, "visit", visit_id) is None:
        raise FieldError("visit.unknown")
    receipt = newest(store, visit_id)
    if receipt is None:
        raise FieldError("receipt.none")
    if not holds(receipt, device):
        raise FieldError("receipt.forged")
    names = ("visit_id", "revision", "visit_hash", "blobs", "issued_at", "signature")
    return {name: receipt.fields.get(name) for name in names} | {"verified": True}


def holds(receipt: Seen, device: Device) -> bool:
    """Tell whether the office of our enrolment signed a receipt."""
    return _is_signed(dumps(receipt.fields), device.receipt_key)


@lru_cache(
    maxsize=1024
)  # A signature of the same bytes stays what it is; one check takes 0.2 ms, and a device holds hundreds.
def _is_signed(receipt: bytes, key: str) -> bool:
    try:
        verify_receipt(json.loads(receipt), bytes.fromhex(key))
    except Untrusted:
        return False
    return True
