"""The server's fixtures, and work on a case."""

from tests.server.cases.conftest import work

__all__ = ["work"]
