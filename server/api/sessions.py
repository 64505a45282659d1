"""Signing in and out; enrolling devices and opening their sessions."""

from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from server.api.context import current_actor, now
from server.api.schemas.sessions import (
    AccessOut,
    ChallengeOut,
    DeviceIn,
    DeviceOut,
    ProofIn,
    RefreshIn,
    SessionIn,
    TokensOut,
)
from server.domain.errors import DomainError
from server.models.office import Staff
from server.services import devices, sign_in
from server.transaction import parts, transact
from sync import lease

blueprint = Blueprint("sessions", __name__, url_prefix="/api/v1", description="登录与设备")


@blueprint.post("/sessions")
@blueprint.arguments(SessionIn)
@blueprint.response(200, TokensOut)
def open_session(asked: dict[str, str]) -> sign_in.Tokens:
    """Sign in by user name and password."""
    answer = transact(
        lambda ledger: sign_in.sign_in(
            ledger.session,
            parts().vault,
            parts().settings,
            asked["username"],
            asked["password"],
            device_id=asked.get("device_id"),
            now=now(),
        )
    )
    return _or_refuse(answer)


@blueprint.post("/sessions/refresh")
@blueprint.arguments(RefreshIn)
@blueprint.response(200, TokensOut)
def refresh(asked: dict[str, str]) -> sign_in.Tokens:
    """Trade the newest refresh token for a new pair."""
    token = asked["refresh_token"]
    return _or_refuse(
        transact(lambda ledger: sign_in.refresh(ledger.session, parts().vault, parts().settings, token, now=now()))
    )


@blueprint.delete("/sessions")
@blueprint.response(204)
def close_session() -> None:
    """Sign out: every token of this session is refused from now on."""
    actor = current_actor()
    transact(lambda ledger: sign_in.sign_out(ledger.session, actor, now=now()))


@blueprint.post("/devices")
@blueprint.arguments(DeviceIn)
@blueprint.response(201, DeviceOut)
def enrol(asked: dict[str, str]) -> dict[str, object]:
    """Enrol a device for the signed-in user."""
    actor = current_actor()

    def deed(session: Session) -> dict[str, object]:
        enrolled = devices.enrol(session, actor, **asked, now=now())
        staff = session.get_one(Staff, actor.staff_id)
        roles = [{"role": grant.role, "area_code": grant.area_prefix} for grant in actor.grants]
        return {
            "device_id": enrolled.device.id,
            "installation": enrolled.installation,
            "receipt_key": parts().vault.receipt_public_key,
            "sealing_key": parts().vault.sealing_public_key,
            "lease_days": parts().settings.lease_days,
            "lease": lease.grant(
                enrolled.device.id, now=now(), days=parts().settings.lease_days, key=parts().vault.receipt_key
            ).to_dict(),
            "staff": {
                "id": staff.id,
                "username": staff.username,
                "display_name": staff.display_name,
                "roles": roles,
            },
        }

    return transact(lambda ledger: deed(ledger.session))


@blueprint.post("/devices/<device_id>/challenge")
@blueprint.response(200, ChallengeOut)
def challenge(device_id: str) -> dict[str, str]:
    """Ask for something fresh to sign."""
    return {"challenge": devices.challenge(parts().vault, device_id, now=now())}


@blueprint.post("/devices/<device_id>/sessions")
@blueprint.arguments(ProofIn)
@blueprint.response(200, AccessOut)
def open_device_session(asked: dict[str, str], device_id: str) -> sign_in.Tokens:
    """Open a session by the device's own key: no password is kept in the field."""
    return transact(
        lambda ledger: devices.open_session(
            ledger.session,
            parts().vault,
            parts().settings,
            device_id,
            asked["challenge"],
            asked["signature"],
            now=now(),
        )
    )


def _or_refuse(answer: sign_in.Tokens | DomainError) -> sign_in.Tokens:
    """Raise a refusal only after what it had to count was committed."""
    if isinstance(answer, DomainError):
        raise answer
    return answer
