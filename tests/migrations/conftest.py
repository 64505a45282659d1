"""The server's fixtures."""

from tests.server.conftest import clock, make_server, template

__all__ = ["clock", "make_server", "template"]
