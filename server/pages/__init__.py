"""HTML for people: the console for supervisors. The same services as the API, no rule of its own."""

from flask import Flask

from server.pages import console, reference

# Pages that need no sign-in; every other one asks for it.
OPEN_ENDPOINTS = console.OPEN_ENDPOINTS | {"reference.page", "reference.static"}


def register(app: Flask) -> None:
    """Put every page on the app, and say how each part of the site shows an error."""
    app.register_blueprint(console.blueprint)
    app.register_blueprint(reference.blueprint)
    app.extensions["problem_pages"]["/console/"] = console.answer
