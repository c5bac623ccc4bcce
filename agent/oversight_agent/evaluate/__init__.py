"""Signed SQL in locked DuckDB: from the specification's tables to exact counts.

    allow     what the SQL may consist of
    database  DuckDB with everything shut that a query does not need
    run       the shape of a result and its counts

Rule kept here: whatever a query does, what comes out is counts in declared cells, or a refusal.
"""

from __future__ import annotations

from oversight_agent.evaluate.run import evaluate
from oversight_agent.limits import QueryLimits

__all__ = ["QueryLimits", "evaluate"]
