"""The server's fixtures, for promises that are kept by the running whole."""

from tests.server.conftest import app, client, clock, founded, make_server, office, template

__all__ = ["app", "client", "clock", "founded", "make_server", "office", "template"]
