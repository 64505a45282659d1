"""Backups

Why: a device may forget only what a finished backup covers (`durable_n`), or what was taken long ago (`at`); a restored
database knows up to where it and a former epoch are the same history.
Locks: `installation` and `mutation_result`, for two new columns; results of before are dated by this migration.
Back: drop the columns and the table; devices keep what they have not forgotten.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "former_epoch",
        sa.Column("epoch", sa.String(length=32), nullable=False),
        sa.Column("bucket", sa.String(length=64), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("epoch", "bucket", name=op.f("pk_former_epoch")),
    )
    with op.batch_alter_table("installation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("durable_n", sa.BigInteger(), server_default="0", nullable=False))

    with op.batch_alter_table("mutation_result", schema=None) as batch_op:
        batch_op.add_column(sa.Column("at", sa.DateTime(timezone=True), nullable=True))

    op.execute("UPDATE mutation_result SET at = CURRENT_TIMESTAMP")


def downgrade() -> None:
    with op.batch_alter_table("mutation_result", schema=None) as batch_op:
        batch_op.drop_column("at")

    with op.batch_alter_table("installation", schema=None) as batch_op:
        batch_op.drop_column("durable_n")

    op.drop_table("former_epoch")
