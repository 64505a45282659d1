"""Lost devices

Why: how far a lost device's farewell is, and the sealed pieces of unsent work that it hands over.
Locks: `device` briefly, for columns that may be empty.
Back: drop them; what lost devices handed over would be gone, so take it up first (flask devices salvage).
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "salvage_piece",
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_salvage_piece_device_id_device")),
        sa.PrimaryKeyConstraint("device_id", "name", name=op.f("pk_salvage_piece")),
    )
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wipe_asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("wipe_reason", sa.String(length=500), nullable=True))
        batch_op.add_column(sa.Column("salvaged_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("farewell_key", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("wiped_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("wiped_signature", sa.String(length=128), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_column("wiped_signature")
        batch_op.drop_column("wiped_at")
        batch_op.drop_column("farewell_key")
        batch_op.drop_column("salvaged_at")
        batch_op.drop_column("wipe_reason")
        batch_op.drop_column("wipe_asked_at")

    op.drop_table("salvage_piece")
