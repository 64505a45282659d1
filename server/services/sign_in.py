"""Signing in: passwords by argon2id, short access tokens, refresh tokens that rotate and die as a family when reused."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from server.adapters.vault import Vault
from server.domain.errors import NotSignedIn, TokenReused, TooManyTries, WrongPassword
from server.domain.permissions import Actor, Grant
from server.models.device import Device
from server.models.office import RoleAssignment, SignIn, Staff
from server.services import audit
from server.services.ids import make_id
from server.settings import Settings

HASHER = PasswordHasher()
NOBODY = HASHER.hash(secrets.token_hex(16))  # Verified for unknown names, so that time does not tell which exist.
FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=15)


@dataclass(frozen=True)
class Tokens:
    """What a client gets for a sign-in; `refresh_token` is None for a device, whose key opens its sessions."""

    access_token: str
    refresh_token: str | None
    expires_in: int


def sign_in(
    session: Session,
    vault: Vault,
    settings: Settings,
    username: str,
    password: str,
    *,
    now: datetime,
    device_id: str | None = None,
) -> Tokens | WrongPassword | TooManyTries:
    """Check a password and open a session. A refusal is returned, not raised, because its count must be committed."""
    staff = prove(session, settings, username, password, now=now)
    if not isinstance(staff, Staff):
        return staff
    if device_id is not None and _device(session, device_id, staff.id) is None:
        return WrongPassword("这台设备没有登记在您名下")
    family = open_session(session, staff.id, device_id, settings, now=now)
    audit.record(session, Actor(staff.id, "", ()), "session.open", "staff", staff.id, now=now)
    return tokens(session, vault, settings, family, now=now)


def prove(
    session: Session, settings: Settings, username: str, password: str, *, now: datetime
) -> Staff | WrongPassword | TooManyTries:
    """Check a password and tell whose it is. A refusal is returned, not raised, because its count must be committed."""
    staff = session.scalars(select(Staff).where(Staff.username == username)).one_or_none()
    if staff is not None and staff.locked_until is not None and staff.locked_until > now:
        wait = int((staff.locked_until - now).total_seconds()) + 1
        return TooManyTries(f"请 {wait} 秒后再试", retry_after=wait)
    if not _password_fits(staff, password) or staff is None or staff.disabled_at is not None:
        if staff is not None:
            _count_wrong(staff, now)
        return WrongPassword("请核对后重新输入")
    if settings.is_production and staff.is_sample:
        return WrongPassword("示例账号不能在正式环境使用")
    staff.wrong_tries, staff.locked_until = 0, None
    return staff


def refresh(session: Session, vault: Vault, settings: Settings, token: str, *, now: datetime) -> Tokens | TokenReused:
    """Trade a refresh token for new ones; a token that was traded before revokes its whole family."""
    family_id, _, _ = token.partition(".")
    family = session.get(SignIn, family_id, with_for_update=True)
    if family is None or family.revoked_at is not None or family.expires_at <= now:
        return TokenReused()
    if family.refresh_hash != _hash(token):
        family.revoked_at = now
        return TokenReused()
    return tokens(session, vault, settings, family, now=now)


def sign_out(session: Session, actor: Actor, *, now: datetime) -> None:
    """End the actor's session; its tokens are refused from now on."""
    session.execute(update(SignIn).where(SignIn.id == actor.session_id).values(revoked_at=now))
    audit.record(session, actor, "session.close", "staff", actor.staff_id, now=now)


def open_session(
    session: Session, staff_id: str, device_id: str | None, settings: Settings, *, now: datetime
) -> SignIn:
    """Open a family of tokens for a member of staff, on a device or not."""
    expires = now + timedelta(days=settings.refresh_days)
    family = SignIn(id=make_id(now), staff_id=staff_id, device_id=device_id, created_at=now, expires_at=expires)
    session.add(family)
    session.flush()
    return family


