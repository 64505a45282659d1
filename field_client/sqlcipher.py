"""sqlite-utils over SQLCipher: the one place that says which SQLite it uses, before it is imported."""

import sys

import sqlcipher3

sys.modules["pysqlite3"] = sqlcipher3  # sqlite-utils takes the module of this name, and it must be the encrypted one.
sys.modules["pysqlite3.dbapi2"] = sqlcipher3.dbapi2

from sqlite_utils import Database  # noqa: E402 - it chooses its SQLite while it is imported

__all__ = ["Database", "sqlcipher3"]
