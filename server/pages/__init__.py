"""HTML for people: the console for supervisors. The same services as the API, no rule of its own."""

from flask import Flask


def register(app: Flask) -> None:
    """Put every page on the app."""
