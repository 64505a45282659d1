"""The flask commands; each parses, calls one service, prints. Data on stdout, progress on stderr."""

from flask import Flask


def register(app: Flask) -> None:
    """Put every command on the app."""
