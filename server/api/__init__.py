"""HTTP as JSON and nothing else: parse, call one function, answer. `register` lists the whole surface."""

from flask import Flask
from flask_smorest import Api

from server.api import files, health, households, problems, sessions, sync, visits

# Routes that need no login: everything else asks for one, and a test walks the map to make sure.
OPEN_ENDPOINTS = frozenset({
    "health.healthz",
    "health.readyz",
    "sessions.open_session",
    "sessions.refresh",
    "sessions.challenge",
    "sessions.open_device_session",
    "files.abilities",
    "api-docs.openapi_json",
    "api-docs.openapi_page",
})  # fmt: skip


def register(app: Flask) -> Api:
    """Put every blueprint of the JSON interfaces on the app."""
    api = Api(app)
    for blueprint in (sessions.blueprint, households.blueprint, visits.blueprint, sync.blueprint):
        api.register_blueprint(blueprint)
    for plain in (files.blueprint, health.blueprint):
        app.register_blueprint(plain)
    problems.register(app)
    return api
