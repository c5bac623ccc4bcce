"""The store's tables (SQLAlchemy Core).

Instants are whole seconds UTC as Unix time, which every database keeps alike; signed documents are
kept as the bytes that were signed.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

studies = Table(
    "studies", metadata,
    Column("digest", String(64), primary_key=True),
    Column("name", String(64), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    UniqueConstraint("name", "version"),
)  # fmt: skip

offers = Table(
    "offers", metadata,
    Column("study", String(64), primary_key=True),
    Column("la", String(9), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("next_at", Float, nullable=False),
)  # fmt: skip

runs = Table(
    "runs", metadata,
    Column("id", String(64), primary_key=True),
    Column("study", String(64), nullable=False, index=True),
    Column("wave", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
)  # fmt: skip

asks = Table(
    "asks", metadata,
    Column("ticket", String(64), primary_key=True),
    Column("run", String(64), nullable=False, index=True),
    Column("la", String(9), nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("next_at", Float, nullable=False),
    Column("deadline", Float, nullable=False),
    Column("family", String(16)),
    Column("answer", LargeBinary),
    Column("receipt", LargeBinary),
    Column("received_at", BigInteger),
    UniqueConstraint("run", "la"),
)  # fmt: skip

enrolments = Table(
    "enrolments", metadata,
    Column("token_digest", String(64), primary_key=True),
    Column("la", String(9), nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("signing_key", String(64)),
    Column("node_key", String(400)),
)  # fmt: skip

leases = Table(
    "leases", metadata,
    Column("name", String(32), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("pid", Integer, nullable=False),
)  # fmt: skip

checkpoints = Table(
    "checkpoints", metadata,
    Column("la", String(9), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
)  # fmt: skip

coverages = Table(
    "coverages", metadata,
    Column("la", String(9), primary_key=True),
    Column("study", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("shared_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
)  # fmt: skip
