"""A lost device takes its leave: it proves who it is, hands over what was unsent, and signs that it wiped the rest.

Its token is for this and nothing else; no session is opened and nothing can be read with it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.adapters.vault import Vault
from server.domain.errors import (
    FarewellInvalid,
    FarewellNotAsked,
    InputInvalid,
    NotFound,
    ReasonMissing,
    SalvageIncomplete,
)
from server.domain.permissions import Actor, may
from server.models.device import Device
from server.models.farewell import SalvagePiece
from server.models.office import Staff
from server.services import audit, devices
from server.services.sign_in import grants_of
from server.services.store import hold
from sync import farewell
from sync.canonical import instant
from sync.errors import Untrusted
from sync.records.fields import HASH

TOKEN_TYPE = "farewell"  # noqa: S105  the type of the token, not a secret
TOKEN_LASTS = timedelta(minutes=30)
PIECE_LIMIT_BYTES = farewell.PIECE_BYTES + (1 << 20)  # with what sealing and naming add


@dataclass(frozen=True)
class Begun:
    """What a device needs to take its leave: a token, the signed order, and the pieces that are here already."""

    token: str
    order: farewell.Order
    have: list[str]


def ask(session: Session, actor: Actor, device_id: str, *, reason: str, now: datetime) -> Device:
    """Ask for a device to be wiped at its next contact; it is out of service at once. Again changes nothing.

    Raises NotFound also for a device of staff outside of the actor's area, ReasonMissing.
    """
    device = manageable(session, actor, device_id, now=now)
    if not reason.strip():
        raise ReasonMissing
    devices.revoke(session, actor, device_id, now=now)
    if device.wipe_asked_at is None:
        device.wipe_asked_at, device.wipe_reason = now, reason.strip()[:500]
        audit.record(session, actor, "device.wipe", "device", device_id, now=now)
    return device


def manageable(session: Session, actor: Actor, device_id: str, *, now: datetime) -> Device:
    """Find a device that the actor answers for: all its user's work lies in the actor's area. Raises NotFound."""
    device = session.get(Device, device_id)
    staff = session.get(Staff, device.staff_id) if device else None
    areas = [grant.area_prefix for grant in grants_of(staff, now)] if staff else []
    if device is None or not all(may(actor, "device.manage", area) for area in areas or [""]):
        raise NotFound("没有这台设备")
    return device


def begin(session: Session, vault: Vault, device_id: str, asked: str, signature: str, *, now: datetime) -> Begun:
    """Let a device that signed a fresh challenge begin or go on. Raises FarewellInvalid, FarewellNotAsked."""
    device = session.get(Device, device_id)
    if device is None:
        raise FarewellInvalid
    devices.check_challenge(vault, device_id, asked, now)
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(device.signing_key))
        key.verify(bytes.fromhex(signature), farewell.CHALLENGE_PREFIX + asked.encode())
    except (InvalidSignature, ValueError):
        raise FarewellInvalid from None
    if device.wipe_asked_at is None or device.wiped_at is not None:
        raise FarewellNotAsked
    device.last_seen_at = now
    order = farewell.order(device_id, instant(device.wipe_asked_at), vault.sealing_public_key, vault.receipt_key)
    claims = {"device": device_id, "exp": now + TOKEN_LASTS}
    token = jwt.encode(claims, vault.token_key, "HS256", headers={"typ": TOKEN_TYPE})
    have = session.scalars(select(SalvagePiece.name).where(SalvagePiece.device_id == device_id))
    return Begun(token, order, sorted(have))


def check_token(vault: Vault, device_id: str, token: str, *, now: datetime) -> None:
    """Check a farewell's token. Raises FarewellInvalid for any other."""
    try:
        options = {"require": ["exp", "device"], "verify_exp": False}
        if jwt.get_unverified_header(token).get("typ") != TOKEN_TYPE:
            raise FarewellInvalid
        claims = jwt.decode(token, vault.token_key, algorithms=["HS256"], options=options)  # type: ignore[arg-type]
    except jwt.InvalidTokenError:
        raise FarewellInvalid from None
    if claims["device"] != device_id or claims["exp"] <= now.timestamp():
        raise FarewellInvalid


def take(session: Session, device_id: str, name: str, sealed: bytes, *, now: datetime) -> None:
    """Keep a piece as it came, sealed; the same name again is the same piece. Raises InputInvalid, FarewellNotAsked."""
    device = session.get_one(Device, device_id)
    if device.wiped_at is not None:
        raise FarewellNotAsked
    if not HASH.holds(name) or not sealed:
        raise InputInvalid("这份内容的名称不对", fields=["name"])
    hold(session, [device_id])
    if session.get(SalvagePiece, (device_id, name)) is None:
        session.add(SalvagePiece(device_id=device_id, name=name, sealed=sealed, size=len(sealed), stored_at=now))
        session.flush()


def complete(
    session: Session, vault: Vault, device_id: str, names: Collection[str], farewell_key: str, *, now: datetime
) -> str:
    """Confirm, signed, that everything is here, and keep the key that will sign the wipe; gives the signature.

    Raises SalvageIncomplete, InputInvalid.
    """
    device = session.get_one(Device, device_id)
    here = set(session.scalars(select(SalvagePiece.name).where(SalvagePiece.device_id == device_id)))
    if not set(names) <= here:
        raise SalvageIncomplete
    if not HASH.holds(farewell_key):
        raise InputInvalid("密钥格式不对", fields=["farewell_key"])
    device.salvaged_at, device.farewell_key = now, farewell_key
    audit.record(session, _itself(device), "device.salvaged", "device", device_id, now=now, pieces=len(names))
    return farewell.confirm(device_id, names, farewell_key, vault.receipt_key)


def wiped(session: Session, device_id: str, signature: str, *, now: datetime) -> None:
    """Take a device's word that it is wiped; again is harmless. Raises FarewellInvalid."""
    device = session.get(Device, device_id)
    if device is None or device.farewell_key is None or device.wipe_asked_at is None:
        raise FarewellInvalid
    try:
        asked_at = instant(device.wipe_asked_at)
        farewell.verify_wiped(device_id, asked_at, signature, bytes.fromhex(device.farewell_key))
    except Untrusted:
        raise FarewellInvalid from None
    if device.wiped_at is None:
        device.wiped_at, device.wiped_signature = now, signature
        audit.record(session, _itself(device), "device.wiped", "device", device_id, now=now)


def pieces_of(session: Session, device_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Count the pieces and bytes that devices handed over."""
    counted = select(SalvagePiece.device_id, func.count(), func.sum(SalvagePiece.size))
    rows = session.execute(counted.where(SalvagePiece.device_id.in_(device_ids)).group_by(SalvagePiece.device_id))
    return {device_id: (count, size) for device_id, count, size in rows}


def _itself(device: Device) -> Actor:
    return Actor(device.staff_id, "", (), device.id)
