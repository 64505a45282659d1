"""The server's fixtures."""

from tests.server.conftest import clock, databases, embedded, make_server, postgresql, pytest_generate_tests

__all__ = ["clock", "databases", "embedded", "make_server", "postgresql", "pytest_generate_tests"]
