"""Form verdicts in the queue

Why: a reviewer asks for the visits whose answers the office judged otherwise than the device.
Locks: `visit`, for one empty column; what arrived before is filled in from its record, some thousand rows a second.
Back: drop the column; the verdicts stay in the records.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BATCH = 1000


def upgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("form_verdict", sa.String(length=64), nullable=True))

    connection, last = op.get_bind(), ""
    some = sa.text("SELECT id, body FROM record WHERE type = 'visit' AND id > :last ORDER BY id LIMIT :batch")
    while rows := connection.execute(some, {"last": last, "batch": BATCH}).all():
        last = rows[-1].id
        found = [{"id": row.id, "verdict": json.loads(bytes(row.body)).get("form_verdict")} for row in rows]
        connection.execute(sa.text("UPDATE visit SET form_verdict = :verdict WHERE id = :id"), found)


def downgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_column("form_verdict")
