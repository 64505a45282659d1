"""Runs migrations inside of the app: its database, its models. Offline SQL scripts are not offered."""

from alembic import context
from flask import current_app

from server.models import Base

engine = current_app.extensions["migrate"].db.engine


def _plain_types(type_: str, item: object, _context: object) -> str | bool:
    """Write our own column types as SQLAlchemy's, so that a migration imports no application code."""
    if type_ == "type" and type(item).__name__ == "UtcDateTime":
        return "sa.DateTime(timezone=True)"
    return False


with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=_plain_types,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
