"""HTTP as JSON and nothing else: parse, call one function, answer. `register` lists the whole surface."""

from flask import Flask, request
from flask_smorest import Api

from server.api import (
    advances,
    case_decisions,
    cases,
    checks,
    conflicts,
    devices,
    documents,
    entitlements,
    face_rechecks,
    farewell,
    files,
    health,
    held_work,
    households,
    intakes,
    problems,
    records,
    sessions,
    staff,
    sync,
    visits,
)
from server.api.context import current_actor

# Routes that need no login: everything else asks for one before a byte of it is read.
OPEN_ENDPOINTS = frozenset({
    "health.healthz",
    "health.readyz",
    "sessions.open_session",
    "sessions.refresh",
    "sessions.challenge",
    "sessions.open_device_session",
    # A lost device has no login any more: its farewell checks a token of its own, or a signature.
    "farewell.begin",
    "farewell.take",
    "farewell.complete",
    "farewell.wiped",
    "files.abilities",
    "api-docs.openapi_json",
})  # fmt: skip


def register(app: Flask) -> Api:
    """Put every blueprint of the JSON interfaces on the app."""
    api = Api(app)
    described = (
        sessions.blueprint,
        staff.blueprint,
        households.blueprint,
        visits.blueprint,
        intakes.blueprint,
        cases.blueprint,
        checks.blueprint,
        documents.blueprint,
        case_decisions.blueprint,
        entitlements.blueprint,
        advances.blueprint,
        face_rechecks.blueprint,
        held_work.blueprint,
        conflicts.blueprint,
        records.blueprint,
        devices.blueprint,
        farewell.blueprint,
        sync.blueprint,
    )
    plain = (files.blueprint, health.blueprint)
    for blueprint in described:
        api.register_blueprint(blueprint)
    for blueprint in plain:
        app.register_blueprint(blueprint)
    names = {blueprint.name for blueprint in (*described, *plain)}

    @app.before_request
    def ask_for_login() -> None:
        if request.blueprint in names and request.endpoint not in OPEN_ENDPOINTS and request.method != "OPTIONS":
            current_actor()

    problems.register(app)
    return api
