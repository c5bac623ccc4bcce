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

Rules kept here:

1. Whatever a query does, what comes out is counts in declared cells and sums of declared
   magnitudes, or a refusal.
2. Nothing is imported here: `given` needs no database, and loading one takes longer than
   protecting a small table.
"""
