"""Held values that are decided

Why: a pair of persons who may be one waits like a value; the same edit sent again under another number is known.
Locks: held_value, for as long as three empty columns and two indexes take.
Back: drop them; what was noted of pairs is lost, what was decided stays.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("held_value", schema=None) as batch_op:
        batch_op.add_column(sa.Column("other_id", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("other_bucket", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("repeat_key", sa.String(length=32), nullable=True))
        batch_op.create_index(batch_op.f("ix_held_value_other_id"), ["other_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_held_value_repeat_key"), ["repeat_key"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("held_value", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_held_value_repeat_key"))
        batch_op.drop_index(batch_op.f("ix_held_value_other_id"))
        batch_op.drop_column("repeat_key")
        batch_op.drop_column("other_bucket")
        batch_op.drop_column("other_id")
