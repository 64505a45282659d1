"""The schema's history: one line of it, that ends where the models are, and can be walked both ways."""

from collections.abc import Iterator
from typing import Any

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Connection, inspect

from server.extensions import MIGRATIONS, db
from server.models import Base
from tests.server.databases import BARE


@pytest.fixture
def empty(make_server: Any) -> Flask:
    """A server over a database without any table."""
    return make_server(like=BARE)  # type: ignore[no-any-return]


@pytest.fixture
def connection(empty: Flask) -> Iterator[Connection]:
    """A connection of that server, migrated to the newest schema."""
    with empty.app_context():
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            yield connection


def schema() -> dict[str, Any]:
    """Describe the tables as the database itself knows them."""
    found = inspect(db.engine)
    kinds = (found.get_columns, found.get_pk_constraint, found.get_foreign_keys, found.get_indexes)
    tables = [name for name in found.get_table_names() if name != "alembic_version"]
    return {name: [repr(kind(name)) for kind in (*kinds, found.get_unique_constraints)] for name in sorted(tables)}


def test_there_is_one_head_and_the_file_names_it():
    named = (MIGRATIONS / "versions" / "HEAD").read_text(encoding="utf-8").strip()
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [named.partition("_")[0]]
    assert named == max(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def test_the_numbers_of_migrations_have_no_gap():
    numbers = sorted(int(path.name[:4]) for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_newest_schema_is_what_the_models_say(connection: Connection):
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    assert compare_metadata(context, Base.metadata) == []


def test_down_and_up_again_is_the_same(empty: Flask):
    with empty.app_context():
        flask_migrate.upgrade()
        before = schema()
        flask_migrate.downgrade(revision="base")
        assert schema() == {}
        flask_migrate.upgrade()
        assert schema() == before
    assert len(before) > 20


def test_a_migration_imports_no_code_of_the_application():
    """It freezes history: a model that is renamed tomorrow must not change what was done yesterday."""
    for path in (MIGRATIONS / "versions").glob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        imports = [line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))]
        assert not {"server", "sync", "policy", "forms", "identity"} & set(imports), path.name


def test_each_new_database_has_an_epoch_of_its_own(make_server: Any):
    epochs = set()
    for name in ("one", "other"):
        app = make_server(name, like=BARE)
        with app.app_context():
            flask_migrate.upgrade()
            with db.engine.connect() as connection:
                epochs.add(connection.exec_driver_sql("SELECT epoch FROM deployment").scalar_one())
    assert len(epochs) == 2
