"""The local pages: what a worker sees on a phone or tablet, served by this device to itself on 127.0.0.1 only.

Pages parse, call one function of the core, and answer; every rule stays in the core. After each form comes a redirect,
so that Back and Reload never repeat a deed. Start at `create_app`.
"""

from io import BytesIO
from pathlib import Path

from flask import Flask, Request

from field_client.clock import Clock
from field_client.settings import Home
from field_client.web import (
    answers,
    attachments,
    cards,
    conflicts,
    corrections,
    form_files,
    guard,
    home,
    households,
    identification,
    leads,
    lock,
    more,
    photos,
    place,
    preferences,
    problems,
    recovery,
    sealing,
    shown,
    signatures,
    strip,
    suggestion,
    sync,
    tasks,
    visits,
)
from field_client.web.desk import Desk

UPLOAD_LIMIT_BYTES = 128 << 20  # Three photos of the largest kind in one form.


class InMemory(Request):
    """A request whose uploaded files stay in memory: a face or a home must not lie in the system's temporary folder."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> BytesIO:
        return BytesIO()


class Pages(Flask):
    """The app of the local pages."""

    request_class = InMemory


def create_app(home_folder: Home, clock: Clock, *, store_key: bytes | None = None, is_practice: bool = False) -> Flask:
    """Make the pages of an enrolled device; without a store key they begin locked and ask for the PIN.

    Pages to practise on say so on each of them, and have no courier.

    The address that lets a browser in is `entrance(app)`. Raises FieldError("device.not_enrolled").
    """
    app = Pages(__name__, static_folder=str(Path(__file__).parent / "static"))
    desk = Desk(home_folder, clock, store_key)
    if is_practice:
        desk.courier.close()
    app.config["IS_PRACTICE"] = is_practice
    app.extensions["desk"] = desk
    app.config.update(MAX_CONTENT_LENGTH=UPLOAD_LIMIT_BYTES)
    app.json.ensure_ascii = False  # type: ignore[attr-defined] # Flask's own provider has it.
    guard.protect(app, home_folder)
    problems.handle(app)
    shown.add_filters(app)
    strip.add_to(app)
    recovery.add_to(app)
    pages = (
        lock,
        home,
        recovery,
        tasks,
        households,
        corrections,
        visits,
        answers,
        attachments,
        form_files,
        photos,
        place,
        identification,
        cards,
        signatures,
        sealing,
        suggestion,
        sync,
        conflicts,
        leads,
        preferences,
        more,
    )
    for page in pages:
        app.register_blueprint(page.blueprint)
    app.teardown_appcontext(desk.close)
    return app


entrance = guard.entrance

__all__ = ["create_app", "entrance"]
