"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "studies",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("published_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("name", "version", name="uq_studies_name"),
    )
    op.create_table(
        "offers",
        sa.Column("study", sa.String(64), primary_key=True),
        sa.Column("la", sa.String(9), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("next_at", sa.Float, nullable=False),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("study", sa.String(64), nullable=False, index=True),
        sa.Column("wave", sa.String(64), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "asks",
        sa.Column("ticket", sa.String(64), primary_key=True),
        sa.Column("run", sa.String(64), nullable=False, index=True),
        sa.Column("la", sa.String(9), nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("next_at", sa.Float, nullable=False),
        sa.Column("deadline", sa.Float, nullable=False),
        sa.Column("family", sa.String(16)),
        sa.Column("answer", sa.LargeBinary),
        sa.Column("receipt", sa.LargeBinary),
        sa.Column("received_at", sa.BigInteger),
        sa.UniqueConstraint("run", "la", name="uq_asks_run"),
    )
    op.create_table(
        "enrolments",
        sa.Column("token_digest", sa.String(64), primary_key=True),
        sa.Column("la", sa.String(9), nullable=False, index=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("signing_key", sa.String(64)),
        sa.Column("node_key", sa.String(400)),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
    )
    op.create_table(
        "checkpoints",
        sa.Column("la", sa.String(9), primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
    )
