"""Regional parameters

Why: numbers that no document gives are set by the region: one person proposes with the document, another one approves.
Locks: nothing; a new table.
Back: drop the table; what was set in it is lost, the packaged rules stay.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "regional_parameter",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("area", sa.String(length=8), nullable=True),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("clause", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("proposed_by", sa.String(length=64), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("decision_reason", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_regional_parameter_decided_by_staff")),
        sa.ForeignKeyConstraint(["proposed_by"], ["staff.id"], name=op.f("fk_regional_parameter_proposed_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regional_parameter")),
    )
    with op.batch_alter_table("regional_parameter", schema=None) as batch_op:
        batch_op.create_index("ix_regional_parameter_place", ["key", "region"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("regional_parameter", schema=None) as batch_op:
        batch_op.drop_index("ix_regional_parameter_place")

    op.drop_table("regional_parameter")
