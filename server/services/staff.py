"""Staff: who works here, in which role and area; the account in the table, the card that colleagues see as a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.domain.errors import InputInvalid, NotAllowed, NotFound, RecordExists
from server.domain.permissions import ROLES, Actor, Grant, may_anywhere
from server.models.office import RoleAssignment, SignIn, Staff
from server.queries import tasks
from server.queries.scope import REFERENCE
from server.services import audit
from server.services.changes import Ledger
from server.services.sign_in import HASHER
from server.services.staged import office
from sync.records.fields import WORD

SHORTEST_PASSWORD = 8


@dataclass(frozen=True)
class Moved:
    """Who was moved, and which of their open tasks lie where they no longer work: somebody else has to take these."""

    staff_id: str
    tasks_left: list[str]


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
    _check(grants)
    if not (username and display_name and WORD.holds(username) and WORD.holds(display_name)):
        raise InputInvalid("用户名和姓名不能为空, 最多 64 字")
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
    session.add_all(_assignment(staff_id, grant, None) for grant in grants)
    card = {"display_name": display_name, **_post(grants)}
    ledger.create("staff", staff_id, REFERENCE, card, office(now))


def hashed(password: str) -> str:
    """Hash a password for keeping. Raises InputInvalid when it is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise InputInvalid(f"密码至少 {SHORTEST_PASSWORD} 位")
    return HASHER.hash(password)


def move(ledger: Ledger, actor: Actor, username: str, *, grants: Sequence[Grant], now: datetime) -> Moved:
    """Give somebody other roles or areas from now on; the old ones end now and stay in the history, which judges old work.

    Roles that stay the same are left as they are, so that moving twice is harmless. Raises NotFound, InputInvalid, NotAllowed.
    """
    if not may_anywhere(actor, "staff.manage"):
        raise NotAllowed
    _check(grants)
    staff = by_username(ledger.session, username)
    wanted, kept = set(grants), set()
    for one in staff.roles:
        grant = Grant(one.role, one.area_prefix)
        if one.valid_to is not None and one.valid_to <= now:
            continue
        if grant in wanted:
            kept.add(grant)
        else:
            one.valid_to = now
    fresh = [grant for grant in dict.fromkeys(grants) if grant not in kept]
    ledger.session.add_all(_assignment(staff.id, grant, now) for grant in fresh)
    if ledger.get("staff", staff.id):
        ledger.update("staff", staff.id, _post(grants), office(now))
    ledger.session.flush()
    left = [task for task in tasks.open_of(ledger.session, staff.id) if not _within(grants, task.area_code)]
    audit.record(ledger.session, actor, "staff.move", "staff", staff.id, now=now, assignments=len(grants))
    return Moved(staff.id, [task.id for task in left])


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


def _check(grants: Sequence[Grant]) -> None:
    if unknown := {grant.role for grant in grants} - set(ROLES):
        raise InputInvalid(f"没有这种岗位: {', '.join(sorted(unknown))}; 可选: {', '.join(ROLES)}")
    if not grants or not all(grant.area_prefix.isdecimal() or grant.area_prefix == "" for grant in grants):
        raise InputInvalid("地区代码应为数字")


def _assignment(staff_id: str, grant: Grant, valid_from: datetime | None) -> RoleAssignment:
    return RoleAssignment(
        staff_id=staff_id, role=grant.role, area_prefix=grant.area_prefix, valid_from=valid_from, valid_to=None
    )


def _post(grants: Sequence[Grant]) -> dict[str, str | None]:
    return {"role": grants[0].role, "area_code": grants[0].area_prefix or None}


def _within(grants: Sequence[Grant], area_code: str | None) -> bool:
    return any((area_code or "").startswith(grant.area_prefix) for grant in grants)


def _end_sessions(session: Session, staff_id: str, now: datetime) -> None:
    open_ones = update(SignIn).where(SignIn.staff_id == staff_id, SignIn.revoked_at.is_(None))
    session.execute(open_ones.values(revoked_at=now))
