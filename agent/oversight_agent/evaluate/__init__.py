"""Signed SQL in locked DuckDB: from the specification's tables to exact counts and sums.

    allow          what the SQL may consist of
    loading        tables in DuckDB
    snapshot_file  the same in a file
    database       DuckDB with everything shut that a query does not need
    run            the shape of a result
    breakdowns     the rows into which it is broken down
    counts         the counts of a table with outcomes
    magnitudes     the counts and sums of a table with magnitudes
    given          the same from an authority's own true counts; `own_table` is their form

Rule kept here: whatever a query does, what comes out is counts in declared cells and sums of
declared magnitudes, or a refusal.
"""

from __future__ import annotations

from oversight_agent.evaluate.database import Data
from oversight_agent.evaluate.run import evaluate
from oversight_agent.limits import QueryLimits

__all__ = ["Data", "QueryLimits", "evaluate"]
