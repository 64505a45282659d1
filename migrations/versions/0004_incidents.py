"""Incidents

Why: what goes wrong with a device (a copied store, checksums or running hashes that differ) is counted for the office.
The running hash over a device's accepted mutations is shortened to 128 bits, for it now travels at each exchange.
Locks: `installation`, for one pass over a row per device.
Back: drop the table; shortened hashes stay short, and are only compared with what devices adopt from then on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_incident_device_id_device")),
        sa.PrimaryKeyConstraint("device_id", "kind", name=op.f("pk_incident")),
    )
    op.execute("UPDATE installation SET running_hash = substr(running_hash, 1, 32)")


def downgrade() -> None:
    op.drop_table("incident")
