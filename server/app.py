"""create_app: the only place where the parts meet."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

from server import api, cli, pages
from server.adapters.blobs import open_store
from server.adapters.vault import Vault
from server.api.context import request_id
from server.extensions import db, migrate
from server.settings import Settings
from server.transaction import Parts

OPENAPI = {
    "API_TITLE": "掌上办",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}},
        "security": [{"bearer": []}],
    },
}


def create_app(settings: Settings | None = None, *, clock: Callable[[], datetime] | None = None) -> Flask:
    """Put a server together from its settings (by default the environment's) and a clock (by default the machine's).

    Raises SettingsInvalid that names every fault of the settings.
    """
    settings = settings or Settings.from_env(os.environ)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app = Flask(__name__, static_folder=None)
    vault = Vault(settings.secret_key)
    app.config.update(
        OPENAPI,
        SECRET_KEY=vault.page_key,
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True},  # An error's text may be logged; its values are persons.
        SESSION_COOKIE_NAME="zsb",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_production,
        MAX_CONTENT_LENGTH=None,  # Each address has its own bound; an upload's piece is streamed, not held.
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["zhangshangban"] = Parts(
        settings=settings,
        vault=vault,
        blobs=open_store(settings),
        uploads=Path(settings.data_dir) / "uploads",
        clock=clock or (lambda: datetime.now(UTC)),
    )
    if settings.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxy_hops, x_proto=settings.proxy_hops)  # type: ignore[method-assign]
    db.init_app(app)
    migrate.init_app(app, db)
    api.register(app)
    pages.register(app)
    cli.register(app)
    app.after_request(_say_request_id)
    return app


def _say_request_id(response: Response) -> Response:
    response.headers["X-Request-Id"] = request_id()
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response
