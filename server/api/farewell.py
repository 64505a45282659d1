"""What a lost device may still reach, and nothing else: hand over what was unsent, and say that it wiped the rest."""

from typing import Any

from flask import request
from flask_smorest import Blueprint

from server.api import compression
from server.api.context import now
from server.api.schemas.devices import FarewellOut, SalvagedIn, SalvagedOut, WipedIn
from server.api.schemas.sessions import ProofIn
from server.services import farewell
from server.transaction import parts, transact

blueprint = Blueprint(
    "farewell", __name__, url_prefix="/api/v1/devices/<device_id>/farewell", description="丢失的设备交出内容"
)


@blueprint.post("")
@blueprint.arguments(ProofIn)
@blueprint.response(200, FarewellOut)
def begin(asked: dict[str, str], device_id: str) -> dict[str, Any]:
    """Begin or go on: the signed order, a token for this alone, and the names of what is here already."""
    begun = transact(
        lambda ledger: farewell.begin(
            ledger.session, parts().vault, device_id, asked["challenge"], asked["signature"], now=now()
        )
    )
    return {"token": begun.token, "order": begun.order.to_dict(), "have": begun.have}


@blueprint.put("/pieces/<name>")
@blueprint.response(204)
def take(device_id: str, name: str) -> None:
    """Keep a sealed piece; the same again is harmless."""
    _check(device_id)
    sealed = compression.body(request, limit_bytes=farewell.PIECE_LIMIT_BYTES)
    transact(lambda ledger: farewell.take(ledger.session, device_id, name, sealed, now=now()))


@blueprint.post("/salvage")
@blueprint.arguments(SalvagedIn)
@blueprint.response(200, SalvagedOut)
def complete(asked: dict[str, Any], device_id: str) -> dict[str, str]:
    """Say that everything was handed over; only after this answer, which the office signs, the device wipes."""
    _check(device_id)
    names, farewell_key = asked["names"], asked["farewell_key"]
    signature = transact(
        lambda ledger: farewell.complete(ledger.session, parts().vault, device_id, names, farewell_key, now=now())
    )
    return {"signature": signature}


@blueprint.post("/wiped")
@blueprint.arguments(WipedIn)
@blueprint.response(204)
def wiped(asked: dict[str, str], device_id: str) -> None:
    """Say, signed, that the rest is wiped."""
    transact(lambda ledger: farewell.wiped(ledger.session, device_id, asked["signature"], now=now()))


def _check(device_id: str) -> None:
    _, _, token = request.headers.get("Authorization", "").partition(" ")
    farewell.check_token(parts().vault, device_id, token, now=now())
