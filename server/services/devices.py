"""Devices: enrolling one for a user, opening its sessions by its own key, and taking it out of service."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import update
from sqlalchemy.orm import Session

from server.adapters.vault import Vault
from server.domain.errors import (
    DeviceProofInvalid,
    DeviceRequired,
    DeviceRevoked,
    InputInvalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
)
from server.domain.permissions import Actor, may_anywhere
from server.models.device import Device, Installation
from server.models.office import SignIn, Staff
from server.services import audit, sign_in
from server.services.ids import make_id
from server.settings import Settings
from sync.digest import NOTHING

CHALLENGE_LASTS = timedelta(minutes=2)
CHALLENGE_PREFIX = b"zsb-device-session\0"


@dataclass(frozen=True)
class Enrolled:
    """A new device and its first installation number."""

    device: Device
    installation: int


def enrol(
    session: Session, actor: Actor, *, name: str, platform: str, signing_key: str, sealing_key: str, now: datetime
) -> Enrolled:
    """Register a device for the actor; from now on its own key opens its sessions.

    Raises NotAllowed for roles that do no field work, InputInvalid when a key is none.
    """
    if not may_anywhere(actor, "device.enrol"):
        raise NotAllowed("您的岗位不需要登记外勤设备")
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(signing_key))
        if len(bytes.fromhex(sealing_key)) != 32:
            raise ValueError
    except ValueError:
        raise InputInvalid("设备密钥格式不对", fields=["signing_key", "sealing_key"]) from None
    device = Device(
        id=make_id(now),
        staff_id=actor.staff_id,
        name=name,
        platform=platform,
        signing_key=signing_key,
        sealing_key=sealing_key,
        enrolled_at=now,
        seal_number=0,
        seal_hash="0" * 64,
    )
    session.add(device)
    session.flush()
    session.add(Installation(device_id=device.id, number=1, applied_n=0, durable_n=0, running_hash=NOTHING))
    audit.record(session, actor, "device.enrol", "device", device.id, now=now)
    return Enrolled(device, 1)


def challenge(vault: Vault, device_id: str, *, now: datetime) -> str:
    """Give a device something fresh to sign; it says nothing about whether the device exists."""
    claims = {"device": device_id, "nonce": secrets.token_hex(8), "exp": now + CHALLENGE_LASTS}
    return jwt.encode(claims, vault.token_key, "HS256", headers={"typ": "challenge"})


def open_session(
    session: Session, vault: Vault, settings: Settings, device_id: str, asked: str, signature: str, *, now: datetime
) -> sign_in.Tokens:
    """Open a session for a device that signed a fresh challenge with its key.

    Raises DeviceRevoked when it was taken out of service, DeviceProofInvalid when the answer does not hold.
    """
    device = session.get(Device, device_id)
    if device is None:
        raise DeviceProofInvalid
    check_challenge(vault, device_id, asked, now)
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(device.signing_key))
        key.verify(bytes.fromhex(signature), CHALLENGE_PREFIX + asked.encode())
    except (InvalidSignature, ValueError):
        raise DeviceProofInvalid from None
    _check_in_service(session, settings, device)
    family = sign_in.open_session(session, device.staff_id, device.id, settings, now=now)
    device.last_seen_at = now
    return sign_in.tokens(session, vault, settings, family, now=now)


def actor_of(session: Session, settings: Settings, device_id: str, *, now: datetime) -> Actor:
    """Tell for whom a device speaks whose signature was verified, with the roles in force now.

    Raises DeviceRequired for one unknown, DeviceRevoked, or NotSignedIn when its user's account is closed.
    """
    device = session.get(Device, device_id)
    if device is None:
        raise DeviceRequired
    staff = _check_in_service(session, settings, device)
    return Actor(staff.id, staff.display_name, sign_in.grants_of(staff, now), device.id)


def revoke(session: Session, actor: Actor, device_id: str, *, now: datetime) -> None:
    """Take a device out of service: its tokens die at once. Revoking twice is harmless. Raises NotFound."""
    device = session.get(Device, device_id)
    if device is None:
        raise NotFound("没有这台设备")
    if device.revoked_at is None:
        device.revoked_at = now
        ended = update(SignIn).where(SignIn.device_id == device_id, SignIn.revoked_at.is_(None))
        session.execute(ended.values(revoked_at=now))
        audit.record(session, actor, "device.revoke", "device", device_id, now=now)


def _check_in_service(session: Session, settings: Settings, device: Device) -> Staff:
    if device.revoked_at is not None:
        raise DeviceRevoked
    staff = session.get_one(Staff, device.staff_id)
    if staff.disabled_at is not None or (settings.is_production and staff.is_sample):
        raise NotSignedIn("这个账号已停用")
    return staff


def check_challenge(vault: Vault, device_id: str, asked: str, now: datetime) -> None:
    """Check that a challenge is ours, fresh, and for this device. Raises DeviceProofInvalid."""
    try:
        options = {"require": ["exp", "device"], "verify_exp": False}
        if jwt.get_unverified_header(asked).get("typ") != "challenge":
            raise DeviceProofInvalid
        claims = jwt.decode(asked, vault.token_key, algorithms=["HS256"], options=options)  # type: ignore[arg-type]
    except jwt.InvalidTokenError:
        raise DeviceProofInvalid from None
    if claims["device"] != device_id or claims["exp"] <= now.timestamp():
        raise DeviceProofInvalid("请重新连接")
