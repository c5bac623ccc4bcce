"""The coordinator's memory: questions, who was asked, what was answered.

The store is the truth; Flower's messages are disposable. SQLite by default, PostgreSQL by URL; the
schema is made and changed by Alembic only (`migrations/`).
"""

from oversight_coordinator.store.database import StoreError
from oversight_coordinator.store.records import (
    Ask,
    AskState,
    Enrolment,
    Offer,
    Run,
    StoredCoverage,
    StoredStudy,
)
from oversight_coordinator.store.store import Store

__all__ = [
    "Ask",
    "AskState",
    "Enrolment",
    "Offer",
    "Run",
    "Store",
    "StoreError",
    "StoredCoverage",
    "StoredStudy",
]
