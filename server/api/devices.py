"""Devices as the office manages them: what is in the field, taking one out of service, having a lost one wiped."""

from collections.abc import Sequence
from typing import Any

from flask_smorest import Blueprint

from server.api.context import current_actor, now
from server.api.schemas.devices import DeviceRowOut, WipeIn
from server.services import device_list, devices, farewell
from server.transaction import reading, transact

blueprint = Blueprint("devices", __name__, url_prefix="/api/v1/devices", description="设备管理")


@blueprint.get("")
@blueprint.response(200, DeviceRowOut(many=True))
def listed() -> Sequence[dict[str, Any]]:
    """List the devices of staff whose work lies within the asker's area."""
    return device_list.listed(reading(), current_actor(), now=now())


@blueprint.post("/<device_id>/revocation")
@blueprint.response(204)
def revoke(device_id: str) -> None:
    """Take a device out of service; its tokens die at once, and nothing on it is touched."""
    actor = current_actor()

    def deed(ledger: Any) -> None:
        farewell.manageable(ledger.session, actor, device_id, now=now())
        devices.revoke(ledger.session, actor, device_id, now=now())

    transact(deed)


@blueprint.post("/<device_id>/wipe")
@blueprint.arguments(WipeIn)
@blueprint.response(204)
def wipe(asked: dict[str, str], device_id: str) -> None:
    """Have a lost device hand over what is unsent at its next contact, and wipe the rest."""
    actor = current_actor()
    transact(lambda ledger: farewell.ask(ledger.session, actor, device_id, reason=asked["reason"], now=now()))
