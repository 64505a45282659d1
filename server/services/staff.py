"""Staff: who works here, in which role and area; the account in the table, the card that colleagues see as a record."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.domain.errors import InputInvalid, NotFound, RecordExists
from server.domain.permissions import ROLES, Grant
from server.models.office import RoleAssignment, SignIn, Staff
from server.queries.scope import REFERENCE
from server.services.changes import Ledger, office
from server.services.sign_in import HASHER

SHORTEST_PASSWORD = 8


def create(
    ledger: Ledger,
    staff_id: str,
    *,
    username: str,
    display_name: str,
    password_hash: str,
    grants: Sequence[Grant],
    now: datetime,
    is_sample: bool = False,
) -> None:
    """Open an account with its roles. Raises RecordExists for a taken user name, InputInvalid for an unknown role."""
    if unknown := {grant.role for grant in grants} - set(ROLES):
        raise InputInvalid(f"没有这种岗位: {', '.join(sorted(unknown))}; 可选: {', '.join(ROLES)}")
    if not grants or not all(grant.area_prefix.isdecimal() or grant.area_prefix == "" for grant in grants):
        raise InputInvalid("地区代码应为数字")
    session = ledger.session
    if session.scalars(select(Staff.id).where(Staff.username == username)).first():
        raise RecordExists(f"用户名 {username} 已被使用")
    session.add(
        Staff(
            id=staff_id,
            username=username,
            display_name=display_name,
            password_hash=password_hash,
            is_sample=is_sample,
            wrong_tries=0,
        )
    )
    session.flush()
    for grant in grants:
        session.add(
            RoleAssignment(
                staff_id=staff_id, role=grant.role, area_prefix=grant.area_prefix, valid_from=None, valid_to=None
            )
        )
    card = {"display_name": display_name, "role": grants[0].role, "area_code": grants[0].area_prefix or None}
    ledger.create("staff", staff_id, REFERENCE, card, office(now))


def hashed(password: str) -> str:
    """Hash a password for keeping. Raises InputInvalid when it is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise InputInvalid(f"密码至少 {SHORTEST_PASSWORD} 位")
    return HASHER.hash(password)


def disable(session: Session, username: str, *, now: datetime) -> None:
    """Close an account; its sessions end at once. Twice is harmless. Raises NotFound."""
    staff = by_username(session, username)
    staff.disabled_at = staff.disabled_at or now
    _end_sessions(session, staff.id, now)


def reset(session: Session, username: str, password: str, *, now: datetime) -> None:
    """Set a new password and end all sessions. Raises NotFound or InputInvalid."""
    staff = by_username(session, username)
    staff.password_hash = hashed(password)
    staff.wrong_tries, staff.locked_until = 0, None
    _end_sessions(session, staff.id, now)


def by_username(session: Session, username: str) -> Staff:
    """Find an account. Raises NotFound."""
    staff = session.scalars(select(Staff).where(Staff.username == username)).one_or_none()
    if staff is None:
        raise NotFound(f"没有用户 {username}")
    return staff


def _end_sessions(session: Session, staff_id: str, now: datetime) -> None:
    open_ones = update(SignIn).where(SignIn.staff_id == staff_id, SignIn.revoked_at.is_(None))
    session.execute(open_ones.values(revoked_at=now))
