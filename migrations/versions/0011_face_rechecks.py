"""Face rechecks

Why: what the office's second look at a comparison found is shown to the reviewer; how many persons' faces the devices keep
is counted against the number from which on an office must file (人脸识别技术应用安全管理办法 art. 15).
Locks: `device`, for one new column without a default.
Back: drop the column and the table; neither holds anything biometric.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "face_recheck",
        sa.Column("visit_id", sa.String(length=64), nullable=False),
        sa.Column("entry_id", sa.String(length=64), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.String(length=200), nullable=False),
        sa.Column("model_version", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("visit_id", "entry_id", name=op.f("pk_face_recheck")),
    )
    with op.batch_alter_table("face_recheck", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_face_recheck_needs_review"), ["needs_review"], unique=False)

    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.add_column(sa.Column("faces_kept", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_column("faces_kept")

    op.drop_table("face_recheck")
