"""Held work

Why: whole changes of devices that wait for a person, because nobody can tell whether their worker had the right.
Locks: nothing; the table is new.
Back: drop the table; undecided work would be lost, so decide or export it first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "held_work",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("installation", sa.Integer(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("bucket", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("mutation", sa.LargeBinary(), nullable=False),
        sa.Column("in_order", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decision_reason", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_work")),
        sa.UniqueConstraint("device_id", "installation", "n", name=op.f("uq_held_work_device_id_installation_n")),
    )
    with op.batch_alter_table("held_work", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_held_work_bucket"), ["bucket"], unique=False)
        batch_op.create_index(batch_op.f("ix_held_work_record_id"), ["record_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("held_work", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_held_work_record_id"))
        batch_op.drop_index(batch_op.f("ix_held_work_bucket"))

    op.drop_table("held_work")