def tokens(session: Session, vault: Vault, settings: Settings, family: SignIn, *, now: datetime) -> Tokens:
    """Issue the newest pair of a family."""
    refresh_token = f"{family.id}.{secrets.token_urlsafe(32)}"
    family.refresh_hash = _hash(refresh_token)
    lasts = timedelta(minutes=settings.access_minutes)
    claims = {"sub": family.staff_id, "sid": family.id, "iat": now, "exp": now + lasts}
    return Tokens(jwt.encode(claims, vault.token_key, "HS256"), refresh_token, int(lasts.total_seconds()))


def actor_of_token(session: Session, vault: Vault, token: str, *, now: datetime) -> Actor:
    """Tell who bears an access token. Raises NotSignedIn when it is not ours, over, or its session was revoked."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            vault.token_key,
            algorithms=["HS256"],
            options={"require": ["exp", "sub", "sid"], "verify_exp": False, "verify_iat": False},
        )
        if claims["exp"] <= now.timestamp():
            raise NotSignedIn("登录已过期, 请重新登录")
    except jwt.InvalidTokenError:
        raise NotSignedIn from None
    return actor_of_session(session, str(claims["sid"]), now=now)


def actor_of_session(session: Session, session_id: str, *, now: datetime) -> Actor:
    """Tell who is signed in by a session, with the roles in force now. Raises NotSignedIn when it is over.

    Every request begins with this, so it is one question, and written out once.
    """
    rows = session.connection().execute(_SIGNED_IN, {"session_id": session_id}).all()
    if not rows or rows[0].ended or rows[0].expires_at <= now:
        raise NotSignedIn("登录已过期, 请重新登录")
    first = rows[0]
    if first.device_id is not None and (first.device_of != first.staff_id or first.device_revoked):
        raise NotSignedIn("这台设备已停用")
    if first.staff_disabled:
        raise NotSignedIn
    grants = in_force((row for row in rows if row.role), now)
    return Actor(first.staff_id, first.display_name, grants, first.device_id, session_id)


_SIGNED_IN = (
    select(
        SignIn.staff_id,
        SignIn.device_id,
        SignIn.expires_at,
        SignIn.revoked_at.is_not(None).label("ended"),
        Staff.display_name,
        Staff.disabled_at.is_not(None).label("staff_disabled"),
        Device.staff_id.label("device_of"),
        Device.revoked_at.is_not(None).label("device_revoked"),
        RoleAssignment.role,
        RoleAssignment.area_prefix,
        RoleAssignment.valid_from,
        RoleAssignment.valid_to,
    )
    .join(Staff, Staff.id == SignIn.staff_id)
    .outerjoin(Device, Device.id == SignIn.device_id)
    .outerjoin(RoleAssignment, RoleAssignment.staff_id == Staff.id)
    .where(SignIn.id == bindparam("session_id"))
    .order_by(RoleAssignment.id)
)


def grants_of(staff: Staff, now: datetime) -> tuple[Grant, ...]:
    """Give the roles that are in force now."""
    return in_force(staff.roles, now)


def in_force(roles: Iterable[Any], now: datetime) -> tuple[Grant, ...]:
    """Take of role assignments those that are in force now."""
    return tuple(
        Grant(role.role, role.area_prefix)
        for role in roles
        if (role.valid_from is None or role.valid_from <= now) and (role.valid_to is None or now < role.valid_to)
    )


def _password_fits(staff: Staff | None, password: str) -> bool:
    try:
        return HASHER.verify(staff.password_hash if staff else NOBODY, password) and staff is not None
    except VerificationError:
        return False


def _count_wrong(staff: Staff, now: datetime) -> None:
    """Slow guessing down: after some free tries the wait doubles up to a quarter of an hour."""
    staff.wrong_tries += 1
    if staff.wrong_tries >= FREE_TRIES:
        wait = timedelta(seconds=2 ** min(staff.wrong_tries - FREE_TRIES + 2, 10))
        staff.locked_until = now + min(wait, LONGEST_WAIT)


def _device(session: Session, device_id: str, staff_id: str) -> Device | None:
    device = session.get(Device, device_id)
    return device if device and device.staff_id == staff_id and device.revoked_at is None else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
