"""The coordinator's memory: questions, who was asked, what was answered.

The store is the truth; Flower's messages are disposable. SQLite by default, PostgreSQL by URL; the
schema is made and changed by Alembic only (`migrations/`).
"""

from oversight_coordinator.store.store import (
    Ask,
    AskState,
    Enrolment,
    Offer,
    Run,
    Store,
    StoredStudy,
)

__all__ = ["Ask", "AskState", "Enrolment", "Offer", "Run", "Store", "StoredStudy"]
