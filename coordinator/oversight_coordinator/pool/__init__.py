"""Pooling: authorities' releases in, one row per figure out.

    intervals   what an attentive reader can say of every cell of one published table
    pooling     sums over authorities, and each figure's interval
    rows        the row that comes out
    write       pooled.csv

Rules kept here:

1. A pool is computed from released tables alone: rounded counts and markers.
2. The figure (estimate, numerator, denominator) is over the authorities that published every cell
   it needs. The interval (lower, upper) is over all that answered the table. These are different
   statements, and the figure may lie outside the interval when much was suppressed.
3. The order of authorities never matters.
"""

from oversight_coordinator.pool.pooling import pool
from oversight_coordinator.pool.rows import COLUMNS, PooledRow
from oversight_coordinator.pool.write import csv_bytes, write_csv

__all__ = ["COLUMNS", "PooledRow", "csv_bytes", "pool", "write_csv"]
