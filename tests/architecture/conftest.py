"""The server's fixtures, for promises that are kept by the running whole."""

from tests.server.conftest import app, client, clock, databases, embedded, make_server, office

__all__ = ["app", "client", "clock", "databases", "embedded", "make_server", "office"]
