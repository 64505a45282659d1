"""Whether the server lives, and whether it is ready; neither says anything about its content."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import select

from server.models.ledger import Deployment
from server.transaction import reading

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer while the process serves."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Answer 200 when the database is there and migrated, else 503."""
    try:
        reading().scalars(select(Deployment.epoch)).one()
    except Exception:  # noqa: BLE001  whatever the fault is, the answer is: not ready
        return jsonify(status="database"), 503
    return jsonify(status="ok"), 200
